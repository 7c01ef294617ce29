"""What many attempts show together: never NaN, the same in any order, and no more than is known."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_trainer.listening.move_counts import count_moves
from voice_trainer.listening.moves import Move
from voice_trainer.listening.wording import Wording
from voice_trainer.store import HistoryRow
from voice_trainer.trends import (
    LEAST,
    MOST_POINTS,
    NAMES,
    T_95,
    T_99,
    WINDOW,
    Trend,
    by_day,
    comparable,
    pooled,
    returns,
    trends,
)

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)


def row(number: int, *, days: float | None = None, **own: Any) -> HistoryRow:
    fields: dict[str, Any] = {
        "id": f"{number:026d}",
        "exercise_id": "cold-dinner",
        "turn": "start",
        "started_at": NOON + timedelta(days=number if days is None else days),
        "person": "Ada",
        "wording": None,
        "voice": None,
        "level": None,
        "recording": None,
        "scoring_version": "1",
        **own,
    }
    return HistoryRow(**fields)


def feeling(*levels: int) -> list[HistoryRow]:
    return [row(i, dimensions={"feeling": level}) for i, level in enumerate(levels)]


def of(name: str, rows: list[HistoryRow]) -> Trend:
    return next(trend for trend in trends(rows) if trend.name == name)


share = st.none() | st.floats(0, 1)
count = st.none() | st.integers(0, 1)
rows = st.lists(
    st.builds(
        lambda number, days, wording, voice, counts, dimensions, outcome, version, person: row(
            number,
            days=days,
            wording=wording,
            voice=voice,
            reflections=counts[0],
            complex_reflections=counts[1],
            questions=counts[2],
            dimensions=dimensions,
            outcome=outcome,
            scoring_version=version,
            person=person,
        ),
        number=st.integers(0, 10**6),
        days=st.floats(0, 900),
        wording=share,
        voice=share,
        counts=st.tuples(count, count, count),
        dimensions=st.dictionaries(st.sampled_from(NAMES[2:]), st.integers(1, 5)),
        outcome=st.sampled_from([None, "attuned", "partly", "missed"]),
        version=st.sampled_from(["1", "2"]),
        person=st.sampled_from(["Ada", "Ben"]),
    ),
    max_size=60,
    unique_by=lambda one: one.id,
)


@given(rows=rows, seed=st.integers())
def test_no_number_is_nan_and_the_order_does_not_matter(rows: list[HistoryRow], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert trends(shuffled) == trends(rows)
    assert comparable(shuffled) == comparable(rows)
    assert pooled(shuffled) == pooled(rows)
    assert returns(shuffled) == returns(rows)
    assert by_day(shuffled, UTC) == by_day(rows, UTC)
    for trend in trends(rows):
        assert bool(trend.points) == (trend.attempts >= LEAST)
        assert [point.at for point in trend.points] == sorted(point.at for point in trend.points)
        assert len(trend.points) <= MOST_POINTS
        for point in trend.points:
            assert LEAST <= point.attempts <= WINDOW
            assert all(math.isfinite(value) for value in (point.low, point.mean, point.high))
            assert 1.0 <= point.low <= point.mean <= point.high <= 5.0
    counts = pooled(rows)
    assert (counts.ratio is None) == (counts.questions == 0)
    assert (counts.complex_share is None) == (counts.reflections == 0)
    assert counts.reflections <= counts.replies


def test_no_trend_under_five_attempts() -> None:
    assert of("feeling", feeling(3, 3, 4, 2)).points == ()
    assert len(of("feeling", feeling(3, 3, 4, 2, 3)).points) == 1
    unrated = [*feeling(3, 3, 4, 2), row(9)]
    assert of("feeling", unrated).attempts == 4
    assert of("feeling", unrated).points == ()


def test_a_mean_and_its_interval_are_those_of_the_last_ten() -> None:
    levels = [1, 5, 2, 3, 3, 4, 2, 3, 4, 3, 3, 2]
    last = of("feeling", feeling(*levels)).points[-1]
    window = levels[-10:]
    mean = sum(window) / 10
    spread = sum((level - mean) ** 2 for level in window) / 9 + 1 / 12  # a level is rounded
    half = 2.262 * math.sqrt(spread / 10)
    assert last.mean == pytest.approx(mean)
    assert (last.low, last.high) == (pytest.approx(mean - half), pytest.approx(mean + half))
    assert last.attempts == 10


def test_equal_levels_are_not_certain() -> None:
    point = of("feeling", feeling(3, 3, 3, 3, 3)).points[-1]
    assert point.low < 3.0 < point.high


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Of levels drawn about a known mean; 95 %, within what 2 000 draws allow."""
    draw = random.Random(3)
    held = 0
    for _ in range(2_000):
        levels = [min(5, max(1, round(draw.gauss(3.0, 0.8)))) for _ in range(WINDOW)]
        point = of("feeling", feeling(*levels)).points[-1]
        held += point.low <= 3.0 <= point.high
    assert 0.94 <= held / 2_000 <= 0.985


def test_a_direction_is_told_only_where_it_is_clear() -> None:
    assert of("feeling", feeling(*[2, 3] * 5, *[4, 5] * 5)).direction == "higher"
    assert of("feeling", feeling(*[4, 5] * 5, *[2, 3] * 5)).direction == "lower"
    assert of("feeling", feeling(*[2, 3] * 5, *[3, 3] * 5)).direction == "unclear"
    assert of("feeling", feeling(*[2, 3] * 7)).direction is None  # there are no five before the last ten
    draw = random.Random(4)
    told = 0
    for _ in range(1_000):
        levels = [min(5, max(1, round(draw.gauss(3.0, 0.9)))) for _ in range(2 * WINDOW)]
        told += of("feeling", feeling(*levels)).direction != "unclear"
    assert told / 1_000 <= 0.02  # of nothing but chance


def test_students_t_is_students() -> None:
    special = pytest.importorskip("scipy.special")
    for table, probability in ((T_95, 0.975), (T_99, 0.995)):
        for freedom, value in enumerate(table, 1):
            assert value == pytest.approx(float(special.stdtrit(freedom, probability)), abs=6e-4)


def test_the_whole_is_on_the_scale_of_its_dimensions() -> None:
    shares = [row(i, wording=share) for i, share in enumerate([0.0, 0.25, 0.5, 0.75, 1.0])]
    assert of("wording", shares).points[-1].mean == pytest.approx(3.0)


def test_a_long_history_is_drawn_with_few_points_and_ends_with_the_newest() -> None:
    rows = feeling(*[3] * 1_000)
    points = of("feeling", rows).points
    assert len(points) <= MOST_POINTS
    assert points[-1].at == rows[-1].started_at


def test_only_what_was_scored_alike_is_compared() -> None:
    rows = [*feeling(1, 1, 1), *(row(i, scoring_version="2", person="Ben") for i in range(3, 5))]
    kept = comparable(rows)
    assert kept.scoring_version == "2"
    assert [one.id for one in kept.rows] == [one.id for one in rows[3:]]
    assert kept.older == 3
    assert kept.people == ("Ben",)
    assert comparable([]).rows == ()


def test_counts_are_pooled_with_what_was_not_counted_left_out() -> None:
    counted = [
        row(0, reflections=1, complex_reflections=1, questions=0),
        row(1, reflections=1, complex_reflections=0, questions=1),
        row(2, reflections=1, complex_reflections=0, questions=1),
        row(3),
    ]
    sums = pooled(counted)
    assert (sums.replies, sums.reflections, sums.complex_reflections, sums.questions) == (3, 3, 1, 2)
    assert sums.ratio == pytest.approx(1.5)
    assert sums.complex_share == pytest.approx(1 / 3)
    assert pooled(counted[:1]).ratio is None
    assert pooled([]).complex_share is None


def test_a_missed_turn_that_was_met_later_is_a_return() -> None:
    rows = [
        row(0, outcome="missed"),
        row(1, outcome="missed", person="Ben"),
        row(2, outcome="missed"),
        row(3, outcome="partly"),
        row(4, outcome="attuned"),
        row(5, outcome="missed"),  # later misses take nothing back
        row(6, outcome="attuned", turn="opens"),  # was never missed
    ]
    (back,) = returns(rows)
    assert (back.person, back.turn, back.outcome) == ("Ada", "start", "attuned")
    assert back.missed_at == rows[2].started_at
    assert back.met == rows[4]
    assert returns(rows[:3]) == ()
    assert returns(rows[:4])[0].outcome == "partly"


def test_days_are_those_of_where_one_is() -> None:
    rows = [row(0, days=0.0), row(1, days=0.45), row(2, days=1.0)]
    assert [(str(day.date), len(day.rows)) for day in by_day(rows, UTC)] == [("2025-03-10", 1), ("2025-03-09", 2)]
    tokyo = timezone(timedelta(hours=9))
    assert [(str(day.date), len(day.rows)) for day in by_day(rows, tokyo)] == [("2025-03-10", 2), ("2025-03-09", 1)]


# one reply


def wording(level: int | None = 3, **moves: float) -> Wording:
    named: dict[Move, float] = {"simple_reflection": 0.1, "closed_question": 0.1}
    named.update(moves)  # type: ignore[call-overload]
    return Wording(behavior="other", moves=named, mechanisms={}, level=level, wording=None, sentences=())


def test_a_reply_counts_once_and_deeper_where_it_is() -> None:
    both = count_moves(wording(simple_reflection=0.9, complex_reflection=0.6, open_question=0.7, closed_question=0.8))
    assert both is not None
    assert (both.reflections, both.complex_reflections, both.questions) == (1, 1, 1)
    none = count_moves(wording())
    assert none is not None
    assert (none.reflections, none.complex_reflections, none.questions) == (0, 0, 0)


def test_what_was_not_rated_or_not_taught_is_not_counted() -> None:
    assert count_moves(wording(level=None)) is None
    assert count_moves(msgspec.structs.replace(wording(), moves={"simple_reflection": 0.9})) is None
