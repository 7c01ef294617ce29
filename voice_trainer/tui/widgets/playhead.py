"""The line under the timeline: where the playhead is, the passage, how fast; and the playhead over a row."""

from __future__ import annotations

from textual.content import Content

from ...playing import State
from ..picture import Row, column
from ..words import clock

HEAD = "┃"
PLAYING, STANDING, COMING = "▶", "‖", "…"


def over(row: Row, at: int | None, played: str = "") -> Content:
    """``row`` with the playhead in column ``at``; what lies behind it in time keeps its style, the rest is fainter."""
    if at is None or not 0 <= at < len(row.text):
        at = None
    text = row.text if at is None else f"{row.text[:at]}{HEAD}{row.text[at + 1 :]}"
    content = Content(text).stylize(row.style)
    for start, end, style in row.styles:
        content = content.stylize(style, start, end)
    if at is not None:
        if played and not row.styles:
            content = content.stylize(played, at + 1)
        content = content.stylize("bold $foreground", at, at + 1)
    return content


def time_line(state: State, duration_s: float, width: int, style: str) -> Content:
    """ "0:04 ━━[━━●──]─── 0:18": brackets are the passage, round ones when it is not being looped."""
    now, all_of_it = clock(state.position_s), clock(duration_s)
    long = width - len(now) - len(all_of_it) - 2
    if long < 3:
        return Content(now)
    at = column(state.position_s, long, duration_s)
    cells = ["━" if i < at else "─" for i in range(long)]
    if state.loop is not None:
        brackets = "[]" if state.looping else "()"
        cells[column(state.loop.start_s, long, duration_s)] = brackets[0]
        cells[column(state.loop.end_s, long, duration_s)] = brackets[1]
    return Content.assemble(
        (f"{now} ", "$quiet"),
        ("".join(cells[:at]), style),
        ("●", f"bold {style}"),
        ("".join(cells[at + 1 :]), "$quiet"),
        (f" {all_of_it}", "$quiet"),
    )


def status(state: State, begin_s: float | None, end_s: float | None) -> str:
    """ "▶ playing  ×0.8  over and over 0:02–0:05"."""
    if state.preparing:
        word = f"{COMING} one moment"
    else:
        word = f"{PLAYING} playing" if state.playing else f"{STANDING} standing"
    parts = [word, f"×{state.speed:g}"]
    if state.loop is not None and state.looping:
        parts.append(f"over and over {state.loop.start_s:.1f}–{state.loop.end_s:.1f} s")
    elif state.loop is not None:
        parts.append(f"passage {state.loop.start_s:.1f}–{state.loop.end_s:.1f} s: L loops it")
    elif begin_s is not None:
        parts.append(f"passage from {begin_s:.1f} s: E ends it")
    elif end_s is not None:
        parts.append(f"passage to {end_s:.1f} s: B begins it")
    return "  ".join(parts)
