"""The listening moves by the field's terms, and the records a reading of a reply is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

Move = Literal[
    "simple_reflection",
    "complex_reflection",
    "names_feeling",
    "validation",
    "affirmation",
    "open_question",
    "closed_question",
    "repair",
    "information",
    "advice",
    "self_disclosure",
    "reassurance_minimizing",
    "judging",
    "defending",
]
Behavior = Literal["reflection", "question", "therapist_input", "other"]
Mechanism = Literal["emotional_reaction", "interpretation", "exploration"]

MOVES: tuple[Move, ...] = get_args(Move)
BEHAVIORS: tuple[Behavior, ...] = get_args(Behavior)
MECHANISMS: tuple[Mechanism, ...] = get_args(Mechanism)
PRESENT = 0.5
"""A move is there from this calibrated probability on."""

MOVE_WORDS: dict[str, str] = {
    "simple_reflection": "reflects",
    "complex_reflection": "reflects deeper",
    "names_feeling": "names a feeling",
    "validation": "validates",
    "affirmation": "affirms",
    "open_question": "open question",
    "closed_question": "closed question",
    "repair": "repairs",
    "information": "informs",
    "advice": "advises",
    "self_disclosure": "own story",
    "reassurance_minimizing": "minimizes",
    "judging": "judges",
    "defending": "defends",
}
"""How a move is called on the screen."""


REFLECTIONS: tuple[Move, ...] = ("complex_reflection", "simple_reflection")
QUESTIONS: tuple[Move, ...] = ("open_question", "closed_question")


def reflects(moves: Mapping[Move, float]) -> float:
    """Probability, 0–1, that something is reflected: simple and complex shut each other out, so they add up."""
    return min(1.0, sum(moves.get(move, 0.0) for move in REFLECTIONS))


def there(moves: Mapping[Move, float]) -> tuple[Move, ...]:
    """The moves that are there, surest first; at most one reflection, and the simple one when unsure (MITI 4.2.1)."""
    found = [move for move, probability in moves.items() if probability >= PRESENT and move not in REFLECTIONS]
    chance = dict(moves)
    if reflects(moves) >= PRESENT:
        kind: Move = "complex_reflection" if moves.get("complex_reflection", 0.0) >= PRESENT else "simple_reflection"
        chance[kind] = reflects(moves)
        found.append(kind)
    return tuple(sorted(found, key=lambda move: -chance[move]))


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """What the listening model read in one stretch of the reply.

    Attributes:
        behavior: probability of each main behavior (AnnoMI's four), summing to 1.
        moves: calibrated probability of each move that the model was taught.
        mechanisms: expected level, 0–2, of each EPITOME mechanism.
    """

    behavior: dict[Behavior, float]
    moves: dict[Move, float]
    mechanisms: dict[Mechanism, float]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the listening model read in one reply.

    Attributes:
        reply: over all of it. sentences: one span for each sentence given, in order.
        level: 1–5 as the model expects a rater to give it (see ``level``); None where it was not taught to.
        not_taught: move → why this model can't tell it.
        model_version: of the network that read it.
    """

    reply: Span
    sentences: tuple[Span, ...]
    level: float | None = None
    not_taught: dict[Move, str] = {}
    model_version: str = ""


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of the reply with what it does.

    Attributes:
        moves: move → probability; only moves that the model was taught.
        feelings: families of the feelings it names (see ``feelings``).
        cues: the words that show it, as they stand in ``text``.
    """

    text: str
    start_s: float
    end_s: float
    moves: dict[Move, float] = {}
    feelings: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    behavior: Behavior = "other"
