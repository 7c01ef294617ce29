"""Somebody who practises, to be killed, or to be let run into a full disk: the real practice over scripted engines.

Run as ``python -m tests.torture.trainee``, it reads one ``Order`` (JSON) a line and answers each with the number of a
process of its own that carries it out, then, when that has ended, with how it ended. Processes are forked, with
everything imported, so that hundreds of them take minutes. What an order came to is appended to its log as it happens,
which outlives the process.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from voice_trainer import config
from voice_trainer.engines.audio_file import write_audio
from voice_trainer.engines.base import Block, Samples
from voice_trainer.engines.scripted import (
    ScriptedListener,
    ScriptedPitch,
    ScriptedPlayback,
    ScriptedSound,
    ScriptedTranscriber,
    ScriptedVoiceActivity,
)
from voice_trainer.errors import VoiceTrainerError
from voice_trainer.exercise import Exercise, Library, Speaker, Turn
from voice_trainer.practice import Practice
from voice_trainer.practice_events import Failed, Finished, Level, Notice, PromptEnded, RecordingStarted
from voice_trainer.practice_events import RecordingStopped as Stopped
from voice_trainer.preferences import Preferences
from voice_trainer.scoring import Engines
from voice_trainer.store import open_store
from voice_trainer.store.recordings import Recordings

REPO = Path(__file__).resolve().parents[2]
RATE_HZ = 48_000
BLOCK = RATE_HZ // 50
SAID = "You waited, and it hurt."
Doing = Literal["turn", "recover", "first", "settings", "forget"]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to do.

    Attributes:
        home: where practice is kept. log: what is told of it. doing: ``turn``: one turn of ``reply_s``; ``recover``:
            everything that was broken off; ``first``: open a new store and save settings; ``settings``: save them;
            ``forget``: remove every attempt.
        speed: of the microphone, 1 is the pace of speech. faults_at, faults_once, faults_short: see faults.c.
        clock_s: what the clock of the day is set forward by (back, below zero) once it is recorded.
    """

    home: str
    log: str
    doing: Doing = "turn"
    reply_s: float = 1.0
    speed: float = 1.0
    rate_hz: int = RATE_HZ
    faults_at: int = 0
    faults_once: bool = False
    faults_short: bool = False
    clock_s: int = 0


@cache
def truth() -> Samples:
    """What there is to be heard: noise, as loud as speech, each moment unlike every other."""
    steps = np.random.default_rng(7).integers(-(1 << 22), 1 << 22, 60 * RATE_HZ)
    return (steps / float(1 << 23)).astype(np.float32)


class _Log:
    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(self, *what: object) -> None:
        os.write(self._descriptor, (" ".join(str(one).replace("\n", "\\n") for one in what) + "\n").encode())


class _Microphone:
    """Hands out ``truth`` in blocks of 20 ms, and says in the log how far it came, before anybody can keep it."""

    name = "Torture"
    fallback = None

    def __init__(self, order: Order, log: _Log) -> None:
        self.rate_hz = order.rate_hz
        self._speed = order.speed
        self._log = log
        self._closed = threading.Event()

    def blocks(self) -> Iterator[Block]:
        started, block = time.monotonic(), self.rate_hz // 50
        for start in range(0, len(truth()), block):
            spoken_at = started + (start + block) / self.rate_hz / self._speed
            if self._closed.wait(max(0.0, spoken_at - time.monotonic())):
                return
            self._log.say("handed", start + block)
            if self._speed > 1:  # faster than this machine may manage: nothing waits to be fetched
                spoken_at = time.monotonic()
            yield Block(samples=truth()[start : start + block], captured_at=spoken_at - block / self.rate_hz)

    def close(self) -> None:
        self._closed.set()


class _Sound(ScriptedSound):
    def __init__(self, order: Order, log: _Log) -> None:
        super().__init__()
        self._order, self._log = order, log

    def open_microphone(self, name: str | None = None) -> Any:
        return _Microphone(self._order, self._log)

    def play(self, samples: Samples, rate_hz: int, name: str | None = None) -> ScriptedPlayback:
        return ScriptedPlayback(0.02)


def exercise(folder: Path) -> Exercise:
    """One turn, its sound in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    prompt = folder / "start.wav"
    if not prompt.exists():  # two trainers share it
        with tempfile.TemporaryDirectory(dir=folder) as own:
            write_audio(Path(own) / prompt.name, truth()[:8_000], 16_000, "wav")
            (Path(own) / prompt.name).replace(prompt)
    turn = Turn(
        id="start",
        text="I waited two hours.",
        audio="start.wav",
        feelings=("hurt",),
        meaning="She wants to matter.",
        listen_for="Her voice drops.",
    )
    return Exercise(
        id="two-hours",
        title="Two hours",
        context="partner",
        skill="reflect_feeling",
        attachment="anxious",
        difficulty=1,
        speaker=Speaker(name="Maya", relation="your partner", voice="maya"),
        turns=(turn,),
        folder=folder,
    )


def practice(home: Path, sound: Any = None, **preferences: Any) -> Practice:
    """The practice of ``home``; close its ``store`` after use."""
    listener = ScriptedListener()
    return Practice(
        engines=Engines(
            voice_activity=ScriptedVoiceActivity(),
            transcriber=ScriptedTranscriber(SAID),
            pitch=ScriptedPitch(),
            listener=listener,
        ),
        sound=sound or ScriptedSound(),
        store=open_store(f"sqlite:///{home / config.DATABASE_FILE}"),
        recordings=Recordings(home / "recordings"),
        library=Library((exercise(home.with_name(f"{home.name}-exercises")),)),
        preferences=Preferences(**{"person": "Ada", **preferences}),
    )


def _turn(order: Order, log: _Log) -> None:
    room = practice(Path(order.home), _Sound(order, log))
    (only,) = room.library.exercises
    run = room.begin(only)
    log.say("attempt", run.attempt_id)
    for event in run.events():
        match event:
            case PromptEnded():
                run.start_recording()
            case RecordingStarted():
                log.say("started")
                if order.clock_s:
                    ctypes.c_long.in_dll(ctypes.CDLL(None), "faults_clock_s").value = order.clock_s
            case Level(elapsed_s=float(elapsed_s)) if elapsed_s >= order.reply_s:
                run.stop_recording()
            case Stopped():
                log.say("stopped")
            case Notice(text=text):
                log.say("notice", text)
            case Failed():
                log.say("failed", event.text)
            case Finished(stored=stored):
                log.say("finished", stored)
    room.store.close()


def _do(order: Order, log: _Log) -> None:
    home = Path(order.home)
    environment = {config.HOME_VARIABLE: order.home}
    match order.doing:
        case "turn":
            _turn(order, log)
        case "recover":
            room = practice(home)
            for one in room.unfinished():
                room.recover(one)
                log.say("recovered", one.attempt_id)
            room.store.close()
        case "first":
            config.save(Preferences(person="Ada"), environment)
            practice(home).store.close()
        case "settings":
            config.save(Preferences(person="Grace", theme="dark"), environment)
        case "forget":
            room = practice(home)
            ids = [one.id for one in room.store.attempts()]
            room.store.remove_attempts(ids)
            room.store.wipe()
            for attempt_id in ids:
                room.recordings.erase(attempt_id)
            room.store.close()
    log.say("done")


def _carry_out(order: Order) -> int:
    log = _Log(order.log)
    library = ctypes.CDLL(None)
    if hasattr(library, "faults_at"):
        for name, value in (
            ("faults_count", 0),
            ("faults_once", order.faults_once),
            ("faults_short", order.faults_short),
            ("faults_at", order.faults_at),
        ):
            ctypes.c_int.in_dll(library, name).value = int(value)
    try:
        _do(order, log)
    except VoiceTrainerError as error:
        log.say("failed", str(error))
    except BaseException:
        log.say("broke", traceback.format_exc())
        return 3
    finally:
        if hasattr(library, "faults_at"):
            log.say("writes", ctypes.c_int.in_dll(library, "faults_count").value)
    return 0


def main() -> None:
    """Carry out what is asked for on standard input, one order after the other."""
    truth()
    import voice_trainer.store.opening
    import voice_trainer.tui.words  # noqa: F401  (what a turn would import on its way is here already)

    for line in sys.stdin:
        order = msgspec.json.decode(line, type=Order)
        process = os.fork()
        if process == 0:
            os._exit(_carry_out(order))
        print(process, flush=True)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


class Trainees:
    """The program above, as a context manager."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def begin(self, order: Order) -> int:
        """Begin; the number of the process to kill. ``ended`` must be called before the next."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(order).decode() + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def ended(self) -> int:
        """Wait for its end: 0, 3 where something broke, or a signal below zero."""
        return int(self._line())

    def do(self, order: Order) -> list[str]:
        """The whole of it; what was told."""
        self.begin(order)
        status = self.ended()
        told = lines(order)
        assert status == 0, "\n".join(told).replace("\\n", "\n")
        return told

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the trainees' program ended"
        return line


def lines(order: Order) -> list[str]:
    """What was told so far."""
    log = Path(order.log)
    return log.read_text().splitlines() if log.exists() else []


def last(told: list[str], word: str) -> str | None:
    """What followed ``word`` when it was told last; None where it never was."""
    found = [line.partition(" ")[2] for line in told if line.partition(" ")[0] == word]
    return found[-1] if found else None


@contextmanager
def trainees(**environment: str) -> Iterator[Trainees]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.trainee"],
        cwd=REPO,
        env={
            **os.environ,
            "PYTHONPATH": str(REPO),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONWARNINGS": "ignore::DeprecationWarning",
            **environment,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Trainees(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)


if __name__ == "__main__":
    main()
