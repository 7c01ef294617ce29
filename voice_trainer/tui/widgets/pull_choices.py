""" "What happened in you?": asked once the reply was said, while it is listened to; for the trainee alone."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from ...store import PULLS, Pull
from ..words import PULL_WORDS


class PullChoices(Static):
    """The question with its answers by number; it keeps none itself."""

    def on_mount(self) -> None:
        parts: list[tuple[str, str] | str] = [("What happened in you, just now?\n\n", "bold")]
        for i, pull in enumerate(PULLS, 1):
            parts += [(f"{i} ", "bold $primary"), f"{PULL_WORDS[pull]}\n"]
        parts.append(("\nFor you alone: kept here, never scored, never shown to anybody.", "$quiet"))
        self.update(Content.assemble(*parts))

    @staticmethod
    def numbered(number: int) -> Pull | None:
        """The answer of that key (from 1)."""
        return PULLS[number - 1] if 1 <= number <= len(PULLS) else None
