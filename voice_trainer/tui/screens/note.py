"""A line to write, over whatever was there."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Input


class NoteScreen(ModalScreen[str | None]):
    """Enter gives what was written, Escape (or nothing written) gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "app.nothing", "Keep it"),
        Binding("escape", "give_up", "Leave it", key_display="esc"),
    ]

    def __init__(self, title: str, hint: str, most: int) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._most = most

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            yield Input(placeholder=self._hint, max_length=self._most, id="note-input")
        yield Footer(show_command_palette=False, compact=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)

    def action_give_up(self) -> None:
        self.dismiss(None)
