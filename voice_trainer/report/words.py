"""What things are called in a report. The same words as on the screen, which a test holds."""

from __future__ import annotations

import re
from datetime import datetime

from ..listening.moves import MOVE_WORDS, Sentence, there

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
NEARER, ASKS, AWAY, BESIDE = "nearer", "asks", "away", "beside"
MARKS: dict[str, str] = {NEARER: "◆", ASKS: "◇", AWAY: "▽", BESIDE: "·"}
KIND_WORDS: dict[str, str] = {
    NEARER: "comes nearer: reflects, names a feeling, validates, affirms, repairs",
    ASKS: "asks: an open or a closed question",
    AWAY: "pulls away: advises, minimizes, judges, defends, own story",
    BESIDE: "neither: informs",
}
KINDS: dict[str, str] = {
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

JUDGED, DESCRIBED = "judged in its extremes", "described"
MEASURES: tuple[tuple[str, str, str, str], ...] = (
    ("loudness_mean_dbfs", "Loudness", "{:.0f} dBFS", JUDGED),
    ("loudness_sd_db", "Spread of loudness", "{:.1f} dB", JUDGED),
    ("loudness_range_db", "Range of loudness", "{:.0f} dB", DESCRIBED),
    ("loudness_drift_db_per_s", "Drift of loudness", "{:+.1f} dB/s", JUDGED),
    ("articulation_rate_syll_per_s", "Articulation", "{:.1f} syll/s", JUDGED),
    ("speech_rate_wpm", "Pace", "{:.0f} words/min", DESCRIBED),
    ("rate_drift_syll_per_s2", "Drift of pace", "{:+.2f} syll/s²", DESCRIBED),
    ("response_latency_s", "Before answering", "{:.1f} s", DESCRIBED),
    ("interruption_s", "Spoken over them", "{:.1f} s", JUDGED),
    ("pause_count", "Pauses", "{:d}", DESCRIBED),
    ("pause_mean_s", "Mean pause", "{:.1f} s", DESCRIBED),
    ("longest_pause_s", "Longest pause", "{:.1f} s", DESCRIBED),
    ("filled_pause_count", "“Um” and the like", "{:d}", DESCRIBED),
    ("phonation_time_ratio", "Share voiced", "{:.0%}", DESCRIBED),
    ("f0_median_hz", "Pitch", "{:.0f} Hz", DESCRIBED),
    ("f0_range_semitones", "Melody", "{:.1f} semitones", JUDGED),
    ("final_contour_semitones", "Last fall or rise", "{:+.1f} semitones", DESCRIBED),
    ("harshness", "Harshness", "{:.2f} of 1", JUDGED),
    ("clipping_ratio", "Clipped", "{:.2%}", DESCRIBED),
    ("snr_db", "Above background", "{:.0f} dB", DESCRIBED),
)
"""Measure, name, how its value is written, what it is used for."""

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML and UTF-8 can't carry, or no screen shows."""


def clean(text: str) -> str:
    """``text`` on one line, with what can't be written replaced."""
    return " ".join(UNPRINTABLE.sub("\ufffd", text).split())


def level_of(score: float | None) -> int | None:
    """The 1–5 level nearest to a 0–1 score; None stays None."""
    return None if score is None else 1 + round(4 * min(1.0, max(0.0, score)))


def level_word(level: int | None, dimension: str, *, spoken: bool) -> str:
    """What ``level`` is called for ``dimension`` ("wording" and "voice" stand for the whole)."""
    if level is None:
        return "not rated"
    return LEVELS_OF.get(dimension, VOICE_LEVELS if spoken else WORDING_LEVELS)[level - 1]


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


def move_word(move: str) -> str:
    return MOVE_WORDS.get(move, move.replace("_", " "))


def clock(seconds: float) -> str:
    """ "1:07"; never negative."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


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
