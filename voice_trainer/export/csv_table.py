"""CSV (RFC 4180) in AnnoMI's columns: a row for what the speaker said, a row for the reply.

AnnoMI's unit is the turn in the talk, not the sentence: rates of reflections and questions are then its own.
"""

from __future__ import annotations

import csv
import io
import re

from ..listening.moves import Move
from .csv_columns import COLUMNS, NOT_APPLICABLE
from .take import Take, clean

FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]")
"""What a spreadsheet may take for a formula at the beginning of a cell (OWASP, CSV Injection); with apostrophes before,
so that taking one away gives back what was there. The tabs and line ends that OWASP adds are gone by then."""
KINDS: dict[str, dict[Move, str]] = {
    "therapist_input": {"information": "information", "advice": "advice"},
    "reflection": {"simple_reflection": "simple", "complex_reflection": "complex"},
    "question": {"open_question": "open", "closed_question": "closed"},
}
"""Main behavior → move → AnnoMI's subtype."""


def render(take: Take) -> str:
    """With a header; lines end in CR LF."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [column.name for column in COLUMNS], restval="")
    writer.writeheader()
    if take.prompt:
        writer.writerow(_safe(_both(take) | _client(take)))
    writer.writerow(_safe(_both(take) | _therapist(take)))
    return out.getvalue()


def neutral(text: str) -> str:
    """``text``, with an apostrophe before it where a spreadsheet would run it."""
    return f"'{text}" if FORMULA.match(text) else text


def as_said(cell: str) -> str:
    """The other way round: what ``neutral`` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def _safe(row: dict[str, str | float | None]) -> dict[str, str | float | None]:
    return {name: neutral(clean(value)) if isinstance(value, str) else value for name, value in row.items()}


def _both(take: Take) -> dict[str, str | float | None]:
    attempt = take.attempt
    return {
        "transcript_id": attempt.id,
        "video_title": take.title,
        "topic": take.exercise.context if take.exercise else "",
        "annotator_id": f"voice-trainer scoring {attempt.scored.attunement.scoring_version}",
        "person": attempt.person,
        "started_at": attempt.started_at.isoformat(),
    }


def _client(take: Take) -> dict[str, str | float | None]:
    coded = [f"{kind}_{part}" for kind in KINDS for part in ("exists", "subtype")]
    return {
        "utterance_id": 0,
        "interlocutor": "client",
        "timestamp": _clock(0),
        "utterance_text": take.prompt,
        **dict.fromkeys([*coded, "main_therapist_behaviour"], NOT_APPLICABLE),
    }


def _therapist(take: Take) -> dict[str, str | float | None]:
    scored = take.attempt.scored
    row: dict[str, str | float | None] = {
        "utterance_id": 1 if take.prompt else 0,
        "interlocutor": "therapist",
        "timestamp": _clock(take.words[0].start_ms if take.words else 0),
        "utterance_text": take.text,
        "main_therapist_behaviour": scored.wording.behavior or "",
        "client_talk_type": NOT_APPLICABLE,
        "start_s": min(word.start_ms for word in take.words) / 1000 if take.words else None,
        "end_s": max(word.end_ms for word in take.words) / 1000 if take.words else None,
        "moves": " ".join(scored.wording.there),
        "level": scored.wording.level,
        "wording": _rounded(scored.attunement.wording),
        "voice": _rounded(scored.attunement.voice),
    }
    for kind in KINDS:
        row[f"{kind}_exists"], row[f"{kind}_subtype"] = _kind(take, kind)
    return row


def _kind(take: Take, kind: str) -> tuple[str, str]:
    """Whether the reply does this, and which sort of it; empty where that was not rated."""
    wording = take.attempt.scored.wording
    if wording.behavior is None:
        return "", ""
    known = {move: wording.moves[move] for move in KINDS[kind] if move in wording.moves}
    made = [move for move in wording.there if move in known]
    likeliest = max(made or known, key=lambda move: known[move], default=None)
    if made or wording.behavior == kind:
        return "True", KINDS[kind][likeliest] if likeliest is not None else ""
    return ("False", NOT_APPLICABLE) if len(known) == len(KINDS[kind]) else ("", "")


def _clock(at_ms: int) -> str:
    seconds = at_ms // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
