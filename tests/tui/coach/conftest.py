"""A coach's machine, a participant's, and what the command line hands to the coach's screens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import Room, make_room
from ..grouping import Desk, renamed


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = renamed(make_room(tmp_path / "coach"), "Ruth")
    yield made
    made.practice.store.close()


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Room]:
    """A participant's own machine."""
    made = make_room(tmp_path / "theirs")
    yield made
    made.practice.store.close()


@pytest.fixture
def desk() -> Desk:
    return Desk()
