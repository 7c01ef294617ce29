"""An attempt in formats that other programs read: one module a format, each with ``render(take)``."""

from __future__ import annotations

from importlib import import_module
from typing import Literal, get_args

from .take import Take

__all__ = ["FORMATS", "Format", "Take", "companion", "render"]

Format = Literal["webvtt", "srt", "audacity", "textgrid", "csv", "xapi", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)


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


def _module(format: Format) -> str:
    return f"{format}_statement" if format == "xapi" else f"{format}_table" if format == "csv" else f"{format}_file"
