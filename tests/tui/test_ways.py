"""Paths, the way through a talk, what comes up in oneself, and where to turn: by keys, on an 80×24 screen too."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from voice_trainer.attempt import Attempt
from voice_trainer.exercise import Exercise, Library, Next
from voice_trainer.preferences import Preferences
from voice_trainer.store import PULLS, PullSaid
from voice_trainer.tui.app import VoiceTrainerApp
from voice_trainer.tui.beside import after_a_breath
from voice_trainer.tui.care import DANGER
from voice_trainer.tui.screens.feedback import FeedbackScreen
from voice_trainer.tui.screens.help import HelpScreen
from voice_trainer.tui.screens.history import HistoryScreen
from voice_trainer.tui.screens.home import HomeScreen
from voice_trainer.tui.screens.library import LibraryScreen
from voice_trainer.tui.screens.paths import PathsScreen
from voice_trainer.tui.screens.practice import PracticeScreen
from voice_trainer.tui.screens.settings import SettingsScreen
from voice_trainer.tui.screens.way import WayScreen
from voice_trainer.tui.words import PULL_NOUNS, PULL_WORDS

from .conftest import Room, library, make_room, until
from .test_history import attempt
from .test_rooms import at_home, footer, keys_fit, on, seen, shows

FRAMES = str.maketrans("│▎▅", "   ")
LINE = "Your supervision group, Tuesdays, room 4."
MINUTE = 1 / 1440


def read(app: VoiceTrainerApp) -> str:
    """What is seen, as one reads it across the ends of lines."""
    return " ".join(seen(app).translate(FRAMES).split())


def branching() -> Exercise:
    """Noor's, whose turns lead to different places."""
    clock = library().get("the-clock")
    start, opens = clock.turns
    closes = msgspec.structs.replace(opens, id="closes", text="No, you're right. It's fine. I'm too sensitive, I know.")
    return msgspec.structs.replace(
        clock,
        turns=(
            msgspec.structs.replace(start, next=Next(attuned="opens", partly="opens", missed="closes")),
            opens,
            msgspec.structs.replace(closes, next=Next(attuned="opens", partly="opens")),
        ),
    )


def heard(room: Room, minutes_ago: float, turn: str, outcome: str, **own: Any) -> Attempt:
    made = attempt(minutes_ago * MINUTE, exercise_id="the-clock", turn=turn, outcome=outcome, **own)
    room.practice.store.add_attempt(made)
    return made


# paths


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_a_path_goes_into_its_next_exercise(room: Room, size: tuple[int, int]) -> None:
    room.practice.store.add_attempt(attempt(1, exercise_id="too-quiet"))
    app = room.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: at_home(app)() and "p Paths" in footer(app))
        await until(pilot, lambda: keys_fit(app, size[0]))
        await pilot.press("p")
        await until(pilot, lambda: on(app, PathsScreen)() and "1 of 3 practised" in seen(app))
        await until(pilot, lambda: keys_fit(app, size[0]))
        await shows(pilot, "What to try", "● The flat that got too quiet", "▸ The dinner that got cold")
        await pilot.press("enter")
        await until(pilot, on(app, PracticeScreen))
        assert app.screen.exercise.id == "cold-dinner"  # type: ignore[attr-defined]


async def test_any_exercise_of_a_path_can_be_chosen_and_escape_leads_back(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("l")
        await until(pilot, lambda: on(app, LibraryScreen)() and "p Paths" in footer(app))
        await until(pilot, lambda: keys_fit(app, 80))
        await pilot.press("p")
        await until(pilot, lambda: "0 of 3 practised" in seen(app))
        await pilot.press("right")
        await until(pilot, lambda: "← Paths" in footer(app) and keys_fit(app, 80))
        await pilot.press("escape", "down", "down", "down")  # to and fro
        await until(pilot, lambda: "not a kind of person" in read(app) or "Say both sides" in seen(app))
        await pilot.press("right", "enter")
        await until(pilot, on(app, PracticeScreen))
        assert app.screen.exercise.id == "the-clock"  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(pilot, on(app, HomeScreen))
        await pilot.press("p")
        await until(
            pilot, lambda: on(app, PathsScreen)() and "0 of 3 practised" in seen(app)
        )  # skipped: nothing counted
        await pilot.press("up", "down", "down", "down", "down")  # the open pull has no exercise here
        await until(pilot, lambda: "no exercise yet" in seen(app))
        await pilot.press("enter", "escape")
        await until(pilot, on(app, HomeScreen))


@pytest.mark.parametrize("size", [(20, 6), (40, 12), (300, 90)])
async def test_paths_and_ways_survive_any_size(room: Room, size: tuple[int, int]) -> None:
    room.practice.library = Library((branching(),))
    last = heard(room, 1, "start", "missed")
    app = room.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("p")
        await until(pilot, lambda: on(app, PathsScreen)() and bool(app.screen.paths))  # type: ignore[attr-defined]
        await pilot.press("right", "down", "left", "down", "h")
        app.show_feedback(last)
        await until(pilot, on(app, FeedbackScreen))
        await pilot.press("w")
        await until(pilot, lambda: on(app, WayScreen)() and bool(app.screen.stretches))  # type: ignore[attr-defined]


# the way


async def test_the_way_is_told_and_any_turn_can_be_tried_again(tmp_path: Path) -> None:
    room = make_room(tmp_path, preferences=Preferences(person="Ada", help_line=LINE, ask_pull=False))
    room.practice.library = Library((branching(),))
    heard(room, 9, "start", "attuned")
    heard(room, 6, "start", "missed")
    last = heard(room, 3, "closes", "partly")
    end = heard(room, 1, "opens", "attuned")
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        app.show_feedback(last)
        await until(pilot, lambda: "settle before the next one" in read(app))
        assert "W shows the way" not in read(app)  # the talk goes on
        app.show_feedback(end)
        await until(pilot, lambda: "W shows the way" in read(app))
        await pilot.press("a")
        await until(pilot, lambda: on(app, WayScreen)() and "Noor felt met." in seen(app))
        text = read(app)
        assert "Noor did not feel heard, and withdrew." in text
        assert "met or half heard “Yeah. I didn't think you'd noticed.”" in text
        assert text.index("did not feel heard") < text.index("felt half heard, and waited") < text.index("felt met.")
        assert LINE in text
        assert DANGER in text
        await until(pilot, lambda: keys_fit(app, 80))
        await pilot.press("escape")
        await until(pilot, on(app, FeedbackScreen))
        await pilot.press("w")
        await until(pilot, lambda: on(app, WayScreen)() and bool(app.screen.stretches))  # type: ignore[attr-defined]
        await pilot.press("up", "enter")
        await until(pilot, on(app, PracticeScreen))
        assert app.screen.turn.id == "closes"  # type: ignore[attr-defined]


# steps, beside each other


def with_spread(room: Room, days_ago: float, spread: float | None, *steps: str, **own: Any) -> Attempt:
    made = attempt(days_ago, steps=steps, **own)
    voice = msgspec.structs.replace(made.scored.voice, loudness_sd_db=spread)
    made = msgspec.structs.replace(made, scored=msgspec.structs.replace(made.scored, voice=voice))
    room.practice.store.add_attempt(made)
    return made


async def test_a_reply_after_a_breath_stands_beside_the_last_without(room: Room) -> None:
    store = room.practice.store
    first = with_spread(room, 5, 4.0, "breath")
    assert "no reply without one yet" in after_a_breath(first, store)
    assert after_a_breath(with_spread(room, 4.5, None, "breath"), store) == ""
    with_spread(room, 4, 5.25)
    with_spread(room, 3, 9.0, "breath")
    with_spread(room, 2, 7.0, device="another microphone")
    with_spread(room, 2, 8.0, person="Bo")
    last = with_spread(room, 1, 3.75, "breath")
    told = after_a_breath(last, store)
    assert "3.8 dB" in told
    assert "without one, by 5.2 dB" in told
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        app.show_feedback(last)
        await until(pilot, lambda: "Two replies prove nothing" in read(app))


# what happened in you


async def test_what_came_up_stands_in_the_history_and_nowhere_else(room: Room) -> None:
    store = room.practice.store
    made = []
    for i in range(9):
        made.append(heard(room, i, "start", "partly"))
        store.say_pull(
            PullSaid(attempt_id=made[-1].id, pull="fix" if i < 6 else "nothing", said_at=made[-1].started_at)
        )
    theirs = heard(room, 1, "start", "partly", person="Bo")
    store.say_pull(PullSaid(attempt_id=theirs.id, pull="leave", said_at=theirs.started_at + timedelta(seconds=5)))
    app = room.app()
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("y")
        await until(pilot, on(app, HistoryScreen))
        await until(pilot, lambda: "The pull to fix came up 6 of 9 times." in read(app))
        await shows(pilot, "for you alone, never scored")
        assert "get away" not in seen(app)  # another person's
        app.show_feedback(made[0])
        await until(pilot, lambda: on(app, FeedbackScreen)() and "settle before the next one" in read(app))
        assert not any(words in seen(app) for words in (*PULL_WORDS.values(), "to fix"))
    record = msgspec.json.encode(store.attempt(made[0].id)).decode()
    assert "pull" not in record
    assert set(PULL_WORDS) == set(PULL_NOUNS) == set(PULLS)


def test_nothing_that_sends_shows_or_exports_replies_reads_what_was_said() -> None:
    package = Path(__file__).parents[2] / "voice_trainer"
    reading = {
        str(file.relative_to(package))
        for folder in ("report", "export", "coach", "cli")
        for file in (package / folder).rglob("*.py")
        if ".pulls(" in file.read_text(encoding="utf-8") or "PullSaid" in file.read_text(encoding="utf-8")
    }
    assert reading == set()


# care and settings


async def test_where_to_turn_is_ones_own_line_and_no_number(tmp_path: Path) -> None:
    room = make_room(tmp_path, preferences=Preferences(person="Ada", help_line=LINE))
    app = room.app()
    heavy = heard(room, 1, "opens", "attuned")
    async with app.run_test(size=(160, 60), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("question_mark")
        await until(pilot, on(app, HelpScreen))
        await pilot.press("end")
        await until(pilot, lambda: "Looking after you" in seen(app) and "emergency number" in read(app))
        text = read(app)
        assert LINE in text
        assert "local emergency number" in text
        assert "somebody you trust" in text
        await pilot.press("escape")
        app.show_feedback(heavy)
        await until(pilot, lambda: "let it settle" in read(app))
        assert LINE in read(app)
    assert not any(character.isdigit() for character in DANGER)


async def test_the_steps_the_question_and_the_line_are_settings(tmp_path: Path) -> None:
    room = make_room(tmp_path, preferences=Preferences(person="Ada"))
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("s")
        await until(pilot, on(app, SettingsScreen))
        for name in ("breathing", "ask_pull"):
            app.screen.query_one(f"#{name}").focus()
            await pilot.press("space")
            await until(pilot, lambda name=name: not getattr(room.practice.preferences, name))
        app.screen.query_one("#help_line").focus()
        await pilot.press(*"My aunt", "enter")
        await until(pilot, lambda: room.practice.preferences.help_line == "My aunt")
        assert room.saved[-1].person == "Ada"
        assert room.saved[-1].help_line == "My aunt"
