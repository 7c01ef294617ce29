"""The top line: where one is, and quietly how the models are doing."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static


class TopBar(Horizontal):
    """One line. The right end follows the app's ``status``."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where
        self._status = Static("", id="status", markup=False)

    def compose(self) -> ComposeResult:
        parts = [("Voice Trainer", "bold $primary")]
        if self._where:
            parts.append((f"  {self._where}", "$quiet"))
        yield Static(Content.assemble(*parts), id="where")
        yield self._status

    def on_mount(self) -> None:
        self.watch(self.app, "status", self._show_status)

    def _show_status(self, status: str) -> None:
        if self.is_attached:  # the app may say it while this screen is on its way out
            self._status.update(status)
