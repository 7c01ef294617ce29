"""Slower and faster: the same pitch, and every moment where the clock says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import parselmouth
import pytest

from voice_trainer.engines.audio_file import read_audio
from voice_trainer.engines.pitch import SwiftPitch
from voice_trainer.engines.resample import resample
from voice_trainer.engines.stretch import FASTEST, SLOWEST, stretch
from voice_trainer.errors import RequestInvalid

Tracker = Callable[[np.ndarray, int, np.ndarray], np.ndarray]
EXERCISES = Path(__file__).resolve().parents[2] / "exercises"
SPEEDS = (0.5, 0.6, 0.75, 0.85, 1.15, 1.25, 1.5, 2.0)
WITHIN = 0.01
"""Of the pitch; a tenth and a half of a semitone."""
ONSET_WITHIN_S = 0.01
SPEAKERS = ("cold-dinner", "the-clock", "ruths-chair")


def tone(f0_hz: float, rate_hz: int, seconds: float = 3.0) -> np.ndarray:
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    return np.asarray(sum(0.2 / k * np.sin(2 * np.pi * f0_hz * k * t) for k in range(1, 5)), np.float32)


def praat(samples: np.ndarray, rate_hz: int, times_s: np.ndarray | None = None) -> np.ndarray:
    """F0 in Hz at ``times_s`` (None: all frames), NaN where unvoiced."""
    pitch = parselmouth.Sound(samples.astype(np.float64), rate_hz).to_pitch_ac(
        time_step=0.005, pitch_floor=70, pitch_ceiling=450
    )
    if times_s is None:
        found = pitch.selected_array["frequency"]
        return np.where(found > 0, found, np.nan)
    return np.array([pitch.get_value_at_time(float(t)) for t in times_s])


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
@pytest.mark.parametrize("f0_hz", [90.0, 220.0, 400.0])
@pytest.mark.parametrize("speed", SPEEDS)
def test_a_tone_keeps_its_pitch(f0_hz: float, speed: float, rate_hz: int) -> None:
    whole = stretch(tone(f0_hz, rate_hz), rate_hz, speed)
    middle = whole[len(whole) // 10 : -len(whole) // 10]
    found = praat(middle, rate_hz)
    assert np.nanmedian(found) == pytest.approx(f0_hz, rel=WITHIN)
    assert np.nanmax(np.abs(found / f0_hz - 1)) < WITHIN


def swift(samples: np.ndarray, rate_hz: int, times_s: np.ndarray) -> np.ndarray:
    """F0 in Hz at ``times_s`` by the trainer's own tracker, NaN where it is not sure of a voice."""
    stream = SwiftPitch().stream()
    stream.push(resample(samples, rate_hz))
    contour = stream.finish()
    nearest = np.clip(np.searchsorted(contour.times_s, times_s), 0, len(contour.times_s) - 1)
    return np.where(contour.confidence[nearest] > 0.9, contour.f0_hz[nearest], np.nan)


@pytest.mark.parametrize("tracker", [praat, swift])
@pytest.mark.parametrize("speaker", SPEAKERS)
@pytest.mark.parametrize("speed", [SLOWEST, 0.75, 1.5, FASTEST])
def test_speech_keeps_its_pitch_at_every_moment(speaker: str, speed: float, tracker: Tracker) -> None:
    """The same moments before and after. Medians over all frames would tell which frames a tracker finds voiced."""
    said = read_audio(EXERCISES / speaker / "start.opus")
    slow = stretch(said.samples, said.rate_hz, speed)
    times = np.arange(0.1, said.duration_s - 0.1, 0.02)
    before, after = tracker(said.samples, said.rate_hz, times), tracker(slow, said.rate_hz, times / speed)
    both = ~np.isnan(before) & ~np.isnan(after)
    assert both.sum() > 0.5 * (~np.isnan(before)).sum()
    change = after[both] / before[both] - 1
    print(
        f"{speaker} ×{speed} by {tracker.__name__}: median {np.median(change):+.2%}, its size "
        f"{np.median(np.abs(change)):.2%}, within 1 % at {np.mean(np.abs(change) < WITHIN):.0%} of {both.sum()} moments"
    )
    assert abs(float(np.median(change))) < WITHIN
    assert float(np.median(np.abs(change))) < WITHIN


@pytest.mark.parametrize("speed", SPEEDS)
def test_every_moment_is_where_the_clock_says(speed: float) -> None:
    rate_hz, starts = 48_000, np.array([0.31, 1.0, 1.777, 3.2, 4.05])
    samples = np.zeros(5 * rate_hz, np.float32)
    for start in starts:
        at = round(start * rate_hz)
        samples[at : at + rate_hz // 5] = tone(300.0, rate_hz, 0.2)
    slow = stretch(samples, rate_hz, speed)
    assert len(slow) == pytest.approx(len(samples) / speed, abs=1)
    loud = np.flatnonzero(np.abs(slow) > 0.1)
    found = loud[np.insert(np.diff(loud) > 0.2 * rate_hz / speed, 0, True)] / rate_hz
    assert found == pytest.approx(starts / speed, abs=ONSET_WITHIN_S)


def test_at_its_own_speed_nothing_is_touched() -> None:
    samples = tone(200.0, 16_000)
    assert stretch(samples, 16_000, 1.0) is samples


@pytest.mark.parametrize("length", [0, 1, 10, 1000])
@pytest.mark.parametrize("speed", [SLOWEST, FASTEST])
def test_however_short_it_stays_finite(length: int, speed: float) -> None:
    slow = stretch(np.full(length, 0.5, np.float32), 48_000, speed)
    assert abs(len(slow) - length / speed) <= 1
    assert np.isfinite(slow).all()


def test_a_full_scale_voice_stays_within_full_scale() -> None:
    loud = np.sign(tone(150.0, 16_000)).astype(np.float32)
    assert np.abs(stretch(loud, 16_000, 0.7)).max() <= 1.0


@pytest.mark.parametrize("speed", [0.0, 0.49, 2.01, -1.0, float("nan")])
def test_another_speed_is_refused(speed: float) -> None:
    with pytest.raises(RequestInvalid, match=r"give 0\.5 to 2"):
        stretch(tone(200.0, 16_000), 16_000, speed)
