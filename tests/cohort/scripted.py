"""Engines for the cohort's tests: made in every worker, from a module that it can import."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from voice_trainer.cohort.journal import Asked
from voice_trainer.cohort.plan import Task, tasks_for
from voice_trainer.cohort.scorer import Done
from voice_trainer.engines.scripted import (
    ScriptedListener,
    ScriptedPitch,
    ScriptedTranscriber,
    ScriptedVoiceActivity,
)
from voice_trainer.exercise import Exercise, library_folder, load_exercise
from voice_trainer.scoring import Engines

EXERCISE = "cold-dinner"
TURN = "start"
RATE = 16_000


@dataclass(frozen=True)
class Scripted:
    """Makes scripted engines; every process that does writes its id into ``made``.

    ``deadly``: while this file lies there, hearing a reply kills the process, or where it says "hangs", takes a minute.
    ``slow_s``: for every reply.
    """

    made: Path | None = None
    deadly: Path | None = None
    slow_s: float = 0.0

    def __call__(self) -> Engines:
        if self.made is not None:
            with self.made.open("a") as file:
                file.write(f"{os.getpid()}\n")
        return Engines(
            voice_activity=ScriptedVoiceActivity(),
            transcriber=Fragile(deadly=self.deadly, slow_s=self.slow_s),
            pitch=ScriptedPitch(),
            listener=ScriptedListener(),
        )


@dataclass
class Fragile(ScriptedTranscriber):
    deadly: Path | None = None
    slow_s: float = 0.0

    def stream(self, *, live: bool = False):
        if self.deadly is not None and self.deadly.exists():
            how = self.deadly.read_text()
            if how != "always":
                self.deadly.unlink()
            if how == "hangs":
                time.sleep(60.0)
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.slow_s)  # the computing that a real one would do
        return ScriptedTranscriber.stream(self)


def exercise() -> dict[str, Exercise]:
    return {EXERCISE: load_exercise(library_folder() / f"{EXERCISE}.yaml")}


def recordings(folder: Path, count: int) -> Path:
    """``count`` replies of half a second."""
    folder.mkdir(parents=True, exist_ok=True)
    tone = 0.1 * np.sin(np.arange(RATE // 2) / 8)
    for number in range(count):
        soundfile.write(folder / f"reply-{number:03}.wav", tone, RATE)
    return folder


def tasks_in(folder: Path) -> tuple[Task, ...]:
    return tasks_for([folder], EXERCISE, TURN)


def asked(folder: Path | None = None, **other: str) -> Asked:
    return Asked(
        **{
            "scoring_version": "1",
            "listening_model": "scripted",
            "whisper_model": "scripted",
            "language": "en",
            "paths": (str(folder),),
            "exercise": EXERCISE,
            "turn": TURN,
            **other,
        }
    )


class Quiet:
    """A watch that only counts."""

    def __init__(self) -> None:
        self.there = 0
        self.done: list[Done] = []

    def begin(self, files: int, there: int) -> None:
        self.there = there

    def through(self, done: Done) -> None:
        self.done.append(done)
