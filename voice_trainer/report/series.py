"""What the pictures draw: pitch in semitones about one's own median, level about one's own mean, and lines of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil, log2
from statistics import fmean, median

import msgspec

from ..speech.measures import VoiceCurves
from ..speech.transcript import SENTENCE_END, Word

GAP_S = 0.12
"""A longer silence between two voiced points breaks the line."""
QUIETEST_DB = -30.0
"""Background below this, relative to the mean of speech, is drawn at the bottom."""
FARTHEST_SEMITONES = 15.0
"""A voice rarely goes further from its own middle; a stray estimate must not flatten all the rest."""
LINE_S = 6.5
"""Seconds in one line of the picture: at this scale the words fit under it."""
MOST_LINES = 40
EARLIEST_CUT = 0.55
"""A line may end from this share of its length on, where a sentence or a pause invites it."""

Points = tuple[tuple[float, float], ...]


def pitch(curves: VoiceCurves | None) -> Points:
    """(time in s, semitones about the median F0); empty where nothing was voiced."""
    if curves is None or not curves.f0_hz:
        return ()
    middle = median(curves.f0_hz)
    return tuple((at, 12 * log2(hz / middle)) for at, hz in zip(curves.f0_times_s, curves.f0_hz, strict=True))


def loudness(curves: VoiceCurves | None) -> Points:
    """(time in s, dB about the mean level of the louder half); silence lies at ``QUIETEST_DB``."""
    if curves is None or not curves.level_dbfs:
        return ()
    half = median(curves.level_dbfs)
    mean = fmean(level for level in curves.level_dbfs if level >= half)
    levels = zip(curves.level_times_s, curves.level_dbfs, strict=True)
    return tuple((at, max(QUIETEST_DB, level - mean)) for at, level in levels)


def runs(points: Points, gap_s: float = GAP_S) -> tuple[Points, ...]:
    """The stretches without a gap in time."""
    cuts = [0, *(i for i, (a, b) in enumerate(pairwise(points), 1) if b[0] - a[0] > gap_s), len(points)]
    return tuple(points[a:b] for a, b in pairwise(cuts) if b > a)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What the axes of all pictures on a page share, so that they can be compared by eye."""

    low_semitones: float
    high_semitones: float
    high_db: float
    longest_s: float


def limits(voices: Iterable[VoiceCurves | None]) -> Limits:
    """Limits that hold all of ``voices``."""
    several = list(voices)
    heights = [value for voice in several for _, value in pitch(voice)]
    levels = [value for voice in several for _, value in loudness(voice)]
    ends = [voice.level_times_s[-1] for voice in several if voice is not None and voice.level_times_s]
    return Limits(
        low_semitones=max(-FARTHEST_SEMITONES, min(-5.0, *heights, 0.0) - 1.0),
        high_semitones=min(FARTHEST_SEMITONES, max(5.0, *heights, 0.0) + 1.0),
        high_db=max(10.0, *levels, 0.0) + 1.0,
        longest_s=max(1.0, *ends, 0.0),
    )


def line_length_s(duration_s: float) -> float:
    """Seconds in each line, so that there are about ``MOST_LINES`` of them at most."""
    return max(LINE_S, ceil(duration_s / (MOST_LINES * EARLIEST_CUT)))


def lines(words: Sequence[Word], duration_s: float) -> tuple[tuple[float, float], ...]:
    """Cut the reply into lines as music is: at the end of a sentence or in the longest silence near the line's end.

    Returns:
        (start, end) in seconds, without gaps, from 0 to ``duration_s``.
    """
    length_s = line_length_s(duration_s)
    found: list[tuple[float, float]] = []
    start = 0.0
    while duration_s - start > length_s:
        end = _cut(words, start + EARLIEST_CUT * length_s, start + length_s)
        found.append((start, end))
        start = end
    return (*found, (start, duration_s))


def _cut(words: Sequence[Word], earliest_s: float, latest_s: float) -> float:
    """Where to cut between the two: a sentence's end before a silence before nothing at all."""
    best, weight = latest_s, 0.0
    for word, following in pairwise(words):
        middle = (word.end_s + following.start_s) / 2
        if earliest_s <= middle <= latest_s:
            ends = SENTENCE_END.search(word.text) is not None
            this = max(0.01, following.start_s - word.end_s) + (1.0 if ends else 0.0)
            if this > weight:
                best, weight = middle, this
    return best
