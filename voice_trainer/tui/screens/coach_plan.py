"""Plan a session: what it is called, where, with whom, what is asked of people, and the steps with their minutes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from ...coach.gate import new_code
from ...session import LONGEST_NAME, LONGEST_TITLE, SHARINGS, ConsentRules, Place, Session
from ...store import new_attempt_id
from ..session_words import SHARED_WORDS, count, minutes_word
from ..widgets.step_list import StepList
from ..widgets.toggle import Toggle
from .page import TO_HELP, Page
from .pick_exercise import PickExerciseScreen

PLACES: tuple[tuple[str, Place], ...] = (
    ("one room, one microphone that goes round", "room"),
    ("over a network, everybody at their own trainer", "network"),
)
KEPT_FOR: tuple[tuple[str, int], ...] = (
    ("for one day", 1),
    ("for a week", 7),
    ("for 30 days", 30),
    ("for 90 days", 90),
    ("for a year", 365),
)
NO_STEPS = "A adds what you want to practise; it can be changed while the session goes on."


class CoachPlanScreen(Page):
    """A new session."""

    WHERE = "Together  ·  a new session"
    CSS_PATH = "../coach.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "begin", "Begin"),
        Binding("ctrl+s", "begin", "Begin", show=False, priority=True),
        Binding("escape", "back", "Back", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#plan-title"

    def body(self) -> ComposeResult:
        practice = self.trainer.practice
        titles = {exercise.id: exercise.title for exercise in practice.library.exercises}
        served = self.trainer.coaching.serve is not None
        with Vertical(id="plan"):
            yield _row("Title", Input(placeholder=_title(), id="plan-title", compact=True, max_length=LONGEST_TITLE))
            places = [one for one in PLACES if served or one[1] == "room"]
            yield _row("Where", Select(places, value="room", allow_blank=False, id="plan-place", compact=True))
            yield _row(
                "People", Input(placeholder="names, with commas; more can come later", id="plan-people", compact=True)
            )
            with Horizontal(classes="plan-row", id="plan-asks"):
                yield Static("Ask to share", classes="plan-label")
                for sharing in SHARINGS:
                    yield Toggle(True, id=f"ask-{sharing}", label=SHARED_WORDS[sharing])
            yield _row(
                "Who hears it",
                Input(placeholder="besides you, with commas; everybody is told", id="plan-listeners", compact=True),
            )
            yield _row("Kept", Select(KEPT_FOR, value=30, allow_blank=False, id="plan-days", compact=True))
            with Vertical(id="steps-box", classes="box") as box:
                box.border_title = "Steps"
                yield StepList(titles=titles, id="steps")
                yield Static(NO_STEPS, id="no-steps", markup=False)

    def on_mount(self) -> None:
        self._draw_steps()

    # the steps

    def on_step_list_wanted(self) -> None:
        def taken(exercise_id: str | None) -> None:
            if exercise_id is not None:
                self.query_one(StepList).add(exercise_id)

        self.app.push_screen(PickExerciseScreen(self.trainer.practice.library.exercises), taken)

    def on_step_list_changed(self) -> None:
        self._draw_steps()

    def _draw_steps(self) -> None:
        steps = self.query_one(StepList).steps
        self.query_one("#no-steps").display = not steps
        minutes = sum(step.minutes for step in steps)
        box = self.query_one("#steps-box")
        box.border_subtitle = f"{count(len(steps), 'step')}, {minutes_word(minutes)}" if steps else ""

    # keys

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.select.id == "plan-place":
            self.query_one("#plan-people").parent.display = event.value == "room"  # type: ignore[union-attr]

    def on_input_submitted(self) -> None:
        self.focus_next()

    def action_back(self) -> None:
        """From a field to the steps; from there away."""
        steps = self.query_one(StepList)
        if steps.has_focus:
            self.dismiss()
        else:
            steps.focus()

    def _names(self, field: str) -> tuple[str, ...]:
        written = self.query_one(f"#{field}", Input).value.split(",")
        names = (" ".join(name.split())[:LONGEST_NAME] for name in written)
        return tuple(dict.fromkeys(name for name in names if name))

    def action_begin(self) -> None:
        steps = self.query_one(StepList)
        if not steps.steps:
            self.notify("A session needs a step; A adds one.", timeout=5)
            steps.focus()
            return
        place: Place = "network" if self.query_one("#plan-place", Select).value == "network" else "room"
        now = datetime.now(UTC)
        days = self.query_one("#plan-days", Select).value
        session = Session(
            id=new_attempt_id(now),
            title=self.query_one("#plan-title", Input).value.strip() or _title(),
            coach=self.trainer.coach_name,
            place=place,
            made_at=now,
            steps=steps.steps,
            rules=ConsentRules(
                asks=tuple(one for one in SHARINGS if self.query_one(f"#ask-{one}", Toggle).value),
                listeners=(self.trainer.coach_name, *self._names("plan-listeners")),
                days=days if isinstance(days, int) else 30,
            ),
            code=new_code() if place == "network" else "",
        )
        people = self._names("plan-people") if place == "room" else ()
        self.trainer.begin_session(session, people)


def _title() -> str:
    """What a session is called where nobody says."""
    now = datetime.now().astimezone()
    return f"{now:%A}, {now.day} {now:%B}"


def _row(label: str, widget: Widget) -> Horizontal:
    return Horizontal(Static(label, classes="plan-label"), widget, classes="plan-row")
