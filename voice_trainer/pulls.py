"""What one was pulled to do, over time: counts by week, and where a pull came more often than elsewhere. Pure.

Nothing here judges: a pull is what happens in somebody, and noticing it is the practice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta, tzinfo
from math import comb

import msgspec

from .exercise import Context, Exercise
from .store.base import PULLS, HistoryRow, Pull, PullSaid

LEAST = 5
"""Answers from which a pattern is told."""
OFTEN = 3
SURE = 0.05
"""Chance at which a setting may seem to go with a pull, shared among all settings that are looked at (Bonferroni)."""


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """The answers of one week; ``begins`` is its Monday. ``counts`` has those that came up, the most frequent first."""

    begins: date
    counts: tuple[tuple[Pull, int], ...]


class ComesWith(msgspec.Struct, frozen=True, kw_only=True):
    """A setting in which the pull came up more often: in ``there`` of ``there_of`` replies, against those elsewhere."""

    context: Context
    there: int
    there_of: int
    elsewhere: int
    elsewhere_of: int


class PullPattern(msgspec.Struct, frozen=True, kw_only=True):
    """What was said over many replies.

    Attributes:
        said: how many answers. weeks: newest first.
        often: the pull that came up most; None with fewer than ``LEAST`` answers, or where none stands out.
        times: how often it did. comes_with: None where no setting clearly goes with it.
    """

    said: int = 0
    weeks: tuple[Week, ...] = ()
    often: Pull | None = None
    times: int = 0
    comes_with: ComesWith | None = None


def pull_pattern(
    said: Iterable[PullSaid], rows: Iterable[HistoryRow], exercises: Mapping[str, Exercise], zone: tzinfo | None = None
) -> PullPattern:
    """What was said of the replies in ``rows``, whatever their order.

    Args:
        exercises: by id; a reply to one that is gone has no setting.
        zone: whose weeks they are; None for this machine's.
    """
    replies = {row.id: row for row in rows}
    kept = [one for one in said if one.attempt_id in replies]
    weeks: dict[date, Counter[Pull]] = {}
    for one in kept:
        day = replies[one.attempt_id].started_at.astimezone(zone).date()
        weeks.setdefault(day - timedelta(days=day.weekday()), Counter())[one.pull] += 1
    often, times = _often(Counter(one.pull for one in kept), len(kept))
    settings = [(_context(replies[one.attempt_id], exercises), one.pull) for one in kept]
    return PullPattern(
        said=len(kept),
        weeks=tuple(Week(begins=day, counts=_ordered(weeks[day])) for day in sorted(weeks, reverse=True)),
        often=often,
        times=times,
        comes_with=_comes_with(settings, often) if often else None,
    )


def _ordered(counts: Counter[Pull]) -> tuple[tuple[Pull, int], ...]:
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], PULLS.index(one[0]))))


def _often(counts: Counter[Pull], of: int) -> tuple[Pull | None, int]:
    """The pull that came up more often than every other, if it did at least ``OFTEN`` times."""
    pulls = [(pull, number) for pull, number in _ordered(counts) if pull != "nothing"]
    if of < LEAST or not pulls or pulls[0][1] < OFTEN or (len(pulls) > 1 and pulls[0][1] == pulls[1][1]):
        return None, 0
    return pulls[0]


def _context(row: HistoryRow, exercises: Mapping[str, Exercise]) -> Context | None:
    exercise = exercises.get(row.exercise_id)
    return exercise.context if exercise else None


def _comes_with(settings: Sequence[tuple[Context | None, Pull]], often: Pull) -> ComesWith | None:
    """The setting that goes with it most clearly (Fisher's exact test, one-sided); None where chance would do."""
    known = [(context, pull == often) for context, pull in settings if context is not None]
    there: Counter[Context] = Counter(context for context, _ in known)
    pulled: Counter[Context] = Counter(context for context, was in known if was)
    total, total_pulled = len(known), sum(pulled.values())
    found = sorted((_chance(pulled[one], there[one], total_pulled, total), one) for one in there)
    if not found or found[0][0] > SURE / len(there):
        return None
    one = found[0][1]
    return ComesWith(
        context=one,
        there=pulled[one],
        there_of=there[one],
        elsewhere=total_pulled - pulled[one],
        elsewhere_of=total - there[one],
    )


def _chance(pulled_there: int, there: int, pulled: int, total: int) -> float:
    """Of at least so many being there, if the pull cared for no setting (the hypergeometric tail)."""
    ways = sum(comb(pulled, k) * comb(total - pulled, there - k) for k in range(pulled_there, min(pulled, there) + 1))
    return ways / comb(total, there)
