"""Take a debrief along: in which form, whole or one person's own part, and where to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Select, Static

from ..together import DEBRIEF_FORMATS, DebriefFormat

ABOUT: dict[DebriefFormat, str] = {
    "html": "a page for any browser (HTML)",
    "csv": "a table of replies (CSV)",
    "json": "everything, for programs (JSON)",
    "xapi": "statements for a learning record store (xAPI)",
}
SUFFIX: dict[DebriefFormat, str] = {"html": "html", "csv": "csv", "json": "json", "xapi": "xapi.json"}
KEPT = "The file is remembered: what somebody takes back later goes from it, too. Your notes are in none of them."
WHOLE = ""


@dataclass(frozen=True)
class Wanted:
    """``person_id``: whose own part; "" for the whole."""

    format: DebriefFormat
    path: Path
    person_id: str


class ExportScreen(ModalScreen[Wanted | None]):
    """Gives what is wanted; None for nothing.

    Args:
        people: id and name of each.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "write", "Write it", key_display="^s", priority=True),
        Binding("escape", "give_up", "Back", key_display="esc"),
    ]
    AUTO_FOCUS = "#export-format"

    def __init__(self, title: str, people: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._title = title
        self._people = people
        self._suggested = ""

    def compose(self) -> ComposeResult:
        forms = [(ABOUT[one], one) for one in DEBRIEF_FORMATS]
        whose = [("the whole, for you", WHOLE), *((f"only the part of {name}", key) for key, name in self._people)]
        with Vertical(classes="dialog export") as box:
            box.border_title = "Take the debrief along"
            with Horizontal(classes="plan-row"):
                yield Static("As", classes="plan-label")
                yield Select(forms, value="html", allow_blank=False, id="export-format", compact=True)
            with Horizontal(classes="plan-row"):
                yield Static("What", classes="plan-label")
                yield Select(whose, value=WHOLE, allow_blank=False, id="export-whose", compact=True)
            with Horizontal(classes="plan-row"):
                yield Static("Into", classes="plan-label")
                yield Input(id="export-path", compact=True)
            yield Static(KEPT, classes="quiet")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self._suggest()

    @property
    def format(self) -> DebriefFormat:
        return cast(DebriefFormat, self.query_one("#export-format", Select).value)

    @property
    def person_id(self) -> str:
        return str(self.query_one("#export-whose", Select).value)

    def _suggest(self) -> None:
        """A file name that fits, unless another was typed."""
        path = self.query_one("#export-path", Input)
        if path.value != self._suggested:
            return
        name = dict(self._people).get(self.person_id, "")
        words = re.sub(r"[^\w]+", "-", f"{self._title} {name}".casefold()).strip("-") or "session"
        self._suggested = str(Path.home() / f"{words}.{SUFFIX[self.format]}")
        path.value = self._suggested

    def on_select_changed(self) -> None:
        self._suggest()

    def on_input_submitted(self) -> None:
        self.action_write()

    def action_write(self) -> None:
        text = self.query_one("#export-path", Input).value.strip()
        if text:
            self.dismiss(Wanted(self.format, Path(text).expanduser(), self.person_id))

    def action_give_up(self) -> None:
        self.dismiss(None)
