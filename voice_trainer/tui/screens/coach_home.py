"""One's own sessions: begin a new one, take one up again, look back on one; or come into somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...errors import VoiceTrainerError
from ..messages import Trouble
from ..session_messages import SessionsFound
from ..session_words import count
from ..words import day
from .page import TO_HELP, Page

if TYPE_CHECKING:
    from ...session import Session

NOTHING = (
    "No session yet.\n\nN plans one: what you practise, with whom, for how long. In one room the microphone goes "
    "round; over a network everybody has their own trainer.\nJ comes into a session that somebody invited you to."
)
WHO = "Coach"
"""Who a coach is where they have not said their name."""


class SessionList(OptionList):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Open")]


class CoachHomeScreen(Page):
    """The list of sessions."""

    WHERE = "Together"
    CSS_PATH = "../coach.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New session"),
        Binding("j", "join", "Join a session"),
        Binding("b", "look_back", "Debrief"),
        Binding("escape,h", "app.home", "Home", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#sessions"

    def __init__(self) -> None:
        super().__init__()
        self.sessions: tuple[Session, ...] | None = None

    def body(self) -> ComposeResult:
        with Vertical(id="together"):
            yield Static("", id="together-why", markup=False)
            with Vertical(id="sessions-box", classes="box") as box:
                box.border_title = "Your sessions"
                yield SessionList(id="sessions")
                yield Static(NOTHING, id="no-sessions", markup=False)

    def on_mount(self) -> None:
        coach = self.trainer.coach_name
        self.query_one("#together-why", Static).update(
            f"You coach as {coach}. Nobody else sees the sessions that are yours."
        )
        self.query_one("#no-sessions").display = False
        self.load()

    def on_screen_resume(self) -> None:
        if self.sessions is not None:
            self.load()

    def load(self) -> None:
        """Read anew what there is."""
        self.run_worker(self._read, thread=True, group="sessions", exclusive=True)

    def _read(self) -> None:
        try:
            found = self.trainer.practice.store.sessions.sessions(self.trainer.coach_name)
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
        else:
            self.post_message(SessionsFound(found))

    def on_sessions_found(self, message: SessionsFound) -> None:
        self.sessions = message.sessions
        now = datetime.now(UTC)
        listed = self.query_one("#sessions", SessionList)
        at = listed.highlighted or 0
        listed.set_options([Option(session_line(one, now), id=one.id) for one in message.sessions])
        listed.highlighted = min(at, len(message.sessions) - 1) if message.sessions else None
        listed.display = bool(message.sessions)
        self.query_one("#no-sessions").display = not message.sessions
        if message.sessions and self.focused is None:
            listed.focus()
        self.refresh_bindings()

    def on_option_list_option_highlighted(self) -> None:
        self.refresh_bindings()

    def _chosen(self) -> Session | None:
        at = self.query_one("#sessions", SessionList).highlighted
        return self.sessions[at] if self.sessions and at is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action == "look_back":
            return self._chosen() is not None
        if action == "join":
            return self.trainer.joining is not None
        return True

    def on_option_list_option_selected(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.trainer.open_session(chosen.id, debrief=chosen.ended_at is not None)

    def action_look_back(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.trainer.open_session(chosen.id, debrief=True)

    def action_new(self) -> None:
        from .coach_plan import CoachPlanScreen

        self.app.push_screen(CoachPlanScreen())

    def action_join(self) -> None:
        from .join import JoinScreen

        self.app.push_screen(JoinScreen(self.trainer.practice.preferences.person), self.trainer.join_session)


def session_line(session: Session, now: datetime) -> Content:
    """Two lines: when and what it is called, then where, how much of it is done, and whether it is over."""
    place = "in one room" if session.place == "room" else "over the network"
    steps = len(session.steps)
    if session.ended_at is not None:
        state = ("over", "$quiet")
    elif session.step < 0:
        state = ("not begun", "$accent")
    else:
        state = (f"at step {session.step + 1} of {steps}", "$primary")
    return Content.assemble(
        (f"{day(session.made_at, now):16}", "$quiet"),
        (session.title, "bold"),
        "\n",
        " " * 16,
        (f"{place}  ·  {count(steps, 'step')}  ·  ", "$quiet"),
        state,
    )
