"""An attempt, or the debrief of a session, in formats that other programs read: a module a format, with ``render``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Literal, get_args

from .take import Take

if TYPE_CHECKING:
    from ..debrief import Debrief

__all__ = [
    "DEBRIEF_FORMATS",
    "FORMATS",
    "DebriefFormat",
    "Format",
    "Take",
    "companion",
    "debrief_companion",
    "render",
    "render_debrief",
]

Format = Literal["webvtt", "srt", "audacity", "textgrid", "csv", "xapi", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
DebriefFormat = Literal["csv", "json", "xapi"]
DEBRIEF_FORMATS: tuple[DebriefFormat, ...] = get_args(DebriefFormat)


def render(take: Take, format: Format) -> str:
    """The whole file as text, to be written in UTF-8 with its line ends as they are."""
    text: str = import_module(f".{_module(format)}", __name__).render(take)
    return text


def companion(format: Format, file_name: str) -> tuple[str, str] | None:
    """A file that belongs beside ``file_name`` and explains it: its name and its text. Only a CSV has one."""
    if format != "csv":
        return None
    from .csv_columns import metadata

    return f"{file_name}-metadata.json", metadata(file_name)


def render_debrief(debrief: Debrief, takes: Mapping[str, Take], format: DebriefFormat) -> str:
    """The whole file as text. ``takes``: its replies, by attempt."""
    from . import debrief_csv, debrief_json, debrief_xapi

    if format == "xapi":
        return debrief_xapi.render(debrief, takes)
    return debrief_csv.render(debrief) if format == "csv" else debrief_json.render(debrief)


def debrief_companion(format: DebriefFormat, file_name: str) -> tuple[str, str] | None:
    """As ``companion``."""
    if format != "csv":
        return None
    from .debrief_csv import metadata

    return f"{file_name}-metadata.json", metadata(file_name)


def _module(format: Format) -> str:
    return f"{format}_statement" if format == "xapi" else f"{format}_table" if format == "csv" else f"{format}_file"
