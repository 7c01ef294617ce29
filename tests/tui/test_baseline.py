"""Reading the everyday voice by keys: it starts, shows level and time, and says what came of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.widgets import Static

from voice_trainer.engines.scripted import ScriptedSound, ScriptedTranscriber
from voice_trainer.speech.reading import PASSAGE
from voice_trainer.tui.screens.baseline import BaselineScreen
from voice_trainer.tui.screens.home import HomeScreen
from voice_trainer.tui.screens.settings import SettingsScreen
from voice_trainer.tui.widgets.recorder import Recorder

from .conftest import RATE_HZ, make_room, speech, until
from .test_rooms import SIZES, at_home, shows

QUIET = np.random.default_rng(3).normal(0, 5e-4, RATE_HZ).astype(np.float32)


@pytest.mark.parametrize("size", SIZES)
async def test_the_passage_is_read_and_kept(tmp_path: Path, size: tuple[int, int]) -> None:
    room = make_room(tmp_path, sound=ScriptedSound(reply=np.concatenate([QUIET, speech(40.0), QUIET]), speed=200.0))
    room.practice.engines = replace(room.practice.engines, transcriber=ScriptedTranscriber(PASSAGE))
    app = room.app()
    async with app.run_test(size=size) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        app.screen.set_focus(None)  # a letter typed into the name stays a letter
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, BaselineScreen))
        screen = app.screen
        assert isinstance(screen, BaselineScreen)
        await until(pilot, lambda: "isn't known yet" in told(screen))
        await shows(pilot, "On most mornings I open the window")
        await pilot.press("space")
        await until(pilot, lambda: screen.stage == "reading" and screen.query_one(Recorder).elapsed_s > 41.5)
        await shows(pilot, "Space")
        await pilot.press("space")
        await until(pilot, lambda: screen.stage == "done")
        assert "That is your everyday voice on “Scripted microphone”" in told(screen)
        assert room.practice.store.baseline("Ada", "Scripted microphone") is not None
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
    room.practice.store.close()


async def test_escape_lets_it_go_and_too_little_is_said(tmp_path: Path) -> None:
    room = make_room(tmp_path, sound=ScriptedSound(reply=np.concatenate([QUIET, speech(8.0), QUIET]), speed=100.0))
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, at_home(app))
        screen = BaselineScreen()
        app.show(screen)
        await pilot.press("space")
        await until(pilot, lambda: screen.stage == "reading" and screen.query_one(Recorder).elapsed_s > 1.0)
        await pilot.press("escape")
        await until(pilot, lambda: "Nothing was kept" in told(screen))
        assert isinstance(app.screen, BaselineScreen)
        await pilot.press("space")
        await until(pilot, lambda: screen.stage == "reading" and screen.query_one(Recorder).elapsed_s > 9.5)
        await pilot.press("space")
        await until(pilot, lambda: screen.stage == "done")
        assert "read the whole text" in told(screen)
        assert room.practice.store.baselines() == ()
    room.practice.store.close()


def told(screen: BaselineScreen) -> str:
    return str(screen.query_one("#told", Static).content) if screen.is_mounted else ""
