"""``kill -9`` at any moment: what was said is there, but for half a second, and nothing kept before is touched.

The process that is killed is a real one, with the real recorder, scorer and store; its microphone and its models are
scripted, so that what was said is known to the sample. The same with the microphone of a sound server and Whisper is
in tests/end_to_end/test_trainer.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from voice_trainer.config import DATABASE_FILE
from voice_trainer.engines.base import Samples

from .budget import SEED, many
from .trainee import RATE_HZ, Order, Trainees, last, lines, practice, trainees, truth

RUNS = many(10, 200)
LOST_S = 0.5
REPLY_S = 1.2
AGAIN = 0.2
"""Share of the runs in which the program that recovers is killed, too."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(many(180, 3600)),
    pytest.mark.skipif(sys.platform == "win32", reason="forks, and kills with SIGKILL"),
]


def _kill(trainees: Trainees, order: Order, chance: random.Random) -> tuple[list[str], float]:
    """Begin, and kill at a random moment: before, while and after it is recorded. What was told, and when."""
    process = trainees.begin(order)
    phase = chance.choices(("opening", "speaking", "answering"), (1, 6, 3))[0]
    if phase == "opening":
        wait_s = chance.uniform(0, 0.15)
    else:
        word = "started" if phase == "speaking" else "stopped"
        end = time.monotonic() + 30
        while last(lines(order), word) is None and time.monotonic() < end:
            time.sleep(0.001)
        wait_s = chance.uniform(0, REPLY_S if phase == "speaking" else 0.15)
    time.sleep(wait_s)
    killed_at = time.monotonic()
    with contextlib.suppress(ProcessLookupError):  # it may be done already
        os.kill(process, signal.SIGKILL)
    status = trainees.ended()
    told = lines(order)
    assert status in (0, -signal.SIGKILL), "\n".join(told).replace("\\n", "\n")
    return told, killed_at


def _recovered(home: Path, chance: random.Random, trainees: Trainees, log: Path) -> bool:
    """Recover everything, now and then over the dead body of one that tried; whether one did."""
    again = chance.random() < AGAIN
    if again:
        order = Order(home=str(home), log=str(log), doing="recover")
        process = trainees.begin(order)
        time.sleep(chance.uniform(0, 0.1))
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        assert trainees.ended() in (0, -signal.SIGKILL), lines(order)
    room = practice(home)
    try:
        for one in room.unfinished():
            room.recover(one)
        assert room.unfinished() == ()
    finally:
        room.store.close()
    return again


def _slice_of_truth(samples: Samples) -> tuple[int, int]:
    """Where the samples lie in what there was to hear, exactly and without a break: from, to."""
    for start in np.flatnonzero(truth()[: 30 * RATE_HZ] == samples[0]).tolist():
        if np.array_equal(samples, truth()[start : start + len(samples)]):
            return start, start + len(samples)
    raise AssertionError("what was recovered was never said")


def test_killed_at_any_moment(tmp_path: Path) -> None:
    home, chance = tmp_path / "home", random.Random(SEED)
    kept: dict[str, tuple[str, bytes]] = {}
    lost: list[float] = []
    counted = {"nothing said yet": 0, "broken off": 0, "finished": 0, "killed again": 0}
    with trainees() as children:
        for number in range(RUNS):
            log = tmp_path / f"{number}.log"
            told, _ = _kill(children, Order(home=str(home), log=str(log), reply_s=REPLY_S), chance)
            counted["killed again"] += _recovered(home, chance, children, tmp_path / f"{number}-again.log")
            handed, attempt_id = int(last(told, "handed") or 0), last(told, "attempt")
            room = practice(home)
            try:
                stored = {one.id: one.recording for one in room.store.attempts()}
                assert set(kept) <= set(stored)
                if attempt_id not in stored:
                    began = last(told, "started") is not None  # told just before the first of it is written
                    assert not began or handed / RATE_HZ <= LOST_S, f"run {number} lost a recording: {told[-3:]}"
                    lost += [handed / RATE_HZ] if began else []
                    counted["nothing said yet"] += 1
                else:
                    name = stored[attempt_id]
                    assert name is not None
                    samples, rate_hz = room.recordings.load(name)
                    assert rate_hz == RATE_HZ
                    _, until = _slice_of_truth(samples)
                    whole = last(told, "stopped") is not None
                    lost.append(0.0 if whole else (handed - until) / RATE_HZ)
                    # The microphone may have handed over a block between the key and its being closed.
                    assert (handed - until) / RATE_HZ <= LOST_S, f"run {number}"
                    counted["finished" if whole else "broken off"] += 1
                    kept[attempt_id] = (name, hashlib.sha256(room.recordings.path(name).read_bytes()).digest())
                for one, (name, digest) in kept.items():
                    assert stored[one] == name
                    assert hashlib.sha256(room.recordings.path(name).read_bytes()).digest() == digest
            finally:
                room.store.close()
            with contextlib.closing(sqlite3.connect(home / DATABASE_FILE)) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            names = {path.name for path in (home / "recordings").glob("*")}
            assert names == {name for name, _ in kept.values()}, "something is left over"
    print(
        f"{RUNS} kills: {counted}; lost {max(lost, default=0) * 1000:.0f} ms at most, "
        f"{np.mean(lost or [0]) * 1000:.1f} ms on average, of {len(lost)} recordings"
    )
    assert lost, "no kill fell into a recording"
