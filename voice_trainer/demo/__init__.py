"""The bundled spoken reply of the demonstration."""

from __future__ import annotations

from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """A spoken reply: what it answers, its words, and where its sound lies."""

    exercise: str
    turn: str
    text: str
    audio: Path = FOLDER / "reply.opus"


def load_demo() -> Demo:
    """Read the demonstration that ships with the trainer."""
    from ruamel.yaml import YAML

    return msgspec.convert(YAML(typ="safe", pure=True).load(FOLDER / "reply.yaml"), Demo)
