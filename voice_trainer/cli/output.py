"""What leaves on standard output: one JSON object a line, or plain words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

if TYPE_CHECKING:
    from ..attempt import Scored

Json = Annotated[bool, typer.Option("--json", help="Print JSON: one object a line.")]


def print_json(value: object) -> None:
    """One object on one line."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as they need to be, two spaces between them."""
    if not rows:
        return
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def review_object(exercise: str, turn: str, scored: Scored, attempt_id: str | None) -> dict[str, Any]:
    """The object that ``review --json`` and ``demo --json`` print."""
    wording = scored.wording
    return {
        "attempt": attempt_id,
        "exercise": exercise,
        "turn": turn,
        "transcript": {
            "text": scored.transcript.text,
            "words": scored.transcript.words,
            "language": scored.transcript.language,
        },
        "voice": scored.voice,
        "wording": {
            "behavior": wording.behavior,
            "moves": wording.moves,
            "mechanisms": wording.mechanisms,
            "level": wording.level,
            "wording": wording.wording,
            "feelings_met": wording.feelings_met,
            "sentences": wording.sentences,
        },
        "attunement": {
            "dimensions": scored.attunement.dimensions,
            "wording": scored.attunement.wording,
            "voice": scored.attunement.voice,
        },
        "feedback": scored.feedback,
        "not_rated": scored.not_rated,
        "timings_s": scored.timings_s,
        "scoring_version": scored.attunement.scoring_version,
    }
