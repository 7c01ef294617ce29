"""What many attempts show together: trends with their uncertainty, pooled counts, and what was repaired. Pure.

A single score says little, so nothing here is about one: a trend is the mean of the last ``WINDOW`` attempts with its
95 % interval, and there is none under ``LEAST``. Only scores of one scoring version are compared. The order in which
rows are handed in makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby
from math import floor, sqrt
from statistics import fmean
from typing import Literal

import msgspec

from .exercise import Outcome
from .listening.dimensions import VOICE_DIMENSIONS, WORDING_DIMENSIONS
from .store.base import HistoryRow

WINDOW = 10
"""Attempts that a mean is taken over."""
LEAST = 5
"""Rated attempts from which a mean is drawn."""
MOST_POINTS = 60
WHOLES = ("wording", "voice")
NAMES: tuple[str, ...] = (*WHOLES, *WORDING_DIMENSIONS, *VOICE_DIMENSIONS)
LOWEST, HIGHEST = 1.0, 5.0
ROUNDING_VARIANCE = 1 / 12
"""A level is rounded to a whole step: equal levels still leave the variance of a uniform step."""
T_95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
        2.110, 2.101)  # fmt: skip
"""Student's t, two-sided 95 %, at 1 to 18 degrees of freedom; scipy, which has them, takes 0.7 s to import."""
T_99 = (63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169, 3.106, 3.055, 3.012, 2.977, 2.947, 2.921,
        2.898, 2.878)  # fmt: skip
"""Two-sided 99 %: a word on the direction is said of many dimensions at once, so it asks for more than the interval."""

Direction = Literal["higher", "lower", "unclear"]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """The mean of the last ``attempts`` rated attempts up to the ``number``-th, with its 95 % interval, on 1–5."""

    number: int
    at: datetime
    mean: float
    low: float
    high: float
    attempts: int


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """How one dimension, or the wording or the voice as a whole, went.

    Attributes:
        attempts: how many were rated. points: oldest first; none under ``LEAST`` of them.
        direction: the last window against the one before it; None where there are not two.
    """

    name: str
    attempts: int
    points: tuple[Point, ...] = ()
    direction: Direction | None = None


class Comparable(msgspec.Struct, frozen=True, kw_only=True):
    """The attempts that can be compared with the newest: oldest first.

    Attributes:
        older: how many are left out, since they were scored in another way (``scoring_version`` is that of the rest).
        people: whose they are; a trend of several people is nobody's.
    """

    rows: tuple[HistoryRow, ...]
    scoring_version: str
    older: int
    people: tuple[str, ...]


class Pooled(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over ``replies`` whose words were rated; MITI-informed, not a MITI score."""

    replies: int = 0
    reflections: int = 0
    complex_reflections: int = 0
    questions: int = 0

    @property
    def ratio(self) -> float | None:
        """Reflections to one question; None where there was no question."""
        return self.reflections / self.questions if self.questions else None

    @property
    def complex_share(self) -> float | None:
        """Of the reflections, 0–1; None where there was none."""
        return self.complex_reflections / self.reflections if self.reflections else None


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """A turn that was missed at first, and came to be met.

    Attributes:
        missed_at: when it was last missed before that. met: the first attempt after it that met the speaker.
        outcome: the best that was reached since: attuned or partly.
    """

    exercise_id: str
    turn: str
    person: str
    missed_at: datetime
    met: HistoryRow
    outcome: Outcome


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The attempts of one day, newest first."""

    date: date
    rows: tuple[HistoryRow, ...]


def comparable(rows: Iterable[HistoryRow]) -> Comparable:
    """Those that were scored as the newest was, oldest first."""
    ordered = sorted(rows, key=_when)
    version = ordered[-1].scoring_version if ordered else ""
    kept = tuple(row for row in ordered if row.scoring_version == version)
    return Comparable(
        rows=kept,
        scoring_version=version,
        older=len(ordered) - len(kept),
        people=tuple(sorted({row.person for row in kept})),
    )


def trends(rows: Iterable[HistoryRow]) -> tuple[Trend, ...]:
    """One for each of ``NAMES``, of rows that can be compared (see ``comparable``)."""
    ordered = sorted(rows, key=_when)
    return tuple(_trend(name, ordered) for name in NAMES)


def pooled(rows: Iterable[HistoryRow]) -> Pooled:
    """The counts of all rows that have them."""
    replies = reflections = deeper = questions = 0
    for row in rows:
        if row.reflections is not None and row.complex_reflections is not None and row.questions is not None:
            replies += 1
            reflections += row.reflections
            deeper += row.complex_reflections
            questions += row.questions
    return Pooled(replies=replies, reflections=reflections, complex_reflections=deeper, questions=questions)


def returns(rows: Iterable[HistoryRow]) -> tuple[Return, ...]:
    """Turns that were missed and later met, one for each turn and person, the latest first."""
    found = []
    missed: dict[tuple[str, str, str], HistoryRow] = {}
    met: dict[tuple[str, str, str], list[HistoryRow]] = {}
    for row in sorted(rows, key=_when):
        key = (row.person, row.exercise_id, row.turn)
        if row.outcome == "missed" and key not in met:
            missed[key] = row
        elif row.outcome in ("attuned", "partly") and key in missed:
            met.setdefault(key, []).append(row)
    for key, after in met.items():
        best: Outcome = "attuned" if any(row.outcome == "attuned" for row in after) else "partly"
        first = next(row for row in after if row.outcome == best)
        person, exercise_id, turn = key
        found.append(
            Return(
                exercise_id=exercise_id,
                turn=turn,
                person=person,
                missed_at=missed[key].started_at,
                met=first,
                outcome=best,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.met.started_at, one.met.id), reverse=True))


def by_day(rows: Iterable[HistoryRow], zone: tzinfo | None = None) -> tuple[Day, ...]:
    """The days of ``zone`` (None: this machine's), newest first."""
    ordered = sorted(rows, key=_when, reverse=True)
    return tuple(
        Day(date=day, rows=tuple(those))
        for day, those in groupby(ordered, key=lambda row: row.started_at.astimezone(zone).date())
    )


def _when(row: HistoryRow) -> tuple[datetime, str]:
    return row.started_at, row.id


def _value(row: HistoryRow, name: str) -> float | None:
    """On the scale 1–5; None where it was not rated."""
    if name in WHOLES:
        score: float | None = row.wording if name == "wording" else row.voice
        return None if score is None else 1.0 + 4.0 * score
    return row.dimensions.get(name)


def _trend(name: str, ordered: Sequence[HistoryRow]) -> Trend:
    times: list[datetime] = []
    values: list[float] = []
    for row in ordered:
        value = _value(row, name)
        if value is not None:
            times.append(row.started_at)
            values.append(value)
    count = len(values)
    if count < LEAST:
        return Trend(name=name, attempts=count)
    step = max(1, -(-(count - LEAST + 1) // MOST_POINTS))
    ends = range(count, LEAST - 1, -step)  # the newest attempt always has its point
    rounded = name not in WHOLES
    points = [_point(end, times[end - 1], values[max(0, end - WINDOW) : end], rounded) for end in ends]
    return Trend(name=name, attempts=count, points=tuple(reversed(points)), direction=_direction(values, rounded))


def _point(number: int, at: datetime, values: Sequence[float], rounded: bool) -> Point:
    mean = fmean(values)
    half = T_95[len(values) - 2] * sqrt(_variance_of_mean(values, rounded))
    return Point(
        number=number,
        at=at,
        mean=mean,
        low=max(LOWEST, mean - half),
        high=min(HIGHEST, mean + half),
        attempts=len(values),
    )


def _variance_of_mean(values: Sequence[float], rounded: bool) -> float:
    mean = fmean(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return (variance + (ROUNDING_VARIANCE if rounded else 0.0)) / len(values)


def _direction(values: Sequence[float], rounded: bool) -> Direction | None:
    """Welch's test of the last window against the one before it, at 99 %."""
    last, before = values[-WINDOW:], values[-2 * WINDOW : -WINDOW]
    if len(before) < LEAST:
        return None
    one, other = _variance_of_mean(last, rounded), _variance_of_mean(before, rounded)
    change = fmean(last) - fmean(before)
    spread = one + other
    if spread <= 0:
        return "unclear" if change == 0 else "higher" if change > 0 else "lower"
    freedom = spread**2 / (one**2 / (len(last) - 1) + other**2 / (len(before) - 1))
    bound = T_99[min(len(T_99), max(1, floor(freedom))) - 1] * sqrt(spread)
    return "unclear" if abs(change) <= bound else "higher" if change > 0 else "lower"
