"""The speaker's sound as it goes by: a waveform with a playhead, and a line below with the time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..words import clock

MOST_ROWS = 9
"""Height of the waveform in cells, two half cells each, where there is room."""


def columns_of(envelope: Sequence[float], width: int) -> list[float]:
    """The envelope at ``width`` columns: the loudest of what falls into each."""
    if not envelope or width <= 0:
        return [0.0] * max(width, 0)
    edges = [i * len(envelope) / width for i in range(width + 1)]
    return [max(envelope[int(a) : max(int(a) + 1, int(b))]) for a, b in pairwise(edges)]


def drawn_column(level: float, rows: int) -> list[str]:
    """One bar, top to bottom, mirrored about the middle; ``level`` 0–1. Silence is a dot in the middle."""
    reach = round(level * rows)
    if reach == 0:
        return ["·" if row == rows // 2 else " " for row in range(rows)]
    on = [rows - reach <= half < rows + reach for half in range(rows * 2)]
    cells = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
    return [cells[on[2 * row], on[2 * row + 1]] for row in range(rows)]


class Waveform(Widget):
    """Draws from a frozen envelope; ``position_s`` moves the playhead."""

    position_s: reactive[float] = reactive(0.0)

    def __init__(self) -> None:
        super().__init__()
        self._envelope: tuple[float, ...] = ()
        self.duration_s = 0.0

    def begin(self, envelope: tuple[float, ...], duration_s: float) -> None:
        self._envelope = envelope
        self.duration_s = duration_s
        self.position_s = 0.0
        self.refresh()

    def end(self, *, skipped: bool) -> None:
        if not skipped:
            self.position_s = self.duration_s

    def render(self) -> Content:
        width, height = self.size
        rows = max(1, min(MOST_ROWS, height - 1))
        share = min(1.0, self.position_s / self.duration_s) if self.duration_s else 0.0
        at = round(share * width)
        columns: list[list[str]] = []
        for level in columns_of(self._envelope, (width + 1) // 2):
            columns += [drawn_column(level, rows), [" "] * rows]
        lines = [
            Content.assemble(
                ("".join(column[row] for column in columns[:at]), "$accent"),
                ("".join(column[row] for column in columns[at:]), "$accent 45%"),
            )
            for row in range(rows)
        ]
        return Content("\n").join([*lines, self._line(width, share)])

    def _line(self, width: int, share: float) -> Content:
        """ "0:04 ━━━━━●───────── 0:18"."""
        now, all_of_it = clock(self.position_s), clock(self.duration_s) if self.duration_s else "-:--"
        long = width - len(now) - len(all_of_it) - 3
        if long < 3:
            return Content(now)
        at = round(share * long)
        return Content.assemble(
            (f"{now} ", "$quiet"),
            ("━" * at, "$accent"),
            ("●", "$accent"),
            ("─" * (long - at), "$quiet"),
            (f" {all_of_it}", "$quiet"),
        )
