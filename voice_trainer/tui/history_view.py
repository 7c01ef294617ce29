"""What narrows the history, and all that its screen draws. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ..exercise import Exercise
from ..pulls import PullPattern, pull_pattern
from ..store import HistoryRow, PullSaid
from ..trends import Comparable, Day, Pooled, Return, Trend, by_day, comparable, pooled, returns, trends

DAYS: dict[int, str] = {7: "last 7 days", 30: "last 30 days", 90: "last 90 days", 365: "last year"}


class HistoryFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Each that is not None must match; ``days`` back from now."""

    person: str | None = None
    skill: str | None = None
    context: str | None = None
    exercise: str | None = None
    days: int | None = None

    def with_field(self, name: str, value: Any) -> HistoryFilters:
        """A copy with one field changed."""
        return msgspec.structs.replace(self, **{name: value})


class HistoryView(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn of the attempts that match.

    Attributes:
        shown, of: how many match, and how many there are.
    """

    days: tuple[Day, ...]
    compared: Comparable
    trends: tuple[Trend, ...]
    pooled: Pooled
    returns: tuple[Return, ...]
    pulls: PullPattern
    shown: int
    of: int


def matching(
    rows: Iterable[HistoryRow], filters: HistoryFilters, exercises: Mapping[str, Exercise], now: datetime
) -> tuple[HistoryRow, ...]:
    """Those that match, in their order. An exercise that is gone has no skill and no context."""
    kept = list(rows)
    if filters.person is not None:
        kept = [row for row in kept if row.person == filters.person]
    if filters.exercise is not None:
        kept = [row for row in kept if row.exercise_id == filters.exercise]
    for name in ("skill", "context"):
        wanted = getattr(filters, name)
        if wanted is not None:
            ids = {one.id for one in exercises.values() if getattr(one, name) == wanted}
            kept = [row for row in kept if row.exercise_id in ids]
    if filters.days is not None:
        since = now - timedelta(days=filters.days)
        kept = [row for row in kept if row.started_at >= since]
    return tuple(kept)


def view(
    rows: Sequence[HistoryRow],
    filters: HistoryFilters,
    exercises: Mapping[str, Exercise],
    now: datetime,
    said: Sequence[PullSaid] = (),
) -> HistoryView:
    """All that is to be drawn of ``rows``."""
    kept = matching(rows, filters, exercises, now)
    compared = comparable(kept)
    alone = compared.rows if len(compared.people) <= 1 else ()  # a trend of several people is nobody's
    return HistoryView(
        days=by_day(kept),
        compared=compared,
        trends=trends(alone),
        pooled=pooled(compared.rows),
        returns=returns(kept),
        pulls=pull_pattern(said if len({row.person for row in kept}) <= 1 else (), kept, exercises),
        shown=len(kept),
        of=len(rows),
    )
