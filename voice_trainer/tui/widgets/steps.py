"""Where one is in a turn: hear, notice, answer, see."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

STEPS = ("Hear", "Notice", "Answer", "See")


class Steps(Static):
    """The step one is at is filled and bold; those behind are filled."""

    at: reactive[int] = reactive(0, init=False)

    def __init__(self) -> None:
        super().__init__(self._drawn(0))

    def watch_at(self, at: int) -> None:
        self.update(self._drawn(at))

    def _drawn(self, at: int) -> Content:
        parts: list[tuple[str, str] | str] = []
        for i, step in enumerate(STEPS):
            style = "bold $primary" if i == at else "$quiet"
            parts += [(f"{'●' if i <= at else '○'} {step}", style), ("  ──  " if i < len(STEPS) - 1 else "", "$quiet")]
        return Content.assemble(*parts)
