"""A pause before answering: a few quiet seconds, over whenever one likes."""

from __future__ import annotations

import math
import time

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

PAUSE_S = 5.0
"""About one slow breath."""
FRAMES_PER_S = 6


class Pause(Static):
    """Posts ``Over`` after ``PAUSE_S``."""

    class Over(Message):
        pass

    def __init__(self) -> None:
        super().__init__()
        self._timer: Timer | None = None
        self._until = 0.0

    def start(self) -> None:
        self.stop()
        self._until = time.monotonic() + PAUSE_S
        self._timer = self.set_interval(1 / FRAMES_PER_S, self._tick)
        self._draw(PAUSE_S)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            self.stop()
            self.post_message(self.Over())
        else:
            self._draw(left_s)

    def _draw(self, left_s: float) -> None:
        left, whole = math.ceil(left_s), math.ceil(PAUSE_S)
        self.update(
            Content.assemble(
                ("Let it land first  ", "bold $primary"),
                ("● " * left, "$primary"),
                ("○ " * (whole - left), "$quiet"),
            ),
            layout=False,
        )
