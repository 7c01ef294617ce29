"""A debrief as CSV (RFC 4180): a row a reply. Who gave none has a row too, so that nobody is missing."""

from __future__ import annotations

import csv
import io

import msgspec

from ..debrief import Debrief, PersonPart, ReplyPart
from ..vocabulary import clock
from .csv_columns import SCHEMA, Column
from .csv_table import neutral
from .take import clean

COLUMNS: tuple[Column, ...] = (
    Column("session_id", "The session."),
    Column("session", "Its title."),
    Column("person", "Whose reply."),
    Column("attempt_id", "The reply; empty where the person gave none, or kept them all."),
    Column("step", "Place in the plan, from 1.", "integer"),
    Column("round", "Of a drill, from 1.", "integer"),
    Column("exercise", "Title of the exercise."),
    Column("turn", "Which of its lines was answered."),
    Column("arrived_at", "When the reply came to the coach, UTC.", "dateTime"),
    Column("shared", "What was shared of it: scores, transcript, recording, parted by spaces."),
    Column("duration_s", "How long the reply is, seconds.", "number"),
    Column("text", "What was said; empty where it was not shared."),
    Column("moves", "Moves that the machine heard, by the product's names, parted by spaces."),
    Column("level", "Of the wording, by the machine, 1 to 5, where 3 is what a present listener does.", "integer"),
    Column("wording", "The same, finer, 0 to 1.", "number"),
    Column("voice", "How the reply was said, by the machine, 0 to 1; never averaged with the wording.", "number"),
    Column("coach_wording", "The coach's rating of the wording, 1 to 5; the latest.", "integer"),
    Column("coach_voice", "The coach's rating of the voice, 1 to 5; the latest.", "integer"),
    Column("blind", "True where the coach rated it before the machine's view was revealed, else False."),
    Column("observed", "What observers counted: their name, then move and times."),
    Column("strength", "Of the reply, as the person was told it."),
    Column("next_step", "Of the reply, as the person was told it."),
    Column("notes", "Notes at moments of it: the moment, who wrote it, the note."),
)


def render(debrief: Debrief) -> str:
    """With a header; lines end in CR LF."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [column.name for column in COLUMNS], restval="")
    writer.writeheader()
    for part in debrief.people:
        for reply in part.replies or (None,):
            writer.writerow(_safe(_row(debrief, part, reply)))
    return out.getvalue()


def metadata(file_name: str) -> str:
    """The data dictionary as CSV on the Web keeps it beside a CSV."""
    document = {
        "@context": SCHEMA,
        "url": file_name,
        "dc:title": "A session looked back on, a row a reply",
        "dc:description": "Empty is not rated, or not shared. Text that a spreadsheet would take for a formula has an "
        "apostrophe before it.",
        "tableSchema": {
            "columns": [
                {"titles": one.name, "name": one.name, "dc:description": one.meaning, "datatype": one.kind}
                for one in COLUMNS
            ]
        },
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _row(debrief: Debrief, part: PersonPart, reply: ReplyPart | None) -> dict[str, str | float | None]:
    row: dict[str, str | float | None] = {
        "session_id": debrief.session_id,
        "session": debrief.title,
        "person": part.name,
    }
    if reply is None:
        return row
    rating = next((one for one in reversed(reply.ratings) if one.role == "coach"), None)
    return row | {
        "attempt_id": reply.attempt_id,
        "step": reply.step + 1,
        "round": reply.round + 1,
        "exercise": reply.title,
        "turn": reply.turn,
        "arrived_at": reply.arrived_at.isoformat(),
        "shared": " ".join(reply.shared),
        "duration_s": round(reply.duration_s, 3),
        "text": reply.text,
        "moves": " ".join(reply.moves),
        "level": reply.level,
        "wording": None if reply.wording is None else round(reply.wording, 6),
        "voice": None if reply.voice is None else round(reply.voice, 6),
        "coach_wording": rating.wording if rating is not None else None,
        "coach_voice": rating.voice if rating is not None else None,
        "blind": str(rating.blind) if rating is not None else "",
        "observed": "; ".join(
            f"{one.observer}: {', '.join(f'{move} {count}' for move, count in one.observed.items())}"
            for one in reply.tallies
        ),
        "strength": reply.strength,
        "next_step": reply.next_step,
        "notes": "; ".join(f"{clock(pin.at_s)} {pin.author}: {pin.note}" for pin in reply.pins),
    }


def _safe(row: dict[str, str | float | None]) -> dict[str, str | float | None]:
    return {name: neutral(clean(value)) if isinstance(value, str) else value for name, value in row.items()}
