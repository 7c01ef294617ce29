"""The coach's own notes: nobody else sees them, and no export holds them."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, TextArea

LONGEST_NOTES = 20_000


class NotesScreen(ModalScreen[str | None]):
    """Gives what is written when it is left; None where nothing changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "keep", "Keep and go back", key_display="esc", priority=True),
    ]
    AUTO_FOCUS = "#notes-text"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall-dialog") as box:
            box.border_title = "Your notes, for nobody else"
            yield TextArea(self._text, id="notes-text", compact=True, show_line_numbers=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)

    def action_keep(self) -> None:
        text = self.query_one(TextArea).text[:LONGEST_NOTES].rstrip()
        self.dismiss(text if text != self._text else None)
