"""Timbre on spectra whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from voice_trainer.speech import spectrum

BINS = len(spectrum.hertz())
ROWS = np.arange(40)


def band(low_hz: float, high_hz: float) -> np.ndarray:
    at = spectrum.hertz()
    return ((at >= low_hz) & (at < high_hz)).astype(np.float32)


def test_flux_of_a_spectrum_that_never_moves_is_0_and_of_one_that_changes_altogether_2() -> None:
    low, high = band(200, 1000), band(2000, 3000)
    still = np.tile(low, (40, 1))
    leaping = np.array([low if row % 2 else high for row in range(40)])
    assert spectrum.flux(still, ROWS) == pytest.approx(0.0)
    assert spectrum.flux(leaping, ROWS) == pytest.approx(2.0, abs=1e-5)


def test_flux_of_a_known_share_that_moves() -> None:
    """A quarter of the power leaves one band for another: twice a quarter is what changes."""
    bands = [band(200, 1000), band(1000, 2000), band(3000, 4000)]
    one, two, three = (each / each.sum() for each in bands)
    moving = np.array([0.75 * one + 0.25 * (two if row % 2 else three) for row in range(40)], np.float32)
    assert spectrum.flux(moving, ROWS) == pytest.approx(0.5, abs=1e-5)


def test_no_gain_moves_the_flux_not_even_one_that_swells() -> None:
    rng = np.random.default_rng(3)
    power = rng.random((40, BINS)).astype(np.float32)
    swelling = power * (10.0 ** np.linspace(-4, 4, 40))[:, None]
    assert spectrum.flux(swelling, ROWS) == pytest.approx(spectrum.flux(power, ROWS), rel=1e-4)


def test_frames_on_both_sides_of_a_pause_are_no_neighbours() -> None:
    low, high = band(200, 1000), band(2000, 3000)
    power = np.concatenate([np.tile(low, (30, 1)), np.tile(high, (30, 1))])
    together, apart = np.arange(60), np.concatenate([np.arange(30), np.arange(100, 130)])
    assert spectrum.flux(power, apart) == pytest.approx(0.0)
    assert spectrum.flux(power[:10], together[:10]) is None
    scattered = 2 * np.arange(60)
    assert spectrum.flux(power, scattered) is None


def test_flux_of_silence_is_a_number() -> None:
    assert spectrum.flux(np.zeros((40, BINS), np.float32), ROWS) == pytest.approx(0.0)
