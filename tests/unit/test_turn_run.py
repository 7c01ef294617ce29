"""One turn from prompt to answer, with scripted engines: what is told, what is kept, and what an error costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from voice_trainer.engines.audio_file import write_audio
from voice_trainer.engines.scripted import (
    ScriptedListener,
    ScriptedPitch,
    ScriptedSound,
    ScriptedTranscriber,
    ScriptedVoiceActivity,
    span,
)
from voice_trainer.errors import ModelMissing, StoreUnwritable
from voice_trainer.exercise import Delivery, Exercise, Library, Next, Speaker, Turn
from voice_trainer.practice import Practice
from voice_trainer.practice_events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Level,
    MicrophoneOpened,
    Notice,
    PromptEnded,
    PromptStarted,
    RecordingStarted,
    RecordingStopped,
)
from voice_trainer.preferences import Preferences
from voice_trainer.scoring import Engines
from voice_trainer.store import open_store
from voice_trainer.store.recordings import Recordings
from voice_trainer.turn_run import AFTER_A_STEP, PROMPT_SKIPPED, WITHOUT_HEADPHONES, TurnRun, envelope

RATE = 16_000


def tone(seconds: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    return (0.2 * np.sin(2 * np.pi * 200 * t)).astype(np.float32)


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    folder = tmp_path / "exercises"
    folder.mkdir()
    write_audio(folder / "start.wav", tone(1.0), RATE, "wav")
    turns = tuple(
        Turn(
            id=name,
            text="I waited two hours, and nobody even called.",
            audio="start.wav",
            delivery=Delivery(),
            feelings=("hurt",),
            meaning="She wants to matter.",
            listen_for="Her voice drops.",
            next=Next(attuned="more", partly="more", missed="more") if name == "start" else Next(),
        )
        for name in ("start", "more")
    )
    return Exercise(
        id="two-hours",
        title="Two hours",
        context="partner",
        skill="reflect_feeling",
        attachment="anxious",
        difficulty=1,
        speaker=Speaker(name="Maya", relation="your partner", voice="maya"),
        turns=turns,
        folder=folder,
    )


@pytest.fixture
def practice(tmp_path: Path, exercise: Exercise) -> Practice:
    reflection = span("reflection", {"simple_reflection": 0.9}, emotional_reaction=1.5, interpretation=1.2)
    return Practice(
        engines=Engines(
            voice_activity=ScriptedVoiceActivity(),
            transcriber=ScriptedTranscriber("It sounds like you felt hurt when nobody called."),
            pitch=ScriptedPitch(),
            listener=ScriptedListener(
                reply=reflection, sentences={"It sounds like you felt hurt when nobody called.": reflection}
            ),
        ),
        sound=ScriptedSound(reply=np.concatenate([tone(40.0)])),
        store=open_store(f"sqlite:///{tmp_path / 'practice.sqlite3'}"),
        recordings=Recordings(tmp_path / "recordings"),
        library=Library((exercise,)),
        preferences=Preferences(person="Ada"),
    )


def drive(run: TurnRun, *, seconds: float = 2.0) -> Iterator[Event]:
    """Answer at once after the prompt, and stop when ``seconds`` were recorded."""
    for event in run.events():
        yield event
        if isinstance(event, PromptEnded):
            run.start_recording()
        if isinstance(event, Level) and event.elapsed_s is not None and event.elapsed_s >= seconds:
            run.stop_recording()


def test_a_turn_is_told_in_order_and_stored(practice: Practice, exercise: Exercise) -> None:
    run = practice.begin(exercise)
    events = list(drive(run))
    kinds = [type(event) for event in events if not isinstance(event, Level)]
    kinds = [kind for kind in kinds if kind.__name__ != "PromptPosition"]
    assert kinds == [MicrophoneOpened, PromptStarted, PromptEnded, RecordingStarted, RecordingStopped, Finished]
    attempt = events[-1].attempt
    assert attempt.scored.transcript.text == "It sounds like you felt hurt when nobody called."
    assert attempt.person == "Ada"
    assert practice.store.attempt(attempt.id) == attempt
    samples, rate = practice.recordings.load(attempt.recording)
    assert rate == RATE
    assert len(samples) / rate == pytest.approx(events[-2].duration_s, abs=0.001)
    assert practice.unfinished() == ()
    assert run.next_turn(attempt) == "more"


def test_the_recording_is_what_the_microphone_heard(practice: Practice, exercise: Exercise) -> None:
    finished = list(drive(practice.begin(exercise)))[-1]
    samples, _ = practice.recordings.load(finished.attempt.recording)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert np.argmax(spectrum) * RATE / len(samples) == pytest.approx(200, abs=1)


def test_cancelling_keeps_nothing(practice: Practice, exercise: Exercise) -> None:
    run = practice.begin(exercise)
    events = []
    for event in run.events():
        events.append(event)
        if isinstance(event, PromptEnded):
            run.start_recording()
        if isinstance(event, Level) and event.elapsed_s is not None:
            run.cancel()
    assert isinstance(events[-1], Cancelled)
    assert practice.store.count() == 0
    assert list(practice.recordings.folder.glob("*.flac")) == []
    assert list(practice.recordings.folder.glob("*.pcm")) == []
    assert practice.unfinished() == ()


def test_a_microphone_that_goes_away_costs_nothing_of_what_was_said(practice: Practice, exercise: Exercise) -> None:
    practice.sound.lost_after_s = 3.0
    events = list(drive(practice.begin(exercise), seconds=60.0))
    notices = [event.text for event in events if isinstance(event, Notice)]
    assert any("went away" in text and "is kept" in text for text in notices)
    assert isinstance(events[-1], Finished)
    samples, rate = practice.recordings.load(events[-1].attempt.recording)
    assert len(samples) / rate > 1.0


def test_no_microphone_is_one_sentence(practice: Practice, exercise: Exercise) -> None:
    practice.sound.microphone = None
    events = list(practice.begin(exercise).events())
    assert len(events) == 1
    assert isinstance(events[0], Failed)
    assert "No microphone" in events[0].text
    assert events[0].recording is None


def test_a_missing_model_keeps_the_recording_and_offers_it(practice: Practice, exercise: Exercise) -> None:
    class Missing(ScriptedListener):
        def listen(self, prompt, sentences):
            raise ModelMissing("The listening model is not there; install the trainer again.")

    whole = practice.engines
    practice.engines = replace(whole, listener=Missing())
    failed = list(drive(practice.begin(exercise)))[-1]
    assert isinstance(failed, Failed)
    assert failed.text.startswith("The listening model is not there")
    assert failed.recording is not None
    assert Path(failed.recording).stat().st_size > 0

    practice.engines = whole
    offered = practice.unfinished()
    assert [one.turn for one in offered] == ["start"]
    attempt = practice.recover(offered[0])
    assert practice.store.attempt(attempt.id).scored.transcript.words
    assert practice.unfinished() == ()


def test_a_store_that_fails_still_shows_the_answer(practice: Practice, exercise: Exercise, monkeypatch) -> None:
    def full(_attempt):
        raise StoreUnwritable("The folder can't be written; make it writable.")

    monkeypatch.setattr(practice.store, "add_attempt", full)
    events = list(drive(practice.begin(exercise)))
    assert events[-1].stored is False
    assert any(isinstance(event, Notice) and "could not be added" in event.text for event in events)
    assert practice.recordings.load(events[-1].attempt.recording)[0].size > 0


def test_latency_is_measured_unless_a_step_came_between(practice: Practice, exercise: Exercise) -> None:
    straight = list(drive(practice.begin(exercise)))[-1].attempt.scored.voice
    assert straight.response_latency_s is not None
    assert straight.response_latency_s < 1.0
    run = practice.begin(exercise)
    run.note_heard(("hurt",))
    stepped = list(drive(run))[-1].attempt
    assert stepped.heard == ("hurt",)
    assert stepped.scored.voice.response_latency_s is None
    assert stepped.scored.voice.not_rated["response_latency_s"] == AFTER_A_STEP


def test_a_skipped_prompt_rates_no_latency(practice: Practice, exercise: Exercise) -> None:
    practice.sound.prompt_s = 30.0
    run = practice.begin(exercise)
    events = []
    for event in run.events():
        events.append(event)
        if isinstance(event, PromptStarted):
            run.skip_prompt()
        if isinstance(event, PromptEnded):
            run.start_recording()
        if isinstance(event, Level) and (event.elapsed_s or 0) > 1:
            run.stop_recording()
    assert PromptEnded(skipped=True) in events
    assert events[-1].attempt.scored.voice.not_rated["response_latency_s"] == PROMPT_SKIPPED


def test_interruption_is_rated_with_headphones_only(practice: Practice, exercise: Exercise) -> None:
    without = list(drive(practice.begin(exercise)))[-1].attempt.scored.voice
    assert without.interruption_s is None
    assert without.not_rated["interruption_s"] == WITHOUT_HEADPHONES
    practice.set_preferences(msgspec.structs.replace(practice.preferences, headphones=True))
    practice.sound.prompt_s = 0.1
    with_headphones = list(drive(practice.begin(exercise)))[-1].attempt.scored.voice
    assert with_headphones.interruption_s is not None
    assert with_headphones.interruption_s > 0  # the scripted microphone talks all the time


def test_an_automatic_stop_waits_for_speech_and_then_for_silence(practice: Practice, exercise: Exercise) -> None:
    silence = np.zeros(RATE * 4, np.float32)
    practice.sound.reply = np.concatenate([silence, tone(2.0)])
    practice.set_preferences(msgspec.structs.replace(practice.preferences, auto_stop_s=3.0))
    run = practice.begin(exercise)
    events = []
    for event in run.events():
        events.append(event)
        if isinstance(event, PromptEnded):
            run.start_recording()
    levels = [event for event in events if isinstance(event, Level) and event.elapsed_s is not None]
    assert levels[0].stops_in_s is None
    assert isinstance(events[-1], Finished)
    voice = events[-1].attempt.scored.voice
    assert voice.speech_s == pytest.approx(2.0, abs=0.2)


def test_the_envelope_is_the_shape_of_the_sound() -> None:
    assert envelope(np.zeros(0, np.float32)) == ()
    rising = np.linspace(0, 1, 2400, dtype=np.float32)
    shape = envelope(rising, points=24)
    assert len(shape) == 24
    assert list(shape) == sorted(shape)
    assert shape[-1] == 1.0
    assert set(envelope(np.zeros(100, np.float32), points=10)) == {0.0}
