"""One reply of a session: heard, rated blind, then the machine's view uncovered; and pins at its moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from ...coach.snapshot import Change, ReplyNow, Snapshot
from ...session import LONGEST_NOTE
from ..session_messages import SessionChanged, SnapshotTaken
from ..session_words import things
from ..widgets.pins import PinList
from ..widgets.rating import RatingCard
from ..widgets.waveform import Waveform
from ..words import MARK_STYLES, MARKS, bar, clock, level_of, level_word, move_word
from .hearing import HearingPage
from .page import TO_HELP

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...session import Pin
    from ..coach_room import CoachRoom

NO_SOUND = "The sound was not shared."
NO_WORDS = "The words were not shared."
HIDDEN = "Hidden until you uncover it with V, so that your own ear comes first."
FIRST_RATE = (
    "Your rating first: a digit for the words, a digit for the voice, 0 where you can't say. V again uncovers it."
)
BLIND, NOT_BLIND, TO_GIVE = "given before the reveal", "given after the reveal", "1–5  0 can't say  tab the other"


class CoachReplyScreen(HearingPage):
    """Args:
    at_s: where to stand in the sound, as from a pin.
    """

    # all with priority: a key without it would be overtaken by one that has it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "rate(1)", "Rate", key_display="1–5", priority=True),
        *(Binding(str(level), f"rate({level})", show=False, priority=True) for level in range(2, 6)),
        Binding("0", "rate(0)", show=False, priority=True),
        Binding("tab", "switch", show=False, priority=True),
        Binding("v", "reveal", "Uncover", priority=True),
        Binding("p", "pin", "Pin"),
        Binding("f", "feedback", "Feedback"),
        Binding("escape", "back", "Back", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#pins"

    def __init__(self, room: CoachRoom, attempt_id: str, at_s: float = 0.0) -> None:
        super().__init__(at_s)
        self.room = room
        self.attempt_id = attempt_id
        self.snapshot: Snapshot | None = None
        self._warned = False
        self._stored: tuple[int | None, ...] | None = None
        self._end_telling: Callable[[], None] | None = None

    def where(self) -> str:
        return "A reply"

    def body(self) -> ComposeResult:
        with VerticalScroll(id="reply", can_focus=False):
            yield Static("", id="reply-who", markup=False)
            yield Waveform()
            yield Static("", id="reply-words", markup=False)
            with Container(id="reply-columns"):
                yield RatingCard()
                with Vertical(id="machine-box", classes="box") as box:
                    box.border_title = "The machine's view"
                    yield Static(HIDDEN, id="machine", markup=False)
            yield PinList()

    @property
    def reply(self) -> ReplyNow | None:
        return self.snapshot.reply(self.attempt_id) if self.snapshot is not None else None

    def on_mount(self) -> None:
        self.query_one(PinList).display = False
        self._end_telling = self.room.live.subscribe(self._told)
        self._look()

    def on_unmount(self) -> None:
        if self._end_telling is not None:
            self._end_telling()

    def _told(self, change: Change) -> None:  # noqa: ARG002 - on any thread
        self.post_message(SessionChanged())

    def on_session_changed(self) -> None:
        self._look()

    def _look(self) -> None:
        self.room.hand.do(lambda: self.room.live.snapshot, lambda taken: self.post_message(SnapshotTaken(taken)))

    def on_snapshot_taken(self, message: SnapshotTaken) -> None:
        self.snapshot = message.snapshot
        reply = self.reply
        if reply is None:  # it was taken back meanwhile
            self.notify("This reply was taken back; it is gone.", timeout=6)
            self.dismiss()
            return
        self._draw(reply)
        self.load(reply.recording)

    # drawing

    def _draw(self, reply: ReplyNow) -> None:
        who = self.query_one("#reply-who", Static)
        who.update(
            Content.assemble(
                (reply.person, "bold $primary"),
                (f"  {reply.title}  ·  {clock(reply.duration_s)}  ·  shared: {things(reply.shared)}", "$quiet"),
            )
        )
        words = f"“{' '.join(reply.text.split())}”" if reply.text else NO_WORDS
        if reply.recording is None:
            words = f"{words} {NO_SOUND}"
        self.query_one("#reply-words", Static).update(words)
        note = (BLIND if reply.blind else NOT_BLIND) if reply.rated else TO_GIVE
        self.query_one(RatingCard).show(reply.coach_wording, reply.coach_voice, rated=reply.rated, note=note)
        self.query_one("#machine", Static).update(self._machine(reply))
        self.query_one(PinList).show(self.pins, self.room.live.session.coach)
        self.query_one(PinList).border_subtitle = "↵ go"
        self.refresh_bindings()

    @property
    def pins(self) -> tuple[Pin, ...]:
        taken = self.snapshot
        return tuple(pin for pin in taken.pins if pin.attempt_id == self.attempt_id) if taken is not None else ()

    def _machine(self, reply: ReplyNow) -> Content:
        if not reply.revealed:
            return Content.assemble((HIDDEN, "$quiet"))
        lines = []
        for name, dimension, score in (("Words", "wording", reply.wording), ("Voice", "voice", reply.voice)):
            level = level_of(score)
            lines.append(
                Content.assemble(
                    f"{name}  ", (f"{bar(level)} {level or '–'}", "$primary"), f"  {level_word(level, dimension)}"
                )
            )
        if reply.moves:
            marks = [
                part
                for move in reply.moves
                for part in ((f"{MARKS[move]} ", MARK_STYLES[MARKS[move]]), move_word(move), "  ")
            ]
            lines.append(Content.assemble(*marks))
        for title, text in (("A strength", reply.strength), ("A next step", reply.next_step)):
            if text:
                lines.append(Content.assemble((f"{title}  ", "$accent"), text))
        lines += self._tallies()
        return Content("\n").join(lines)

    def _tallies(self) -> list[Content]:
        """What observers counted, beside the machine's count of the same reply."""
        found = []
        for one in self.snapshot.tallies if self.snapshot is not None else ():
            if one.tally.attempt_id != self.attempt_id:
                continue
            machine = one.machine
            counted = ", ".join(
                f"{move_word(move)} {number}" + (f" (machine {machine.get(move, 0)})" if machine is not None else "")
                for move, number in one.tally.counts.items()
                if number
            )
            found.append(Content.assemble((f"{one.tally.observer} counted  ", "$accent"), counted or "nothing"))
        return found

    # rating and uncovering

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        reply = self.reply
        if action == "reveal":
            return reply is not None and not reply.revealed
        if action == "feedback":
            return reply is not None and reply.revealed and "scores" in reply.shared
        return super().check_action(action, parameters)

    def action_rate(self, level: int) -> None:
        """Both answered, it is stored."""
        card = self.query_one(RatingCard)
        card.choose(level or None)
        if card.complete:
            self._store_rating()

    def _store_rating(self) -> None:
        """Once; the same again is no second rating."""
        wording, voice = self.query_one(RatingCard).values
        if self._stored == (wording, voice):
            return
        self._stored = (wording, voice)
        self.room.hand.do(lambda: self.room.live.rate(self.attempt_id, wording, voice))

    def action_switch(self) -> None:
        self.query_one(RatingCard).switch()

    def action_reveal(self) -> None:
        """Once without a rating it asks for one; the second time it uncovers all the same."""
        card, reply = self.query_one(RatingCard), self.reply
        if reply is None:
            return
        if not any(card.given) and not reply.rated and not self._warned:
            self._warned = True
            self.notify(FIRST_RATE, timeout=8)
            return
        if any(card.given) and not reply.rated:
            self._store_rating()
        self.room.hand.do(lambda: self.room.live.reveal(self.attempt_id))

    def action_feedback(self) -> None:
        """All that the person was told, as they saw it."""
        from .session_practice import SessionFeedbackScreen

        attempt_id, library = self.attempt_id, self.trainer.practice.library

        def show(pair: object) -> None:
            self.app.call_from_thread(self.app.push_screen, pair)

        def make() -> SessionFeedbackScreen:
            attempt = self.room.live.attempt(attempt_id)
            return SessionFeedbackScreen(attempt, library.get(attempt.exercise_id), over=True)

        self.player.pause()
        self.room.hand.do(make, show)

    # pins

    def action_pin(self) -> None:
        from .note import NoteScreen

        at_s = self.player.position_s
        self.player.pause()

        def written(note: str | None) -> None:
            if note:
                self.room.hand.do(lambda: self.room.live.pin(self.attempt_id, at_s, note))

        self.app.push_screen(NoteScreen(f"A note at {clock(at_s)}", "What do you hear here?", LONGEST_NOTE), written)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        pin = next((pin for pin in self.pins if pin.id == event.option.id), None)
        if pin is not None:
            self.player.seek(pin.at_s)

    def action_back(self) -> None:
        self.dismiss()
