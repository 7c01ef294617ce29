"""Words and voice, side by side: each dimension with its bar, its word and why."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from ...attempt import Dimension
from ..words import DIMENSIONS, bar, hanging, level_of, level_word

NAME_WIDTH = 12


def overall_line(score: float | None, dimension: str) -> str:
    """ "▰▰▰▱▱ heard", for a border's title."""
    level = level_of(score)
    return "not rated" if level is None else f"{bar(level)} {level_word(level, dimension)}"


class DimensionList(Static):
    """One side. ``whole`` is "wording" or "voice"."""

    def __init__(
        self,
        title: str,
        whole: str,
        score: float | None,
        dimensions: Sequence[Dimension],
        order: Sequence[str],
        why: str,
    ) -> None:
        super().__init__("", classes="box dimensions", id=f"side-{whole}")
        self.border_title = f"{title}  {overall_line(score, whole)}"
        found = {dimension.name: dimension for dimension in dimensions}
        self._rows = [found[name] for name in order if name in found]
        self._why = why

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self._rows:
            self.update(Content(self._why or "Not rated."))
            return
        reasons = {row.reason for row in self._rows if row.level is None}
        if len(reasons) == 1 and all(row.level is None for row in self._rows):
            self.update(Content.assemble((f"– not rated: {reasons.pop()}", "$quiet")))
            return
        roomy = self.screen.has_class("-wide") and self.screen.has_class("-tall")
        width = self.content_size.width if roomy else None
        self.update(Content("\n").join([_row(row, width) for row in self._rows]))


def _row(dimension: Dimension, width: int | None) -> Content:
    """With its reason below, wrapped to ``width``; None leaves the reason to the details."""
    name = (f"{DIMENSIONS.get(dimension.name, dimension.name):{NAME_WIDTH}}", "$quiet")
    if dimension.level is None:
        return Content.assemble(name, ("–     not rated", "$quiet"), (_reason(dimension, width), "$quiet"))
    parts: list[tuple[str, str] | str] = [
        name,
        (bar(dimension.level), "$primary"),
        (f" {level_word(dimension.level, dimension.name)}", "bold"),
    ]
    return Content.assemble(*parts, (_reason(dimension, width), "$quiet"))


def _reason(dimension: Dimension, width: int | None) -> str:
    return "" if width is None or not dimension.reason else f"\n{hanging(dimension.reason, NAME_WIDTH, width)}"
