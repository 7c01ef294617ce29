"""A reply with a breath before it, beside the last one without: description, no more."""

from __future__ import annotations

from ..attempt import Attempt
from ..store import Store

LOOKED_AT = 12
"""How many replies back one without a breath is looked for."""
HOW_LITTLE = "Two replies prove nothing; it is there to be noticed."


def after_a_breath(attempt: Attempt, store: Store) -> str:
    """How evenly loud the reply was, and the last one of the same person and microphone without the breath.

    "" where the reply can't tell.

    Raises:
        StoreError: the other one can't be read.
    """
    spread = attempt.scored.voice.loudness_sd_db
    if spread is None:
        return ""
    this = f"After your breath, your loudness spread by {spread:.1f} dB"
    for row in store.attempts(person=attempt.person, before=attempt.started_at, limit=LOOKED_AT):
        other = store.attempt(row.id)
        before = other.scored.voice.loudness_sd_db
        if "breath" in other.steps or before is None or other.device != attempt.device:
            continue
        return f"{this}; in your last reply without one, by {before:.1f} dB. {HOW_LITTLE}"
    return f"{this}. There is no reply without one yet to put beside it."
