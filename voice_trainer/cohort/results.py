"""Rows to a file: CSV (RFC 4180) or Parquet, whole or not at all, readable by its owner only."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import DiskFull, RequestInvalid, StoreError, StoreUnwritable
from ..export.csv_table import neutral
from ..export.take import clean
from ..private_files import FULL, in_place_of
from .columns import COLUMNS, Row, Value

BATCH = 1000
"""Rows of Parquet that are in memory at a time."""

Writer = Callable[[BinaryIO, Iterable[Row]], None]


def writer_for(path: Path) -> Writer:
    """How rows are written, by the ending of the name.

    Raises:
        RequestInvalid: another ending, or Parquet without the extra that writes it.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _csv
    if suffix != ".parquet":
        raise RequestInvalid(f"{path.name} can't be written; give -o a name that ends in .csv or .parquet.")
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise RequestInvalid(
            f"Parquet needs the extra “cluster”; install it with: pip install 'voice-trainer[cluster]', "
            f"or give -o {path.with_suffix('.csv').name}."
        ) from error
    return _parquet


def write(path: Path, rows: Iterable[Row]) -> None:
    """Put ``rows`` in ``path``; on any failure what was there before stays. Raises as ``writer_for``; StoreError."""
    writer = writer_for(path)
    beside = path.with_name(f".{path.name}.partial")  # one name, so that a run that was killed here leaves nothing over
    try:
        beside.unlink(missing_ok=True)
        with in_place_of(path, beside) as file:
            writer(file, rows)
    except OSError as error:
        raise cant_write(path, error) from error


def cant_write(path: Path, error: OSError) -> StoreError:
    """The sentence for an ``error`` of writing ``path``."""
    if error.errno in FULL:
        return DiskFull(f"No space is left for {path}; free some, and the same command goes on where it was.")
    why = (error.strerror or str(error)).lower()
    return StoreUnwritable(f"{path} can't be written ({why}); make its folder writable, or give -o another name.")


def _csv(file: BinaryIO, rows: Iterable[Row]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    table = csv.DictWriter(text, [column.name for column in COLUMNS], restval="")
    table.writeheader()
    for row in rows:
        table.writerow(
            {name: neutral(clean(value)) if isinstance(value, str) else value for name, value in row.items()}
        )
    text.detach()


def _parquet(file: BinaryIO, rows: Iterable[Row]) -> None:
    import pyarrow
    import pyarrow.parquet

    kinds: dict[str, Any] = {
        "string": pyarrow.string(),
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
    }
    schema = pyarrow.schema(
        [pyarrow.field(column.name, kinds[column.kind], metadata={"meaning": column.meaning}) for column in COLUMNS]
    )
    with pyarrow.parquet.ParquetWriter(file, schema) as parquet:
        for batch in _batches(rows):
            parquet.write_table(pyarrow.Table.from_pylist(batch, schema=schema))


def _batches(rows: Iterable[Row]) -> Iterator[list[dict[str, Value]]]:
    left = iter(rows)
    while batch := list(itertools.islice(left, BATCH)):
        yield batch
