"""The card with today's practice."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from ..words import DIFFICULTIES, SKILL_ABOUT, who

if TYPE_CHECKING:
    from ...today import Suggestion


class TodayCard(Static, can_focus=True):
    """Focusable; Enter is the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "Down", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("Getting things ready…", classes="box", markup=False)
        self.border_title = "Today"

    def show(self, today: Suggestion | None, faults: tuple[str, ...] = ()) -> None:
        """Draw the suggestion; without one, say why there is none."""
        if today is None:
            broken = f" {len(faults)} can't be read; “voice-trainer exercises check” says why." if faults else ""
            self.update(f"There is no exercise to practise.{broken}")
            self.border_subtitle = ""
            return
        exercise = today.exercise
        parts: list[tuple[str, str] | str] = [
            (exercise.title, "bold"),
            "\n",
            (who(exercise), "$accent"),
            (f"  ·  {DIFFICULTIES[exercise.difficulty]}", "$quiet"),
            "\n\n",
            today.reason,
            "\n",
            (SKILL_ABOUT[exercise.skill], "$quiet"),
        ]
        if exercise.content_note:
            parts += ["\n\n", (f"Before you begin: {exercise.content_note}", "italic")]
        self.update(Content.assemble(*parts))
        self.border_subtitle = "Enter begins"
