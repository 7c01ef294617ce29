"""What a reply adds to the counts that are pooled over many: reflections, the complex ones among them, and questions.

MITI-informed (MITI 4.2.1: at most one reflection and one question a reply, the complex one where there are both; when
unsure, simple). It is no MITI score: nobody coded it by hand, and there are no norms for single replies.
"""

from __future__ import annotations

import msgspec

from .moves import QUESTIONS, REFLECTIONS
from .wording import Wording


class MoveCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Each 0 or 1 for one reply; ``complex_reflections`` are among the ``reflections``."""

    reflections: int
    complex_reflections: int
    questions: int


def count_moves(wording: Wording) -> MoveCounts | None:
    """The counts of one reply; None where its words weren't rated, or the model wasn't taught these moves."""
    moves = wording.moves
    if wording.level is None or not all(any(move in moves for move in group) for group in (REFLECTIONS, QUESTIONS)):
        return None
    there = wording.there
    return MoveCounts(
        reflections=int(any(move in there for move in REFLECTIONS)),
        complex_reflections=int("complex_reflection" in there),
        questions=int(any(move in there for move in QUESTIONS)),
    )
