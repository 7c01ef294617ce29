"""Compares what a person wrote by hand with the record it should be, and tells every fault of it at once.

msgspec stops at the first fault; somebody who mends a file wants to see them all. The record stays the only
description: the types and bounds are read from it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import inspect

LONGEST_KEY = 60
Path = tuple[str | int, ...]
"""Where a value stands: keys and places from the top."""


class Misfit(msgspec.Struct, frozen=True):
    """One thing that does not fit. ``path`` says where, ``text`` what it is and what to do."""

    path: Path
    text: str


def misfits(data: object, record: type[msgspec.Struct], *, leave_out: frozenset[str] = frozenset()) -> Iterator[Misfit]:
    """Every misfit of ``data`` (mappings, lists and scalars) against ``record``, in the order of the record.

    Args:
        leave_out: fields of the outermost record that are not written by hand.
    """
    info = inspect.type_info(record)
    assert isinstance(info, inspect.StructType)
    fields = tuple(field for field in info.fields if field.name not in leave_out)
    yield from _mapping(data, fields, ())


def key_name(path: Path) -> str:
    """``("turns", 0, "text")`` as it is printed: ``turns[0].text``. Keys that nobody would write are cut short."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_one_line(part)}" for part in path).lstrip(".")


def _one_line(key: str) -> str:
    text = " ".join(key.split())
    return text if len(text) <= LONGEST_KEY else f"{text[:LONGEST_KEY]}…"


def near(word: str, known: Iterable[str]) -> str:
    """``; did you mean "x"?`` where something known looks like ``word``, else ""."""
    close = difflib.get_close_matches(word.lower(), list(known), n=2, cutoff=0.6)
    return "; did you mean " + " or ".join(f'"{_one_line(each)}"' for each in close) + "?" if close else ""


def shown(value: object) -> str:
    """A value as it is quoted back, in one line and kept short."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list | tuple):
        return "a list"
    text = " ".join(str(value).split())
    text = text if len(text) <= 40 else text[:39] + "…"
    return f'"{text}"' if isinstance(value, str) else text


def _mapping(data: object, fields: tuple[inspect.Field, ...], path: Path) -> Iterator[Misfit]:
    names = [field.encode_name for field in fields]
    if not isinstance(data, dict):
        yield Misfit(path, f"is {shown(data)}, but needs keys: {', '.join(names)}")
        return
    for key in data:
        if key not in names:
            hint = near(str(key), names) or f"; known here: {', '.join(names)}"
            yield Misfit((*path, str(key)), f"unknown key{hint}")
    for field in fields:
        if field.encode_name in data:
            yield from _value(data[field.encode_name], field.type, (*path, field.encode_name))
        elif field.required:
            yield Misfit((*path, field.encode_name), f"missing; write {_wanted(field.type)}")


def _value(data: object, kind: inspect.Type, path: Path) -> Iterator[Misfit]:
    match kind:
        case inspect.UnionType():
            if data is None and any(isinstance(each, inspect.NoneType) for each in kind.types):
                return
            for each in kind.types:
                if not isinstance(each, inspect.NoneType):
                    yield from _value(data, each, path)
        case inspect.StructType():
            yield from _mapping(data, kind.fields, path)
        case inspect.VarTupleType():
            if isinstance(data, list | tuple):
                if len(data) < (kind.min_length or 0):
                    yield Misfit(path, f"is empty; write {_wanted(kind)}")
                for place, each in enumerate(data):
                    yield from _value(each, kind.item_type, (*path, place))
            else:
                yield Misfit(path, f"is {shown(data)}, but needs {_wanted(kind)}")
        case _:
            if not _fits(data, kind):
                yield Misfit(path, f"is {shown(data)}, but needs {_wanted(kind)}{_meant(data, kind)}")


def _meant(data: object, kind: inspect.Type) -> str:
    return near(data, map(str, kind.values)) if isinstance(kind, inspect.LiteralType) and isinstance(data, str) else ""


def _fits(data: object, kind: inspect.Type) -> bool:
    match kind:
        case inspect.StrType():
            if not isinstance(data, str) or len(data.strip()) < (kind.min_length or 0):
                return False
            if kind.max_length is not None and len(data) > kind.max_length:
                return False
            return kind.pattern is None or re.search(kind.pattern, data) is not None
        case inspect.BoolType():
            return isinstance(data, bool)
        case inspect.IntType():
            return isinstance(data, int) and not isinstance(data, bool) and _within(data, kind)
        case inspect.FloatType():
            return isinstance(data, int | float) and not isinstance(data, bool) and _within(data, kind)
        case inspect.LiteralType():
            return data in kind.values
        case inspect.Metadata():
            return _fits(data, kind.type)
    raise TypeError(f"no rule for {kind}")  # a record with a new kind of field: add it above


def _within(data: float, kind: inspect.IntType | inspect.FloatType) -> bool:
    return (kind.ge is None or data >= kind.ge) and (kind.le is None or data <= kind.le)  # False for NaN


def _wanted(kind: inspect.Type) -> str:
    match kind:
        case inspect.UnionType():
            return _wanted(next(each for each in kind.types if not isinstance(each, inspect.NoneType)))
        case inspect.Metadata():
            return str((kind.extra_json_schema or {}).get("description") or _wanted(kind.type))
        case inspect.StrType():
            if kind.max_length is not None:
                return f"text of at most {kind.max_length} characters"
            return "some text" if kind.min_length else "text (in quotes where it looks like a number)"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return f"a whole number{_bounds(kind)}"
        case inspect.FloatType():
            return f"a number{_bounds(kind)}"
        case inspect.LiteralType():
            return "one of " + ", ".join(str(value) for value in kind.values)
        case inspect.VarTupleType():
            return "a list" + (" with at least one entry" if kind.min_length else "")
        case inspect.StructType():
            return "keys: " + ", ".join(field.encode_name for field in kind.fields)
    return "another kind of value"


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    if kind.ge is not None and kind.le is not None:
        return f" from {kind.ge:g} to {kind.le:g}"
    return f" of at least {kind.ge:g}" if kind.ge is not None else ""
