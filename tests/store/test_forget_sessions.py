"""Forgetting what belongs to sessions: nothing of it is left in any byte, and what is others' stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
import sqlalchemy as sql

from tests.postgres import new_database
from tests.store.meeting import NOW, Meeting
from voice_trainer.attempt import Attempt
from voice_trainer.errors import UnknownSession
from voice_trainer.session import ConsentRules, Entry, Person, Pin
from voice_trainer.store import Store, forgetting, open_store
from voice_trainer.store.forgetting import Forgotten, forget, forget_by_age
from voice_trainer.store.recordings import Recordings

RATE_HZ = 16_000
DAY = timedelta(days=1)


class Home:
    """A coach's data folder."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.store: Store = open_store(url)
        self.recordings = Recordings(folder / "recordings")

    def share(self, meeting: Meeting, person: Person, said: str) -> tuple[Entry, Attempt]:
        """A reply with its sound."""
        attempt = meeting.reply(person, said)
        writer = self.recordings.begin(
            attempt.id, RATE_HZ, device=None, exercise_id="cold-dinner", turn="start", person=person.name
        )
        writer.write(np.zeros(RATE_HZ // 4, np.float32))
        name = writer.finish()
        self.recordings.settle(name)
        attempt = msgspec.structs.replace(attempt, recording=name)
        entry = meeting.entry(person, attempt, shared=("scores", "transcript", "recording"))
        assert meeting.sessions.add_entry(entry, attempt)
        return entry, attempt

    def holds(self, *texts: str) -> list[str]:
        """Which of the texts stand in any byte, or any name, under the folder."""
        files = [each for each in self.folder.rglob("*") if each.is_file()]
        found = b"\n".join([each.read_bytes() for each in files] + [str(each).encode() for each in files])
        return [text for text in texts if text.encode() in found]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    folder = tmp_path / "home"
    made = Home(folder, f"sqlite:///{folder / 'practice.sqlite3'}")
    yield made
    made.store.close()


@pytest.fixture
def anywhere(tmp_path: Path, store_url: str) -> Iterator[Home]:
    """On each database."""
    made = Home(tmp_path / "home", store_url)
    yield made
    made.store.close()


def full(home: Home, **own: object) -> tuple[Meeting, Person, Person, Attempt, Attempt]:
    """A session in which Wilhelmina said, heard, rated and tallied, and Bo did, too."""
    meeting = Meeting(home.store, **own)  # type: ignore[arg-type]
    rules = ConsentRules(listeners=("Cleo", "Wilhelmina"))
    meeting.sessions.update(msgspec.structs.replace(meeting.session, rules=rules))
    hers, his = meeting.joins("Wilhelmina", token_sha256="abcdef" * 8), meeting.joins("Bo")
    meeting.agrees(hers, "scores", listeners=("Cleo",))
    meeting.agrees(his, "scores", listeners=("Cleo", "Wilhelmina"))
    (_, said), (_, stays) = home.share(meeting, hers, "Zwiebelturm"), home.share(meeting, his, "Sonnenschein")
    for number, attempt in enumerate((said, stays)):
        meeting.sessions.add_rating(meeting.rating(attempt))
        meeting.sessions.add_tally(meeting.tally(attempt, ("Bo", "Wilhelmina")[number]))
        pin = Pin(id=attempt.id, attempt_id=attempt.id, at_s=0.1, author="Wilhelmina", note="Regenbogen", made_at=NOW)
        home.store.add_pin(pin)
    meeting.sessions.add_rating(meeting.rating(stays, rater="Wilhelmina", role="observer"))
    meeting.sessions.keep_state(meeting.id, f'{{"up": "{hers.id}", "line": "Answer Wilhelmina."}}'.encode())
    home.store.wipe()
    return meeting, hers, his, said, stays


def test_a_person_goes_from_every_session(home: Home) -> None:
    meeting, hers, his, said, stays = full(home)
    arriving = home.recordings.folder / f"{hers.id}-{meeting.new_id()}-2-{'0' * 64}.flac.part"
    arriving.write_bytes(b"half a recording")
    theirs = ("Wilhelmina", "Zwiebelturm", "Regenbogen", hers.id, said.id, "abcdef")
    assert home.holds(*theirs) == list(theirs)

    done = forget(home.store, home.recordings, forgetting.select_person(home.store, home.recordings, "Wilhelmina"))

    assert done == Forgotten(attempts=1, recordings=2, notes=1, seats=1)
    assert home.holds(*theirs) == []
    sessions = home.store.sessions
    assert sessions.people(meeting.id) == (his,)
    assert [one.attempt_id for one in sessions.entries(meeting.id)] == [stays.id]
    assert [one.listeners for one in sessions.consents(meeting.id)] == [("Cleo",)]
    assert sessions.session(meeting.id).rules.listeners == ("Cleo",)
    assert [one.rater for one in sessions.ratings(meeting.id)] == ["Cleo"]
    assert sessions.tallies(meeting.id) == ()
    assert home.recordings.load(f"{stays.id}.flac")[1] == RATE_HZ
    assert forgetting.select_person(home.store, home.recordings, "Wilhelmina").is_empty


def test_a_coachs_own_words_are_left_and_named(home: Home) -> None:
    meeting, *_ = full(home)
    kept = msgspec.structs.replace(home.store.sessions.session(meeting.id), notes="Ask wilhelmina first.")
    home.store.sessions.update(kept)
    done = forget(home.store, home.recordings, forgetting.select_person(home.store, home.recordings, "Wilhelmina"))
    assert done.named_in == ("Tuesday group",)
    assert home.store.sessions.session(meeting.id).notes == kept.notes


def test_a_coach_goes_with_the_sessions_they_held(home: Home) -> None:
    full(home)
    other = Meeting(home.store, coach="Dora")
    home.share(other, other.joins("Bo"), "Wolkenbruch")
    done = forget(home.store, home.recordings, forgetting.select_person(home.store, home.recordings, "Cleo"))
    assert done == Forgotten(attempts=2, recordings=2, sessions=1)
    assert home.holds("Cleo", "Zwiebelturm", "Sonnenschein", "Wolkenbruch") == ["Wolkenbruch"]
    assert home.store.sessions.sessions(None)[0].id == other.id


def test_one_session_goes_with_what_was_shared_in_it(anywhere: Home) -> None:
    meeting, *_ = full(anywhere)
    other = Meeting(anywhere.store)
    select = forgetting.select_session
    with pytest.raises(UnknownSession):
        select(anywhere.store, anywhere.recordings, meeting.id, coach="Dora")
    done = forget(
        anywhere.store, anywhere.recordings, select(anywhere.store, anywhere.recordings, meeting.id, coach="Cleo")
    )
    assert done == Forgotten(attempts=2, recordings=2, sessions=1)
    assert anywhere.holds("Zwiebelturm", "Sonnenschein", "Wilhelmina") == []
    assert anywhere.store.count(include_shared=True) == 0
    assert anywhere.store.sessions.sessions("Cleo") == (other.session,)
    assert list(anywhere.recordings.folder.glob("*.flac")) == []


def test_what_was_practised_in_a_room_outlives_the_session(home: Home) -> None:
    meeting, *_ = full(home, place="room")
    forget(home.store, home.recordings, forgetting.select_session(home.store, home.recordings, meeting.id))
    assert sorted(row.person for row in home.store.attempts()) == ["Bo", "Wilhelmina"]
    assert home.store.sessions.sessions(None) == ()
    assert len(list(home.recordings.folder.glob("*.flac"))) == 2


def test_all_goes(anywhere: Home) -> None:
    full(anywhere)
    full(anywhere, place="room", coach="Dora")
    forget(anywhere.store, anywhere.recordings, forgetting.select_all(anywhere.store, anywhere.recordings))
    assert anywhere.holds("Wilhelmina", "Bo", "Cleo", "Dora", "Zwiebelturm", "Tuesday", "ABCD-EFGH") == []
    assert anywhere.store.count(include_shared=True) == 0
    assert anywhere.store.sessions.sessions(None) == ()
    assert anywhere.store.sessions.names() == frozenset()


def test_retention_reaches_sessions_where_nothing_happens_any_more(anywhere: Home) -> None:
    old, *_ = full(anywhere, at=NOW - 20 * DAY)
    mixed = Meeting(anywhere.store, at=NOW - 20 * DAY)
    someone = mixed.joins("Ana")
    anywhere.share(mixed, someone, "Vorgestern")
    mixed._at = NOW - DAY
    anywhere.share(mixed, someone, "Heute")
    ended = Meeting(anywhere.store, at=NOW - 20 * DAY)
    anywhere.store.sessions.update(msgspec.structs.replace(ended.session, ended_at=NOW - DAY))
    assert forget_by_age(anywhere.store, anywhere.recordings, 30, NOW) == Forgotten()

    done = forget_by_age(anywhere.store, anywhere.recordings, 10, NOW)

    assert (done.sessions, done.attempts, done.recordings) == (1, 3, 3)
    assert {one.id for one in anywhere.store.sessions.sessions(None)} == {mixed.id, ended.id}
    assert anywhere.holds("Zwiebelturm", "Vorgestern") == []
    assert len(anywhere.store.sessions.entries(mixed.id)) == 1
    assert old.id not in {one.id for one in anywhere.store.sessions.sessions("Cleo")}


@pytest.mark.parametrize("happened", ["consent", "rating", "reveal", "left"])
def test_a_session_is_in_use_while_anything_happens_in_it(store: Store, happened: str) -> None:
    meeting = Meeting(store, at=NOW - 20 * DAY)
    ana = meeting.joins("Ana")
    attempt = meeting.shares(ana)
    assert store.sessions.idle_since(NOW - 10 * DAY) == (meeting.session,)
    meeting._at = NOW
    match happened:
        case "consent":
            meeting.agrees(ana, "scores")
        case "rating":
            store.sessions.add_rating(meeting.rating(attempt))
        case "reveal":
            (entry,) = store.sessions.entries(meeting.id)
            store.sessions.update_entry(msgspec.structs.replace(entry, revealed_at=NOW))
        case "left":
            store.sessions.update_person(msgspec.structs.replace(ana, left_at=NOW))
    assert store.sessions.idle_since(NOW - 10 * DAY) == ()


def test_after_taking_back_no_byte_of_it_is_left(home: Home) -> None:
    meeting = Meeting(home.store)
    ana = meeting.joins("Ana")
    entries = [home.share(meeting, ana, f"Zwiebelturm{number}") for number in range(30)]
    for _, attempt in entries:
        home.store.replace_attempt(msgspec.structs.replace(attempt, heard=("Wolkenbruch",)))
    for entry, attempt in entries:
        less = msgspec.structs.replace(meeting.reply(ana), id=attempt.id, recording=attempt.recording)
        home.store.sessions.strip(entry.attempt_id, ("scores",), less)
    home.store.wipe()
    assert home.holds("Zwiebelturm", "Wolkenbruch") == []
    assert home.store.count(include_shared=True) == 30


def test_on_a_server_no_byte_is_left_in_its_tables(postgres_server: str, tmp_path: Path) -> None:
    """The server's own log is another matter; that is told in docs/exports.md."""
    with new_database(postgres_server) as url:
        home = Home(tmp_path / "home", url)
        with sql.create_engine(postgres_server, isolation_level="AUTOCOMMIT").connect() as server:
            data = Path(str(server.execute(sql.text("SHOW data_directory")).scalar_one()))
            name = sql.make_url(url).database
            number = server.execute(
                sql.text("SELECT oid FROM pg_database WHERE datname = :name"), {"name": name}
            ).scalar()
            if not (data / "base").is_dir():
                pytest.skip("the server's files are not on this machine")

            def held() -> bool:
                server.execute(sql.text("CHECKPOINT"))
                files = [each for each in (data / "base" / str(number)).iterdir() if each.is_file()]
                return any(b"Wilhelmina" in each.read_bytes() for each in files)

            full(home)
            assert held()
            forget(home.store, home.recordings, forgetting.select_person(home.store, home.recordings, "Wilhelmina"))
            assert not held()
        home.store.close()


def test_a_session_removed_alone_leaves_no_byte(home: Home) -> None:
    meeting, *_ = full(home)
    home.store.sessions.remove(meeting.id)
    assert home.holds("Zwiebelturm", "Wilhelmina", "Tuesday", "ABCD-EFGH", "Regenbogen") == []
