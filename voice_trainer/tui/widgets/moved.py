"""What moved between two attempts: in words, and level by level."""

from __future__ import annotations

from textual.content import Content

from ...comparing import Change, Comparison, Shift, Way
from ..measures_words import MEASURES
from ..words import ASKS, AWAY, BESIDE, DIMENSIONS, MARKS, NEARER, bar, level_word

NAMES = {measure: label for measure, label, *_ in MEASURES} | {"levels": "Levels"}
WAY_MARKS: dict[Way, tuple[str, str]] = {
    "nearer": (NEARER, "$primary"),
    "away": (AWAY, "$warning"),
    "neither": (BESIDE, "$quiet"),
}
MUCH_ALIKE = "Nothing moved by more than two takes differ by chance. Staying is a practice, too."
NAME_WIDTH, LEVEL_WIDTH = 12, 20
ROOM_FOR_BARS = 60


def moved_content(comparison: Comparison, width: int) -> Content:
    """All of it in ``width`` columns: the changes, the dimensions then and now, and what could not be compared."""
    lines: list[Content] = []
    if not comparison.moved:
        lines.append(Content(MUCH_ALIKE))
    lines += [_change(change) for change in (*comparison.words, *comparison.voice)]
    rows = [shift for shift in comparison.dimensions if shift.by]
    same = [DIMENSIONS.get(shift.name, shift.name) for shift in comparison.dimensions if shift.by == 0]
    if lines and rows:
        lines.append(Content(""))
    lines += [_shift(shift, width) for shift in rows]
    if same:
        lines.append(Content.assemble((f"{'The same':{NAME_WIDTH}}", "$quiet"), (", ".join(same), "$quiet")))
    for measure, why in comparison.not_compared.items():
        lines.append(Content.assemble((f"{NAMES.get(measure, measure)} not compared: {why}", "$quiet")))
    return Content("\n").join(lines)


def _change(change: Change) -> Content:
    mark, style = WAY_MARKS[change.way]
    if MARKS.get(change.what) == ASKS:
        mark, style = ASKS, "$secondary"
    return Content.assemble((f"{mark} ", style), change.text)


def _shift(shift: Shift, width: int) -> Content:
    """ "Feeling     ▰▰▱▱▱ partly heard  →  ▰▰▰▰▱ heard more"."""
    then, now = level_word(shift.then, shift.name), level_word(shift.now, shift.name)
    name = (f"{DIMENSIONS.get(shift.name, shift.name):{NAME_WIDTH}}", "$quiet")
    if width < ROOM_FOR_BARS:
        return Content.assemble(name, f"{then} → ", (now, "bold"))
    before = f"{bar(shift.then)} {then}"
    return Content.assemble(
        name, (f"{before:{LEVEL_WIDTH}}", "$quiet"), " → ", (bar(shift.now), "$primary"), (f" {now}", "bold")
    )
