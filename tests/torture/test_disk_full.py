"""A disk that is full from any one write on, or for that write alone: one sentence, nothing lost, and it goes on after.

Each write under the home folder, by whatever library, is made to fail in turn, through a library preloaded into the
program (faults.c). What counts as one: a write, a file's creation or growth, its reaching the disk, a folder, a rename.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from voice_trainer import config
from voice_trainer.config import DATABASE_FILE, HOME_VARIABLE
from voice_trainer.preferences import Preferences

from .budget import many
from .trainee import RATE_HZ, Doing, Order, Trainees, last, practice, trainees, truth

POINTS = many(4, 10_000)
"""Writes tried of each way to fail, evenly over all of them."""
REPLY_S = 0.4
LOST_S = 0.1
"""The block that found no space, and what the microphone held ready."""
SENTENCES = ("full", "space", "can't grow", "can't be written", "can't be made", "can't be removed", "can't be")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(many(180, 3600)),
    pytest.mark.skipif(sys.platform != "linux", reason="preloads a library that makes writes fail"),
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with settings and one attempt in it, its sound beside it."""
    folder = tmp_path_factory.mktemp("prepared")
    config.save(Preferences(person="Ada"), {HOME_VARIABLE: str(folder / "home")})
    with trainees() as children:
        children.do(Order(home=str(folder / "home"), log=str(folder / "log"), reply_s=0.3, speed=20))
    assert len(_sums(folder / "home")) == 1
    return folder / "home"


@pytest.fixture
def children(faults: Path, tmp_path: Path) -> Iterator[Trainees]:
    with trainees(LD_PRELOAD=str(faults), FAULTS_UNDER=str(tmp_path / "home")) as running:
        yield running


def _sums(home: Path) -> dict[str, bytes]:
    return {path.name: hashlib.sha256(path.read_bytes()).digest() for path in (home / "recordings").glob("*.flac")}


def _points(writes: int) -> list[int]:
    """Every one of them, or as many as there is time for; the first and the last among them."""
    return sorted({round(at) for at in np.linspace(1, writes, min(POINTS, writes))})


@pytest.mark.parametrize("doing", ["turn", "recover", "first", "settings", "forget"])
def test_a_disk_full_at_every_write(doing: Doing, children: Trainees, prepared: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    ways = [(False, False), (True, False), (False, True)] if doing == "turn" else [(False, False), (True, False)]
    broken_off = _broken_off(tmp_path) if doing == "recover" else None

    def order(number: int, at: int, once: bool, short: bool) -> Order:
        shutil.rmtree(home, ignore_errors=True)
        if doing != "first":
            shutil.copytree(prepared, home)
        if broken_off:
            shutil.copytree(broken_off, home / "recordings", dirs_exist_ok=True)
        return Order(
            home=str(home),
            log=str(tmp_path / f"{number}.log"),
            doing=doing,
            reply_s=REPLY_S,
            speed=10,
            faults_at=at,
            faults_once=once,
            faults_short=short,
        )

    writes = int(last(children.do(order(0, 0, False, False)), "writes") or 0)
    assert writes > 3, "no write was seen"
    tried = refused = 0
    for once, short in ways:
        for at in _points(writes):
            tried += 1
            told = children.do(order(tried, at, once, short))
            sentence = last(told, "failed") or last(told, "notice")
            refused += sentence is not None
            if sentence is not None:
                assert "\n" not in sentence
                assert any(word in sentence for word in SENTENCES), sentence
            _nothing_is_lost(home, doing, told, prepared)
    print(f"{doing}: {writes} writes, {tried} tried, {refused} told")
    assert refused, "no write was told to have failed"


def _broken_off(folder: Path) -> Path:
    """The recordings of a home in which a turn was broken off."""
    home = folder / "broken"
    room = practice(home)
    (only,) = room.library.exercises
    writer = room.recordings.begin("0" * 26, RATE_HZ, device=None, exercise_id=only.id, turn="start", person="Ada")
    writer.write(truth()[: RATE_HZ // 2])
    writer._close()
    room.recordings.leave("0" * 26)
    room.store.close()
    return home / "recordings"


def _nothing_is_lost(home: Path, doing: Doing, told: list[str], prepared: Path) -> None:
    """With space again, all that was kept before is there, and what was said but for a moment."""
    saved = config.load({HOME_VARIABLE: str(home)}).preferences
    assert saved.person == "Ada" or (doing == "settings" and saved.person == "Grace") or doing == "first"
    assert not list(home.glob(".settings*")), "half a settings file is left"
    if doing == "settings":
        return
    room = practice(home)
    try:
        for one in room.unfinished():
            room.recover(one)
        assert room.unfinished() == ()
        stored = {one.id: one.recording for one in room.store.attempts()}
        for attempt_id, name in stored.items():
            assert room.store.attempt(attempt_id).person == "Ada"
            if doing != "forget":
                assert name is not None
                room.recordings.load(name)
        if doing != "first" and doing != "forget":
            assert _sums(prepared).items() <= _sums(home).items()
        if doing == "turn":
            _said_is_kept(room, stored, told)
        if doing == "recover":
            samples, _ = room.recordings.load(f"{'0' * 26}.flac")
            np.testing.assert_array_equal(samples, truth()[: RATE_HZ // 2])
    finally:
        room.store.close()
    with contextlib.closing(sqlite3.connect(home / DATABASE_FILE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _said_is_kept(room: object, stored: dict[str, str | None], told: list[str]) -> None:
    attempt_id, heard = last(told, "attempt") or "", int(last(told, "handed") or 0)
    if attempt_id not in stored:
        # Not one block found space, then, and whoever spoke was told so at once.
        assert last(told, "started") is None or "full" in (last(told, "failed") or ""), told[-4:]
        return
    name = stored[attempt_id]
    assert name is not None
    samples, _ = room.recordings.load(name)  # type: ignore[attr-defined]
    at = next(
        start
        for start in np.flatnonzero(truth()[: 10 * RATE_HZ] == samples[0]).tolist()
        if np.array_equal(samples, truth()[start : start + len(samples)])
    )
    assert (heard - at - len(samples)) / RATE_HZ <= LOST_S
