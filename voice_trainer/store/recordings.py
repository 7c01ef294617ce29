"""What was spoken, on disk while it is spoken.

A recording is begun with a sidecar (JSON: rate, device, whose it is), grows as headerless PCM that reaches the
operating system with every block, and is finished as FLAC: encoded under another name, read back, compared, renamed;
only then is the PCM removed. The sidecar goes when the attempt is stored (``settle``). So at every moment a crash
leaves something from which the recording is recovered, and a sidecar whose program no longer runs marks a recording
that nobody has taken care of.

Files are readable by their owner only, whatever the umask says.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import filelock
import msgspec
import numpy as np
import soundfile

from ..errors import AudioInvalid, AudioUnreadable, DiskFull, RequestInvalid, StoreError, StoreUnwritable
from ..speech.samples import Samples
from .pcm import BYTES_PER_SAMPLE, decoded, encode_flac, encoded, same

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ATTEMPT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")
_HIGHEST_RATE_HZ = 768_000
"""No device goes beyond it."""
_FLAC, _PCM, _SIDECAR, _LOCK, _PART = ".flac", ".pcm", ".json", ".lock", ".part"


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """A recording whose attempt was never stored, because the program ended before.

    Attributes:
        duration_s: of what reached the disk. started_at: UTC.
    """

    attempt_id: str
    exercise_id: str
    turn: str
    person: str
    device: str | None
    rate_hz: int
    started_at: datetime
    duration_s: float


class _Sidecar(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    format: int = 1
    attempt_id: str
    exercise_id: str
    turn: str
    person: str
    device: str | None
    rate_hz: Annotated[int, msgspec.Meta(gt=0, le=_HIGHEST_RATE_HZ)]
    channels: int = 1
    sample_format: str = "s32le, 24 bits used"
    started_at: Annotated[datetime, msgspec.Meta(tz=True)]


@contextlib.contextmanager
def _told(path: Path, doing: str) -> Iterator[None]:
    """Turn the operating system's refusals into the store's errors."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(
                f"The disk is full: {path} can't be {doing}. What was recorded until then is kept; "
                "free some space, and it can be recovered."
            ) from error
        raise StoreUnwritable(
            f"{path} can't be {doing} ({error.strerror or error}): see who owns the folder {path.parent}, and that it "
            "can be written."
        ) from error


class RecordingWriter:
    """One recording while it is spoken; made by ``Recordings.begin``. For use by one thread."""

    def __init__(self, recordings: Recordings, attempt_id: str, rate_hz: int, descriptor: int) -> None:
        self.attempt_id = attempt_id
        self.rate_hz = rate_hz
        self._recordings = recordings
        self._descriptor: int | None = descriptor
        self._path = recordings.folder / f"{attempt_id}{_PCM}"
        self._bytes = 0

    @property
    def duration_s(self) -> float:
        """Of what reached the operating system."""
        return self._bytes // BYTES_PER_SAMPLE / self.rate_hz

    def write(self, samples: Samples) -> None:
        """Hand ``samples`` to the operating system; they outlive the program from here on.

        Raises:
            DiskFull, StoreUnwritable: what was written before stays, and ``finish`` still makes a recording of it.
            AudioInvalid: a sample is not a number.
        """
        if self._descriptor is None:
            raise RequestInvalid(f"The recording {self.attempt_id} is finished; begin another.")
        if not np.isfinite(samples).all():
            raise AudioInvalid("The microphone gave samples that are no numbers: choose another in Settings.")
        data = memoryview(encoded(samples))
        with _told(self._path, "written"):
            # A write that a full disk cut short leaves half a sample, which the next one must not be shifted by.
            if self._bytes % BYTES_PER_SAMPLE:
                self._bytes -= self._bytes % BYTES_PER_SAMPLE
                os.ftruncate(self._descriptor, self._bytes)
                os.lseek(self._descriptor, self._bytes, os.SEEK_SET)
            while data:
                written = os.write(self._descriptor, data)
                self._bytes += written
                data = data[written:]

    def finish(self) -> str:
        """Make the FLAC; returns its name, for ``Recordings.path`` and ``load``.

        Raises:
            AudioInvalid: nothing was written; nothing is kept.
            DiskFull, StoreUnwritable: the samples stay on disk, and are found as ``unfinished``.
        """
        self._close()
        if self._bytes < BYTES_PER_SAMPLE:
            self.discard()
            raise AudioInvalid("The recording is empty: the microphone gave no sound. Check it in Settings.")
        return self._recordings._finish(self.attempt_id, self.rate_hz)

    def discard(self) -> None:
        """Keep nothing of it."""
        self._close()
        self._recordings._erase(self.attempt_id)

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


class Recordings:
    """The recordings of one data folder.

    Args:
        folder: made on first use.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._locks: dict[str, filelock.BaseFileLock] = {}
        self._lock = threading.Lock()

    def begin(
        self,
        attempt_id: str,
        rate_hz: int,
        *,
        device: str | None,
        exercise_id: str,
        turn: str,
        person: str,
        started_at: datetime | None = None,
    ) -> RecordingWriter:
        """Begin the recording of an attempt, mono. Raises DiskFull, StoreUnwritable, RequestInvalid for a used id."""
        if not _ATTEMPT_ID.match(attempt_id):
            raise RequestInvalid(f"“{attempt_id}” can't name a recording: use letters, digits, “.”, “_” and “-”.")
        sidecar = _Sidecar(
            attempt_id=attempt_id,
            exercise_id=exercise_id,
            turn=turn,
            person=person,
            device=device,
            rate_hz=rate_hz,
            started_at=started_at or datetime.now(UTC),
        )
        self._make_folder()
        for suffix in (_SIDECAR, _FLAC, _PCM):
            if self._file(attempt_id, suffix).exists():
                raise RequestInvalid(f"There is a recording of attempt {attempt_id} already.")
        if not self._take(attempt_id):
            raise RequestInvalid(f"Attempt {attempt_id} is being recorded already.")
        try:
            path = self._file(attempt_id, _SIDECAR)
            with _told(path, "written"):
                descriptor = _create(path)
                try:
                    os.write(descriptor, msgspec.json.encode(sidecar))
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
            with _told(self._file(attempt_id, _PCM), "written"):
                return RecordingWriter(self, attempt_id, rate_hz, _create(self._file(attempt_id, _PCM)))
        except StoreError:
            with contextlib.suppress(StoreError):
                self._erase(attempt_id)
            self._release(attempt_id)
            raise

    def settle(self, name: str) -> None:
        """The attempt is stored: its recording is in good hands, and no longer ``unfinished``."""
        attempt_id = self.path(name).stem
        with _told(self._file(attempt_id, _SIDECAR), "removed"):
            self._file(attempt_id, _SIDECAR).unlink(missing_ok=True)
        self._release(attempt_id)

    def leave(self, attempt_id: str) -> None:
        """Nobody takes care of this recording any longer: without an attempt it is ``unfinished`` from here on."""
        self._release(attempt_id)

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Recordings whose attempt was never stored and that no running program takes care of, the oldest first.

        One in which nothing was recorded is cleared away. Raises StoreUnwritable where the folder can't be locked.
        """
        found = []
        for path in sorted(self.folder.glob(f"*{_SIDECAR}")):
            attempt_id = path.name.removesuffix(_SIDECAR)
            if not self._take(attempt_id):
                continue
            try:
                one = self._unfinished(attempt_id)
                if one is None or one.duration_s > 0:
                    found += [one] if one else []
                else:
                    self._erase(attempt_id)
            except StoreError:
                continue  # an empty one in a folder that can't be written
            finally:
                self._release(attempt_id)
        self._clear_locks()
        return tuple(sorted(found, key=lambda one: one.started_at))

    def recover(self, unfinished: Unfinished) -> str:
        """Finish what a crash left; returns the name of the FLAC, which is this program's to ``settle`` or ``remove``.

        Raises DiskFull, StoreUnwritable (also where another window recovers it just now): nothing is lost by it.
        """
        if not self._take(unfinished.attempt_id):
            raise StoreUnwritable(
                f"The recording {unfinished.attempt_id} is in use by another window of the trainer: close that first."
            )
        flac = self._file(unfinished.attempt_id, _FLAC)
        if flac.exists() and not self._file(unfinished.attempt_id, _PCM).exists():
            return flac.name  # only its attempt was missing
        return self._finish(unfinished.attempt_id, unfinished.rate_hz)

    def path(self, name: str) -> Path:
        """Where the recording called ``name`` lies. Raises RequestInvalid for a name that leaves the folder."""
        plain = name.endswith(_FLAC) and _ATTEMPT_ID.match(name.removesuffix(_FLAC)) is not None
        path = self.folder / name
        if not plain or path.is_symlink():
            raise RequestInvalid(f"“{name}” is not the name of a recording.")
        return path

    def load(self, name: str) -> tuple[Samples, int]:
        """Samples and rate in Hz of a finished recording. Raises AudioUnreadable, RequestInvalid."""
        path = self.path(name)
        if not path.is_file():
            raise AudioUnreadable(f"The recording {path} is not there: it was deleted or moved.")
        try:
            frames, rate_hz = soundfile.read(path, dtype="int32")
        except (soundfile.SoundFileError, OSError) as error:
            raise AudioUnreadable(f"The recording {path} can't be read ({error}).") from error
        return decoded(frames), int(rate_hz)

    def remove(self, name: str) -> None:
        """Delete a recording and all that belongs to it; one that is gone already is fine. Raises StoreUnwritable."""
        self._erase(self.path(name).name.removesuffix(_FLAC))

    def ids(self) -> frozenset[str]:
        """The attempts of which a file lies here, stored or broken off, in whatever state."""
        found = set()
        for path in self.folder.glob("*"):
            for suffix in (_FLAC + _PART, _FLAC, _PCM, _SIDECAR, _LOCK):
                attempt_id = path.name.removesuffix(suffix)
                if attempt_id != path.name and _ATTEMPT_ID.match(attempt_id):
                    found.add(attempt_id)
                    break
        return frozenset(found)

    def has_sound(self, attempt_id: str) -> bool:
        """Whether any sound of it lies here."""
        return any(self._file(attempt_id, suffix).exists() for suffix in (_FLAC, _PCM, _FLAC + _PART))

    def erase(self, attempt_id: str) -> bool:
        """Delete every file of an attempt; False where a program records it just now. Raises StoreUnwritable."""
        if not self._take(attempt_id):
            return False
        self._erase(attempt_id)
        return True

    # for the writer, too

    def _finish(self, attempt_id: str, rate_hz: int) -> str:
        pcm, flac = self._file(attempt_id, _PCM), self._file(attempt_id, _FLAC)
        part = flac.with_name(flac.name + _PART)
        try:
            with _told(flac, "written"):
                encode_flac(pcm, part, rate_hz, FILE_MODE)
                if not same(pcm, part):
                    raise OSError(errno.EIO, "it did not read back as it was written")
                part.replace(flac)
                pcm.unlink()
        except StoreError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            self._release(attempt_id)
            raise
        return flac.name

    def _erase(self, attempt_id: str) -> None:
        files = [self._file(attempt_id, suffix) for suffix in (_PCM, _FLAC, _FLAC + _PART, _SIDECAR)]
        for path in files:  # the sidecar last: while it is there, what is left is still found
            with _told(path, "removed"):
                path.unlink(missing_ok=True)
        self._release(attempt_id)

    def _unfinished(self, attempt_id: str) -> Unfinished | None:
        try:
            sidecar = msgspec.json.decode(self._file(attempt_id, _SIDECAR).read_bytes(), type=_Sidecar)
            duration_s = self._duration_s(attempt_id, sidecar.rate_hz)
        except (OSError, ValueError, msgspec.DecodeError, soundfile.SoundFileError):
            return None  # settled meanwhile, or damaged: left as it is, never deleted
        return Unfinished(
            attempt_id=attempt_id,
            exercise_id=sidecar.exercise_id,
            turn=sidecar.turn,
            person=sidecar.person,
            device=sidecar.device,
            rate_hz=sidecar.rate_hz,
            started_at=sidecar.started_at,
            duration_s=duration_s,
        )

    def _duration_s(self, attempt_id: str, rate_hz: int) -> float:
        pcm, flac = self._file(attempt_id, _PCM), self._file(attempt_id, _FLAC)
        if pcm.exists():
            return pcm.stat().st_size // BYTES_PER_SAMPLE / rate_hz
        return float(soundfile.info(flac).duration) if flac.exists() else 0.0

    def _file(self, attempt_id: str, suffix: str) -> Path:
        return self.folder / f"{attempt_id}{suffix}"

    def _make_folder(self) -> None:
        with _told(self.folder, "made"):
            self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            mode = self.folder.stat().st_mode & 0o777
            if mode & ~FOLDER_MODE and os.name == "posix":
                self.folder.chmod(mode & FOLDER_MODE)  # a folder that its owner made read-only stays so

    # a lock that the operating system lets go when the program dies

    def _take(self, attempt_id: str) -> bool:
        """Make an attempt's recording this program's; False where it is another's, or already in hand here."""
        with self._lock:
            if attempt_id in self._locks:
                return False
            path = self._file(attempt_id, _LOCK)
            lock = filelock.FileLock(path, timeout=0, mode=FILE_MODE, thread_local=False)
            try:
                lock.acquire()
            except filelock.Timeout:
                return False
            except OSError as error:
                _unlockable(path, error)
            self._locks[attempt_id] = lock
            return True

    def _release(self, attempt_id: str) -> None:
        with self._lock:
            lock = self._locks.pop(attempt_id, None)
            if lock is not None:
                with contextlib.suppress(OSError):
                    self._file(attempt_id, _LOCK).unlink(missing_ok=True)
                lock.release()

    def _clear_locks(self) -> None:
        """Remove those of programs that were killed before they wrote, or after they had removed, everything else."""
        for path in self.folder.glob(f"*{_LOCK}"):
            attempt_id = path.name.removesuffix(_LOCK)
            with contextlib.suppress(StoreError):
                if not self._file(attempt_id, _SIDECAR).exists() and self._take(attempt_id):
                    self._release(attempt_id)


def _unlockable(path: Path, error: OSError) -> NoReturn:
    with _told(path, "written"):
        raise error


def _create(path: Path) -> int:
    """A new file, readable by its owner only."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), FILE_MODE)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, FILE_MODE)
    return descriptor
