"""One of several takes side by side: what was said with its marks, and its pitch and loudness at a common scale."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from ...listening.moves import Sentence
from ...speech.measures import VoiceCurves
from ..braille import braille
from ..series import Series, bounds, loudness_series, pitch_series
from .transcript import sentence_content

ROWS, ROOMY_ROWS = 2, 4


@dataclass(frozen=True)
class Scale:
    """What all sides share: seconds, and the limits of semitones and decibels."""

    duration_s: float
    semitones: tuple[float, float]
    decibels: tuple[float, float]


def common_scale(*several: VoiceCurves | None) -> Scale:
    pitches, levels = [pitch_series(one) for one in several], [loudness_series(one) for one in several]
    longest_s = max((one.duration_s for one in (*pitches, *levels)), default=0.0)
    return Scale(max(0.5, longest_s), bounds(*pitches, least=4.0), bounds(*levels, least=12.0))


class Side(Static):
    """``style`` says whose voice it is."""

    def __init__(self, name: str, style: str) -> None:
        super().__init__("", id=f"side-{name}", classes="box one-side")
        self._style = style
        self._said: Content = Content("")
        self._curves: VoiceCurves | None = None
        self._scale = common_scale()

    def show(self, title: str, said: Content, curves: VoiceCurves | None, scale: Scale) -> None:
        self.border_title = title
        self._said, self._curves, self._scale = said, curves, scale
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        rows = ROOMY_ROWS if self.screen.has_class("-tall") else ROWS
        lines = [self._said, Content("")]
        for name, series, limits in (
            ("Pitch", pitch_series(self._curves), self._scale.semitones),
            ("Loudness", loudness_series(self._curves), self._scale.decibels),
        ):
            lines += [Content.assemble((name, "$quiet")), self._curve(series, limits, rows)]
        self.update(Content("\n").join(lines))

    def _curve(self, series: Series, limits: tuple[float, float], rows: int) -> Content:
        if not series.times_s:
            return Content.assemble(("nothing to show", "$quiet"))
        drawn = braille(series, self.content_size.width, rows, *limits, self._scale.duration_s)
        return Content.assemble(("\n".join(drawn), self._style))


def said(sentences: tuple[Sentence, ...], fallback: str) -> Content:
    """The sentences with their marks; ``fallback`` where there are none."""
    return Content("\n").join([sentence_content(one) for one in sentences]) if sentences else Content(fallback)
