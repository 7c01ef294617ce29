"""A breath before answering: four seconds in, six out, five times; over whenever one likes."""

from __future__ import annotations

import time

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

IN_S = 4.0
OUT_S = 6.0
"""A longer breath out than in, about six a minute: the usual paced breathing."""
BREATHS = 5
FRAMES_PER_S = 12


def phase(elapsed_s: float) -> tuple[int, bool, float]:
    """Which breath (from 0), whether it goes in, and how full one is, 0–1, after ``elapsed_s``."""
    breath, within = divmod(elapsed_s, IN_S + OUT_S)
    if within < IN_S:
        return int(breath), True, within / IN_S
    return int(breath), False, 1.0 - (within - IN_S) / OUT_S


class Breath(Static):
    """Posts ``Over`` after the last breath."""

    class Over(Message):
        pass

    def __init__(self) -> None:
        super().__init__()
        self._timer: Timer | None = None
        self._started = 0.0

    def start(self) -> None:
        self.stop()
        self._started = time.monotonic()
        self._timer = self.set_interval(1 / FRAMES_PER_S, self._tick)
        self._draw(0.0)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        elapsed_s = time.monotonic() - self._started
        if elapsed_s >= BREATHS * (IN_S + OUT_S):
            self.stop()
            self.post_message(self.Over())
        else:
            self._draw(elapsed_s)

    def _draw(self, elapsed_s: float) -> None:
        breath, goes_in, full = phase(elapsed_s)
        width = max(10, min(48, self.size.width - 2))
        filled = round(full * width)
        self.update(
            Content.assemble(
                ("Breathe in   " if goes_in else "Breathe out  ", "bold $primary"),
                (f"breath {breath + 1} of {BREATHS}\n\n", "$quiet"),
                ("█" * filled, "$primary"),
                ("░" * (width - filled), "$primary 30%"),
            ),
            layout=False,
        )
