"""The columns of the results, told once: for CSV, for Parquet, and for the documentation."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..attempt import Scored, VoiceMeasures
from ..listening.dimensions import VOICE_DIMENSIONS, WORDING_DIMENSIONS
from ..listening.moves import MOVE_WORDS, MOVES
from .plan import Task

Value = str | int | float | bool | None
Row = dict[str, Value]
"""Column → value; what is not there is None."""

MEASURES = tuple(name for name in VoiceMeasures.__struct_fields__ if name != "not_rated")
COUNTS = ("pause_count", "filled_pause_count")
DIGITS = 6


class Column(msgspec.Struct, frozen=True):
    """One column; ``kind`` is a datatype of CSV on the Web."""

    name: str
    meaning: str
    kind: Literal["string", "integer", "number", "boolean"] = "string"


COLUMNS: tuple[Column, ...] = (
    Column("file", "The recording, as it was named or as the manifest names it."),
    Column("exercise", "Id of the exercise that it answers."),
    Column("turn", "Id of the turn."),
    Column("person", "Who spoke."),
    Column("error", "Why the file could not be scored; empty where it was."),
    Column("transcript", "What was said."),
    Column("language", "Of the transcript, as ISO 639-1 code."),
    Column("behavior", "Main behavior: reflection, question, therapist_input or other."),
    Column("level", "Of the wording, 1 to 5, where 3 is what a present listener does.", "integer"),
    Column("wording", "The same, finer, 0 to 1.", "number"),
    Column("voice", "How the reply was said, 0 to 1; never averaged with the wording.", "number"),
    *(Column(f"level_{name}", f"Level 1 to 5 of {name}, of the wording.", "integer") for name in WORDING_DIMENSIONS),
    *(Column(f"level_{name}", f"Level 1 to 5 of {name}, of the voice.", "integer") for name in VOICE_DIMENSIONS),
    *(Column(f"move_{name}", f"Whether the reply makes this move: {MOVE_WORDS[name]}.", "boolean") for name in MOVES),
    *(
        Column(name, "Measure of the voice; see docs/voice.md.", "integer" if name in COUNTS else "number")
        for name in MEASURES
    ),
    Column("not_rated", "What was not rated, with the reason: a JSON object."),
    Column("scoring_version", "Changes with every formula; only the same versions can be compared."),
    Column("listening_model", "Version of the network that read the words."),
    Column("whisper_model", "The recognizer that wrote them."),
)


def row_of(task: Task, scored: Scored, whisper_model: str) -> Row:
    """One reply, scored."""
    wording, voice, attunement = scored.wording, scored.voice, scored.attunement
    levels = {one.name: one.level for one in attunement.dimensions}
    row: Row = {
        **_about(task),
        "transcript": scored.transcript.text,
        "language": scored.transcript.language,
        "behavior": wording.behavior,
        "level": wording.level,
        "wording": _rounded(attunement.wording),
        "voice": _rounded(attunement.voice),
        **{f"level_{name}": levels.get(name) for name in (*WORDING_DIMENSIONS, *VOICE_DIMENSIONS)},
        **{f"move_{name}": present for name, present in _moves(scored).items()},
        **{name: _rounded(getattr(voice, name)) for name in MEASURES},
        "not_rated": msgspec.json.encode(scored.not_rated).decode(),
        "scoring_version": attunement.scoring_version,
        "listening_model": wording.model_version,
        "whisper_model": whisper_model,
    }
    return _whole(row)


def failed_row(task: Task, error: str) -> Row:
    """One reply that could not be scored, with the sentence that says why."""
    return _whole({**_about(task), "error": error})


def _about(task: Task) -> Row:
    return {"file": task.file, "exercise": task.exercise, "turn": task.turn, "person": task.person}


def _moves(scored: Scored) -> dict[str, bool | None]:
    """Move → whether it is there; None where the words were not read, or the model was not taught it."""
    wording = scored.wording
    if wording.behavior is None:
        return dict.fromkeys(MOVES)
    made = wording.there
    return {move: True if move in made else False if move in wording.moves else None for move in MOVES}


def _rounded(value: float | None) -> float | None:
    return round(value, DIGITS) if isinstance(value, float) else value


def _whole(row: Row) -> Row:
    return {column.name: row.get(column.name) for column in COLUMNS}
