"""Attempts with recordings in a room, and a loudspeaker whose position the test moves by hand."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from voice_trainer.attempt import Attempt, Timings, Transcript, Word
from voice_trainer.engines.base import Device, Samples
from voice_trainer.errors import DeviceLost
from voice_trainer.listening.attunement import attune
from voice_trainer.listening.feedback import give
from voice_trainer.listening.wording import Wording
from voice_trainer.scoring import Scored
from voice_trainer.speech.measures import Pause, VoiceCurves, VoiceMeasures
from voice_trainer.store import new_attempt_id

from .conftest import RATE_HZ, Room, speech

WORDS = [
    "You",
    "sat",
    "there",
    "with",
    "the",
    "candles,",
    "and",
    "it",
    "got",
    "so",
    "quiet.",
    "You",
    "felt",
    "alone.",
    "Have",
    "you",
    "tried",
    "texting",
    "me",
    "sooner?",
]
WORD_S = 0.3
SPACE_S = 0.1
PAUSE_AFTER, PAUSE_S = 10, 1.2
"""After the first sentence."""
FIRST = datetime(2025, 3, 9, 18, 30, tzinfo=UTC)


def words() -> tuple[Word, ...]:
    """Each lasts 0.3 s with 0.1 s in between, and there is a pause after the first sentence."""
    found, at = [], 0.5
    for i, text in enumerate(WORDS):
        found.append(Word(text=text, start_s=round(at, 3), end_s=round(at + WORD_S, 3), probability=0.9))
        at += WORD_S + SPACE_S + (PAUSE_S if i == PAUSE_AFTER else 0.0)
    return tuple(found)


DURATION_S = round(words()[-1].end_s + 0.5, 3)


def curves(shift: float = 0.0) -> VoiceCurves:
    times = np.round(np.arange(0.5, DURATION_S - 0.5, 0.05), 3)
    f0 = 180 + 30 * np.sin(times * 2 + shift)
    every = np.round(np.arange(0, DURATION_S, 0.05), 3)
    level = -24 + 6 * np.sin(every * 3 + shift) - 30 * ((every < 0.5) | (every > DURATION_S - 0.5))
    pause = words()[PAUSE_AFTER]
    return VoiceCurves(
        f0_times_s=tuple(times.tolist()),
        f0_hz=tuple(np.round(f0, 1).tolist()),
        level_times_s=tuple(every.tolist()),
        level_dbfs=tuple(np.round(level, 1).tolist()),
        pauses=(Pause(start_s=pause.end_s, end_s=round(pause.end_s + PAUSE_S + SPACE_S, 3)),),
    )


def scored(moves: dict[str, float], **voice: float) -> Scored:
    spoken = words()
    names = [("names_feeling", "complex_reflection"), ("names_feeling",), ("advice",)]
    cuts = [(0, 11), (11, 14), (14, len(spoken))]
    from voice_trainer.attempt import Sentence

    sentences = tuple(
        Sentence(
            text=" ".join(word.text for word in spoken[a:b]),
            start_s=spoken[a].start_s,
            end_s=spoken[b - 1].end_s,
            moves={name: 0.9 for name in which if moves.get(name, 0.0) > 0.5},  # type: ignore[misc]
            feelings=("lonely",) if "names_feeling" in which else (),
        )
        for (a, b), which in zip(cuts, names, strict=True)
    )
    wording = Wording(
        behavior="reflection",
        moves=moves,  # type: ignore[arg-type]
        mechanisms={},
        level=3,
        wording=0.5,
        sentences=sentences,
    )
    measures = VoiceMeasures(duration_s=DURATION_S, **voice)
    attunement = attune(wording, measures)
    return Scored(
        transcript=Transcript(words=spoken),
        voice=measures,
        curves=curves(len(moves)),
        wording=wording,
        attunement=attunement,
        feedback=give(attunement, wording, measures, difficulty=2),
        timings_s=Timings(transcribe=0, voice=0, wording=0, feedback_after_speech=0.4),
    )


def keep_attempt(room: Room, minutes: int, moves: dict[str, float], *, sound: bool = True, **voice: float) -> Attempt:
    """An attempt at the cold dinner with its recording, ``minutes`` after the first."""
    started = FIRST + timedelta(minutes=minutes)
    attempt = Attempt(
        id=new_attempt_id(started),
        exercise_id="cold-dinner",
        turn="start",
        started_at=started,
        person="Ada",
        recording=None,
        scored=scored(moves, **voice),
        device="Scripted microphone",
        outcome="attuned",
    )
    if sound:
        writer = room.practice.recordings.begin(
            attempt.id, RATE_HZ, device="", exercise_id="cold-dinner", turn="start", person="Ada"
        )
        writer.write(speech(DURATION_S, seed=minutes + 1))
        attempt = msgspec.structs.replace(attempt, recording=writer.finish())
    room.practice.keep(attempt)
    return attempt


class HandPlayback:
    """Stands where the test puts it; ``end`` lets it be over."""

    fallback: str | None = None
    last_audible_at: float | None = None

    def __init__(self) -> None:
        self.position_s = 0.0
        self.stopped = threading.Event()

    def wait(self, timeout_s: float | None = None) -> bool:
        return self.stopped.wait(timeout_s)

    def stop(self) -> None:
        self.stopped.set()

    end = stop


@dataclass
class HandSound:
    """``played``: samples and rate handed over. ``playback``: the last one. ``broken``: refuses to play."""

    played: list[tuple[Samples, int]] = field(default_factory=list)
    playbacks: list[HandPlayback] = field(default_factory=list)
    broken: bool = False

    @property
    def playback(self) -> HandPlayback:
        return self.playbacks[-1]

    def devices(self) -> tuple[Device, ...]:
        return ()

    def open_microphone(self, name: str | None = None) -> object:
        raise NotImplementedError

    def play(self, samples: Samples, rate_hz: int, name: str | None = None) -> HandPlayback:
        if self.broken:
            raise DeviceLost("The loudspeaker went away; plug it in again, or choose another in Settings.")
        self.played.append((samples, rate_hz))
        self.playbacks.append(HandPlayback())
        return self.playback
