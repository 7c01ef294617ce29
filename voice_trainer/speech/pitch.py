"""Fundamental frequency: the contour, its refinement and repair, and what is read off it.

Conventions: F0 in Hz, intervals in semitones (12·log2 of a ratio). The speaker's own range is found in two passes, as
De Looze & Hirst (2008, Speech Prosody) do: what lies far outside the quartiles of a first pass is an error, not speech.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import SAMPLE_RATE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WINDOW = 768
"""Samples under the refining window (48 ms): three periods of the lowest voice."""
TRANSFORM = 1350
"""FFT length: window plus the longest lag, no wrap-around (2·3³·5², quick)."""
SEARCH = 0.06
"""The refined period lies within this share of the estimate: one step of SwiftF0."""
SMOOTHED_ABOVE_HZ = 1500.0
"""Spectrum above is faded out, so that a parabola through three lags of a 16 kHz autocorrelation is exact enough."""
OCTAVE_OFF = 0.7
"""Octaves between a frame and its surroundings from which it is suspected to be an octave error."""
OCTAVE_NEAR = 0.35
"""The repaired value must come this near to the surroundings, in octaves."""
SURROUNDINGS_FRAMES = 25
"""Frames on each side that are its surroundings (0.4 s)."""
UPPER_SHARE = 0.85
"""Halving the period must keep this share of the periodicity: a true F0 keeps little of it at half its period."""
LOWER_GAIN = 0.02
"""Doubling the period must gain this much periodicity: any period repeats at twice its length as well."""
FLOOR_OF_QUARTILE = 0.7
CEILING_OF_QUARTILE = 2.0
"""The speaker's range: from 0.7 of the lower to 2.0 of the upper quartile of F0."""
LARGEST_GLIDE_SEMITONES = 3.0
"""Between two frames (16 ms); a larger step is a jump."""
DOUBTED, BELIEVED = 0.5, 0.7
"""A frame's weight in median and range rises with its confidence, from nothing to one: a frame that is barely voiced
comes and goes with the sampling rate, and must not take a percentile with it."""
SHORTEST_VOICED_S = 0.3
"""Less voicing than this gives no F0 measure."""
SHORTEST_RANGE_S = 0.6
"""A 5th and 95th percentile want more."""
FINAL_MOST_S = 0.5
FINAL_LEAST_S = 0.09
"""The final contour is read over the last voiced stretch, at least and at most this long."""


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Periodicity:
    """Normalized autocorrelation of each frame, (n,), at its period, at twice it (lower) and at half of it (upper)."""

    at: Floats
    lower: Floats
    upper: Floats

    @staticmethod
    def joined(parts: Sequence[Periodicity]) -> Periodicity:
        return Periodicity(
            at=np.concatenate([part.at for part in parts]),
            lower=np.concatenate([part.lower for part in parts]),
            upper=np.concatenate([part.upper for part in parts]),
        )


@dataclass(frozen=True, kw_only=True)
class PitchSummary:
    """What is read off a contour; None where there is too little voicing."""

    voiced_s: float
    median_hz: float | None
    range_semitones: float | None
    final_semitones: float | None
    low_hz: float | None
    """5th percentile: near the floor of this speaker's voice."""


def period_refined(
    samples: NDArray[np.float32], centres: NDArray[np.int_], f0_hz: Floats, wanted: Bools
) -> tuple[Floats, Periodicity]:
    """Measure the period again near ``f0_hz`` where ``wanted``.

    Args:
        samples: (m,) at 16 kHz. centres: (n,) sample index of each frame's middle; may lie at or past the edges.
        f0_hz: (n,) estimates. wanted: (n,) frames to refine; the others keep their estimate.

    Returns:
        (n,) F0 in Hz, and the periodicity (0 where not wanted). Source: Boersma (1993), autocorrelation of the windowed
        sound over that of the window.
    """
    refined = f0_hz.copy()
    nothing = np.zeros(len(f0_hz))
    periodicity = Periodicity(at=nothing.copy(), lower=nothing.copy(), upper=nothing.copy())
    rows = np.flatnonzero(wanted)
    if not len(rows) or not len(samples):
        return refined, periodicity
    lags = _autocorrelation(samples, centres[rows])
    estimate = SAMPLE_RATE / f0_hz[rows]
    period, strength = _peak_near(lags, estimate, SEARCH)
    found = strength > 0.0
    refined[rows[found]] = SAMPLE_RATE / period[found]
    periodicity.at[rows] = strength
    periodicity.lower[rows] = _peak_near(lags, 2.0 * period, SEARCH)[1]
    periodicity.upper[rows] = _peak_near(lags, 0.5 * period, SEARCH)[1]
    return refined, periodicity


def _autocorrelation(samples: NDArray[np.float32], centres: NDArray[np.int_]) -> NDArray[np.float32]:
    """(n, lags) autocorrelation of the Hann-windowed sound around each centre, 1 at lag 0."""
    half = WINDOW // 2
    padded = np.concatenate([np.zeros(half, np.float32), samples, np.zeros(half, np.float32)])
    starts = np.clip(centres, 0, len(padded) - WINDOW)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[starts]
    window = np.hanning(WINDOW).astype(np.float32)
    frames = (frames - frames.mean(axis=1, keepdims=True)) * window
    spectrum = np.fft.rfft(frames, TRANSFORM, axis=1)
    hertz = np.fft.rfftfreq(TRANSFORM, 1.0 / SAMPLE_RATE)
    fade = np.exp(-0.5 * (hertz / SMOOTHED_ABOVE_HZ) ** 2).astype(np.float32)
    power = (np.square(spectrum.real) + np.square(spectrum.imag)) * fade
    lags = np.fft.irfft(power, TRANSFORM, axis=1)[:, : TRANSFORM - WINDOW]
    own = np.fft.irfft(np.abs(np.fft.rfft(window, TRANSFORM)) ** 2 * fade, TRANSFORM)[: TRANSFORM - WINDOW]
    zero = np.maximum(lags[:, :1], 1e-12)
    return np.asarray(lags / zero / (own / own[0]), dtype=np.float32)


def _peak_near(lags: NDArray[np.float32], period: Floats, share: float) -> tuple[Floats, Floats]:
    """Highest point within ``share`` of ``period`` (samples) and its height; a parabola places it between the samples.

    Where nothing rises there (an edge is highest) the given period stays, with the height found at it.
    """
    count, width = lags.shape
    reach = int(np.ceil(period.max() * share)) + 1
    middle = np.clip(np.rint(period).astype(np.int_), reach + 1, width - reach - 2)
    offsets = np.arange(-reach, reach + 1)
    columns = middle[:, None] + offsets
    values = np.take_along_axis(lags, columns, axis=1).astype(np.float64)
    inside = np.abs(columns - period[:, None]) <= np.maximum(period[:, None] * share, 1.0)
    best = np.argmax(np.where(inside, values, -np.inf), axis=1)
    centre = middle + offsets[best]
    row = np.arange(count)
    left, top, right = (lags[row, centre + step].astype(np.float64) for step in (-1, 0, 1))
    bend = left - 2.0 * top + right
    rises = (top >= left) & (top >= right) & (bend < 0.0)
    shift = np.where(rises, 0.5 * (left - right) / np.where(rises, bend, 1.0), 0.0)
    height = np.where(
        rises, top - 0.25 * (left - right) * shift, lags[row, np.rint(period).astype(np.int_).clip(0, width - 1)]
    )
    return np.where(rises, centre + shift, period), np.clip(height, 0.0, 1.0)


def octaves_repaired(f0_hz: Floats, voiced: Bools, periodicity: Periodicity) -> Floats:
    """Bring frames an octave off back to their surroundings where the sound allows it.

    A frame is moved only when three things agree: it lies ``OCTAVE_OFF`` from the median of the voiced frames around
    it, the octave lies near that median, and the sound is as periodic there.
    """
    rows = np.flatnonzero(voiced)
    if len(rows) < 5:
        return f0_hz
    repaired = f0_hz.copy()
    octaves = np.log2(f0_hz)
    overall = float(np.median(octaves[rows]))
    # Only frames far from the whole are looked at, so the loop is short.
    for row in rows[np.abs(octaves[rows] - overall) > OCTAVE_NEAR]:
        near = rows[
            np.searchsorted(rows, row - SURROUNDINGS_FRAMES) : np.searchsorted(rows, row + SURROUNDINGS_FRAMES, "right")
        ]
        around = float(np.median(octaves[near])) if len(near) >= 8 else overall
        off = octaves[row] - around
        if (
            off > OCTAVE_OFF
            and abs(off - 1.0) <= OCTAVE_NEAR
            and periodicity.lower[row] > periodicity.at[row] + LOWER_GAIN
        ):
            repaired[row] = f0_hz[row] / 2.0
        elif (
            off < -OCTAVE_OFF
            and abs(off + 1.0) <= OCTAVE_NEAR
            and periodicity.upper[row] > UPPER_SHARE * periodicity.at[row]
        ):
            repaired[row] = f0_hz[row] * 2.0
    return repaired


def semitones(f0_hz: Floats) -> Floats:
    """F0 in semitones above 1 Hz."""
    return np.asarray(12.0 * np.log2(np.maximum(f0_hz, 1e-3)))


def in_speaker_range(contour: PitchContour, speaking: Bools) -> Bools:
    """(n,) frames that are voiced, spoken, not single, and within this speaker's own range or gliding out of it."""
    kept: Bools = contour.voiced & speaking
    before = np.concatenate([[False], kept[:-1]])
    after = np.concatenate([kept[1:], [False]])
    kept = kept & (before | after)
    rows = np.flatnonzero(kept)
    if not len(rows):
        return kept
    f0 = contour.f0_hz[rows]
    lower, upper = np.percentile(f0, [25, 75])
    inside = (f0 >= FLOOR_OF_QUARTILE * lower) & (f0 <= CEILING_OF_QUARTILE * upper)
    # An error jumps; a voice that glides out of its range (a final fall) is still that voice.
    breaks = (np.diff(rows) > 1) | (np.abs(np.diff(semitones(f0))) > LARGEST_GLIDE_SEMITONES)
    piece = np.concatenate([[0], np.cumsum(breaks)])
    kept[rows] = np.bincount(piece, inside)[piece] > 0
    return kept


def summarize(contour: PitchContour, kept: Bools) -> PitchSummary:
    """Read median, range and final contour off the frames in ``kept`` (see ``in_speaker_range``)."""
    step = float(contour.times_s[1] - contour.times_s[0]) if len(contour.times_s) > 1 else 0.0
    voiced_s = float(kept.sum()) * step
    if voiced_s < SHORTEST_VOICED_S:
        return PitchSummary(voiced_s=voiced_s, median_hz=None, range_semitones=None, final_semitones=None, low_hz=None)
    low, median, high = _percentiles(contour.f0_hz[kept], contour.confidence[kept], (0.05, 0.5, 0.95))
    spread = float(12.0 * np.log2(high / low)) if voiced_s >= SHORTEST_RANGE_S else None
    return PitchSummary(
        voiced_s=voiced_s,
        median_hz=float(median),
        range_semitones=spread,
        final_semitones=_final(contour, kept),
        low_hz=float(low),
    )


def _percentiles(values: Floats, confidence: Floats, shares: tuple[float, ...]) -> Floats:
    """Of values that count as much as they are believed; a value stands for the middle of its weight."""
    order = np.argsort(values)
    weights = np.clip((confidence[order] - DOUBTED) / (BELIEVED - DOUBTED), 1e-6, 1.0)
    upto = (np.cumsum(weights) - 0.5 * weights) / weights.sum()
    return np.interp(shares, upto, values[order])


def _final(contour: PitchContour, kept: Bools) -> float | None:
    """Change over the last voiced stretch in semitones: the straight line through it, end minus start."""
    rows = np.flatnonzero(kept)
    breaks = np.flatnonzero(np.diff(rows) > 2)
    starts = np.concatenate([[0], breaks + 1])
    ends = np.concatenate([breaks, [len(rows) - 1]])
    for start, end in zip(starts[::-1], ends[::-1], strict=True):
        stretch = rows[start : end + 1]
        times = contour.times_s[stretch]
        if times[-1] - times[0] < FINAL_LEAST_S:
            continue
        late = times >= times[-1] - FINAL_MOST_S
        times, pitch = times[late], semitones(contour.f0_hz[stretch][late])
        slope = float(np.polyfit(times - times[0], pitch, 1)[0])
        return slope * float(times[-1] - times[0])
    return None
