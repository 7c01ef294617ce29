"""How the speaker was met, which decides what they say next.

Wording leads; the voice can only take back a step. Whether a reply repairs a miss is the model's to say (the move
``repair``); a model that wasn't taught it leaves the dimension unrated, and nothing here guesses it.
"""

from __future__ import annotations

from typing import Literal

from .attunement import Attunement
from .moves import PRESENT, Move
from .wording import Wording

Outcome = Literal["attuned", "partly", "missed"]

CLOSES: tuple[Move, ...] = ("advice", "judging", "reassurance_minimizing", "defending")
"""Any of these in the reply, and the speaker was missed, whatever stood around it."""
ATTUNED_LEVEL = 4
MISSED_LEVEL = 2
HARD_VOICE_LEVEL = 1
"""A voice as hard, or as much over the speaker's, as this takes an attuned reply down to partly."""


def outcome(attunement: Attunement, wording: Wording) -> Outcome | None:
    """Attuned from level 4 on, missed at 2 and below or where a move closes, else partly; None without a level."""
    if wording.level is None:
        return None
    if wording.level <= MISSED_LEVEL or any(wording.moves.get(move, 0.0) >= PRESENT for move in CLOSES):
        return "missed"
    hard = any(
        one.name in ("harshness", "presence") and one.level is not None and one.level <= HARD_VOICE_LEVEL
        for one in attunement.dimensions
    )
    return "attuned" if wording.level >= ATTUNED_LEVEL and not hard else "partly"
