"""Where a report is written: readable by its owner only, never over a file that is no report."""

from __future__ import annotations

from pathlib import Path

from ..errors import DiskFull, RequestInvalid, StoreUnwritable
from ..private_files import write_whole

GENERATOR = "Voice Trainer report"
"""Stands in every report's head, so that a later one knows what it may replace."""
HEAD_BYTES = 1024


def check_target(path: Path, *, force: bool = False) -> None:
    """See that a report may be written at ``path``, before the work of making it.

    Args:
        force: replace whatever file is there.

    Raises:
        RequestInvalid: a folder, in a folder that does not exist, or a file that is no report of ours.
    """
    if path.is_dir():
        raise RequestInvalid(f"{path} is a folder; name a file in it, such as {path / 'report.html'}.")
    if not path.parent.is_dir():
        raise RequestInvalid(f"There is no folder {path.parent}; create it first, or write the report elsewhere.")
    if not force and path.exists() and not is_report(path):
        raise RequestInvalid(
            f"{path} is there and is no report of Voice Trainer's; name another file, or replace it with --force."
        )


def is_report(path: Path) -> bool:
    """Whether a report of ours lies there; False also where it can't be read."""
    try:
        with path.open("rb") as file:
            return f'name="generator" content="{GENERATOR}"'.encode() in file.read(HEAD_BYTES)
    except OSError:
        return False


def write_report(path: Path, page: bytes, *, force: bool = False) -> None:
    """Put ``page`` at ``path``, whole or not at all, with mode 0600.

    Raises:
        RequestInvalid: as ``check_target``. StoreUnwritable: it can't be written. DiskFull: no space left.
    """
    check_target(path, force=force)
    try:
        write_whole(path, page)
    except DiskFull:
        raise
    except StoreUnwritable as error:
        cause = error.__cause__
        why = (cause.strerror or str(cause)).lower() if isinstance(cause, OSError) else "writing failed"
        raise StoreUnwritable(f"{path} can't be written ({why}); write the report to a folder of yours.") from error
