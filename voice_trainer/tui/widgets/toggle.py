"""A yes or no that reads without colour."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static


class Toggle(Static, can_focus=True):
    """Enter or Space turns it. ``label``: what is on or off, where it is drawn with it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "turn", "Turn on or off", key_display="space")]

    value: reactive[bool] = reactive(False, init=False)

    class Changed(Message):
        def __init__(self, toggle: Toggle, value: bool) -> None:
            super().__init__()
            self.toggle = toggle
            self.value = value

    def __init__(self, value: bool, *, id: str, label: str = "") -> None:
        super().__init__("", id=id)
        self._label = label
        self.set_reactive(Toggle.value, value)

    def on_mount(self) -> None:
        self._draw()

    def watch_value(self, value: bool) -> None:
        self._draw()
        self.post_message(self.Changed(self, value))

    def action_turn(self) -> None:
        self.value = not self.value

    def _draw(self) -> None:
        if self._label:
            self.update(
                Content.assemble(
                    (f"{'●' if self.value else '○'} {self._label}", "bold $primary" if self.value else "$quiet")
                )
            )
            return
        on = ("● on", "bold $primary") if self.value else ("○ on", "$quiet")
        off = ("○ off", "$quiet") if self.value else ("● off", "bold")
        self.update(Content.assemble(on, "   ", off))
