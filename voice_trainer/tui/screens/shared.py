"""What I shared: each reply as it stands at the coach, with their rating once it is uncovered, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...session import LONGEST_NOTE, SHARINGS, Pin, Sharing
from ..session_messages import ViewCame
from ..session_words import count, things
from ..widgets.pins import PinList
from ..widgets.waveform import Waveform
from ..words import clock, level_word
from .ask import Answer, AskScreen
from .hearing import HearingPage
from .page import TO_HELP, Page

if TYPE_CHECKING:
    from ...coach.protocol import OwnReply, View
    from ..participation import Participation

WITHDRAW_ANSWERS: tuple[Answer, ...] = (
    Answer("r", "recording", "the sound of all replies"),
    Answer("w", "transcript", "the words of all replies"),
    Answer("s", "scores", "the scores of all replies"),
    Answer("e", " ".join(SHARINGS), "everything, of all replies"),
)
OF_THIS = "this "
ONE_ANSWERS: tuple[Answer, ...] = (
    Answer("t", f"{OF_THIS}{' '.join(SHARINGS)}", "this reply: everything of it"),
    Answer("o", f"{OF_THIS}recording", "this reply: only its sound"),
    *WITHDRAW_ANSWERS,
)
NOTHING = "Nothing of yours is with the coach. What you practised here is in your own history."


class SharedScreen(Page):
    """One's own replies at the coach."""

    WHERE = "Together  ·  what I shared"
    CSS_PATH = "../coach.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "take_back", "Take back"),
        Binding("escape", "dismiss", "Back", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#own-replies"

    def __init__(self, part: Participation) -> None:
        super().__init__()
        self.part = part

    def body(self) -> ComposeResult:
        with Vertical(id="together"):
            yield Static("", id="shared-what", markup=False)
            with Vertical(id="sessions-box", classes="box") as box:
                box.border_title = "My replies"
                yield OwnReplies(id="own-replies")
                yield Static(NOTHING, id="no-sessions", markup=False)

    def on_mount(self) -> None:
        self.part.follow(self)
        self._draw()

    def on_unmount(self) -> None:
        self.part.leave_alone(self)

    def on_view_came(self, message: ViewCame) -> None:  # noqa: ARG002
        self._draw()

    def _draw(self) -> None:
        view = self.part.view
        replies = view.replies if view is not None else ()
        agreed = view.consents if view is not None else ()
        coach = self.part.coach
        self.query_one("#shared-what", Static).update(
            f"You agreed that {coach} gets: {things(agreed)}. X takes it back; it is then removed on their side, too."
        )
        listed = self.query_one("#own-replies", OptionList)
        marked = listed.highlighted_option.id if listed.highlighted_option else None
        listed.set_options([Option(own_reply_line(one, view), id=one.attempt_id) for one in replies])
        ids = [one.attempt_id for one in replies]
        listed.highlighted = ids.index(marked) if marked in ids else (0 if ids else None)
        listed.display = bool(replies)
        self.query_one("#no-sessions").display = not replies
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action == "take_back":
            view = self.part.view
            return view is not None and bool(view.replies or view.consents)
        return True

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option.id is not None:
            self.app.push_screen(OwnReplyScreen(self.part, event.option.id))

    def action_take_back(self) -> None:
        option = self.query_one("#own-replies", OptionList).highlighted_option
        ask_to_take_back(self, self.part, option.id if option is not None else None)


class OwnReplies(OptionList):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Hear it")]


def ask_to_take_back(screen: Page, part: Participation, attempt_id: str | None) -> None:
    """Ask what goes, of this reply or of all, and have it removed."""

    def answered(value: str | None) -> None:
        if not value:
            return
        of_this = value.startswith(OF_THIS)
        wanted = value.removeprefix(OF_THIS).split()
        sharing: tuple[Sharing, ...] = tuple(one for one in SHARINGS if one in wanted)
        if sharing:
            part.take_back(sharing, (attempt_id,) if of_this and attempt_id is not None else ())

    question = f"What do you take back? It is removed at {part.coach}'s side, exports included; here it stays yours."
    screen.app.push_screen(AskScreen(question, ONE_ANSWERS if attempt_id is not None else WITHDRAW_ANSWERS), answered)


def own_reply_line(reply: OwnReply, view: View | None) -> Content:
    """Two lines: what it was, and what of it is with the coach; their rating where it is uncovered."""
    pins = sum(pin.attempt_id == reply.attempt_id for pin in view.pins) if view is not None else 0
    parts: list[tuple[str, str] | str] = [
        (reply.title, "bold"),
        "\n  ",
        things(reply.shared),
    ]
    if pins:
        parts.append((f"  ·  {count(pins, 'note')}", "$warning"))
    if reply.coach_wording is not None or reply.coach_voice is not None:
        parts.append((f"  ·  heard: words {reply.coach_wording or '–'}, voice {reply.coach_voice or '–'}", "$accent"))
    return Content.assemble(*parts)


class OwnReplyScreen(HearingPage):
    """One's own reply, from one's own machine, with the notes on it."""

    WHERE = "Together  ·  my reply"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pin", "Pin"),
        Binding("x", "take_back", "Take back"),
        Binding("escape", "dismiss", "Back", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#pins"

    def __init__(self, part: Participation, attempt_id: str, at_s: float = 0.0) -> None:
        super().__init__(at_s)
        self.part = part
        self.attempt_id = attempt_id
        self._pins: tuple[Pin, ...] = ()

    def body(self) -> ComposeResult:
        with VerticalScroll(id="reply", can_focus=False):
            yield Static("", id="reply-who", markup=False)
            yield Waveform()
            yield Static("", id="coach-thought", markup=False)
            yield PinList()

    def on_mount(self) -> None:
        self.part.follow(self)
        practice = self.trainer.practice
        self.part.hand.do(
            lambda: practice.store.attempt(self.attempt_id).recording,
            lambda recording: self.app.call_from_thread(self.load, recording),
        )
        self._draw()

    def on_unmount(self) -> None:
        self.part.leave_alone(self)

    def on_view_came(self, message: ViewCame) -> None:  # noqa: ARG002
        self._draw()

    def _draw(self) -> None:
        view = self.part.view
        reply = next((one for one in view.replies if one.attempt_id == self.attempt_id), None) if view else None
        if view is None:
            return
        title = reply.title if reply is not None else "This reply is not with the coach any more."
        shared = f"  ·  with {self.part.coach}: {things(reply.shared)}" if reply is not None else ""
        self.query_one("#reply-who", Static).update(Content.assemble((title, "bold $primary"), (shared, "$quiet")))
        thought = self.query_one("#coach-thought", Static)
        thought.update(_thought(reply, self.part.coach))
        self._pins = tuple(
            Pin(
                id=f"{number}",
                attempt_id=pin.attempt_id,
                at_s=pin.at_s,
                author=pin.author,
                note=pin.note,
                made_at=self.part.began_at,
            )
            for number, pin in enumerate(view.pins)
            if pin.attempt_id == self.attempt_id
        )
        pins = self.query_one(PinList)
        pins.show(self._pins, self.part.name)
        pins.border_subtitle = "↵ go"
        self.refresh_bindings()

    def action_pin(self) -> None:
        from .note import NoteScreen

        at_s = self.player.position_s
        self.player.pause()

        def written(note: str | None) -> None:
            if note:
                self.part.pin(self.attempt_id, at_s, note)

        hint = f"{self.part.coach} reads it, too"
        self.app.push_screen(NoteScreen(f"A note at {clock(at_s)}", hint, LONGEST_NOTE), written)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        pin = next((pin for pin in self._pins if pin.id == event.option.id), None)
        if pin is not None:
            self.player.seek(pin.at_s)

    def action_take_back(self) -> None:
        ask_to_take_back(self, self.part, self.attempt_id)


def _thought(reply: OwnReply | None, coach: str) -> Content:
    if reply is None or (reply.coach_wording is None and reply.coach_voice is None):
        return Content.assemble((f"What {coach} heard is told once they uncover it.", "$quiet"))
    parts: list[tuple[str, str] | str] = [(f"{coach} heard  ", "$quiet")]
    for name, dimension, level in (("words", "wording", reply.coach_wording), ("voice", "voice", reply.coach_voice)):
        if level is not None:
            parts += [(f"{name} {level}", "bold $accent"), f" {level_word(level, dimension)}   "]
    return Content.assemble(*parts)
