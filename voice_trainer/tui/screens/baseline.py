"""The everyday voice: a short text to read aloud once, with the level and the time and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from ... import practice_events as events
from ...errors import VoiceTrainerError
from ..messages import Trouble
from ..widgets.recorder import Recorder
from .page import ROOMS, TO_HELP, Page

if TYPE_CHECKING:
    from ...baseline_reading import Event, Read, ReadingRun

Stage = Literal["ready", "reading", "measuring", "done"]
WORKS_IN: dict[str, tuple[Stage, ...]] = {
    "read": ("ready", "done"),
    "finish": ("reading",),
    "drop": ("reading", "measuring"),
    "app.home": ("ready", "done"),
}


class ReadingEvent(Message):
    """An event of a reading that runs; a later level stands in for an earlier one."""

    def __init__(self, run: ReadingRun, event: Event) -> None:
        super().__init__()
        self.run = run
        self.event = event

    def can_replace(self, message: Message) -> bool:
        return (
            isinstance(message, ReadingEvent)
            and isinstance(self.event, events.Level)
            and isinstance(message.event, events.Level)
            and message.run is self.run
        )


class StandingTold(Message):
    """Whether there is an everyday voice already: a sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class BaselineScreen(Page):
    """Read the passage, once for each microphone; it can be left at any moment."""

    WHERE = "Your everyday voice"
    AUTO_FOCUS = "#baseline"
    DEFAULT_CSS = """
    #baseline { padding: 1 3; height: 1fr; }
    #baseline > Static { height: auto; margin-bottom: 1; max-width: 84; }
    #passage { padding: 0 2; border-left: outer $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "read", "Read"),
        Binding("space", "finish", "Done"),
        Binding("escape", "drop", "Cancel"),
        Binding("escape", "app.home", "Home"),
        *ROOMS[1:3],
        TO_HELP,
    ]

    stage: reactive[Stage] = reactive("ready", init=False)

    def __init__(self) -> None:
        super().__init__()
        self.reading: ReadingRun | None = None

    @property
    def busy(self) -> bool:
        return self.stage in ("reading", "measuring")

    def body(self) -> ComposeResult:
        from ...speech.reading import PASSAGE

        with VerticalScroll(id="baseline"):
            yield Static(
                "Read this aloud, as you would tell it to somebody at the table. Your replies are then compared with "
                "your own voice, not with anybody else's. Only the measures are kept, not the sound.",
                id="why",
                markup=False,
            )
            yield Static(PASSAGE, id="passage", markup=False)
            yield Recorder()
            yield Static("", id="now")
            yield Static("", id="told", markup=False)

    def on_mount(self) -> None:
        self._show_stage()
        self.run_worker(self._tell_standing, thread=True, group="standing")

    def _tell_standing(self) -> None:
        from ...baseline_reading import how_it_stands

        try:
            self.post_message(StandingTold(how_it_stands(self.trainer.practice).sentence))
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))

    def on_standing_told(self, message: StandingTold) -> None:
        if self.stage == "ready":
            self._say(message.sentence or "It is known on this microphone; reading again replaces it.")

    def on_unmount(self) -> None:
        """However the screen goes, the microphone is let go and nothing is kept."""
        if self.reading is not None:
            self.reading.cancel()

    # what the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        stages = WORKS_IN.get(action)
        return stages is None or self.stage in stages

    def action_read(self) -> None:
        from ...baseline_reading import ReadingRun

        self.reading = run = ReadingRun(self.trainer.practice)
        self._say("")
        self.query_one(Recorder).begin()
        self.stage = "reading"

        def work() -> None:
            for event in run.events():
                self.post_message(ReadingEvent(run, event))

        self.run_worker(work, thread=True, group="reading")

    def action_finish(self) -> None:
        if self.reading is not None:
            self.reading.stop()

    def action_drop(self) -> None:
        if self.reading is not None:
            self.reading.cancel()
        self.reading = None
        self.stage = "ready"
        self._say("Nothing was kept.")

    # the reading, from its worker

    def on_reading_event(self, message: ReadingEvent) -> None:
        """Draw one event of the reading that is on; one that was let go says nothing any more."""
        from ...baseline_reading import Read

        if message.run is not self.reading:
            return
        event = message.event
        match event:
            case events.MicrophoneOpened(fallback=text) if text:
                self._say(text)
            case events.Level():
                self.query_one(Recorder).show(event)
            case events.RecordingStopped():
                self.query_one(Recorder).end(event.duration_s)
                self.stage = "measuring"
            case Read():
                self._show(event)
            case events.Failed():
                self._over(event.text)
            case _:
                pass

    def _show(self, read: Read) -> None:
        from ...speech.reading import in_words

        if read.baseline is None:
            self._over("\n".join(read.faults))
        else:
            self._over(f"That is your everyday voice on “{read.baseline.device}”: {in_words(read.measures)}.")

    def _over(self, text: str) -> None:
        self.reading = None
        self.stage = "done"
        self._say(text)

    # drawing

    def watch_stage(self) -> None:
        self._show_stage()

    def _show_stage(self) -> None:
        lines: dict[Stage, tuple[str, ...]] = {
            "ready": ("Space", " starts. Wait a second, then read."),
            "reading": ("Space", " when you have read it. ", "Escape", " lets it go."),
            "measuring": ("", "Listening back…"),
            "done": ("Escape", " goes home, ", "Space", " reads it once more."),
        }
        parts = [(part, "bold $primary" if i % 2 == 0 else "") for i, part in enumerate(lines[self.stage]) if part]
        self.query_one("#now", Static).update(Content.assemble(*parts))
        self.query_one("#why").display = not self.busy
        self.query_one(Recorder).display = self.busy
        self.refresh_bindings()
        self.call_after_refresh(self.query_one("#now").scroll_visible, animate=False)

    def _say(self, text: str) -> None:
        self.query_one("#told", Static).update(text)
