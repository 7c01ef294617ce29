"""The report: one HTML page that needs nothing else, with the sound inside it.

Importing this loads neither the templates' nor the plotting library; making a page does.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..debrief import Debrief
from .content import Reply, sound_of
from .file import write_report

__all__ = ["Reply", "attempt_page", "exercise_page", "session_page", "sound_of", "write_report"]


def attempt_page(reply: Reply) -> bytes:
    """The page of one attempt, UTF-8."""
    from .page import of_attempt

    return of_attempt(reply)


def exercise_page(replies: tuple[Reply, ...]) -> bytes:
    """The page of all attempts at one exercise, UTF-8; ``replies`` in order of time, one at least."""
    from .page import of_exercise

    return of_exercise(replies)


def session_page(debrief: Debrief, replies: Mapping[str, Reply]) -> bytes:
    """The page of a session looked back on, UTF-8.

    Args:
        replies: by attempt, each cut down to what was shared; one that is missing is shown without words and sound.
    """
    from .session import of_session

    return of_session(debrief, replies)
