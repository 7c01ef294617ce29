"""The observer's tally: while somebody answers, count each move as it is heard."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from ...listening.moves import Move
from ..widgets.tally import KEYS, TallyCard


class TallyScreen(ModalScreen[dict[Move, int] | None]):
    """Gives what was counted; None where it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep it"),
        Binding("backspace", "undo", "Take one back", key_display="⌫"),
        Binding("escape", "give_up", "Leave it", key_display="esc"),
    ]

    def __init__(self, whom: str) -> None:
        super().__init__()
        self._whom = whom

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog tally", can_focus=False) as box:
            box.border_title = "You observe"
            yield Static(f"Listen to {self._whom}, and press a key for each move as it comes.", classes="quiet")
            yield TallyCard()
        yield Footer(show_command_palette=False, compact=True)

    def on_key(self, event: Key) -> None:
        move = KEYS.get(event.key)
        if move is not None:
            event.stop()
            self.query_one(TallyCard).count(move)

    def action_undo(self) -> None:
        self.query_one(TallyCard).undo()

    def action_keep(self) -> None:
        self.dismiss(self.query_one(TallyCard).counts or None)

    def action_give_up(self) -> None:
        self.dismiss(None)
