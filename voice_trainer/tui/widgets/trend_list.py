"""How each dimension went: a small line of means, and where the mean lies now with how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from ...trends import HIGHEST, LEAST, LOWEST, WINDOW, Trend
from ..series import SPARKS
from ..words import DIMENSIONS
from .plots import blank_plot, draw_curves

if TYPE_CHECKING:
    from ...trends import Point

NAME_WIDTH = 13
SCALE_STEPS = 17
SPARK_LEAST, SPARK_MOST = 6, 60
NUMBERS_WIDTH = 22
ARROWS = {"higher": "↗", "lower": "↘", "unclear": " ", None: " "}
TOLD = {
    "higher": " Clearly higher than the ten before.",
    "lower": " Clearly lower than the ten before.",
    "unclear": " Not clearly other than the ten before.",
    None: "",
}
WHOLE_NAMES = {"wording": "Words", "voice": "Voice"}


def trend_name(name: str) -> str:
    return WHOLE_NAMES.get(name) or DIMENSIONS.get(name, name)


def trend_spark(points: Sequence[Point], width: int) -> str:
    """The means, oldest first, on the scale 1–5; the newest ``width`` where there are more, blanks before fewer."""
    steps = len(SPARKS) - 1
    shown = points[-width:] if width > 0 else ()
    line = "".join(SPARKS[round((point.mean - LOWEST) / (HIGHEST - LOWEST) * steps)] for point in shown)
    return f"{line:>{max(0, width)}}"


def scale(point: Point) -> str:
    """From 1 to 5: dots, the interval a line, the mean a full dot."""

    def cell(value: float) -> int:
        return round((value - LOWEST) / (HIGHEST - LOWEST) * (SCALE_STEPS - 1))

    low, mean, high = cell(point.low), cell(point.mean), cell(point.high)
    return "".join("●" if i == mean else "━" if low <= i <= high else "·" for i in range(SCALE_STEPS))


def told(trend: Trend) -> str:
    """One trend in a sentence or two."""
    name = trend_name(trend.name)
    if not trend.points:
        many = f"{trend.attempts} attempt{'s' if trend.attempts != 1 else ''}"
        return f"{name}: rated in {many}; a trend is drawn from {LEAST} on."
    last = trend.points[-1]
    return (
        f"{name}: {last.mean:.1f} of 5 over the last {last.attempts} of {trend.attempts} rated attempts, most likely "
        f"between {last.low:.1f} and {last.high:.1f}.{TOLD[trend.direction]}"
    )


class TrendList(Static, can_focus=True):
    """A row for each; up and down choose the one that is told in full."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
    ]

    class Chosen(Message):
        def __init__(self, trend: Trend) -> None:
            super().__init__()
            self.trend = trend

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, classes="box")
        self.border_title = "Trends"
        self._trends: tuple[Trend, ...] = ()
        self._why = ""
        self._at = 0

    @property
    def chosen(self) -> Trend | None:
        return self._trends[self._at] if self._at < len(self._trends) else None

    def show(self, trends: Sequence[Trend], why: str = "") -> None:
        """Draw ``trends``; ``why`` says instead why there are none."""
        name = self.chosen.name if self.chosen else None
        self._trends, self._why = (tuple(trends) if not why else ()), why
        self._at = next((i for i, trend in enumerate(self._trends) if trend.name == name), 0)
        self._draw()
        if self.chosen is not None:
            self.post_message(self.Chosen(self.chosen))

    def action_move(self, by: int) -> None:
        if self._trends:
            self._at = min(len(self._trends) - 1, max(0, self._at + by))
            self._draw()
            self.post_message(self.Chosen(self._trends[self._at]))

    def on_resize(self) -> None:
        self._draw()

    def on_focus(self) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self._trends:
            self.border_subtitle = ""
            self.update(Content(self._why))
            return
        self.border_subtitle = f"mean of the last {WINDOW} · line: 95 % sure"
        width = self.content_size.width
        spark = min(SPARK_MOST, width - 2 - NAME_WIDTH - 2 - SCALE_STEPS - NUMBERS_WIDTH)
        lines = [self._head(spark)]
        lines += [self._row(trend, i == self._at, spark) for i, trend in enumerate(self._trends)]
        self.update(Content("\n").join(lines))

    def _head(self, spark: int) -> Content:
        over = f"{'over time':>{spark}}  " if spark >= SPARK_LEAST else ""
        return Content.assemble((f"{'':{2 + NAME_WIDTH}}{over}1{'':{SCALE_STEPS - 2}}5", "$quiet"))

    def _row(self, trend: Trend, chosen: bool, spark: int) -> Content:
        name = f"{'›' if chosen else ' '} {trend_name(trend.name):{NAME_WIDTH}}"
        style = "bold" if chosen else "" if trend.name in WHOLE_NAMES else "$quiet"
        if not trend.points:
            return Content.assemble((name, style), (f"not yet: {trend.attempts} of {LEAST} rated attempts", "$quiet"))
        last = trend.points[-1]
        parts: list[tuple[str, str] | str] = [(name, style)]
        if spark >= SPARK_LEAST:
            parts += [(trend_spark(trend.points, spark), "$secondary"), "  "]
        parts += [
            (scale(last), "$primary"),
            f"  {last.mean:.1f}",
            (f" ({last.low:.1f}–{last.high:.1f})", "$quiet"),
            (f" {ARROWS[trend.direction]}", "bold $accent"),
            (f"{trend.attempts:>5}", "$quiet"),
        ]
        return Content.assemble(*parts)


class TrendPlot(Vertical):
    """The chosen trend over the attempts, mean and both ends of its interval; where there is room."""

    DEFAULT_CSS = """
    TrendPlot { height: auto; & #trend-told { height: auto; padding: 0 1; } & PlotWidget { height: 11; } }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._trend: Trend | None = None
        self._plot: Any = None

    def compose(self) -> ComposeResult:
        yield Static("", id="trend-told", markup=False)

    async def show(self, trend: Trend | None) -> None:
        self._trend = trend
        self.query_one("#trend-told", Static).update("" if trend is None else told(trend))
        await self._fit()

    async def on_resize(self) -> None:
        await self._fit()

    async def _fit(self) -> None:
        roomy = self.screen.has_class("-wide") and self.screen.has_class("-tall")
        drawn = roomy and self._trend is not None and len(self._trend.points) > 1
        if self._plot is None and drawn:
            self._plot = plot = blank_plot()
            await self.mount(plot)
        if self._plot is not None:
            self._plot.display = drawn
            if drawn:
                self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        trend, plot = self._trend, self._plot
        if trend is None or plot is None or len(trend.points) < 2:
            return
        colours = self.app.theme_variables
        numbers = [float(point.number) for point in trend.points]
        curves = [
            (numbers, [float(getattr(point, name)) for point in trend.points], colours[colour])
            for name, colour in (("low", "quiet"), ("high", "quiet"), ("mean", "primary"))
        ]
        draw_curves(plot, (numbers[0], numbers[-1]), (LOWEST, HIGHEST), curves)
