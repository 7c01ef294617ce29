"""Recordings on their way in: a private file for each, piece by piece, checked before it becomes a recording.

The file's name says whose it is and what it must become, so that a program that ended in between goes on with the
next piece. It ends as what ``Recordings`` counts among its own, so that forgetting everything finds it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import RequestInvalid, SessionError
from ..private_files import FILE_MODE, make_folder, unwritable
from ..store.recordings import Recordings
from .protocol import MOST_PARTS, PART_BYTES, SayPart
from .sharing import LONGEST_REPLY_S

MOST_AT_ONCE = 2
"""Recordings of one person on their way at a time."""
MOST_BYTES_WAITING = 4 << 30
"""Of all people's; more waits until some have become replies."""
STALE_S = 24 * 3600.0
BLOCK_FRAMES = 1 << 16
LEAST_RATE_HZ, MOST_RATE_HZ = 8_000, 192_000
_NAME = re.compile(r"(?P<person>\w{26})-(?P<attempt>\w{26})-(?P<count>\d{1,4})-(?P<sha256>[0-9a-f]{64})\.flac\.part\Z")


class NotYet(SessionError):
    """It can be tried again later."""


@dataclass(frozen=True)
class _Arrival:
    path: Path
    attempt_id: str
    count: int
    sha256: str

    @property
    def parts(self) -> int:
        """How many have come: all but the last are of one size."""
        return -(-self.path.stat().st_size // PART_BYTES)


class Arriving:
    """Args:
    recordings: into whose folder they come.
    """

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings
        self._lock = threading.Lock()

    def take(self, person_id: str, part: SayPart) -> None:
        """Keep a piece; one that is there already changes nothing.

        Raises:
            RequestInvalid: it can't belong to what came before. NotYet: another comes first, or too much is waiting.
            DiskFull, StoreUnwritable: it is not kept.
        """
        if part.index >= part.count:
            raise RequestInvalid(f"Part {part.index} of {part.count} of a recording can't be; they count from 0.")
        if part.index < part.count - 1 and len(part.data) != PART_BYTES:
            raise RequestInvalid(
                f"Part {part.index} of a recording has {len(part.data)} bytes; all but the last one have {PART_BYTES}."
            )
        with self._lock:
            arrival = self._arrival(person_id, part)
            try:
                there = arrival.parts if arrival.path.exists() else 0
                if part.index < there:
                    return
                if part.index > there:
                    raise NotYet(f"Part {there} of this recording comes before part {part.index}.")
                self._append(arrival.path, part.data)
            except OSError as error:
                raise unwritable(arrival.path, error) from error

    def verified(self, person_id: str, attempt_id: str) -> Path:
        """The whole recording, proven to be what was sent and to decode as sound.

        Raises:
            NotYet: parts are missing. RequestInvalid: it is not what its sum says, or no FLAC; it is removed then.
        """
        arrival = next((one for one in self._of(person_id) if one.attempt_id == attempt_id), None)
        if arrival is None or arrival.parts < arrival.count:
            raise NotYet("The recording of this reply has not come in yet; send its parts, and then the reply.")
        try:
            with arrival.path.open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == arrival.sha256
            if not same:
                raise RequestInvalid("The recording is not what its checksum says, so it was not kept.")
            _check_sound(arrival.path)
        except RequestInvalid:
            arrival.path.unlink(missing_ok=True)
            raise
        except OSError as error:
            raise unwritable(arrival.path, error) from error
        return arrival.path

    def place(self, path: Path, name: str) -> None:
        """Make the file at ``path`` the recording called ``name`` too; ``path`` stays until ``drop``, in case the
        reply can't be stored. Raises DiskFull, StoreUnwritable."""
        target = self._recordings.path(name)
        try:
            target.unlink(missing_ok=True)  # left by a program that ended before the reply was stored
            try:
                os.link(path, target)
            except OSError:  # a file system without links
                shutil.copyfile(path, target)
                target.chmod(FILE_MODE)
        except OSError as error:
            with suppress(OSError):
                target.unlink(missing_ok=True)
            raise unwritable(target, error) from error

    def drop(self, person_id: str, attempt_id: str | None = None) -> None:
        """Nothing of this person's is on its way any more (None), or not this one."""
        for one in self._of(person_id):
            if attempt_id in (None, one.attempt_id):
                with suppress(OSError):
                    one.path.unlink(missing_ok=True)

    def drop_stale(self, now_s: float | None = None) -> None:
        """Remove what has been waiting for more than a day."""
        at = time.time() if now_s is None else now_s
        for path in self._recordings.folder.glob("*.flac.part"):
            with suppress(OSError):
                if _NAME.match(path.name) and at - path.stat().st_mtime > STALE_S:
                    path.unlink(missing_ok=True)

    def _arrival(self, person_id: str, part: SayPart) -> _Arrival:
        """Where this part belongs; a new file where it is the first one."""
        mine = self._of(person_id)
        for one in mine:
            if one.attempt_id == part.attempt_id:
                if (one.count, one.sha256) == (part.count, part.sha256):
                    return one
                if part.index:
                    raise RequestInvalid("This part is of another recording than the one that is coming in.")
                one.path.unlink(missing_ok=True)  # begun anew
        if len([one for one in mine if one.attempt_id != part.attempt_id]) >= MOST_AT_ONCE:
            raise NotYet(f"{MOST_AT_ONCE} of your recordings are on their way; finish one of them first.")
        waiting = sum(path.stat().st_size for path in self._recordings.folder.glob("*.flac.part"))
        if waiting > MOST_BYTES_WAITING:
            raise NotYet("Too many recordings are on their way to the coach just now; try again in a minute.")
        make_folder(self._recordings.folder)
        name = f"{person_id}-{part.attempt_id}-{part.count}-{part.sha256}.flac.part"
        return _Arrival(self._recordings.folder / name, part.attempt_id, part.count, part.sha256)

    def _of(self, person_id: str) -> list[_Arrival]:
        found = []
        for path in sorted(self._recordings.folder.glob(f"{person_id}-*.flac.part")):
            match = _NAME.match(path.name)
            if match and match["person"] == person_id and 0 < int(match["count"]) <= MOST_PARTS:
                found.append(_Arrival(path, match["attempt"], int(match["count"]), match["sha256"]))
        return found

    @staticmethod
    def _append(path: Path, data: bytes) -> None:
        """All of ``data`` or nothing."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), FILE_MODE)
        try:
            before = os.fstat(descriptor).st_size
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(descriptor, view) :]
            except OSError:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)


def _check_sound(path: Path) -> None:
    """Raises RequestInvalid where it is no mono FLAC of a bearable length that decodes to its end."""
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            rate, frames = file.samplerate, file.frames
            if file.format != "FLAC" or file.channels != 1 or not LEAST_RATE_HZ <= rate <= MOST_RATE_HZ:
                raise RequestInvalid(
                    f"The recording is {file.format} at {rate} Hz with {file.channels} channels; one channel of FLAC "
                    "is kept."
                )
            if not 0 < frames <= LONGEST_REPLY_S * rate:
                raise RequestInvalid(
                    f"The recording lasts {frames / rate:.0f} s; at most {LONGEST_REPLY_S:.0f} are kept."
                )
            heard = 0
            while block := len(file.read(BLOCK_FRAMES, dtype="int32")):
                heard += block
                if heard > frames:
                    break
            if heard != frames:
                raise RequestInvalid("The recording breaks off, so it was not kept.")
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise RequestInvalid("The recording can't be read as sound, so it was not kept.") from error
