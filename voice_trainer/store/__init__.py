"""Where practice is kept: attempts and baselines in a database, recordings as files.

Importing this loads no SQL: the database is imported when one is opened.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from .base import PULLS, AttemptSummary, Export, HistoryRow, PersonSummary, Pull, PullSaid, Sessions, Store
from .ids import new_attempt_id

__all__ = [
    "PULLS",
    "AttemptSummary",
    "Export",
    "HistoryRow",
    "PersonSummary",
    "Pull",
    "PullSaid",
    "Sessions",
    "Store",
    "move_aside",
    "new_attempt_id",
    "open_store",
    "set_aside",
]


def open_store(url: str) -> Store:
    """Open the store at ``url``, creating it or bringing its tables up to date where needed.

    Args:
        url: SQLAlchemy's form: ``sqlite:////full/path.sqlite3`` (created readable by its owner only) or
            ``postgresql://name@host/database`` (needs the extra ``postgres``).

    Raises:
        StoreUnwritable: the folder, the file or the server can't be reached or written.
        StoreCorrupt: it is there, but no store that this version can read.
        DiskFull: no space left.
        SettingsInvalid: the URL can't be used.
    """
    from .opening import open_database

    return open_database(url)


def move_aside(url: str, now: datetime) -> Path:
    """Rename the SQLite store at ``url``, damaged or not, so that the next ``open_store`` begins a new one.

    Returns:
        Its new path, beside the old one. Recordings stay where they are.

    Raises:
        StoreUnwritable: it can't be renamed, or is not there.
        SettingsInvalid: ``url`` is no SQLite file.
    """
    from .opening import move_file_aside

    return move_file_aside(url, now)


def set_aside(url: str) -> tuple[Path, ...]:
    """The stores that ``move_aside`` renamed, with their journals; they can't be looked into, only removed whole."""
    from .opening import files_set_aside

    return files_set_aside(url)
