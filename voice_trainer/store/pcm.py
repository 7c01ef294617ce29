"""Samples as they lie on disk: 24 significant bits in little-endian 32-bit integers, and in FLAC at the end.

24 bits and not 16: they hold every value that a 24-bit device gives and a 32-bit float can tell near full scale, so
that a recording gives the same figures when it is scored again. FLAC leaves unused low bits out, so the recording of
a 16-bit device is as small as it would be at 16 bits.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ..speech.samples import Samples

BYTES_PER_SAMPLE = 4
BLOCK_FRAMES = 1 << 16
_STEPS = float(1 << 23)
_LAST_STEP = (1 << 23) - 1


def encoded(samples: Samples) -> bytes:
    """``samples`` as they are kept; what lies outside −1…1 is clipped. ``samples`` must be finite."""
    steps = np.clip(np.rint(np.asarray(samples, np.float64) * _STEPS), -_STEPS, _LAST_STEP)
    return (steps.astype("<i4") << 8).astype("<i4").tobytes()


def decoded(frames: NDArray[np.int32]) -> Samples:
    """Kept samples in −1…1; exact, since 24 bits fit a float32."""
    return (frames.astype(np.float64) / float(1 << 31)).astype(np.float32)


def blocks(path: Path) -> Iterator[NDArray[np.int32]]:
    """The whole samples of a PCM file; one cut off in the middle by a crash is left out."""
    with path.open("rb") as file:
        while data := file.read(BLOCK_FRAMES * BYTES_PER_SAMPLE):
            whole = len(data) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
            if whole:
                yield np.frombuffer(data[:whole], "<i4").astype(np.int32)


class _Sink:
    """A file for libsndfile that remembers why a write failed, which libsndfile does not tell."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "r+b", buffering=0)
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        written = 0
        try:
            while self.error is None and written < len(data):
                written += self._file.write(data[written:])
        except OSError as error:
            self.error = error
        return written

    def read(self, size: int) -> bytes:
        return self._file.read(size) or b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def encode_flac(pcm: Path, flac: Path, rate_hz: int, mode: int = 0o600) -> None:
    """Write ``pcm`` as the new file ``flac``, on the disk when this returns. Raises OSError."""
    descriptor = os.open(flac, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
    sink = _Sink(descriptor)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, mode)
        try:
            with soundfile.SoundFile(
                sink, "w", samplerate=rate_hz, channels=1, subtype="PCM_24", format="FLAC"
            ) as output:
                for block in blocks(pcm):
                    output.write(block)
                    if sink.error is not None:
                        break
        except (soundfile.SoundFileError, AssertionError) as error:  # soundfile asserts that all was written
            raise (sink.error or OSError(str(error))) from error
        if sink.error is not None:
            raise sink.error
        sink.sync()
    finally:
        sink.close()


def same(pcm: Path, flac: Path) -> bool:
    """Whether ``flac`` holds, sample for sample, what ``pcm`` does."""
    try:
        with soundfile.SoundFile(flac) as file:
            for block in blocks(pcm):
                if not np.array_equal(file.read(len(block), dtype="int32"), block):
                    return False
            return len(file.read(1, dtype="int32")) == 0
    except soundfile.SoundFileError:
        return False
