"""Every screen is reached and left by keys, at every size, with and without colour."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Footer, Select
from textual.widgets._footer import FooterKey

from voice_trainer.engines.scripted import ScriptedSound
from voice_trainer.errors import StoreCorrupt
from voice_trainer.practice import Practice
from voice_trainer.preferences import Preferences
from voice_trainer.tui.app import VoiceTrainerApp
from voice_trainer.tui.screens.confirm import ConfirmScreen
from voice_trainer.tui.screens.help import HelpScreen
from voice_trainer.tui.screens.history import HistoryScreen
from voice_trainer.tui.screens.home import HomeScreen
from voice_trainer.tui.screens.library import LibraryScreen
from voice_trainer.tui.screens.practice import PracticeScreen
from voice_trainer.tui.screens.settings import SettingsScreen
from voice_trainer.tui.widgets.lately import Lately
from voice_trainer.tui.widgets.today import TodayCard
from voice_trainer.tui.widgets.toggle import Toggle

from .conftest import Room, make_room, speech, until

SIZES = [(80, 24), (160, 50)]
KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from tests.tui.conftest import speech
from voice_trainer.store import new_attempt_id
from voice_trainer.store.recordings import Recordings
writer = Recordings(Path(sys.argv[1])).begin(
    new_attempt_id(datetime.now(UTC)),
    16_000,
    device="Scripted microphone",
    exercise_id="cold-dinner",
    turn="start",
    person="Ada",
)
writer.write(speech(3.0))
os._exit(9)
"""
"""A process that dies while it records."""


def at_home(app: VoiceTrainerApp) -> Callable[[], bool]:
    return lambda: isinstance(app.screen, HomeScreen) and app.screen.snapshot is not None


def on(app: VoiceTrainerApp, kind: type) -> Callable[[], bool]:
    return lambda: isinstance(app.screen, kind)


def seen(app: App[None]) -> str:
    """The whole screen as text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in lines)


async def shows(pilot: Pilot[None], *texts: str) -> None:
    """Wait until all of ``texts`` are on the screen: one part of it may be drawn before another."""
    await until(pilot, lambda: all(text in seen(pilot.app) for text in texts))


def footer(app: VoiceTrainerApp) -> str:
    keys = app.screen.query(Footer).first().query(FooterKey)
    return " ".join(f"{key.key_display} {key.description}" for key in keys)


def keys_fit(app: VoiceTrainerApp, width: int) -> bool:
    """Whether the keys are all within the screen; not yet, while the footer is being drawn anew."""
    rights = [key.region.right for key in app.screen.query(Footer).first().query("FooterKey")]
    return bool(rights) and 0 < max(rights) <= width


async def test_home_says_what_today_is_and_why(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await until(pilot, lambda: "The flat that got too quiet" in seen(app))
        await shows(pilot, "Ada", "Tomasz, your oldest friend", "You have not practised")
        await shows(pilot, "Practise", "Library", "Settings", "Help", "Quit")


@pytest.mark.parametrize("size", SIZES)
async def test_every_room_is_reached_and_left_by_keys(room: Room, size: tuple[int, int]) -> None:
    app = room.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, at_home(app))
        for key, kind in (("l", LibraryScreen), ("s", SettingsScreen), ("enter", PracticeScreen)):
            await pilot.press(key)
            await until(pilot, on(app, kind))
            await pilot.press("escape")
            await until(pilot, on(app, HomeScreen))
        for key in ("question_mark", "f1"):
            await pilot.press(key)
            await until(pilot, on(app, HelpScreen))
            await until(pilot, lambda: ("What the marks mean" if size[1] > 30 else "Space") in seen(app))
            await pilot.press("escape")
            await until(pilot, on(app, HomeScreen))
        for key, kind in (("l", LibraryScreen), ("s", SettingsScreen), ("h", HomeScreen)):
            await pilot.press(key)
            await until(pilot, on(app, kind))
        assert len(app.screen_stack) == 2  # Textual's own screen below home: nothing piles up
        await pilot.press("q")
    assert app.return_code == 0


async def test_every_key_of_every_room_is_shown_at_80_columns(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        for key in ("l", "s"):
            await pilot.press(key)
            await pilot.pause(0.1)
            await until(pilot, lambda: keys_fit(app, 80))


async def test_ctrl_p_opens_the_palette(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("ctrl+p")
        await until(pilot, lambda: type(app.screen).__name__ == "CommandPalette")
        await pilot.press(*"library")
        await until(pilot, lambda: "Browse the exercises" in seen(app))
        await pilot.press("enter")
        await until(pilot, on(app, LibraryScreen))


async def test_library_narrows_by_filter_and_by_word(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("l")
        await until(pilot, on(app, LibraryScreen))
        library = app.screen
        assert isinstance(library, LibraryScreen)
        assert len(library.shown) == 3

        async def choose_first(name: str) -> None:
            """By keys: to the next filter, open it, its first choice."""
            select = library.query_one(f"#by-{name}", Select)
            await pilot.press("f")
            await until(pilot, lambda: select.has_focus)
            await pilot.press("enter")
            await until(pilot, lambda: select.expanded)
            await pilot.press("down")
            await pilot.press("enter")

        await pilot.press("slash")
        await until(pilot, lambda: library.query_one("#search").has_focus)
        await pilot.press(*"noor")
        await until(pilot, lambda: [one.id for one in library.shown] == ["the-clock"])
        await until(pilot, lambda: "Somebody hints at violence" in seen(app))
        await pilot.press("escape", "c")
        await until(pilot, lambda: len(library.shown) == 3)
        await choose_first("skill")  # noticing
        await until(pilot, lambda: [one.id for one in library.shown] == ["too-quiet"])
        await pilot.press("f")
        await choose_first("attachment")  # secure: none of them
        await until(pilot, lambda: library.shown == () and "Nothing matches" in seen(app))
        await pilot.press("c")
        await until(pilot, lambda: len(library.shown) == 3)
        await pilot.press("down", "enter")
        await until(pilot, on(app, PracticeScreen))
        await until(pilot, lambda: "The dinner that got cold" in seen(app))


@pytest.mark.parametrize("size", [(20, 6), (1, 1), (300, 90)])
async def test_no_size_breaks_it(room: Room, size: tuple[int, int]) -> None:
    app = room.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, at_home(app))
        for key in ("l", "escape", "s", "escape", "question_mark", "escape", "enter", "escape"):
            await pilot.press(key)
            await pilot.pause()
        await until(pilot, on(app, HomeScreen))


async def test_a_storm_of_resizes_leaves_it_whole(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        for key in ("h", "l", "s", "enter"):
            await pilot.press(key)
            for size in ((160, 50), (20, 6), (80, 24), (5, 3), (120, 34), (112, 33), (80, 24)):
                await pilot.resize_terminal(*size)
        for _ in range(2):  # the first closes what the last Enter may have opened
            await pilot.press("escape")
            await pilot.pause()
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and "Lately" in seen(app))


async def test_without_colour_everything_is_still_told(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = room.app()
    assert app.no_color
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("s")
        await until(pilot, on(app, SettingsScreen))
        await shows(pilot, "○ on", "● off")
        colours = {
            color.triplet
            for strip in app.screen._compositor.render_strips()
            for _, style, _ in strip
            for color in ((style.color, style.bgcolor) if style is not None else ())
            if color is not None and color.triplet is not None
        }
        assert colours
        assert all(red == green == blue for red, green, blue in colours)


async def test_settings_are_used_and_saved_at_once(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("s")
        await until(pilot, on(app, SettingsScreen))
        app.screen.query_one("#headphones", Toggle).focus()
        await pilot.press("space")
        await until(pilot, lambda: room.practice.preferences.headphones)
        app.screen.query_one("#theme", Select).value = "light"
        await until(pilot, lambda: app.theme == "daylight")
        app.screen.query_one("#auto_stop_s", Select).value = 4
        await until(pilot, lambda: room.practice.preferences.auto_stop_s == 4.0)
        assert room.saved[-1] == room.practice.preferences
        devices = app.screen.query_one("#input_device", Select)
        await until(pilot, lambda: devices.is_blank() and "Scripted microphone" in str(devices._options))


async def test_microphone_test_is_played_back(tmp_path: Path) -> None:
    sound = ScriptedSound(reply=speech(600.0), speed=60.0)
    room = make_room(tmp_path, sound=sound)
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("s")
        await until(pilot, lambda: "▮" in seen(app))
        await pilot.press("m")
        await until(pilot, lambda: bool(sound.played))
        assert len(sound.played[-1]) / 16_000 == pytest.approx(3.0, abs=0.1)
        await pilot.press("escape")
        await until(pilot, on(app, HomeScreen))


async def test_a_missing_microphone_is_told_in_settings(tmp_path: Path) -> None:
    room = make_room(tmp_path, sound=ScriptedSound(microphone=None))
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("s")
        await until(pilot, lambda: "No microphone was found" in seen(app))


async def test_an_unfinished_recording_is_offered_recovered_and_deleted(room: Room) -> None:
    for _ in range(2):
        subprocess.run([sys.executable, "-c", KILLED, str(room.practice.recordings.folder)], check=False)
    assert len(room.practice.unfinished()) == 2
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: "broken off" in seen(app))
        await pilot.press("down")
        await until(pilot, lambda: "Delete" in footer(app))
        await pilot.press("delete")
        await until(pilot, on(app, ConfirmScreen))
        await pilot.press("n")
        await until(pilot, on(app, HomeScreen))
        assert len(room.practice.unfinished()) == 2
        await until(pilot, lambda: "Delete" in footer(app))
        await pilot.press("delete")
        await until(pilot, on(app, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: len(room.practice.unfinished()) == 1)
        await until(pilot, lambda: app.screen.query_one("#lately", Lately).option_count == 1)
        app.screen.query_one("#lately", Lately).focus()
        await pilot.press("enter")
        await until(pilot, lambda: type(app.screen).__name__ == "FeedbackScreen" and bool(app.screen.query("#model")))
        assert not room.practice.unfinished()
        assert room.practice.store.count() == 1


async def test_a_trainer_that_cannot_be_opened_says_why() -> None:
    def broken() -> None:
        raise StoreCorrupt("The practice database is damaged; move it aside to begin a new one.")

    app = VoiceTrainerApp(broken)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: "database is damaged" in seen(app))
        await pilot.press("l", "s", "enter")
        assert isinstance(app.screen, HomeScreen)
        assert app.screen.query_one(TodayCard).has_focus


@pytest.mark.parametrize(
    ("keys", "there"),
    [
        (("l",), LibraryScreen),
        (("s",), SettingsScreen),
        (("y",), HistoryScreen),
        (("enter",), PracticeScreen),
        (("s", "l"), LibraryScreen),
    ],
)
async def test_keys_pressed_before_it_is_opened_are_not_lost(
    room: Room, keys: tuple[str, ...], there: type[Screen[None]]
) -> None:
    goes_on = threading.Event()

    def slowly() -> Practice:
        goes_on.wait(30.0)
        return room.practice

    app = VoiceTrainerApp(slowly, warm=False)
    async with app.run_test(size=SIZES[0]) as pilot:
        await until(pilot, on(app, HomeScreen))
        await pilot.press(*keys)
        assert isinstance(app.screen, HomeScreen)
        goes_on.set()
        await until(pilot, on(app, there))
        await pilot.pause(0.2)
        assert isinstance(app.screen, there)  # and nowhere else after it


async def test_models_warm_behind_the_screen_and_say_so(room: Room) -> None:
    app = room.app(warm=True)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: "Models ready" in seen(app))


async def test_straight_into_an_exercise(room: Room) -> None:
    app = room.app(start=("the-clock", None))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, on(app, PracticeScreen))
        await until(pilot, lambda: "Before you begin" in seen(app))
        assert not room.sound.played


async def test_an_exercise_that_is_not_there_is_told(room: Room) -> None:
    app = room.app(start=("the-clok", None))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: "There is no exercise" in seen(app))


async def test_theme_follows_the_preference(tmp_path: Path) -> None:
    room = make_room(tmp_path, preferences=Preferences(theme="light"))
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.theme == "daylight")


def test_both_palettes_are_legible() -> None:
    """WCAG 2 contrast of every colour that text is written in, against every ground: at least 4.5 to 1."""
    from textual.color import Color

    from voice_trainer.tui.themes import THEMES

    def luminance(color: Color) -> float:
        parts = [part / 255 for part in color.rgb]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for theme in THEMES:
        for ground in (theme.background, theme.surface):
            for name in ("foreground", "primary", "secondary", "accent", "success", "warning", "error"):
                one, two = luminance(Color.parse(getattr(theme, name))), luminance(Color.parse(ground or ""))
                ratio = (max(one, two) + 0.05) / (min(one, two) + 0.05)
                assert ratio >= 4.5, (theme.name, name, ground, round(ratio, 2))
            one, two = luminance(Color.parse(theme.variables["quiet"])), luminance(Color.parse(ground or ""))
            assert (max(one, two) + 0.05) / (min(one, two) + 0.05) >= 4.5, (theme.name, "quiet")
