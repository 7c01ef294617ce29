"""Terminals that are hard to draw on: 20×6, one that never keeps its size, one without UTF-8."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.end_to_end import terminal
from tests.end_to_end.terminal import Terminal
from tests.tui import conftest
from tests.tui.conftest import Room, make_room, speech, until
from tests.tui.test_practice_loop import into_dinner, practice, stage
from voice_trainer.engines.scripted import ScriptedSound
from voice_trainer.tui.app import VoiceTrainerApp
from voice_trainer.tui.screens.feedback import FeedbackScreen
from voice_trainer.tui.screens.home import HomeScreen
from voice_trainer.tui.widgets.recorder import Recorder

from .budget import SEED, many
from .trainee import REPO

pytestmark = pytest.mark.slow
_keys_do_not_wait_for_an_idle_processor = conftest._keys_do_not_wait_for_an_idle_processor
TINY = (20, 6)
SIZES = (TINY, (1, 1), (2, 40), (200, 3), (80, 24), (300, 100), (40, 12))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = make_room(tmp_path, sound=ScriptedSound(reply=speech(60.0), speed=8.0))
    yield made
    made.practice.store.close()


async def _a_turn(app: VoiceTrainerApp, pilot: Pilot[None], seconds: float = 1.5) -> None:
    await into_dinner(app, pilot)
    await pilot.press("space")
    await until(pilot, stage(app, "recording"))
    await until(pilot, lambda: practice(app).query_one(Recorder).elapsed_s >= seconds)
    await pilot.press("space")
    await until(pilot, lambda: isinstance(app.screen, FeedbackScreen))


async def test_everything_is_done_on_20_by_6(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=TINY, notifications=True) as pilot:
        await _a_turn(app, pilot)
        assert len(room.practice.store.attempts()) == 1
        for keys in (("h",), ("l",), ("down", "escape"), ("p",), ("escape",), ("s",), ("escape",), ("question_mark",)):
            await pilot.press(*keys)
            await pilot.pause(0.05)
            assert app.screen.size.width == TINY[0]
        await pilot.press("escape")
        app.action_home()
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_a_storm_of_sizes_costs_nothing_of_a_turn(room: Room) -> None:
    """Before the prompt, while it is heard, while the reply is recorded, and over the feedback."""
    app, chance = room.app(), random.Random(SEED)

    async def storm(pilot: Pilot[None]) -> None:
        for _ in range(many(8, 300)):
            await pilot.resize_terminal(*chance.choice(SIZES))

    async with app.run_test(size=(100, 32), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await storm(pilot)
        await into_dinner(app, pilot)
        await storm(pilot)
        await pilot.press("space")
        await until(pilot, stage(app, "recording"))
        await storm(pilot)
        await until(pilot, lambda: practice(app).query_one(Recorder).elapsed_s >= 1.5)
        await pilot.press("space")
        await until(pilot, lambda: isinstance(app.screen, FeedbackScreen))
        await storm(pilot)
        await pilot.resize_terminal(100, 32)
        await pilot.pause(0.1)
        assert app.screen.size == (100, 32)
    (row,) = room.practice.store.attempts()
    assert row.recording is not None
    samples, rate_hz = room.practice.recordings.load(row.recording)
    assert len(samples) / rate_hz >= 1.5


# the real program


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    reason = terminal.missing()
    if reason:
        pytest.skip(reason)
    return {**os.environ, "VOICE_TRAINER_HOME": str(tmp_path / "home"), "PYTHONPATH": str(REPO)}


def _resize(screen: Terminal, width: int, height: int) -> None:
    screen._tmux("resize-window", "-x", str(width), "-y", str(height))


def test_the_program_lives_through_20_by_6_and_a_storm(env: dict[str, str]) -> None:
    chance = random.Random(SEED)
    with Terminal(env, 20, 6) as screen:
        screen.run((sys.executable, "-m", "voice_trainer"))
        screen.see("Voice Tra")  # there is no room for more
        for _ in range(many(40, 1000)):
            _resize(screen, chance.randint(1, 200), chance.randint(1, 80))
        _resize(screen, 20, 6)
        screen.press("l")
        _resize(screen, 100, 32)
        shown = screen.see("Voice Trainer", "of 96 exercises")  # home's keys name the library, too
        assert "Traceback" not in shown
        screen.press("Escape")
        screen.see("Voice Trainer", "Today", "Enter begins")
        screen.press("q")
        assert screen.wait_over() == 0


@pytest.mark.parametrize("encoding", ["", "latin-1"])
def test_the_program_opens_without_utf_8(env: dict[str, str], encoding: str) -> None:
    without = ["env", "LC_ALL=C", "LANG=C", "PYTHONUTF8=0", "PYTHONCOERCECLOCALE=0", f"PYTHONIOENCODING={encoding}"]
    with Terminal(env) as screen:
        screen.run((*without, sys.executable, "-m", "voice_trainer"))
        screen.see("Voice Trainer", "Today", "Enter begins", "Models ready")
        screen.press("s")
        screen.see("Loudspeaker", "Test the microphone")
        screen.press("Escape")
        screen.see("Today", "Enter begins")
        screen.press("q")
        assert screen.wait_over() == 0
