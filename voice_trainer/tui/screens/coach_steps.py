"""The plan while the session goes on: send a step, and change what has not begun."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer

from ..widgets.step_list import StepList
from .pick_exercise import PickExerciseScreen

if TYPE_CHECKING:
    from ...session import Step
    from ..app import VoiceTrainerApp


class StepsScreen(ModalScreen[int | None]):
    """Gives the index of the step that is to be sent to everybody; None for none.

    Args:
        step: that is on; it and those before it stay as they are. changed: is given every new plan.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send to all", priority=True),
        Binding("escape", "give_up", "Back", key_display="esc"),
    ]
    AUTO_FOCUS = "#live-steps"

    def __init__(
        self,
        steps: tuple[Step, ...],
        titles: Mapping[str, str],
        step: int,
        changed: Callable[[tuple[Step, ...]], None],
    ) -> None:
        super().__init__()
        self._steps = steps
        self._titles = titles
        self._step = step
        self._changed = changed

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = "The plan"
            yield StepList(
                self._steps, titles=self._titles, fixed=self._step + 1, at=max(0, self._step + 1), id="live-steps"
            )
        yield Footer(show_command_palette=False, compact=True)

    def on_step_list_wanted(self) -> None:
        library = cast("VoiceTrainerApp", self.app).practice.library

        def taken(exercise_id: str | None) -> None:
            if exercise_id is not None:
                self.query_one(StepList).add(exercise_id)

        self.app.push_screen(PickExerciseScreen(library.exercises), taken)

    def on_step_list_changed(self, message: StepList.Changed) -> None:
        self._changed(message.steps)

    def action_send(self) -> None:
        self.dismiss(self.query_one(StepList).highlighted)

    def action_give_up(self) -> None:
        self.dismiss(None)
