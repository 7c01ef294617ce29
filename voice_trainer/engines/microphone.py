"""A microphone through PortAudio, its sound told by the clock at which it was captured."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .base import Block, Samples
from .devices import (
    BUFFER_S,
    LOST_AFTER_S,
    LOST_AT_START_AFTER_S,
    PORT_AUDIO,
    Chosen,
    close_quietly,
    lost,
    open_stream,
)

BLOCK_S = 0.02
"""PortAudio hands over as little as one sample at a time; less than this is joined."""
LONGEST_LATENCY_S = 2.0
"""A latency outside 0…this is a driver's mistake (some tell none, or the time since they started)."""
_STEADY_S = 0.02
_STEADY_SHARE = 0.1
_CHECK_S = 0.25


class _Delivery(NamedTuple):
    """What the callback knows: nothing is computed there."""

    samples: Any  # (frames, channels)
    overflowed: bool
    arrived_at: float
    latency_s: float
    """From the first sample reaching the microphone to the callback, as PortAudio tells it."""


class CaptureClock:
    """Turns PortAudio's latencies into clocks of ``time.monotonic()`` that don't jitter and never run backwards.

    Small deviations are smoothed, since a sample follows the other at the device's steady rate; a larger one, or lost
    sound, is a jump and is taken as it comes.

    Args:
        rate_hz: of the device. stream_latency_s: stands in where a block comes without a credible latency.
    """

    def __init__(self, rate_hz: int, stream_latency_s: float) -> None:
        self._rate_hz = rate_hz
        self._stream_latency_s = stream_latency_s
        self._next_at: float | None = None
        self._last_at: float | None = None

    def captured_at(self, frames: int, arrived_at: float, latency_s: float, overflowed: bool) -> float:
        """Clock of the first of ``frames`` samples that arrived at ``arrived_at``."""
        duration_s = frames / self._rate_hz
        if not 0 < latency_s <= LONGEST_LATENCY_S:
            latency_s = max(duration_s, self._stream_latency_s)
        told = arrived_at - latency_s
        if self._next_at is None or overflowed:
            at = told if self._next_at is None else max(told, self._next_at)
        elif abs(told - self._next_at) < _STEADY_S:
            at = self._next_at + _STEADY_SHARE * (told - self._next_at)
        else:
            at = max(told, self._next_at)
        if self._last_at is not None:  # blocks may be shorter than what is smoothed away
            at = max(at, self._last_at)
        self._last_at = at
        self._next_at = at + duration_s
        return at


class PortAudioMicrophone:
    """See ``base.Microphone``. Made by ``PortAudioSound.open_microphone``, which holds PortAudio's lock meanwhile."""

    def __init__(self, library: Any, chosen: Chosen) -> None:
        self.name = chosen.device.name
        self.fallback = chosen.fallback
        self._queue: queue.SimpleQueue[_Delivery | None] = queue.SimpleQueue()
        self._closed = False
        self._lost = False
        self._heard_at: float | None = None
        self._closing = threading.Lock()

        def make(rate_hz: int, channels: int) -> Any:
            return library.InputStream(
                device=chosen.index,
                samplerate=rate_hz,
                channels=channels,
                dtype="float32",
                latency=BUFFER_S,
                callback=self._callback,
                finished_callback=self._finished,
            )

        self._stream, self.rate_hz, _ = open_stream("input", chosen, make)
        self._clock = CaptureClock(self.rate_hz, self._stream.latency)
        self._opened_at = time.monotonic()
        PORT_AUDIO.opened(self)
        try:
            self._stream.start()
        except library.PortAudioError:
            self.close_stream()
            lost("input", self.name)

    def _callback(self, data: Any, _frames: int, times: Any, status: Any) -> None:
        self._queue.put(
            _Delivery(
                data.copy(),
                bool(status.input_overflow),
                time.monotonic(),
                times.currentTime - times.inputBufferAdcTime,
            )
        )

    def _finished(self) -> None:
        self._queue.put(None)

    def blocks(self) -> Iterator[Block]:
        """See ``base.Microphone.blocks``; blocks of at least 20 ms, the last one excepted."""
        joined: list[Block] = []
        frames = 0
        while (delivery := self._next()) is not None:
            block = self._block(delivery)
            if joined and block.overflowed:
                yield _join(joined)
                joined, frames = [], 0
            joined.append(block)
            frames += len(block.samples)
            if frames >= BLOCK_S * self.rate_hz:
                yield _join(joined)
                joined, frames = [], 0
        if joined:
            yield _join(joined)
        if not self._closed:
            lost("input", self.name)

    def _next(self) -> _Delivery | None:
        """The next delivery; None when there will be no more, because it was closed or the device is gone."""
        if self._lost:
            return None
        while True:
            try:
                delivery = self._queue.get(timeout=_CHECK_S)
            except queue.Empty:
                if not self._closed and not self._starved():
                    continue
                delivery = None
            if delivery is None:
                self._lost = True
                self.close_stream()
                return None
            self._heard_at = delivery.arrived_at
            return delivery

    def _starved(self) -> bool:
        now = time.monotonic()
        if self._heard_at is None:
            return now - self._opened_at > LOST_AT_START_AFTER_S
        return now - self._heard_at > LOST_AFTER_S

    def _block(self, delivery: _Delivery) -> Block:
        data = delivery.samples
        samples: Samples = data[:, 0] if data.shape[1] == 1 else data.mean(axis=1, dtype=np.float32)
        at = self._clock.captured_at(len(samples), delivery.arrived_at, delivery.latency_s, delivery.overflowed)
        return Block(samples=samples, captured_at=at, overflowed=delivery.overflowed)

    def over(self) -> bool:
        return self._lost

    def close(self) -> None:
        """Stop listening; ``blocks`` hands out what had already come, and ends."""
        self._closed = True
        self.close_stream()
        self._queue.put(None)

    def close_stream(self) -> None:
        with self._closing:
            stream, self._stream = self._stream, None
        if stream is not None:
            close_quietly(stream)
            PORT_AUDIO.closed(self)


def _join(blocks: list[Block]) -> Block:
    if len(blocks) == 1:
        return blocks[0]
    return Block(
        samples=np.concatenate([block.samples for block in blocks]),
        captured_at=blocks[0].captured_at,
        overflowed=blocks[0].overflowed,
    )
