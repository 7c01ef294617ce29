"""Reading the passage: what is kept, what is refused and why, and what a reply is then compared with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.tui.conftest import RATE_HZ, Room, make_room, speech
from voice_trainer.baseline_reading import Read, Reading, ReadingRun, how_it_stands, read_file
from voice_trainer.engines.scripted import ScriptedSound, ScriptedTranscriber
from voice_trainer.practice_events import Cancelled, Failed, Level, MicrophoneOpened, RecordingStopped
from voice_trainer.scoring import Heard, score
from voice_trainer.speech.reading import PASSAGE

MICROPHONE = "Scripted microphone"


def reading_sound(seconds: float = 40.0) -> np.ndarray:
    quiet = np.random.default_rng(3).normal(0, 5e-4, RATE_HZ).astype(np.float32)
    return np.concatenate([quiet, speech(seconds), quiet])


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = make_room(tmp_path, sound=ScriptedSound(reply=reading_sound(), speed=400.0))
    practice = made.practice
    practice.engines = replace(practice.engines, transcriber=ScriptedTranscriber(PASSAGE))
    yield made
    practice.store.close()


def test_a_reading_is_kept_for_this_person_and_microphone(room: Room) -> None:
    run = ReadingRun(room.practice)
    seen = []
    for event in run.events():
        seen.append(event)
        if isinstance(event, Level) and (event.elapsed_s or 0) > 41.5:
            run.stop()
    assert isinstance(seen[0], MicrophoneOpened)
    assert isinstance(seen[-2], RecordingStopped)
    read = seen[-1]
    assert isinstance(read, Read)
    assert read.faults == ()
    kept = room.practice.store.baseline("Ada", MICROPHONE)
    assert kept is not None
    assert kept == read.baseline
    assert kept.measures.speech_rate_wpm is not None, "rates are those of the words, as a reply's are"
    assert how_it_stands(room.practice).kind == "ready"
    assert list(room.practice.recordings.unfinished()) == [], "the sound is let go"


def test_a_reply_is_compared_with_it_in_decibels_semitones_and_ratios(room: Room) -> None:
    read = read_file(room.practice, reading_sound(), RATE_HZ, "")
    assert read.baseline is not None
    louder = np.asarray(reading_sound() * 2.0, np.float32)
    scored = score(room.practice.engines, Heard(prompt="Hello."), louder, RATE_HZ, baseline=read.baseline)
    reasons = {one.name: one for one in scored.attunement.dimensions}
    assert reasons["loudness"].reason.startswith("6 dB louder than your everyday voice")
    assert reasons["pace"].level == 5, "the same words in the same time"
    without = score(room.practice.engines, Heard(prompt="Hello."), louder, RATE_HZ)
    assert {one.name: one.level for one in without.attunement.dimensions}["loudness"] is None


@pytest.mark.parametrize(
    ("samples", "text", "says"),
    [
        (np.zeros(RATE_HZ * 5, np.float32), PASSAGE, "Nothing was heard"),
        (reading_sound(8.0), PASSAGE, "20 s are needed; read the whole text"),
        (reading_sound(), "It was a dark and stormy night and nothing of it stands in the text.", "read the text as"),
        (
            np.asarray(reading_sound() * 0.4 + np.random.default_rng(0).normal(0, 0.008, RATE_HZ * 42), np.float32),
            PASSAGE,
            "find a quieter place",
        ),
        (np.clip(reading_sound() * 12.0, -1.0, 1.0).astype(np.float32), PASSAGE, "too loud for the microphone"),
    ],
    ids=["silence", "short", "another text", "noise", "clipped"],
)
def test_a_reading_that_can_not_stand_is_refused_with_what_to_do(
    room: Room, samples: np.ndarray, text: str, says: str
) -> None:
    room.practice.engines = replace(room.practice.engines, transcriber=ScriptedTranscriber(text))
    read = read_file(room.practice, samples, RATE_HZ, "")
    assert read.baseline is None
    assert any(says in fault for fault in read.faults), read.faults
    assert room.practice.store.baselines() == ()


def test_leaving_keeps_nothing(room: Room) -> None:
    run = ReadingRun(room.practice)
    seen = []
    for event in run.events():
        seen.append(event)
        if isinstance(event, Level):
            run.cancel()
    assert isinstance(seen[-1], Cancelled)
    assert room.practice.store.baselines() == ()


def test_a_microphone_that_goes_away_is_one_sentence(tmp_path: Path) -> None:
    made = make_room(tmp_path, sound=ScriptedSound(reply=reading_sound(), speed=400.0, lost_after_s=2.0))
    last = list(ReadingRun(made.practice).events())[-1]
    assert isinstance(last, Failed)
    assert "went away" in last.text
    made.practice.store.close()


def test_blocks_do_not_matter(room: Room) -> None:
    sound = reading_sound()
    readings = []
    for step in (997, 16_000):
        reading = Reading(room.practice, RATE_HZ, "")
        for start in range(0, len(sound), step):
            reading.push(sound[start : start + step])
        readings.append(reading.finish().measures)
    assert readings[0] == readings[1]


def test_it_says_when_it_is_missing_old_or_from_elsewhere(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    assert how_it_stands(room.practice).kind == "missing"
    kept = read_file(room.practice, reading_sound(), RATE_HZ, "Another microphone").baseline
    assert kept is not None
    there = how_it_stands(room.practice)
    assert there.kind == "other_device"
    assert "“Another microphone”" in there.sentence
    assert MICROPHONE in there.sentence
    old = datetime.now(UTC) - timedelta(days=181)
    room.practice.store.save_baseline(
        type(kept)(person="Ada", device=MICROPHONE, recorded_at=old, measures=kept.measures)
    )
    stands = how_it_stands(room.practice)
    assert stands.kind == "old"
    assert "181 days" in stands.sentence


Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    from voice_trainer.cli import context
    from voice_trainer.cli.app import run

    monkeypatch.setattr(context.Context, "practice", room.practice)

    def command(*arguments: object) -> tuple[int, str, str]:
        code = run([str(one) for one in arguments])
        out = capsys.readouterr()
        return code, out.out, out.err

    return command


def wav(path: Path, samples: np.ndarray) -> Path:
    import soundfile

    soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")
    return path


def test_the_command_line_reads_a_recording(say: Say, room: Room, tmp_path: Path) -> None:
    path = wav(tmp_path / "me.wav", reading_sound())
    code, out, _ = say("baseline", "--audio", path, "--device", "USB", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["kept"] is True
    assert (answer["person"], answer["device"]) == ("Ada", "USB")
    kept = room.practice.store.baseline("Ada", "USB")
    assert kept is not None
    assert answer["voice"]["f0_median_hz"] == kept.measures.f0_median_hz
    code, out, _ = say("baseline", "--audio", path)
    assert code == 0
    assert "syllables a second" in out


def test_the_command_line_refuses_in_plain_words(say: Say, room: Room, tmp_path: Path) -> None:
    code, out, err = say("baseline", "--audio", wav(tmp_path / "short.wav", reading_sound(6.0)), "--json")
    assert code == 2
    assert json.loads(out)["kept"] is False
    assert "read the whole text" in err
    code, _, err = say("baseline")  # no terminal
    assert code == 2
    assert "--audio" in err
    code, _, err = say("baseline", "--device", "USB")
    assert code == 2
    assert "--audio" in err
    assert room.practice.store.baselines() == ()
