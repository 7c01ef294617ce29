"""A take over time: its sound, curves and marks, with the playhead going over them."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...playing import State
from ...session import Pin
from ...takes import Take
from ..picture import GUTTER, Row, column, picture
from ..words import clock
from .playhead import over, time_line

NOTHING = State()
OTHER_ROWS = 4
"""Moves, pauses, pins and the time."""
ROOM_FOR_NAMES = 40


class Timeline(Widget):
    """Draws from a frozen picture; ``state`` moves the playhead."""

    state: reactive[State] = reactive(NOTHING, layout=False)

    def __init__(self) -> None:
        super().__init__(id="timeline")
        self._take: Take | None = None
        self._pins: tuple[Pin, ...] = ()
        self._style = "$primary"
        self._drawn: tuple[tuple[int, int], tuple[Row, ...]] | None = None

    def show(self, take: Take | None, pins: tuple[Pin, ...], style: str) -> None:
        """Draw another take, or the same with other pins."""
        self._take, self._pins, self._style = take, pins, style
        self._drawn = None
        self.refresh()

    def _rows(self, width: int, height: int) -> tuple[Row, ...]:
        if self._take is None:
            return ()
        if self._drawn is None or self._drawn[0] != (width, height):
            self._drawn = ((width, height), picture(self._take, self._pins, width, height - OTHER_ROWS, self._style))
        return self._drawn[1]

    def watch_state(self, old: State, new: State) -> None:
        """Most positions fall into the column of the one before; only a change that shows is drawn."""
        if self._seen(old) != self._seen(new):
            self.refresh()

    def _seen(self, state: State) -> tuple[object, ...]:
        duration_s = self._take.duration_s if self._take else 0.0
        at = column(state.position_s, max(1, self.size.width), duration_s)
        return at, int(state.position_s), state.loop, state.looping

    def render(self) -> Content:
        if self._take is None:
            return Content.assemble(("One moment…", "$quiet"))
        gutter = GUTTER if self.size.width >= ROOM_FOR_NAMES else 0
        width = self.size.width - gutter
        at = column(self.state.position_s, width, self._take.duration_s)
        rows = self._rows(width, self.size.height)
        lines = [Content.assemble((_name(row.name, gutter), "$quiet"), over(row, at)) for row in rows]
        now = Content.assemble((_name(clock(self.state.position_s), gutter), "$quiet"))
        return Content("\n").join([*lines, now + time_line(self.state, self._take.duration_s, width, self._style)])


def _name(name: str, gutter: int) -> str:
    return f"{name[: gutter - 1]:{gutter}}" if gutter else ""
