"""Damage inside the store: rows and JSON columns, the database's own bytes, sidecars and recordings.

What is damaged is told, or left out; nothing outside ``voice_trainer.errors`` comes out, everything that is whole is
still read, and no recording changes by a byte.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile
from hypothesis import strategies as st

from tests.store.conftest import make_attempt
from tests.store.meeting import Meeting
from voice_trainer.attempt import VoiceMeasures
from voice_trainer.config import DATABASE_FILE
from voice_trainer.errors import StoreCorrupt, VoiceTrainerError
from voice_trainer.session import Pin
from voice_trainer.speech.baseline import Baseline
from voice_trainer.store import Export, PullSaid, Store, open_store
from voice_trainer.store.recordings import Recordings
from voice_trainer.trends import by_day, comparable, returns, trends

from .budget import fuzz, time_limit

pytestmark = pytest.mark.slow

ODD: tuple[Any, ...] = (
    None,
    "",
    "x",
    "null",
    "[]",
    "{}",
    "[1]",
    '{"a": 1}',
    '{"feeling": "high"}',
    '["scores", 3]',
    "NaN",
    "-1",
    "99999999999",
    b"\xff\xfe",
    b"",
    0,
    -1,
    2**62,
    1.5,
    float("inf"),
    "2025-13-40 99:00:00",
    "0001-01-01 00:00:00.000000",
    "9999-12-31 23:59:59.999999",
    "../../../etc/passwd",
    "é\u202e" * 20,
    "x" * 5_000,
)


NOW = datetime(2025, 3, 9, tzinfo=UTC)
RATE_HZ = 16_000


def _filled(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """A store in which every table has a row, and some have two; the ids of its attempts."""
    file = folder / DATABASE_FILE
    store = open_store(f"sqlite:///{file}")
    own = [make_attempt(person="Ada", started_at=NOW.replace(day=day)) for day in (1, 2, 3)]
    for attempt in own:
        store.add_attempt(attempt)
    store.replace_attempt(msgspec.structs.replace(own[0], turn="opens"))
    store.add_pin(Pin(id="P" * 26, attempt_id=own[1].id, at_s=1.0, author="Cleo", note="There.", made_at=NOW))
    store.say_pull(PullSaid(attempt_id=own[1].id, pull="fix", said_at=NOW))
    store.add_export(Export(path="/x.srt", attempt_ids=(own[1].id,), format="srt", sha256="0" * 64, written_at=NOW))
    store.save_baseline(Baseline(person="Ada", device="M", recorded_at=NOW, measures=VoiceMeasures(duration_s=5.0)))
    meeting = Meeting(store)
    ann = meeting.joins("Ann")
    meeting.agrees(ann, "scores")
    shared = meeting.shares(ann, "It hurt.")
    meeting.sessions.add_rating(meeting.rating(shared))
    meeting.sessions.add_tally(meeting.tally(shared, "Bo"))
    meeting.sessions.keep_state(meeting.id, b"state")
    ids = (*(attempt.id for attempt in own), shared.id)
    store.wipe()
    store.close()
    return file, ids


def _ways_to_read(store: Store, ids: tuple[str, ...]) -> dict[str, Callable[[], object]]:
    """Everything that reads, as the program does."""
    sessions = store.sessions
    ways: dict[str, Callable[[], object]] = {
        "attempts": lambda: [_used(row) for row in store.attempts(include_shared=True)],
        "history": lambda: [_used(row) for row in store.history()],
        "trends": lambda: (trends(store.history()), returns(store.history()), by_day(store.history())),
        "comparable": lambda: comparable(store.history()),
        "baselines": lambda: store.baselines(),
        "baseline": lambda: store.baseline("Ada", "M"),
        "people": lambda: store.people(),
        "recordings": lambda: store.recordings(),
        "pulls": lambda: store.pulls(),
        "exports": lambda: store.exports(),
        "pin authors": lambda: store.pin_authors(),
        "sessions": lambda: sessions.sessions(None),
        "names": lambda: sessions.names(),
        "expired": lambda: sessions.expired(NOW.replace(year=2030)),
        "idle": lambda: sessions.idle_since(NOW.replace(year=2030)),
        "ratings": lambda: sessions.every_rating("Cleo"),
    }
    for one in ids:
        ways[f"attempt {one}"] = lambda one=one: store.attempt(one)  # type: ignore[misc]
        ways[f"original {one}"] = lambda one=one: store.original(one)  # type: ignore[misc]
        ways[f"summary {one}"] = lambda one=one: _used(store.summary(one))  # type: ignore[misc]
        ways[f"pins {one}"] = lambda one=one: store.pins(one)  # type: ignore[misc]
        ways[f"entry {one}"] = lambda one=one: sessions.entry_of(one)  # type: ignore[misc]
    with suppress(VoiceTrainerError):
        for session in sessions.sessions(None):
            for name in ("people", "consents", "entries", "ratings", "tallies", "state"):
                read = getattr(sessions, name)
                ways[f"{name} of the session"] = lambda read=read, its=session.id: read(its)  # type: ignore[misc]
    return ways


def _used(row: Any) -> str:
    """As lists do: times and scores are printed."""
    wording = "" if row.wording is None else f"{row.wording:.2f}"
    voice = "" if row.voice is None else f"{row.voice:.2f}"
    return f"{row.started_at:%Y-%m-%d} {row.person.casefold()} {row.exercise_id.strip()} {wording} {voice}"


def _read_all(file: Path, ids: tuple[str, ...]) -> set[str]:
    """What could not be read; whatever is raised is of the program's own errors, and one sentence."""
    lost = set()
    try:
        store = open_store(f"sqlite:///{file}")
    except VoiceTrainerError as error:
        _sentence(error)
        return {"store"}
    try:
        for name, read in _ways_to_read(store, ids).items():
            try:
                read()
            except VoiceTrainerError as error:
                _sentence(error)
                lost.add(name)
    finally:
        store.close()
    return lost


def _sentence(error: VoiceTrainerError) -> None:
    assert str(error).strip()
    assert "\n" not in str(error)
    assert len(str(error)) < 1_500


TABLES = (
    "attempts",
    "figures",
    "original_records",
    "baselines",
    "exports",
    "pins",
    "pulls",
    "sessions",
    "session_people",
    "session_consents",
    "session_entries",
    "session_ratings",
    "session_tallies",
    "session_states",
    "heard",
)


def _columns(file: Path) -> list[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(file)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [
            (table, column[1])
            for table in tables
            if not table.startswith("sqlite_")
            for column in database.execute(f"PRAGMA table_info({table})")
        ]


@st.composite
def _another(draw: st.DrawFn) -> Callable[[Any], Any]:
    """How a value is changed: for another one, or inside, where it is JSON."""
    odd = draw(st.sampled_from(ODD))
    if draw(st.booleans()):
        return lambda _: odd
    at, put = (
        draw(st.floats(0, 1)),
        draw(st.one_of(st.sampled_from(["", "null", "3", '"x"', "[]", "{}"]), st.text(max_size=4))),
    )
    size = draw(st.integers(0, 12))

    def inside(value: Any) -> Any:
        if not isinstance(value, str):
            return odd
        place = int(at * len(value))
        return (value[:place] + put + value[place + size :]).encode("utf-8", "replace").decode()

    return inside


@pytest.mark.timeout(time_limit("records"))
def test_a_damaged_column_is_told_and_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    whole, ids = _filled(tmp_path / "whole")
    columns = _columns(whole)
    assert len({table for table, _ in columns}) >= len(TABLES)
    assert _read_all(whole, ids) == set()
    file = tmp_path / DATABASE_FILE
    told = 0

    def check(column: tuple[str, str], change: Callable[[Any], Any], places: list[tuple[float, int]]) -> None:
        nonlocal told
        for name in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            name.unlink(missing_ok=True)
        shutil.copy(whole, file)
        if places:  # the bytes of the file, wherever they belong
            data = bytearray(file.read_bytes())
            for at, byte in places:
                data[int(at * (len(data) - 1))] = byte
            file.write_bytes(data)
            lost = _read_all(file, ids)
        else:
            row = _damage(file, *column, change)
            lost = _read_all(file, ids)
            if column[0] == "attempts" and row is not None:  # each other attempt is there
                others = {f"attempt {one}" for one in ids if one != row}
                assert not others & lost, lost
        told += bool(lost)

    damage = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6)
    fuzz(
        "records", 50, check, column=st.sampled_from(columns), change=_another(), places=st.one_of(st.just([]), damage)
    )
    assert told, "no damage was ever seen"


def _damage(file: Path, table: str, column: str, change: Callable[[Any], Any]) -> str | None:
    """Change one value of the first row; its id, where it has one. Where the tables refuse it, nothing is changed."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        found = database.execute(f"SELECT rowid, {column} FROM {table} LIMIT 1").fetchone()
        if found is None:
            return None
        key = database.execute(f"SELECT * FROM {table} WHERE rowid = ?", (found[0],)).fetchone()[0]
        with suppress(sqlite3.Error, OverflowError):
            database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (change(found[1]), found[0]))
            database.commit()
        return str(key)


# recordings


def _recorded(folder: Path) -> dict[str, bytes]:
    """One that is stored, one that lacks its attempt only, one that was broken off; what lies there."""
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, RATE_HZ // 4).astype(np.float32)
    recordings = Recordings(folder)
    for name in ("stored", "finished", "broken"):
        writer = recordings.begin(name, RATE_HZ, device="M", exercise_id="two-hours", turn="start", person="Ada")
        writer.write(noise)
        if name == "broken":
            writer._close()
        else:
            writer.finish()
        if name == "stored":
            recordings.settle("stored.flac")
        recordings.leave(name)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


SIDECAR = st.fixed_dictionaries(
    {},
    optional={
        "rate_hz": st.sampled_from([0, -1, 1, 2**40, 1.5, "x", None, 7]),
        "started_at": st.sampled_from(
            ["2025-03-09T12:00:00", "2025-03-09T12:00:00Z", "x", 3, "9999-12-31T23:59:59-10:00"]
        ),
        "attempt_id": st.sampled_from(["../stored", "", "stored", 3, "x" * 300]),
        "person": st.sampled_from([None, 3, "x" * 1000, "\ud800"]),
        "device": st.sampled_from([3, None]),
        "format": st.sampled_from([2, "x"]),
        "exercise_id": st.sampled_from([None, "gone"]),
    },
)


@pytest.mark.timeout(time_limit("recordings"))
def test_a_damaged_recording_is_told_and_no_other_is_touched(tmp_path: Path) -> None:
    whole = _recorded(tmp_path / "recordings")
    assert set(whole) == {"stored.flac", "finished.flac", "finished.json", "broken.pcm", "broken.json"}
    folder = tmp_path / "damaged"

    def check(name: str, places: list[tuple[float, int]], until: float, fields: dict[str, Any]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        data = bytearray(whole[name])
        if name.endswith(".json") and fields:
            data = bytearray(json.dumps({**json.loads(data), **fields}).encode())
        for at, byte in places:
            data[int(at * (len(data) - 1))] = byte
        del data[max(1, int(until * len(data))) :]
        given = {**whole, name: bytes(data)}
        for each, content in given.items():
            (folder / each).write_bytes(content)
        recordings = Recordings(folder)
        found = recordings.unfinished()
        for one in found:
            with suppress(VoiceTrainerError):
                recordings.recover(one)
            recordings.leave(one.attempt_id)
        for each in ("stored.flac", "finished.flac", "broken.flac"):
            with suppress(VoiceTrainerError):
                recordings.load(each)
        said = len(given["broken.pcm"]) >= 4  # without a whole sample there is nothing to keep
        assert {"stored", "finished", *(["broken"] if said else [])} <= recordings.ids()
        for each in ("stored.flac", "finished.flac"):
            assert (folder / each).read_bytes() == given[each], f"{each} was changed"
        if not name.startswith("finished"):
            assert "finished" in {one.attempt_id for one in found}
        if not said:
            return
        if not name.startswith("broken"):
            assert "broken" in {one.attempt_id for one in found}
        if (folder / "broken.pcm").exists():
            assert (folder / "broken.pcm").read_bytes() == given["broken.pcm"]
        else:
            whole_samples = len(given["broken.pcm"]) // 4
            frames, _ = soundfile.read(folder / "broken.flac", dtype="int32")
            kept = np.frombuffer(given["broken.pcm"][: 4 * whole_samples], "<i4")
            np.testing.assert_array_equal(frames >> 8, kept >> 8)

    fuzz(
        "recordings",
        80,
        check,
        name=st.sampled_from(sorted(whole)),
        places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4),
        until=st.one_of(st.just(1.0), st.floats(0, 1)),
        fields=SIDECAR,
    )


def test_a_database_that_is_none_leaves_recordings_and_itself_alone(tmp_path: Path) -> None:
    whole = _recorded(tmp_path / "recordings")
    file = tmp_path / DATABASE_FILE
    file.write_bytes(hashlib.sha256(b"no database").digest() * 500)
    before = file.read_bytes()
    with pytest.raises(StoreCorrupt, match="Recordings are untouched"):
        open_store(f"sqlite:///{file}")
    assert file.read_bytes() == before
    assert {path.name: path.read_bytes() for path in (tmp_path / "recordings").iterdir()} == whole
