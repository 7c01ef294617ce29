"""A session that is served, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .serving import Served


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """One step, nobody in it yet; nothing inside may break in any test."""
    one = Served(tmp_path)
    yield one
    one.close()
    assert one.faults == []
