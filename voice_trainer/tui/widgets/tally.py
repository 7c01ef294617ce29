"""Counting what one hears: a key a move."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from ...listening.moves import Move
from ..words import MARK_STYLES, MARKS, move_word

KEYS: dict[str, Move] = {
    "r": "simple_reflection",
    "c": "complex_reflection",
    "f": "names_feeling",
    "v": "validation",
    "a": "affirmation",
    "o": "open_question",
    "k": "closed_question",
    "b": "repair",
    "i": "information",
    "g": "advice",
    "s": "self_disclosure",
    "m": "reassurance_minimizing",
    "j": "judging",
    "d": "defending",
}
"""One key each, by what it is called where that letter is free; drawn in two columns of seven."""
MOST = 99
STROKES = 8


class TallyCard(Static):
    """``counts`` of what was heard, each 1–99."""

    def __init__(self) -> None:
        super().__init__(id="tally")
        self.counts: dict[Move, int] = {}
        self._last: list[Move] = []

    def on_mount(self) -> None:
        self._draw()

    def count(self, move: Move) -> None:
        if self.counts.get(move, 0) < MOST:
            self.counts[move] = self.counts.get(move, 0) + 1
            self._last.append(move)
            self._draw()

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._last:
            move = self._last.pop()
            self.counts[move] -= 1
            if not self.counts[move]:
                del self.counts[move]
            self._draw()

    def _draw(self) -> None:
        cells = []
        for key, move in KEYS.items():
            number = self.counts.get(move, 0)
            mark = MARKS[move]
            strokes = "|" * number if number <= STROKES else f"{number}"
            last = self._last and self._last[-1] == move
            cells.append(
                Content.assemble(
                    (f" {key.upper()} ", "bold $primary"),
                    (f" {mark} ", MARK_STYLES[mark]),
                    (f"{move_word(move):18}", "bold" if number else "$quiet"),
                    (f"{strokes:{STROKES}}", "bold $accent" if last else "$accent"),
                )
            )
        rows = (len(cells) + 1) // 2
        self.update(
            Content("\n").join([Content("  ").join(pair) for pair in zip(cells[:rows], cells[rows:], strict=True)])
        )
