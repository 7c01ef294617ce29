"""Who is in the session: whose turn it is, what each is at, and what they agreed to share."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ...coach.snapshot import PersonNow, Snapshot
from ..session_words import ROLE_WORDS, in_turn, person_state, place_in_queue, things

NAME_WIDTH = 10
WIDE_NAME = 22
WIDE = 56
NOBODY = Content.assemble(("Nobody is here yet.", "$quiet"))
NETWORK_KEYS = ("↵ turn  o only  [ ] move  x out", "")
ROOM_KEYS = ("↵ turn  a add  c agree  [ ] move", "  o only  w take back  x out")
"""What is always shown, and what where there is room."""


class Roster(OptionList):
    """The mark stays on its person, wherever they move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", show=False),
        Binding("o", "screen.only", show=False),
        Binding("left_square_bracket", "screen.queue(-1)", show=False),
        Binding("right_square_bracket", "screen.queue(1)", show=False),
        Binding("a", "screen.add", show=False),
        Binding("c", "screen.consents", show=False),
        Binding("w", "screen.take_back", show=False),
        Binding("x,delete", "screen.remove", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="roster", classes="box")
        self.border_title = "People"
        self._drawn: Snapshot | None = None

    @property
    def marked(self) -> str | None:
        """Id of the person that the mark is on."""
        option = self.highlighted_option
        return option.id if option is not None else None

    def show(self, snapshot: Snapshot) -> None:
        self._drawn = snapshot
        marked = self.marked
        people = in_turn(snapshot)
        lines = [person_line(snapshot, one, wide=self.size.width >= WIDE) for one in people]
        same = self.option_count == len(people) and all(
            self.get_option_at_index(i).id == one.id for i, one in enumerate(people)
        )
        if same:
            for i, line in enumerate(lines):
                self.replace_option_prompt_at_index(i, line)
        else:
            self.set_options([Option(line, id=one.id) for line, one in zip(lines, people, strict=True)])
            if not people:
                self.set_options([Option(NOBODY, disabled=True)])
            ids = [one.id for one in people]
            self.highlighted = ids.index(marked) if marked in ids else (0 if ids else None)
        there = [one for one in snapshot.people if not one.left]
        here = sum(one.here for one in there)
        waiting = len(snapshot.waiting_for)
        missing = f"  {here} of {len(there)} here" if here < len(there) else ""
        self.border_title = f"People{missing}" + (f"  {waiting} to go" if waiting else "")
        keys, more = ROOM_KEYS if snapshot.session.place == "room" else NETWORK_KEYS
        self.border_subtitle = keys + more if self.size.width >= WIDE else keys

    def on_resize(self) -> None:
        if self._drawn is not None:
            self.show(self._drawn)


def person_line(snapshot: Snapshot, person: PersonNow, *, wide: bool) -> Content:
    """ "▶ Ben         speaking      observes"."""
    at = place_in_queue(snapshot, person)
    away = person.left or not person.here
    width = WIDE_NAME if wide else NAME_WIDTH
    name = person.name if len(person.name) <= width else f"{person.name[: width - 1]}…"
    state = person_state(person)
    speaking = person.doing == "answering" and not away
    role = ROLE_WORDS[person.assignment.role] if person.assignment is not None and not away else ""
    team = f"team {person.team + 1}  " if wide and person.team is not None else ""
    agreed = things(person.consents) if person.consents else "shares nothing" if person.asked else "not asked yet"
    parts: list[tuple[str, str] | str] = [
        (f"{at} ", "bold $accent" if at == "▶" else "$quiet"),
        (f"{name:{width}} ", "$quiet" if away else "bold"),
        (f"{state:13}", "bold $primary" if speaking else "$quiet" if away or state == "ready" else ""),
        (f"{role:8} ", "$accent"),
    ]
    if wide:
        parts.append((f"{team}{agreed}", "$quiet"))
    return Content.assemble(*parts)
