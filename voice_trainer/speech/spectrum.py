"""The spectrum of speech on the frame grid, and its balance.

Conventions: 25 ms Hann windows every 10 ms, power, unscaled: only ratios are read off it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import SAMPLE_RATE, frames
from .frames import Floats, Samples

Power = NDArray[np.float32]
Rows = NDArray[np.int_]

WINDOW = 400
SIZE = 512
ALPHA_SPLIT_HZ = 1000.0
ALPHA_LOW_HZ = 50.0
ALPHA_HIGH_HZ = 5000.0
"""Alpha ratio: power of 1–5 kHz over that of 50 Hz–1 kHz (Sundberg & Nordenberg 2006; eGeMAPS)."""

FLUX_LOW_HZ = 50.0
FLUX_HIGH_HZ = 5000.0
LEAST_STEPS = 20
"""Fewer pairs of neighbouring voiced frames (0.2 s) have no flux worth telling."""

LEFT_AT_LEAST = 0.1
TELEPHONE_HZ = 4200.0


def power(samples: Samples, rows: Rows) -> Power:
    """(len(rows), 257) float32 power spectrum of 25 ms Hann windows at frames ``rows``."""
    half = WINDOW // 2
    padded = np.concatenate([np.zeros(half, np.float32), samples, np.zeros(half + frames.HOP, np.float32)])
    cut = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[rows * frames.HOP]
    bins = np.fft.rfft(cut * np.hanning(WINDOW).astype(np.float32), SIZE, axis=1)
    return np.asarray(np.square(bins.real) + np.square(bins.imag))


def hertz() -> Floats:
    """(257,) frequencies of ``spectrum``."""
    return np.asarray(np.fft.rfftfreq(SIZE, 1.0 / SAMPLE_RATE), np.float64)


def above_telephone_db(power: Power) -> float:
    """Power above 4.2 kHz over all of it in dB, over all rows of ``power`` (at least one): none in a narrow band."""
    total = power.sum(axis=0, dtype=np.float64)
    return float(10.0 * np.log10(max(total[hertz() > TELEPHONE_HZ].sum(), 1e-30) / max(total.sum(), 1e-20)))


def alpha_ratio_db(power: Power, background: Power | None = None) -> float:
    """Power of 1–5 kHz over 50 Hz–1 kHz in dB, median over the rows of ``power``: vocal effort, whatever the gain.

    The median of frames, since a mean power is that of the few loudest vowels. What frames away from speech have in
    each band on average is taken off, down to a tenth of what was there (spectral subtraction): hiss is no effort.

    Args:
        power: (n, 257), n above 0. background: (m, 257) of frames without speech; None or empty takes nothing off.
    """
    at = hertz()
    bands = []
    for within in ((at > ALPHA_SPLIT_HZ) & (at <= ALPHA_HIGH_HZ), (at >= ALPHA_LOW_HZ) & (at <= ALPHA_SPLIT_HZ)):
        level = power[:, within].sum(axis=1, dtype=np.float64)
        if background is not None and len(background):
            noise = float(background[:, within].sum(axis=1, dtype=np.float64).mean())
            level = np.maximum(level - noise, LEFT_AT_LEAST * level)
        bands.append(np.maximum(level, 1e-12))
    return float(np.median(10.0 * np.log10(bands[0] / bands[1])))


def flux(power: Power, rows: Rows) -> float | None:
    """How much the shape of the spectrum moves from one frame to the next: normalized spectral flux, 0–2.

    The distance of two neighbouring spectra of 50 Hz–5 kHz, each scaled to a sum of 1 so that no gain moves it, median
    over neighbours (after Scheirer & Slaney 1997). A pressed voice has strong, narrow harmonics that move with the
    pitch; a soft one glides. It is of power, summed without squaring: hiss then moves it least (20 dB under speech by
    3 %, 10 dB by 15 % of what parts anger from calm).

    Args:
        power: (n, 257) of voiced frames. rows: (n,) where they lie; only frames in a row are compared.

    Returns:
        None with fewer than ``LEAST_STEPS`` neighbours.
    """
    neighbours = np.diff(rows) == 1
    if neighbours.sum() < LEAST_STEPS:
        return None
    at = hertz()
    shape = power[:, (at > FLUX_LOW_HZ) & (at < FLUX_HIGH_HZ)]
    shape = shape / np.maximum(shape.sum(axis=1, keepdims=True), 1e-20)
    return float(np.median(np.abs(np.diff(shape, axis=0)).sum(axis=1)[neighbours]))
