"""What the coach thinks of a reply: 1–5 for the words and for the voice, each by one digit."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from ..words import level_word

ROWS: tuple[tuple[str, str], ...] = (("wording", "Words"), ("voice", "Voice"))


class RatingCard(Static):
    """``values``: wording and voice as they are on the screen; ``given``: which were answered (0: can't say)."""

    def __init__(self) -> None:
        super().__init__(id="rating", classes="box")
        self.border_title = "What you heard"
        self.values: list[int | None] = [None, None]
        self.given = [False, False]
        self.at = 0
        self._note = ""

    @property
    def complete(self) -> bool:
        return all(self.given)

    def show(self, wording: int | None, voice: int | None, *, rated: bool, note: str) -> None:
        """What was stored; what is being chosen right now stays where it has not been stored yet."""
        if rated:
            self.values, self.given = [wording, voice], [True, True]
        self._note = note
        self._draw()

    def choose(self, level: int | None) -> None:
        """The answer of the row that is on; then on to the other one."""
        self.values[self.at] = level
        self.given[self.at] = True
        self.at = (self.at + 1) % 2
        self._draw()

    def switch(self) -> None:
        self.at = (self.at + 1) % 2
        self._draw()

    def _draw(self) -> None:
        lines = []
        for row, (dimension, name) in enumerate(ROWS):
            on = row == self.at
            parts: list[tuple[str, str] | str] = [(f"{'▸' if on else ' '} {name}  ", "bold $primary" if on else "")]
            for level in range(1, 6):
                chosen = self.given[row] and self.values[row] == level
                parts.append((f"●{level} " if chosen else f"○{level} ", "bold $primary" if chosen else "$quiet"))
            if self.given[row]:
                value = self.values[row]
                parts.append((" can't say" if value is None else f" {level_word(value, dimension)}", "$accent"))
            lines.append(Content.assemble(*parts))
        self.border_subtitle = self._note
        self.update(Content("\n").join(lines))
