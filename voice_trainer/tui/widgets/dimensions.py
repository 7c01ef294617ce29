"""Words and voice, side by side: each dimension with its bar, its word and why."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from ...attempt import Dimension
from ..words import DIMENSIONS, bar, level_of, level_word

NAME_WIDTH = 12


def overall_line(score: float | None, dimension: str) -> str:
    """ "▰▰▰▱▱ heard", for a border's title."""
    level = level_of(score)
    return "not rated" if level is None else f"{bar(level)} {level_word(level, dimension)}"


class DimensionList(Static):
    """One side. ``whole`` is "wording" or "voice"."""

    def __init__(
        self, title: str, whole: str, score: float | None, dimensions: Sequence[Dimension], order: Sequence[str], why: str
    ) -> None:
        super().__init__("", classes="box dimensions", id=f"side-{whole}")
        self.border_title = f"{title}  {overall_line(score, whole)}"
        found = {dimension.name: dimension for dimension in dimensions}
        self._rows = [found[name] for name in order if name in found]  # type: ignore[index]
        self._why = why

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self._rows:
            self.update(Content(self._why or "Not rated."))
            return
        roomy = self.screen.has_class("-wide") and self.screen.has_class("-tall")
        self.update(Content("\n").join([_row(row, roomy=roomy) for row in self._rows]))


def _row(dimension: Dimension, *, roomy: bool) -> Content:
    name = (f"{DIMENSIONS.get(dimension.name, dimension.name):{NAME_WIDTH}}", "$quiet")
    if dimension.level is None:
        return Content.assemble(name, (f"– not rated: {dimension.reason}", "$quiet"))
    parts: list[tuple[str, str] | str] = [
        name,
        (bar(dimension.level), "$primary"),
        (f" {level_word(dimension.level, dimension.name)}", "bold"),
    ]
    if roomy and dimension.reason:
        parts += ["\n", (" " * NAME_WIDTH, ""), (dimension.reason, "$quiet")]
    return Content.assemble(*parts)
