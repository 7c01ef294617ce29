"""Files that only their owner may read, written whole or not at all; the operating system's errors as sentences."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .errors import DiskFull, StoreError, StoreUnwritable

FOLDER_MODE = 0o700
FILE_MODE = 0o600
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def make_folder(folder: Path) -> Path:
    """Create ``folder``, and what is missing above it, readable by its owner only; what was there keeps its mode.

    Raises:
        StoreUnwritable: it can't be created, or a file is in the way.
        DiskFull: no space left.
    """
    try:
        missing = [folder, *folder.parents]
        for each in reversed([path for path in missing if not path.exists()]):
            with suppress(FileExistsError):
                each.mkdir(mode=FOLDER_MODE)
        if not folder.is_dir():
            raise StoreUnwritable(f"{folder} is a file where a folder is needed; move it, or choose another folder.")
    except OSError as error:
        raise unwritable(folder, error) from error
    return folder


def write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` in ``path``, readable by its owner only; on any failure what was there before stays as it was.

    Raises:
        StoreUnwritable: the folder or the file can't be written.
        DiskFull: no space left.
    """
    make_folder(path.parent)
    try:
        with in_place_of(path, path.with_name(f".{path.name}.{secrets.token_hex(4)}")) as file:
            file.write(content)
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def in_place_of(path: Path, beside: Path) -> Iterator[BinaryIO]:
    """A new file ``beside``, readable by its owner only, that becomes ``path`` where all of the block went well.

    Raises:
        OSError: as it comes. FileExistsError: there is a file ``beside`` already.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(beside, flags, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> StoreError:
    """The sentence for an ``error`` of writing ``path``."""
    if error.errno in FULL:
        return DiskFull(f"No space is left for {path}; free some space and try again.")
    why = (error.strerror or str(error)).lower()
    return StoreUnwritable(
        f"{path} can't be written ({why}); make it writable, or set VOICE_TRAINER_HOME to a folder that is."
    )
