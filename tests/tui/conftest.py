"""The real practice with scripted engines: no device, no model, a few exercises with sounds made here."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from textual.pilot import Pilot

from voice_trainer.engines.scripted import (
    ScriptedListener,
    ScriptedPitch,
    ScriptedSound,
    ScriptedTranscriber,
    ScriptedVoiceActivity,
    span,
)
from voice_trainer.exercise import Delivery, Exercise, Library, ModelReply, Next, Speaker, Turn
from voice_trainer.practice import Practice
from voice_trainer.preferences import Preferences
from voice_trainer.scoring import Engines
from voice_trainer.store import open_store
from voice_trainer.store.recordings import Recordings
from voice_trainer.tui.app import VoiceTrainerApp

RATE_HZ = 16_000
SAID = "You sat there with the candles and felt so alone. That makes sense to me. Have you tried texting me sooner?"
REFLECTS = span(
    "reflection",
    {"complex_reflection": 0.93, "simple_reflection": 0.8, "names_feeling": 0.9, "validation": 0.2},
    emotional_reaction=1.6,
    interpretation=1.2,
)
VALIDATES = span("reflection", {"validation": 0.91, "simple_reflection": 0.1}, emotional_reaction=1.2)
ADVISES = span("therapist_input", {"advice": 0.88, "closed_question": 0.2})


@cache
def speech(duration_s: float, *, f0_hz: float = 180.0, seed: int = 1) -> np.ndarray:
    """A voiced, swelling sound with pauses: loud enough to be speech to the scripted voice activity."""
    random = np.random.default_rng(seed)
    if duration_s > 20.0:
        return np.tile(speech(20.0, f0_hz=f0_hz, seed=seed), int(duration_s // 20.0))
    t = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    syllables = np.clip(np.sin(2 * np.pi * 3.2 * t + random.uniform(0, 6)), 0, 1) ** 0.6
    phrases = (np.sin(2 * np.pi * 0.28 * t + 1.0) > -0.75).astype(float)
    voice = sum(np.sin(2 * np.pi * f0_hz * k * t) / k for k in range(1, 6))
    return (0.12 * syllables * phrases * voice + random.normal(0, 5e-4, len(t))).astype(np.float32)


def an_exercise(folder: Path, exercise_id: str, title: str, **fields: object) -> Exercise:
    """An exercise of two turns; the first is answered back when attuned or partly."""
    (folder / exercise_id).mkdir(parents=True, exist_ok=True)
    for name, seconds in (("start", 4.0), ("opens", 2.0), ("start-4", 2.0), ("start-1", 1.0)):
        path = folder / exercise_id / f"{name}.wav"
        soundfile.write(path, speech(seconds, f0_hz=210.0, seed=len(name)), RATE_HZ)
    values: dict[str, object] = {
        "context": "partner",
        "skill": "reflect_feeling",
        "attachment": "anxious",
        "difficulty": 2,
        "speaker": Speaker(name="Maya", relation="your partner", voice="maya"),
        **fields,
    }
    start = Turn(
        id="start",
        text="I made the lentil thing you like. And then I sat there, with the candles, like an idiot, until… nine?",
        audio=f"{exercise_id}/start.wav",
        delivery=Delivery(emotion="hurt"),
        feelings=("hurt", "lonely", "foolish"),
        meaning="She wants to matter to you.",
        listen_for="Her voice drops at the end of each sentence.",
        model_replies=(
            ModelReply(
                level=4,
                text="You lit candles for me, and sat there feeling smaller every minute. That hurts.",
                why="It names the hurt, and sets the food aside as she did.",
                audio=f"{exercise_id}/start-4.wav",
            ),
            ModelReply(
                level=1,
                text="Come on, I told you it might get late.",
                why="It defends the evening.",
                audio=f"{exercise_id}/start-1.wav",
            ),
        ),
        next=Next(attuned="opens", partly="opens", missed="opens"),
    )
    opens = Turn(
        id="opens",
        text="Yeah. I didn't think you'd noticed.",
        audio=f"{exercise_id}/opens.wav",
        feelings=("ashamed", "relieved"),
        meaning="Needing you feels wrong to her.",
        listen_for="She slows down.",
    )
    return Exercise(id=exercise_id, title=title, turns=(start, opens), folder=folder, **values)  # type: ignore[arg-type]


@cache
def library() -> Library:
    """Made once: nothing writes in it."""
    folder = Path(tempfile.mkdtemp(prefix="exercises-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Library(
        (
            an_exercise(
                folder,
                "too-quiet",
                "The flat that got too quiet",
                skill="notice",
                context="friend",
                attachment="avoidant",
                difficulty=1,
                speaker=Speaker(name="Tomasz", relation="your oldest friend", voice="tomasz"),
            ),
            an_exercise(folder, "cold-dinner", "The dinner that got cold"),
            an_exercise(
                folder,
                "the-clock",
                "You looked at the clock",
                skill="repair",
                context="therapy",
                attachment="disorganized",
                difficulty=4,
                content_note="Somebody hints at violence in childhood.",
                speaker=Speaker(name="Noor", relation="your client", voice="noor"),
            ),
        )
    )


@dataclass
class Room:
    """A practice to drive by keys, with what it is made of."""

    practice: Practice
    sound: ScriptedSound
    saved: list[Preferences]

    def app(self, **options: object) -> VoiceTrainerApp:
        return VoiceTrainerApp(self.practice, **{"warm": False, **options})  # type: ignore[arg-type]


def make_room(folder: Path, *, preferences: Preferences | None = None, sound: ScriptedSound | None = None) -> Room:
    sound = sound or ScriptedSound(reply=speech(6.0), speed=40.0)
    saved: list[Preferences] = []
    sentences = {
        "You sat there with the candles and felt so alone.": REFLECTS,
        "That makes sense to me.": VALIDATES,
        "Have you tried texting me sooner?": ADVISES,
    }
    practice = Practice(
        engines=Engines(
            voice_activity=ScriptedVoiceActivity(),
            transcriber=ScriptedTranscriber(SAID),
            pitch=ScriptedPitch(),
            listener=ScriptedListener(reply=REFLECTS, sentences=sentences),
        ),
        sound=sound,
        store=open_store(f"sqlite:///{folder}/practice.sqlite3"),
        recordings=Recordings(folder / "recordings"),
        library=library(),
        preferences=preferences or Preferences(person="Ada", ask_pull=False),
        save=saved.append,
        folders={"Recordings": str(folder / "recordings")},
    )
    return Room(practice, sound, saved)


@pytest.fixture(autouse=True)
def _keys_do_not_wait_for_an_idle_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot waits up to a second at each key for the process to be idle; while a scripted microphone runs it
    never is. The tests wait for what they expect instead."""

    async def at_once(*_: float) -> None:
        await asyncio.sleep(0.02)

    monkeypatch.setattr("textual.app.wait_for_idle", at_once)
    monkeypatch.setattr("textual.pilot.wait_for_idle", at_once)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = make_room(tmp_path)
    yield made
    made.practice.store.close()


Until = Callable[[Pilot[None], Callable[[], bool]], Awaitable[None]]


async def until(pilot: Pilot[None], true: Callable[[], bool], *, tries: int = 750) -> None:
    """Let the app go on until ``true``; each try waits for what is in its queues."""
    for _ in range(tries):
        if true():
            return
        await pilot.pause(0.04)
    raise AssertionError(f"it never came; the screen is {pilot.app.screen!r}")
