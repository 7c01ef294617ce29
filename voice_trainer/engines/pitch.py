"""F0 by SwiftF0, brought to what speech needs: one level, a local refinement, octave errors repaired.

SwiftF0 (https://github.com/lars76/swift-f0, MIT) gives a pitch and a confidence every 16 ms. Three things are added:

* **Level.** Its confidence depends on how loud the sound is. A gain brings speech to ``TARGET_DBFS``: it follows the
  80th percentile of level over a window around each moment that looks 0.5 s ahead and no further.
* **Refinement.** The network scores 95 log-spaced steps (1.2 semitones apart) and is up to 8 cents off on a steady
  tone. The period is measured again near its estimate by autocorrelation (Boersma 1993, Proc. IFA 17).
* **Octaves.** See ``speech.pitch.octaves_repaired``.

A stream works in whole quanta of ``QUANTUM_HOPS``, however the sound is cut into blocks, so its contour doesn't
depend on the blocks at all: a whole recording pushed at once is the batch result.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_trainer.speech import SAMPLE_RATE
from voice_trainer.speech.pitch import Periodicity, PitchContour, octaves_repaired, period_refined

from .base import Samples

HOP = 256
"""Samples between frames; frame k is centred on sample k·HOP."""
QUANTUM_HOPS = 64
"""Frames worked on at a time (1.024 s): SwiftF0 hears 21 more around each run, so smaller quanta cost more."""
FMIN_HZ = 60.0
FMAX_HZ = 500.0
VOICED_CONFIDENCE = 0.5
"""SwiftF0's own threshold: its confidence is calibrated to it."""
TARGET_DBFS = -17.0
"""Level the loud hops around each moment are brought to."""
LOUD_PERCENTILE = 80.0
"""Loud hops: a click or a pop is shorter than a fifth of the window and doesn't turn the voice down after it."""
LOOKBACK_HOPS = 125
LOOKAHEAD_HOPS = 32
"""The window reaches 2 s back and 0.512 s ahead, so that a loud onset is not met with the gain of the silence."""
FLOOR_DBFS = -66.0
"""Nothing softer counts as speech: room noise is not brought up to a voice's level."""


class SwiftPitch:
    """SwiftF0 as a ``PitchTracker``. Cheap to make; the model (0.1 s) loads with ``warm`` or the first stream's
    work."""

    def __init__(self) -> None:
        self._detector: Any = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        self.detector()

    def detector(self) -> Any:
        """The loaded ``swift_f0.SwiftF0``; safe from any thread."""
        with self._lock:
            if self._detector is None:
                import swift_f0

                self._detector = swift_f0.SwiftF0(threads=1, spin=False)
        return self._detector

    def stream(self) -> SwiftPitchStream:
        return SwiftPitchStream(self)

    def track(self, samples: Samples) -> PitchContour:
        """The contour of a whole recording: one push, then finish."""
        stream = self.stream()
        stream.push(samples)
        return stream.finish()


class SwiftPitchStream:
    """One recording's F0 as it arrives. Drive it from one thread."""

    def __init__(self, tracker: SwiftPitch) -> None:
        self._tracker = tracker
        self._gain = _LevelGain()
        self._inner: Any = None
        self._waiting = np.zeros(0, np.float32)
        self._heard: list[Samples] = []
        self._f0: list[NDArray[np.float64]] = []
        self._confidence: list[NDArray[np.float64]] = []
        self._periodicity: list[Periodicity] = []
        self._tail = np.zeros(0, np.float32)
        self._tail_start = 0
        self._emitted = 0

    def push(self, samples: Samples) -> None:
        self._waiting = np.concatenate([self._waiting, np.asarray(samples, np.float32).reshape(-1)])
        quantum = QUANTUM_HOPS * HOP
        ahead = LOOKAHEAD_HOPS * HOP
        while len(self._waiting) >= quantum + ahead:
            self._work(self._gain.apply(self._waiting[: quantum + ahead], QUANTUM_HOPS))
            self._waiting = self._waiting[quantum:]

    def finish(self) -> PitchContour:
        """The contour: one frame per whole 16 ms, none where nothing was pushed."""
        while len(self._waiting):
            hops = min(QUANTUM_HOPS, -(-len(self._waiting) // HOP))
            self._work(self._gain.apply(self._waiting, hops))
            self._waiting = self._waiting[hops * HOP :]
        if self._inner is not None:
            self._take(self._inner.flush(), last=True)
        return self._contour()

    def _work(self, samples: Samples) -> None:
        if self._inner is None:
            self._inner = self._tracker.detector().stream(FMIN_HZ, FMAX_HZ)
        self._tail = np.concatenate([self._tail, samples])
        self._take(self._inner.push(samples, SAMPLE_RATE), last=False)

    def _take(self, result: Any, *, last: bool) -> None:
        count = len(result.pitch_hz)
        if count:
            f0 = np.clip(np.nan_to_num(np.asarray(result.pitch_hz, np.float64), nan=FMIN_HZ), FMIN_HZ, FMAX_HZ)
            confidence = np.clip(np.nan_to_num(np.asarray(result.confidence, np.float64)), 0.0, 1.0)
            centres = (np.arange(count) + self._emitted) * HOP - self._tail_start
            # Refining is most of the cost, so only frames that may be voiced are refined.
            refined, periodicity = period_refined(self._tail, centres, f0, confidence >= VOICED_CONFIDENCE)
            self._f0.append(refined)
            self._confidence.append(confidence)
            self._periodicity.append(periodicity)
            self._emitted += count
        if last:
            self._tail = np.zeros(0, np.float32)
            return
        keep_from = max(0, (self._emitted - 2) * HOP - self._tail_start)
        self._tail = self._tail[keep_from:]
        self._tail_start += keep_from

    def _contour(self) -> PitchContour:
        if not self._f0:
            empty = np.zeros(0)
            return PitchContour(times_s=empty, f0_hz=empty, confidence=empty, voiced=np.zeros(0, np.bool_))
        f0, confidence = np.concatenate(self._f0), np.concatenate(self._confidence)
        voiced = confidence >= VOICED_CONFIDENCE
        f0 = octaves_repaired(f0, voiced, Periodicity.joined(self._periodicity))
        times = np.arange(len(f0), dtype=np.float64) * (HOP / SAMPLE_RATE)
        return PitchContour(times_s=times, f0_hz=np.clip(f0, FMIN_HZ, FMAX_HZ), confidence=confidence, voiced=voiced)


class _LevelGain:
    """The gain, one value a hop, joined by straight lines so that it never clicks."""

    def __init__(self) -> None:
        self._before = np.zeros(0)
        self._previous: float | None = None

    def apply(self, samples: Samples, hops: int) -> Samples:
        """Scale the first ``hops`` hops of ``samples``; what follows them is only looked at."""
        count = -(-len(samples) // HOP)
        padded = np.zeros(count * HOP, np.float32)
        padded[: len(samples)] = samples
        power = np.mean(np.square(padded.reshape(count, HOP), dtype=np.float64), axis=1)
        hop_db = 10.0 * np.log10(np.maximum(power, 1e-14))
        known = np.concatenate([np.full(LOOKBACK_HOPS - len(self._before), np.nan), self._before, hop_db])
        known = np.concatenate([known, np.full(max(0, hops + LOOKAHEAD_HOPS - count), np.nan)])
        windows = np.lib.stride_tricks.sliding_window_view(known, LOOKBACK_HOPS + 1 + LOOKAHEAD_HOPS)[:hops]
        level = np.maximum(_percentile(windows, LOUD_PERCENTILE), FLOOR_DBFS)
        gains = 10.0 ** ((TARGET_DBFS - level) / 20.0)
        self._before = np.concatenate([self._before, hop_db[:hops]])[-LOOKBACK_HOPS:]
        start = gains[0] if self._previous is None else self._previous
        self._previous = float(gains[-1])
        ramp = np.linspace(0.0, 1.0, HOP, endpoint=False)
        before = np.concatenate([[start], gains[:-1]])
        curve = (before[:, None] + (gains - before)[:, None] * ramp).reshape(-1)
        length = min(len(samples), hops * HOP)
        return np.asarray(padded[:length] * curve[:length], np.float32)


def _percentile(rows: NDArray[np.float64], percent: float) -> NDArray[np.float64]:
    """Nearest-rank percentile of each row without its NaNs (numpy's own is slow with them)."""
    ordered = np.sort(rows, axis=1)
    known = np.sum(~np.isnan(rows), axis=1)
    rank = np.minimum(np.rint(percent / 100.0 * (known - 1)).astype(np.int_), known - 1)
    return np.asarray(ordered[np.arange(len(rows)), rank], np.float64)
