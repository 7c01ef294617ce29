"""Choose an exercise for a step: type a word of it, Enter takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList
from textual.widgets.option_list import Option

from ..filters import Filters, matching
from ..words import DIFFICULTIES, SKILLS, who

if TYPE_CHECKING:
    from ...exercise import Exercise


class PickExerciseScreen(ModalScreen[str | None]):
    """Gives the exercise's id; None where none was taken."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take it", priority=True),
        Binding("down", "move(1)", "Next", key_display="↑↓", priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("escape", "give_up", "Back", key_display="esc"),
    ]
    AUTO_FOCUS = "#pick-search"

    def __init__(self, exercises: tuple[Exercise, ...]) -> None:
        super().__init__()
        self._exercises = exercises

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall-dialog") as box:
            box.border_title = "What is practised"
            yield Input(placeholder="type a word of the title, or who speaks", id="pick-search", compact=True)
            yield OptionList(id="pick-list")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one("#pick-list").can_focus = False
        self._draw("")

    def _draw(self, text: str) -> None:
        listed = self.query_one("#pick-list", OptionList)
        found = matching(self._exercises, Filters().with_field("text", text))
        listed.set_options([Option(_line(one), id=one.id) for one in found])
        listed.highlighted = 0 if found else None

    def on_input_changed(self, event: Input.Changed) -> None:
        self._draw(event.value)

    def action_move(self, by: int) -> None:
        listed = self.query_one("#pick-list", OptionList)
        (listed.action_cursor_down if by > 0 else listed.action_cursor_up)()

    def action_take(self) -> None:
        option = self.query_one("#pick-list", OptionList).highlighted_option
        if option is not None:
            self.dismiss(option.id)

    def action_give_up(self) -> None:
        self.dismiss(None)


def _line(exercise: Exercise) -> Content:
    return Content.assemble(
        (exercise.title, "bold"),
        "\n",
        (who(exercise), "$accent"),
        (f"  ·  {SKILLS[exercise.skill]}  ·  {DIFFICULTIES[exercise.difficulty]}", "$quiet"),
        ("  ·  note", "$warning") if exercise.content_note else "",
    )
