"""What the curves draw: pitch in semitones about one's own median, level about one's own mean. Pure."""

from __future__ import annotations

from itertools import pairwise
from math import log2
from statistics import fmean, median

import msgspec

from ..speech.measures import VoiceCurves

GAP_S = 0.12
"""A longer silence between two voiced points breaks the line."""
QUIETEST_DB = -30.0
"""Background below this, relative to the mean of speech, is drawn at the bottom."""
SPARKS = "▁▂▃▄▅▆▇█"


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Points over time; ``values`` in ``unit``."""

    times_s: tuple[float, ...]
    values: tuple[float, ...]
    unit: str

    @property
    def duration_s(self) -> float:
        return self.times_s[-1] if self.times_s else 0.0


def pitch_series(curves: VoiceCurves | None) -> Series:
    """Semitones about the median F0; empty where nothing was voiced."""
    if curves is None or not curves.f0_hz:
        return Series(times_s=(), values=(), unit="semitones")
    middle = median(curves.f0_hz)
    return Series(
        times_s=curves.f0_times_s, values=tuple(12 * log2(hz / middle) for hz in curves.f0_hz), unit="semitones"
    )


def loudness_series(curves: VoiceCurves | None) -> Series:
    """dB about the mean level of the louder half; silence lies at ``QUIETEST_DB``."""
    if curves is None or not curves.level_dbfs:
        return Series(times_s=(), values=(), unit="dB")
    half = median(curves.level_dbfs)
    mean = fmean(level for level in curves.level_dbfs if level >= half)
    return Series(
        times_s=curves.level_times_s,
        values=tuple(max(QUIETEST_DB, level - mean) for level in curves.level_dbfs),
        unit="dB",
    )


def runs(series: Series, gap_s: float = GAP_S) -> tuple[Series, ...]:
    """The stretches without a gap in time."""
    cuts = [0, *(i for i, (a, b) in enumerate(pairwise(series.times_s), 1) if b - a > gap_s)]
    ends = [*cuts[1:], len(series.times_s)]
    return tuple(
        Series(times_s=series.times_s[a:b], values=series.values[a:b], unit=series.unit)
        for a, b in zip(cuts, ends, strict=True)
        if b > a
    )


def spark(series: Series, width: int, low: float, high: float, duration_s: float) -> str:
    """One line of ``width`` characters over ``duration_s``; a blank where there is nothing to show."""
    if width <= 0 or duration_s <= 0:
        return ""
    bins: list[list[float]] = [[] for _ in range(width)]
    for at, value in zip(series.times_s, series.values, strict=True):
        bins[min(width - 1, int(at / duration_s * width))].append(value)
    steps = len(SPARKS) - 1
    scale = steps / (high - low) if high > low else 0.0
    return "".join(
        SPARKS[min(steps, max(0, round((fmean(values) - low) * scale)))] if values else " " for values in bins
    )


def bounds(*several: Series, least: float) -> tuple[float, float]:
    """Limits that hold all of them, at least ``least`` on each side of 0."""
    values = [value for series in several for value in series.values]
    return min(-least, *values, 0.0) if values else -least, max(least, *values, 0.0) if values else least
