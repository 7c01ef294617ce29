"""What changed between the attempts at one turn, in words; attempts scored in different ways are not compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..attempt import Attempt
from .view import Looked, Side, scored_by, sides

NOT_COMPARED = (
    "These attempts were scored in different ways ({ways}), so their steps can't be compared one by one; "
    "scoring them again would make them alike."
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One dimension over all attempts; ``change`` says how the last stands to the first that was rated."""

    label: str
    cells: tuple[Looked, ...]
    change: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """One side over all attempts; the first row is the whole."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """``note`` says why changes are left out; "" where they are not."""

    tables: tuple[Table, ...]
    note: str


def compare(attempts: Sequence[Attempt]) -> Comparison:
    """Compare ``attempts`` at one turn, given in order of time."""
    ways = tuple(dict.fromkeys(scored_by(attempt) for attempt in attempts))
    alike = len(ways) == 1
    each = [sides(attempt) for attempt in attempts]
    tables = tuple(_table([pair[at] for pair in each], alike=alike) for at in (0, 1))
    note = "" if alike else NOT_COMPARED.format(ways="; ".join(ways))
    return Comparison(tables=tables, note=note)


def _table(of: Sequence[Side], *, alike: bool) -> Table:
    whole = tuple(Looked(name="", label="In all", level=side.level, word=side.word, reason="") for side in of)
    by_name = [{row.name: row for row in side.rows} for side in of]
    names = tuple(dict.fromkeys(row.name for side in of for row in side.rows))
    rows = [Row(label="In all", cells=whole, change=_change(whole, alike=alike))]
    for name in names:
        label = next(rows_of[name].label for rows_of in by_name if name in rows_of)
        missing = Looked(name=name, label=label, level=None, word="not rated", reason="")
        cells = tuple(rows_of.get(name, missing) for rows_of in by_name)
        rows.append(Row(label=label, cells=cells, change=_change(cells, alike=alike)))
    return Table(title=of[0].title, rows=tuple(rows))


def _change(cells: Sequence[Looked], *, alike: bool) -> str:
    """From the first to the last that were rated."""
    rated = [cell.level for cell in cells if cell.level is not None]
    if not alike or len(rated) < 2:
        return ""
    steps = rated[-1] - rated[0]
    if steps == 0:
        return "as before"
    return f"{abs(steps)} step{'s' if abs(steps) > 1 else ''} {'nearer' if steps > 0 else 'further away'}"
