"""Pauses, pace and filled pauses.

Conventions: a pause is a silence of ``PAUSE_S`` and more between the first and the last speech; phonation time is
speech without its pauses; articulation rate counts syllables over phonation time, speech rate words over all of it
(Goldman-Eisler 1968). Filled pauses count as syllables and as phonation, not as words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import frames
from .frames import HOP_S, Bools, Floats
from .loudness import slope
from .measures import Pause
from .pitch import PitchContour, semitones
from .syllables import count
from .transcript import Transcript, Word

PAUSE_S = 0.25
"""Goldman-Eisler's threshold: shorter silences belong to articulation."""
DRIFT_LEAST_S = 4.0
DRIFT_WINDOW_S = 2.0
DRIFT_STEP_S = 0.5
"""Rate drift is read over windows of phonation time; shorter speech has none."""
FILLERS = frozenset(
    ("um", "umm", "uhm", "uh", "uhh", "er", "erm", "hm", "hmm", "mm", "mmm", "ah", "eh", "äh", "ähm", "öh", "euh")
)
"""As recognizers write them, in English and in neighbouring languages."""
FILLER_LEAST_S = 0.3
FILLER_MOST_S = 1.5
FILLER_F0_SEMITONES = 0.35
FILLER_LEVEL_DB = 2.5
"""A filled pause is a long voiced stretch whose pitch and level stay flat: standard deviations about their own straight
line (Goto, Itou & Hayamizu 1999). Set so that 46 read sentences have none: a drawn-out word must not be called an
"um", and some "um" are missed for it."""
FILLER_PAUSE_REACH_S = 0.12
"""And it stands beside a silence."""
FILLER_SILENCE_S = 0.12
COVERED_SHARE = 0.3
"""A stretch covered by words to more than this share is a word."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """First to last speech, with the pauses between."""

    first_s: float
    last_s: float
    pauses: tuple[Pause, ...]

    @property
    def speech_s(self) -> float:
        return self.last_s - self.first_s

    @property
    def phonation_s(self) -> float:
        return max(self.speech_s - sum(pause.end_s - pause.start_s for pause in self.pauses), 0.0)


def span(speaking: Bools) -> Span | None:
    """The span of ``speaking`` frames; None where there is none."""
    rows = np.flatnonzero(speaking)
    if not len(rows):
        return None
    first, last = int(rows[0]), int(rows[-1]) + 1
    silences = [(first + start, first + end) for start, end in frames.runs(~speaking[first:last])]
    return Span(
        first_s=first * HOP_S,
        last_s=last * HOP_S,
        pauses=tuple(
            Pause(start_s=round(start * HOP_S, 3), end_s=round(end * HOP_S, 3))
            for start, end in silences
            if (end - start) * HOP_S >= PAUSE_S - 1e-9
        ),
    )


def is_filler(word: Word) -> bool:
    return word.text.lower().strip(" .,!?…-–—'\"") in FILLERS


def syllable_times(transcript: Transcript) -> Floats:
    """When syllables were said, in seconds: a word's are spread evenly over it."""
    times: list[float] = []
    for word in transcript.words:
        number = count(word.text, transcript.language)
        step = (word.end_s - word.start_s) / max(number, 1)
        times += [word.start_s + (index + 0.5) * step for index in range(number)]
    return np.asarray(times, np.float64)


def speech_rate_wpm(transcript: Transcript, within: Span) -> float | None:
    words = sum(1 for word in transcript.words if count(word.text, transcript.language) and not is_filler(word))
    return 60.0 * words / within.speech_s if words and within.speech_s > 0 else None


def rate_drift(syllables_s: Floats, within: Span) -> float | None:
    """Slope of the articulation rate in syllables/s², windows weighted by their phonation time; None if too short."""
    if within.phonation_s < DRIFT_LEAST_S or not len(syllables_s):
        return None
    starts = np.arange(within.first_s, within.last_s - DRIFT_WINDOW_S + 1e-6, DRIFT_STEP_S)
    centres, rates, weights = [], [], []
    for start in starts:
        end = start + DRIFT_WINDOW_S
        silent = sum(max(0.0, min(end, p.end_s) - max(start, p.start_s)) for p in within.pauses)
        spoken = DRIFT_WINDOW_S - silent
        if spoken >= 0.5 * DRIFT_WINDOW_S:
            inside = int(((syllables_s >= start) & (syllables_s < end)).sum())
            centres.append(start + 0.5 * DRIFT_WINDOW_S)
            rates.append(inside / spoken)
            weights.append(spoken)
    if len(centres) < 3:
        return None
    return slope(np.asarray(centres), np.asarray(rates), np.asarray(weights))


def filled_pauses(contour: PitchContour, level_dbfs: Floats, speaking: Bools, transcript: Transcript | None) -> int:
    """How many "um" there were: those the transcript has, and flat voiced stretches beside a silence that no word
    covers.

    Whisper tends to leave "um" out, so its silence is no proof.
    """
    words = () if transcript is None else transcript.words
    heard = 0
    for start_s, end_s in _flat_stretches(contour, level_dbfs, speaking):
        covered = sum(max(0.0, min(end_s, word.end_s) - max(start_s, word.start_s)) for word in words)
        heard += covered <= COVERED_SHARE * (end_s - start_s)
    return written_fillers(transcript) + heard


def written_fillers(transcript: Transcript | None) -> int:
    """How many "um" and its kin the transcript has."""
    return 0 if transcript is None else sum(map(is_filler, transcript.words))


def _flat_stretches(contour: PitchContour, level_dbfs: Floats, speaking: Bools) -> list[tuple[float, float]]:
    found = []
    silent = np.zeros(len(speaking), np.bool_)
    for first, last in frames.runs(~speaking):
        silent[first:last] = (last - first) * HOP_S >= FILLER_SILENCE_S
    for start, end in frames.runs(contour.voiced & frames.at_times(speaking, contour.times_s)):
        times = contour.times_s[start:end]
        if not FILLER_LEAST_S <= times[-1] - times[0] <= FILLER_MOST_S:
            continue
        rows = np.clip(np.rint(times / HOP_S).astype(np.int_), 0, len(level_dbfs) - 1)
        # The ends of a vowel glide and fade; its body tells.
        body = slice(2, -2)
        if _roughness(times[body], semitones(contour.f0_hz[start:end])[body]) > FILLER_F0_SEMITONES:
            continue
        if _roughness(times[body], level_dbfs[rows][body]) > FILLER_LEVEL_DB:
            continue
        reach = round(FILLER_PAUSE_REACH_S / HOP_S)
        before = silent[max(0, rows[0] - reach) : rows[0]]
        after = silent[rows[-1] + 1 : rows[-1] + 1 + reach]
        if before.any() or after.any():
            found.append((float(times[0]), float(times[-1])))
    return found


def _roughness(times: Floats, values: Floats) -> float:
    """Standard deviation about the straight line through ``values``."""
    steepness = slope(times, values) or 0.0
    return float(np.std(values - steepness * (times - times.mean())))
