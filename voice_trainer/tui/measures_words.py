"""The voice measures in words and units, and whether they are judged or only described. Pure."""

from __future__ import annotations

from ..speech.measures import VoiceMeasures

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
    ("clipping_ratio", "Clipped", "{:.2%}", DESCRIBED),
    ("snr_db", "Above background", "{:.0f} dB", DESCRIBED),
)
"""Measure, name, how its value is written, judged (in its extremes) or descriptive."""


def written(voice: VoiceMeasures | None, measure: str, form: str) -> str:
    """The value in its unit, or a dash."""
    value = getattr(voice, measure) if voice is not None else None
    return "–" if value is None else form.format(value)


def reason(voice: VoiceMeasures, measure: str) -> str:
    """Why it was not measured; "" where it was."""
    if getattr(voice, measure) is not None:
        return ""
    return voice.not_rated.get(measure, "could not be measured")
