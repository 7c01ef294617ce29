"""How loud, how steady, and whether the microphone was overdriven.

Conventions: unweighted level of 32 ms frames in dBFS over frames of speech. The mean is of power (an equivalent
level, as a sound level meter gives it); spread and drift are of the level in dB, so that gain moves none of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import frames
from .frames import Bools, Floats, Samples

FULL_SCALE = 0.999
"""At this height and above a sample is at the converter's end."""
CLIPPED_RUN = 3
"""So many samples in a row there are clipping, not a peak that happens to touch."""
FLAT_RUN = 4
"""So many equal samples in a row at the sound's own peak are a flat top: clipped before it was made softer."""
FLAT_LEAST = 0.25
FLAT_SHARE = 0.98
"""A flat top lies this near to the loudest sample so far, and no lower than the first (8-bit steps are no flat
tops)."""
DRIFT_LEAST_S = 2.0
"""Less speech than this has no drift."""


@dataclass(frozen=True, kw_only=True)
class Loudness:
    mean_dbfs: float
    range_db: float
    sd_db: float
    drift_db_per_s: float | None


def summarize(level_dbfs: Floats, speaking: Bools) -> Loudness:
    """Read loudness off the frames of speech, of which there is at least one."""
    spoken = level_dbfs[speaking]
    low, high = np.percentile(spoken, [5, 95])
    drift = None
    if len(spoken) * frames.HOP_S >= DRIFT_LEAST_S:
        drift = slope(frames.times(len(level_dbfs))[speaking], spoken)
    return Loudness(
        mean_dbfs=float(frames.decibels(np.mean(10.0 ** (spoken / 10.0), keepdims=True))[0]),
        range_db=float(high - low),
        sd_db=float(np.std(spoken)),
        drift_db_per_s=drift,
    )


def slope(x: Floats, y: Floats, weight: Floats | None = None) -> float | None:
    """Least-squares slope of ``y`` over ``x``; None where ``x`` doesn't spread."""
    w = np.ones(len(x)) if weight is None else weight
    if len(x) < 2 or w.sum() <= 0:
        return None
    x_off = x - np.average(x, weights=w)
    spread = float(np.sum(w * x_off**2))
    return float(np.sum(w * x_off * (y - np.average(y, weights=w))) / spread) if spread > 1e-9 else None


class ClippingCounter:
    """Counts samples in clipped runs as the sound arrives at its native rate; blocks may cut a run anywhere."""

    def __init__(self) -> None:
        self._seen = 0
        self._full = _RunCounter(CLIPPED_RUN)
        self._flat = _RunCounter(FLAT_RUN - 1)
        self._last = np.float32(np.nan)
        self._peak = np.float32(0.0)

    def push(self, samples: Samples) -> bool:
        """Take (n,) samples; say whether a clipped run was met in them."""
        if not len(samples):
            return False
        size = np.abs(samples)
        full = size >= FULL_SCALE
        peak = np.maximum(np.maximum.accumulate(size), self._peak)
        same = samples == np.concatenate([[self._last], samples[:-1]])
        flat = same & ~full & (size >= np.maximum(FLAT_LEAST, FLAT_SHARE * peak))
        before = self.clipped
        self._full.push(full)
        self._flat.push(flat)
        self._seen += len(samples)
        self._last, self._peak = samples[-1], peak[-1]
        return self.clipped > before

    @property
    def seen(self) -> int:
        return self._seen

    @property
    def clipped(self) -> int:
        # A flat top of n equal samples is n − 1 equal pairs.
        return self._full.samples + self._flat.samples + self._flat.runs

    @property
    def ratio(self) -> float | None:
        """Share of samples in clipped runs, 0–1; None before any sample."""
        return min(self.clipped / self._seen, 1.0) if self._seen else None


class _RunCounter:
    def __init__(self, least: int) -> None:
        self._least = least
        self._open = 0
        self.samples = 0
        self.runs = 0

    def push(self, flags: Bools) -> None:
        if not flags.any():
            self._open = 0
            return
        last = len(flags)
        for start, end in frames.runs(flags):
            length = end - start
            counted = self._open if start == 0 and self._open >= self._least else 0
            length += self._open if start == 0 else 0
            if length >= self._least:
                self.samples += length - counted
                self.runs += 0 if counted else 1
            if end == last:
                self._open = length
        if not flags[-1]:
            self._open = 0
