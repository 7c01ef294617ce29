"""Slower and faster at equal pitch, by Signalsmith Stretch (signalsmith-audio.co.uk/code/stretch, MIT)."""

from __future__ import annotations

import numpy as np

from ..errors import RequestInvalid
from .base import Samples

SLOWEST, FASTEST = 0.5, 2.0
"""Its author calls 0.75–1.5 its best range; half and double are where speech still serves to be listened to."""


def stretch(samples: Samples, rate_hz: int, speed: float) -> Samples:
    """``samples`` as they sound ``speed`` times as fast, at the same pitch.

    Args:
        samples: mono float32 (n,) in −1…1, finite. speed: 0.5–2; 1 gives the samples as they are.

    Returns:
        Mono float32 (round(n / speed),): what lay at t seconds lies at t / speed, to a few milliseconds (measured by
        ``tests/engines/test_stretch.py``).

    Raises:
        RequestInvalid: another speed.
    """
    if not SLOWEST <= speed <= FASTEST:
        raise RequestInvalid(f"The speed is {speed:g}; give {SLOWEST:g} to {FASTEST:g}.")
    if speed == 1 or not len(samples):
        return samples
    import python_stretch

    stretcher = python_stretch.Signalsmith.Stretch()
    stretcher.preset(1, rate_hz)
    stretcher.timeFactor = speed
    out = np.asarray(stretcher.process(np.ascontiguousarray(samples, np.float32)[np.newaxis, :]), np.float32)[0]
    return np.asarray(np.clip(out, -1.0, 1.0), np.float32)
