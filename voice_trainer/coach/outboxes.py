"""All the outboxes on a participant's machine, for forgetting: what has not been sent must not be sent any more."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import filelock

from ..errors import RequestInvalid
from ..private_files import FILE_MODE, unwritable
from .protocol import SayPart, SayPin, SayReply, decode_from_participant

_WHOLE_REPLY = "*/outbox/[0-9]*"


def drop_replies(root: Path, attempt_ids: Collection[str]) -> int:
    """Remove what is on its way of these attempts: replies, recordings and notes on them.

    A program that is sending one of them just now goes on with the next.

    Args:
        root: the folder of all sessions that were joined.

    Returns:
        How many replies were on their way.

    Raises:
        StoreUnwritable: something can't be removed.
    """
    dropped = 0
    for bundle in sorted(root.glob(_WHOLE_REPLY)) if attempt_ids else ():
        about, replies = _attempts(bundle)
        if about & set(attempt_ids):
            aside = bundle.with_name(f".{secrets.token_hex(8)}")  # at once, so that no half of it is ever sent
            _remove(bundle, aside)
            dropped += replies
    return dropped


def drop_all(root: Path) -> tuple[int, int]:
    """Remove everything of every session that was joined: what is on its way, and the secrets that let one back in.

    Returns:
        How many replies were on their way, and how many sessions another window is in just now, which are left.

    Raises:
        StoreUnwritable: something can't be removed.
    """
    dropped = in_use = 0
    for folder in sorted(path for path in root.glob("*") if path.is_dir()):
        lock = filelock.FileLock(folder / ".lock", timeout=0, mode=FILE_MODE, thread_local=False)
        try:
            lock.acquire()
        except filelock.Timeout:
            in_use += 1
            continue
        except OSError as error:
            raise unwritable(folder, error) from error
        try:
            dropped += sum(_attempts(bundle)[1] for bundle in folder.glob("outbox/[0-9]*"))
            _remove(folder, root / f".{secrets.token_hex(8)}")
        finally:
            lock.release()
    return dropped, in_use


def _attempts(bundle: Path) -> tuple[set[str], int]:
    """Which attempts the messages are about, and how many replies are among them."""
    about, replies = set(), 0
    for path in bundle.glob("*"):
        with suppress(OSError, RequestInvalid):  # sent meanwhile, or damaged: it is never sent
            message = decode_from_participant(path.read_bytes())
            if isinstance(message, SayReply):
                about.add(message.attempt.id)
                replies += 1
            elif isinstance(message, SayPart | SayPin):
                about.add(message.attempt_id)
    return about, replies


def _remove(folder: Path, aside: Path) -> None:
    try:
        folder.rename(aside)
        shutil.rmtree(aside)
    except FileNotFoundError:
        return  # sent meanwhile
    except OSError as error:
        raise unwritable(folder, error) from error
