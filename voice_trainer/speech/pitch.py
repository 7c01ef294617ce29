"""Fundamental frequency: the contour, and what is read off it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class PitchContour:
    """F0 over time.

    Attributes:
        times_s: (n,) centre of each frame, seconds from the start.
        f0_hz: (n,) estimate, NaN-free; meaningful where ``voiced``.
        confidence: (n,) 0–1.
        voiced: (n,) bool.
    """

    times_s: NDArray[np.float64]
    f0_hz: NDArray[np.float64]
    confidence: NDArray[np.float64]
    voiced: NDArray[np.bool_]
