"""What a participant sees of the session: one card that says what there is to do, and what is around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.content import Content
from textual.widgets import Static

from ..session_words import DOING_WORDS, drill_word, listed, minutes_word
from ..words import who

if TYPE_CHECKING:
    from ...coach.protocol import Assignment, OwnDebrief, View
    from ...exercise import Exercise

Standing = Literal["connecting", "in", "lost", "over"]
LOST = (
    "The connection is gone for now; it comes back by itself. You can go on: what you say is kept here, and sent then."
)
WAITING = "You are in. Nothing to do yet: breathe out, let your shoulders down. What comes next appears here by itself."
DONE = "Thank you; that is done. What comes next appears here by itself."
TOGETHER = "You look back on it together now."
ENDED = "The session is over. What you shared stays until it runs out, or until you take it back: W shows it."


class JoinedCard(Static, can_focus=True):
    """Enter is the screen's."""

    def __init__(self) -> None:
        super().__init__("", id="joined-card", classes="box", markup=False)

    def show(
        self,
        standing: Standing,
        why: str,
        view: View | None,
        given: Assignment | None,
        exercise: Exercise | None,
        *,
        coach: str,
    ) -> None:
        """``given``: what there is to do now; ``exercise``: of it, None where it is not on this machine."""
        self.border_subtitle = ""
        if standing == "over":
            self.border_title = "That was it" if view is not None else "It did not work"
            tail = debrief_parts(view.debrief) if view is not None and view.debrief is not None else []
            self.update(Content.assemble(why, "\n\n", *tail, ("Escape goes home.", "$quiet")))
        elif view is None:
            self.border_title = "Coming in"
            self.update(Content.assemble("Finding your coach…", ("\n\n" + why if why else "", "$quiet")))
        elif view.debrief is not None:
            ended = view.phase == "ended"
            self.border_title = "That was it" if ended else "Looking back"
            self.update(Content.assemble(ENDED if ended else TOGETHER, "\n\n", *debrief_parts(view.debrief)))
        elif given is not None:
            self._give(given, exercise, coach)
        else:
            self.border_title = "Now"
            up = view.up
            whose = f"\n\nIt is {up}'s turn." if up else ""
            done = view.assignment is not None
            self.update(Content.assemble(DONE if done else WAITING, whose))
        if standing == "lost":
            self.update(Content.assemble((LOST, "$warning"), "\n\n", self.visual_text))

    @property
    def visual_text(self) -> Content:
        """What the card says."""
        shown = self.content
        return shown if isinstance(shown, Content) else Content(str(shown))

    def _give(self, given: Assignment, exercise: Exercise | None, coach: str) -> None:
        partners = f" with {listed(given.partners)}" if given.partners else ""
        self.border_title = f"From {coach}"
        parts: list[tuple[str, str] | str] = []
        if exercise is not None:
            parts += [(exercise.title, "bold"), "\n", (who(exercise), "$accent"), (partners, "$quiet"), "\n\n"]
        parts += [given.line or "Listen, and answer in your own words.", "\n\n"]
        if exercise is not None and exercise.content_note:
            parts += [("Before you begin: ", "bold $warning"), (exercise.content_note, "italic"), "\n\n"]
        if given.role == "speaker":
            text = _line(given, exercise)
            parts += [("You say\n", "$quiet"), (f"“{text}”", "") if text else ""]
        elif given.role == "observer":
            parts += [("Enter", "bold $primary"), " opens your tally."]
            self.border_subtitle = "Enter counts"
        else:
            parts += [("Enter", "bold $primary"), " begins. Nothing is recorded before you say so."]
            self.border_subtitle = "Enter begins"
        self.update(Content.assemble(*parts))


def _line(given: Assignment, exercise: Exercise | None) -> str:
    if exercise is None:
        return ""
    turn = next((one for one in exercise.turns if one.id == given.turn), exercise.turns[0])
    return " ".join(turn.text.split())


def debrief_parts(debrief: OwnDebrief) -> list[tuple[str, str] | str]:
    """One's own part: what was practised, a strength, a next step."""
    parts: list[tuple[str, str] | str] = []
    if debrief.practised:
        parts += [("You practised\n", "$quiet"), listed(debrief.practised), "\n\n"]
    if debrief.strength:
        parts += [("A strength\n", "bold $primary"), debrief.strength, "\n\n"]
    if debrief.next_step:
        parts += [("A next step\n", "bold $accent"), debrief.next_step, "\n\n"]
    return parts


def who_text(view: View | None, name: str) -> Content | None:
    """Everybody, whose turn it is marked; None before anybody is known."""
    if view is None:
        return None
    lines = []
    for person in view.people:
        mark = (
            "▶"
            if person.name == view.up
            else str(view.queue.index(person.name) + 1)
            if person.name in view.queue
            else "·"
        )
        own = person.name == name
        state = DOING_WORDS[person.doing] if person.here else "away"
        lines.append(
            Content.assemble(
                (f"{mark:2}", "bold $accent" if mark == "▶" else "$quiet"),
                (f"{person.name[:18]:19}", "bold" if own else ""),
                (state, "$quiet"),
            )
        )
    return Content("\n").join(lines)


def plan_text(view: View | None) -> Content | None:
    """The steps, the one that is on marked; None where there is no plan."""
    if view is None or not view.plan:
        return None
    lines = []
    for number, line in enumerate(view.plan):
        on, over = number == view.step, number < view.step
        drill = f"  {drill_word(line.drill)}" if line.drill is not None else ""
        lines.append(
            Content.assemble(
                ("▸ " if on else "✓ " if over else "  ", "bold $primary" if on else "$quiet"),
                (f"{minutes_word(line.minutes):>7}  ", "$quiet"),
                (line.title, "bold" if on else "$quiet" if over else ""),
                (drill, "$quiet"),
            )
        )
    return Content("\n").join(lines)


def pins_text(view: View | None, name: str) -> Content | None:
    """The notes on one's replies; None where there are none."""
    if view is None or not view.pins:
        return None
    lines = [
        Content.assemble(
            (f"{pin.at_s:5.1f} s  ", "$quiet"),
            " ".join(pin.note.split()),
            (f"  {pin.author}" if pin.author and pin.author != name else "", "$quiet"),
        )
        for pin in view.pins
    ]
    return Content("\n").join([*lines, Content.assemble(("W hears them with the sound.", "$quiet"))])
