"""What is kept in memory of a reply, so that screens are drawn without reading the store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..attempt import Attempt
from ..exercise import Outcome
from ..listening.moves import Move, there


@dataclass(frozen=True, kw_only=True)
class Told:
    """The gist of a reply. Attributes as in ``Attempt``; ``counts``: in how many sentences each move is made."""

    exercise_id: str
    turn: str
    text: str
    duration_s: float
    recording: str | None
    level: int | None
    wording: float | None
    voice: float | None
    outcome: Outcome | None
    moves: tuple[Move, ...]
    counts: dict[Move, int] | None
    strength: tuple[str, str] | None
    next_step: tuple[str, str] | None
    dimensions: dict[str, int] = field(default_factory=dict)


def gist(attempt: Attempt) -> Told:
    """Of a reply; ``strength`` and ``next_step`` are (dimension, sentence)."""
    scored = attempt.scored
    feedback, wording = scored.feedback, scored.wording
    return Told(
        exercise_id=attempt.exercise_id,
        turn=attempt.turn,
        text=scored.transcript.text,
        duration_s=scored.voice.duration_s,
        recording=attempt.recording,
        level=wording.level,
        wording=scored.attunement.wording,
        voice=scored.attunement.voice,
        outcome=attempt.outcome,
        moves=wording.there,
        counts=machine_counts(attempt),
        strength=(feedback.strength.dimension, feedback.strength.text) if feedback.strength else None,
        next_step=(feedback.next_step.dimension, feedback.next_step.text) if feedback.next_step else None,
        dimensions={one.name: one.level for one in scored.attunement.dimensions if one.level is not None},
    )


def machine_counts(attempt: Attempt) -> dict[Move, int] | None:
    """In how many sentences the machine heard each move, as an observer would count; None where scores aren't there."""
    if attempt.scored.wording.behavior is None:
        return None
    counts: Counter[Move] = Counter()
    for sentence in attempt.scored.wording.sentences:
        counts.update(there(sentence.moves))
    return dict(counts)
