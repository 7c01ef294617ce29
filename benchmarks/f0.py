"""F0 on tones whose pitch is known, and on speech where Praat and pYIN agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voice_trainer.speech import SAMPLE_RATE

from .recordings import PITCH, Samples, emodb, load, noisy, ravdess
from .table import Row

Floats = NDArray[np.float64]
GROSS = 0.2
AGREE = 0.1
"""Praat and pYIN agree on a pitch within this share."""
HOP = 256


def synthetic() -> Row:
    """Harmonic tones, glides and vibrato from 75 to 450 Hz, at two spectral tilts."""
    cents: list[float] = []
    octaves = frames = voiced = 0
    t = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    shapes: list[Callable[[float], Floats]] = [
        lambda f: np.full(len(t), f),
        lambda f: f * 2 ** (np.clip(t - 1.0, -0.75, 0.75) * 4 / 12),
        lambda f: f * 2 ** (0.5 / 12 * np.sin(2 * np.pi * 5.5 * t)),
    ]
    for start in (75.0, 98.0, 131.0, 175.0, 233.0, 311.0, 400.0, 450.0):
        for shape in shapes:
            for tilt in (0.7, 1.5):
                f0 = np.clip(shape(start), 75.0, 450.0)
                phase = 2 * np.pi * np.cumsum(f0) / SAMPLE_RATE
                tone = sum(np.cos(k * phase + k) / k**tilt * (k * f0 < 7500) for k in range(1, int(7500 / f0.min())))
                contour = PITCH.track(np.asarray(0.3 * tone / np.abs(tone).max(), np.float32))
                inner = slice(6, -6)
                ours, kept = contour.f0_hz[inner], contour.voiced[inner]
                at = np.rint(contour.times_s[inner] * SAMPLE_RATE).astype(int)
                ratio = ours[kept] / f0[np.minimum(at, len(f0) - 1)][kept]
                cents += np.abs(1200 * np.log2(ratio)).tolist()
                octaves += int((np.abs(np.log2(ratio)) > 0.5).sum())
                frames += len(ours)
                voiced += int(kept.sum())
    middle = float(np.median(cents))
    return Row(
        figure="F0 on tones, glides, vibrato, 75–450 Hz",
        reference="known",
        reach="median ≤ 5 cents, no octave error",
        got=f"{middle:.1f} cents, {octaves} octave errors of {voiced} frames, {100 * voiced / frames:.0f} % voiced",
        met=middle <= 5 and octaves == 0,
    )


class Reference(NamedTuple):
    """(n,) every 16 ms: pitch in Hz where both find one alike; and whether both find none."""

    f0_hz: Floats
    both_voiced: NDArray[np.bool_]
    both_unvoiced: NDArray[np.bool_]


@cache
def reference(path: Path) -> Reference:
    import librosa
    import parselmouth

    samples, _ = load(path)
    pyin, _, _ = librosa.pyin(
        samples.astype(np.float64), fmin=60.0, fmax=500.0, sr=SAMPLE_RATE, frame_length=1024, hop_length=HOP
    )
    praat = parselmouth.Sound(samples.astype(float), SAMPLE_RATE).to_pitch_ac(0.005, 60.0, pitch_ceiling=500.0)
    other = np.array([praat.get_value_at_time(k * HOP / SAMPLE_RATE) for k in range(len(pyin))])
    one, two = np.isfinite(pyin), np.isfinite(other)
    near = np.zeros(len(pyin), np.bool_)
    near[one & two] = np.abs(pyin[one & two] / other[one & two] - 1) <= AGREE
    return Reference(other, one & two & near, ~one & ~two)


def sets(data: Path) -> Iterator[tuple[str, list[Path]]]:
    yield "audio/pitch", sorted((data / "audio" / "pitch").rglob("*.wav"))
    yield "EMO-DB", [one.path for one in emodb(data)][::4]
    yield "RAVDESS", ravdess(data)[::16]


def recorded(data: Path) -> Iterator[Row]:
    """The references hear the clean sound, ours the sound with noise."""
    for snr_db, gross_reach, change in ((None, 2.0, "clean"), (20.0, 3.0, "20 dB"), (10.0, 6.0, "10 dB")):
        for name, paths in sets(data):
            gross = voiced = wrong = judged = 0
            for path in paths:
                samples: Samples = load(path)[0]
                contour = PITCH.track(samples if snr_db is None else noisy(samples, snr_db))
                known = reference(path)
                count = min(len(known.f0_hz), len(contour.f0_hz))
                f0, ours = contour.f0_hz[:count], contour.voiced[:count]
                both, neither = known.both_voiced[:count], known.both_unvoiced[:count]
                rows = both & ours
                gross += int((np.abs(f0[rows] / known.f0_hz[:count][rows] - 1) > GROSS).sum())
                voiced += int(rows.sum())
                wrong += int((both & ~ours).sum() + (neither & ours).sum())
                judged += int((both | neither).sum())
            gross_got, voicing_got = 100 * gross / max(voiced, 1), 100 * wrong / max(judged, 1)
            clean = snr_db is None
            yield Row(
                figure=f"F0 on {name}, {change}: gross error" + (", voicing error" if clean else ""),
                reference=f"frames where Praat and pYIN agree, {len(paths)} files",
                reach=f"≤ {gross_reach:g} %" + ("; ≤ 8 %" if clean else ""),
                got=f"{gross_got:.2f} % of {voiced}; voicing {voicing_got:.1f} % of {judged}",
                met=gross_got <= gross_reach and (not clean or voicing_got <= 8),
            )
