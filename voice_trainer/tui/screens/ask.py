"""A question with a few answers, each with its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Footer, Static


@dataclass(frozen=True)
class Answer:
    """``key``: one letter; ``value``: what is given back; ``text``: what it means."""

    key: str
    value: str
    text: str


class AskScreen(ModalScreen[str]):
    """Gives the value of the answer that was chosen, "" for none (Escape)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "answer('')", "No; back", key_display="esc")]

    def __init__(self, question: str, answers: Sequence[Answer], title: str = "") -> None:
        super().__init__()
        self._question = question
        self._answers = tuple(answers)
        self._title = title

    def compose(self) -> ComposeResult:
        lines = [Content.assemble((f" {one.key.upper()} ", "bold $primary"), f" {one.text}") for one in self._answers]
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            yield Static(Content("\n").join([Content(self._question), Content(""), *lines]))
        yield Footer(show_command_palette=False, compact=True)

    def on_key(self, event: Key) -> None:
        for one in self._answers:
            if event.key == one.key:
                event.stop()
                self.dismiss(one.value)

    def action_answer(self, value: str) -> None:
        self.dismiss(value)
