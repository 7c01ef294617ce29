"""The pictures of a page, drawn with matplotlib: lines of time with their words, and portraits of a voice.

Sizes are in pixels of a picture ``WIDTH`` or ``PORTRAIT_WIDTH`` wide; the page scales them.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..attempt import Sentence, VoiceCurves, Word
from ..vocabulary import KIND_MARKS, clock
from .series import GAP_S, QUIETEST_DB, Limits, Points, line_length_s, lines, loudness, pitch, runs
from .svg import COLOURS, WORD, tidy
from .words import clean, marks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 72
WIDTH, LEFT, RIGHT = 1000, 46, 8
PORTRAIT_WIDTH, PORTRAIT_HEIGHT = 480, 210
MOVES_HEIGHT, PITCH_HEIGHT, LOUDNESS_HEIGHT, WORD_HEIGHT, CLOCK_HEIGHT, GAP = 24, 92, 46, 17, 18, 8
WORD_ROWS = 3
WORD_SIZE, LABEL_SIZE = 12.5, 11.0
CHARACTER = 0.56
"""Mean width of a character over its size, in the widest of the usual sans-serif letters."""
PAUSE_SHOWN_S = 0.4
"""A shorter pause is marked, but there is no room to write how long it was."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A drawn stretch of time.

    Attributes:
        svg: the element. start_s, end_s: the sound that it shows.
        left, right: where those two lie, as shares of its width.
    """

    svg: str
    start_s: float
    end_s: float
    left: float
    right: float


def drawn_lines(
    curves: VoiceCurves,
    words: Sequence[Word],
    sentences: Sequence[Sentence],
    duration_s: float,
    limits: Limits,
    *,
    name: str,
) -> tuple[Picture, ...]:
    """The whole reply as lines, each with its moves, pitch, loudness, pauses and words."""
    length_s = line_length_s(duration_s)
    spans = lines(words, duration_s)
    return tuple(
        _line(curves, words, sentences, span, length_s, limits, name=f"{name}-line-{index}", of=(index, len(spans)))
        for index, span in enumerate(spans, 1)
    )


def portrait(curves: VoiceCurves, limits: Limits, *, who: str, role: str, duration_s: float, name: str) -> Picture:
    """One voice from its first to its last moment, small; ``role`` is "you" or "them"."""
    figure = _figure(PORTRAIT_WIDTH, PORTRAIT_HEIGHT)
    heights = (108, 56)
    top = 8
    for at, (points, height) in enumerate(zip((pitch(curves), loudness(curves)), heights, strict=True)):
        axes = _axes(figure, PORTRAIT_WIDTH, PORTRAIT_HEIGHT, top, height, (0.0, limits.longest_s))
        (_draw_loudness if at else _draw_pitch)(axes, points, limits, role, small=True)
        for pause in curves.pauses:
            axes.axvspan(pause.start_s, pause.end_s, color=COLOURS["band"], linewidth=0, zorder=0)
        top += height + GAP
    _clock(axes, 0.0, limits.longest_s)
    svg = tidy(
        _written(figure),
        name=name,
        title=f"{who}: pitch and loudness over {clock(duration_s)}",
        description=_about(curves, 0.0, duration_s),
    )
    left, right = _shares(PORTRAIT_WIDTH, (0.0, limits.longest_s), (0.0, duration_s))
    return Picture(svg=svg, start_s=0.0, end_s=duration_s, left=left, right=right)


def _line(
    curves: VoiceCurves,
    words: Sequence[Word],
    sentences: Sequence[Sentence],
    span: tuple[float, float],
    length_s: float,
    limits: Limits,
    *,
    name: str,
    of: tuple[int, int],
) -> Picture:
    start_s, end_s = span
    shown = (start_s, start_s + length_s)
    here = [(at, word) for at, word in enumerate(words) if start_s <= word.start_s < end_s]
    placed, rows = _placed(here, shown)
    height = MOVES_HEIGHT + PITCH_HEIGHT + LOUDNESS_HEIGHT + rows * WORD_HEIGHT + CLOCK_HEIGHT + 3 * GAP
    figure = _figure(WIDTH, height)
    lane = _lane(figure, height, shown)
    _draw_pauses(lane, curves, span, height)
    _draw_moves(lane, sentences, span, height)
    top = MOVES_HEIGHT + GAP
    axes = _axes(figure, WIDTH, height, top, PITCH_HEIGHT, shown)
    _draw_pitch(axes, _within(pitch(curves), span), limits, "you")
    top += PITCH_HEIGHT + GAP
    axes = _axes(figure, WIDTH, height, top, LOUDNESS_HEIGHT, shown)
    _draw_loudness(axes, _within(loudness(curves), span), limits, "you")
    _clock(axes, *shown, until_s=end_s)
    top += LOUDNESS_HEIGHT + CLOCK_HEIGHT + GAP
    for at, word, row in placed:
        middle = (word.start_s + min(word.end_s, end_s)) / 2
        y = height - top - row * WORD_HEIGHT - WORD_SIZE * 0.8
        _text(lane, middle, y, clean(word.text), "text", WORD_SIZE, align="center", name=f"{WORD}{at}")
    svg = tidy(
        _written(figure),
        name=name,
        title=f"Your reply, line {of[0]} of {of[1]}: {clock(start_s)} to {clock(end_s)}",
        description=f"{clean(' '.join(word.text for _, word in here)) or 'No words.'} {_about(curves, start_s, end_s)}",
    )
    left, right = _shares(WIDTH, shown, span)
    return Picture(svg=svg, start_s=start_s, end_s=end_s, left=left, right=right)


def _about(curves: VoiceCurves, start_s: float, end_s: float) -> str:
    """What the picture shows, for those who don't see it."""
    heights = [value for _, value in _within(pitch(curves), (start_s, end_s))]
    pauses = [pause for pause in curves.pauses if start_s <= pause.start_s < end_s]
    told = [
        f"Pitch between {min(heights):+.0f} and {max(heights):+.0f} semitones about the median."
        if heights
        else "No pitch was found."
    ]
    if pauses:
        longest = max(pause.end_s - pause.start_s for pause in pauses)
        told.append(f"{len(pauses)} pause{'s' if len(pauses) > 1 else ''}, the longest {longest:.1f} seconds.")
    else:
        told.append("No pauses.")
    return " ".join(told)


def _within(points: Points, span: tuple[float, float]) -> Points:
    return tuple(point for point in points if span[0] <= point[0] <= span[1])


def _placed(words: Sequence[tuple[int, Word]], shown: tuple[float, float]) -> tuple[list[tuple[int, Word, int]], int]:
    """Each word with the row in which it touches no other; those without room are left out. And how many rows."""
    a_second = (WIDTH - LEFT - RIGHT) / (shown[1] - shown[0])
    free = [-1e9] * WORD_ROWS
    found: list[tuple[int, Word, int]] = []
    for at, word in words:
        middle = ((word.start_s + word.end_s) / 2 - shown[0]) * a_second
        half = len(clean(word.text)) * WORD_SIZE * CHARACTER / 2
        row = next((row for row, until in enumerate(free) if middle - half >= until + 4), None)
        if row is not None:
            free[row] = middle + half
            found.append((at, word, row))
    return found, max((row for *_, row in found), default=-1) + 1


# drawing


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    figure.patch.set_visible(False)
    return figure


def _axes(figure: Figure, width: float, height: float, top: float, tall: float, shown: tuple[float, float]) -> Axes:
    box = (LEFT / width, 1 - (top + tall) / height, (width - LEFT - RIGHT) / width, tall / height)
    axes = figure.add_axes(box)
    axes.patch.set_visible(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=LABEL_SIZE, labelcolor=COLOURS["quiet"], pad=3)
    axes.set_xlim(*shown)
    axes.set_xticks([])
    return axes


def _lane(figure: Figure, height: float, shown: tuple[float, float]) -> Axes:
    """Over the whole height, in pixels from the bottom, for what belongs to no curve."""
    axes = _axes(figure, WIDTH, height, 0, height, shown)
    axes.set_ylim(0, height)
    axes.set_yticks([])
    return axes


def _draw_pitch(axes: Axes, points: Points, limits: Limits, role: str, *, small: bool = False) -> None:
    low, high = limits.low_semitones, limits.high_semitones
    axes.set_ylim(low, high)
    ticks = [tick for tick in (-12, -6, 0, 6, 12) if low <= tick <= high]
    axes.set_yticks(ticks, [f"{tick:+d}".replace("-", "−") if tick else "0" for tick in ticks])
    axes.axhline(0, color=COLOURS["line"], linewidth=1)
    for run in runs(points, GAP_S):
        kept = [(at, min(high, max(low, value))) for at, value in run]
        axes.plot(
            [at for at, _ in kept],
            [value for _, value in kept],
            color=COLOURS[role],
            linewidth=1.8 if small else 2.4,
            solid_capstyle="round",
            solid_joinstyle="round",
            marker=None,
            clip_on=False,
        )


def _draw_loudness(axes: Axes, points: Points, limits: Limits, role: str, *, small: bool = False) -> None:
    axes.set_ylim(QUIETEST_DB, limits.high_db)
    axes.set_yticks([-20, 0], ["−20", "0"])
    axes.axhline(QUIETEST_DB, color=COLOURS["line"], linewidth=1)
    if points:
        times, levels = [at for at, _ in points], [level for _, level in points]
        axes.fill_between(times, levels, QUIETEST_DB, color=COLOURS[role], alpha=0.28, linewidth=0, clip_on=False)
        axes.plot(times, levels, color=COLOURS[role], linewidth=1.0 if small else 1.3, clip_on=False)


def _draw_pauses(lane: Axes, curves: VoiceCurves, span: tuple[float, float], height: float) -> None:
    low, high = height - MOVES_HEIGHT - PITCH_HEIGHT - LOUDNESS_HEIGHT - 2 * GAP, height - MOVES_HEIGHT
    for pause in curves.pauses:
        start, end = max(pause.start_s, span[0]), min(pause.end_s, span[1])
        if end <= start:
            continue
        lane.fill_between([start, end], low, high, color=COLOURS["band"], linewidth=0)
        if end - start >= PAUSE_SHOWN_S:
            _text(lane, (start + end) / 2, high - 12, f"{end - start:.1f} s", "quiet", LABEL_SIZE, align="center")


def _draw_moves(lane: Axes, sentences: Sequence[Sentence], span: tuple[float, float], height: float) -> None:
    """Over each sentence what it does, in words; where it began a line earlier, an ellipsis goes before."""
    for sentence in sentences:
        start, end = max(sentence.start_s, span[0]), min(sentence.end_s, span[1])
        if end <= start:
            continue
        told = marks(sentence)
        role = told[0][0] if told else "line"
        lane.plot([start, end], [height - 21] * 2, color=COLOURS[role], linewidth=2, solid_capstyle="butt")
        room = (end - start) / (lane.get_xlim()[1] - lane.get_xlim()[0]) * (WIDTH - LEFT - RIGHT)
        text = " · ".join(f"{KIND_MARKS[kind]} {words}" for kind, words in told)
        if text and sentence.start_s < span[0]:
            text = f"… {text}"
        if text and len(text) * LABEL_SIZE * CHARACTER <= room + 20:
            _text(lane, start, height - 14, text, role, LABEL_SIZE + 0.5)
        elif text:
            _text(lane, start, height - 14, " ".join(KIND_MARKS[kind] for kind, _ in told), role, LABEL_SIZE + 0.5)


def _clock(axes: Axes, start_s: float, end_s: float, *, until_s: float | None = None) -> None:
    """Whole seconds along the bottom, five to nine of them."""
    length = end_s - start_s
    step = next((step for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600) if length / step <= 9), 600)
    first = -(-start_s // step) * step
    ticks = []
    while first <= (end_s if until_s is None else until_s):
        ticks.append(first)
        first += step
    axes.set_xticks(ticks, [clock(tick) for tick in ticks])


def _text(
    axes: Axes, x: float, y: float, text: str, role: str, size: float, *, align: str = "left", name: str = ""
) -> None:
    drawn: Any = axes.text(x, y, text, fontsize=size, color=COLOURS[role], ha=align, va="baseline", parse_math=False)
    drawn.set_clip_on(False)
    drawn.set_gid(name or None)


def _shares(width: float, shown: tuple[float, float], span: tuple[float, float]) -> tuple[float, float]:
    scale = (width - LEFT - RIGHT) / (shown[1] - shown[0])
    left, right = ((LEFT + (at - shown[0]) * scale) / width for at in span)
    return left, right


def _written(figure: Figure) -> str:
    import matplotlib as mpl

    buffer = io.StringIO()
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "voice-trainer", "font.family": "DejaVu Sans"}
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that its own font lacks: the reader's fonts write them
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return buffer.getvalue()
