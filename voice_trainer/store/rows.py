"""Records as rows of the tables, and rows as records."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any, TypeVar

import msgspec

from voice_trainer.attempt import Attempt
from voice_trainer.errors import RequestInvalid
from voice_trainer.listening.move_counts import count_moves
from voice_trainer.session import LONGEST_NOTE, Pin

from .base import HistoryRow
from .ids import LENGTH

MOST_AT_ONCE = 500
"""Values in one statement; SQLite takes 999 in its older versions."""
ARE_TEXTS = frozenset({str})
ARE_NUMBERS = frozenset({int, float, type(None)})
LEVELS = msgspec.json.Decoder(dict[str, int])

Record = TypeVar("Record", bound=msgspec.Struct)


def attempt_row(attempt: Attempt) -> dict[str, Any]:
    if len(attempt.id) != LENGTH or attempt.id.upper() != attempt.id or not attempt.id.isalnum():
        raise RequestInvalid(f"{attempt.id!r} is no attempt id; make one with new_attempt_id.")
    return {
        "id": attempt.id,
        "exercise_id": attempt.exercise_id,
        "turn": attempt.turn,
        "started_at": zoned(attempt.started_at, "started_at"),
        "person": attempt.person,
        "wording": attempt.scored.attunement.wording,
        "voice": attempt.scored.attunement.voice,
        "level": attempt.scored.wording.level,
        "recording": attempt.recording,
        "outcome": attempt.outcome,
        "scoring_version": attempt.scored.attunement.scoring_version,
        "record": written(attempt, Attempt, f"The attempt {attempt.id}"),
    }


def figures_row(attempt: Attempt) -> dict[str, Any]:
    counts = count_moves(attempt.scored.wording)
    levels = {one.name: one.level for one in attempt.scored.attunement.dimensions if one.level is not None}
    return {
        "attempt_id": attempt.id,
        "reflections": counts.reflections if counts else None,
        "complex_reflections": counts.complex_reflections if counts else None,
        "questions": counts.questions if counts else None,
        "dimensions": msgspec.json.encode(levels).decode(),
    }


def row_as(kind: type[Record], row: Mapping[Any, Any]) -> Record:
    """Raises msgspec.ValidationError where a value is none that the column should hold."""
    return msgspec.convert({str(name): value for name, value in row.items()}, kind)


def history_row(row: Sequence[Any]) -> HistoryRow:
    """Raises TypeError, or msgspec.ValidationError, where a value is none that the column should hold."""
    # Written out: ten thousand of them are made while somebody waits, and a dictionary for each costs half of it.
    (identity, exercise_id, turn, started_at, person, wording, voice, level, recording, outcome, version, *counts) = row
    reflections, complex_reflections, questions, dimensions = counts
    numbers = (wording, voice, level, reflections, complex_reflections, questions)
    texts = (exercise_id, turn, person, version)
    if not (ARE_TEXTS.issuperset(map(type, texts)) and ARE_NUMBERS.issuperset(map(type, numbers))):
        raise TypeError(f"attempt {identity}")
    return HistoryRow(
        id=identity,
        exercise_id=exercise_id,
        turn=turn,
        started_at=started_at,
        person=person,
        wording=wording,
        voice=voice,
        level=level,
        recording=recording,
        outcome=outcome,
        scoring_version=version,
        reflections=reflections,
        complex_reflections=complex_reflections,
        questions=questions,
        dimensions=LEVELS.decode(dimensions) if dimensions else {},
    )


def pin_row(pin: Pin) -> dict[str, Any]:
    if not 0 < len(pin.note.strip()) <= LONGEST_NOTE:
        raise unpinnable(f"its note has {len(pin.note)} characters; write 1 to {LONGEST_NOTE}")
    if not isfinite(pin.at_s) or pin.at_s < 0:
        raise unpinnable(f"its moment is {pin.at_s} s; give 0 or more")
    return {**msgspec.structs.asdict(pin), "made_at": zoned(pin.made_at, "made_at")}


def unpinnable(reason: str) -> RequestInvalid:
    return RequestInvalid(f"The note can't be pinned: {reason}.")


def portions(values: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), MOST_AT_ONCE):
        yield ordered[start : start + MOST_AT_ONCE]


def zoned(moment: datetime, name: str) -> datetime:
    if moment.tzinfo is None:
        raise RequestInvalid(f"{name} is {moment.isoformat()} without a time zone; give it in UTC.")
    return moment


def written(record: Record, kind: type[Record], what: str) -> str:
    """JSON that reads back as the same record; msgspec would write NaN as null, which is another value."""
    try:
        text = msgspec.json.encode(record).decode()
        if msgspec.json.decode(text, type=kind) == record:
            return text
        reason = "it would read back differently; NaN and infinity have no place in it"
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        reason = str(error)
    raise RequestInvalid(f"{what} can't be stored: {reason}.")
