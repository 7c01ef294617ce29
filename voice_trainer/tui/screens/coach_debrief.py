"""Looking back on a session: the group, each person, how far coach and machine agree, and the pins with their sound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...coach.snapshot import Change
from ..session_messages import DebriefMade, SessionChanged, Written
from ..session_words import coefficient_words, count, drill_word, listed, pairing_words
from ..words import MARK_STYLES, MARKS, move_word
from .ask import Answer, AskScreen
from .page import TO_HELP, Page

if TYPE_CHECKING:
    from ...debrief import Agreement, Debrief, GroupPattern, Pairing, PersonPart
    from ...session import Pin
    from ..coach_room import CoachRoom

NO_PINS = "No pins yet: on a reply, P pins a note to a moment of it."
NO_REPLIES = "No replies were shared in this session."
END = "End the session? Nobody new comes in any more. What was shared stays, until it runs out or is taken back."
GLANCE = "Only uncovered replies tell what the machine made of them."


class PinChoices(OptionList):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Hear it")]


class CoachDebriefScreen(Page):
    """The coach's debrief; participants have their own part on their own screen."""

    CSS_PATH = "../coach.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Pins, people", key_display="tab"),
        Binding("w", "write", "Export"),
        Binding("e", "end", "End session"),
        Binding("escape", "back", "Back", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#debrief"

    def __init__(self, room: CoachRoom, *, alone: bool = False) -> None:
        """``alone``: no live screen lies under it, so that leaving it closes the session."""
        super().__init__()
        self.room = room
        self.is_base = alone
        self.debrief: Debrief | None = None
        self.pins: tuple[Pin, ...] = ()
        self._end_telling: Callable[[], None] | None = None

    def where(self) -> str:
        return f"{self.room.live.session.title}  ·  looking back"

    def body(self) -> ComposeResult:
        with Container(id="debrief-columns"):
            with VerticalScroll(id="debrief"):
                yield Static("", id="group", classes="box", markup=False)
                yield Vertical(id="parts")
                yield Static("", id="agreement", classes="box", markup=False)
            with Vertical(id="debrief-pins", classes="box") as box:
                box.border_title = "Pins, to hear together"
                yield PinChoices(id="pin-choices")
                yield Static(NO_PINS, id="no-pins", markup=False)

    def on_mount(self) -> None:
        self.query_one("#group").border_title = "The group"
        self.query_one("#agreement").border_title = "You and the machine"
        self._end_telling = self.room.live.subscribe(self._told)
        self.look()

    async def on_unmount(self) -> None:
        if self._end_telling is not None:
            self._end_telling()
        if self.is_base:
            await asyncio.to_thread(self.room.close)

    def _told(self, change: Change) -> None:
        if not change.passing:
            self.post_message(SessionChanged())

    def on_session_changed(self) -> None:
        self.look()

    def look(self) -> None:
        self.room.hand.do(self.room.live.debrief_of, lambda made: self.post_message(DebriefMade(made)))

    async def on_debrief_made(self, message: DebriefMade) -> None:
        self.debrief = made = message.debrief
        if made.group is not None:
            self.query_one("#group", Static).update(group_text(made.group))
        self.query_one("#agreement", Static).update(agreement_text(made.agreement, made.every_session))
        parts = self.query_one("#parts", Vertical)
        await parts.remove_children()
        await parts.mount(*(_part(one) for one in made.people))
        self._draw_pins(made)
        self.refresh_bindings()

    def _draw_pins(self, made: Debrief) -> None:
        replies = [(part, reply) for part in made.people for reply in part.replies]
        found = [(part.name, pin) for part, reply in replies for pin in reply.pins]
        self.pins = tuple(pin for _, pin in found)
        listed_pins = self.query_one("#pin-choices", OptionList)
        at = listed_pins.highlighted or 0
        listed_pins.set_options([Option(pin_text(name, pin), id=pin.id) for name, pin in found])
        listed_pins.highlighted = min(at, len(found) - 1) if found else None
        listed_pins.display = bool(found)
        self.query_one("#no-pins").display = not found

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        from .coach_reply import CoachReplyScreen

        pin = next((one for one in self.pins if one.id == event.option.id), None)
        if pin is not None:
            self.app.push_screen(CoachReplyScreen(self.room, pin.attempt_id, pin.at_s))

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action == "write":
            return self.trainer.coaching.write is not None and self.debrief is not None
        if action == "end":
            return self.room.live.session.ended_at is None
        return True

    def action_write(self) -> None:
        from .coach_export import ExportScreen, Wanted

        write, made = self.trainer.coaching.write, self.debrief
        if write is None or made is None:
            return

        def wanted(what: Wanted | None) -> None:
            if what is not None:
                self.room.hand.do(
                    lambda: write(self.room.live, what.format, what.path, what.person_id),
                    lambda files: self.post_message(Written(files)),
                )

        people = tuple((part.person_id, part.name) for part in made.people)
        self.app.push_screen(ExportScreen(made.title, people), wanted)

    def on_written(self, message: Written) -> None:
        self.notify(f"Written to {listed(message.files)}.", timeout=10)

    def action_end(self) -> None:
        def answered(value: str | None) -> None:
            if value:
                self.room.hand.do(self.room.live.end, lambda _: self.post_message(SessionChanged()))

        self.app.push_screen(AskScreen(END, (Answer("y", "yes", "yes, end it"),)), answered)

    def action_back(self) -> None:
        self.dismiss()


def group_text(group: GroupPattern) -> Content:
    """What the group did together; names nobody."""
    if not group.replies:
        return Content.assemble((NO_REPLIES, "$quiet"))
    parts: list[tuple[str, str] | str] = [
        (f"{count(group.people, 'person', 'people')}, {count(group.replies, 'reply', 'replies')}", "bold"),
        (f". {GLANCE}\n" if group.rated < group.replies else "\n", "$quiet"),
    ]
    for one in group.moves[:6]:
        mark = MARKS[one.move]
        parts += [(f"{mark} ", MARK_STYLES[mark]), f"{move_word(one.move)} {one.replies}   "]
    for text in (group.nearer, group.practise):
        if text:
            parts += ["\n", text]
    return Content.assemble(*parts)


def agreement_text(session: Agreement | None, every: Agreement | None) -> Content:
    """Counts first, then κ and ICC with their 95 % intervals; this session, then all of them."""
    lines: list[Content] = []
    for title, found in (("This session", session), ("All your sessions", every)):
        if found is None or (found is every and session is not None and found.sessions < 2):
            continue
        lines.append(Content.assemble((title, "bold"), ("" if found is session else f"  ({found.sessions})", "$quiet")))
        for name, pairing in (("words", found.wording), ("voice", found.voice)):
            lines.append(Content.assemble((f"  {name}  ", "$accent"), pairing_words(pairing)))
            if pairing.pairs:
                lines += [Content.assemble((f"         {text}", "$quiet")) for text in _figures(pairing)]
        if found.not_blind:
            lines.append(Content.assemble((f"  {found.not_blind} given after the reveal, left out", "$quiet")))
    return Content("\n").join(lines) if lines else Content.assemble(("Nothing was rated yet.", "$quiet"))


def _figures(pairing: Pairing) -> list[str]:
    """κ and ICC with their intervals; one sentence where there are neither."""
    kappa, icc = pairing.kappa, pairing.icc
    if kappa.value is None and icc.value is None and kappa.why == icc.why:
        return [kappa.why] if kappa.why else []
    return [coefficient_words("κ", kappa), coefficient_words("ICC", icc)]


def _part(part: PersonPart) -> Static:
    lines = []
    for one in part.practised:
        how = "" if one.drill is None else f"  {drill_word(one.drill)}"
        lines.append(Content.assemble(one.title, (f"{how}  ·  {count(one.replies, 'reply', 'replies')}", "$quiet")))
    if not lines:
        lines.append(Content.assemble(("did not practise yet", "$quiet")))
    for title, text, style in (
        ("A strength   ", part.strength, "$primary"),
        ("A next step  ", part.next_step, "$accent"),
    ):
        if text:
            lines.append(Content.assemble((title, f"bold {style}"), text))
    for reply in part.replies:
        for tally in reply.tallies:
            machine = tally.machine
            counts = ", ".join(
                f"{move_word(move)} {number}" + (f" (machine {machine.get(move, 0)})" if machine is not None else "")
                for move, number in tally.observed.items()
                if number
            )
            lines.append(Content.assemble((f"{tally.observer} counted  ", "$quiet"), counts or "nothing"))
    box = Static(Content("\n").join(lines), classes="box", markup=False)
    box.border_title = part.name
    return box


def pin_text(name: str, pin: Pin) -> Content:
    """ "Ben   4.2 s  You stayed here.  Ruth"."""
    return Content.assemble(
        (name, "bold"),
        (f"  {pin.at_s:.1f} s  ", "$quiet"),
        " ".join(pin.note.split()),
        (f"  {pin.author}" if pin.author else "", "$quiet"),
    )
