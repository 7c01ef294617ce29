"""WORLD resynthesis: the same words as another speaker, in another mood.

WORLD (Morise, Yokomori & Ozawa 2016) holds speech as F0, spectral envelope and aperiodicity; each is changed on its
own here. Frames are 5 ms apart; spectra are power over `fft_size / 2 + 1` bins from 0 Hz to half the sample rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyworld
from swift_f0 import SwiftF0

from training.voices.settings import Delivery, Voice

Array = npt.NDArray[np.float64]

FRAME_MS = 5.0
_F0_FLOOR_HZ, _F0_CEIL_HZ = 50.0, 300.0
_VOICED_CONFIDENCE = 0.45
_TRACKING_RMS = 0.1
_LARGEST_EXCURSION_ST = 8.0
_TREMOR_HZ = 5.5
_BREATH_FROM_HZ, _BREATH_FULL_HZ = 1000.0, 3000.0


@dataclass(frozen=True)
class Analysis:
    """One phrase, taken apart. `f0_hz` is 0 where there is no voice."""

    f0_hz: Array
    envelope: Array
    aperiodicity: Array
    sample_rate: int


def analyse(samples: Array, sample_rate: int) -> Analysis:
    """Take one phrase (mono, at least 0.05 s) apart."""
    times = np.arange(int(len(samples) / sample_rate * 1000 / FRAME_MS) + 1) * FRAME_MS / 1000
    f0_hz = _tracked_f0(samples, sample_rate, times)
    fft_size = pyworld.get_cheaptrick_fft_size(sample_rate, _F0_FLOOR_HZ)
    return Analysis(
        f0_hz=f0_hz,
        envelope=pyworld.cheaptrick(samples, f0_hz, times, sample_rate, fft_size=fft_size),
        # The tracker has told voiced from unvoiced already; D4C's own threshold would make creaky vowels hoarse.
        aperiodicity=pyworld.d4c(samples, f0_hz, times, sample_rate, threshold=0.0, fft_size=fft_size),
        sample_rate=sample_rate,
    )


def _tracked_f0(samples: Array, sample_rate: int, times: Array) -> Array:
    """F0 at each of `times`, 0 where unvoiced.

    By SwiftF0: on this low, creaky voice WORLD's own Harvest and DIO jump to the octave above in half of the frames,
    where SwiftF0 and Praat agree.
    """
    level = _TRACKING_RMS / np.sqrt(np.mean(samples**2))  # the tracker's confidence depends on the level
    track = _tracker().detect((samples * level).astype(np.float32), sample_rate, fmin=_F0_FLOOR_HZ, fmax=_F0_CEIL_HZ)
    sure = track.confidence >= _VOICED_CONFIDENCE
    if not sure.any():
        return np.zeros(len(times))
    logs = np.interp(times, track.timestamps[sure], np.log(track.pitch_hz[sure]))
    voiced = np.interp(times, track.timestamps, track.confidence) >= _VOICED_CONFIDENCE
    return np.where(voiced, np.exp(logs), 0.0)


@cache
def _tracker() -> SwiftF0:
    return SwiftF0(threads=1)


def median_f0_hz(phrases: list[Analysis]) -> float:
    """The middle of all voiced frames: what the new speaker's pitch is measured from."""
    f0_hz = np.concatenate([phrase.f0_hz for phrase in phrases])
    return float(np.median(f0_hz[f0_hz > 0]))


@dataclass(frozen=True, kw_only=True)
class Change:
    """Who a phrase becomes, and in which mood."""

    voice: Voice
    delivery: Delivery
    from_f0_hz: float
    """The pitch that becomes the new speaker's median."""
    rate: float
    """Factor on the pace."""
    start_s: float
    """Where in the clip the phrase begins, so that a tremor runs on from phrase to phrase."""


def resynthesise(phrase: Analysis, change: Change) -> Array:
    """Put one phrase together again as somebody else: mono samples at the phrase's sample rate."""
    rate, voice, delivery = phrase.sample_rate, change.voice, change.delivery
    envelope = _with_tilt(_stretched(phrase.envelope, voice.formants), delivery.tilt_db_per_octave, rate)
    aperiodicity = _with_breath(_stretched(phrase.aperiodicity, voice.formants), voice.breath + delivery.breath, rate)
    f0_hz = _spoken_f0(phrase.f0_hz, change)
    samples: Array = pyworld.synthesize(f0_hz, envelope, aperiodicity, rate, FRAME_MS / change.rate)
    return samples * _trailing(len(samples), delivery.trail_db)


def _spoken_f0(f0_hz: Array, change: Change) -> Array:
    voice, delivery, from_f0_hz = change.voice, change.delivery, change.from_f0_hz
    voiced = f0_hz > 0
    # Errors of an octave would become yelps once the range is widened.
    excursion_st = 12 * np.log2(np.where(voiced, f0_hz, from_f0_hz) / from_f0_hz)
    excursion_st = np.clip(excursion_st, -_LARGEST_EXCURSION_ST, _LARGEST_EXCURSION_ST)
    excursion_st = excursion_st * voice.f0_range * delivery.f0_range + delivery.f0_shift_st
    excursion_st += delivery.trail_st * _last_third(len(f0_hz))
    seconds = change.start_s + np.arange(len(f0_hz)) * FRAME_MS / 1000 / change.rate
    excursion_st += (voice.tremor_st + delivery.tremor_st) * np.sin(2 * np.pi * _TREMOR_HZ * seconds)
    return np.where(voiced, voice.f0_hz * 2 ** (excursion_st / 12), 0.0)


def _stretched(spectra: Array, factor: float) -> Array:
    """Move every feature of the spectra to `factor` times its frequency, as a shorter vocal tract does."""
    bins = spectra.shape[1]
    source = np.clip(np.arange(bins) / factor, 0, bins - 1)
    low = np.minimum(source.astype(int), bins - 2)
    share = source - low
    logs = np.log(spectra)
    return np.ascontiguousarray(np.exp(logs[:, low] * (1 - share) + logs[:, low + 1] * share))


def _with_tilt(envelope: Array, db_per_octave: float, rate: int) -> Array:
    frequencies = np.clip(np.linspace(0, rate / 2, envelope.shape[1]), 125, 8000)
    return np.ascontiguousarray(envelope * 10 ** (db_per_octave * np.log2(frequencies / 1000) / 10))


def _with_breath(aperiodicity: Array, breath: float, rate: int) -> Array:
    frequencies = np.linspace(0, rate / 2, aperiodicity.shape[1])
    share = breath * np.clip((frequencies - _BREATH_FROM_HZ) / (_BREATH_FULL_HZ - _BREATH_FROM_HZ), 0, 1)
    return np.ascontiguousarray(np.clip(aperiodicity + (1 - aperiodicity) * share, 0, 1))


def _last_third(length: int) -> Array:
    """0 until two thirds of the way, then smoothly to 1."""
    part = np.clip(np.linspace(-2, 1, length), 0, 1)
    return part * part * (3 - 2 * part)


def _trailing(length: int, db: float) -> Array:
    return 10 ** (db * _last_third(length) / 20)
