"""Records of sessions as rows, and rows as records. A field that holds many values is JSON in its column."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from voice_trainer.errors import RequestInvalid, StoreCorrupt

from .failures import in_line
from .rows import Record, written, zoned

MANY = frozenset({"steps", "rules", "listeners", "shared", "counts"})
NO_FIELDS = frozenset({"name_key"})
"""Columns that stand for no field of a record."""


def row_of(record: msgspec.Struct) -> dict[str, Any]:
    """Raises RequestInvalid where a value is out of its bounds, or would read back differently."""
    what = f"The {type(record).__name__.lower()}"
    written(record, type(record), what)
    row: dict[str, Any] = {}
    for name, value in msgspec.structs.asdict(record).items():
        if name in MANY:
            row[name] = msgspec.json.encode(value).decode()
        else:
            row[name] = zoned(value, name) if isinstance(value, datetime) else value
    return row


def record_of(kind: type[Record], row: Mapping[Any, Any], place: str) -> Record:
    """Raises StoreCorrupt where the row was not written by ``row_of``."""
    try:
        fields = {
            str(name): msgspec.json.decode(value) if name in MANY else value  # SQLAlchemy names rows by a kind of str
            for name, value in row.items()
            if name not in NO_FIELDS
        }
        return msgspec.convert(fields, kind)
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        raise StoreCorrupt(
            f"{place} holds a damaged record of a session ({kind.__name__.lower()}: {in_line(error)}); the others can "
            "be read."
        ) from error


def name_key(name: str) -> str:
    """What two names that are the same have in common: neither case nor how an accent is written tells them apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def there_already(record: msgspec.Struct, identity: str) -> RequestInvalid:
    return RequestInvalid(f"The {type(record).__name__.lower()} {identity} is there already; give it another id.")


def not_there(what: str, identity: str) -> RequestInvalid:
    return RequestInvalid(f"There is no {what} {identity[:40]} in this session.")
