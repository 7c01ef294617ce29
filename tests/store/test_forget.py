"""Forgetting: what goes, what stays, and that no byte of what went is left under the data folder."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from voice_trainer.attempt import Attempt, Transcript, Word
from voice_trainer.errors import RequestInvalid, StoreUnwritable, UnknownAttempt
from voice_trainer.session import Pin
from voice_trainer.speech.baseline import Baseline
from voice_trainer.speech.measures import VoiceMeasures
from voice_trainer.store import Export, Store, forgetting, move_aside, open_store, set_aside
from voice_trainer.store.forgetting import Forgotten, Selection, forget, forget_by_age
from voice_trainer.store.recordings import Recordings

NewAttempt = Callable[..., Attempt]
NOW = datetime(2025, 3, 9, 12, tzinfo=UTC)
RATE_HZ = 16_000


class Home:
    """A data folder with somebody's practice in it."""

    def __init__(self, folder: Path, new_attempt: NewAttempt, url: str | None = None) -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{folder / 'practice.sqlite3'}"
        self.store: Store = open_store(self.url)
        self.recordings = Recordings(folder / "recordings")
        self._new_attempt = new_attempt

    def practise(self, person: str, said: str, *, ago: timedelta = timedelta(0)) -> Attempt:
        """A stored attempt with its sound, corrected once, so that there is a first record of it, too."""
        attempt = self._new_attempt(person=person, started_at=NOW - ago)
        name = self.record(attempt.id, person)
        scored = msgspec.structs.replace(
            attempt.scored, transcript=Transcript(words=(Word(text=said, start_s=0.1, end_s=0.4),))
        )
        attempt = msgspec.structs.replace(attempt, recording=name, scored=scored)
        self.store.add_attempt(attempt)
        self.store.replace_attempt(msgspec.structs.replace(attempt, heard=(f"{said}-corrected",)))
        self.recordings.settle(name)
        return attempt

    def record(self, attempt_id: str, person: str, ago: timedelta = timedelta(0)) -> str:
        writer = self.recordings.begin(
            attempt_id,
            RATE_HZ,
            device=None,
            exercise_id="cold-dinner",
            turn="start",
            person=person,
            started_at=NOW - ago,
        )
        writer.write(np.zeros(RATE_HZ, np.float32))
        return writer.finish()

    def break_off(self, attempt_id: str, person: str, ago: timedelta = timedelta(0)) -> None:
        """A recording whose program died: its lock is gone with it."""
        self.record(attempt_id, person, ago)
        self.recordings._release(attempt_id)

    def export(self, attempt: Attempt, file: Path, text: str) -> None:
        file.write_text(text)
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.store.add_export(
            Export(path=str(file), attempt_ids=(attempt.id,), format="srt", sha256=digest, written_at=NOW)
        )

    def pin(self, attempt: Attempt, note: str, author: str = "Cleo") -> None:
        self.store.add_pin(Pin(id=attempt.id, attempt_id=attempt.id, at_s=0.2, author=author, note=note, made_at=NOW))

    def holds(self, *texts: str) -> list[str]:
        """Which of the texts stand in any byte, or any name, under the folder."""
        files = [each for each in self.folder.rglob("*") if each.is_file()]
        found = b"\n".join([each.read_bytes() for each in files] + [str(each).encode() for each in files])
        return [text for text in texts if text.encode() in found]


@pytest.fixture
def home(tmp_path: Path, new_attempt: NewAttempt) -> Iterator[Home]:
    made = Home(tmp_path / "home", new_attempt)
    yield made
    made.store.close()


def test_one_attempt_goes_with_everything_of_it(home: Home, tmp_path: Path) -> None:
    gone, stays = home.practise("Ana", "Wolkenbruch"), home.practise("Ana", "Sonnenschein")
    home.export(gone, tmp_path / "home" / "gone.srt", "Wolkenbruch")
    home.export(stays, tmp_path / "stays.srt", "Sonnenschein")
    home.pin(gone, "Regenbogen")
    mine = ("Wolkenbruch", "Wolkenbruch-corrected", "Regenbogen", "gone.srt", gone.id)
    assert home.holds(*mine) == list(mine)

    done = forget(
        home.store, home.recordings, forgetting.select_attempt(home.store, home.recordings, gone.id[:20].lower())
    )

    assert done == Forgotten(attempts=1, recordings=1, exports=1)
    assert home.holds(*mine) == []
    assert home.holds("Sonnenschein", stays.id) == ["Sonnenschein", stays.id]
    assert home.recordings.load(f"{stays.id}.flac")[1] == RATE_HZ
    assert (tmp_path / "stays.srt").exists()
    with pytest.raises(UnknownAttempt):
        forgetting.select_attempt(home.store, home.recordings, gone.id)


def test_a_person_goes_with_their_voice_and_what_was_broken_off(home: Home) -> None:
    for number in range(3):
        home.practise("Wilhelmina", f"Zwiebelturm{number}")
    home.pin(home.practise("Bo", "Sonnenschein"), "Regenbogen", author="Wilhelmina")
    home.break_off("01BROKEN", "Wilhelmina")
    home.break_off("01OTHER", "Bo")
    for person in ("Wilhelmina", "Bo"):
        home.store.save_baseline(
            Baseline(person=person, device="USB", recorded_at=NOW, measures=VoiceMeasures(duration_s=5.0))
        )

    done = forget(home.store, home.recordings, forgetting.select_person(home.store, home.recordings, "Wilhelmina"))

    assert done == Forgotten(attempts=3, recordings=4, baselines=1, notes=1)
    assert home.holds("Wilhelmina", "Zwiebelturm", "01BROKEN", "Regenbogen") == []
    assert [each.person for each in home.store.people()] == ["Bo"]
    assert [each.attempt_id for each in home.recordings.unfinished()] == ["01OTHER"]
    assert forgetting.select_person(home.store, home.recordings, "Wilhelmina").is_empty


def test_what_is_older_than_a_moment_goes(home: Home) -> None:
    home.practise("Ana", "Vorgestern", ago=timedelta(days=2))
    home.practise("Ana", "Heute")
    home.break_off("01OLD", "Ana", timedelta(days=3))
    selection = forgetting.select_before(home.store, home.recordings, NOW - timedelta(days=1))
    assert forget(home.store, home.recordings, selection) == Forgotten(attempts=1, recordings=2)
    assert home.holds("Vorgestern", "Heute", "01OLD") == ["Heute"]


def test_all_of_it_goes_even_what_nothing_knows_of(home: Home) -> None:
    home.practise("Ana", "Wolkenbruch")
    aside = home.folder / "practice-set-aside-20250101-120000.sqlite3"
    aside.write_bytes(b"Wolkenbruch")
    (home.folder / "recordings" / "01STRAY.flac").write_bytes(b"sound")
    (home.folder / "recordings" / "01STRAY.lock").touch()
    selection = forgetting.select_all(home.store, home.recordings)
    done = forget(home.store, home.recordings, selection, set_aside=set_aside(home.url))
    assert done == Forgotten(attempts=1, recordings=2, set_aside=1)
    assert home.holds("Wolkenbruch", "Ana", "STRAY") == []
    assert list((home.folder / "recordings").iterdir()) == []
    assert home.store.count() == 0


def test_a_store_set_aside_is_found_by_its_name(home: Home) -> None:
    assert set_aside(home.url) == ()
    home.store.close()
    moved = move_aside(home.url, NOW)
    assert moved in set_aside(home.url)
    home.store = open_store(home.url)


def test_nothing_is_left_where_rows_moved_between_pages(home: Home, new_attempt: NewAttempt) -> None:
    rng = np.random.default_rng(3)
    kept = []
    for number in range(300):
        mine = number % 3 == 0
        attempt = new_attempt(
            person="Wilhelmina" if mine else "Bo",
            started_at=NOW + timedelta(minutes=int(rng.integers(0, 10_000))),
            heard=(("Zwiebelturm" if mine else "Sonnenschein") * int(rng.integers(1, 60)),),
        )
        home.store.add_attempt(attempt)
        kept += [] if mine else [attempt.id]
    forget(home.store, home.recordings, forgetting.select_person(home.store, home.recordings, "Wilhelmina"))
    assert home.holds("Wilhelmina", "Zwiebelturm") == []
    assert sorted(row.id for row in home.store.attempts()) == sorted(kept)


def test_an_export_that_was_changed_is_left_and_named(home: Home, tmp_path: Path) -> None:
    attempt = home.practise("Ana", "Wolkenbruch")
    for name in ("same", "changed", "missing"):
        home.export(attempt, tmp_path / f"{name}.srt", "Wolkenbruch")
    (tmp_path / "changed.srt").write_text("mine now")
    (tmp_path / "missing.srt").unlink()
    done = forget(home.store, home.recordings, Selection(attempts=home.store.attempts()))
    assert done == Forgotten(attempts=1, recordings=1, exports=1, changed=(str(tmp_path / "changed.srt"),))
    assert (tmp_path / "changed.srt").read_text() == "mine now"
    assert not (tmp_path / "same.srt").exists()
    assert home.store.exports() == ()


def test_an_export_that_can_not_be_removed_is_named(home: Home, nobodys_folder: Path, new_attempt: NewAttempt) -> None:
    theirs = Home(nobodys_folder / "home", new_attempt)
    attempt = theirs.practise("Ana", "Wolkenbruch")
    shut = nobodys_folder / "shut"
    shut.mkdir()
    theirs.export(attempt, shut / "reply.srt", "Wolkenbruch")
    shut.chmod(0o500)
    done = forget(theirs.store, theirs.recordings, Selection(attempts=theirs.store.attempts()))
    theirs.store.close()
    assert done.kept == (f"{shut / 'reply.srt'} (permission denied)",)
    assert done.attempts == 1


def test_a_recording_that_is_being_made_is_left(home: Home) -> None:
    other = Recordings(home.folder / "recordings")  # of another window
    writer = other.begin("01RUNNING", RATE_HZ, device=None, exercise_id="cold-dinner", turn="start", person="Ana")
    writer.write(np.zeros(RATE_HZ, np.float32))
    done = forget(home.store, home.recordings, forgetting.select_all(home.store, home.recordings))
    assert (done.in_use, done.recordings) == (1, 0)
    assert other.load(writer.finish())[1] == RATE_HZ


def test_another_trainer_may_have_the_store_open(home: Home) -> None:
    home.practise("Wilhelmina", "Zwiebelturm")
    code = (
        "import sys\nfrom voice_trainer.store import open_store\nstore = open_store(sys.argv[1])\n"
        "print(store.count(), flush=True)\nsys.stdin.readline()\nprint(store.count(), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, home.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "1\n"
        forget(home.store, home.recordings, forgetting.select_all(home.store, home.recordings))
        assert home.holds("Wilhelmina", "Zwiebelturm") == []
        other.stdin.write("\n")
        other.stdin.close()
        assert other.stdout.read() == "0\n"


def test_a_trainer_that_reads_all_the_while_is_told_and_it_can_be_tried_again(
    tmp_path: Path, new_attempt: NewAttempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_trainer.store.opening.BUSY_TIMEOUT_S", 0.2)
    monkeypatch.setattr("voice_trainer.store.database.BUSY_TIMEOUT_S", 0.2)
    home = Home(tmp_path / "home", new_attempt)
    home.practise("Wilhelmina", "Zwiebelturm")
    reading, let_go = threading.Event(), threading.Event()

    def read() -> None:
        import sqlite3

        with sqlite3.connect(home.folder / "practice.sqlite3", isolation_level=None) as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM attempts").fetchone()
            reading.set()
            let_go.wait(30)
            connection.execute("ROLLBACK")
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    assert reading.wait(30)
    everything = forgetting.select_all(home.store, home.recordings)
    try:
        with pytest.raises(StoreUnwritable, match=r"journal .* try again"):
            forget(home.store, home.recordings, everything)
        assert home.store.count() == 0
        assert home.holds("Zwiebelturm") == ["Zwiebelturm"]
    finally:
        let_go.set()
        reader.join()
    forget(home.store, home.recordings, everything)
    assert home.holds("Zwiebelturm", "Wilhelmina") == []
    home.store.close()


def test_another_program_that_empties_the_journal_too_is_waited_for(
    tmp_path: Path, new_attempt: NewAttempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite answers at once then, however long it is told to wait."""
    home = Home(tmp_path / "home", new_attempt)
    home.practise("Wilhelmina", "Zwiebelturm")
    run_alone, asked = type(home.store)._run_alone, []

    def busy_at_first(store: object, statement: str) -> tuple[object, ...]:
        asked.append(statement)
        return (1, 0, 0) if len(asked) <= 3 else run_alone(store, statement)  # type: ignore[arg-type]

    monkeypatch.setattr(type(home.store), "_run_alone", busy_at_first)
    forget(home.store, home.recordings, forgetting.select_all(home.store, home.recordings))
    assert len(asked) > 3
    assert home.holds("Zwiebelturm", "Wilhelmina") == []
    home.store.close()


def test_retention_is_off_until_days_are_given(home: Home) -> None:
    home.practise("Ana", "Wolkenbruch", ago=timedelta(days=10))
    home.practise("Ana", "Sonnenschein", ago=timedelta(days=9, hours=23))
    assert forget_by_age(home.store, home.recordings, None, NOW) == Forgotten()
    assert forget_by_age(home.store, home.recordings, 11, NOW) == Forgotten()
    assert forget_by_age(home.store, home.recordings, 10, NOW - timedelta(seconds=1)) == Forgotten()
    assert forget_by_age(home.store, home.recordings, 10, NOW + timedelta(seconds=1)).attempts == 1
    assert home.holds("Wolkenbruch", "Sonnenschein") == ["Sonnenschein"]


# exports, on every database


def an_export(path: str, *attempt_ids: str, minutes: int = 0) -> Export:
    moment = NOW + timedelta(minutes=minutes)
    return Export(path=path, attempt_ids=attempt_ids, format="srt", sha256="0" * 64, written_at=moment)


def test_exports_are_known_by_path_and_by_attempt(store: Store, new_attempt: NewAttempt) -> None:
    one, two = sorted((new_attempt(), new_attempt()), key=lambda attempt: attempt.id)
    for attempt in (one, two):
        store.add_attempt(attempt)
    alone, both = an_export("/a.srt", one.id), an_export("/b.html", one.id, two.id, minutes=1)
    store.add_export(both)
    store.add_export(alone)
    assert store.exports() == (alone, both)
    assert store.exports([two.id]) == (both,)
    again = an_export("/a.srt", two.id, minutes=2)
    store.add_export(again)
    assert store.exports() == (both, again)
    assert store.remove_exports(["/a.srt", "/never.srt"]) == 1
    assert store.remove_attempts([one.id, "0" * 26]) == 1
    assert store.exports() == (an_export("/b.html", two.id, minutes=1),)


def test_an_export_of_nothing_that_is_stored_is_refused(store: Store) -> None:
    for export in (an_export("/a.srt"), an_export("/a.srt", "0" * 26)):
        with pytest.raises(RequestInvalid, match=r"/a\.srt"):
            store.add_export(export)


def test_forgetting_works_on_every_database(store_url: str, tmp_path: Path, new_attempt: NewAttempt) -> None:
    home = Home(tmp_path / "data", new_attempt, store_url)
    attempt = home.practise("Ana", "Wolkenbruch")
    home.practise("Bo", "Sonnenschein")
    home.export(attempt, tmp_path / "reply.srt", "Wolkenbruch")
    done = forget(home.store, home.recordings, forgetting.select_person(home.store, home.recordings, "Ana"))
    assert done == Forgotten(attempts=1, recordings=1, exports=1)
    assert [row.person for row in home.store.attempts()] == ["Bo"]
    home.store.close()
