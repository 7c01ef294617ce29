"""Sound for the end-to-end tests, where PulseAudio is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from pulse import PulseAudio, missing


@pytest.fixture(scope="session")
def pulse() -> Iterator[PulseAudio]:
    """A loudspeaker and a microphone that tests can listen to and speak into; pass ``pulse.env`` to the program."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    with PulseAudio() as daemon:
        yield daemon
