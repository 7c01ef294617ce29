"""Devices that fail in the middle of a sentence and come back, change their rate, or drop sound all the while."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.end_to_end.pulse import PulseAudio, missing
from voice_trainer.engines.base import Block, Samples
from voice_trainer.engines.microphone import CaptureClock
from voice_trainer.engines.scripted import ScriptedSound
from voice_trainer.errors import DeviceLost, NoDevice
from voice_trainer.practice_events import Event, Failed, Finished, Level, Notice, PromptEnded

from .budget import SEED, TORTURE, many
from .trainee import REPO, practice, truth

pytestmark = pytest.mark.slow


class _Microphone:
    """Hands out ``truth`` at ``rate_hz`` as fast as it is taken; drops out where it is told to."""

    fallback = None
    name = "Shaky"

    def __init__(self, rate_hz: int, lost_after_s: float | None, dropping: float) -> None:
        self.rate_hz = rate_hz
        self._lost_after_s = lost_after_s
        self._dropping = dropping
        self._chance = np.random.default_rng(SEED)
        self.handed: list[Samples] = []

    def blocks(self) -> Iterator[Block]:
        step = self.rate_hz // 50
        for start in range(0, len(truth()) - step, step):
            if self._lost_after_s is not None and start >= self._lost_after_s * self.rate_hz:
                raise DeviceLost(f"The microphone “{self.name}” stopped: see that it is still connected.")
            dropped = bool(self._chance.random() < self._dropping)
            if dropped and self._chance.random() < 0.5:
                continue  # lost altogether; the next one tells
            block = truth()[start : start + step]
            self.handed.append(block)
            time.sleep(0.001)
            yield Block(samples=block, captured_at=time.monotonic(), overflowed=dropped)

    def close(self) -> None:
        pass


class _Sound(ScriptedSound):
    """What each turn finds, one after the other: a microphone, or an error."""

    def __init__(self, *turns: _Microphone | NoDevice) -> None:
        super().__init__()
        self._turns = list(turns)

    def open_microphone(self, name: str | None = None) -> Any:
        found = self._turns.pop(0)
        if isinstance(found, NoDevice):
            raise found
        return found


def _turn(room: Any, seconds: float = 1.0) -> list[Event]:
    (exercise,) = room.library.exercises
    run, events = room.begin(exercise), []
    for event in run.events():
        events.append(event)
        if isinstance(event, PromptEnded):
            run.start_recording()
        if isinstance(event, Level) and event.elapsed_s is not None and event.elapsed_s >= seconds:
            run.stop_recording()
    return events


def _kept(room: Any, event: Event) -> tuple[Samples, int]:
    assert isinstance(event, Finished), event
    assert event.stored
    return room.recordings.load(event.attempt.recording)  # type: ignore[no-any-return]


def _is_part(samples: Samples, handed: list[Samples]) -> bool:
    """Whether the samples are what was handed over, in order and whole, from some moment to another."""
    whole = np.concatenate(handed)
    return any(
        np.array_equal(samples, whole[start : start + len(samples)])
        for start in np.flatnonzero(whole == samples[0]).tolist()
    )


def test_unplugged_and_back_again_and_again(tmp_path: Path) -> None:
    """Lost while speaking: kept and scored. Not there: one sentence. Back: as before."""
    rounds = many(2, 40)
    turns: list[_Microphone | NoDevice] = []
    for _ in range(rounds):
        turns += [
            _Microphone(48_000, 1.5, 0),
            NoDevice("No microphone was found: connect one."),
            _Microphone(48_000, None, 0),
        ]
    given, room = list(turns), practice(tmp_path / "home", _Sound(*turns))
    try:
        for at in range(rounds):
            lost, none, back = (_turn(room, 30.0 if place == 0 else 1.0) for place in range(3))
            microphone = given[3 * at]
            assert isinstance(microphone, _Microphone)
            samples, _ = _kept(room, lost[-1])
            assert _is_part(samples, microphone.handed)
            np.testing.assert_array_equal(samples[-960:], microphone.handed[-1])  # to its very end
            assert any(isinstance(one, Notice) and "What you said until then is kept" in one.text for one in lost)
            assert isinstance(none[-1], Failed)
            assert "connect one" in none[-1].text
            assert len(_kept(room, back[-1])[0]) >= 48_000
        assert len(room.store.attempts()) == 2 * rounds
        assert room.unfinished() == ()
    finally:
        room.store.close()


def test_the_rate_changes_between_turns(tmp_path: Path) -> None:
    rates = (48_000, 44_100, 16_000, 8_000, 96_000, 22_050, 192_000)
    microphones = [_Microphone(rate_hz, None, 0) for rate_hz in rates]
    room = practice(tmp_path / "home", _Sound(*microphones))
    try:
        for rate_hz, microphone in zip(rates, microphones, strict=True):
            event = _turn(room, 0.5)[-1]
            samples, kept_hz = _kept(room, event)
            assert kept_hz == rate_hz
            assert _is_part(samples, microphone.handed)
            assert isinstance(event, Finished)
            assert event.attempt.scored.voice.duration_s == pytest.approx(len(samples) / rate_hz, abs=0.05)
    finally:
        room.store.close()


@pytest.mark.parametrize("dropping", [0.2, 0.95, 1.0])
def test_a_storm_of_overflows_keeps_what_came_and_says_so(tmp_path: Path, dropping: float) -> None:
    microphone = _Microphone(48_000, None, dropping)
    room = practice(tmp_path / "home", _Sound(microphone))
    try:
        events = _turn(room, many(1, 8))
        samples, _ = _kept(room, events[-1])
        assert _is_part(samples, microphone.handed)
        assert sum(isinstance(one, Notice) and "dropped sound" in one.text for one in events) == 1
    finally:
        room.store.close()


def test_the_clock_of_capture_keeps_its_head_in_a_storm() -> None:
    """Whatever a driver tells of its latency: clocks are finite, never run back, and come home when it calms down."""
    chance = np.random.default_rng(SEED)
    for _ in range(many(50, 5_000)):
        clock, at, before = CaptureClock(48_000, 0.1), 10.0, -np.inf
        for _ in range(60):
            at += float(chance.choice([0.0, 0.001, 0.02, 0.5, 3.0]))
            latency_s = float(chance.choice([0.02, 0.1, -1.0, 0.0, 5.0, np.nan, np.inf, 1e9]))
            frames = int(chance.choice([1, 480, 960, 48_000]))
            told = clock.captured_at(frames, at, latency_s, bool(chance.random() < 0.5))
            assert np.isfinite(told)
            assert told >= before
            before = told
        for _ in range(3_000):
            at += 0.02
            told = clock.captured_at(960, at, 0.1, False)
        at = max(at, told) + 100.0
        assert clock.captured_at(960, at, 0.1, False) == pytest.approx(at - 0.1, abs=0.05)


BACK = """
    import os, sys, time
    from voice_trainer.engines.sound import PortAudioSound
    from voice_trainer.errors import SoundError
    sound = PortAudioSound()
    for line in sys.stdin:
        try:
            microphone = sound.open_microphone()
            heard = 0
            try:
                for block in microphone.blocks():
                    if not heard:
                        print("heard", microphone.rate_hz, flush=True)
                    heard += len(block.samples)
                    if line.strip() == "short" and heard > 4800:
                        break
            finally:
                microphone.close()
        except SoundError as error:
            print("told", error, flush=True)
        else:
            print("ended", flush=True)
"""


@pytest.mark.sound
@pytest.mark.skipif(not TORTURE, reason="a sound server of its own, which make test starts elsewhere")
def test_a_sound_server_that_dies_and_comes_back() -> None:
    """PortAudio itself: lost is told within seconds, and the same program hears again once the server is back."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    daemon = PulseAudio()
    daemon.__enter__()
    try:
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(BACK)],
            cwd=REPO,
            env={**os.environ, **daemon.env, "PYTHONPATH": str(REPO)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None

            def ask(word: str) -> None:
                assert process.stdin is not None
                process.stdin.write(word + "\n")
                process.stdin.flush()

            for _ in range(3):
                ask("long")
                assert process.stdout.readline().startswith("heard")
                daemon.kill()
                assert process.stdout.readline().startswith("told The microphone")
                ask("short")
                assert process.stdout.readline().startswith("told ")
                time.sleep(1.2)  # a list of devices is read again after a second
                daemon.__enter__()
                ask("short")
                assert process.stdout.readline().startswith("heard")
                assert process.stdout.readline() == "ended\n"
            process.stdin.close()
            assert process.wait(30) == 0
    finally:
        daemon.__exit__()
