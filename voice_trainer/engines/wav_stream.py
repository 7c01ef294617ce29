"""A WAV as it arrives, from a pipe: the header's length may be unknown."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import AudioInvalid, AudioUnreadable
from .audio_file import HIGHEST_RATE_HZ, LONGEST_S, LOWEST_RATE_HZ

PCM = 1
EXTENSIBLE = 0xFFFE
READ_BYTES = 1 << 14
UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)
"""What writers put that can't know the length; sizes that are merely too large end with the stream."""
LONGEST_FORMAT_CHUNK = 1 << 16
NAME = "The sound on standard input"


class WavStream:
    """16-bit PCM WAV, one or two channels, read block by block.

    Making one waits for the header. Iterating yields mono float32 blocks, shape (n,), as soon as they arrive.

    Attributes:
        rate_hz, channels: of the header.

    Raises:
        AudioUnreadable: no WAV, or it breaks off in its header. AudioInvalid: not 16-bit PCM, more than two channels, a
        rate that can't be used, no samples at all, or more than half an hour (the last two while iterating).
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        riff = self._exactly(12)
        if riff[:4] not in (b"RIFF", b"RF64") or riff[8:] != b"WAVE":
            raise AudioUnreadable(f"{NAME} is no WAV (it begins with {riff[:4]!r}); pipe in a 16-bit PCM WAV.")
        self.rate_hz, self.channels = 0, 0
        while True:
            kind, size = struct.unpack("<4sI", self._exactly(8))
            if kind == b"data":
                break
            if kind == b"fmt ":
                self._read_format(size)
            else:
                self._skip(size + size % 2)
        if not self.rate_hz:
            raise AudioUnreadable(f"{NAME} has no format before its samples; pipe in a 16-bit PCM WAV.")
        self._left = None if size in UNKNOWN_LENGTHS else size

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        frame = 2 * self.channels
        rest, done = b"", 0
        while data := self._arrived():
            data = rest + data
            whole = len(data) - len(data) % frame
            rest = data[whole:]
            if not whole:
                continue
            values = np.frombuffer(data[:whole], "<i2").astype(np.float32) / 32768.0
            mono = values if self.channels == 1 else values.reshape(-1, self.channels).mean(axis=1)
            done += len(mono)
            if done > LONGEST_S * self.rate_hz:
                raise AudioInvalid(f"{NAME} is longer than {LONGEST_S / 60:.0f} minutes; pipe in one reply at a time.")
            yield np.asarray(mono, np.float32)
        if not done:
            raise AudioInvalid(f"{NAME} ended without a sample; record it again.")

    def _arrived(self) -> bytes:
        """What is there, at least one byte; nothing at the end."""
        count = READ_BYTES if self._left is None else min(READ_BYTES, self._left)
        if count == 0:
            return b""
        # read1 hands out what has arrived; a buffered read would wait until all of it has.
        data: bytes = getattr(self._source, "read1", self._source.read)(count) or b""
        if self._left is not None:
            self._left -= len(data)
        return data

    def _read_format(self, size: int) -> None:
        if not 16 <= size <= LONGEST_FORMAT_CHUNK:
            raise AudioUnreadable(f"{NAME} has a broken header (a format of {size} bytes); pipe in a 16-bit PCM WAV.")
        chunk = self._exactly(size)
        self._skip(size % 2)
        code, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
        if code == EXTENSIBLE and size >= 26:
            code = struct.unpack("<H", chunk[24:26])[0]
        if code != PCM or bits != 16:
            raise AudioInvalid(f"{NAME} is {bits}-bit in format {code}; pipe in a 16-bit PCM WAV (format 1).")
        if channels not in (1, 2):
            raise AudioInvalid(f"{NAME} has {channels} channels; it must have one, or two.")
        if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
            raise AudioInvalid(
                f"{NAME} has a sample rate of {rate_hz} Hz; it must lie between {LOWEST_RATE_HZ} and {HIGHEST_RATE_HZ}."
            )
        self.rate_hz, self.channels = rate_hz, channels

    def _exactly(self, count: int) -> bytes:
        parts: list[bytes] = []
        missing = count
        while missing:
            part = self._source.read(missing)
            if not part:
                raise AudioUnreadable(f"{NAME} ends inside its WAV header; pipe in a 16-bit PCM WAV.")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _skip(self, count: int) -> None:
        while count:
            count -= len(self._exactly(min(count, READ_BYTES)))


def wav_stream(source: BinaryIO) -> WavStream:
    """Read a WAV as it arrives; see WavStream."""
    return WavStream(source)
