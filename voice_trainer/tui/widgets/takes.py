"""Which take is heard: attempts, model replies and the speaker, each with its digit."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from ...takes import Source

CHOSEN = "▸"


def take_name(source: Source, speaker: str) -> str:
    """ "Attempt 2", "Model 1", "Maya"."""
    if source.kind == "own":
        return f"Attempt {source.number}"
    return f"Model {source.number}" if source.kind == "model" else speaker


def take_style(source: Source) -> str:
    """Whose voice it is: yours, or the one who speaks to you."""
    return "$primary" if source.kind == "own" else "$accent" if source.kind == "speaker" else "$secondary"


class TakesLine(Static):
    """One line; where it is too narrow, only the chosen one is named."""

    def __init__(self, speaker: str) -> None:
        super().__init__("", id="takes")
        self._speaker = speaker
        self._shown: tuple[Sequence[Source], int] = ((), 0)

    def show(self, sources: Sequence[Source], chosen: int) -> None:
        self._shown = (sources, chosen)
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        sources, chosen = self._shown
        line = self._line(sources, chosen, named=True)
        fits = len(line.plain) <= self.content_size.width
        self.update(line if fits else self._line(sources, chosen, named=False))

    def _line(self, sources: Sequence[Source], chosen: int, *, named: bool) -> Content:
        parts: list[tuple[str, str] | str] = []
        for i, source in enumerate(sources):
            here = i == chosen
            name = f" {take_name(source, self._speaker)}" if named or here else ""
            mark = CHOSEN if here else " "
            parts += [(f"{mark}{i + 1}", "bold" if here else "$quiet")]
            parts += [(name, f"bold {take_style(source)}" if here else "$quiet"), "  "]
        return Content.assemble(*parts)
