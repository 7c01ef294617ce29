"""The usual practice and its feedback, within a session: afterwards one is back in the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from ..together import practice_of
from .feedback import FeedbackScreen
from .page import TO_HELP
from .practice import PracticeScreen, Stage

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...coach.protocol import Doing
    from ...exercise import Exercise
    from ...practice import Practice
    from ...turn_run import TurnRun

STAGE_DOING: dict[Stage, Doing] = {
    "ready": "ready",
    "hearing": "listening",
    "noticing": "listening",
    "breathing": "listening",
    "pausing": "listening",
    "recording": "answering",
    "asking": "scoring",
    "answering": "scoring",
    "failed": "ready",
}
NOT_KEPT = "What was said could not be kept, so it is not in the session either. It can be said again."


class SessionPracticeScreen(PracticeScreen):
    """One turn that was given in a session.

    Args:
        person: to whom the attempt belongs; None for whoever this machine's trainer is.
        line: one sentence that says what to do. answered: is given the attempt once it is stored.
        begun: is told every run that begins, before anything is heard. doing: is told what the person is at.
    """

    STEPS_ROUND = False

    def __init__(
        self,
        exercise: Exercise,
        turn_id: str | None,
        *,
        answered: Callable[[Attempt], None],
        person: str | None = None,
        line: str = "",
        begun: Callable[[TurnRun], None] = lambda _: None,
        doing: Callable[[Doing], None] = lambda _: None,
    ) -> None:
        super().__init__(exercise, turn_id)
        self._person = person
        self._line = line
        self._answered = answered
        self._begun = begun
        self._doing = doing

    @property
    def practice(self) -> Practice:
        mine = self.trainer.practice
        return mine if self._person is None else practice_of(mine, self._person)

    def where(self) -> str:
        return f"{self._person or 'Together'}  ·  {self.exercise.title}"

    def on_mount(self) -> None:
        if self._line:
            self._say(self._line)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A recording made elsewhere is not an answer to what is given now."""
        return action != "open_file" and super().check_action(action, parameters)

    def watch_stage(self) -> None:
        super().watch_stage()
        self._doing(STAGE_DOING[self.stage])

    def run_began(self, run: TurnRun) -> None:
        self._begun(run)
        if self._line:
            self._say(self._line)

    def show_answer(self, attempt: Attempt, *, stored: bool) -> None:
        if stored:
            self._answered(attempt)
        else:
            self._fail(NOT_KEPT)


class SessionFeedbackScreen(FeedbackScreen):
    """The usual feedback; going on leads back to the session.

    Args:
        over: it lies over a screen of the session, and goes back to that one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,enter,escape,h", "go_on", "Back to the session", key_display="a"),
        Binding("p", "mine", "Mine"),
        Binding("m", "model", "Model"),
        Binding("o", "speaker", "Speaker"),
        Binding("v", "replay", "Replay"),
        Binding("d", "details", "Details"),
        TO_HELP,
    ]

    def __init__(self, attempt: Attempt, exercise: Exercise, *, over: bool = False) -> None:
        super().__init__(attempt, exercise)
        self._over = over

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("again", "correct", "way") or action == "app.home":
            return False
        if action == "replay" and self._over:
            return False
        return super().check_action(action, parameters)

    def action_go_on(self) -> None:
        if self._over:
            self.player.stop()
            self.dismiss()
        else:
            self.trainer.action_home()
