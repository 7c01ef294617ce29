"""The steps around a reply: the pause before it, and what happened in oneself after it; both can be skipped."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from voice_trainer.engines.scripted import ScriptedSound
from voice_trainer.preferences import Preferences
from voice_trainer.tui.app import VoiceTrainerApp
from voice_trainer.tui.screens.feedback import FeedbackScreen
from voice_trainer.tui.screens.home import HomeScreen
from voice_trainer.tui.widgets import pause
from voice_trainer.tui.widgets.recorder import Recorder

from .conftest import Room, make_room, speech, until
from .test_practice_loop import LONG, into_dinner, practice, stage
from .test_rooms import at_home, footer, keys_fit, on, seen

ASKED = Preferences(person="Ada")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return make_room(tmp_path, sound=ScriptedSound(reply=LONG, speed=8.0), preferences=ASKED)


async def reply(app: VoiceTrainerApp, pilot: Pilot[None]) -> None:
    """To the end of what is said; the question comes next."""
    await pilot.press("space")
    await until(pilot, stage(app, "recording"))
    await until(pilot, lambda: practice(app).query_one(Recorder).elapsed_s >= 2.5)
    await pilot.press("space")


async def into_noticing(app: VoiceTrainerApp, pilot: Pilot[None]) -> None:
    """Tomasz's exercise, whose skill is noticing, played to its end."""
    await until(pilot, at_home(app))
    await pilot.press("l", "home", "enter")
    await until(pilot, stage(app, "ready"))
    await pilot.press("enter")
    await until(pilot, stage(app, "noticing"))


# what happened in you


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (40, 12)])
async def test_the_question_comes_before_the_feedback_and_is_kept_for_oneself(
    room: Room, size: tuple[int, int]
) -> None:
    app = room.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await into_dinner(app, pilot)
        await reply(app, pilot)
        await until(pilot, stage(app, "asking"))
        if size[0] >= 80:
            await until(pilot, lambda: "What happened in you" in seen(app) and "never shown to anybody" in seen(app))
            await until(pilot, lambda: footer(app).split() == ["⏎", "Skip", "1–5", "Choose"])
            await until(pilot, lambda: keys_fit(app, size[0]))
        await until(pilot, lambda: practice(app)._answer is not None)  # the answer waits for the question
        assert stage(app, "asking")()
        await pilot.press("1")
        await until(pilot, on(app, FeedbackScreen))
        store = room.practice.store
        await until(pilot, lambda: len(store.pulls()) == 1)
        said = store.pulls()[0]
        attempt = app.screen.attempt  # type: ignore[attr-defined]
        assert (said.attempt_id, said.pull) == (attempt.id, "fix")
        assert "fix" not in seen(app)


async def test_answered_before_the_answer_is_here_it_goes_on_by_itself(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        screen = practice(app)
        later = asyncio.Event()
        answered = screen._go_to_answer
        screen._go_to_answer = lambda: answered() if later.is_set() else None  # type: ignore[method-assign]
        await reply(app, pilot)
        await until(pilot, stage(app, "asking"))
        await pilot.press("4")
        await until(pilot, stage(app, "answering"))
        await until(pilot, lambda: screen._answer is not None)
        later.set()
        screen._go_to_answer()
        await until(pilot, on(app, FeedbackScreen))
        await until(pilot, lambda: [one.pull for one in room.practice.store.pulls()] == ["leave"])


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_skipping_it_leaves_no_trace(room: Room, key: str) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        await reply(app, pilot)
        await until(pilot, stage(app, "asking"))
        await pilot.press(key)
        await until(pilot, on(app, FeedbackScreen))
        assert room.practice.store.count() == 1
        assert room.practice.store.pulls() == ()


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    off = Preferences(person="Ada", ask_pull=False)
    room = make_room(tmp_path, sound=ScriptedSound(reply=LONG, speed=8.0), preferences=off)
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        await reply(app, pilot)
        await until(pilot, on(app, FeedbackScreen))


# the pause


async def test_slowing_down_pauses_and_then_the_answer_begins(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pause, "PAUSE_S", 0.6)
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_noticing(app, pilot)
        await pilot.press("space")
        await until(pilot, stage(app, "pausing"))
        await until(pilot, lambda: "Let it land first" in seen(app))
        await until(pilot, lambda: keys_fit(app, 80))
        await until(pilot, stage(app, "recording"))  # by itself
        await until(pilot, lambda: practice(app).query_one(Recorder).elapsed_s >= 2.5)
        await pilot.press("space")
        await until(pilot, stage(app, "asking"))
        await pilot.press("enter")
        await until(pilot, on(app, FeedbackScreen))
        attempt = room.practice.store.attempt(app.screen.attempt.id)  # type: ignore[attr-defined]
        assert attempt.steps == ("pause",)
        assert "response_latency_s" in attempt.scored.voice.not_rated


async def test_the_pause_is_skipped_by_space_and_left_by_escape(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_noticing(app, pilot)
        await pilot.press("space")
        await until(pilot, stage(app, "pausing"))
        await pilot.press("escape")
        await until(pilot, stage(app, "noticing"))
        await pilot.press("space")
        await until(pilot, stage(app, "pausing"))
        await pilot.press("space")
        await until(pilot, stage(app, "recording"))


async def test_a_breath_is_pause_enough(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_noticing(app, pilot)
        await pilot.press("b")
        await until(pilot, stage(app, "breathing"))
        await pilot.press("enter")
        await until(pilot, stage(app, "noticing"))
        await pilot.press("space")
        await until(pilot, stage(app, "recording"))


async def test_without_steps_there_is_neither_pause_nor_breath(tmp_path: Path) -> None:
    off = Preferences(person="Ada", breathing=False, ask_pull=False)
    room = make_room(tmp_path, sound=ScriptedSound(reply=speech(60.0), speed=8.0), preferences=off)
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_noticing(app, pilot)
        await until(pilot, lambda: "Space starts your answer" in seen(app))
        assert "breath" not in seen(app).lower()
        await pilot.press("b")
        assert stage(app, "noticing")()
        await pilot.press("space")
        await until(pilot, stage(app, "recording"))


# care


async def test_skipping_a_heavy_exercise_leaves_no_trace(room: Room) -> None:
    app, store = room.app(), room.practice.store
    before = room.practice.today()
    for steps in ((), ("enter",)):  # before anything plays, and after it was heard
        async with room.app().run_test(size=(80, 24), notifications=True) as pilot:
            app = pilot.app  # type: ignore[assignment]
            await until(pilot, at_home(app))
            await pilot.press("l", "end", "enter")
            await until(pilot, lambda app=app: "Somebody hints at violence" in seen(app) and stage(app, "ready")())
            for key in steps:
                await pilot.press(key)
                await until(pilot, stage(app, "noticing"))
            await pilot.press("escape")
            await until(pilot, on(app, HomeScreen))
    assert (store.count(), store.pulls(), store.people(), store.history()) == (0, (), (), ())
    assert room.practice.unfinished() == ()
    assert [path for path in room.practice.recordings.folder.rglob("*") if path.is_file()] == []
    assert room.practice.today() == before
