"""Sound on its way to the loudspeaker through PortAudio, its position told as it is heard."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import soxr

from .base import Samples
from .devices import (
    LOST_AFTER_S,
    LOST_AT_START_AFTER_S,
    PLAYBACK_BUFFER_S,
    PORT_AUDIO,
    Chosen,
    close_quietly,
    lost,
    open_stream,
)

FADE_S = 0.01
"""Stopping in the middle of a wave clicks; over 10 ms it doesn't."""
AUDIBLE_BELOW_PEAK_DB = 40.0
AUDIBLE_FLOOR_DBFS = -60.0
"""A 10 ms frame is heard while it is above the floor and no more than 40 dB below the loudest: what is left after
that is a room's reverberation and noise, to which nobody waits before they answer."""
LONGEST_LATENCY_S = 2.0
_CHECK_S = 0.1


def last_audible(samples: Samples, rate_hz: int) -> int | None:
    """Index after the last audible sample, to 10 ms; None where all is silent."""
    frame = max(1, rate_hz // 100)
    if not len(samples):
        return None
    starts = np.arange(0, len(samples), frame)
    power = np.add.reduceat(np.square(samples, dtype=np.float64), starts) / np.diff(np.append(starts, len(samples)))
    floor = max(10 ** (AUDIBLE_FLOOR_DBFS / 10), float(power.max()) * 10 ** (-AUDIBLE_BELOW_PEAK_DB / 10))
    heard = np.flatnonzero(power >= floor)
    return min(len(samples), int(starts[heard[-1]]) + frame) if len(heard) else None


class PortAudioPlayback:
    """See ``base.Playback``. Made by ``PortAudioSound.play``, which holds PortAudio's lock meanwhile."""

    def __init__(self, library: Any, chosen: Chosen, samples: Samples, rate_hz: int) -> None:
        self.name = chosen.device.name
        self.fallback = chosen.fallback
        self._library = library
        self._done = threading.Event()
        self._complete = False
        self._stopping = False
        self._index = 0  # samples handed to PortAudio, the silence after the end included
        self._end: int | None = None  # where a fade-out ended, when it was stopped
        self._origin: float | None = None  # clock at which the first sample was, or will be, heard
        self._called_at: float | None = None
        self._position_s = 0.0
        self._last_audible_at: float | None = None
        self._closing = threading.Lock()

        def make(rate_hz: int, channels: int) -> Any:
            return library.OutputStream(
                device=chosen.index,
                samplerate=rate_hz,
                channels=channels,
                dtype="float32",
                latency=PLAYBACK_BUFFER_S,
                callback=self._callback,
                finished_callback=self._done.set,
            )

        self._stream, self._rate_hz, _ = open_stream("output", chosen, make)
        clean = np.clip(np.nan_to_num(np.asarray(samples, np.float32)), -1.0, 1.0)
        self._samples: Samples = clean if rate_hz == self._rate_hz else soxr.resample(clean, rate_hz, self._rate_hz)
        self._last_audible = last_audible(self._samples, self._rate_hz)
        self._latency_s = float(self._stream.latency)
        self._opened_at = time.monotonic()
        PORT_AUDIO.opened(self)
        try:
            self._stream.start()
        except library.PortAudioError:
            self.close_stream()
            lost("output", self.name)

    def _callback(self, out: Any, frames: int, times: Any, _status: Any) -> None:
        now = self._called_at = time.monotonic()
        start = self._index
        if self._stopping and self._end is None:
            self._end = min(start + round(FADE_S * self._rate_hz), len(self._samples))
        end = len(self._samples) if self._end is None else self._end
        part = self._samples[start : min(start + frames, end)]
        if self._end is not None and len(part):
            left = self._end - np.arange(start, start + len(part))
            part = part * np.minimum(left / (FADE_S * self._rate_hz), 1.0)
        out[: len(part)] = part[:, np.newaxis]
        out[len(part) :] = 0
        latency_s = times.outputBufferDacTime - times.currentTime
        if not 0 < latency_s <= LONGEST_LATENCY_S:
            latency_s = self._latency_s
        self._origin = now + latency_s - start / self._rate_hz
        self._index = start + frames
        if (
            self._index >= end and now >= self._origin + end / self._rate_hz
        ):  # all of it was heard, not only handed over
            self._update(now)
            self._complete = True
            raise self._library.CallbackStop

    def _update(self, now: float) -> None:
        if self._origin is None:
            return
        end = len(self._samples) if self._end is None else self._end
        given = min(self._index, end)
        heard = min(max((now - self._origin) * self._rate_hz, 0.0), given)
        self._position_s = max(self._position_s, heard / self._rate_hz)
        if self._last_audible_at is None and self._last_audible is not None:
            last = min(self._last_audible, end)
            if given >= last and now >= (at := self._origin + last / self._rate_hz):
                self._last_audible_at = at

    @property
    def position_s(self) -> float:
        """See ``base.Playback.position_s``; never runs backwards."""
        self._update(time.monotonic())
        return self._position_s

    @property
    def last_audible_at(self) -> float | None:
        """See ``base.Playback.last_audible_at``; where it was stopped, the end of the fade-out."""
        self._update(time.monotonic())
        return self._last_audible_at

    def wait(self, timeout_s: float | None = None) -> bool:
        """See ``base.Playback.wait``."""
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while not self._done.is_set():
            left = _CHECK_S if until is None else min(_CHECK_S, until - time.monotonic())
            if left <= 0 or not self._done.wait(left):
                if self._starved():
                    break
                if until is not None and time.monotonic() >= until:
                    return False
        self.close_stream()
        if not self._complete and not self._stopping:
            lost("output", self.name)
        return True

    def _starved(self) -> bool:
        now, called_at = time.monotonic(), self._called_at
        if called_at is None:
            return now - self._opened_at > LOST_AT_START_AFTER_S
        waking = self._index <= 2 * self._latency_s * self._rate_hz  # the buffer was filled, and waits for the device
        return now - called_at > (LOST_AT_START_AFTER_S if waking else LOST_AFTER_S)

    def stop(self) -> None:
        """Fade out over 10 ms and end; returns at once."""
        self._stopping = True

    def over(self) -> bool:
        return self._done.is_set()

    def close_stream(self) -> None:
        with self._closing:
            stream, self._stream = self._stream, None
        if stream is not None:
            close_quietly(stream)
            self._done.set()
            PORT_AUDIO.closed(self)
