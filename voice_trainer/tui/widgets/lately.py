"""The list of last attempts, and of recordings that were broken off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from ..words import bar, clock, day, level_of, level_word

if TYPE_CHECKING:
    from ...store import AttemptSummary
    from ...store.recordings import Unfinished


class Lately(OptionList):
    """An option list from whose top the cursor goes on to what is above it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Open")]

    def action_cursor_up(self) -> None:
        if self.highlighted in (None, 0):
            self.screen.focus_previous()
        else:
            super().action_cursor_up()

    def action_cursor_down(self) -> None:
        if self.highlighted is None or self.highlighted < self.option_count - 1:
            super().action_cursor_down()


def score_words(name: str, score: float | None, dimension: str) -> list[tuple[str, str]]:
    """ "words ▰▰▰▱▱ heard", or "words – not rated"."""
    level = level_of(score)
    if level is None:
        return [(f"{name} ", "$quiet"), (f"{'– not rated':20}", "$quiet")]
    word = level_word(level, dimension)
    return [(f"{name} ", "$quiet"), (bar(level), "$primary"), (f" {word:14}", "")]


def attempt_line(row: AttemptSummary, titles: Mapping[str, str], now: datetime) -> Content:
    """Two lines: when and what, then how the words and the voice were met."""
    title = titles.get(row.exercise_id, row.exercise_id)
    return Content.assemble(
        (f"{day(row.started_at, now):16}", "$quiet"),
        (title, "bold"),
        "\n",
        " " * 16,
        *score_words("words", row.wording, "wording"),
        *score_words("voice", row.voice, "voice"),
    )


def unfinished_line(unfinished: Unfinished, titles: Mapping[str, str], now: datetime) -> Content:
    title = titles.get(unfinished.exercise_id, unfinished.exercise_id)
    return Content.assemble(
        (f"{day(unfinished.started_at, now):16}", "$quiet"),
        (title, "bold"),
        (f"  ! broken off after {clock(unfinished.duration_s)}", "$warning"),
        "\n",
        " " * 16,
        ("Kept safe. Enter listens back to it, Delete removes it.", "$quiet"),
    )
