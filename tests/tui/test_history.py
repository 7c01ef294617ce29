"""Looking back, by keys: attempts by day, trends, counts, filters, and ten thousand of them."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sql
from textual.pilot import Pilot
from textual.widgets import Select

from voice_trainer.attempt import (
    Attempt,
    Attunement,
    Dimension,
    Feedback,
    Scored,
    Timings,
    Transcript,
    VoiceCurves,
    VoiceMeasures,
    Wording,
)
from voice_trainer.store import new_attempt_id
from voice_trainer.store.database import DatabaseStore
from voice_trainer.store.rows import attempt_row, figures_row
from voice_trainer.store.schema import attempts, figures
from voice_trainer.trends import LEAST, Point, Trend
from voice_trainer.tui.app import VoiceTrainerApp
from voice_trainer.tui.history_view import HistoryFilters
from voice_trainer.tui.screens.feedback import FeedbackScreen
from voice_trainer.tui.screens.history import HistoryScreen
from voice_trainer.tui.screens.home import HomeScreen
from voice_trainer.tui.widgets.attempt_list import AttemptList
from voice_trainer.tui.widgets.trend_list import TrendList, scale, told, trend_spark

from .conftest import Room, make_room, until
from .test_rooms import at_home, footer, on, seen, shows

WANTED_OPEN_S = 0.3
NOW = datetime.now(UTC)


def attempt(days_ago: float, **own: Any) -> Attempt:
    """A scored reply; ``levels`` are its dimensions, ``moves`` its moves."""
    levels: dict[Any, int] = own.pop("levels", {"feeling": 3})
    moves = own.pop("moves", {"simple_reflection": 0.9, "complex_reflection": 0.2, "open_question": 0.1})
    version = own.pop("version", "1")
    wording = own.pop("wording", 0.5)
    started = NOW - timedelta(days=days_ago)
    scored = Scored(
        transcript=Transcript(),
        voice=VoiceMeasures(duration_s=1.0),
        curves=VoiceCurves(),
        wording=Wording(behavior="other", moves=moves, mechanisms={}, level=3, wording=wording, sentences=()),
        attunement=Attunement(
            wording=wording,
            voice=None,
            dimensions=tuple(Dimension(name=name, level=level, reason="") for name, level in levels.items()),
            scoring_version=version,
        ),
        feedback=Feedback(strength=None, next_step=None),
        timings_s=Timings(transcribe=0.0, voice=0.0, wording=0.0, feedback_after_speech=0.0),
    )
    fields: dict[str, Any] = {
        "id": new_attempt_id(started),
        "exercise_id": "cold-dinner",
        "turn": "start",
        "person": "Ada",
        "recording": None,
        **own,
    }
    return Attempt(started_at=started, scored=scored, **fields)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = make_room(tmp_path)
    yield made
    made.practice.store.close()


def fill(room: Room, *several: Attempt) -> None:
    for one in several:
        room.practice.store.add_attempt(one)


async def to_history(app: VoiceTrainerApp, pilot: Pilot[None]) -> HistoryScreen:
    await until(pilot, at_home(app))
    await pilot.press("y")
    await until(pilot, on(app, HistoryScreen))
    screen = app.screen
    assert isinstance(screen, HistoryScreen)
    await until(pilot, lambda: screen.whole and screen.drawn is not None)
    await pilot.pause()
    return screen


def listed(screen: HistoryScreen) -> int:
    return screen.query_one(AttemptList).count


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_history_is_reached_opened_and_left_by_keys(room: Room, size: tuple[int, int]) -> None:
    fill(room, attempt(0.0), attempt(1.2, exercise_id="too-quiet"), attempt(3.0))
    app = room.app()
    async with app.run_test(size=size) as pilot:
        screen = await to_history(app, pilot)
        await until(pilot, lambda: "The flat that got too quiet" in seen(app))
        await shows(pilot, "3 of 3 attempts")
        await pilot.press("down", "enter")
        await until(pilot, on(app, FeedbackScreen))
        assert app.screen.exercise.id == "too-quiet"  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(pilot, on(app, HistoryScreen))
        await until(pilot, lambda: screen.query_one(AttemptList).row is not None)
        assert screen.query_one(AttemptList).row.exercise_id == "too-quiet"  # type: ignore[union-attr]
        await pilot.press("escape")
        await until(pilot, on(app, HomeScreen))


async def test_every_key_is_shown_at_80_columns(room: Room) -> None:
    fill(room, attempt(0.0))
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_history(app, pilot)
        await until(pilot, lambda: len(app.screen.query("FooterKey")) >= 8)
        assert max(key.region.right for key in app.screen.query("FooterKey")) <= 80, footer(app)


async def test_an_empty_history_says_so_and_every_key_is_safe(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_history(app, pilot)
        await until(pilot, lambda: "Once you have practised" in seen(app))
        await pilot.press("enter", "down", "end", "pageup", "v", "down", "v", "down", "v", "f", "escape", "c")
        await until(pilot, on(app, HistoryScreen))


async def test_trends_are_drawn_from_five_attempts_on_with_how_sure_they_are(room: Room) -> None:
    several = [attempt(i, levels={"feeling": 3, "meaning": 2}) for i in range(LEAST - 1)]
    fill(room, *several, attempt(9.0, levels={"feeling": 4}))
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_history(app, pilot)
        await pilot.press("v")
        await until(pilot, lambda: "95 % sure" in seen(app))
        text = seen(app)
        feeling = next(line for line in text.splitlines() if "Feeling" in line)
        assert "3.2 (2.5–3.9)" in feeling
        assert "●" in feeling
        assert "━" in feeling
        meaning = next(line for line in text.splitlines() if "Meaning" in line)
        assert "not yet: 4 of 5" in meaning
        await until(pilot, lambda: app.focused is not None)  # the keys go to the list a moment after it is drawn
        await pilot.press("down", "down")
        await until(pilot, lambda: "Feeling: 3.2 of 5 over the last 5 of 5" in " ".join(seen(app).split()))


async def test_counts_are_pooled_called_what_they_are_and_undefined_without_a_question(room: Room) -> None:
    fill(room, attempt(0.0), attempt(1.0))
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_history(app, pilot)
        await pilot.press("v", "v")
        await until(pilot, lambda: "MITI-informed, not a MITI score" in seen(app))
        await shows(pilot, "no question yet", "2 of 2 replies")
        fill(room, attempt(2.0, moves={"complex_reflection": 0.8, "open_question": 0.7}))
        await pilot.press("h", "y", "v", "v")
        await until(pilot, lambda: "3.0 to 1" in seen(app))
        await shows(pilot, "3 to 1;", "33 %")


async def test_what_was_missed_and_met_later_is_shown_as_progress(room: Room) -> None:
    fill(room, attempt(5.0, outcome="missed"), attempt(2.0, outcome="attuned"))
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_history(app, pilot)
        await pilot.press("v", "v")
        await until(pilot, lambda: "Missed, and met later" in seen(app))
        line = next(line for line in seen(app).splitlines() if "◆ The dinner that got cold" in line)
        assert "missed" in line
        assert "met" in line
        assert "streak" not in seen(app)


async def test_scores_of_another_version_are_left_out_and_said(room: Room) -> None:
    fill(room, *[attempt(20.0 + i, version="0") for i in range(6)], attempt(0.0))
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_history(app, pilot)
        assert screen.drawn is not None
        assert screen.drawn.compared.older == 6
        assert not any(trend.points for trend in screen.drawn.trends)
        assert listed(screen) == 7
        await pilot.press("v", "v")
        await until(pilot, lambda: "6 attempts were scored in another way" in " ".join(seen(app).split()))


async def choose(screen: HistoryScreen, pilot: Pilot[None], wanted: str) -> None:
    """F as often as it takes to come to ``wanted``, then its first choice."""
    for name in ("person", "skill", "context", "exercise", "days"):
        await pilot.press("f")
        await until(pilot, lambda name=name: screen.query_one(f"#of-{name}", Select).has_focus)
        if name == wanted:
            break
    await pilot.press("enter")
    await until(pilot, lambda: type(screen.focused).__name__ == "SelectOverlay")
    await pilot.press("down", "enter")


async def test_filters_narrow_by_keys_and_clear(room: Room) -> None:
    fill(
        room,
        attempt(0.0),
        attempt(3.0, exercise_id="too-quiet"),
        attempt(40.0, exercise_id="the-clock"),
        attempt(50.0, exercise_id="gone-since"),
    )
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_history(app, pilot)
        assert listed(screen) == 4
        await choose(screen, pilot, "skill")  # the first: noticing
        await until(pilot, lambda: listed(screen) == 1)
        assert screen.filters.skill == "notice"
        await pilot.press("escape", "c")
        await until(pilot, lambda: listed(screen) == 4)
        assert screen.filters == HistoryFilters()
        await choose(screen, pilot, "days")
        await until(pilot, lambda: screen.filters.days == 7 and listed(screen) == 2)
        screen.query_one("#of-context", Select).value = "therapy"
        await until(pilot, lambda: listed(screen) == 0)
        await until(pilot, lambda: "Nothing matches" in seen(app))
        await pilot.press("escape", "c")
        screen.query_one("#of-exercise", Select).value = "gone-since"
        await until(pilot, lambda: listed(screen) == 1)
        await until(pilot, lambda: "gone-since" in seen(app))


async def test_it_begins_with_oneself_and_several_people_have_no_trend(room: Room) -> None:
    mine = [attempt(i, levels={"feeling": 3}) for i in range(6)]
    fill(room, *mine, *[attempt(i + 0.5, person="Ben") for i in range(6)])
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_history(app, pilot)
        await until(pilot, lambda: listed(screen) == 6)
        assert screen.filters.person == "Ada"
        await pilot.press("c", "v")
        await until(pilot, lambda: listed(screen) == 12)
        await until(pilot, lambda: "one person's" in seen(app))


async def test_an_attempt_at_an_exercise_that_is_gone_is_told(room: Room) -> None:
    fill(room, attempt(0.0, exercise_id="gone-since"))
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_history(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "can't be shown" in " ".join(seen(app).split()))
        assert app.screen is screen


@pytest.mark.parametrize("size", [(20, 6), (1, 1), (300, 90)])
async def test_no_size_breaks_it(room: Room, size: tuple[int, int]) -> None:
    fill(room, *[attempt(i / 2, levels={"feeling": 1 + i % 5}) for i in range(40)])
    app = room.app()
    async with app.run_test(size=size) as pilot:
        await to_history(app, pilot)
        for key in ("down", "end", "v", "down", "down", "v", "v", "pageup", "f", "escape"):
            await pilot.press(key)
        for after in ((160, 50), (5, 3), (80, 24), (112, 34)):
            await pilot.resize_terminal(*after)
        await until(pilot, lambda: "40 of 40 attempts" in seen(app))


async def test_without_colour_the_cursor_and_the_scores_are_told(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    fill(room, attempt(0.0), attempt(1.0, wording=None))
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_history(app, pilot)
        await until(pilot, lambda: "›" in seen(app))
        lines = [line for line in seen(app).splitlines() if "The dinner that got cold" in line]
        assert "›" in lines[0]
        assert "▰▰▰▱▱" in lines[0]
        assert "–" in lines[1]


def ten_thousand(store: DatabaseStore) -> None:
    """Through the tables at once: one by one they would take a minute."""
    draw = random.Random(1)
    ids, names = ("cold-dinner", "too-quiet", "the-clock"), ("feeling", "meaning", "restraint", "pace", "loudness")
    curve = tuple(draw.uniform(-60.0, -10.0) for _ in range(600))
    rows, counted = [], []
    for i in range(10_000):
        one = attempt(
            i / 8,
            exercise_id=ids[i % 3],
            outcome=draw.choice(["attuned", "partly", "missed"]),
            wording=draw.random(),
            levels={name: draw.randint(1, 5) for name in names},
            moves={"simple_reflection": draw.random(), "open_question": draw.random()},
        )
        curves = VoiceCurves(level_times_s=curve, level_dbfs=curve)  # a record as long as a real one
        one = msgspec.structs.replace(one, scored=msgspec.structs.replace(one.scored, curves=curves))
        rows.append(attempt_row(one))
        counted.append(figures_row(one))
    with store._writer.begin() as connection:
        connection.execute(attempts.insert(), rows)
        connection.execute(figures.insert(), counted)


async def opening_s(app: VoiceTrainerApp, pilot: Pilot[None], count: int, times: int = 5) -> float:
    """The shortest of several times from home to a history whose first page is listed."""
    shortest = float("inf")
    for _ in range(times):
        await pilot.press("escape")
        await until(pilot, at_home(app))
        await pilot.pause(0.3)  # home has read anew
        began = time.perf_counter()
        app.screen.action_history()  # type: ignore[attr-defined]
        while not (isinstance(app.screen, HistoryScreen) and app.screen.query(AttemptList) and listed(app.screen)):
            await pilot.pause(0.005)
        shortest = min(shortest, time.perf_counter() - began)
        screen = app.screen
        await until(pilot, lambda screen=screen: screen.whole)
        assert listed(screen) == count
    return shortest


@pytest.mark.long
async def test_ten_thousand_attempts_open_as_fast_as_one(room: Room, tmp_path: Path) -> None:
    """Under 0.3 s; where the machine is so busy that one attempt takes longer, no more than half again as long."""
    other = make_room(tmp_path / "other")
    store = other.practice.store
    assert isinstance(store, DatabaseStore)
    ten_thousand(store)
    fill(room, attempt(0.0))
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_history(app, pilot)  # imports what it needs
        one_s = await opening_s(app, pilot, 1)
    app = other.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_history(app, pilot)
        many_s = await opening_s(app, pilot, 10_000)
        print(f"history listed: {many_s:.3f} s of 10 000 attempts, {one_s:.3f} s of one")
        assert many_s < max(WANTED_OPEN_S, 1.5 * one_s)
        screen = app.screen  # type: ignore[assignment]
        await pilot.press("end")
        await until(pilot, lambda: screen.query_one(AttemptList).row is screen.rows[-1])
    store.close()


def test_the_figures_of_old_attempts_are_filled_in(tmp_path: Path) -> None:
    """A store of before the table of figures: the migration counts what is there, and passes over what is damaged."""
    from alembic import command
    from alembic.config import Config

    from voice_trainer.store import open_store

    url = f"sqlite:///{tmp_path}/old.sqlite3"
    several = [
        attempt(float(i), moves={"complex_reflection": 0.8, "closed_question": 0.6 * (i % 2)}) for i in range(450)
    ]
    maker = open_store(f"sqlite:///{tmp_path}/new.sqlite3")
    assert isinstance(maker, DatabaseStore)
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "voice_trainer.store:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(attempts.insert(), [attempt_row(one) for one in several])
        damaged = {**attempt_row(attempt(500.0)), "record": '{"scored": 3'}
        connection.execute(attempts.insert(), damaged)
    engine.dispose()
    maker.close()
    store = open_store(url)
    found = {row.id: row for row in store.history()}
    assert len(found) == 451
    for one in several:
        expected = figures_row(one)
        row = found[one.id]
        assert (row.reflections, row.complex_reflections, row.questions) == (1, 1, expected["questions"])
        assert row.dimensions == {"feeling": 3}
    assert found[damaged["id"]].reflections is None
    assert found[damaged["id"]].dimensions == {}
    store.close()


# what the trends are drawn with


def point(mean: float, low: float = 1.0, high: float = 5.0) -> Point:
    return Point(number=5, at=NOW, mean=mean, low=low, high=high, attempts=5)


def test_the_scale_runs_from_one_to_five() -> None:
    assert scale(point(1.0, 1.0, 5.0)) == "●" + "━" * 16
    assert scale(point(5.0, 5.0, 5.0)) == "·" * 16 + "●"
    assert scale(point(3.0, 2.5, 3.5)) == "······━━●━━······"
    assert trend_spark([point(1.0), point(3.0), point(5.0)], 5) == "  ▁▅█"
    assert trend_spark([point(1.0), point(5.0)], 1) == "█"
    assert trend_spark([], 3) == "   "


def test_a_trend_is_told_in_a_sentence() -> None:
    assert told(Trend(name="feeling", attempts=1)) == "Feeling: rated in 1 attempt; a trend is drawn from 5 on."
    sentence = told(Trend(name="wording", attempts=20, points=(point(3.25, 2.9, 3.6),), direction="higher"))
    assert "3.2 of 5" in sentence
    assert "between 2.9 and 3.6" in sentence
    assert "higher than the ten before" in sentence


async def test_up_and_down_choose_a_trend(room: Room) -> None:
    fill(room, *[attempt(float(i), levels={"feeling": 3, "pace": 4}) for i in range(12)])
    app = room.app()
    async with app.run_test(size=(160, 50)) as pilot:
        screen = await to_history(app, pilot)
        await pilot.press("v")
        trends = screen.query_one(TrendList)
        await until(pilot, lambda: trends.has_focus)
        await pilot.press("up", "down", "down")
        assert trends.chosen is not None
        assert trends.chosen.name == "feeling"
        await until(pilot, lambda: len(screen.query("PlotWidget")) == 1)
        await pilot.press(*["down"] * 30)
        assert trends.chosen.name == "presence"
