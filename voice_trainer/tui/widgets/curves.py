"""Pitch and loudness over time, the speaker beside the trainee, at the same scale.

At wide sizes they are plots; where there is no room they are lines of text.
"""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.css.query import NoMatches
from textual.widgets import Static

from ...speech.measures import VoiceCurves
from ..series import Series, bounds, loudness_series, pitch_series, runs, spark
from .plots import blank_plot, draw_curves

LABEL = 10


class Curves(Vertical):
    """Draws ``own`` and the speaker's curves."""

    def __init__(self, speaker: str, theirs: VoiceCurves | None, own: VoiceCurves) -> None:
        super().__init__(id="curves", classes="box")
        self.border_title = "How it sounded"
        self._speaker = speaker
        self._rows = (
            ("Pitch", "semitones about the middle", pitch_series(theirs), pitch_series(own), 4.0),
            ("Loudness", "dB about the mean", loudness_series(theirs), loudness_series(own), 12.0),
        )
        self._plotted = False

    def compose(self) -> ComposeResult:
        yield Static("", id="curves-text")
        yield Vertical(id="curves-plots")

    def on_mount(self) -> None:
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        wide = self.screen.has_class("-wide") and self.screen.has_class("-tall")
        try:
            text, plots = self.query_one("#curves-text", Static), self.query_one("#curves-plots")
        except NoMatches:  # resized before it was composed
            return
        text.display, plots.display = not wide, wide
        if not wide:
            if self.content_size.width > LABEL:  # else it is not laid out yet, and would flash “nothing to show”
                text.update(self._as_text(self.content_size.width))
        elif not self._plotted:
            self._plotted = True
            self.call_after_refresh(self._plot)

    # lines of text

    def _as_text(self, width: int) -> Content:
        lines: list[Content] = []
        for name, unit, theirs, own, least in self._rows:
            low, high = bounds(theirs, own, least=least)
            duration_s = max(theirs.duration_s, own.duration_s)
            lines.append(Content.assemble((name, "bold"), (f"  {unit}", "$quiet")))
            for who, series, style in ((self._speaker, theirs, "$accent"), ("you", own, "$primary")):
                drawn = spark(series, width - LABEL, low, high, duration_s)
                lines.append(
                    Content.assemble((f"{who[: LABEL - 1]:{LABEL}}", "$quiet"), (drawn or "nothing to show", style))
                )
        return Content("\n").join(lines)

    # plots

    async def _plot(self) -> None:
        longest_s = max(0.5, *(series.duration_s for _, _, theirs, own, _ in self._rows for series in (theirs, own)))
        plots: list[tuple[Any, Series, tuple[float, float], str]] = []
        rows: list[Horizontal | Static] = []
        for name, unit, theirs, own, least in self._rows:
            limits = bounds(theirs, own, least=least)
            pair = []
            for series, colour in ((theirs, "accent"), (own, "primary")):
                plot = blank_plot(f"curve -{colour}")
                plots.append((plot, series, limits, colour))
                pair.append(plot)
            rows.append(Static(Content.assemble((name, "bold"), (f"  {unit}", "$quiet")), classes="curve-name"))
            rows.append(Horizontal(*pair, classes="curve-row"))
        names = Horizontal(
            Static(Content.assemble((self._speaker, "bold $accent"))),
            Static(Content.assemble(("You", "bold $primary"))),
        )
        names.add_class("curve-heads")

        def draw() -> None:
            colours = self.app.theme_variables
            for plot, series, limits, colour in plots:
                curves = [(run.times_s, run.values, colours[colour]) for run in runs(series)]
                draw_curves(plot, (0.0, longest_s), limits, curves)

        await self.query_one("#curves-plots").mount(names, *rows)  # a plot forgets what it was given before that
        self.call_after_refresh(draw)
