"""The invitation, large enough to read out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

if TYPE_CHECKING:
    from ...coach.address import Invitation

SPOKEN: dict[str, str] = {
    "A": "Alfa",
    "B": "Bravo",
    "C": "Charlie",
    "D": "Delta",
    "E": "Echo",
    "F": "Foxtrot",
    "G": "Golf",
    "H": "Hotel",
    "J": "Juliett",
    "K": "Kilo",
    "M": "Mike",
    "N": "November",
    "P": "Papa",
    "Q": "Quebec",
    "R": "Romeo",
    "S": "Sierra",
    "T": "Tango",
    "V": "Victor",
    "W": "Whiskey",
    "X": "X-ray",
    "Y": "Yankee",
    "Z": "Zulu",
}
"""The letters that a code is made of, as they are said over a line."""


def spelled(code: str) -> tuple[str, ...]:
    """ "7 Kilo 3 Mike" and "Quebec 2 X-ray November"."""
    return tuple(" ".join(SPOKEN.get(letter, letter) for letter in half) for half in code.split("-"))


def invitation_text(invitation: Invitation) -> Content:
    """Code, address and fingerprint, and the line that brings somebody in."""
    code = "   ".join(" ".join(half) for half in invitation.code.split("-"))
    return Content.assemble(
        ("Code\n", "$quiet"),
        (f"  {code}\n", "bold $accent"),
        *((f"  {half}\n", "$quiet") for half in spelled(invitation.code)),
        ("Address\n", "$quiet"),
        (f"  {invitation.address}\n", "bold $accent"),
        ("The whole line, to send to them\n", "$quiet"),
        f"{invitation}",
    )


class InvitationScreen(ModalScreen[None]):
    """Over the session."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,i", "dismiss", "Back", key_display="esc")]

    def __init__(self, invitation: Invitation) -> None:
        super().__init__()
        self._invitation = invitation

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = "To read out"
            yield Static(invitation_text(self._invitation), id="invitation-text")
        yield Footer(show_command_palette=False, compact=True)
