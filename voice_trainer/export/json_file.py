"""JSON: the whole record of the attempt, nothing left out and nothing changed."""

from __future__ import annotations

import msgspec

from .take import Take


def render(take: Take) -> str:
    """One object on one line; reads back as an ``Attempt``."""
    return msgspec.json.encode(take.attempt).decode() + "\n"
