"""The last replies of a session, the newest first: what the coach thought, and the machine's view once uncovered."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ...coach.snapshot import ReplyNow
from ..session_words import coach_marks
from ..words import clock, level_of

NAME_WIDTH = 11


class ReplyList(OptionList):
    """Enter opens a reply: to hear it, rate it, uncover the machine's view, and pin."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Hear and rate"),
    ]

    def __init__(self) -> None:
        super().__init__(id="replies", classes="box")
        self.border_title = "Replies"

    @property
    def marked(self) -> str | None:
        option = self.highlighted_option
        return option.id if option is not None else None

    def show(self, replies: tuple[ReplyNow, ...]) -> None:
        marked = self.marked
        self.set_options([Option(reply_line(one), id=one.attempt_id) for one in replies])
        ids = [one.attempt_id for one in replies]
        self.highlighted = ids.index(marked) if marked in ids else (0 if ids else None)
        left = sum(not one.rated and not one.revealed for one in replies)
        self.border_subtitle = f"{left} to rate" if left else ""


def reply_line(reply: ReplyNow) -> Content:
    """Two lines: whose and how long, then the ratings; the words where they were shared."""
    name = reply.person if len(reply.person) <= NAME_WIDTH else f"{reply.person[: NAME_WIDTH - 1]}…"
    sound = f"♪ {clock(reply.duration_s)}" if reply.recording is not None else f"  {clock(reply.duration_s)}"
    said = " ".join(reply.text.split())
    return Content.assemble(
        (f"{name:{NAME_WIDTH}} ", "bold"),
        (f"{sound}  ", "$quiet"),
        *_ratings(reply),
        "\n  ",
        (said or reply.title, "$quiet"),
    )


def _ratings(reply: ReplyNow) -> list[tuple[str, str]]:
    if not reply.rated and not reply.revealed:
        return [("○ yours to rate", "$accent")]
    parts = [(f"you {coach_marks(reply)}" if reply.rated else "not rated", "bold" if reply.rated else "$quiet")]
    if reply.revealed:
        wording, voice = level_of(reply.wording), level_of(reply.voice)
        parts.append((f"  machine {wording or '–'} · {voice or '–'}", "$primary"))
    elif reply.rated:
        parts.append(("  hidden", "$quiet"))
    return parts
