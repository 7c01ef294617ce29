"""Correcting the words and answering with a file, by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import av
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.unit.test_rescoring import reading_all
from voice_trainer.attempt import Attempt
from voice_trainer.engines.audio_file import write_audio
from voice_trainer.store.database import DatabaseStore
from voice_trainer.tui.app import VoiceTrainerApp
from voice_trainer.tui.screens.correct import CorrectScreen
from voice_trainer.tui.screens.feedback import FeedbackScreen
from voice_trainer.tui.screens.open_file import OpenFileScreen
from voice_trainer.tui.screens.practice import PracticeScreen
from voice_trainer.tui.word_buffer import WordBuffer

from .conftest import RATE_HZ, SAID, Room, make_room, speech, until
from .test_rooms import at_home, footer, on, seen, shows


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = reading_all(make_room(tmp_path))
    yield made
    made.practice.store.close()


def spoken(room: Room) -> Attempt:
    exercise = room.practice.library.get("cold-dinner")
    review = room.practice.review(exercise, exercise.first_turn, RATE_HZ)
    review.push(speech(6.0))
    return review.finish()


async def to_correct(app: VoiceTrainerApp, pilot: Pilot[None], attempt: Attempt) -> CorrectScreen:
    await until(pilot, at_home(app))
    app.open_attempt(attempt.id)
    await until(pilot, on(app, FeedbackScreen))
    await until(pilot, lambda: "E corrects the words" in seen(app))
    await pilot.press("e")
    await until(pilot, on(app, CorrectScreen))
    screen = app.screen
    assert isinstance(screen, CorrectScreen)
    return screen


# the buffer


def words_after(words: str, *keys: str) -> tuple[str, int]:
    """Letters write; the rest are named."""
    buffer = WordBuffer(words.split())
    for key in keys:
        if len(key) == 1:
            buffer.write(key)
        else:
            {
                "left": lambda: buffer.move(-1),
                "right": lambda: buffer.move(1),
                "back": buffer.rub_out,
                "del": buffer.remove,
                "drop": buffer.drop,
                "undo": buffer.undo,
                "settle": buffer.settle,
            }[key]()
    buffer.settle()
    return " ".join(buffer.words), buffer.at


def test_typing_replaces_adds_and_mends() -> None:
    assert words_after("you sad there", "right", *"sat") == ("you sat there", 1)
    assert words_after("you there", " ", *"sat") == ("you sat there", 1)
    assert words_after("you sat", *"and", " ", *"you") == ("and you sat", 1)
    assert words_after("you sats", "right", "back") == ("you sat", 1)
    assert words_after("you sat there", "right", "del") == ("you there", 1)
    assert words_after("you sat", "right", "del", "undo") == ("you sat", 1)
    assert words_after("you", *"x", "drop") == ("you", 0)
    assert words_after("a", "back", "settle") == ("", 0)
    assert words_after("", *"oh", " ", *"no") == ("oh no", 1)
    assert words_after("you sat", " ", "drop") == ("you sat", 0)


@given(
    words=st.lists(st.sampled_from(["you", "sat", "there."]), max_size=5),
    keys=st.lists(st.sampled_from([*"ab ", "left", "right", "back", "del", "drop", "undo", "settle"]), max_size=40),
)
def test_no_keys_break_the_buffer(words: list[str], keys: list[str]) -> None:
    text, at = words_after(" ".join(words), *keys)
    assert all(word for word in text.split(" ")) or text == ""
    assert 0 <= at <= max(0, len(text.split()) - 1)


def test_everything_can_be_undone() -> None:
    buffer = WordBuffer(["you", "sad"])
    buffer.move(1)
    for character in "sat now":
        buffer.write(character)
    buffer.settle()
    buffer.remove()
    while buffer.undo():
        pass
    assert buffer.words == ["you", "sad"]


# the screen


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_words_are_corrected_by_keys_and_what_moved_is_told(room: Room, size: tuple[int, int]) -> None:
    attempt = spoken(room)
    app = room.app()
    async with app.run_test(size=size) as pilot:
        screen = await to_correct(app, pilot, attempt)
        await until(pilot, lambda: "As it was heard." in seen(app))
        await pilot.press("end", *["delete"] * 6)  # Have you tried texting me sooner?
        await until(pilot, lambda: "Have you tried texting me sooner?" in " ".join(seen(app).split()))
        await pilot.press("home", *"He", "space", *"you")
        await until(pilot, lambda: "Enter or an arrow takes it" in seen(app))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: screen.change is not None)
        kept = room.practice.store.attempt(attempt.id)
        assert kept.scored.transcript.text.startswith("He you sat there")
        assert kept.scored.transcript.text.endswith("That makes sense to me.")
        assert kept.scored.transcript.edited_from == SAID
        assert room.practice.store.original(attempt.id) == attempt
        assert screen.change is not None
        assert "advice" in screen.change.moves_lost
        await until(pilot, lambda: "What that changed" in seen(app))
        await shows(pilot, "gone ▽ advises", "Restraint")
        await pilot.press("enter")
        await until(pilot, on(app, FeedbackScreen))
        await until(pilot, lambda: "He you sat there" in seen(app))


async def test_the_first_reading_comes_back(room: Room) -> None:
    attempt = spoken(room)
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_correct(app, pilot, attempt)
        await pilot.press(*"We", "enter", "enter")
        await until(pilot, lambda: screen.change is not None)
        await pilot.press("ctrl+r", "enter")
        await until(pilot, lambda: screen.change is not None and screen.attempt == attempt)
        assert room.practice.store.attempt(attempt.id) == attempt


async def test_escape_lets_go_and_nothing_changed_is_said(room: Room) -> None:
    attempt = spoken(room)
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_correct(app, pilot, attempt)
        await until(pilot, lambda: len(app.screen.query("FooterKey")) >= 7)
        assert max(key.region.right for key in app.screen.query("FooterKey")) <= 80, footer(app)
        await pilot.press("enter")
        await until(pilot, lambda: "Nothing is changed yet" in seen(app))
        await pilot.press(*"xyz", "escape")
        await until(pilot, lambda: "xyz" not in seen(app))
        await pilot.press("escape")
        await until(pilot, lambda: on(app, FeedbackScreen)() and "You said" in seen(app))
        assert room.practice.store.attempt(attempt.id) == attempt


async def test_the_recording_is_heard_around_a_word(room: Room) -> None:
    attempt = spoken(room)
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_correct(app, pilot, attempt)
        await pilot.press("right", "right", "ctrl+t")
        await until(pilot, lambda: bool(room.sound.played))
        assert 0.5 * RATE_HZ < len(room.sound.played[-1]) < 4.0 * RATE_HZ


async def test_a_store_that_fails_is_told_and_changes_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    from voice_trainer.errors import DiskFull

    def full(self: DatabaseStore, attempt: Attempt) -> None:
        raise DiskFull("The disk is full; free some space and try again.")

    attempt = spoken(room)
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_correct(app, pilot, attempt)
        monkeypatch.setattr(DatabaseStore, "replace_attempt", full)
        await pilot.press(*"We", "enter", "enter")
        await until(pilot, lambda: "disk is full" in seen(app))
        assert screen.change is None
        assert room.practice.store.attempt(attempt.id) == attempt


@pytest.mark.parametrize("size", [(20, 6), (5, 3), (300, 90)])
async def test_no_size_breaks_it(room: Room, size: tuple[int, int]) -> None:
    attempt = spoken(room)
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_correct(app, pilot, attempt)
        await pilot.resize_terminal(*size)
        await pilot.press("down", "up", "right", *"ab", "enter", "enter")
        await until(pilot, lambda: screen.change is not None)


# a file


async def to_files(app: VoiceTrainerApp, pilot: Pilot[None]) -> OpenFileScreen:
    await until(pilot, at_home(app))
    await pilot.press("enter")
    await until(pilot, on(app, PracticeScreen))
    await pilot.press("o")
    await until(pilot, on(app, OpenFileScreen))
    screen = app.screen
    assert isinstance(screen, OpenFileScreen)
    return screen


def write_m4a(path: Path, seconds: float) -> None:
    """As a telephone records it."""
    with av.open(str(path), "w") as container:
        stream = cast(Any, container.add_stream("aac", rate=RATE_HZ, layout="mono"))
        frame = av.AudioFrame.from_ndarray(speech(seconds)[None], format="fltp", layout="mono")
        frame.sample_rate = RATE_HZ
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "mp3", "m4a"])
async def test_a_file_is_scored_as_an_answer(room: Room, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"mine.{kind}"
    if kind == "mp3":
        soundfile.write(path, speech(4.0), RATE_HZ)
    elif kind == "m4a":
        write_m4a(path, 4.0)
    else:
        write_audio(path, speech(4.0), RATE_HZ, format=kind)  # type: ignore[arg-type]
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_files(app, pilot)
        await pilot.press("slash", *str(path), "enter")
        await until(pilot, lambda: on(app, FeedbackScreen)() and "You said" in seen(app))
        (row,) = room.practice.store.attempts()
        assert row.recording is not None
        samples, rate_hz = room.practice.recordings.load(row.recording)
        assert len(samples) / rate_hz == pytest.approx(4.0, abs=0.2)
        assert path.exists()
        assert not room.practice.unfinished()


async def test_a_file_is_found_by_its_folder(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    write_audio(folder / "mine.wav", speech(4.0), RATE_HZ, format="wav")
    (folder / "notes.txt").write_text("not a sound")
    monkeypatch.setattr(OpenFileScreen, "last_folder", folder)
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_files(app, pilot)
        await until(pilot, lambda: "mine.wav" in seen(app))
        assert "notes.txt" not in seen(app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: on(app, FeedbackScreen)() and "You said" in seen(app))


async def test_a_file_that_is_no_sound_is_one_sentence(room: Room, tmp_path: Path) -> None:
    (tmp_path / "mine.wav").write_text("no sound at all")
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_files(app, pilot)
        for name, told in (("mine.wav", "mine.wav"), ("gone.wav", "There is no file")):
            await pilot.press("slash")
            screen.query_one("#path", Input).value = str(tmp_path / name)
            await pilot.press("enter")
            line = screen.query_one("#file-told", Static)
            await until(pilot, lambda told=told, line=line: told in str(line.content) and line.has_class("-failed"))
            assert "\n" not in str(line.content)
        assert room.practice.store.count() == 0
        await pilot.press("escape", "escape")
        await until(pilot, on(app, PracticeScreen))
