"""A whole turn by keys: hear, notice, answer, see, answer back; and every way out of it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from voice_trainer import practice_events as events
from voice_trainer.engines.scripted import ScriptedSound
from voice_trainer.preferences import Preferences
from voice_trainer.tui.app import VoiceTrainerApp
from voice_trainer.tui.messages import Played, TurnEvent, Warming
from voice_trainer.tui.screens.details import DetailsScreen
from voice_trainer.tui.screens.feedback import FeedbackScreen
from voice_trainer.tui.screens.home import HomeScreen
from voice_trainer.tui.screens.practice import PracticeScreen
from voice_trainer.tui.screens.way import WayScreen
from voice_trainer.tui.widgets.feelings import FeelingChoices
from voice_trainer.tui.widgets.recorder import Recorder
from voice_trainer.tui.widgets.waveform import Waveform

from .conftest import Room, make_room, speech, until
from .test_rooms import at_home, footer, keys_fit, on, seen, shows

LONG = speech(240.0)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return make_room(tmp_path, sound=ScriptedSound(reply=LONG, speed=8.0))


def practice(app: VoiceTrainerApp) -> PracticeScreen:
    assert isinstance(app.screen, PracticeScreen), app.screen
    return app.screen


def stage(app: VoiceTrainerApp, wanted: str):  # type: ignore[no-untyped-def]
    return lambda: isinstance(app.screen, PracticeScreen) and app.screen.stage == wanted


async def into_dinner(app: VoiceTrainerApp, pilot: Pilot[None]) -> None:
    """Maya's exercise, played to its end."""
    await until(pilot, at_home(app))
    await pilot.press("l", "down", "enter")
    await until(pilot, stage(app, "ready"))
    await pilot.press("enter")
    await until(pilot, stage(app, "noticing"))


async def answer(app: VoiceTrainerApp, pilot: Pilot[None], least_s: float = 2.5) -> FeedbackScreen:
    await pilot.press("space")
    await until(pilot, stage(app, "recording"))
    await until(pilot, lambda: practice(app).query_one(Recorder).elapsed_s >= least_s)
    await pilot.press("space")
    await until(pilot, on(app, FeedbackScreen))
    assert isinstance(app.screen, FeedbackScreen)
    return app.screen


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_a_whole_exercise_by_keys(room: Room, size: tuple[int, int]) -> None:
    app = room.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await into_dinner(app, pilot)
        choices = practice(app).query_one(FeelingChoices)
        number = 1 + choices._words.index("hurt")
        await pilot.press(str(number))
        assert choices.picked == ("hurt",)
        feedback = await answer(app, pilot)

        attempt = feedback.attempt
        assert attempt.heard == ("hurt",)
        assert attempt.scored.transcript.text.startswith("You sat there")
        assert [row.id for row in room.practice.store.attempts()] == [attempt.id]
        assert attempt.recording is not None
        await until(pilot, lambda: "reflects deeper" in seen(app))
        await shows(pilot, "A strength", "A next step", "◆ names lonely", "▽ advises")

        for key, screen in (("d", DetailsScreen), ("escape", FeedbackScreen)):
            await pilot.press(key)
            await until(pilot, on(app, screen))
        played = len(room.sound.played)
        for i, key in enumerate(("p", "m", "o"), 1):
            await pilot.press(key)
            await until(pilot, lambda i=i: len(room.sound.played) == played + i)
        await shows(pilot, "It names the hurt")
        await pilot.press("m")
        await until(pilot, lambda: "It defends the evening" in seen(app))

        assert feedback.next_turn == "opens"
        await pilot.press("a")
        await until(pilot, stage(app, "noticing"))
        assert practice(app).turn.id == "opens"
        second = await answer(app, pilot)
        assert second.next_turn is None
        await pilot.press("enter")
        await until(pilot, lambda: "felt met" in seen(app) and on(app, WayScreen)())
        await pilot.press("h")
        await until(pilot, on(app, HomeScreen))
        assert room.practice.store.count() == 2


async def test_the_curves_are_drawn_where_there_is_room_and_told_where_there_is_not(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await into_dinner(app, pilot)
        feedback = await answer(app, pilot)
        await until(pilot, lambda: len(feedback.query("PlotWidget")) == 4)
        await until(pilot, lambda: any(0x2801 <= ord(c) <= 0x28FF for c in seen(app)))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: feedback.query_one("#curves-text", Static).display)
        assert "semitones" in str(feedback.query_one("#curves-text", Static).content)
        assert "▁" in str(feedback.query_one("#curves-text", Static).content)
        await pilot.press("t")
        await until(pilot, stage(app, "ready"))
        assert practice(app).turn.id == "start"


async def test_keys_shown_fit_80_columns_at_every_stage(room: Room) -> None:
    app = room.app()

    async def fits() -> None:
        await until(pilot, lambda: keys_fit(app, 80))

    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        await fits()
        await until(pilot, lambda: "8 Pick" in footer(app))
        await pilot.press("b")
        await fits()
        await pilot.press("space")
        await until(pilot, stage(app, "recording"))
        await fits()
        await until(pilot, lambda: footer(app).split() == ["space", "Done", "esc", "Cancel"])
        await until(pilot, lambda: practice(app).query_one(Recorder).elapsed_s > 2.0)
        await pilot.press("space")
        await until(pilot, on(app, FeedbackScreen))
        await fits()


async def test_escape_while_recording_keeps_nothing(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        await pilot.press("space")
        await until(pilot, stage(app, "recording"))
        run = practice(app).turn_run
        await until(pilot, lambda: practice(app).query_one(Recorder).elapsed_s > 1.0)
        await pilot.press("escape")
        await until(pilot, on(app, HomeScreen))
        await until(pilot, lambda: "Nothing was kept" in seen(app))
        await until(pilot, lambda: run is not None and run._writer is None and run._mic._closed.is_set())  # type: ignore
        assert room.practice.store.count() == 0
        assert room.practice.unfinished() == ()
        assert not [path for path in room.practice.recordings.folder.rglob("*") if path.suffix in {".flac", ".pcm"}]


async def test_leaving_the_app_while_recording_keeps_what_was_said(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        await pilot.press("space")
        await until(pilot, stage(app, "recording"))
        run = practice(app).turn_run
        assert run is not None
        await until(pilot, lambda: practice(app).query_one(Recorder).elapsed_s > 2.0)
        await pilot.press("q")  # not a key here
        assert app.is_running
        app.exit()
    for _ in range(300):
        if room.practice.store.count():
            break
        with contextlib.suppress(TimeoutError):
            import asyncio

            await asyncio.sleep(0.02)
    assert room.practice.store.count() == 1


async def test_replay_begins_anew_and_keeps_what_was_picked(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        await pilot.press("3")
        first = practice(app).turn_run
        picked = practice(app).query_one(FeelingChoices).picked
        await pilot.press("r")
        await until(pilot, lambda: practice(app).turn_run not in (None, first))
        await until(pilot, stage(app, "noticing"))
        assert len(room.sound.played) == 2
        feedback = await answer(app, pilot, 2.0)
        assert feedback.attempt.heard == picked


async def test_breathing_is_paced_and_left_at_any_time(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        for key in ("enter", "escape"):
            await pilot.press("b")
            await until(pilot, stage(app, "breathing"))
            await until(pilot, lambda: "Breathe in" in seen(app))
            await pilot.press(key)
            await until(pilot, stage(app, "noticing"))
        await pilot.press("b", "space")
        await until(pilot, stage(app, "recording"))
        assert practice(app).turn_run._stepped  # type: ignore[union-attr]


async def test_space_does_not_cut_the_speaker_off_but_enter_goes_on(tmp_path: Path) -> None:
    room = make_room(tmp_path, sound=ScriptedSound(reply=LONG, speed=8.0, prompt_s=60.0))
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("l", "down", "enter")
        await until(pilot, stage(app, "ready"))
        await pilot.press("enter")
        await until(pilot, lambda: practice(app).query_one(Waveform).position_s > 0)
        await pilot.press("c")
        await until(pilot, lambda: "lentil thing" in seen(app))
        await pilot.press("space")
        await until(pilot, lambda: "still speaking" in seen(app))
        assert stage(app, "hearing")()
        await pilot.press("enter")
        await until(pilot, stage(app, "noticing"))


async def test_a_content_note_comes_before_anything_plays(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("l", "end", "enter")
        await until(pilot, lambda: "Somebody hints at violence" in seen(app) and stage(app, "ready")())
        await pilot.press("escape")
        await until(pilot, on(app, HomeScreen))
        assert not room.sound.played


async def test_no_microphone_is_one_sentence_and_r_tries_again(tmp_path: Path) -> None:
    sound = ScriptedSound(reply=LONG, speed=8.0, microphone=None)
    app = make_room(tmp_path, sound=sound).app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("enter", "enter")
        await until(pilot, stage(app, "failed"))
        await shows(pilot, "No microphone was found", "tries again")
        sound.microphone = "Scripted microphone"
        await pilot.press("r")
        await until(pilot, stage(app, "noticing"))
        assert "No microphone" not in seen(app)


async def test_a_microphone_that_vanishes_costs_no_word(tmp_path: Path) -> None:
    room = make_room(tmp_path, sound=ScriptedSound(reply=LONG, speed=8.0))
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        await pilot.press("space")
        await until(pilot, stage(app, "recording"))
        await until(pilot, lambda: practice(app).query_one(Recorder).elapsed_s > 2.0)
        practice(app).turn_run._mic._lost_after_s = 0.0  # type: ignore[union-attr]
        await until(pilot, on(app, FeedbackScreen))
        assert room.practice.store.count() == 1


async def test_an_old_attempt_is_opened_from_home(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        feedback = await answer(app, pilot, 2.0)
        await pilot.press("escape")
        await until(pilot, lambda: "today" in seen(app) and "words" in seen(app))
        await pilot.press("down")
        await until(pilot, lambda: app.screen.query_one("#lately").has_focus)
        await pilot.press("enter")
        await until(pilot, on(app, FeedbackScreen))
        assert app.screen.attempt.id == feedback.attempt.id  # type: ignore[attr-defined]


async def test_silence_is_met_kindly(tmp_path: Path) -> None:
    room = make_room(tmp_path, sound=ScriptedSound(speed=8.0), preferences=Preferences(ask_pull=False))
    app = room.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await into_dinner(app, pilot)
        await answer(app, pilot, 2.0)
        await until(pilot, lambda: "No words were heard" in seen(app))


@pytest.mark.parametrize("size", [(20, 6), (40, 12), (300, 90)])
async def test_the_loop_survives_any_size(room: Room, size: tuple[int, int]) -> None:
    app = room.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await into_dinner(app, pilot)
        await pilot.press("b", "enter", "c", "1")
        await answer(app, pilot, 2.0)
        await pilot.press("m", "d", "escape", "p", "escape")
        await until(pilot, on(app, HomeScreen))


def test_fast_messages_replace_only_their_like() -> None:
    run, other = object(), object()

    def event(of: object, what: events.Event) -> TurnEvent:
        return TurnEvent(of, what)  # type: ignore[arg-type]

    level = events.Level(-20.0, -10.0, False, 1.0)
    assert event(run, level).can_replace(event(run, level))
    assert not event(run, level).can_replace(event(other, level))
    assert not event(run, level).can_replace(event(run, events.RecordingStopped(1.0)))
    assert not event(run, events.Notice("one")).can_replace(event(run, events.Notice("two")))
    assert Played("it", 1.0).can_replace(Played("it", 2.0))
    assert not Played("it", 1.0, over=True).can_replace(Played("it", 0.0))
    assert not Played("it", 1.0).can_replace(Played("it", 0.0, over=True))
    assert Warming("a").can_replace(Warming("b"))
