"""SwiftF0 as the trainer uses it: exact on tones, the same in stream and batch, level and Praat no matter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from voice_trainer.engines.pitch import FMAX_HZ, FMIN_HZ, SwiftPitch
from voice_trainer.speech.pitch import Periodicity, PitchContour, octaves_repaired

RATE = 16_000
Samples = np.ndarray


@pytest.fixture(scope="module")
def tracker() -> SwiftPitch:
    made = SwiftPitch()
    made.warm()
    return made


def tone(f0_hz: float | Samples, seconds: float = 1.5, tilt: float = 1.0) -> Samples:
    f0 = np.broadcast_to(np.asarray(f0_hz, float), round(RATE * seconds))
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    sound = sum(
        np.where(order * f0 < 7500, np.cos(order * phase + order), 0.0) / order**tilt
        for order in range(1, int(7500 / f0.min()) + 1)
    )
    return np.asarray(0.3 * sound / np.abs(sound).max(), np.float32)


def cents(contour: PitchContour, truth: Samples) -> Samples:
    """Error of voiced frames away from the ends."""
    rows = np.flatnonzero(contour.voiced)
    rows = rows[(rows > 2) & (rows < len(contour.voiced) - 3)]
    true = truth[np.minimum(rows * 256, len(truth) - 1)]
    return np.asarray(1200 * np.log2(contour.f0_hz[rows] / true))


@pytest.mark.parametrize("f0_hz", [75.0, 98.0, 131.0, 180.0, 247.0, 330.0, 450.0])
@pytest.mark.parametrize("tilt", [0.5, 1.5])
def test_steady_tones(tracker: SwiftPitch, f0_hz: float, tilt: float) -> None:
    sound = tone(f0_hz, tilt=tilt)
    contour = tracker.track(sound)
    errors = cents(contour, np.full(len(sound), f0_hz))
    assert contour.voiced.mean() > 0.9
    assert np.median(np.abs(errors)) <= 2.0
    assert np.abs(errors).max() < 50


def test_glide_and_vibrato(tracker: SwiftPitch) -> None:
    at = np.arange(2 * RATE) / RATE
    for moving, tolerance in ((75 * 6 ** (at / 2), 2.0), (200 * 2 ** (0.5 / 12 * np.sin(2 * np.pi * 5.5 * at)), 5.0)):
        errors = cents(tracker.track(tone(moving, 2.0)), moving)
        assert len(errors) > 90
        assert np.median(np.abs(errors)) <= tolerance


@pytest.mark.parametrize("seconds", [0.2, 1.0, 3.7])
def test_stream_is_batch_exactly(tracker: SwiftPitch, seconds: float) -> None:
    """Quanta are fixed, so the tolerance is none at all."""
    rng = np.random.default_rng(3)
    sound = np.concatenate([tone(140, seconds / 2), 0.01 * rng.normal(size=3000), tone(210, seconds / 2) * 0.1])
    sound = np.asarray(sound, np.float32)
    batch = tracker.track(sound)
    for largest in (1, 160, 512, 4097) if seconds < 1 else (512, 4097, 30_000):
        stream, at = tracker.stream(), 0
        while at < len(sound):
            step = int(rng.integers(1, largest + 1))
            stream.push(sound[at : at + step])
            at += step
        streamed = stream.finish()
        for name in ("times_s", "f0_hz", "confidence", "voiced"):
            assert np.array_equal(getattr(streamed, name), getattr(batch, name)), (largest, name)


@pytest.mark.parametrize("gain_db", [-24.0, -12.0, 12.0])
def test_gain_changes_nothing(tracker: SwiftPitch, gain_db: float) -> None:
    sound = np.concatenate([np.zeros(8000), tone(120, 1.0), np.zeros(8000), tone(160, 1.0) * 0.2])
    before = tracker.track(np.asarray(sound, np.float32))
    after = tracker.track(np.asarray(sound * 10 ** (gain_db / 20), np.float32))
    assert np.array_equal(before.voiced, after.voiced)
    assert np.allclose(before.f0_hz[before.voiced], after.f0_hz[before.voiced], rtol=1e-3)


@pytest.mark.parametrize("length", [0, 1, 255, 256, 257, 512, 16_384, 24_576, 24_577])
def test_any_length(tracker: SwiftPitch, length: int) -> None:
    contour = tracker.track(np.zeros(length, np.float32))
    assert len(contour.f0_hz) in (length // 256, length // 256 + (length % 256 > 0))
    assert len(contour.f0_hz) == len(contour.times_s) == len(contour.confidence) == len(contour.voiced)
    assert not contour.voiced.any()
    assert np.isfinite(contour.f0_hz).all()


def test_noise_is_hardly_voiced_and_stays_in_range(tracker: SwiftPitch) -> None:
    hiss = np.asarray(np.random.default_rng(0).normal(size=3 * RATE) * 0.05, np.float32)
    contour = tracker.track(hiss)
    assert contour.voiced.mean() < 0.1
    assert contour.f0_hz.min() >= FMIN_HZ
    assert contour.f0_hz.max() <= FMAX_HZ


def test_an_octave_error_is_repaired_only_with_evidence() -> None:
    f0 = np.full(60, 120.0)
    f0[30] = 240.0
    voiced = np.ones(60, np.bool_)
    clear = Periodicity(at=np.full(60, 0.5), lower=np.full(60, 0.9), upper=np.full(60, 0.1))
    assert octaves_repaired(f0, voiced, clear)[30] == 120.0
    sure = Periodicity(at=np.full(60, 0.9), lower=np.full(60, 0.9), upper=np.full(60, 0.1))
    assert octaves_repaired(f0, voiced, sure)[30] == 240.0


def test_making_one_loads_no_model() -> None:
    code = (
        "import sys; from voice_trainer.engines.pitch import SwiftPitch; SwiftPitch(); "
        "print([m for m in ('swift_f0', 'onnxruntime') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_against_praat_on_speech(tracker: SwiftPitch) -> None:
    """Frames more than 20 % off, of those that Praat and this call voiced."""
    folder = os.environ.get("VOICE_TRAINER_DATA")
    if not folder:
        pytest.skip("VOICE_TRAINER_DATA names no folder of recordings")
    parselmouth = pytest.importorskip("parselmouth")
    soundfile, soxr = pytest.importorskip("soundfile"), pytest.importorskip("soxr")
    paths = sorted(Path(folder, "audio", "pitch").rglob("*.wav"))
    assert paths
    gross = frames = 0
    for path in paths:
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
        mono = np.asarray(soxr.resample(sound.mean(axis=1), rate, RATE), np.float32)
        contour = tracker.track(mono)
        praat = parselmouth.Sound(mono.astype(float), RATE).to_pitch_ac(0.005, 60.0, pitch_ceiling=500.0)
        reference = np.array([praat.get_value_at_time(at) for at in contour.times_s])
        both = contour.voiced & np.isfinite(reference)
        gross += int((np.abs(contour.f0_hz[both] / reference[both] - 1) > 0.2).sum())
        frames += int(both.sum())
    assert frames > 1000
    assert gross / frames <= 0.02
