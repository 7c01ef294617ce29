"""SQLAlchemy's errors and the drivers' as the sentences of this program; the one place where they are told apart."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import exc

from voice_trainer.errors import DiskFull, RequestInvalid, StoreCorrupt, StoreError, StoreUnwritable

BUSY_TIMEOUT_S = 10
"""How long a write waits for another program's."""
PRIMARY = 0xFF
"""SQLite's extended error codes carry the primary one in their lowest byte (sqlite.org/rescode.html)."""


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Everything that a database raises inside comes out as ``StoreError`` or ``RequestInvalid``.

    Args:
        place: the store, as it is named to the user (no password in it).
    """
    try:
        yield
    except exc.DBAPIError as error:
        raise _of_driver(place, error) from error
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        raise _of_driver(place, error) if isinstance(error, sqlite3.Error) else _other(place, error) from error
    except (UnicodeError, OverflowError) as error:
        raise RequestInvalid(f"A value can't be kept in the store ({error}); correct it and try again.") from error
    except (msgspec.MsgspecError, ValueError, TypeError) as error:  # SQLite keeps any value in any column
        raise StoreCorrupt(
            f"{place} holds a damaged row ({in_line(error)}). Recordings are untouched; bring the file back from "
            "a copy."
        ) from error


def _of_driver(place: str, error: exc.DBAPIError | sqlite3.Error) -> StoreError | RequestInvalid:
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(place, original)
    return _of_server(place, error)


def _of_sqlite(place: str, error: sqlite3.Error) -> StoreError | RequestInvalid:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    match code & PRIMARY:
        case sqlite3.SQLITE_FULL:
            return DiskFull(f"No space is left for {place}; free some space and try again.")
        case sqlite3.SQLITE_IOERR if code in (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE):
            return DiskFull(
                f"{place} can't grow ({in_line(error)}): its disk is full or fails; free some space and try again."
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_IOERR:
            return StoreUnwritable(
                f"{place} can't be written ({in_line(error)}); make it and its folder writable, or set "
                "VOICE_TRAINER_HOME to a folder that is."
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreUnwritable(
                f"{place} has been held by another program for {BUSY_TIMEOUT_S} s; close that one and try again."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR:
            return damaged(place, str(error))
        case sqlite3.SQLITE_TOOBIG:
            return RequestInvalid(f"A value is too large for {place} ({error}).")
    return StoreError(f"{place} answered: {in_line(error)}. Nothing was changed.")


def _of_server(place: str, error: exc.DBAPIError | sqlite3.Error) -> StoreError | RequestInvalid:
    original = getattr(error, "orig", None)
    state = getattr(original, "sqlstate", None) or ""  # SQLSTATE, PostgreSQL's appendix A
    said = in_line(original)
    if state.startswith("53"):
        return DiskFull(f"{place} has no room left ({said}); free some and try again.")
    if state.startswith("22") or isinstance(error, exc.DataError):
        return RequestInvalid(f"A value can't be kept in {place} ({said}); correct it and try again.")
    if state in ("55P03", "40P01", "40001"):  # a lock that was not given, a deadlock, a change that another overtook
        return StoreUnwritable(f"{place} is held by another program ({said}); try again.")
    if state in ("25006", "42501"):
        return StoreUnwritable(f"{place} can't be written ({said}); ask who runs it for the right to write.")
    if state in ("42P01", "42703", "XX001", "XX002"):
        return damaged(place, said)
    if isinstance(error, exc.OperationalError | exc.InterfaceError):
        return StoreUnwritable(f"{place} can't be reached ({said}); see that it runs and that its address is right.")
    return StoreError(f"{place} answered: {said}. Nothing was changed.")


def _other(place: str, error: Exception) -> StoreError:
    said = getattr(error, "orig", None) or error
    return StoreError(f"{place} can't be used ({in_line(said)}).")


def in_line(said: object) -> str:
    """What a library said, as a part of a sentence: on one line, no longer than it helps."""
    return " ".join(str(said).split())[:200]


def damaged(place: str, why: str) -> StoreCorrupt:
    """The sentence for a store that can't be read."""
    return StoreCorrupt(
        f"{place} can't be read as a store ({in_line(why)}). Recordings are untouched. Bring the file back from a "
        "copy, or rename it: the trainer then begins a new one."
    )
