"""How long a recording may take before it is given up: a damaged one can make a decoder turn for ever."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

SHORTEST_LIMIT_S, LONGEST_LIMIT_S = 600.0, 7200.0
"""A file is given up no sooner, and no later, however large: recordings last half an hour at most."""
LEAST_BYTES_PER_S = 2000.0
"""Speech compressed as far as it goes: a file of so many bytes lasts no longer than this says."""
SLOWEST = 4.0
"""A process may take this many times as long as a recording lasts, with the largest model on a slow machine."""


def limit_s(path: str) -> float:
    """How long a process may be on the file at ``path``, in seconds."""
    with suppress(OSError):
        longest_s = Path(path).stat().st_size / LEAST_BYTES_PER_S
        return min(SHORTEST_LIMIT_S + SLOWEST * longest_s, LONGEST_LIMIT_S)
    return SHORTEST_LIMIT_S


def hung(path: str) -> str:
    """What the row of a file says that was given up."""
    return (
        f"{path} took longer than {limit_s(path) / 60:.0f} minutes, as no recording of its size should, and was given "
        "up; see whether it can be played, and score it on its own."
    )
