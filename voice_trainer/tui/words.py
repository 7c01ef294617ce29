"""What things are called on the screen: plain words for moves, dimensions, levels, days. Pure."""

from __future__ import annotations

import textwrap
from datetime import datetime, tzinfo

from ..exercise import Exercise
from ..listening.moves import MOVE_WORDS

SKILLS: dict[str, str] = {
    "notice": "noticing",
    "reflect_feeling": "reflecting the feeling",
    "reflect_meaning": "reflecting the meaning",
    "validate": "validating",
    "stay_curious": "staying curious",
    "regulate": "staying calm",
    "stay_present": "staying present",
    "repair": "repairing",
}
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

WORDING_LEVELS = ("not heard yet", "partly heard", "heard", "heard more", "deeply heard")
VOICE_LEVELS = ("far off", "some way off", "present", "near", "very near")
LEVELS_OF: dict[str, tuple[str, str, str, str, str]] = {
    "restraint": ("took over", "stepped in", "left room", "gave room", "gave wide room"),
    "repair": ("not yet", "a beginning", "came back", "came closer", "whole"),
}
DIMENSIONS: dict[str, str] = {
    "feeling": "Feeling",
    "meaning": "Meaning",
    "validation": "Makes sense",
    "curiosity": "Curiosity",
    "restraint": "Restraint",
    "repair": "Repair",
    "loudness": "Loudness",
    "steadiness": "Steadiness",
    "pace": "Pace",
    "range": "Melody",
    "harshness": "Softness",
    "presence": "Presence",
}
WORDING_DIMENSIONS = ("feeling", "meaning", "validation", "curiosity", "restraint", "repair")
VOICE_DIMENSIONS = ("loudness", "steadiness", "pace", "range", "harshness", "presence")

NEARER, ASKS, AWAY, BESIDE = "◆", "◇", "▽", "·"
"""A move comes nearer, asks, pulls away, or does neither."""
MARKS: dict[str, str] = {
    "simple_reflection": NEARER,
    "complex_reflection": NEARER,
    "names_feeling": NEARER,
    "validation": NEARER,
    "affirmation": NEARER,
    "repair": NEARER,
    "open_question": ASKS,
    "closed_question": ASKS,
    "information": BESIDE,
    "self_disclosure": AWAY,
    "advice": AWAY,
    "reassurance_minimizing": AWAY,
    "judging": AWAY,
    "defending": AWAY,
}
MARK_WORDS: dict[str, str] = {
    NEARER: "comes nearer: reflects, names a feeling, validates, affirms, repairs",
    ASKS: "asks: an open or a closed question",
    AWAY: "pulls away: advises, minimizes, judges, defends, own story",
    BESIDE: "neither: informs",
}
MARK_STYLES: dict[str, str] = {NEARER: "$primary", ASKS: "$secondary", AWAY: "$warning", BESIDE: "$quiet"}

FULL, EMPTY = "▰", "▱"


def level_of(score: float | None) -> int | None:
    """The 1–5 level nearest to a 0–1 score; None stays None."""
    return None if score is None else 1 + round(4 * min(1.0, max(0.0, score)))


def bar(level: int | None) -> str:
    """Five steps; none filled where the level was not rated."""
    return FULL * (level or 0) + EMPTY * (5 - (level or 0))


def level_word(level: int | None, dimension: str) -> str:
    """What ``level`` is called for ``dimension`` ("wording" and "voice" stand for the whole)."""
    if level is None:
        return "not rated"
    spoken = dimension == "voice" or dimension in VOICE_DIMENSIONS
    return LEVELS_OF.get(dimension, VOICE_LEVELS if spoken else WORDING_LEVELS)[level - 1]


def move_word(move: str) -> str:
    return MOVE_WORDS.get(move, move.replace("_", " "))


def who(exercise: Exercise) -> str:
    """ "Maya, your partner"."""
    return f"{exercise.speaker.name}, {exercise.speaker.relation}"


def hanging(text: str, indent: int, width: int) -> str:
    """``text`` wrapped to ``width`` columns, every line indented by ``indent``."""
    margin = " " * indent
    return textwrap.fill(text, max(width, indent + 12), initial_indent=margin, subsequent_indent=margin)


def clock(seconds: float) -> str:
    """ "1:07"; never negative."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


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
