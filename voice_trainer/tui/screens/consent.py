"""What somebody is asked when they come in: one thing after the other, who would hear it, and how long it is kept."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from ...coach.protocol import Consenting
from ...session import SHARINGS, ConsentRules
from ..session_words import SHARED_ABOUT, SHARED_WORDS, days_word, listed

SHORTER_DAYS = (1, 7, 30, 90)
KIND = "Whatever you answer, you can take part. You can take it back at any time, and it is then removed."


class ConsentScreen(ModalScreen[tuple[Consenting, ...] | None]):
    """Gives an answer to everything that is asked for; None where it was left before the end.

    Args:
        coach: who asks. name: who is asked, where they sit at the coach's machine.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n", "answer(False)", "No"),
        Binding("minus,underscore", "days(-1)", "For how long", key_display="-+"),
        Binding("plus,equals_sign", "days(1)", show=False),
        Binding("backspace,left", "back", "One back", key_display="←"),
        Binding("escape", "give_up", "Later", key_display="esc"),
    ]

    def __init__(self, rules: ConsentRules, coach: str, name: str = "") -> None:
        super().__init__()
        self.asks = tuple(one for one in SHARINGS if one in rules.asks)
        self.at = 0
        self._listeners = rules.listeners or (coach,)
        self._choices = (*(days for days in SHORTER_DAYS if days < rules.days), rules.days)
        self._days = rules.days
        self._coach = coach
        self._name = name
        self._given: list[Consenting] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = f"{self._name}, may this be shared?" if self._name else "May this be shared?"
            yield Static("", id="consent", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        if not self.asks:
            self.dismiss(())
        self._draw()

    def _draw(self) -> None:
        if self.at >= len(self.asks) or not self.query("#consent"):  # opened and closed at once: nothing to draw on
            return
        sharing = self.asks[self.at]
        steps = "".join("●" if i == self.at else "✓" if i < self.at else "○" for i in range(len(self.asks)))
        self.query_one("#consent", Static).update(
            Content.assemble(
                (f"{steps}   ", "$quiet"),
                (SHARED_WORDS[sharing].capitalize(), "bold $primary"),
                "\n\n",
                SHARED_ABOUT[sharing],
                "\n\n",
                ("Who gets it     ", "$quiet"),
                (listed(self._listeners), "bold"),
                ("; nobody else.\n", "$quiet"),
                ("Removed after   ", "$quiet"),
                (days_word(self._days), "bold"),
                (f" at {self._coach}'s side; here it stays yours.\n\n", "$quiet"),
                ("Y", "bold $primary"),
                " yes, share it     ",
                ("N", "bold $primary"),
                " no, keep it to yourself\n\n",
                (KIND, "$quiet"),
            )
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action == "back":
            return self.at > 0
        if action == "days":
            return len(self._choices) > 1
        return True

    def action_answer(self, yes: bool) -> None:
        sharing = self.asks[self.at]
        self._given.append(
            Consenting(sharing=sharing, given=yes, listeners=self._listeners if yes else (), days=self._days)
        )
        self.at += 1
        if self.at == len(self.asks):
            self.dismiss(tuple(self._given))
        else:
            self._draw()
            self.refresh_bindings()

    def action_days(self, by: int) -> None:
        """As long as is asked for, or shorter."""
        now = self._choices.index(self._days)
        self._days = self._choices[min(len(self._choices) - 1, max(0, now + by))]
        self._draw()

    def action_back(self) -> None:
        self.at -= 1
        self._given.pop()
        self._draw()
        self.refresh_bindings()

    def action_give_up(self) -> None:
        self.dismiss(None)
