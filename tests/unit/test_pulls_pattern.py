"""What one was pulled to do: counted by week, and told only where it stands out."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import msgspec
from test_paths import exercise

from voice_trainer.pulls import PullPattern, pull_pattern
from voice_trainer.store import HistoryRow, PullSaid

MONDAY = datetime(2026, 11, 16, 12, tzinfo=UTC)
EXERCISES = {
    "home": exercise("home", "notice"),
    "office": msgspec.structs.replace(exercise("office", "notice"), context="work"),
}


def pattern(*said: tuple[str, str, int]) -> PullPattern:
    """Of (pull, exercise, days after Monday), in an order of its own."""
    rows, answers = [], []
    for i, (pull, exercise_id, days) in enumerate(said):
        at = MONDAY + timedelta(days=days, minutes=i)
        rows.append(
            HistoryRow(
                id=str(i),
                exercise_id=exercise_id,
                turn="start",
                started_at=at,
                person="",
                wording=None,
                voice=None,
                level=None,
                recording=None,
                scoring_version="1",
            )
        )
        answers.append(PullSaid(attempt_id=str(i), pull=pull, said_at=at))  # type: ignore[arg-type]
    random.Random(1).shuffle(answers)
    return pull_pattern([*answers, PullSaid(attempt_id="x", pull="leave", said_at=MONDAY)], rows, EXERCISES, UTC)


def test_nothing_said_is_nothing() -> None:
    assert pattern() == PullPattern()


def test_weeks_are_counted_newest_first() -> None:
    found = pattern(("fix", "home", 0), ("please", "home", 6), ("fix", "home", 6), ("leave", "home", 7))
    assert [(week.begins, week.counts) for week in found.weeks] == [
        (date(2026, 11, 23), (("leave", 1),)),
        (date(2026, 11, 16), (("fix", 2), ("please", 1))),
    ]
    assert found.said == 4
    assert found.often is None  # of four answers nothing is made yet


def test_what_stands_out_is_told_with_its_numbers() -> None:
    found = pattern(*[("fix", "home", 0)] * 3, *[("nothing", "home", 1)] * 4, ("please", "home", 2))
    assert (found.often, found.times, found.said) == ("fix", 3, 8)
    assert found.comes_with is None  # there is no elsewhere
    tied = pattern(*[("fix", "home", 0)] * 3, *[("please", "home", 1)] * 3)
    assert tied.often is None
    assert pattern(*[("nothing", "home", 0)] * 9).often is None


def test_a_setting_goes_with_it_only_where_chance_would_hardly_do_it() -> None:
    clear = pattern(*[("fix", "office", 0)] * 6, *[("nothing", "home", 1)] * 5, ("fix", "home", 1))
    assert clear.comes_with is not None
    assert (clear.comes_with.context, clear.comes_with.there, clear.comes_with.there_of) == ("work", 6, 6)
    assert (clear.comes_with.elsewhere, clear.comes_with.elsewhere_of) == (1, 6)
    unclear = pattern(*[("fix", "office", 0)] * 3, ("fix", "home", 1), *[("nothing", "home", 1)] * 2)
    assert unclear.often == "fix"
    assert unclear.comes_with is None
