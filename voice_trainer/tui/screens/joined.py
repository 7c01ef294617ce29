"""A participant's screen: what is asked of them now, who is there, and what the coach told them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from ...coach import client as told
from ...coach.participant import can_answer
from ..messages import Trouble
from ..participation import Participation
from ..session_messages import Acknowledged, ClientMade, ClientTold, JoiningFailed, LeftOver, ViewCame
from ..session_words import listed, time_left
from ..together import Hand, Invited, Joining
from ..widgets.joined_card import JoinedCard, Standing, pins_text, plan_text, who_text
from .ask import Answer, AskScreen
from .page import TO_HELP, Page

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...coach.protocol import Assignment, Consenting, View
    from ...exercise import Exercise
    from ...listening.moves import Move
    from ...session import Sharing

TICK_S = 0.5
BACK = "The connection is back."
NEW_ONE = "Something new came from your coach; it waits until you are done here."
FOUND = "Your answer from before was found, and is on its way."
LEAVE = (
    Answer("k", "keep", "leave; what I shared stays with the coach"),
    Answer("t", "take", "leave, and take back everything I shared"),
    Answer("l", "later", "only go away for now; I come back under my name"),
)


class JoinedScreen(Page):
    """Somebody's session, from where the participant sits. While it is open, going home comes back here."""

    CSS_PATH = "../coach.tcss"
    is_base: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "Begin"),
        Binding("w", "shared", "What I shared"),
        Binding("c", "consents", "Consent"),
        Binding("escape", "leave", "Leave", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#joined-card"

    def __init__(self, joining: Joining, invited: Invited) -> None:
        super().__init__()
        self.joining = joining
        self.invited = invited
        self.part: Participation | None = None
        self.standing: Standing = "connecting"
        self.why = ""
        self._hand: Hand | None = None
        self._asked = False
        self._looked = False
        self._assignment_id = ""
        self._answered: set[str] = set()
        self._going = False
        self._drawn_at = 0.0

    def where(self) -> str:
        return "Together"

    def body(self) -> ComposeResult:
        with Vertical(id="joined"):
            yield Static("", id="joined-head", markup=False)
            with Container(id="joined-columns"):
                yield JoinedCard()
                with VerticalScroll(id="joined-side", can_focus=False):
                    yield Static("", id="joined-people", classes="box", markup=False)
                    yield Static("", id="joined-plan", classes="box", markup=False)
                    yield Static("", id="joined-pins", classes="box", markup=False)

    def on_mount(self) -> None:
        for name, title in (("people", "Who is there"), ("plan", "The plan"), ("pins", "Notes on my replies")):
            self.query_one(f"#joined-{name}").border_title = title
        self._hand = Hand(self.app)
        self._hand.do(
            lambda: self.joining.connect(
                self.invited,
                self._see,
                self._hear,
            ),
            lambda client: self.post_message(ClientMade(client)),
            failed=lambda why: self.post_message(JoiningFailed(why)),
        )
        self.set_interval(TICK_S, self._draw_head)
        self._draw()

    async def on_unmount(self) -> None:
        """However it is left: the connection ends, and what is not acknowledged stays on disk."""
        if self.part is not None:
            await asyncio.to_thread(self.part.close)

    def _see(self, view: View) -> None:
        """On the client's thread."""
        self.post_message(ViewCame(view))

    def _hear(self, event: told.ClientEvent) -> None:
        """On the client's thread."""
        self.post_message(ClientTold(event))

    def on_client_made(self, message: ClientMade) -> None:
        assert self._hand is not None
        self.part = Participation(self.trainer.practice, message.client, self._hand, self.invited.name)
        message.client.start()

    def on_joining_failed(self, message: JoiningFailed) -> None:
        self.standing, self.why = "over", message.why
        self._draw()

    # what is told

    def on_client_told(self, message: ClientTold) -> None:
        event, part = message.event, self.part
        match event:
            case told.Connected() if part is not None:
                part.welcome = event.welcome
                if self.standing == "lost":
                    self.notify(BACK, timeout=3)
                self.standing, self.why = "in", ""
            case told.Lost():
                self.standing, self.why = ("lost" if self._view is not None else "connecting"), event.why
            case told.Told() if event.text:
                self.notify(event.text, timeout=8)
            case told.Delayed():
                self.why = event.why
            case told.NotTaken():
                self.app.post_message(Trouble(event.why))
            case told.Over():
                self.standing, self.why = "over", event.why
            case _:
                pass
        self._draw()

    @property
    def _view(self) -> View | None:
        return self.part.view if self.part is not None else None

    @property
    def assignment(self) -> Assignment | None:
        """What there is to do now; None where it is done."""
        view = self._view
        given = view.assignment if view is not None and view.phase == "practice" else None
        return given if given is not None and not given.done and given.id not in self._answered else None

    def on_view_came(self, message: ViewCame) -> None:
        part = self.part
        if part is None or (part.view is not None and message.view.version < part.view.version):
            return  # an older picture of the session, overtaken on its way
        part.see(message.view)
        self._drawn_at = time.monotonic()
        if not self._asked and part.welcome is not None:
            self._asked = True
            if part.welcome.rules.asks and not message.view.consents:
                self.action_consents()
        if not self._looked and message.view.assignment is not None:
            self._looked = True
            part.look_for_left_over(message.view, self._post)
        given = self.assignment
        if given is not None and given.id != self._assignment_id:
            if self._assignment_id and self.app.screen is not self:
                self.notify(NEW_ONE, timeout=5)
            self._assignment_id = given.id
        self._draw()

    def _post(self, message: object) -> None:
        if isinstance(message, Message):
            self.post_message(message)

    def on_left_over(self, message: LeftOver) -> None:
        if self.part is not None:
            self._answered.add(message.assignment.id)
            self.part.answered(message.assignment, message.attempt, self._post)
            self.notify(FOUND, timeout=6)
            self._draw()

    def on_acknowledged(self, message: Acknowledged) -> None:
        self.notify(message.text, timeout=6)

    # drawing

    def on_screen_resume(self) -> None:
        self._going = False
        if self.part is not None and self.standing == "in":
            self.part.doing("ready")
        self._draw()

    def _draw(self) -> None:
        if not self.query(JoinedCard):
            return
        part, view = self.part, self._view
        self._draw_head()
        given = self.assignment
        exercise = self._exercise(given.exercise_id) if given is not None else None
        self.query_one(JoinedCard).show(
            self.standing, self.why, view, given, exercise, coach=part.coach if part is not None else "your coach"
        )
        for name, text in (
            ("people", who_text(view, self.invited.name)),
            ("plan", plan_text(view)),
            ("pins", pins_text(view, self.invited.name)),
        ):
            box = self.query_one(f"#joined-{name}", Static)
            box.display = text is not None
            if text is not None:
                box.update(text)
        self.refresh_bindings()

    def _draw_head(self) -> None:
        part, view = self.part, self._view
        if part is None or part.welcome is None:
            head = Content.assemble((f"Coming in at {self.invited.address}…", "$quiet"))
        else:
            welcome = part.welcome
            parts: list[tuple[str, str] | str] = [
                (welcome.title, "bold"),
                ("  ·  with ", "$quiet"),
                (welcome.coach, "$accent"),
                (f"  ·  you are {self.invited.name}", "$quiet"),
            ]
            if view is not None and view.remaining_s is not None and view.phase == "practice":
                left, over = time_left(view.remaining_s - (time.monotonic() - self._drawn_at))
                parts.append((f"   {left}", "$warning" if over else "$primary"))
            if self.standing == "lost":
                parts.append(("   ○ not connected", "$warning"))
            head = Content.assemble(*parts)
        self.query_one("#joined-head", Static).update(head, layout=False)

    def _exercise(self, exercise_id: str) -> Exercise | None:
        library = self.trainer.practice.library
        return next((one for one in library.exercises if one.id == exercise_id), None)

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        part = self.part
        if action == "begin":
            given = self.assignment
            return given is not None and given.role != "speaker" and self.standing != "over"
        if action == "shared":
            return part is not None and part.view is not None
        if action == "consents":
            return part is not None and part.welcome is not None and bool(part.welcome.rules.asks)
        return True

    def action_begin(self) -> None:
        given, part = self.assignment, self.part
        if given is None or part is None or self._going:
            return
        if given.role == "observer":
            self._tally(given, part)
        elif given.role == "listener":
            self._practise(given, part)

    def _practise(self, given: Assignment, part: Participation) -> None:
        from .session_practice import SessionPracticeScreen

        exercise = self._exercise(given.exercise_id)
        if exercise is None or not can_answer(self.trainer.practice, given):
            self.app.post_message(
                Trouble(f"The exercise {given.exercise_id} is not on this machine, so it can't be answered here.")
            )
            return
        self._going = True

        def answered(attempt: Attempt) -> None:
            from .session_practice import SessionFeedbackScreen

            self._answered.add(given.id)
            part.answered(given, attempt, self._post)
            self.trainer.show(SessionFeedbackScreen(attempt, exercise))

        self.trainer.show(
            SessionPracticeScreen(
                exercise,
                given.turn or None,
                line=given.line,
                answered=answered,
                begun=lambda run: part.begun(given, run.attempt_id),
                doing=part.doing,
            )
        )

    def _tally(self, given: Assignment, part: Participation) -> None:
        from .tally import TallyScreen

        def counted(counts: dict[Move, int] | None) -> None:
            if counts:
                part.tally(given, counts)
                self._answered.add(given.id)
                self._draw()

        self.app.push_screen(TallyScreen(listed(given.partners) or "the listener"), counted)

    def action_shared(self) -> None:
        from .shared import SharedScreen

        if self.part is not None:
            self.app.push_screen(SharedScreen(self.part))

    def action_consents(self) -> None:
        """Each thing on its own; what is no longer agreed to is taken back."""
        from .consent import ConsentScreen

        part = self.part
        if part is None or part.welcome is None:
            return
        rules, coach = part.welcome.rules, part.welcome.coach

        def answered(consents: tuple[Consenting, ...] | None) -> None:
            if not consents:
                return
            before = part.view.consents if part.view is not None else ()
            part.agree(consents)
            gone: tuple[Sharing, ...] = tuple(
                one.sharing for one in consents if not one.given and one.sharing in before
            )
            if gone:
                part.take_back(gone)

        self.app.push_screen(ConsentScreen(rules, coach), answered)

    def action_leave(self) -> None:
        part = self.part
        if part is None or part.view is None or self.standing == "over":
            self.dismiss()
            return

        def answered(value: str | None) -> None:
            if value == "later":
                self.dismiss()
            elif value:
                if value == "take":
                    part.take_back(("scores", "transcript", "recording"))
                part.leave()

        self.app.push_screen(AskScreen("Do you want to leave?", LEAVE), answered)
