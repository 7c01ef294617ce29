"""The attempts, day by day; only the lines that are seen are drawn, so that ten thousand cost no more than ten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..words import bar, level_of

if TYPE_CHECKING:
    from ...store import HistoryRow
    from ...trends import Day

DAY_WIDTH = 12
TIME_WIDTH = 7
SCORES_WIDTH = 15
PERSON_WIDTH = 12
CURSOR = "›"


class AttemptList(ScrollView, can_focus=True):
    """A cursor moves from attempt to attempt; Enter opens the one it is on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open"),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "end(0)", "Newest", show=False),
        Binding("end", "end(-1)", "Oldest", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "attempts--day",
        "attempts--quiet",
        "attempts--bar",
        "attempts--cursor",
        "attempts--cursor-blurred",
    }
    DEFAULT_CSS = """
    AttemptList {
        height: 1fr;
        & > .attempts--day { color: $accent; text-style: bold; }
        & > .attempts--quiet { color: $quiet; }
        & > .attempts--bar { color: $primary; }
        & > .attempts--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .attempts--cursor-blurred { background: $block-cursor-blurred-background; }
    }
    """

    class Opened(Message):
        """The trainee wants to see this attempt."""

        def __init__(self, row: HistoryRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._rows: list[HistoryRow] = []
        self._days: dict[int, str] = {}
        """Which day begins at which line."""
        self._cursor = 0
        self._titles: Mapping[str, str] = {}
        self._people = False

    @property
    def row(self) -> HistoryRow | None:
        """The attempt that the cursor is on."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def count(self) -> int:
        return len(self._rows)

    def show(self, days: Sequence[Day], titles: Mapping[str, str], now: datetime, *, people: bool) -> None:
        """Draw ``days``; the cursor stays on its attempt where that is still there.

        Args:
            people: whether to say whose each attempt is.
        """
        before = self.row.id if self.row is not None else None
        self._titles, self._people = titles, people
        self._rows, self._days, self._cursor = [], {}, 0
        for day in days:
            self._days[len(self._rows)] = day_words(day.date, now.date())
            self._rows.extend(day.rows)
        if before is not None:
            self._cursor = next((i for i, row in enumerate(self._rows) if row.id == before), 0)
        self._fit()
        self._follow()
        self.refresh()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))

    # moving

    def action_move(self, by: int) -> None:
        self._go(self._cursor + by)

    def action_page(self, by: int) -> None:
        self._go(self._cursor + by * max(1, self.scrollable_content_region.height - 1))

    def action_end(self, where: int) -> None:
        self._go(0 if where == 0 else len(self._rows) - 1)

    def action_open(self) -> None:
        if self.row is not None:
            self.post_message(self.Opened(self.row))

    def _go(self, cursor: int) -> None:
        if self._rows:
            self._cursor = min(len(self._rows) - 1, max(0, cursor))
            self._follow()
            self.refresh()

    def _follow(self) -> None:
        self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True)

    # drawing

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        base = self.rich_style
        if at >= len(self._rows):
            return Strip.blank(width, base)
        if at == self._cursor:
            name = "attempts--cursor" if self.has_focus else "attempts--cursor-blurred"
            base = base + self.get_component_rich_style(name, partial=True)
        day = self._days.get(at, "")
        if y == 0 and not day:  # the day of what is at the top, though it began above
            day = self._days[max(start for start in self._days if start <= at)]
        parts = self._attempt(self._rows[at], day, width, at == self._cursor)
        segments = [
            Segment(text, base + self.get_component_rich_style(f"attempts--{kind}", partial=True) if kind else base)
            for text, kind in parts
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _attempt(self, row: HistoryRow, day: str, width: int, chosen: bool) -> list[tuple[str, str]]:
        title = self._titles.get(row.exercise_id, row.exercise_id)
        room = width - 2 - DAY_WIDTH - TIME_WIDTH - SCORES_WIDTH - (PERSON_WIDTH if self._people else 0)
        parts = [
            (f"{CURSOR} " if chosen else "  ", ""),
            (f"{day:{DAY_WIDTH}}", "day"),
            (f"{row.started_at.astimezone():%H:%M}  ", "quiet"),
        ]
        if self._people:
            parts.append((set_cell_size(f"{row.person or '–':11}", PERSON_WIDTH - 1) + " ", "quiet"))
        shown = title if len(title) <= max(8, room - 1) else f"{title[: max(8, room - 1) - 1]}…"
        parts.append((set_cell_size(shown, max(9, room)), ""))
        for score in (row.wording, row.voice):
            level = level_of(score)
            parts.append(("  ", ""))
            parts.append((bar(level), "bar") if level is not None else ("  –  ", "quiet"))
        return parts


def day_words(day: date, today: date) -> str:
    """ "Today", "Yesterday", "Tue 21 Nov" or "21 Nov 2024"."""
    ago = (today - day).days
    if ago in (0, 1):
        return ("Today", "Yesterday")[ago]
    short = f"{day.day} {day:%b}"
    return f"{day:%a} {short}" if 0 <= ago < 300 else f"{short} {day.year}"
