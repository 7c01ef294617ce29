"""The grid all measures but F0 are read on: 32 ms windows every 10 ms, and its bridges to the other two grids.

Conventions: frame k is centred on sample k·``HOP``; the first and last reach past the edges, where there is silence.
A level is 20·log10 of the root mean square, unweighted, never below ``SILENT_DBFS``. What lies below every voice (DC,
rumble, wind and handling, mains) is taken out first: on two of three desk recordings (audio/mfa) it was louder than the
speech, which then could not be told from silence by its level.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from . import SAMPLE_RATE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Samples = NDArray[np.float32]

HOP = 160
HOP_S = HOP / SAMPLE_RATE
WINDOW = 512
SILENT_DBFS = -120.0
VAD_FRAME = 512
"""Samples a voice activity probability stands for (32 ms)."""


RUMBLE_SPAN = 192
"""Samples (12 ms, 83 Hz) of the moving average that rumble is read off: two passes, taken out twice, leave −30 dB at
20 Hz, −9 dB at 41 Hz, −1 dB at 65 Hz and all above within 0.9 dB."""
_PIECE = 1 << 20


def rumble_removed(samples: Samples) -> Samples:
    """(n,) the same without what lies below a voice; linear phase, so nothing moves in time."""
    reach = 2 * 2 * RUMBLE_SPAN
    padded = np.concatenate([np.zeros(reach, np.float32), samples, np.zeros(reach, np.float32)])
    cleaned = np.empty(len(samples), np.float32)
    # In pieces that overlap by the filter's reach: the same as in one, without its memory.
    for start in range(0, len(samples), _PIECE):
        piece = padded[start : start + _PIECE + 2 * reach].astype(np.float64)
        for _ in range(2):
            inner = RUMBLE_SPAN
            piece = piece[inner:-inner] - _averaged(_averaged(piece))
        length = min(_PIECE, len(samples) - start)
        trim = (len(piece) - length) // 2
        cleaned[start : start + length] = piece[trim : trim + length]
    return cleaned


def _averaged(values: Floats) -> Floats:
    """Moving average over ``RUMBLE_SPAN`` + 1 values, the outer half ones (so that it is centred); shorter by that."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    whole = total[RUMBLE_SPAN + 1 :] - total[: -RUMBLE_SPAN - 1]
    ends = 0.5 * (values[:-RUMBLE_SPAN] + values[RUMBLE_SPAN:])
    return np.asarray((whole - ends) / RUMBLE_SPAN)


def decibels(power: NDArray[np.float64]) -> Floats:
    """10·log10, floored at ``SILENT_DBFS``."""
    return np.asarray(10.0 * np.log10(np.maximum(power, 10.0 ** (SILENT_DBFS / 10.0))))


def levels(samples: Samples) -> Floats:
    """(n // HOP + 1,) frame levels in dBFS; none for no samples."""
    if not len(samples):
        return np.zeros(0)
    # A running sum in blocks of 32 samples (its grid divides both hop and window) keeps this linear and exact.
    grain = 32
    padded = np.zeros(-(-len(samples) // grain) * grain, np.float64)
    padded[: len(samples)] = samples
    total = np.concatenate([[0.0], np.cumsum(np.square(padded).reshape(-1, grain).sum(axis=1))])
    starts = np.arange(len(samples) // HOP + 1) * HOP - WINDOW // 2
    last = len(total) - 1
    upper = np.clip((starts + WINDOW) // grain, 0, last)
    lower = np.clip(starts // grain, 0, last)
    return decibels(np.maximum(total[upper] - total[lower], 0.0) / WINDOW)


def times(count: int) -> Floats:
    """Centres of ``count`` frames in seconds."""
    return np.arange(count, dtype=np.float64) * HOP_S


def of_voice_activity(speech: Samples, count: int) -> Floats:
    """Speech probability at each of ``count`` frames from the 32 ms ones; past their end the last one holds."""
    if not len(speech):
        return np.zeros(count)
    rows = np.minimum((np.arange(count) * HOP) // VAD_FRAME, len(speech) - 1)
    return np.clip(np.nan_to_num(speech[rows].astype(np.float64)), 0.0, 1.0)


def at_times(flags: Bools, wanted_s: Floats) -> Bools:
    """Flags of this grid read at other times (the pitch frames')."""
    if not len(flags):
        return np.zeros(len(wanted_s), np.bool_)
    return np.asarray(flags[np.clip(np.rint(wanted_s / HOP_S).astype(np.int_), 0, len(flags) - 1)])


def onto_grid(times_s: Floats, flags: Bools, count: int) -> Bools:
    """Flags of the nearest of ``times_s`` at each of ``count`` frames; False where there are none."""
    if not len(times_s):
        return np.zeros(count, np.bool_)
    return np.asarray(flags[np.searchsorted(0.5 * (times_s[1:] + times_s[:-1]), times(count))])


def runs(flags: Bools) -> Iterator[tuple[int, int]]:
    """Start and end (exclusive) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    yield from zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True)


def widened(flags: Bools, by: int) -> Bools:
    """Every run of True longer by ``by`` frames on both sides."""
    if by <= 0 or not len(flags):
        return flags
    counts = np.convolve(flags.astype(np.int32), np.ones(2 * by + 1, np.int32), mode="full")[by : by + len(flags)]
    return np.asarray(counts > 0)


def narrowed(flags: Bools, by: int) -> Bools:
    """Every run of True shorter by ``by`` frames on both sides; the recording's edges don't count as an end."""
    return np.asarray(~widened(~flags, by))
