"""The words of a transcript, to be corrected one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Key, Paste
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Static

from ..word_buffer import WordBuffer

CARET = "▏"
NOTHING = "Nothing was heard. Type what you said."


class WordEditor(VerticalScroll, can_focus=True):
    """Left and right go from word to word; typing writes in place of the one that the cursor is on.

    Args:
        words: as they are now. unsure: words that were heard less surely; they are underlined.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,ctrl+left", "move(-1)", "Word", key_display="← →"),
        Binding("right,ctrl+right,tab", "move(1)", "Next word", show=False),
        Binding("up", "line(-1)", "Line up", show=False),
        Binding("down", "line(1)", "Line down", show=False),
        Binding("home", "end(0)", "First word", show=False),
        Binding("end", "end(-1)", "Last word", show=False),
        Binding("delete", "remove", "Remove", key_display="del"),
        Binding("ctrl+z", "undo", "Undo"),
    ]
    DEFAULT_CSS = """
    WordEditor { height: auto; max-height: 50%; & > Static { height: auto; } }
    """

    class Changed(Message):
        """The words, or what is being written, are other now."""

    def __init__(self, words: Sequence[str], unsure: Collection[str] = ()) -> None:
        super().__init__(classes="box", id="editor")
        self.border_title = "What you said"
        self.buffer = WordBuffer(words)
        self._unsure = frozenset(unsure)
        self._lines: list[list[int]] = []
        self._text = Static("", id="editor-text")

    def compose(self) -> ComposeResult:
        yield self._text

    def on_mount(self) -> None:
        self.draw()

    def on_resize(self) -> None:
        self.draw()

    @property
    def writing(self) -> bool:
        return self.buffer.draft is not None

    # keys

    def on_key(self, event: Key) -> None:
        if event.key == "backspace":
            self.buffer.rub_out()
        elif event.is_printable and event.character is not None:
            self.buffer.write(event.character)
        else:
            return
        event.stop()
        event.prevent_default()
        self._changed()

    def on_paste(self, event: Paste) -> None:
        event.stop()
        self.buffer.paste(event.text)
        self._changed()

    def action_move(self, by: int) -> None:
        self.buffer.move(by)
        self._changed()

    def action_end(self, where: int) -> None:
        self.buffer.go(0 if where == 0 else len(self.buffer.words) - 1)
        self._changed()

    def action_line(self, by: int) -> None:
        self.buffer.settle()
        here = next((i for i, line in enumerate(self._lines) if self.buffer.at in line), None)
        if here is not None and 0 <= here + by < len(self._lines):
            line, place = self._lines[here + by], self._lines[here].index(self.buffer.at)
            self.buffer.go(line[min(place, len(line) - 1)])
        self._changed()

    def action_remove(self) -> None:
        self.buffer.remove()
        self._changed()

    def action_undo(self) -> None:
        if not self.buffer.undo():
            self.notify("There is nothing to undo.", timeout=2)
        self._changed()

    def _changed(self) -> None:
        self.draw()
        self.post_message(self.Changed())

    # drawing

    def draw(self) -> None:
        buffer = self.buffer
        width = max(8, self._text.content_size.width or self.content_size.width)
        if not buffer.words and buffer.draft is None:
            self._lines = []
            self._text.update(Content.assemble((NOTHING, "$quiet")))
            return
        pieces = self._pieces()
        lines: list[list[tuple[str, str]]] = [[]]
        self._lines, used, here = [[]], 0, 0
        for at, text, style in pieces:
            size = cell_len(text)
            if used and used + 1 + size > width:
                self._lines.append([])
                lines.append([])
                used = 0
            lines[-1].append((" " if used else "", ""))
            lines[-1].append((text, style))
            used += size + (1 if used else 0)
            if at is not None:
                self._lines[-1].append(at)
            if style.endswith("reverse"):
                here = len(lines) - 1
        self._text.update(Content("\n").join([Content.assemble(*line) for line in lines]))
        self.scroll_to_region(Region(0, here, 1, 1), animate=False, force=True)

    def _pieces(self) -> list[tuple[int | None, str, str]]:
        """Place, text and style of each word, with what is being written among them."""
        buffer = self.buffer
        draft = None if buffer.draft is None else (None, f"{buffer.draft}{CARET}", "bold reverse")
        pieces: list[tuple[int | None, str, str]] = []
        for at, word in enumerate(buffer.words):
            here = at == buffer.at
            if here and draft is not None and not buffer.adding:
                pieces.append((at, draft[1], draft[2]))
                continue
            style = "underline" if word in self._unsure else ""
            pieces.append((at, word, f"{style} reverse".strip() if here and draft is None else style))
            if here and draft is not None:
                pieces.append(draft)
        if not buffer.words and draft is not None:
            pieces.append(draft)
        return pieces
