"""Loudness alike, by ITU-R BS.1770-4: gain to a target in LUFS, peaks kept under a ceiling."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pyloudnorm
from scipy.ndimage import minimum_filter1d, uniform_filter1d

Samples = npt.NDArray[np.float64]

_LOOKAHEAD_S = 0.004
_ROUNDS = 4


def loudness_lufs(samples: Samples, sample_rate: int) -> float:
    """Integrated loudness of mono samples; at least 0.4 s."""
    return float(pyloudnorm.Meter(sample_rate).integrated_loudness(samples))


def levelled(samples: Samples, sample_rate: int, *, target_lufs: float, peak_dbfs: float) -> Samples:
    """The samples at `target_lufs`, no peak above `peak_dbfs`.

    Limiting takes a little loudness away, so gain and limiter take turns until both hold.
    """
    for _ in range(_ROUNDS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyloudnorm warns of clipping, which the limiter then prevents
            loud = pyloudnorm.normalize.loudness(samples, loudness_lufs(samples, sample_rate), target_lufs)
        samples = _limited(loud, sample_rate, peak_dbfs)
    return samples


def _limited(samples: Samples, sample_rate: int, peak_dbfs: float) -> Samples:
    """Peak limiter with look-ahead: the gain falls before the peak arrives, and never jumps."""
    ceiling = 10 ** (peak_dbfs / 20)
    width = 2 * int(_LOOKAHEAD_S * sample_rate) + 1
    gain = np.minimum(1.0, ceiling / np.maximum(np.abs(samples), 1e-9))
    smooth: Samples = uniform_filter1d(minimum_filter1d(gain, width), width)
    return samples * smooth
