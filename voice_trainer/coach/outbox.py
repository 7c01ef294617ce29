"""What a participant has said and the coach has not yet acknowledged, on disk, in order.

What belongs together is put there at once: a folder that is filled under another name and then renamed, so that a
program that is killed leaves all of it or nothing. It goes when its last message was answered for good, so that a
coach who has lost the beginning of a recording can be given it again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import threading
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import filelock
import msgspec

from ..errors import NotAdmitted, RequestInvalid, StoreError
from ..private_files import FILE_MODE, make_folder, unwritable, write_whole
from .gate import plain_code
from .protocol import Join, Say, SayReply, State, decode_from_participant, encode

_DIGITS = 12
_SUFFIX = ".msgpack"
_TOKEN_BYTES = 32


def session_folder(root: Path, code: str, name: str) -> Path:
    """Where somebody's part in a session is kept on their machine; the same whenever they come back."""
    known = f"{plain_code(code)}\n{unicodedata.normalize('NFC', name).casefold()}"
    return root / hashlib.sha256(known.encode()).hexdigest()[:26]


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Beside the outbox: how the coach knows this person, and which attempt answers which assignment."""

    token: str
    answers: dict[str, str] = {}


class Outbox:
    """The folder of one person in one session. Any thread may put; one sends.

    Raises:
        NotAdmitted: another window of the trainer is in this session under this name.
        StoreError: the folder can't be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = make_folder(folder)
        self._queue = make_folder(folder / "outbox")
        self._state = folder / "joined.json"
        self._lock = filelock.FileLock(folder / ".lock", timeout=0, mode=FILE_MODE, thread_local=False)
        try:
            self._lock.acquire()
        except filelock.Timeout as error:
            raise NotAdmitted(
                "Another window of the trainer is in this session under this name; use that one, or close it."
            ) from error
        except OSError as error:
            raise unwritable(folder, error) from error
        for half in self._queue.glob(".*"):  # a program that was killed while it put something
            shutil.rmtree(half, ignore_errors=True)
        self._putting = threading.Lock()
        self._at = 0
        self._next = max((int(path.name) for path in self._queue.iterdir() if path.name.isdigit()), default=-1) + 1

    def close(self) -> None:
        self._lock.release()

    # how the coach knows this person

    @property
    def token(self) -> str:
        """The secret that lets this person come back, made before it is ever sent: no answer that is lost on the way
        can leave a name taken by nobody."""
        kept = self._kept()
        if kept is None:
            kept = _Kept(token=secrets.token_urlsafe(_TOKEN_BYTES))
            self._keep(kept)
        return kept.token

    def set_token(self, token: str) -> None:
        kept = self._kept()
        if kept is None or kept.token != token:
            self._keep(_Kept(token=token, answers=kept.answers if kept else {}))

    # which attempt answers which assignment

    def answer_of(self, assignment_id: str) -> str | None:
        """Id of the attempt that was begun for this assignment, perhaps by a program that was killed since."""
        kept = self._kept()
        return kept.answers.get(assignment_id) if kept else None

    def note_answer(self, assignment_id: str, attempt_id: str) -> None:
        """From here on the attempt answers the assignment, whatever happens to this program."""
        token = self.token
        kept = self._kept()
        answers = {**(kept.answers if kept else {}), assignment_id: attempt_id}
        self._keep(_Kept(token=token, answers=answers))

    def _kept(self) -> _Kept | None:
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(self._state.read_bytes(), type=_Kept)
        return None

    def _keep(self, kept: _Kept) -> None:
        write_whole(self._state, msgspec.json.encode(kept))

    # what is on its way

    def put(self, messages: Sequence[Say]) -> None:
        """Keep these, all or none, behind what is there. Raises StoreError; then nothing of them is kept."""
        frames = [encode(each) for each in messages]
        beside = self._queue / f".{secrets.token_hex(8)}"
        try:
            make_folder(beside)
            for number, frame in enumerate(frames):
                write_whole(beside / f"{number:0{_DIGITS}}{_SUFFIX}", frame)
            try:
                with self._putting:
                    beside.rename(self._queue / f"{self._next:0{_DIGITS}}")
                    self._next += 1
                _sync_folder(self._queue)
            except OSError as error:
                raise unwritable(self._queue, error) from error
        except StoreError:
            shutil.rmtree(beside, ignore_errors=True)
            raise

    def first(self) -> Say | None:
        """The message whose turn it is; None where there is nothing. What can't be read is let go."""
        while (bundle := self._bundle()) is not None:
            files = self._files(bundle)
            if self._at < len(files):
                with suppress(OSError, RequestInvalid):
                    message = decode_from_participant(files[self._at].read_bytes())
                    if not isinstance(message, Join | State):
                        return message
            self.drop()
        return None

    def done(self) -> None:
        """The first message was answered for good; what belongs together goes when its last was."""
        bundle = self._bundle()
        if bundle is not None and self._at + 1 < len(self._files(bundle)):
            self._at += 1
        else:
            self.drop()

    def rewind(self) -> None:
        """What belongs together with the first message is sent again from its beginning."""
        self._at = 0

    def drop(self) -> None:
        """The first message and what belongs together with it will not be sent."""
        bundle = self._bundle()
        self._at = 0
        if bundle is not None:
            beside = self._queue / f".{secrets.token_hex(8)}"
            with suppress(OSError):
                bundle.rename(beside)
            shutil.rmtree(beside, ignore_errors=True)

    def has_reply_to(self, assignment_id: str) -> bool:
        """Whether the answer to this assignment is on its way."""
        for bundle in self._bundles():
            with suppress(OSError, RequestInvalid, IndexError):
                last = decode_from_participant(self._files(bundle)[-1].read_bytes())
                if isinstance(last, SayReply) and last.assignment_id == assignment_id:
                    return True
        return False

    def __len__(self) -> int:
        """How many bundles of messages wait."""
        return len(self._bundles())

    def _bundle(self) -> Path | None:
        return min(self._bundles(), default=None)

    def _bundles(self) -> list[Path]:
        try:
            return [path for path in self._queue.iterdir() if path.name.isdigit()]
        except OSError:
            return []

    @staticmethod
    def _files(bundle: Path) -> list[Path]:
        return sorted(bundle.glob(f"*{_SUFFIX}"))


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
