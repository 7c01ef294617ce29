"""Which files are to be scored, and what each of them answers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from ..errors import RequestInvalid

SUFFIXES = frozenset(
    {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".mp4", ".aac", ".webm", ".mka", ".wma", ".aif", ".aiff"}
)
"""What is taken for a recording in a folder; a file that is named itself is taken whatever it is called."""

Key = tuple[str, str, str]
"""File, exercise and turn: what one row answers for."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One reply to be scored.

    Attributes:
        file: as results name it. path: where it lies, absolute.
        exercise, turn: ids of what it answers. person: who spoke; "" where nobody said.
    """

    file: str
    path: str
    exercise: str
    turn: str
    person: str = ""

    @property
    def key(self) -> Key:
        return self.file, self.exercise, self.turn


def recordings(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The recordings at ``paths``: files as named, folders with all that lies in them, sorted, each once.

    What begins with a dot is left out, and links to folders are not followed.

    Raises:
        RequestInvalid: a path that is not there, a folder that can't be read, or no recording in all of them.
    """
    given = list(paths)
    found: dict[str, Path] = {}
    for path in sorted((each for one in given for each in _under(one)), key=lambda path: path.parts):
        found.setdefault(os.path.realpath(path), path)
    if not found:
        where = ", ".join(map(shown, given)) or "what was given"
        raise RequestInvalid(
            f"No recording was found in {where}; files whose name ends in "
            f"{', '.join(sorted(SUFFIXES))} are looked for, in folders inside it, too."
        )
    return tuple(found.values())


def _under(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise RequestInvalid(f"There is no file or folder {shown(path)}; check the name.")
    for folder, inside, files in os.walk(path, onerror=_unreadable):
        inside[:] = [name for name in inside if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(folder, name)


def _unreadable(error: OSError) -> None:
    where = shown(Path(os.fsdecode(error.filename or "")))
    raise RequestInvalid(
        f"The folder {where} can't be read ({(error.strerror or str(error)).lower()}); allow it, or leave it out."
    ) from error


def shown(path: Path) -> str:
    """A path as text that can always be written: bytes that are no UTF-8 are told by their number."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def tasks_for(paths: Iterable[Path], exercise: str, turn: str, person: str = "") -> tuple[Task, ...]:
    """The recordings at ``paths``, all of them replies to the same turn. Raises as ``recordings``."""
    return tuple(
        Task(file=shown(path), path=str(path.absolute()), exercise=exercise, turn=turn, person=person)
        for path in recordings(paths)
    )
