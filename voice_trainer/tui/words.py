"""What things are called on the screen: plain words for moves, dimensions, levels, days. Pure."""

from __future__ import annotations

import textwrap
from datetime import datetime, tzinfo

from ..exercise import Exercise
from ..listening.dimensions import VOICE_DIMENSIONS, WORDING_DIMENSIONS
from ..vocabulary import (
    DIMENSIONS,
    KIND_MARKS,
    KIND_WORDS,
    KINDS,
    LEVELS_OF,
    SKILLS,
    VOICE_LEVELS,
    WORDING_LEVELS,
    clock,
    level_of,
    level_word,
    move_word,
)

__all__ = [
    "DIMENSIONS",
    "LEVELS_OF",
    "SKILLS",
    "VOICE_DIMENSIONS",
    "VOICE_LEVELS",
    "WORDING_DIMENSIONS",
    "WORDING_LEVELS",
    "clock",
    "level_of",
    "level_word",
    "move_word",
]

SKILL_ABOUT: dict[str, str] = {
    "notice": "Hear what is felt before you answer, and let a little of it show.",
    "reflect_feeling": "Say the feeling you heard, in plain words, as a guess they can correct.",
    "reflect_meaning": "Say what it means to them, not only what happened.",
    "validate": "Let them know that what they feel makes sense, from where they stand.",
    "stay_curious": "Ask what opens; leave the answer to them.",
    "regulate": "Keep your own voice calm while somebody else's is not.",
    "stay_present": "Stay beside what can't be fixed, without filling the silence.",
    "repair": "You missed them. Say so, and come back.",
}
CONTEXTS: dict[str, str] = {
    "partner": "partner",
    "parent": "parent",
    "child": "child",
    "friend": "friend",
    "family": "family",
    "work": "work",
    "therapy": "therapy",
    "care": "care",
}
ATTACHMENTS: dict[str, str] = {
    "secure": "secure",
    "anxious": "anxious",
    "avoidant": "avoidant",
    "disorganized": "disorganized",
}
ATTACHMENT_ABOUT: dict[str, str] = {
    "secure": "speaks openly and can take comfort",
    "anxious": "reaches hard for an answer, and fears there is none",
    "avoidant": "plays it down, and steps back when it gets close",
    "disorganized": "reaches and pushes away at once",
}
DIFFICULTIES: dict[int, str] = {1: "gentle", 2: "mild", 3: "moving", 4: "demanding", 5: "fierce"}

PULL_WORDS: dict[str, str] = {
    "fix": "I wanted to fix it",
    "defend": "I wanted to defend myself",
    "please": "I wanted to please",
    "leave": "I wanted to get away",
    "nothing": "nothing much",
}
"""What a reply pulled the trainee to do, as they would say it of themselves; in the order of the keys."""
PULL_NOUNS: dict[str, str] = {
    "fix": "to fix",
    "defend": "to defend",
    "please": "to please",
    "leave": "to get away",
    "nothing": "nothing much",
}

NEARER, ASKS, AWAY, BESIDE = KIND_MARKS.values()
MARKS: dict[str, str] = {move: KIND_MARKS[kind] for move, kind in KINDS.items()}
MARK_WORDS: dict[str, str] = {KIND_MARKS[kind]: words for kind, words in KIND_WORDS.items()}
MARK_STYLES: dict[str, str] = {NEARER: "$primary", ASKS: "$secondary", AWAY: "$warning", BESIDE: "$quiet"}

FULL, EMPTY = "▰", "▱"


def bar(level: int | None) -> str:
    """Five steps; none filled where the level was not rated."""
    return FULL * (level or 0) + EMPTY * (5 - (level or 0))


def who(exercise: Exercise) -> str:
    """ "Maya, your partner"."""
    return f"{exercise.speaker.name}, {exercise.speaker.relation}"


def hanging(text: str, indent: int, width: int) -> str:
    """``text`` wrapped to ``width`` columns, every line indented by ``indent``."""
    margin = " " * indent
    return textwrap.fill(text, max(width, indent + 12), initial_indent=margin, subsequent_indent=margin)


def day(moment: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """ "today 14:02", "yesterday 9:10", "Tue 21 Nov" or "21 Nov 2024", in ``zone`` (None: this machine's)."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    days = (today.date() - local.date()).days
    if days == 0:
        return f"today {local:%H:%M}"
    if days == 1:
        return f"yesterday {local:%H:%M}"
    date = f"{local.day} {local:%b}"
    return f"{local:%a} {date}" if 0 <= days < 300 else f"{date} {local.year}"


def greeting(now: datetime, person: str = "") -> str:
    hour = now.hour
    part = "morning" if 5 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
    return f"Good {part}, {person}." if person else f"Good {part}."
