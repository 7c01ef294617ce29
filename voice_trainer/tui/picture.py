"""A take as rows of characters over time: waveform, pitch, loudness, moves, pauses, pins. Pure.

Drawn once for a take and a size; the playhead goes over it (``widgets/timeline``).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..listening.moves import Sentence, there
from ..session import Pin
from ..speech.measures import Pause
from ..takes import Take
from .braille import braille
from .series import bounds, loudness_series, pitch_series
from .widgets.waveform import columns_of, drawn_column
from .words import BESIDE, MARK_STYLES, MARKS

GUTTER = 9
"""Columns for the rows' names."""
PAUSE, MANY_PINS = "┄", "+"
SEMITONES, DECIBELS = 4.0, 12.0
"""Least half height of the curves, so that little noise is not drawn large."""
ROOMIEST = (9, 6, 5)
WAVE, PITCH, LOUD, MOVES, PAUSES, PINS = "Wave", "Pitch", "Loudness", "Moves", "Pauses", "Pins"


@dataclass(frozen=True)
class Row:
    """One line: ``text`` as wide as the picture; ``styles`` are (from, to, style) over ``style``."""

    name: str
    text: str
    style: str
    styles: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True)
class Mark:
    """Something one can jump to: when, and what to call it."""

    at_s: float
    text: str


def heights(rows: int) -> tuple[int, int, int]:
    """Lines for waveform, pitch and loudness out of ``rows`` that they share; each at least one where there is room."""
    if rows < 3:
        return (1 if rows > 0 else 0, 1 if rows > 1 else 0, 0)
    wave = min(ROOMIEST[0], max(1, round(rows * 0.45)))
    pitch = min(ROOMIEST[1], max(1, round((rows - wave) * 0.55)))
    return wave, pitch, max(1, min(ROOMIEST[2], rows - wave - pitch))


def picture(take: Take, pins: tuple[Pin, ...], width: int, rows: int, style: str) -> tuple[Row, ...]:
    """``take`` in ``width`` columns; ``rows`` are shared by waveform, pitch and loudness, the marks come below.

    Args:
        style: of the sound and its curves: whose voice it is.
    """
    if width <= 0:
        return ()
    wave, pitch, loud = heights(rows)
    drawn: list[Row] = []
    columns = [drawn_column(level, wave) for level in columns_of(take.envelope, width)] if wave else []
    drawn += [Row(WAVE if i == wave // 2 else "", "".join(c[i] for c in columns), style) for i in range(wave)]
    for name, series, least, lines in (
        (PITCH, pitch_series(take.curves), SEMITONES, pitch),
        (LOUD, loudness_series(take.curves), DECIBELS, loud),
    ):
        low, high = bounds(series, least=least)
        text = braille(series, width, lines, low, high, take.duration_s)
        drawn += [Row(name if i == lines // 2 else "", line, style) for i, line in enumerate(text)]
    if take.sentences:
        drawn.append(moves_row(take.sentences, width, take.duration_s))
    drawn.append(pauses_row(take.curves.pauses, width, take.duration_s))
    if pins:
        drawn.append(pins_row(pins, width, take.duration_s))
    return tuple(drawn)


def column(at_s: float, width: int, duration_s: float) -> int:
    """Where ``at_s`` lies among ``width`` columns."""
    return min(width - 1, max(0, int(at_s / duration_s * width))) if duration_s > 0 and width > 0 else 0


def moves_row(sentences: tuple[Sentence, ...], width: int, duration_s: float) -> Row:
    """The mark of each sentence's moves where it begins, one column each, and a line for as long as it lasts."""
    cells = [" "] * width
    styles: list[tuple[int, int, str]] = []
    for sentence in sentences:
        start, end = column(sentence.start_s, width, duration_s), column(sentence.end_s, width, duration_s)
        marks = list(dict.fromkeys(MARKS.get(move, BESIDE) for move in there(sentence.moves))) or [BESIDE]
        for at in range(start, end + 1):
            cells[at] = "─"
        styles.append((start, end + 1, "$quiet"))
        for at, mark in enumerate(marks, start):
            if at < width:
                cells[at] = mark
                styles.append((at, at + 1, MARK_STYLES[mark]))
    return Row(MOVES, "".join(cells), "$quiet", tuple(styles))


def pauses_row(pauses: tuple[Pause, ...], width: int, duration_s: float) -> Row:
    """A dotted line for each pause, with its seconds where they fit in."""
    cells = [" "] * width
    for pause in pauses:
        start, end = column(pause.start_s, width, duration_s), column(pause.end_s, width, duration_s) + 1
        label = f"{pause.end_s - pause.start_s:.1f}"
        cells[start:end] = PAUSE * (end - start)
        if end - start >= len(label) + 2:
            at = start + (end - start - len(label)) // 2
            cells[at : at + len(label)] = label
    return Row(PAUSES, "".join(cells[:width]), "$secondary")


def pins_row(pins: tuple[Pin, ...], width: int, duration_s: float) -> Row:
    """The number of each pin as it is listed; a plus from the tenth on, and where two share a column."""
    cells = [" "] * width
    for number, pin in enumerate(pins, 1):
        at = column(pin.at_s, width, duration_s)
        cells[at] = str(number) if number <= 9 and cells[at] == " " else MANY_PINS
    return Row(PINS, "".join(cells), "$warning")


def marks(take: Take, pins: tuple[Pin, ...]) -> tuple[Mark, ...]:
    """Everything to jump to by time: sentences that do something, pauses, pins."""
    found = [
        Mark(sentence.start_s, " ".join(MARKS.get(move, BESIDE) for move in there(sentence.moves)))
        for sentence in take.sentences
        if there(sentence.moves)
    ]
    found += [Mark(pause.start_s, PAUSE) for pause in take.curves.pauses]
    found += [Mark(pin.at_s, str(number)) for number, pin in enumerate(pins, 1)]
    return tuple(sorted(found, key=lambda mark: mark.at_s))
