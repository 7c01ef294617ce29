"""The library: every exercise, narrowed by what it practises, with whom, how hard, or by a word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Select, Static
from textual.widgets.option_list import Option

from ..filters import Filters, matching
from ..words import ATTACHMENT_ABOUT, ATTACHMENTS, CONTEXTS, DIFFICULTIES, SKILL_ABOUT, SKILLS, who
from .page import ROOMS, Page

if TYPE_CHECKING:
    from ...exercise import Exercise

FIELDS: tuple[tuple[str, str, Iterable[tuple[str, object]]], ...] = (
    ("skill", "Any skill", [(word, key) for key, word in SKILLS.items()]),
    ("context", "Anybody", [(word, key) for key, word in CONTEXTS.items()]),
    ("attachment", "Any pull", [(word, key) for key, word in ATTACHMENTS.items()]),
    ("difficulty", "Any depth", [(word, key) for key, word in DIFFICULTIES.items()]),
)


class Exercises(OptionList):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Practise")]


class LibraryScreen(Page):
    """Browse, narrow, and begin."""

    WHERE = "Library"
    AUTO_FOCUS = "#exercises"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/"),
        Binding("f", "narrow", "Filter"),
        Binding("c", "clear", "Clear"),
        Binding("p", "app.paths", "Paths"),
        Binding("escape", "back", "Home"),
        *ROOMS[2:],
        Binding("h", "app.home", "Home", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.filters = Filters()
        self.shown: tuple[Exercise, ...] = ()

    def body(self) -> ComposeResult:
        with Horizontal(id="filters"):
            yield Input(placeholder="/ search", id="search", compact=True)
            for name, prompt, options in FIELDS:
                yield Select(options, prompt=prompt, id=f"by-{name}", compact=True)
        with Horizontal(id="shelves"):
            yield Exercises(id="exercises")
            with VerticalScroll(id="about", classes="box"):
                yield Static("", id="about-text")
        yield Static("", id="how-many", markup=False)

    def on_mount(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """List what matches; the cursor stays on its exercise where that is still there."""
        library = self.trainer.practice.library
        self.shown = matching(library.exercises, self.filters)
        listed = self.query_one("#exercises", OptionList)
        before = listed.highlighted_option.id if listed.highlighted_option else None
        listed.set_options(Option(_line(exercise), id=exercise.id) for exercise in self.shown)
        ids = [exercise.id for exercise in self.shown]
        listed.highlighted = ids.index(before) if before in ids else (0 if ids else None)
        self._draw_about()
        many = len(self.shown)
        text = f"{many} of {len(library.exercises)} exercises"
        if not many:
            text += ". Nothing matches; C clears the filters."
        if library.faults:
            text += f"  ·  {len(library.faults)} faults: “voice-trainer exercises check” names them"
        self.query_one("#how-many", Static).update(text)

    def _draw_about(self) -> None:
        chosen = self._chosen()
        text = Content("") if chosen is None else _about(chosen)
        self.query_one("#about-text", Static).update(text)
        self.query_one("#about").border_title = chosen.title if chosen else ""

    def _chosen(self) -> Exercise | None:
        at = self.query_one("#exercises", OptionList).highlighted
        return self.shown[at] if at is not None and at < len(self.shown) else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_list.id == "exercises":
            self._draw_about()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_list.id == "exercises":
            self.action_begin()

    def on_select_changed(self, event: Select.Changed) -> None:
        name = (event.select.id or "").removeprefix("by-")
        self.filters = self.filters.with_field(name, None if event.select.is_blank() else event.value)
        self._draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.filters = self.filters.with_field("text", event.value)
        self._draw()

    def on_input_submitted(self) -> None:
        self.query_one("#exercises").focus()

    def action_begin(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.trainer.practise(chosen)

    def action_search(self) -> None:
        self.query_one("#search").focus()

    def action_narrow(self) -> None:
        """To the first filter, and from one to the next."""
        selects = list(self.query(Select))
        at = next((i for i, select in enumerate(selects) if select.has_focus), -1)
        selects[(at + 1) % len(selects)].focus()

    def action_clear(self) -> None:
        for select in self.query(Select):
            select.clear()
        self.query_one("#search", Input).value = ""
        self.query_one("#exercises").focus()

    def action_back(self) -> None:
        """From a filter to the list, from the list home."""
        listed = self.query_one("#exercises")
        if listed.has_focus:
            self.trainer.action_home()
        else:
            listed.focus()


def _line(exercise: Exercise) -> Content:
    return Content.assemble(
        (exercise.title, "bold"),
        "\n",
        (who(exercise), "$accent"),
        (f"  ·  {SKILLS[exercise.skill]}  ·  {DIFFICULTIES[exercise.difficulty]}", "$quiet"),
        ("  ·  note", "$warning") if exercise.content_note else "",
    )


def _about(exercise: Exercise) -> Content:
    speaker = exercise.speaker
    parts: list[tuple[str, str] | str] = [
        (who(exercise), "bold $accent"),
        "\n\n",
        f"{exercise.scene.strip()}\n\n" if exercise.scene.strip() else "",
        ("You practise ", "$quiet"),
        SKILLS[exercise.skill],
        f"\n{SKILL_ABOUT[exercise.skill]}\n\n",
        (f"{speaker.name}'s pull ", "$quiet"),
        ATTACHMENTS[exercise.attachment],
        f"\n{speaker.name} {ATTACHMENT_ABOUT[exercise.attachment]}.\n\n",
        ("Depth ", "$quiet"),
        f"{DIFFICULTIES[exercise.difficulty]}, {exercise.difficulty} of 5",
        "\n",
        ("Turns ", "$quiet"),
        "one" if len(exercise.turns) == 1 else "more than one: what you say decides how it goes on",
    ]
    if exercise.content_note:
        parts += ["\n\n", ("Before you begin: ", "bold $warning"), (exercise.content_note, "italic")]
    return Content.assemble(*parts)
