"""A session on a real store, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from voice_trainer.store import open_store
from voice_trainer.store.recordings import Recordings

from .meeting import Meeting


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[Meeting]:
    """A session about to begin."""
    home = tmp_path / "home"
    store = open_store(f"sqlite:///{home / 'practice.sqlite3'}")
    yield Meeting(home=home, store=store, recordings=Recordings(home / "recordings"))
    store.close()
