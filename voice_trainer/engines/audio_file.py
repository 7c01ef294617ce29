"""Sound files: read whole, read as they arrive, written.

soundfile (libsndfile) reads WAV, FLAC, Ogg, Opus, AIFF and MP3; what it can't, PyAV (FFmpeg) tries: M4A, WebM and
the rest.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from ..errors import AudioInvalid, AudioUnreadable, DiskFull, StoreUnwritable
from .native_noise import native_noise_to

Samples = NDArray[np.float32]

LONGEST_S = 30 * 60.0
"""A reply takes minutes; half an hour is surely another file, and more would not fit in memory on small machines."""
LOWEST_RATE_HZ = 8_000
HIGHEST_RATE_HZ = 192_000
LARGEST_SAMPLE = 16.0
"""Samples lie in −1…1, floating-point files may run over a little; beyond this they are of another scale."""
BLOCK_S = 1.0
"""libsndfile crashes on long Ogg written at once, so everything is written in blocks."""
OPUS_RATES_HZ = (24_000, 48_000)

Format = Literal["wav", "flac", "ogg", "opus"]
ENCODINGS: dict[Format, tuple[str, str]] = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Audio:
    """A sound.

    Attributes:
        samples: (n,) mono float32; channels are averaged.
        rate_hz: the file's own rate.
        channels: how many the file had.
    """

    samples: Samples
    rate_hz: int
    channels: int

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz


def read_audio(source: Path | str | BinaryIO) -> Audio:
    """Read a whole sound, at its own rate.

    Args:
        source: a file, or an open binary stream (read to its end; it need not seek).

    Raises:
        AudioUnreadable: no such file, a folder, no audio in it, or it breaks off.
        AudioInvalid: no samples, samples that are no numbers, of another scale, or longer than half an hour.
    """
    name = _name(source)
    handle = _open(source, name)
    with contextlib.closing(handle) if isinstance(source, str | Path) else contextlib.nullcontext():
        try:
            audio = _read_with_soundfile(handle, name)
        except sf.LibsndfileError as error:
            handle.seek(0)
            audio = _read_with_av(handle, name, error)
    _check(audio, name)
    return audio


def read_audio_quietly(source: Path | str | BinaryIO) -> Audio:
    """``read_audio`` where nobody draws on the terminal: what a decoder prints of a damaged file goes nowhere.

    For one thread of a program; another that writes to standard error meanwhile would lose its words.
    """
    with native_noise_to():
        return read_audio(source)


def _name(source: Path | str | BinaryIO) -> str:
    if isinstance(source, str | Path):
        return str(source)
    given = getattr(source, "name", None)
    return given if isinstance(given, str) else "the sound given"


def _open(source: Path | str | BinaryIO, name: str) -> BinaryIO:
    if not isinstance(source, str | Path):
        return source if source.seekable() else io.BytesIO(source.read())
    path = Path(source)
    if path.is_dir():
        raise AudioUnreadable(f"{name} is a folder; name one sound file in it.")
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise AudioUnreadable(f"There is no file {name}; check the name.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise AudioUnreadable(f"{name} can't be opened ({reason}).") from error


class _Source:
    """A sound for libsndfile. A broken header sends it to places that no file has: it stays where it is then.

    soundfile prints the traceback of whatever is raised while libsndfile asks for a place or for bytes, so nothing is.
    """

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle

    def seek(self, offset: int, whence: int = 0) -> int:
        with contextlib.suppress(OSError, ValueError, OverflowError):
            self._handle.seek(offset, whence)
        return self.tell()

    def tell(self) -> int:
        return self._handle.tell()

    def read(self, size: int = -1) -> bytes:
        try:
            return self._handle.read(size) or b""
        except OSError:  # a disk that fails; to libsndfile the sound breaks off here
            return b""

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _read_with_soundfile(handle: BinaryIO, name: str) -> Audio:
    with sf.SoundFile(_Source(handle)) as file:
        rate, channels = file.samplerate, file.channels
        _check_length(file.frames / rate, name)
        blocks: list[Samples] = []
        done = 0
        try:
            while len(block := file.read(int(30 * rate), dtype="float32", always_2d=True)):
                blocks.append(_mono(block))
                done += len(block)
                _check_length(done / rate, name)
        except sf.LibsndfileError as error:
            raise AudioUnreadable(f"{name} breaks off after {done / rate:.1f} s; record or copy it again.") from error
    return Audio(samples=_joined(blocks), rate_hz=rate, channels=channels)


def _read_with_av(handle: BinaryIO, name: str, first_error: Exception) -> Audio:
    import av

    nothing = f"{name} holds no sound that can be read; give a WAV, FLAC, Ogg, Opus, MP3 or M4A file."
    blocks: list[Samples] = []
    done, rate, channels = 0, 0, 0
    try:
        with av.open(handle, mode="r", metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise AudioUnreadable(nothing)
            resampler = av.AudioResampler(format="flt")  # interleaved: PyAV crashes on eight planes and more
            for decoded in container.decode(container.streams.audio[0]):
                for frame in resampler.resample(decoded):
                    rate = rate or frame.sample_rate
                    channels = channels or frame.layout.nb_channels
                    blocks.append(_mono(frame.to_ndarray().reshape(-1, frame.layout.nb_channels)))
                    done += frame.samples
                _check_length(done / (rate or 1), name)
    except (av.FFmpegError, ValueError) as error:
        if done:
            raise AudioUnreadable(f"{name} breaks off after {done / rate:.1f} s; record or copy it again.") from error
        raise AudioUnreadable(nothing) from first_error
    return Audio(samples=_joined(blocks), rate_hz=rate or 1, channels=channels)


def _mono(block: NDArray[Any]) -> Samples:
    mono = block[:, 0] if block.shape[1] == 1 else block.mean(axis=1, dtype=np.float32)
    return np.ascontiguousarray(mono, dtype=np.float32)


def _joined(blocks: list[Samples]) -> Samples:
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def _check_length(duration_s: float, name: str) -> None:
    if duration_s > LONGEST_S:
        raise AudioInvalid(
            f"{name} is {duration_s / 60:.0f} minutes long or more; a reply may last {LONGEST_S / 60:.0f} minutes, "
            "so cut it down to the reply."
        )


def _check(audio: Audio, name: str) -> None:
    if len(audio.samples) == 0:
        raise AudioInvalid(f"{name} holds no samples; record it again.")
    if not LOWEST_RATE_HZ <= audio.rate_hz <= HIGHEST_RATE_HZ:
        raise AudioInvalid(
            f"{name} has a sample rate of {audio.rate_hz} Hz; "
            f"it must lie between {LOWEST_RATE_HZ} and {HIGHEST_RATE_HZ}."
        )
    check_samples(audio.samples, audio.rate_hz, name)


def check_samples(samples: Samples, rate_hz: int, name: str) -> None:
    """Raise AudioInvalid where a sample is no number, or of another scale than −1…1."""
    if not np.isfinite(samples).all():
        at = int(np.flatnonzero(~np.isfinite(samples))[0])
        raise AudioInvalid(
            f"{name} holds samples that are no numbers (the first at {at / rate_hz:.3f} s); "
            "export it again, as 16-bit WAV."
        )
    largest = float(np.abs(samples).max(initial=0.0))
    if largest > LARGEST_SAMPLE:
        raise AudioInvalid(
            f"{name} has samples up to {largest:.0f}, and they must lie between −1 and 1; "
            "were 16-bit values written as floating point?"
        )


def write_audio(path: Path, samples: Samples, rate_hz: int, format: Format) -> None:
    """Write mono sound, whole or not at all, readable by its owner only (0600).

    Args:
        path: replaced where it exists. samples: (n,) in −1…1, clipped beyond.
        rate_hz: kept, except for Opus, which takes 24 or 48 kHz: other rates are resampled.

    Raises:
        DiskFull, StoreUnwritable.
    """
    if format == "opus" and rate_hz not in OPUS_RATES_HZ:
        import soxr

        to_hz = 24_000 if rate_hz < 24_000 else 48_000
        samples, rate_hz = np.asarray(soxr.resample(samples, rate_hz, to_hz), np.float32), to_hz
    container, encoding = ENCODINGS[format]
    partial = path.with_name(f".{path.name}.partial")
    step = int(BLOCK_S * rate_hz)
    try:
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()
        descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
        with sf.SoundFile(
            descriptor, "w", samplerate=rate_hz, channels=1, format=container, subtype=encoding, closefd=True
        ) as file:
            for start in range(0, len(samples), step):
                file.write(np.clip(samples[start : start + step], -1.0, 1.0))
        partial.replace(path)
    except (OSError, sf.SoundFileError, AssertionError) as error:  # soundfile asserts that all was written
        full = _is_full(path.parent, error)
        with contextlib.suppress(OSError):
            partial.unlink()
        if full:
            raise DiskFull(f"No space is left to write {path}; free some and try again.") from error
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "writing failed"
        raise StoreUnwritable(f"{path} can't be written ({reason}); check its folder.") from error


def _is_full(folder: Path, error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    if isinstance(error, OSError):
        return False
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free < (1 << 20)
    return False
