"""The sound at its native rate, as it is recorded: level for the live meter, and clipping while it can still be
seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import frames, loudness


@dataclass(frozen=True, kw_only=True)
class Level:
    """For the live meter. ``clipping``: a clipped run was in this block."""

    rms_dbfs: float
    peak_dbfs: float
    clipping: bool


class Meter:
    """Watches the sound at its native rate, where clipping can still be seen.

    Args:
        rate_hz: of the samples pushed, above 0.
    """

    def __init__(self, rate_hz: int) -> None:
        if rate_hz <= 0:
            raise ValueError(f"rate_hz must be above 0, not {rate_hz}")
        self._rate_hz = rate_hz
        self._clipping = loudness.ClippingCounter()

    def push(self, samples: NDArray[np.float32]) -> Level:
        """Take samples of shape (n,), or (n, channels), of which the largest at each moment counts."""
        mono = single(samples)
        clipping = self._clipping.push(mono)
        power = float(np.mean(np.square(mono, dtype=np.float64))) if len(mono) else 0.0
        peak = float(np.abs(mono).max()) if len(mono) else 0.0
        rms_dbfs, peak_dbfs = frames.decibels(np.asarray([power, peak * peak]))
        return Level(rms_dbfs=float(rms_dbfs), peak_dbfs=float(peak_dbfs), clipping=clipping)

    @property
    def clipping_ratio(self) -> float | None:
        """Share of samples in clipped runs, 0–1; None before any sample."""
        return self._clipping.ratio

    @property
    def duration_s(self) -> float:
        return self._clipping.seen / self._rate_hz


def single(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """One finite value a moment: of several channels the largest, so that a clipped one is not averaged away."""
    clean = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
    if clean.ndim > 1:
        clean = clean.reshape(len(clean), -1)
        largest = np.abs(clean).argmax(axis=1) if clean.shape[1] else None
        clean = np.zeros(0, np.float32) if largest is None else clean[np.arange(len(clean)), largest]
    return clean.reshape(-1)
