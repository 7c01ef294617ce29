"""Replay and compare, driven by keys; the loudspeaker stands where the test puts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Footer, Input

from voice_trainer.attempt import Attempt
from voice_trainer.tui.app import VoiceTrainerApp
from voice_trainer.tui.screens.compare import CompareScreen
from voice_trainer.tui.screens.confirm import ConfirmScreen
from voice_trainer.tui.screens.feedback import FeedbackScreen
from voice_trainer.tui.screens.home import HomeScreen
from voice_trainer.tui.screens.note import NoteScreen
from voice_trainer.tui.screens.replay import ReplayScreen
from voice_trainer.tui.widgets.spoken import SpokenWords

from .conftest import RATE_HZ, Room, make_room, until
from .replaying import DURATION_S, PAUSE_AFTER, HandSound, keep_attempt, words
from .test_rooms import footer, seen, shows

SIZES = [(80, 24), (160, 50)]
WORDS = words()


class Replaying:
    """A room with two attempts at one turn, and a loudspeaker moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.room: Room = make_room(folder)
        self.sound = HandSound()
        self.room.practice.sound = self.sound  # type: ignore[assignment]
        self.first = keep_attempt(
            self.room, 0, {"advice": 0.9, "names_feeling": 0.1, "complex_reflection": 0.1}, pause_mean_s=2.0
        )
        self.second = keep_attempt(
            self.room, 9, {"advice": 0.1, "names_feeling": 0.9, "complex_reflection": 0.9}, pause_mean_s=0.8
        )
        self.app: VoiceTrainerApp = self.room.app()

    async def open(self, pilot: Pilot[None], attempt: Attempt | None = None) -> ReplayScreen:
        """Through the feedback, with its key."""
        await until(pilot, lambda: self.app.opened)
        self.app.show_feedback(attempt or self.second)
        await until(pilot, lambda: isinstance(self.app.screen, FeedbackScreen))
        await pilot.press("v")
        await until(pilot, lambda: isinstance(self.app.screen, ReplayScreen) and self.app.screen.take is not None)
        assert isinstance(self.app.screen, ReplayScreen)
        return self.app.screen

    async def play(self, pilot: Pilot[None]) -> None:
        """Press Space, and wait until the loudspeaker has it."""
        before = len(self.sound.playbacks)
        await pilot.press("space")
        await until(pilot, lambda: len(self.sound.playbacks) > before)


@pytest.fixture
def replaying(tmp_path: Path) -> Iterator[Replaying]:
    made = Replaying(tmp_path)
    yield made
    made.room.practice.store.close()


@pytest.mark.parametrize("size", SIZES)
async def test_words_light_up_with_what_is_audible(replaying: Replaying, size: tuple[int, int]) -> None:
    app = replaying.app
    async with app.run_test(size=size) as pilot:
        screen = await replaying.open(pilot)
        spoken = screen.query_one(SpokenWords)
        await replaying.play(pilot)
        for i in (0, 3, 12, len(WORDS) - 1):
            replaying.sound.playback.position_s = WORDS[i].start_s + 0.05
            await until(pilot, lambda i=i: spoken.lit == i)  # type: ignore[misc]
            await until(pilot, lambda i=i: f"▸{WORDS[i].text}" in seen(app))  # type: ignore[misc]
        replaying.sound.playback.position_s = WORDS[PAUSE_AFTER].end_s + 0.5
        await until(pilot, lambda: spoken.lit is None)  # in a pause nothing is said
        assert "▸You" not in seen(app)


async def test_space_plays_and_pauses_where_it_stood(replaying: Replaying) -> None:
    app, sound = replaying.app, replaying.sound
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await replaying.open(pilot)
        await replaying.play(pilot)
        assert len(sound.played[-1][0]) == pytest.approx(DURATION_S * RATE_HZ, abs=1)
        sound.playback.position_s = 2.0
        await until(pilot, lambda: screen.state.position_s == 2.0)
        await pilot.press("space")
        await until(pilot, lambda: not screen.state.playing)
        assert sound.playback.stopped.is_set()
        assert screen.state.position_s == 2.0
        await shows(pilot, "‖ 0:02")
        await replaying.play(pilot)
        assert len(sound.played[-1][0]) == pytest.approx((DURATION_S - 2.0) * RATE_HZ, abs=1)
        sound.playback.end()  # all of it is heard
        await until(pilot, lambda: not screen.state.playing)
        assert screen.state.position_s == pytest.approx(DURATION_S, abs=0.01)
        await replaying.play(pilot)  # from the end it begins anew
        assert len(sound.played[-1][0]) == pytest.approx(DURATION_S * RATE_HZ, abs=1)


async def test_jumping_by_word_sentence_and_mark(replaying: Replaying) -> None:
    app = replaying.app
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await replaying.open(pilot)
        at = lambda: screen.player.position_s  # noqa: E731
        await pilot.press("right")
        assert at() == WORDS[0].start_s
        await pilot.press("right", "right")
        assert at() == WORDS[2].start_s
        await pilot.press("left")
        assert at() == WORDS[1].start_s
        await pilot.press("right_square_bracket")
        assert at() == WORDS[11].start_s
        await pilot.press("shift+right")
        assert at() == WORDS[14].start_s
        await pilot.press("left_square_bracket", "shift+left")
        assert at() == WORDS[0].start_s
        found = []
        for _ in range(3):
            await pilot.press("full_stop")
            found.append(at())
        assert found == [WORDS[PAUSE_AFTER].end_s, WORDS[11].start_s, WORDS[11].start_s]  # the pause, the next move
        await pilot.press("comma", "comma")
        assert at() == WORDS[0].start_s


async def test_slower_and_faster_keep_their_place(replaying: Replaying) -> None:
    app, sound = replaying.app, replaying.sound
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await replaying.open(pilot)
        await replaying.play(pilot)
        sound.playback.position_s = 2.0
        before = len(sound.playbacks)
        await pilot.press("minus", "minus", "minus", "minus", "minus")
        await until(pilot, lambda: len(sound.playbacks) > before and not screen.state.preparing)
        await until(pilot, lambda: screen.state.speed == 0.5 and "×0.5" in seen(app))
        await until(pilot, lambda: abs(len(sound.played[-1][0]) - (DURATION_S - 2.0) * 2 * RATE_HZ) < RATE_HZ / 100)
        sound.playback.position_s = 3.0  # three seconds at half speed
        await until(pilot, lambda: screen.state.position_s == pytest.approx(3.5, abs=0.001))
        await pilot.press("plus", "equals_sign")
        await until(pilot, lambda: screen.state.speed == 0.7)
        await pilot.press("minus", "minus", "minus", "minus")
        await until(pilot, lambda: screen.state.speed == 0.5)  # no slower than half


async def test_a_passage_comes_round(replaying: Replaying) -> None:
    app, sound = replaying.app, replaying.sound
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await replaying.open(pilot)
        await replaying.play(pilot)
        sound.playback.position_s = 1.0
        await until(pilot, lambda: screen.state.position_s == 1.0)
        await pilot.press("b")
        await until(pilot, lambda: "passage from 1.0 s" in seen(app))
        sound.playback.position_s = 3.0
        before = len(sound.playbacks)
        await pilot.press("e")
        await until(pilot, lambda: len(sound.playbacks) > before)
        assert screen.state.loop is not None
        sound.playback.position_s = 2.5  # one and a quarter rounds
        await until(pilot, lambda: screen.state.position_s == pytest.approx(1.5, abs=0.01))
        await shows(pilot, "over and over 1.0–3.0 s")
        rounds = sound.played[-1][0]
        one = round(2.0 * RATE_HZ)
        assert np.array_equal(rounds[:one], rounds[one : 2 * one])
        await pilot.press("l")
        await until(pilot, lambda: "L loops it" in seen(app))
        await pilot.press("l")
        await until(pilot, lambda: screen.state.looping)
        await pilot.press("x")
        await until(pilot, lambda: screen.state.loop is None)


async def test_every_take_is_a_key_away_and_keeps_its_place(replaying: Replaying) -> None:
    app = replaying.app
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await replaying.open(pilot)
        assert [source.kind for source in screen.found] == ["own", "own", "model", "model", "speaker"]
        assert screen.chosen == 1
        await pilot.press("right", "right")
        await pilot.press("5")
        await until(pilot, lambda: screen.take is not None and screen.take.source.kind == "speaker")
        await until(pilot, lambda: "▸5 Maya" in seen(app) and "lentil" in seen(app))
        assert screen.player.position_s == 0.0
        await pilot.press("p")
        assert isinstance(app.screen, ReplayScreen)  # pins go on one's own takes
        await pilot.press("tab")  # round to the first
        await until(pilot, lambda: screen.take is not None and screen.take.attempt == replaying.first)
        await pilot.press("tab")
        await until(pilot, lambda: screen.player.position_s == WORDS[1].start_s)
        assert screen.take is not None
        assert screen.take.attempt == replaying.second


@pytest.mark.parametrize("size", SIZES)
async def test_a_pin_is_written_listed_visited_and_deleted(replaying: Replaying, size: tuple[int, int]) -> None:
    app, store = replaying.app, replaying.room.practice.store
    async with app.run_test(size=size) as pilot:
        screen = await replaying.open(pilot)
        await pilot.press("right", "right", "right", "p")
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        app.screen.query_one(Input).value = "Slower."
        await pilot.press("enter")
        await until(pilot, lambda: len(screen.pins) == 1)
        (pin,) = store.pins(replaying.second.id)
        assert (pin.note, pin.at_s, pin.author) == ("Slower.", WORDS[2].start_s, "Ada")
        await until(pilot, lambda: "Slower." in seen(app) and "Pins" in seen(app))
        await pilot.press("right", "right", "enter")
        await until(pilot, lambda: screen.player.position_s == pin.at_s)
        await pilot.press("delete")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("n")
        await until(pilot, lambda: app.screen is screen)
        assert store.pins(replaying.second.id) == (pin,)
        await pilot.press("delete", "y")
        await until(pilot, lambda: screen.pins == ())
        assert store.pins(replaying.second.id) == ()
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert store.pins(replaying.second.id) == ()


async def test_a_loudspeaker_that_goes_away_is_one_sentence_and_can_be_tried_again(replaying: Replaying) -> None:
    app, sound = replaying.app, replaying.sound
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await replaying.open(pilot)
        sound.broken = True
        await pilot.press("space")
        await until(pilot, lambda: any("loudspeaker went away" in one.message for one in app._notifications))
        await until(pilot, lambda: not screen.state.playing)
        sound.broken = False
        await replaying.play(pilot)


async def test_an_attempt_without_sound_says_so(replaying: Replaying) -> None:
    app = replaying.app
    silent = keep_attempt(replaying.room, 20, {}, sound=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.opened)
        app.push_screen(ReplayScreen(silent, replaying.room.practice.library.get("cold-dinner")))
        await until(pilot, lambda: any("not kept" in one.message for one in app._notifications))
        await pilot.press("space", "right", "b", "e", "p", "minus")
        await pilot.press("1")
        assert isinstance(app.screen, ReplayScreen)
        screen = app.screen
        await until(pilot, lambda: screen.take is not None)


async def test_the_list_of_attempts_leads_to_the_replay(replaying: Replaying) -> None:
    app = replaying.app
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and app.screen.snapshot is not None)
        await pilot.press("v")  # the newest is marked
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and app.screen.take is not None)
        assert isinstance(app.screen, ReplayScreen)
        assert app.screen.attempt == replaying.second
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_escape_stops_the_sound_and_goes_back(replaying: Replaying) -> None:
    app = replaying.app
    async with app.run_test(size=(80, 24)) as pilot:
        await replaying.open(pilot)
        await replaying.play(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FeedbackScreen))
        await until(pilot, replaying.sound.playback.stopped.is_set)


@pytest.mark.parametrize("size", SIZES)
async def test_what_moved_is_told_in_words_and_levels(replaying: Replaying, size: tuple[int, int]) -> None:
    app = replaying.app
    async with app.run_test(size=size) as pilot:
        await replaying.open(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen) and app.screen.pair is not None)
        await until(pilot, lambda: "1.2 s shorter pauses" in seen(app))
        await shows(pilot, "names the feeling now", "gives no advice now", "Attempt 1", "attempt 2")
        before = len(replaying.sound.playbacks)
        await pilot.press("1")
        await until(pilot, lambda: len(replaying.sound.playbacks) > before)
        await pilot.press("m")
        await until(pilot, lambda: len(replaying.sound.playbacks) > before + 1)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))


@pytest.mark.parametrize("size", [(80, 24), (20, 6), (1, 1), (300, 90)])
async def test_no_size_breaks_it_and_at_80_columns_every_key_is_shown(
    replaying: Replaying, size: tuple[int, int]
) -> None:
    app = replaying.app
    async with app.run_test(size=(80, 24)) as pilot:
        await replaying.open(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen) and app.screen.pair is not None)
        await pilot.resize_terminal(*size)
        await pilot.pause(0.1)
        for _ in range(2):
            if size == (80, 24):
                keys = app.screen.query(Footer).first().query("FooterKey")
                assert max(key.region.right for key in keys) <= 80, footer(app)
            await pilot.press("escape")
            await pilot.pause(0.1)
        await until(pilot, lambda: isinstance(app.screen, FeedbackScreen))


async def test_without_colour_the_lit_word_and_the_playhead_are_seen(
    replaying: Replaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    replaying.app = app = replaying.room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await replaying.open(pilot)
        await pilot.press("right", "right")
        await until(pilot, lambda: f"▸{WORDS[1].text}" in seen(app) and "┃" in seen(app))
        await shows(pilot, "◆")
