"""Praat TextGrid: interval tiers of words, sentences, moves and pauses, each from 0 to the end of the recording."""

from __future__ import annotations

from praatio import textgrid  # type: ignore[import-untyped]
from praatio.utilities import textgrid_io  # type: ignore[import-untyped]

from .span import Span, apart
from .take import Take

PAUSE = "pause"


def render(take: Take) -> str:
    """Praat's long text format. Intervals can't overlap or last no time, so such words are moved by what it takes."""
    sentences = apart(tuple(Span(line.text, line.start_ms, line.end_ms) for line in take.lines))
    moves = [
        Span(line.move_words, span.start_ms, span.end_ms)
        for line, span in zip(sorted(take.lines, key=lambda one: (one.start_ms, one.end_ms)), sentences, strict=True)
        if line.moves
    ]
    tiers = {
        "words": apart(take.words),
        "sentences": sentences,
        "moves": tuple(moves),
        "pauses": apart(tuple(Span(PAUSE, *pause) for pause in take.pauses)),
    }
    end_s = max([take.duration_ms, *(span.end_ms for spans in tiers.values() for span in spans)]) / 1000
    grid = {
        "xmin": 0.0,
        "xmax": end_s,
        "tiers": [
            {"class": textgrid.INTERVAL_TIER, "name": name, "xmin": 0.0, "xmax": end_s, "entries": _entries(spans)}
            for name, spans in tiers.items()
        ],
    }
    return str(textgrid_io.getTextgridAsStr(grid, "long_textgrid", includeBlankSpaces=True))


def _entries(spans: tuple[Span, ...]) -> list[tuple[float, float, str]]:
    return [(span.start_ms / 1000, span.end_ms / 1000, span.text) for span in spans]
