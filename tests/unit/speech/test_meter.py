"""Level and clipping at the native rate, however the sound is cut into blocks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_trainer.speech.prosody import Meter


def sine(peak: float, rate_hz: int = 48_000, hertz: float = 200.0, seconds: float = 1.0) -> np.ndarray:
    return np.asarray(peak * np.sin(2 * np.pi * hertz * np.arange(round(rate_hz * seconds)) / rate_hz), np.float32)


def test_level_of_a_sine_is_three_decibels_below_its_peak() -> None:
    level = Meter(48_000).push(sine(0.5))
    assert level.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert level.rms_dbfs == pytest.approx(-9.03, abs=0.01)
    assert not level.clipping


def test_silence_and_nothing_have_the_lowest_level() -> None:
    meter = Meter(16_000)
    assert meter.clipping_ratio is None
    assert meter.push(np.zeros(0, np.float32)).rms_dbfs == -120.0
    assert meter.push(np.zeros(100, np.float32)).peak_dbfs == -120.0
    assert meter.clipping_ratio == 0.0
    assert meter.duration_s == 100 / 16_000


def test_a_full_scale_sine_that_only_touches_is_not_clipped() -> None:
    meter = Meter(16_000)
    meter.push(sine(0.9985, 16_000, 3000.0))
    assert meter.clipping_ratio == 0.0


@pytest.mark.parametrize("softer", [1.0, 0.5])
def test_clipped_share(softer: float) -> None:
    """A sine of peak 2 is above 1 for two thirds of the time; made softer afterwards its tops stay flat."""
    meter = Meter(48_000)
    level = meter.push(np.clip(sine(2.0), -1, 1) * np.float32(softer))
    assert level.clipping
    assert meter.clipping_ratio == pytest.approx(2 / 3, abs=0.02)


def test_a_quiet_plateau_is_no_flat_top() -> None:
    meter = Meter(16_000)
    meter.push(np.round(sine(0.2, 16_000) * 128).astype(np.float32) / 128)
    assert meter.clipping_ratio == 0.0


@given(cuts=st.lists(st.integers(0, 4800), max_size=12), peak=st.floats(0.5, 3.0), softer=st.sampled_from([1.0, 0.6]))
def test_blocks_make_no_difference(cuts: list[int], peak: float, softer: float) -> None:
    samples = np.clip(sine(peak, seconds=0.1), -1, 1) * np.float32(softer)
    whole, parts = Meter(48_000), Meter(48_000)
    whole.push(samples)
    edges = [0, *sorted(cuts), len(samples)]
    clipping = [parts.push(samples[a:b]).clipping for a, b in itertools.pairwise(edges)]
    assert parts.clipping_ratio == whole.clipping_ratio
    assert any(clipping) == (whole.clipping_ratio != 0)


def test_of_two_channels_the_clipped_one_counts() -> None:
    meter = Meter(48_000)
    meter.push(np.stack([sine(0.1), np.clip(sine(2.0), -1, 1)], axis=1))
    assert meter.clipping_ratio == pytest.approx(2 / 3, abs=0.02)


def test_a_rate_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="rate_hz must be above 0, not 0"):
        Meter(0)
