"""A session while it goes on: who is there, whose turn it is, what is practised, how long, and the last replies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import OptionList, Static

from ...coach.protocol import SayTally
from ...coach.snapshot import Change, PersonNow, Snapshot
from ...errors import RequestInvalid
from ...session import LONGEST_NAME, SHARINGS
from ...store import new_attempt_id
from ..messages import Trouble
from ..session_messages import Acknowledged, RoomReplyKept, SessionChanged, SnapshotTaken
from ..session_words import listed
from ..widgets.reply_list import ReplyList
from ..widgets.roster import Roster
from ..widgets.session_head import SessionHead
from .ask import Answer, AskScreen
from .coach_invitation import InvitationScreen, invitation_text
from .page import TO_HELP, Page

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...coach.protocol import Consenting
    from ...exercise import Exercise
    from ...listening.moves import Move
    from ...session import Step
    from ..coach_room import CoachRoom

LAST_STEP = "That was the last step. D looks back on it together."
BEGIN_FIRST = "N begins the first step."
LEAVING = (
    "Leave this session for now? It stays as it is: take it up again from your sessions, with the same code and the "
    "same people."
)


class CoachLiveScreen(Page):
    """The coach's screen. While it is open, going home comes back here."""

    CSS_PATH = "../coach.tcss"
    is_base: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", "Next"),
        Binding("space", "timer", "Time", key_display="space -+"),
        Binding("plus,equals_sign", "minutes(1)", show=False),
        Binding("minus,underscore", "minutes(-1)", show=False),
        Binding("p", "plan", "Plan"),
        Binding("i", "invitation", "Invite"),
        Binding("e", "notes", "Notes"),
        Binding("d", "debrief", "Debrief"),
        Binding("escape", "leave", "Leave", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#roster"

    def __init__(self, room: CoachRoom) -> None:
        super().__init__()
        self.room = room
        self.snapshot: Snapshot | None = None
        self._end_telling: Callable[[], None] | None = None
        self._asked = False

    def where(self) -> str:
        session = self.room.live.session
        return f"{session.title}  ·  {'one room' if self.room.one_room else 'network'}"

    def body(self) -> ComposeResult:
        with Vertical(id="live"):
            yield SessionHead(self.trainer.practice.library)
            with Container(id="live-columns"):
                yield Roster()
                with Vertical(id="live-right"):
                    yield Static("", id="invitation", classes="box", markup=False)
                    yield ReplyList()
                    yield Static("", id="notes", classes="box", markup=False)

    def on_mount(self) -> None:
        self.query_one("#notes").border_title = "Your notes, for nobody else"
        self.query_one("#invitation").border_title = "To read out"
        if self.room.why:
            self.app.post_message(Trouble(self.room.why))
        self._end_telling = self.room.live.subscribe(self._told)
        self.look()

    async def on_unmount(self) -> None:
        """However it is left, nobody is served any more; the session stays as it is."""
        if self._end_telling is not None:
            self._end_telling()
        await asyncio.to_thread(self.room.close)

    def on_screen_resume(self) -> None:
        self.look()

    # looking

    def _told(self, change: Change) -> None:  # noqa: ARG002 - on any thread
        self.post_message(SessionChanged())

    def on_session_changed(self) -> None:
        self.look()

    def look(self) -> None:
        """Take a new snapshot, unless one is about to be taken."""
        if self._asked:
            return
        self._asked = True

        def take() -> Snapshot:
            self._asked = False
            return self.room.live.snapshot

        self.room.hand.do(take, lambda taken: self.post_message(SnapshotTaken(taken)))

    def on_snapshot_taken(self, message: SnapshotTaken) -> None:
        self.snapshot = taken = message.snapshot
        self.query_one(SessionHead).show(taken)
        self.query_one(Roster).show(taken)
        inviting = taken.phase == "waiting" and self.room.serving is not None
        panel = self.query_one("#invitation", Static)
        panel.display = inviting
        if inviting and self.room.serving is not None:
            panel.update(invitation_text(self.room.serving.invitation))
        replies = self.query_one(ReplyList)
        replies.display = not inviting
        replies.show(taken.replies)
        notes = self.query_one("#notes", Static)
        notes.display = bool(taken.notes)
        notes.update(taken.notes)
        self.refresh_bindings()

    def _do(self, work: Callable[[], object]) -> None:
        self.room.hand.do(work)

    def _marked(self) -> PersonNow | None:
        marked = self.query_one(Roster).marked
        return self.snapshot.person(marked) if self.snapshot is not None and marked is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        taken = self.snapshot
        if action == "invitation":
            return self.room.serving is not None
        if action in ("add", "consents", "take_back"):
            return self.room.one_room
        if action in ("next", "timer", "minutes", "only", "queue"):
            return taken is not None and taken.phase in ("waiting", "practice")
        return True

    # the steps and the time

    def action_next(self) -> None:
        """The next round of a drill; after the last one the next step."""
        taken, live = self.snapshot, self.room.live
        if taken is None:
            return
        if taken.step >= 0 and taken.round + 1 < taken.rounds:
            self._do(live.next_round)
        elif taken.step + 1 < len(taken.plan):
            step = taken.step + 1
            self._do(lambda: live.send(step))
        else:
            self.notify(LAST_STEP, timeout=6)

    def action_timer(self) -> None:
        if self.snapshot is not None and self.snapshot.step >= 0:
            live = self.room.live
            self._do(live.pause_timer if self.snapshot.running else live.start_timer)
        else:
            self.notify(BEGIN_FIRST, timeout=4)

    def action_minutes(self, by: int) -> None:
        if self.snapshot is not None and self.snapshot.step >= 0:
            self._do(lambda: self.room.live.add_minutes(by))

    def action_plan(self) -> None:
        from .coach_steps import StepsScreen

        if self.snapshot is None:
            return
        titles = {exercise.id: exercise.title for exercise in self.trainer.practice.library.exercises}

        def answered(wanted: int | None) -> None:
            if wanted is not None:
                self._do(lambda: self.room.live.send(wanted))

        def changed(steps: tuple[Step, ...]) -> None:
            self._do(lambda: self.room.live.set_plan(steps))

        taken = self.snapshot
        self.app.push_screen(StepsScreen(taken.session.steps, titles, taken.step, changed), answered)

    # people

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_list.id == "replies" and event.option.id is not None:
            self.open_reply(event.option.id)
        elif event.option_list.id == "roster":
            self._turn()

    def _turn(self) -> None:
        """It is the marked person's turn; in one room they sit down at this machine."""
        person, taken = self._marked(), self.snapshot
        if person is None or taken is None or person.left:
            return
        if taken.phase in ("debrief", "ended"):
            return
        if not self.room.one_room:
            to = "" if taken.up == person.id else person.id
            self._do(lambda: self.room.live.give_turn(to))
        elif taken.step < 0:
            self.notify(BEGIN_FIRST, timeout=4)
        elif not person.asked and taken.session.rules.asks:
            self._ask_consents(person, then=lambda: self._sit_down(person.id))
        else:
            self._sit_down(person.id)

    def _sit_down(self, person_id: str) -> None:
        """They practise here, as what they are in this step: answering, observing, or voicing the speaker."""
        taken = self.snapshot
        person = taken.person(person_id) if taken is not None else None
        if taken is None or person is None:
            return
        if taken.up != person.id:
            self._do(lambda: self.room.live.give_turn(person.id))
        given = person.assignment
        if given is not None and given.role == "speaker":
            self.notify(f"{person.name}: {given.line}", timeout=10)
        elif given is not None and given.role == "observer":
            self._tally(person)
        else:
            self._practise(person, taken)

    def _practise(self, person: PersonNow, taken: Snapshot) -> None:
        from .session_practice import SessionPracticeScreen

        step, given = taken.session.steps[taken.step], person.assignment
        exercise = self._exercise(given.exercise_id if given is not None else step.exercise_id)
        if exercise is None:
            return
        turn = (given.turn if given is not None else step.turn) or None

        def answered(attempt: Attempt) -> None:
            self.trainer.action_home()
            self.room.hand.do(
                lambda: self.room.live.keep_room_reply(person.id, attempt),
                lambda _: self.post_message(RoomReplyKept(attempt)),
                failed=lambda why: self.post_message(RoomReplyKept(attempt, why)),
            )

        line = given.line if given is not None else ""
        self.trainer.show(SessionPracticeScreen(exercise, turn, person=person.name, line=line, answered=answered))

    def _exercise(self, exercise_id: str) -> Exercise | None:
        library = self.trainer.practice.library
        found = next((one for one in library.exercises if one.id == exercise_id), None)
        if found is None:
            self.app.post_message(Trouble(f"The exercise {exercise_id} is not on this machine."))
        return found

    def _tally(self, person: PersonNow) -> None:
        from .tally import TallyScreen

        given = person.assignment
        if given is None:
            return

        def counted(counts: dict[Move, int] | None) -> None:
            if counts:
                say = SayTally(id=new_attempt_id(datetime.now(UTC)), assignment_id=given.id, counts=counts)
                self._do(lambda: self._hear(person.id, say))

        self.app.push_screen(TallyScreen(listed(given.partners) or "the listener"), counted)

    def _hear(self, person_id: str, say: SayTally) -> None:
        answer = self.room.live.hear(person_id, say)
        why = getattr(answer, "why", "")
        if why:
            raise RequestInvalid(why)

    def on_room_reply_kept(self, message: RoomReplyKept) -> None:
        """First the coach's own view of it, blind; what the machine thinks comes when it is uncovered."""
        if message.why:
            self.app.post_message(Trouble(f"This reply is in their history, but not in the session: {message.why}"))
        else:
            self.open_reply(message.attempt.id)

    def open_reply(self, attempt_id: str, at_s: float = 0.0) -> None:
        from .coach_reply import CoachReplyScreen

        self.app.push_screen(CoachReplyScreen(self.room, attempt_id, at_s))

    def action_only(self) -> None:
        """The step that is on (or the first) goes to the marked person alone."""
        person, taken = self._marked(), self.snapshot
        if person is not None and taken is not None and taken.plan:
            step = max(0, taken.step)
            self._do(lambda: self.room.live.send(step, (person.id,)))

    def action_queue(self, by: int) -> None:
        person, live = self._marked(), self.room.live
        if person is not None:
            self._do(lambda: (live.queue_up if by < 0 else live.queue_down)(person.id))

    def action_add(self) -> None:
        from .note import NoteScreen

        def written(name: str | None) -> None:
            if name:
                self._do(lambda: self.room.live.add_person(name))

        self.app.push_screen(NoteScreen("Who comes in?", "their name", LONGEST_NAME), written)

    def action_remove(self) -> None:
        person = self._marked()
        if person is None or person.left:
            return

        def answered(value: str | None) -> None:
            if value:
                self._do(lambda: self.room.live.remove_person(person.id))

        question = f"{person.name} leaves the session? What they shared stays, unless they take it back."
        self.app.push_screen(AskScreen(question, (Answer("y", "yes", "yes, they leave"),)), answered)

    def action_consents(self) -> None:
        person = self._marked()
        if person is not None and not person.left:
            self._ask_consents(person)

    def _ask_consents(self, person: PersonNow, then: Callable[[], None] = lambda: None) -> None:
        from .consent import ConsentScreen

        assert self.snapshot is not None
        rules = self.snapshot.session.rules

        def answered(consents: tuple[Consenting, ...] | None) -> None:
            if consents is None:
                return
            self.room.hand.do(
                lambda: self.room.live.set_consents(person.id, consents),
                lambda told: self.post_message(Acknowledged(told)),
            )
            then()

        self.app.push_screen(ConsentScreen(rules, self.room.live.session.coach, person.name), answered)

    def action_take_back(self) -> None:
        """What somebody in the room shared goes again."""
        from .shared import WITHDRAW_ANSWERS

        person = self._marked()
        if person is None:
            return

        def answered(value: str | None) -> None:
            sharing = tuple(one for one in SHARINGS if one in (value or "").split())
            if sharing:
                self.room.hand.do(
                    lambda: self.room.live.take_back(person.id, sharing),
                    lambda told: self.post_message(Acknowledged(told)),
                )

        self.app.push_screen(AskScreen(f"What does {person.name} take back?", WITHDRAW_ANSWERS), answered)

    def on_acknowledged(self, message: Acknowledged) -> None:
        if message.text:
            self.notify(message.text, timeout=8)

    # the rest

    def action_invitation(self) -> None:
        if self.room.serving is not None:
            self.app.push_screen(InvitationScreen(self.room.serving.invitation))

    def action_notes(self) -> None:
        from .coach_notes import NotesScreen

        def written(text: str | None) -> None:
            if text is not None:
                self._do(lambda: self.room.live.set_notes(text))

        notes = self.snapshot.notes if self.snapshot is not None else ""
        self.app.push_screen(NotesScreen(notes), written)

    def action_debrief(self) -> None:
        from .coach_debrief import CoachDebriefScreen

        live = self.room.live
        if self.snapshot is not None and self.snapshot.phase in ("waiting", "practice"):
            self._do(live.debrief)
        self.app.push_screen(CoachDebriefScreen(self.room))

    def action_leave(self) -> None:
        def answered(value: str | None) -> None:
            if value:
                self.dismiss()

        if self.snapshot is not None and self.snapshot.phase == "ended":
            answered("yes")
        else:
            self.app.push_screen(AskScreen(LEAVING, (Answer("y", "yes", "yes, leave it for now"),)), answered)
