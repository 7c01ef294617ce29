""" "What did you hear?": some feelings to choose from by number; choosing none is fine."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

COLUMN = 18


class FeelingChoices(Static):
    """``picked`` holds the words chosen, in their order on the screen."""

    def __init__(self, words: tuple[str, ...]) -> None:
        super().__init__()
        self._words = words
        self._on: set[int] = set()
        self._closed = False

    @property
    def picked(self) -> tuple[str, ...]:
        return tuple(word for i, word in enumerate(self._words) if i in self._on)

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def toggle(self, number: int) -> None:
        """Choose word ``number`` (from 1), or take it back; another number does nothing."""
        if 1 <= number <= len(self._words):
            self._on ^= {number - 1}
            self._closed = False
            self._draw()

    def close(self) -> None:
        """Show only what was picked."""
        self._closed = True
        self._draw()

    def _draw(self) -> None:
        heading = ("What did you hear?", "bold")
        if self._closed:
            heard = ", ".join(self.picked) or "nothing picked, which is fine"
            self.update(Content.assemble(("You heard  ", "$quiet"), heard))
            return
        parts: list[tuple[str, str] | str] = [heading, ("  Press the numbers, or leave it open.\n", "$quiet")]
        column = max(COLUMN, max(map(len, self._words), default=0) + 6)
        a_row = max(1, min(4, (self.size.width or 76) // column))
        for i, word in enumerate(self._words):
            on = i in self._on
            parts += [
                (f"{i + 1} ", "bold $primary"),
                (f"{'●' if on else '○'} {word:{column - 5}} ", "bold" if on else ""),
                "\n" if i % a_row == a_row - 1 and i < len(self._words) - 1 else "",
            ]
        self.update(Content.assemble(*parts))
