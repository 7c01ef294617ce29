"""While one answers: level and time, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from ..words import clock

if TYPE_CHECKING:
    from ...practice_events import Level

QUIETEST_DBFS, LOUDEST_DBFS = -60.0, 0.0
TOO_SOFT_DBFS = -55.0
WIDTH = 24


def level_bar(rms_dbfs: float, width: int = WIDTH) -> str:
    """The level on a line of ``width`` cells, −60 to 0 dBFS."""
    share = (rms_dbfs - QUIETEST_DBFS) / (LOUDEST_DBFS - QUIETEST_DBFS)
    filled = round(min(1.0, max(0.0, share)) * width)
    return "▮" * filled + "▯" * (width - filled)


class Recorder(Static):
    """Draws one ``Level`` at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed_s = 0.0

    def begin(self) -> None:
        self.elapsed_s = 0.0
        self._draw(QUIETEST_DBFS, clipping=False, stops_in_s=None)

    def show(self, level: Level) -> None:
        self.elapsed_s = level.elapsed_s or 0.0
        self._draw(level.rms_dbfs, clipping=level.clipping, stops_in_s=level.stops_in_s)

    def end(self, duration_s: float) -> None:
        self.elapsed_s = duration_s
        self.update(Content.assemble(("■ ", "$primary"), ("Recorded  ", "bold"), clock(duration_s)))

    def _draw(self, rms_dbfs: float, *, clipping: bool, stops_in_s: float | None) -> None:
        parts: list[tuple[str, str] | str] = [
            ("● ", "bold $error"),
            ("Recording  ", "bold"),
            f"{clock(self.elapsed_s)}   ",
            (level_bar(rms_dbfs), "$primary"),
        ]
        if clipping:
            parts.append(("  too loud", "bold $warning"))
        if stops_in_s is not None and stops_in_s < 3.0:
            parts.append((f"  stops in {stops_in_s:.0f}", "$quiet"))
        self.update(Content.assemble(*parts), layout=False)
