"""The page of a session looked back on: whole for the coach, or one person's own part."""

from __future__ import annotations

from collections.abc import Mapping

from ..debrief import Debrief
from .content import Reply
from .page import fill
from .session_view import session_view


def of_session(debrief: Debrief, replies: Mapping[str, Reply]) -> bytes:
    """The page, UTF-8. ``replies``: by attempt, cut down to what was shared, with their sound."""
    return fill("session.html.j2", also="session.css", session=session_view(debrief, replies))
