"""Made voices whose answers are known: harmonic tones with syllables and pauses where we put them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from voice_trainer.speech import SAMPLE_RATE
from voice_trainer.speech.pitch import PitchContour
from voice_trainer.speech.prosody import Spoken
from voice_trainer.speech.transcript import Transcript

Samples = NDArray[np.float32]
HOP = 256


def times(duration_s: float, rate_hz: int = SAMPLE_RATE) -> NDArray[np.float64]:
    return np.arange(round(duration_s * rate_hz)) / rate_hz


def harmonic(f0_hz: float | NDArray[np.float64], duration_s: float, *, tilt: float = 1.0, peak: float = 0.3) -> Samples:
    """A tone with all harmonics up to 7.5 kHz, amplitude falling with order**tilt; ``f0_hz`` may move."""
    f0 = np.broadcast_to(np.asarray(f0_hz, np.float64), times(duration_s).shape)
    phase = 2 * np.pi * np.cumsum(f0) / SAMPLE_RATE
    tone = np.zeros(len(phase))
    for order in range(1, int(7500 / f0.min()) + 1):
        tone += np.where(order * f0 < 7500, np.cos(order * phase + order), 0.0) / order**tilt
    return np.asarray(peak * tone / np.abs(tone).max(), np.float32)


def syllabic(
    f0_hz: float | NDArray[np.float64], count: int, *, rate: float = 4.0, tilt: float = 1.0, peak: float = 0.3
) -> Samples:
    """``count`` syllables: the tone opening and closing ``rate`` times a second, 20 dB deep."""
    duration = count / rate
    tone = harmonic(f0_hz, duration, tilt=tilt, peak=1.0)
    envelope = 10 ** (-20 * (0.5 + 0.5 * np.cos(2 * np.pi * rate * times(duration))) / 20)
    return np.asarray(peak * tone * envelope, np.float32)


def silence(duration_s: float) -> Samples:
    return np.zeros(round(duration_s * SAMPLE_RATE), np.float32)


def noise(samples: Samples, dbfs: float, seed: int = 0) -> Samples:
    """``samples`` with white noise of that level added."""
    hiss = np.random.default_rng(seed).normal(size=len(samples)) * 10 ** (dbfs / 20)
    return np.asarray(samples + hiss, np.float32)


def spoken(
    samples: Samples,
    f0_hz: float | Callable[[NDArray[np.float64]], NDArray[np.float64]] = 120.0,
    *,
    where: NDArray[np.bool_] | None = None,
    transcript: Transcript | None = None,
    clipping_ratio: float | None = 0.0,
) -> Spoken:
    """``samples`` as if the engines had heard them: voice where the sound is, or where ``where`` says."""
    sounding = np.abs(samples) > 0 if where is None else where
    count = len(samples) // HOP
    at = np.arange(count) * HOP
    voiced = np.array([bool(sounding[max(0, i - 64) : i + 64].any()) for i in at], np.bool_)
    seconds = at / SAMPLE_RATE
    f0 = f0_hz(seconds) if callable(f0_hz) else np.full(count, f0_hz)
    contour = PitchContour(times_s=seconds, f0_hz=f0, confidence=voiced.astype(np.float64), voiced=voiced)
    frames = [sounding[i : i + 512] for i in range(0, len(samples), 512)]
    speech = np.array([0.95 if frame.mean() > 0.3 else 0.02 for frame in frames], np.float32)
    return Spoken(
        samples=samples,
        contour=contour,
        speech=speech,
        transcript=transcript,
        clipping_ratio=clipping_ratio,
        response_latency_s=0.7,
        latency_reason="",
        interruption_s=None,
        interruption_reason="rated with headphones only",
    )
