"""Come into somebody's session: what is written in the invitation."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static

from ..together import Invited

ABOUT = (
    "Your coach reads out an address and a code; with the fingerprint you can be sure it is them. The whole line of an "
    "invitation can be put in the first field."
)
FIELDS: tuple[tuple[str, str, str], ...] = (
    ("join-address", "Address", "such as 192.168.1.20:7463, or the whole line"),
    ("join-code", "Code", "such as 7K3M-Q2XN"),
    ("join-fingerprint", "Fingerprint", "of the invitation"),
    ("join-name", "Your name", "as the others know you"),
)


class JoinScreen(ModalScreen[Invited | None]):
    """Gives what was written; None where it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "app.nothing", "Next, and join"),
        Binding("escape", "give_up", "Back", key_display="esc"),
    ]
    AUTO_FOCUS = "#join-address"

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self._name = name

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog join") as box:
            box.border_title = "Join a session"
            yield Static(ABOUT, classes="quiet")
            for field, label, hint in FIELDS:
                yield Static(label, classes="join-label")
                yield Input(
                    self._name if field == "join-name" else "", placeholder=hint, id=field, compact=True, max_length=400
                )
            yield Static("", id="join-told", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def _value(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "join-address":
            self._take_apart(event.value)
        empty = next((field for field, *_ in FIELDS if not self._value(field) and field != "join-fingerprint"), None)
        last = event.input.id == "join-name"
        if empty is None and (last or (event.input.id == "join-address" and self._value("join-fingerprint"))):
            self.dismiss(
                Invited(
                    address=self._value("join-address"),
                    code=self._value("join-code"),
                    fingerprint=self._value("join-fingerprint"),
                    name=self._value("join-name"),
                )
            )
        elif last and empty is not None:
            self.query_one("#join-told", Static).update("Address, code and your name are needed.")
            self.query_one(f"#{empty}").focus()
        else:
            self.focus_next()

    def _take_apart(self, text: str) -> None:
        """The whole line of an invitation: ``voice-trainer join ADDRESS CODE FINGERPRINT``."""
        words = text.split()
        while words and words[0] in ("voice-trainer", "join"):
            words.pop(0)
        if len(words) < 2:
            return
        for field, word in zip(("join-address", "join-code", "join-fingerprint"), words, strict=False):
            self.query_one(f"#{field}", Input).value = word

    def action_give_up(self) -> None:
        self.dismiss(None)
