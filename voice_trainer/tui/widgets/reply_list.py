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
WIDE = 56
NOTHING = Content.assemble(("What people share comes in here.", "$quiet"))


class ReplyList(OptionList):
    """Enter opens a reply: to hear it, rate it, uncover the machine's view, and pin."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="replies", classes="box")
        self.border_title = "Replies"
        self._replies: tuple[ReplyNow, ...] = ()

    def on_resize(self) -> None:
        self.show(self._replies)

    @property
    def marked(self) -> str | None:
        option = self.highlighted_option
        return option.id if option is not None else None

    def show(self, replies: tuple[ReplyNow, ...]) -> None:
        marked = self.marked
        self._replies = replies
        wide = self.size.width >= WIDE
        self.set_options([Option(reply_line(one, wide=wide), id=one.attempt_id) for one in replies])
        if not replies:
            self.set_options([Option(NOTHING, disabled=True)])
        ids = [one.attempt_id for one in replies]
        self.highlighted = ids.index(marked) if marked in ids else (0 if ids else None)
        left = sum(not one.rated and not one.revealed for one in replies)
        self.border_title = f"Replies  {left} to rate" if left else "Replies"
        self.border_subtitle = "↵ hear, rate, uncover" if replies else ""


def reply_line(reply: ReplyNow, *, wide: bool) -> Content:
    """Two lines: whose and how long with the ratings, then the words where there is room for both."""
    name = reply.person if len(reply.person) <= NAME_WIDTH else f"{reply.person[: NAME_WIDTH - 1]}…"
    sound = f"♪ {clock(reply.duration_s)}" if reply.recording is not None else f"  {clock(reply.duration_s)}"
    said = " ".join(reply.text.split()) or reply.title
    head = ((f"{name:{NAME_WIDTH}} ", "bold"), (f"{sound}  ", "$quiet"))
    if wide:
        return Content.assemble(*head, *_ratings(reply), "\n  ", (said, "$quiet"))
    return Content.assemble(*head, (said, "$quiet"), "\n  ", *_ratings(reply))


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
