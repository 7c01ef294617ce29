"""The way through a talk: how each turn was met, what another reply would have opened, and back to any turn."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...branches import Stretch, opening, way
from ...errors import VoiceTrainerError
from ..care import after_heavy
from ..messages import Trouble
from .page import TO_HELP, Page

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...exercise import Exercise

LOOKED_BACK = timedelta(hours=12)
"""Longer than any talk; keeps the list that is read short."""
MET: dict[str | None, tuple[str, str]] = {
    "attuned": ("felt met", "and opened up"),
    "partly": ("felt half heard", "and waited"),
    "missed": ("did not feel heard", "and withdrew"),
    None: ("", ""),
}
NOT_TOLD = "It could not be told how this was met, so the talk stayed here."
REPLY: dict[str, str] = {"attuned": "met", "partly": "half heard", "missed": "not heard"}


class WayRead(Message):
    def __init__(self, stretches: tuple[Stretch, ...]) -> None:
        super().__init__()
        self.stretches = stretches


class Turns(OptionList):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Try again from here")]


class WayScreen(Page):
    """Over the feedback of the last reply."""

    AUTO_FOCUS = "#turns"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back", key_display="esc"),
        Binding("h", "app.home", "Home"),
        TO_HELP,
    ]
    CSS = """
    WayScreen {
        & #way { height: 1fr; padding: 1 3 0 3; align-horizontal: center; }
        & #way-told { height: auto; margin-bottom: 1; max-width: 100; }
        & #turns { height: auto; max-width: 100; }
        & #way-care { height: auto; max-width: 100; margin-top: 1; padding: 0 1; border-left: wide $warning; }
        &.-short #way, &.-tiny #way { padding: 0 1; }
    }
    """

    def __init__(self, attempt: Attempt, exercise: Exercise) -> None:
        super().__init__()
        self.attempt = attempt
        self.exercise = exercise
        self.stretches: tuple[Stretch, ...] = ()

    def where(self) -> str:
        return f"The way you came  ·  {self.exercise.title}"

    def body(self) -> ComposeResult:
        with VerticalScroll(id="way", can_focus=False):
            yield Static("", id="way-told", markup=False)
            yield Turns(id="turns")
            yield Static("", id="way-care", markup=False)

    def on_mount(self) -> None:
        care = self.query_one("#way-care", Static)
        care.display = bool(self.exercise.content_note)
        care.update(after_heavy(self.trainer.practice.preferences.help_line))
        self.run_worker(self._read, thread=True, group="way")

    def _read(self) -> None:
        store, attempt = self.trainer.practice.store, self.attempt
        try:
            earlier = store.attempts(
                person=attempt.person,
                exercise_id=attempt.exercise_id,
                since=attempt.started_at - LOOKED_BACK,
                before=attempt.started_at,
            )
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
            earlier = ()
        self.post_message(WayRead(way(self.exercise, attempt, earlier)))

    def on_way_read(self, message: WayRead) -> None:
        self.stretches = message.stretches
        name = self.exercise.speaker.name
        others = any(stretch.others for stretch in self.stretches)
        told = f"This is how the talk with {name} went. No way through it is the right one"
        told += "; each turn can be tried again." if others else "."
        self.query_one("#way-told", Static).update(told)
        turns = self.query_one(Turns)
        end = len(self.stretches) - 1
        turns.set_options(
            Option(_drawn(stretch, name, last=i == end), id=f"{i}:{stretch.turn.id}")
            for i, stretch in enumerate(self.stretches)
        )
        turns.highlighted = end if self.stretches else None
        turns.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.trainer.practise(self.exercise, self.stretches[event.option_index].turn.id)


def _drawn(stretch: Stretch, name: str, *, last: bool) -> Content:
    felt, then = MET[stretch.met]
    how = f"{name} {felt}" + (f", {then}." if stretch.led_to is not None else ".")
    lines = [
        Content.assemble((f"{name}  ", "bold $accent"), f"“{opening(stretch.turn)}”"),
        Content.assemble(("  You answered. ", "$quiet"), (how if stretch.met else NOT_TOLD, "bold")),
    ]
    if stretch.others:
        lines.append(Content.assemble(("  Another reply would have opened:", "$quiet")))
    replies = [" or ".join(REPLY[outcome] for outcome in other.outcomes) for other in stretch.others]
    width = max(map(len, replies), default=0)
    for reply, other in zip(replies, stretch.others, strict=True):
        lines.append(Content.assemble((f"    {reply:{width}}  ", "$quiet"), f"“{opening(other.turn)}”"))
    return Content("\n").join(lines if last else [*lines, Content("")])
