"""A table that says which recording answers what: CSV with the columns file, exercise, turn, person."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..errors import BadInput, RequestInvalid
from ..exercise import Library
from ..exercise_files import Fault
from .plan import Key, Task, shown

COLUMNS = ("file", "exercise", "turn", "person")
NEEDED = ("file", "exercise")
MOST_FAULTS = 20
"""A table with a slip in one column has it in every line; nobody reads more than this many."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a manifest asks for. ``unused``: its columns that mean nothing here."""

    tasks: tuple[Task, ...]
    unused: tuple[str, ...] = ()


def read(path: Path, library: Library, folders: Sequence[Path] = (), person: str = "") -> Manifest:
    """Read a manifest; its order is the order of the results.

    Args:
        library: the exercises and turns that may be named; an empty turn is the first one.
        folders: where files with relative names are looked for, in turn, and at last beside the manifest itself.
        person: who spoke where the table doesn't say.

    Raises:
        RequestInvalid: with every fault, each with file and line. A recording that is missing is none: it is told
            when its turn comes, and the others are scored.
    """
    rows, unused = _rows(path)
    faults: list[Fault] = []
    tasks: dict[Key, tuple[int, Task]] = {}
    for line, row in rows:
        task, of_line = _task(path, line, row, library, (*folders, path.parent), person)
        faults += of_line
        if task is None:
            continue
        if task.key in tasks:
            text = (
                f'"{task.file}" answers {task.exercise}, {task.turn} in line {tasks[task.key][0]} already; take one out'
            )
            faults.append(Fault(path, line, "file", text))
        else:
            tasks[task.key] = (line, task)
    if faults:
        told = [str(fault) for fault in faults[:MOST_FAULTS]]
        more = len(faults) - len(told)
        raise RequestInvalid("\n".join([*told, *([f"… and {more} faults more."] if more else [])]))
    if not tasks:
        raise RequestInvalid(str(Fault(path, 2, "", "names no recordings; write a line for each")))
    return Manifest(tasks=tuple(task for _, task in tasks.values()), unused=unused)


def _rows(path: Path) -> tuple[list[tuple[int, dict[str, str]]], tuple[str, ...]]:
    """Rows with the line that each begins in, and the columns that are not used."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    header: list[str] | None = None
    found: list[tuple[int, dict[str, str]]] = []
    line = 1
    try:
        for cells in reader:
            began, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(path, began, cells)
                continue
            if len(cells) > len(header):
                text = f"has {len(cells)} cells, and there are {len(header)} columns; put a cell with a comma in quotes"
                raise RequestInvalid(str(Fault(path, began, "", text)))
            found.append((began, dict(zip(header, [cell.strip() for cell in cells], strict=False))))
    except csv.Error as error:
        raise RequestInvalid(
            str(Fault(path, reader.line_num or 1, "", f"is no CSV ({error}); save it anew"))
        ) from error
    if header is None:
        raise RequestInvalid(str(Fault(path, 1, "", f"is empty; its first line names the columns {','.join(COLUMNS)}")))
    return found, tuple(name for name in header if name and name not in COLUMNS)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise RequestInvalid(f"The manifest {shown(path)} can't be read ({why}); check the name.") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RequestInvalid(str(Fault(path, line, "", "is not in UTF-8; save the table as CSV UTF-8"))) from error


def _header(path: Path, line: int, cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        hint = "; it is parted by semicolons, and commas are needed" if ";" in cells[0] else ""
        text = f"has no column {' and no column '.join(missing)}{hint}; the columns are {','.join(COLUMNS)}"
        raise RequestInvalid(str(Fault(path, line, "", text)))
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise RequestInvalid(str(Fault(path, line, twice[0], "is there twice; take one of the columns out")))
    return names


def _task(
    path: Path, line: int, row: dict[str, str], library: Library, folders: Sequence[Path], person: str
) -> tuple[Task | None, list[Fault]]:
    faults = [Fault(path, line, name, "is empty") for name in NEEDED if not row.get(name)]
    turn = ""
    if row.get("exercise"):
        try:
            exercise = library.get(row["exercise"])
        except BadInput as error:
            faults.append(Fault(path, line, "exercise", str(error)))
        else:
            try:
                turn = exercise.turn(row.get("turn") or None).id
            except BadInput as error:
                faults.append(Fault(path, line, "turn", str(error)))
    if "\0" in row.get("file", ""):
        faults.append(Fault(path, line, "file", "holds a character that no file name can have"))
    if faults:
        return None, faults
    where = _found(Path(row["file"]), folders)
    who = row.get("person") or person
    return Task(file=row["file"], path=str(where), exercise=row["exercise"], turn=turn, person=who), []


def _found(file: Path, folders: Sequence[Path]) -> str:
    """Where a file lies: the first of the folders that has it, else where it would be in the first."""
    places = [str((folder / file).absolute()) for folder in folders]
    return next((place for place in places if os.path.lexists(place)), places[0])
