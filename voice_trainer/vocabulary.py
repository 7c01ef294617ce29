"""What things are called wherever a person reads them: skills, levels, dimensions, moves, measures. Pure."""

from __future__ import annotations

from .listening.dimensions import VOICE_DIMENSIONS
from .listening.moves import MOVE_WORDS

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
"""In the order in which they build on each other."""
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
KIND_MARKS: dict[str, str] = {NEARER: "◆", ASKS: "◇", AWAY: "▽", BESIDE: "·"}
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
"""Whether a move comes nearer, asks, pulls away, or does neither."""

JUDGED, DESCRIBED = "judged", "descriptive"
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
    ("alpha_ratio_db", "Highs over lows", "{:+.1f} dB", DESCRIBED),
    ("spectral_flux", "Movement of timbre", "{:.2f} of 2", DESCRIBED),
    ("clipping_ratio", "Clipped", "{:.2%}", DESCRIBED),
    ("snr_db", "Above background", "{:.0f} dB", DESCRIBED),
)
"""Measure, name, how its value is written, judged (in its extremes) or descriptive."""


def level_of(score: float | None) -> int | None:
    """The 1–5 level nearest to a 0–1 score; None stays None."""
    return None if score is None else 1 + round(4 * min(1.0, max(0.0, score)))


def level_word(level: int | None, dimension: str) -> str:
    """What ``level`` is called for ``dimension`` ("wording" and "voice" stand for the whole)."""
    if level is None:
        return "not rated"
    spoken = dimension == "voice" or dimension in VOICE_DIMENSIONS
    return LEVELS_OF.get(dimension, VOICE_LEVELS if spoken else WORDING_LEVELS)[level - 1]


def move_word(move: str) -> str:
    return MOVE_WORDS.get(move, move.replace("_", " "))


def clock(seconds: float) -> str:
    """ "1:07"; never negative."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"
