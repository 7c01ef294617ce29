"""The practice screen: hear, notice, answer; the answer is shown by the feedback screen.

A ``TurnRun`` is iterated in a worker, which posts each of its events here. The stage says what the keys do.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from ... import practice_events as events
from ...errors import VoiceTrainerError
from ...store import PullSaid
from ..choices import feelings_to_choose
from ..messages import Trouble, TurnEvent, TurnOver
from ..widgets.breath import Breath
from ..widgets.feelings import FeelingChoices
from ..widgets.pause import Pause
from ..widgets.pull_choices import PullChoices
from ..widgets.recorder import Recorder
from ..widgets.steps import Steps
from ..widgets.waveform import Waveform
from ..words import SKILL_ABOUT, SKILLS
from .page import TO_HELP, Page

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...exercise import Exercise, Turn
    from ...practice import Practice
    from ...store import Pull
    from ...turn_run import TurnRun

Stage = Literal["ready", "hearing", "noticing", "breathing", "pausing", "recording", "asking", "answering", "failed"]
STAGE_STEPS: dict[Stage, int] = {
    "ready": 0,
    "hearing": 0,
    "noticing": 1,
    "breathing": 1,
    "pausing": 1,
    "recording": 2,
    "asking": 2,
    "answering": 3,
    "failed": 0,
}
WORKS_IN: dict[str, tuple[Stage, ...]] = {
    "go_on": ("ready", "hearing", "noticing", "breathing"),
    "record": ("hearing", "noticing", "breathing", "pausing"),
    "finish": ("recording",),
    "drop": ("recording",),
    "open_file": ("ready", "failed"),
    "replay": ("hearing", "noticing", "breathing", "failed"),
    "breathe": ("noticing",),
    "captions": ("hearing", "noticing", "breathing"),
    "pick": ("noticing",),
    "say_pull": ("asking",),
    "skip_pull": ("asking",),
    "leave": ("ready", "hearing", "noticing", "breathing", "pausing", "failed"),
}


SLOWING_DOWN = ("notice", "regulate")
"""The skills in which a pause stands before the answer."""


class PracticeScreen(Page):
    """One turn.

    Args:
        turn_id: None for the first turn.
        at_once: play without waiting for Enter, as when the speaker answers back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "Go on"),
        Binding("space", "record", "Answer"),
        Binding("space", "finish", "Done"),
        Binding("o", "open_file", "Recording"),
        Binding("r", "replay", "Replay"),
        Binding("c", "captions", "Captions"),
        Binding("b", "breathe", "Breathe"),
        Binding("1", "pick(1)", "Pick", key_display="1–8"),
        *(Binding(str(number), f"pick({number})", "Pick", show=False) for number in range(2, 9)),
        Binding("1", "say_pull(1)", "Choose", key_display="1–5"),
        *(Binding(str(number), f"say_pull({number})", "Choose", show=False) for number in range(2, 6)),
        Binding("enter", "skip_pull", "Skip"),
        Binding("escape", "skip_pull", "Skip", show=False),
        Binding("escape", "leave", "Leave"),
        Binding("escape", "drop", "Cancel"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#practice"
    STEPS_ROUND: ClassVar[bool] = True
    """Whether there may be a pause before the answer and a question after it; a session has its own pace, and eyes."""

    stage: reactive[Stage] = reactive("ready", init=False)

    def __init__(self, exercise: Exercise, turn_id: str | None = None, *, at_once: bool = False) -> None:
        super().__init__()
        self.exercise = exercise
        self.turn: Turn = exercise.turn(turn_id)
        self.turn_run: TurnRun | None = None
        self._at_once = at_once
        self._breathed = False
        self._captions = False
        self._again = False
        self._leaving = False
        self._pull: Pull | None = None
        self._answer: tuple[Attempt, bool] | None = None

    @property
    def busy(self) -> bool:
        return self.stage in ("recording", "asking", "answering")

    @property
    def practice(self) -> Practice:
        """What is practised with; whose answer it is."""
        return self.trainer.practice

    def where(self) -> str:
        return f"Practice  ·  {self.exercise.title}"

    def body(self) -> ComposeResult:
        speaker = self.exercise.speaker
        with VerticalScroll(id="practice"), Vertical(id="stage"):
            yield Steps()
            yield Static(
                Content.assemble(
                    (speaker.name, "bold $accent"),
                    (f", {speaker.relation}", "$accent"),
                    (f"   {SKILLS[self.exercise.skill]}", "$quiet"),
                ),
                id="who",
            )
            yield Static(self._intent(), id="intent")
            yield Static("", id="note")
            yield Waveform()
            yield Static(self.turn.text.strip(), id="captions", markup=False)
            yield FeelingChoices(feelings_to_choose(self.exercise.id, self.turn))
            yield Breath()
            yield Pause()
            yield Recorder()
            yield PullChoices()
            yield Static("", id="now")
            yield Static("", id="quietly", markup=False)

    def _intent(self) -> Content:
        scene, about = self.exercise.scene.strip(), SKILL_ABOUT[self.exercise.skill]
        return Content.assemble((scene, "$foreground"), "\n\n" if scene else "", about)

    def on_mount(self) -> None:
        self._captions = self.practice.preferences.captions
        note = self.exercise.content_note
        if note:
            self.query_one("#note", Static).update(
                Content.assemble(("Before you begin  ", "bold $warning"), note, ("  Escape skips it.", "$quiet"))
            )
        self._show_stage()
        if self._at_once:
            self._begin()

    def on_unmount(self) -> None:
        """However the screen goes, the turn ends: what is being recorded is kept, everything else let go."""
        if self.turn_run is None:
            return
        if self.stage == "recording" and not self._leaving:
            self.turn_run.stop_recording()
        else:
            self.turn_run.cancel()

    # the turn, in a worker

    def _begin(self) -> None:
        self._say("")
        try:
            run = self.practice.begin(self.exercise, self.turn.id)
        except VoiceTrainerError as error:
            self._fail(str(error))
            return
        self.turn_run = run
        self._breathed = False
        self.run_began(run)
        self.stage = "hearing"

        def work() -> None:
            for event in run.events():
                self.post_message(TurnEvent(run, event))
            self.post_message(TurnOver(run))

        self.run_worker(work, thread=True, group="turn")

    def run_began(self, run: TurnRun) -> None:
        """A run begins; nothing is heard yet."""

    def show_answer(self, attempt: Attempt, *, stored: bool) -> None:
        """The answer was scored: show what the speaker would have heard."""
        if not stored:
            self.app.post_message(Trouble("This attempt is shown, but it could not be kept in your history."))
        self.trainer.show_feedback(attempt, stored=stored)

    def on_turn_over(self, message: TurnOver) -> None:
        if message.run is not self.turn_run:
            return
        self.turn_run = None
        if self._again:
            self._again = False
            self._begin()

    def on_turn_event(self, message: TurnEvent) -> None:
        """Draw one event of the run that is on; a run that was left behind says nothing any more."""
        if message.run is not self.turn_run or self._leaving:
            return
        event = message.event
        match event:
            case events.MicrophoneOpened(fallback=text) if text:
                self._say(text)
            case events.PromptStarted():
                self.query_one(Waveform).begin(event.envelope, event.duration_s)
                if event.fallback:
                    self._say(event.fallback)
            case events.PromptPosition():
                self.query_one(Waveform).position_s = event.position_s
            case events.PromptEnded():
                self.query_one(Waveform).end(skipped=event.skipped)
                if not self._again:
                    self.stage = "noticing"
                    self._tell_heard()
            case events.RecordingStarted():
                self.query_one(Recorder).begin()
                self.stage = "recording"
            case events.Level() if event.elapsed_s is not None:
                self.query_one(Recorder).show(event)
            case events.RecordingStopped():
                self.query_one(Recorder).end(event.duration_s)
                self.stage = "asking" if self.STEPS_ROUND and self.practice.preferences.ask_pull else "answering"
            case events.Notice():
                self._say(event.text)
                self.app.post_message(Trouble(event.text))  # stays to be read when the feedback is shown over this
            case events.Finished():
                self._answer = event.attempt, event.stored
                if self.stage != "asking":
                    self._go_to_answer()
            case events.Failed():
                kept = f"\nWhat you said is kept: {event.recording}" if event.recording else ""
                self._fail(f"{event.text}{kept}")
            case _:
                pass

    # what the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action == "record" and self._again:
            return False
        if action == "breathe" and not self.practice.preferences.breathing:
            return False
        stages = WORKS_IN.get(action)
        return stages is None or self.stage in stages

    def action_go_on(self) -> None:
        """Play; then skip to the end of it; then, from what was heard, begin to answer."""
        if self.stage == "ready":
            self._begin()
        elif self.stage == "hearing" and self.turn_run is not None:
            self.turn_run.skip_prompt()
        elif self.stage == "breathing":
            self._stop_breathing()
        elif self.stage == "noticing":
            self.query_one(FeelingChoices).close()
            self._say("Whenever you are ready: Space starts your answer.")

    def action_record(self) -> None:
        if self.turn_run is None:
            return
        if self.stage == "hearing":
            self._say(f"{self.exercise.speaker.name} is still speaking. Enter goes on without hearing the rest.")
        elif self.stage == "noticing" and self._pauses():
            self._tell_heard()
            self.turn_run.note_step("pause")
            self.stage = "pausing"
            self.query_one(Pause).start()
        else:
            self._start_recording()

    def _pauses(self) -> bool:
        """A breath was pause enough."""
        wanted = self.STEPS_ROUND and self.practice.preferences.breathing and self.exercise.skill in SLOWING_DOWN
        return wanted and not self._breathed

    def _start_recording(self) -> None:
        self._stop_breathing()
        self._stop_pausing()
        self._tell_heard()
        if self.turn_run is not None:
            self.turn_run.start_recording()

    def on_pause_over(self) -> None:
        if self.stage == "pausing":
            self._start_recording()

    def _stop_pausing(self) -> None:
        self.query_one(Pause).stop()
        if self.stage == "pausing":
            self.stage = "noticing"

    def action_finish(self) -> None:
        if self.turn_run is not None:
            self.turn_run.stop_recording()

    def action_open_file(self) -> None:
        """Answer with a recording made elsewhere."""
        from .open_file import OpenFileScreen

        self.app.push_screen(OpenFileScreen(self.exercise, self.turn))

    def action_replay(self) -> None:
        """Hear it again, from the start: the run is left and a new one begun, so that its timing stays true."""
        self.query_one(Breath).stop()
        if self.turn_run is None:
            self._begin()
            return
        self._again = True
        self.stage = "hearing"
        self.turn_run.cancel()

    def action_breathe(self) -> None:
        if self.turn_run is not None:
            self.turn_run.note_step("breath")
        self._breathed = True
        self.stage = "breathing"
        self.query_one(Breath).start()

    def on_breath_over(self) -> None:
        self._stop_breathing()

    def _stop_breathing(self) -> None:
        self.query_one(Breath).stop()
        if self.stage == "breathing":
            self.stage = "noticing"

    def action_captions(self) -> None:
        self._captions = not self._captions
        self.query_one("#captions").display = self._captions

    def action_pick(self, number: int) -> None:
        self.query_one(FeelingChoices).toggle(number)
        self._tell_heard()

    def _tell_heard(self) -> None:
        picked = self.query_one(FeelingChoices).picked
        if picked and self.turn_run is not None:
            self.turn_run.note_heard(picked)

    # what happened in you, for the trainee alone

    def action_say_pull(self, number: int) -> None:
        self._pull = PullChoices.numbered(number)
        self._asked()

    def action_skip_pull(self) -> None:
        """Nothing is kept of it, not even that it was skipped."""
        self._asked()

    def _asked(self) -> None:
        self.stage = "answering"
        if self._answer is not None:
            self._go_to_answer()

    def _go_to_answer(self) -> None:
        """The answer is here, and the question was answered or skipped."""
        if self._answer is None:
            return
        attempt, stored = self._answer
        if stored and self._pull is not None:
            self._keep_pull(PullSaid(attempt_id=attempt.id, pull=self._pull, said_at=datetime.now(UTC)))
        self.show_answer(attempt, stored=stored)

    def _keep_pull(self, said: PullSaid) -> None:
        app, store = self.app, self.practice.store

        def work() -> None:
            try:
                store.say_pull(said)
            except VoiceTrainerError as error:
                app.post_message(Trouble(str(error)))

        app.run_worker(work, thread=True, group="pull")  # of the app: this screen is about to go

    def action_leave(self) -> None:
        """From a breath or a pause back to answering; from anywhere else home, and nothing is kept."""
        if self.stage in ("breathing", "pausing"):
            self._stop_breathing()
            self._stop_pausing()
            return
        self._leaving = True
        if self.turn_run is not None:
            self.turn_run.cancel()
        if self.stage in ("recording", "noticing"):
            self.notify("Nothing was kept.", timeout=3)
        self.trainer.action_home()

    def action_drop(self) -> None:
        """Let go of what is being recorded."""
        self.action_leave()

    # drawing

    def watch_stage(self) -> None:
        self._show_stage()

    def _show_stage(self) -> None:
        if not self.query(Steps):  # opened and closed at once: there is nothing left to draw on
            return
        stage = self.stage
        self.query_one(Steps).at = STAGE_STEPS[stage]
        self.query_one("#intent").display = stage == "ready"
        self.query_one("#note").display = stage == "ready" and bool(self.exercise.content_note)
        self.query_one(FeelingChoices).display = stage == "noticing"
        self.query_one(Breath).display = stage == "breathing"
        self.query_one(Pause).display = stage == "pausing"
        self.query_one(Recorder).display = self.busy
        self.query_one(PullChoices).display = stage == "asking"
        self.query_one(Waveform).display = not self.busy
        self.query_one("#captions").display = self._captions and not self.busy
        self.query_one("#now", Static).update(self._now())
        self.refresh_bindings()
        self.call_after_refresh(self.query_one("#now").scroll_visible, animate=False)

    def _now(self) -> Content:
        """The one line that says what to do."""
        name = self.exercise.speaker.name
        lines: dict[Stage, tuple[str, ...]] = {
            "ready": ("Enter", f" plays {name}. Nothing is recorded yet."),
            "hearing": ("", f"Listen to {name}. ", "C", " shows the words, ", "Enter", " goes on."),
            "noticing": (
                "Space",
                " starts your answer. ",
                *(("B", " takes a breath first, ") if self.practice.preferences.breathing else ()),
                "R",
                f" hears {name} again.",
            ),
            "breathing": ("Enter", " ends it, ", "Space", " starts your answer."),
            "pausing": ("", "Your answer begins by itself. ", "Space", " begins it now, ", "Escape", " goes back."),
            "asking": ("1–5", " if you like, ", "Enter", " skips it. Then you see what was heard."),
            "recording": ("Space", " when you have said it. ", "Escape", " lets it go; nothing is kept."),
            "answering": ("", f"Listening back to what {name} would have heard…"),
            "failed": ("R", " tries again, ", "Escape", " goes home."),
        }
        parts = [(part, "bold $primary" if i % 2 == 0 else "") for i, part in enumerate(lines[self.stage]) if part]
        return Content.assemble(*parts)

    def _say(self, text: str) -> None:
        quietly = self.query_one("#quietly", Static)
        quietly.set_class(False, "-failed")
        quietly.update(text)

    def _fail(self, text: str) -> None:
        self.stage = "failed"
        quietly = self.query_one("#quietly", Static)
        quietly.set_class(True, "-failed")
        quietly.update(text)
