"""The paths: what each is, what to try, how far one has come, and its exercises in their order."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...errors import VoiceTrainerError
from ...paths import PathStep, PracticePath, all_paths
from ..messages import Trouble
from ..words import DIFFICULTIES, SKILLS
from .page import ROOMS, Page

DONE, OPEN, NEXT = "●", "○", "▸"


class PathsRead(Message):
    """All paths, as far as one has come on them."""

    def __init__(self, paths: tuple[PracticePath, ...]) -> None:
        super().__init__()
        self.paths = paths


class PathList(OptionList):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Next exercise"),
        Binding("right,tab", "screen.into", "Exercises", key_display="→"),
    ]


class StepList(OptionList):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Practise"),
        Binding("left,shift+tab", "screen.back", "Paths", key_display="←"),
    ]


class PathsScreen(Page):
    """Enter on a path goes into its next exercise; on an exercise, into that one."""

    WHERE = "Paths"
    AUTO_FOCUS = "#paths"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Home"),
        *ROOMS[1:],
        Binding("h", "app.home", "Home", show=False),
    ]
    CSS = """
    PathsScreen {
        & #along { height: 1fr; padding: 1 1 0 1; align-horizontal: center; }
        & #paths { width: 27; height: 1fr; margin-right: 1; }
        & #path { width: 1fr; max-width: 110; height: 1fr; }
        & #path-about { height: auto; max-height: 60%; padding: 0 1; border-left: wide $accent; }
        & #path-steps { height: 1fr; margin-top: 1; }
        &.-short #along, &.-tiny #along { padding: 0 1; }
        &.-tiny #path-about { display: none; }
        &.-wide #along { padding: 2 4 0 4; }
        &.-wide #paths { width: 36; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.paths: tuple[PracticePath, ...] = ()

    def body(self) -> ComposeResult:
        with Horizontal(id="along"):
            yield PathList(id="paths")
            with Vertical(id="path"):
                yield Static("", id="path-about")
                yield StepList(id="path-steps")

    def on_screen_resume(self) -> None:
        self.run_worker(self._read, thread=True, group="paths", exclusive=True)

    def _read(self) -> None:
        practice = self.trainer.practice
        try:
            paths = all_paths(practice.library, practice.store, practice.preferences.person)
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
        else:
            self.post_message(PathsRead(paths))

    def on_paths_read(self, message: PathsRead) -> None:
        self.paths = message.paths
        listed = self.query_one(PathList)
        at = listed.highlighted or 0
        listed.set_options(Option(_path_line(path), id=path.name) for path in self.paths)
        listed.highlighted = at
        self._draw()

    @property
    def chosen(self) -> PracticePath | None:
        at = self.query_one(PathList).highlighted
        return self.paths[at] if at is not None and at < len(self.paths) else None

    def _draw(self) -> None:
        path = self.chosen
        if path is None:
            return
        self.query_one("#path-about", Static).update(_about(path))
        steps, following = self.query_one(StepList), path.next_step
        ids = [step.exercise.id for step in path.steps]
        at = ids.index(following.id) if following is not None else None
        steps.set_options(Option(_step_line(step, i == at), id=ids[i]) for i, step in enumerate(path.steps))
        steps.highlighted = at

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_list.id == "paths":
            self._draw()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        path = self.chosen
        if path is None:
            return
        if event.option_list.id == "paths":
            exercise = path.next_step
        else:
            exercise = next((step.exercise for step in path.steps if step.exercise.id == event.option.id), None)
        if exercise is not None:
            self.trainer.practise(exercise)

    def action_into(self) -> None:
        self.query_one(StepList).focus()

    def action_back(self) -> None:
        """From the exercises to the paths, from there home."""
        if self.query_one(StepList).has_focus:
            self.query_one(PathList).focus()
        else:
            self.trainer.action_home()


def _path_line(path: PracticePath) -> Content:
    return Content.assemble((path.said.title, "bold"), "\n", (_how_far(path), "$quiet"))


def _how_far(path: PracticePath) -> str:
    return f"{path.practised} of {len(path.steps)} practised" if path.steps else "no exercise yet"


def _about(path: PracticePath) -> Content:
    return Content.assemble(path.said.about, "\n\n", ("What to try  ", "bold $primary"), path.said.to_try)


def _step_line(step: PathStep, following: bool) -> Content:
    exercise = step.exercise
    mark = (NEXT, "bold $primary") if following else (DONE if step.practised else OPEN, "$quiet")
    return Content.assemble(
        mark,
        " ",
        (exercise.title, "bold" if following else ""),
        ("  note", "$warning") if exercise.content_note else "",
        (f"\n  {exercise.speaker.name}", "$accent"),
        (f"  ·  {SKILLS[exercise.skill]}  ·  {DIFFICULTIES[exercise.difficulty]}", "$quiet"),
    )
