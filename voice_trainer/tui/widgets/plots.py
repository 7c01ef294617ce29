"""Curves drawn by the plotting library, which costs a third of a second to import: only where one is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.css.query import NoMatches

if TYPE_CHECKING:
    from textual_plot import PlotWidget

AXIS_WIDTH = 5
AXIS_HEIGHT = 2


def blank_plot(classes: str = "") -> PlotWidget:
    """A plot that only shows, with room for its two axes."""
    from textual_plot import PlotWidget

    plot = PlotWidget(allow_pan_and_zoom=False, classes=classes)
    plot.can_focus = False
    plot.set_reactive(PlotWidget.margin_top, 0)
    plot.set_reactive(PlotWidget.margin_bottom, AXIS_HEIGHT)
    plot.set_reactive(PlotWidget.margin_left, AXIS_WIDTH)
    return plot


def draw_curves(
    plot: PlotWidget,
    x_limits: tuple[float, float],
    y_limits: tuple[float, float],
    curves: Sequence[tuple[Sequence[float], Sequence[float], str]],
) -> None:
    """Draw each curve (its x, its y, its colour) anew. A plot that has left the screen meanwhile is passed over."""
    from textual_plot import HiResMode

    try:
        plot.clear()
        plot.set_xlimits(*x_limits)
        plot.set_ylimits(*y_limits)
        for x, y, colour in curves:
            plot.plot(x, y, line_style=colour, hires_mode=HiResMode.BRAILLE)
    except NoMatches:  # its parts are gone before it is
        return
