"""A debrief as JSON: the whole record, nothing left out and nothing changed."""

from __future__ import annotations

import msgspec

from ..debrief import Debrief


def render(debrief: Debrief) -> str:
    """One object on one line; reads back as a ``Debrief``."""
    return msgspec.json.encode(debrief).decode() + "\n"
