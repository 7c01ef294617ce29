"""A recorded prompt made like the others: silence cut off at its ends, and as loud as they are by ITU-R BS.1770-4.

Samples are mono, −1…1, at any rate from 8 kHz.
"""

from __future__ import annotations

import numpy as np

from .frames import Floats

PROMPT_LUFS = -23.0
"""Integrated loudness of a prompt; EBU R 128 asks the same of broadcasts."""
PEAK_DBFS = -2.0
"""No sample is higher: leaves room for what a lossy codec adds."""
LEAD_S = 0.19
TAIL_S = 0.34
"""Room that is left before the first word and after the last, as the prompts that come with the program have it."""
FADE_S = 0.01
SHORTEST_S = 0.4
"""The measure is of blocks of 0.4 s; a shorter sound has none."""
LOOKAHEAD_S = 0.004
ROUNDS = 4
"""Limiting takes loudness away, so gain and limiter take turns; after four what is missing is below 0.1 dB."""


def trimmed(samples: Floats, rate_hz: int, first_s: float, last_s: float) -> Floats:
    """What lies from shortly before ``first_s`` to shortly after ``last_s``, faded at both ends; a copy."""
    start = max(0, int((first_s - LEAD_S) * rate_hz))
    kept = samples[start : max(start + 1, int((last_s + TAIL_S) * rate_hz))].copy()
    fade = min(int(FADE_S * rate_hz), len(kept) // 2)
    if fade:
        ramp = np.linspace(0.0, 1.0, fade, endpoint=False)
        kept[:fade] *= ramp
        kept[-fade:] *= ramp[::-1]
    return kept


def loudness_lufs(samples: Floats, rate_hz: int) -> float | None:
    """Integrated loudness; None where there is too little sound to have one."""
    import pyloudnorm

    if len(samples) < SHORTEST_S * rate_hz:
        return None
    found = float(pyloudnorm.Meter(rate_hz).integrated_loudness(samples))
    return found if np.isfinite(found) else None


def levelled(samples: Floats, rate_hz: int, lufs: float = PROMPT_LUFS, *, peak_dbfs: float = PEAK_DBFS) -> Floats:
    """The same at ``lufs``, peaks kept under ``peak_dbfs``; unchanged where there is no loudness to go by."""
    for _ in range(ROUNDS):
        found = loudness_lufs(samples, rate_hz)
        if found is None:
            return samples
        samples = _limited(samples * 10.0 ** ((lufs - found) / 20.0), rate_hz, peak_dbfs)
    return samples


def _limited(samples: Floats, rate_hz: int, peak_dbfs: float) -> Floats:
    """A limiter that looks ahead: the gain falls before the peak arrives, and never jumps."""
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    ceiling = 10.0 ** (peak_dbfs / 20.0)
    width = 2 * int(LOOKAHEAD_S * rate_hz) + 1
    gain = np.minimum(1.0, ceiling / np.maximum(np.abs(samples), 1e-9))
    return np.asarray(samples * uniform_filter1d(minimum_filter1d(gain, width), width), np.float64)
