"""Curves drawn in dots: two across and four down in every cell. Pure."""

from __future__ import annotations

from .series import Series, runs

BLANK = 0x2800
DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bit of each dot: column, then row from the top (Unicode's braille patterns)."""
ACROSS, DOWN = 2, 4


def braille(series: Series, width: int, rows: int, low: float, high: float, duration_s: float) -> list[str]:
    """``rows`` lines of ``width`` characters over ``duration_s``, ``high`` on top; gaps in time stay empty.

    Points in one run are joined. Values beyond ``low`` and ``high`` lie at the edge.
    """
    cells = [[0] * max(0, width) for _ in range(max(0, rows))]
    if width > 0 and rows > 0 and duration_s > 0 and high > low:
        for run in runs(series):
            _draw(cells, run, width * ACROSS, rows * DOWN, low, high, duration_s)
    return ["".join(chr(BLANK + cell) if cell else " " for cell in row) for row in cells]


def _draw(cells: list[list[int]], run: Series, across: int, down: int, low: float, high: float, dur_s: float) -> None:
    before: tuple[int, int] | None = None
    for at, value in zip(run.times_s, run.values, strict=True):
        x = min(across - 1, max(0, int(at / dur_s * across)))
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        y = down - 1 - min(down - 1, int(share * down))
        for dot_x, dot_y in _line(before or (x, y), (x, y)):
            cells[dot_y // DOWN][dot_x // ACROSS] |= DOTS[dot_x % ACROSS][dot_y % DOWN]
        before = (x, y)


def _line(a: tuple[int, int], b: tuple[int, int]) -> list[tuple[int, int]]:
    """The dots from ``a`` to ``b``, both included."""
    steps = max(abs(b[0] - a[0]), abs(b[1] - a[1]), 1)
    return [
        (a[0] + round((b[0] - a[0]) * step / steps), a[1] + round((b[1] - a[1]) * step / steps))
        for step in range(steps + 1)
    ]
