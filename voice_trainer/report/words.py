"""Text in a report: cleaned, dated, and what each sentence does."""

from __future__ import annotations

import re
from datetime import datetime

from ..listening.moves import Sentence, there
from ..vocabulary import BESIDE, KINDS, NEARER, move_word

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML and UTF-8 can't carry, or no screen shows."""


def clean(text: str) -> str:
    """``text`` on one line, with what can't be written replaced."""
    return " ".join(UNPRINTABLE.sub("\ufffd", text).split())


def marks(one: Sentence) -> tuple[tuple[str, str], ...]:
    """(kind, words) of what a sentence does; the feelings that it names are said with their names."""
    named = f"names {', '.join(one.feelings)}" if one.feelings else ""
    moves = there(one.moves)
    found = [
        (KINDS.get(move, BESIDE), named if named and move == "names_feeling" else move_word(move)) for move in moves
    ]
    if named and "names_feeling" not in moves:
        found.append((NEARER, named))
    return tuple((kind, clean(text)) for kind, text in found)


def day(moment: datetime) -> str:
    """ "22 November 2026, 21:16", by this machine's clock."""
    local = moment.astimezone()
    return f"{local.day} {local:%B %Y}, {local:%H:%M}"


def until(first: datetime, last: datetime) -> str:
    """The end of a stretch that began with ``first``: on the same day, only the time of it."""
    local = last.astimezone()
    return f"{local:%H:%M}" if local.date() == first.astimezone().date() else day(last)


def short_day(moment: datetime) -> str:
    """ "22 Nov, 21:16"."""
    local = moment.astimezone()
    return f"{local.day} {local:%b}, {local:%H:%M}"


def sentence(text: str) -> str:
    """With a capital letter and a full stop, as reasons that stand alone need."""
    text = clean(text)
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")
