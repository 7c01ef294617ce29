"""The notes at moments of a take, in the order of their moments."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ...session import Pin


def pin_line(number: int, pin: Pin, author: str) -> Content:
    """ "1   4.2 s  Here I rushed.  Bo": the author is named where it is somebody else than ``author``."""
    note = " ".join(pin.note.split())
    by = f"  {pin.author}" if pin.author and pin.author != author else ""
    return Content.assemble((f"{number} ", "bold $warning"), (f"{pin.at_s:5.1f} s  ", "$quiet"), note, (by, "$quiet"))


class PinList(OptionList):
    """Enter goes to the moment of the pin that is marked."""

    def __init__(self) -> None:
        super().__init__(id="pins", classes="box")
        self.border_title = "Pins"
        self.border_subtitle = "↵ go  del remove"
        self.pins: tuple[Pin, ...] = ()

    def show(self, pins: tuple[Pin, ...], author: str, mark: str | None = None) -> None:
        """List ``pins``; the one of id ``mark`` is marked, else the one that was."""
        at = self.highlighted
        self.pins = pins
        self.set_options([Option(pin_line(i, pin, author), id=pin.id) for i, pin in enumerate(pins, 1)])
        self.display = bool(pins)
        ids = [pin.id for pin in pins]
        if mark in ids:
            at = ids.index(mark)
        self.highlighted = min(at or 0, len(pins) - 1) if pins else None

    @property
    def marked(self) -> Pin | None:
        at = self.highlighted
        return self.pins[at] if at is not None and at < len(self.pins) else None
