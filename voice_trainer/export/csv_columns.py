"""The columns of the CSV, told once: for the header, for the data dictionary beside it, and for the documentation.

The first eighteen are those of AnnoMI's full release (github.com/uccollab/AnnoMI), in its order and with its values, so
that what reads AnnoMI reads this; the rest is what AnnoMI has no column for.
"""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA = "http://www.w3.org/ns/csvw"
NOT_APPLICABLE = "n/a"
"""AnnoMI's word where a column is not for this interlocutor, or has nothing to say; not rated is empty."""


class Column(msgspec.Struct, frozen=True):
    """One column; ``kind`` is a datatype of CSV on the Web."""

    name: str
    meaning: str
    kind: Literal["string", "integer", "number", "dateTime"] = "string"


COLUMNS: tuple[Column, ...] = (
    Column("mi_quality", "Always empty: whole sessions are not rated here. AnnoMI has high or low."),
    Column("transcript_id", "The attempt: one reply to one turn of an exercise."),
    Column("video_title", "Title of the exercise; its id where the exercise is no longer there."),
    Column("video_url", "Always empty: there is no video."),
    Column("topic", "Context of the exercise: partner, parent, child, friend, family, work, therapy or care."),
    Column("utterance_id", "Place in the exchange: 0 the speaker's words, 1 the reply.", "integer"),
    Column("interlocutor", "client for the speaker of the exercise, therapist for the trainee."),
    Column("timestamp", "When the utterance begins in the recording, HH:MM:SS; the speaker was heard before it."),
    Column("utterance_text", "What was said, punctuation as the recognizer wrote it."),
    Column("annotator_id", "Which program rated the row, with the version of its scoring: no person did."),
    Column("therapist_input_exists", "True where the reply gives information or advice, else False; n/a for client."),
    Column("therapist_input_subtype", "information or advice, whichever is likelier; n/a where there is none."),
    Column("reflection_exists", "True where the reply reflects, else False; n/a for client."),
    Column("reflection_subtype", "simple or complex, whichever is likelier; n/a where there is none."),
    Column("question_exists", "True where the reply asks, else False; n/a for client."),
    Column("question_subtype", "open or closed, whichever is likelier; n/a where there is none."),
    Column("main_therapist_behaviour", "reflection, question, therapist_input or other; n/a for client."),
    Column("client_talk_type", "n/a for therapist. Empty for client: talk of change is not rated here."),
    Column("start_s", "First word of the reply, seconds from the start of the recording.", "number"),
    Column("end_s", "End of its last word, seconds from the start of the recording.", "number"),
    Column("person", "Who practised."),
    Column("started_at", "When the attempt began, UTC.", "dateTime"),
    Column("moves", "All moves whose probability is 0.5 or more, by the product's names, parted by spaces."),
    Column("level", "Of the wording, 1 to 5, where 3 is what a present listener does.", "integer"),
    Column("wording", "The same, finer, 0 to 1.", "number"),
    Column("voice", "How the reply was said, 0 to 1; never averaged with the wording.", "number"),
)


def metadata(file_name: str) -> str:
    """The data dictionary as CSV on the Web keeps it beside a CSV (w3.org/TR/tabular-metadata)."""
    columns = [
        {"titles": one.name, "name": one.name, "dc:description": one.meaning, "datatype": one.kind} for one in COLUMNS
    ]
    document = {
        "@context": SCHEMA,
        "url": file_name,
        "dc:title": "One reply, in AnnoMI's columns",
        "dc:description": "Empty is not rated, n/a is not applicable. Text that a spreadsheet would take for a formula "
        "has an apostrophe before it.",
        "tableSchema": {"columns": columns},
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
