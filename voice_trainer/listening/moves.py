"""The listening moves by the field's terms, and the records a reading of a reply is made of."""

from __future__ import annotations

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
        not_taught: move → why this model can't tell it.
        model_version: of the network that read it.
    """

    reply: Span
    sentences: tuple[Span, ...]
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
