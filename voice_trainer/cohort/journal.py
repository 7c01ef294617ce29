"""Every row as soon as it is there, in a file beside the results: a run that was killed goes on where it was.

The first line says what was asked for, each other line is one file that is through. Lines are only ever added, and each
is on the disk before the next file is counted, so a run that is killed loses what was being computed and nothing else.
What breaks off in the middle of a line is passed over, and that file is scored again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import filelock
import msgspec

from ..errors import RequestInvalid, StoreCorrupt
from ..private_files import FILE_MODE, write_whole
from .columns import Row
from .plan import Key
from .results import cant_write
from .scorer import Done, Stamp

FORMAT = 1


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked for; rows of another one are never mixed with its own.

    Attributes:
        paths: as they lie on the disk. exercise, turn: "" with a manifest. manifest: SHA-256 of it, or "".
    """

    scoring_version: str
    listening_model: str
    whisper_model: str
    language: str
    paths: tuple[str, ...] = ()
    exercise: str = ""
    turn: str = ""
    manifest: str = ""
    person: str = ""


WORDS = {
    "scoring_version": "scoring version",
    "listening_model": "listening model",
    "whisper_model": "Whisper model",
    "language": "language",
    "paths": "list of paths",
    "exercise": "exercise",
    "turn": "turn",
    "manifest": "manifest",
    "person": "person",
}
TOLD = ("scoring_version", "whisper_model", "language", "exercise", "turn", "person")
"""Where both values say something to a reader; a hash or a list of paths says only that it is another one."""


class _Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    journal: int
    asked: Asked


class _Place(NamedTuple):
    at: int
    length: int
    stamp: Stamp | None


class Journal:
    """The rows that are there already, and a place for the next; to be closed.

    Args:
        output: the results that it stands beside.

    Raises:
        RequestInvalid: it was begun for something else, it is another file, or another run is writing it.
        StoreUnwritable, DiskFull.
    """

    def __init__(self, output: Path, asked: Asked) -> None:
        self.path = output.with_name(f"{output.name}.journal")
        self._lock_path = output.with_name(f".{output.name}.lock")
        self._lock = filelock.FileLock(self._lock_path, timeout=0, mode=FILE_MODE, thread_local=False)
        self._places: dict[Key, _Place] = {}
        try:
            self._lock.acquire()
        except filelock.Timeout as error:
            raise RequestInvalid(
                f"Another run is writing {output}; wait until it is done, or give -o another name."
            ) from error
        except OSError as error:
            raise cant_write(self._lock_path, error) from error
        try:
            if not self.path.exists():
                write_whole(self.path, _line(_Head(journal=FORMAT, asked=asked)))
            self._file = self.path.open("r+b", buffering=0)
            self._end = self._read(asked)
        except OSError as error:
            self._unlock()
            raise cant_write(self.path, error) from error
        except BaseException:
            self._unlock()
            raise

    def count_without(self, keys: Set[Key]) -> int:
        """How many rows are of other files than these."""
        return sum(key not in keys for key in self._places)

    def has(self, key: Key, stamp: Stamp | None) -> bool:
        """Whether this file, as it is now, is through."""
        return key in self._places and self._places[key].stamp == stamp

    def add(self, done: Done) -> None:
        """Put a row on the disk. Raises DiskFull, StoreUnwritable; then the journal is as it was before."""
        line = _line(done)
        try:
            self._file.seek(self._end)
            written = 0
            while written < len(line):
                written += self._file.write(line[written:]) or 0
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self._end)
            raise cant_write(self.path, error) from error
        self._places[done.key] = _Place(self._end, len(line), done.stamp)
        self._end += len(line)

    def rows(self, keys: Iterable[Key]) -> Iterator[Row]:
        """The rows of ``keys``, in that order, one at a time from the disk. Raises StoreCorrupt."""
        for key in keys:
            place = self._places[key]
            try:
                self._file.seek(place.at)
                done = msgspec.json.decode(self._file.read(place.length), type=Done)
            except (OSError, msgspec.DecodeError) as error:
                raise StoreCorrupt(
                    f"{self.path} was changed while it was being written; delete it and begin anew."
                ) from error
            yield done.row

    def remove(self) -> None:
        """The results are written: nothing is to be gone on with. Raises StoreUnwritable."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise cant_write(self.path, error) from error

    def close(self) -> None:
        self._file.close()
        self._unlock()

    def _unlock(self) -> None:
        with suppress(OSError):  # while it is still held, so that nobody else's is removed
            self._lock_path.unlink()
        self._lock.release()

    def _read(self, asked: Asked) -> int:
        """Where the next line begins; finds the places of all before it."""
        with self.path.open("rb") as lines:
            first = lines.readline()
            try:
                head = msgspec.json.decode(first, type=_Head)
            except msgspec.DecodeError as error:
                raise RequestInvalid(
                    f"{self.path} is in the way, and no journal of this program's; move it, or give -o another name."
                ) from error
            _compare(self.path, head.asked, asked)
            end = len(first)
            for line in lines:
                if not line.endswith(b"\n"):
                    break  # it was being written when the run was stopped; the next line is put in its place
                with suppress(msgspec.DecodeError):
                    done = msgspec.json.decode(line, type=Done)
                    self._places[done.key] = _Place(end, len(line), done.stamp)
                end += len(line)
        self._file.truncate(end)
        return end


def _line(value: object) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def _compare(path: Path, before: Asked, now: Asked) -> None:
    for name in Asked.__struct_fields__:
        was, is_now = getattr(before, name), getattr(now, name)
        if was != is_now:
            values = f" ({was or 'none'} then, {is_now or 'none'} now)" if name in TOLD else ""
            raise RequestInvalid(
                f"{path} was begun with another {WORDS[name]}{values}; go on as it was begun, delete it to begin anew, "
                "or give -o another name."
            )
