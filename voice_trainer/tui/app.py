"""The app: it opens the practice, warms the models behind the first picture, and moves between screens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen

from ..errors import VoiceTrainerError
from . import messages
from .screens.home import HomeScreen
from .themes import DARK, LIGHT, THEMES

if TYPE_CHECKING:
    from ..attempt import Attempt
    from ..exercise import Exercise
    from ..practice import Practice
    from ..session import Session
    from ..store.recordings import Unfinished
    from .session_messages import SessionOpened
    from .together import Coaching, Invited, Joining

Start = tuple[str, str | None]
"""Exercise id, and turn id or None for the first."""


class VoiceTrainerApp(App[None]):
    """The trainer on the screen.

    Args:
        practice: what to practise with, or a function that puts it together; a function is called in a worker, after
            the first picture.
        start: go straight into this exercise.
        replay: id of an attempt that is replayed at once.
        coach: for practising together, as a coach; joined: as a participant. Functions are called once it is opened.
        warm: load the models in the background; off in tests and where nothing will be scored.
    """

    TITLE = "Voice Trainer"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "command_palette", "Palette", show=False, priority=True),
    ]

    status: reactive[str] = reactive("Opening…")
    """What the top line says about the models."""

    def __init__(
        self,
        practice: Practice | Callable[[], Practice],
        *,
        start: Start | None = None,
        replay: str | None = None,
        coach: Coaching | Callable[[], Coaching] | None = None,
        joined: Joining | Callable[[], Joining] | None = None,
        warm: bool = True,
    ) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (112, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-tiny"), (14, "-short"), (34, "-tall")]
        self._given = practice
        self._start = start
        self._replay = replay
        self._coach = coach
        self._joined = joined
        self._coaching: Coaching | None = None
        self._joining: Joining | None = None
        self._warm = warm
        self._opened: Practice | None = None
        self._asked_early: Callable[[], None] | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK

    @property
    def opened(self) -> bool:
        return self._opened is not None

    @property
    def practice(self) -> Practice:
        """What is practised with; only after ``PracticeOpened``."""
        assert self._opened is not None, "nothing can be practised before PracticeOpened"
        return self._opened

    def on_mount(self) -> None:
        self.push_screen(HomeScreen())
        self.call_after_refresh(self._open)

    def _open(self) -> None:
        self.run_worker(self._open_practice, thread=True, group="open")

    def _open_practice(self) -> None:
        given = self._given
        try:
            practice = given() if callable(given) else given
        except VoiceTrainerError as error:
            self.post_message(messages.OpeningFailed(str(error)))
            return
        self.post_message(messages.PracticeOpened(practice))

    def on_practice_opened(self, message: messages.PracticeOpened) -> None:
        self._opened = message.practice
        self.use_theme(message.practice.preferences.theme)
        self.status = "Ready"
        home = self.get_screen_of(HomeScreen)
        if home is not None:
            home.load()
        if self._warm:
            self.status = "Models loading…"
            self.run_worker(self._warm_models, thread=True, group="warm")
        if self._start is not None:
            self._go_to_start(*self._start)
        if self._replay is not None:
            from .screens.replay import open_replay

            open_replay(self, self._replay)
        self._begin_together()
        asked, self._asked_early = self._asked_early, None
        if asked is not None:
            asked()

    def once_opened(self, go: Callable[[], None]) -> None:
        """``go`` at once, or as soon as the practice is opened; of what is asked before that, the last counts."""
        if self.opened:
            go()
        else:
            self._asked_early = go

    def on_opening_failed(self, message: messages.OpeningFailed) -> None:
        self.status = "Not ready"
        home = self.get_screen_of(HomeScreen)
        if home is not None:
            home.show_failure(message.text)

    def _go_to_start(self, exercise_id: str, turn_id: str | None) -> None:
        try:
            exercise = self.practice.library.get(exercise_id)
        except VoiceTrainerError as error:
            self.post_message(messages.Trouble(str(error)))
        else:
            self.practise(exercise, turn_id)

    def _warm_models(self) -> None:
        def report(what: str) -> None:
            self.post_message(messages.Warming(f"{what[:1].upper()}{what[1:]} loading…"))

        try:
            self.practice.warm(report)
        except VoiceTrainerError as error:
            self.post_message(messages.Warming("A model is missing"))
            self.post_message(messages.Trouble(str(error)))
        else:
            self.post_message(messages.Warming("Models ready", ready=True))

    def on_warming(self, message: messages.Warming) -> None:
        self.status = message.text

    def on_trouble(self, message: messages.Trouble) -> None:
        self.notify(message.text, severity="warning", timeout=10)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("help", "command_palette") and getattr(self.screen, "busy", False):
            return False
        return super().check_action(action, parameters)

    # going places

    def get_screen_of(self, kind: type[HomeScreen]) -> HomeScreen | None:
        return next((screen for screen in self.screen_stack if isinstance(screen, kind)), None)

    def show(self, screen: Screen[None]) -> None:
        """Put ``screen`` over home, in place of whatever was there; while a session is open, over the session."""
        self._back_to_home()
        self.push_screen(screen)

    def _back_to_home(self) -> None:
        while len(self.screen_stack) > 1 and not (
            isinstance(self.screen, HomeScreen) or getattr(self.screen, "is_base", False)
        ):
            self.pop_screen()

    def action_home(self) -> None:
        self._back_to_home()

    def action_library(self) -> None:
        from .screens.library import LibraryScreen

        self.once_opened(lambda: self.show(LibraryScreen()))

    def action_paths(self) -> None:
        from .screens.paths import PathsScreen

        self.once_opened(lambda: self.show(PathsScreen()))

    def action_settings(self) -> None:
        from .screens.settings import SettingsScreen

        self.once_opened(lambda: self.show(SettingsScreen()))

    def action_help(self) -> None:
        from .screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def practise(self, exercise: Exercise, turn_id: str | None = None, *, at_once: bool = False) -> None:
        """Open the practice screen; ``at_once`` plays without waiting, as when the speaker answers back."""
        from .screens.practice import PracticeScreen

        self.show(PracticeScreen(exercise, turn_id, at_once=at_once))

    def show_feedback(self, attempt: Attempt, *, stored: bool = True) -> None:
        from .screens.feedback import FeedbackScreen

        try:
            exercise = self.practice.library.get(attempt.exercise_id)
        except VoiceTrainerError as error:
            self.post_message(messages.Trouble(f"This attempt can't be shown: {error}"))
            return
        self.show(FeedbackScreen(attempt, exercise, stored=stored))

    def open_attempt(self, attempt_id: str) -> None:
        self._read(lambda: self.practice.store.attempt(attempt_id))

    def recover(self, unfinished: Unfinished) -> None:
        """Listen back to a recording that was broken off, then show its feedback."""
        self.notify("Listening back to what you said…", timeout=3)
        self._read(lambda: self.practice.recover(unfinished))

    def _read(self, attempt: Callable[[], Attempt]) -> None:
        def work() -> None:
            try:
                self.post_message(messages.AttemptOpened(attempt()))
            except VoiceTrainerError as error:
                self.post_message(messages.Trouble(str(error)))

        self.run_worker(work, thread=True, group="read")

    def on_attempt_opened(self, message: messages.AttemptOpened) -> None:
        self.show_feedback(message.attempt)

    # practising together

    @property
    def coaching(self) -> Coaching:
        """What the coach's screens are given; without anything, one room is all there is."""
        if self._coaching is None:
            from .together import Coaching

            given = self._coach() if callable(self._coach) else self._coach
            self._coaching = given or Coaching()
        return self._coaching

    @property
    def joining(self) -> Joining | None:
        """None where no session can be joined from here."""
        if self._joining is None:
            self._joining = self._joined() if callable(self._joined) else self._joined
        return self._joining

    @property
    def coach_name(self) -> str:
        from .screens.coach_home import WHO

        return self.practice.preferences.person or WHO

    def _begin_together(self) -> None:
        if self._coach is not None and self.coaching.at_once:
            if self.coaching.begin is not None:
                self.begin_session(self.coaching.begin, ())
            elif self.coaching.resume is not None:
                self.open_session(self.coaching.resume)
            else:
                self.action_together()
        if self._joined is not None and self.joining is not None and self.joining.invited is not None:
            self.join_session(self.joining.invited)

    def action_together(self) -> None:
        from .screens.coach_home import CoachHomeScreen

        self.once_opened(lambda: self.show(CoachHomeScreen()))

    def begin_session(self, session: Session, people: tuple[str, ...]) -> None:
        """Store a new session, with these people where it is in one room, and show it live."""
        from .sessions import begin

        begin(self, session, people)

    def open_session(self, session_id: str, *, debrief: bool = False) -> None:
        """Take a session of one's own up again, or (``debrief``) look back on it."""
        from .sessions import resume

        resume(self, session_id, debrief=debrief)

    def on_session_opened(self, message: SessionOpened) -> None:
        from .sessions import opened

        opened(self, message)

    def join_session(self, invited: Invited | None) -> None:
        """Come into somebody's session; None does nothing."""
        from .screens.joined import JoinedScreen

        if invited is not None and self.joining is not None:
            self.show(JoinedScreen(self.joining, invited))

    # looks

    def use_theme(self, choice: str) -> None:
        """``light`` or ``dark``; "auto" is dark, as most terminals are."""
        self.theme = LIGHT if choice == "light" else DARK

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002
        yield SystemCommand("Home", "Today's practice and your last attempts", self.action_home)
        yield SystemCommand("Library", "Browse the exercises", self.action_library)
        yield SystemCommand("Paths", "Step by step, or along one of the pulls", self.action_paths)
        yield SystemCommand("Together", "Sessions with a group: coach one, or join one", self.action_together)
        yield SystemCommand("Settings", "Microphone, captions, looks", self.action_settings)
        yield SystemCommand("Help", "Keys, marks, and what scoring can't know", self.action_help)
        yield SystemCommand("Light", "Daylight colours", lambda: self.use_theme("light"))
        yield SystemCommand("Dark", "Dusk colours", lambda: self.use_theme("dark"))
        yield SystemCommand("Quit", "Leave the trainer", self.exit)
