"""The line under the timeline: where the playhead is, the passage, how fast; and the playhead over a row."""

from __future__ import annotations

from textual.content import Content

from ...playing import State
from ..picture import Row, column
from ..words import clock

HEAD = "┃"
PLAYING, STANDING, COMING = "▶", "‖", "…"


def over(row: Row, at: int) -> Content:
    """``row`` with the playhead in column ``at``."""
    content = Content(f"{row.text[:at]}{HEAD}{row.text[at + 1 :]}").stylize(row.style)
    for start, end, style in row.styles:
        content = content.stylize(style, start, end)
    return content.stylize("bold $foreground", at, at + 1)


def time_line(state: State, duration_s: float, width: int, style: str) -> Content:
    """ "━━[━━●──]───" in ``width`` columns: brackets hold the passage, round ones while it is not being looped."""
    at = column(state.position_s, width, duration_s)
    cells = ["━" if i < at else "─" for i in range(width)]
    if state.loop is not None:
        brackets = "[]" if state.looping else "()"
        cells[column(state.loop.start_s, width, duration_s)] = brackets[0]
        cells[column(state.loop.end_s, width, duration_s)] = brackets[1]
    return Content.assemble(("".join(cells[:at]), style), ("●", f"bold {style}"), ("".join(cells[at + 1 :]), "$quiet"))


def status(state: State, duration_s: float, begin_s: float | None) -> str:
    """ "▶ 0:04 of 0:18  ×0.8  over and over 2.1–5.0 s"."""
    mark = COMING if state.preparing else PLAYING if state.playing else STANDING
    parts = [f"{mark} {clock(state.position_s)} of {clock(duration_s)}", f"×{state.speed:g}"]
    if begin_s is not None:
        parts.append(f"passage from {begin_s:.1f} s: E ends it")
    elif state.loop is not None:
        times = f"{state.loop.start_s:.1f}–{state.loop.end_s:.1f} s"
        parts.append(f"over and over {times}" if state.looping else f"passage {times}: L loops it")
    return "   ".join(parts)
