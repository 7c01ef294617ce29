"""Sessions over every store: what goes in comes out, in order, once, and to its own coach only."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sql

from tests.store.meeting import NOW, Meeting
from voice_trainer.errors import RequestInvalid, StoreCorrupt, UnknownAttempt, UnknownSession
from voice_trainer.session import Pin
from voice_trainer.store import Store, open_store
from voice_trainer.store.database import DatabaseStore


@pytest.fixture
def meeting(store: Store) -> Meeting:
    return Meeting(store)


def changed(record: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(record, **fields)


def test_everything_of_a_session_comes_back_as_it_was(store_url: str) -> None:
    first = open_store(store_url)
    meeting = Meeting(first)
    ana, bo = meeting.joins("Ana"), meeting.joins("Bo", token_sha256="0" * 64)
    consents = (meeting.consent(ana, "scores", expires_at=NOW), meeting.consent(ana, "recording", given=False))
    assert meeting.sessions.add_consents(consents)
    attempt = meeting.reply(ana, "Wolkenbruch")
    entry = meeting.entry(ana, attempt, round=2, role="observer", step=1)
    assert meeting.sessions.add_entry(entry, attempt)
    rating, tally = meeting.rating(attempt, voice=None, blind=False), meeting.tally(attempt, "Bo")
    assert meeting.sessions.add_rating(rating)
    assert meeting.sessions.add_tally(tally)
    meeting.sessions.keep_state(meeting.id, b'{"\x00": 1}')
    first.close()

    store = open_store(store_url)
    sessions = store.sessions
    assert sessions.session(meeting.id) == meeting.session
    assert sessions.people(meeting.id) == (ana, bo)
    assert sessions.consents(meeting.id) == consents
    assert sessions.entries(meeting.id) == (entry,)
    assert sessions.entry_of(attempt.id) == entry
    assert store.attempt(attempt.id) == attempt
    assert sessions.ratings(meeting.id) == (rating,)
    assert sessions.tallies(meeting.id) == (tally,)
    assert sessions.state(meeting.id) == b'{"\x00": 1}'
    store.close()


def test_what_is_changed_stays_changed(meeting: Meeting) -> None:
    ana = meeting.joins("Ana")
    entry = meeting.entry(ana, attempt := meeting.reply(ana))
    meeting.sessions.add_entry(entry, attempt)
    session = changed(meeting.session, step=1, notes="", ended_at=NOW, steps=())
    meeting.sessions.update(session)
    gone, shown = changed(ana, left_at=NOW, name="ANA"), changed(entry, revealed_at=NOW)
    meeting.sessions.update_person(gone)
    meeting.sessions.update_entry(shown)
    for state in (b"one", b"two"):
        meeting.sessions.keep_state(meeting.id, state)
    assert meeting.sessions.session(meeting.id) == session
    assert meeting.sessions.people(meeting.id) == (gone,)
    assert meeting.sessions.entries(meeting.id) == (shown,)
    assert meeting.sessions.state(meeting.id) == b"two"


def test_several_entries_change_together_or_not_at_all(meeting: Meeting) -> None:
    ana = meeting.joins("Ana")
    for _ in range(2):
        meeting.shares(ana)
    shown = tuple(changed(one, revealed_at=NOW) for one in meeting.sessions.entries(meeting.id))
    with pytest.raises(RequestInvalid, match="no reply"):
        meeting.sessions.update_entries((*shown, changed(shown[0], attempt_id="0" * 26)))
    assert {one.revealed_at for one in meeting.sessions.entries(meeting.id)} == {None}
    meeting.sessions.update_entries(shown)
    assert meeting.sessions.entries(meeting.id) == shown


def test_each_coach_has_their_own_newest_first(store: Store) -> None:
    first, second = Meeting(store, at=NOW), Meeting(store, at=NOW + timedelta(days=1))
    other = Meeting(store, coach="Dora", at=NOW + timedelta(days=2))
    sessions = store.sessions
    assert sessions.sessions("Cleo") == (second.session, first.session)
    assert sessions.sessions("Dora") == (other.session,)
    assert sessions.sessions("cleo") == ()
    assert sessions.sessions(None) == (other.session, second.session, first.session)
    assert sessions.session(first.id.lower(), coach="Cleo") == first.session
    assert sessions.session(other.id[:3], coach="Dora") == other.session
    with pytest.raises(UnknownSession, match=f"More than one .*{second.id}, {first.id}"):
        sessions.session(first.id[:3], coach="Cleo")
    for wanted, coach in ((other.id, "Cleo"), (other.id[:20], None), ("", None), ("0" * 27, "Cleo"), ("%", "Dora")):
        with pytest.raises(UnknownSession):
            sessions.session(wanted, coach=coach)


def test_the_ratings_of_a_coach_are_those_of_their_sessions(store: Store) -> None:
    expected = []
    for coach in ("Cleo", "Cleo", "Dora"):
        meeting = Meeting(store, coach=coach)
        attempt = meeting.shares(meeting.joins("Ana"))
        rating = meeting.rating(attempt)
        store.sessions.add_rating(rating)
        if coach == "Cleo":
            expected.append(rating)
    found = store.sessions.every_rating("Cleo")
    assert sorted(found, key=lambda one: one.id) == sorted(expected, key=lambda one: one.id)


@pytest.mark.parametrize("again", ["Zoë", "zoë", "ZOË", "Zoe\N{COMBINING DIAERESIS}"])
def test_a_name_is_somebodys_whatever_its_case_even_after_they_left(meeting: Meeting, again: str) -> None:
    zoe = meeting.joins("Zoë")
    meeting.sessions.update_person(changed(zoe, left_at=NOW))
    with pytest.raises(RequestInvalid, match="is taken in this session"):
        meeting.sessions.add_person(meeting.person(again))
    assert len(meeting.sessions.people(meeting.id)) == 1
    Meeting(meeting.store).joins(again)
    meeting.joins("Zoe")


def test_a_message_is_taken_in_once(meeting: Meeting) -> None:
    sessions, ana = meeting.sessions, meeting.joins("Ana")
    attempt, other = meeting.reply(ana), meeting.reply(ana)
    consents = (meeting.consent(ana, "scores"),)
    calls: list[Callable[[str], bool]] = [
        lambda said: sessions.add_person(meeting.person("Bo"), said),
        lambda said: sessions.add_consents(consents, said),
        lambda said: sessions.add_entry(meeting.entry(ana, attempt), attempt, said),
        lambda said: sessions.add_rating(meeting.rating(attempt), said),
        lambda said: sessions.add_tally(meeting.tally(attempt, "Ana"), said),
    ]
    for call in calls:
        said = meeting.new_id()
        assert not sessions.heard(said)
        assert call(said)
        assert sessions.heard(said)
        assert not call(said)
    assert [one.name for one in sessions.people(meeting.id)] == ["Ana", "Bo"]
    counts = (sessions.consents, sessions.entries, sessions.ratings, sessions.tallies)
    assert [len(kept(meeting.id)) for kept in counts] == [1, 1, 1, 1]
    refused = meeting.new_id()
    with pytest.raises(RequestInvalid):
        sessions.add_entry(meeting.entry(ana, other, person_id="0" * 26), other, refused)
    assert not sessions.heard(refused)  # it was not stored, so it may come again
    with pytest.raises(UnknownAttempt):
        meeting.store.attempt(other.id)


def test_a_reply_comes_in_once_and_stays_whose_it_is(meeting: Meeting) -> None:
    sessions, store = meeting.sessions, meeting.store
    ana, bo = meeting.joins("Ana"), meeting.joins("Bo")
    attempt = meeting.shares(ana, "Wolkenbruch")
    again = changed(attempt, heard=("something else",))
    assert not sessions.add_entry(meeting.entry(ana, again), again)
    with pytest.raises(RequestInvalid, match="somebody else's"):
        sessions.add_entry(meeting.entry(bo, attempt), changed(attempt, person="Bo"))
    elsewhere = Meeting(store)
    their_ana = elsewhere.joins("Ana")
    with pytest.raises(RequestInvalid, match="somebody else's"):
        sessions.add_entry(elsewhere.entry(their_ana, attempt), attempt)
    assert store.attempt(attempt.id) == attempt
    assert [one.person_id for one in sessions.entries(meeting.id)] == [ana.id]
    assert sessions.entries(elsewhere.id) == ()


def test_an_attempt_that_is_somebodys_own_never_comes_into_a_session_over_the_network(meeting: Meeting) -> None:
    ana = meeting.joins("Ana")
    own = meeting.reply(ana, "private")
    meeting.store.add_attempt(own)
    with pytest.raises(RequestInvalid, match="somebody's own"):
        meeting.sessions.add_entry(meeting.entry(ana, own), own)
    assert meeting.sessions.entry_of(own.id) is None
    assert meeting.store.count(person="Ana") == 1


def test_in_a_room_an_attempt_stays_that_persons(store: Store) -> None:
    room = Meeting(store, place="room")
    ana = room.joins("Ana")
    before, new = room.reply(ana), room.reply(ana)
    store.add_attempt(before)
    for attempt in (before, new):
        assert room.sessions.add_entry(room.entry(ana, changed(attempt, heard=("else",))), attempt)
    assert {row.id for row in store.attempts(person="Ana")} == {before.id, new.id}
    room.sessions.remove(room.id)
    assert store.count(person="Ana") == 2


def test_own_lists_leave_out_what_others_shared(meeting: Meeting) -> None:
    store = meeting.store
    shared = meeting.shares(meeting.joins("Ana"))
    own = meeting.reply(meeting.person("Cleo"))
    store.add_attempt(own)
    assert [row.id for row in store.attempts()] == [row.id for row in store.history()] == [own.id]
    assert store.count() == 1
    assert store.attempts(person="Ana") == ()
    assert [one.person for one in store.people()] == ["Cleo"]
    assert {row.id for row in store.attempts(include_shared=True)} == {own.id, shared.id}
    assert store.count(include_shared=True) == 2
    assert [row.id for row in store.attempts(session_id=meeting.id)] == [shared.id]
    assert [row.id for row in store.history(session_id=meeting.id)] == [shared.id]
    assert store.count(session_id=meeting.id) == 1
    assert store.attempt(shared.id[:20]) == shared


def test_what_belongs_to_a_session_goes_with_it(meeting: Meeting) -> None:
    store, sessions = meeting.store, meeting.sessions
    other = Meeting(store)
    stays = other.shares(bo := other.joins("Bo"))
    ana = meeting.joins("Ana")
    meeting.agrees(ana, "scores")
    attempt = meeting.shares(ana)
    store.add_pin(Pin(id=attempt.id, attempt_id=attempt.id, at_s=0.5, author="Cleo", note="here", made_at=NOW))
    sessions.add_rating(meeting.rating(attempt), said := meeting.new_id())
    sessions.add_tally(meeting.tally(attempt, "Bo"))
    sessions.keep_state(meeting.id, b"{}")
    sessions.remove(meeting.id)
    with pytest.raises(UnknownSession):
        sessions.session(meeting.id)
    with pytest.raises(UnknownAttempt):
        store.attempt(attempt.id)
    lists = (sessions.people, sessions.consents, sessions.entries, sessions.ratings, sessions.tallies)
    assert [kept(meeting.id) for kept in lists] == [()] * 5
    assert sessions.state(meeting.id) is None
    assert not sessions.heard(said)
    assert store.pins(attempt.id) == ()
    assert sessions.people(other.id) == (bo,)
    assert [row.id for row in store.attempts(include_shared=True)] == [stays.id]
    with pytest.raises(UnknownSession):
        sessions.remove(meeting.id)


def test_a_removed_reply_takes_its_ratings_and_tallies_along(meeting: Meeting) -> None:
    attempt = meeting.shares(meeting.joins("Ana"))
    meeting.sessions.add_rating(meeting.rating(attempt))
    meeting.sessions.add_tally(meeting.tally(attempt, "Bo"))
    meeting.store.remove_attempt(attempt.id)
    lists = (meeting.sessions.entries, meeting.sessions.ratings, meeting.sessions.tallies)
    assert [kept(meeting.id) for kept in lists] == [()] * 3
    assert len(meeting.sessions.people(meeting.id)) == 1


def wrong_calls(meeting: Meeting) -> dict[str, tuple[Callable[[], object], str]]:
    sessions = meeting.sessions
    ana = meeting.joins("Ana")
    attempt = meeting.shares(ana)
    loose = meeting.reply(ana)
    stranger = Meeting(meeting.store).joins("Bo")
    naive = datetime(2025, 3, 9, 12)
    rated = meeting.rating(attempt)
    sessions.add_rating(rated)
    many = (meeting.consent(ana, "scores"), meeting.consent(stranger, "scores"))
    return {
        "session twice": (lambda: sessions.add(meeting.session), "there already"),
        "session unknown": (lambda: sessions.update(changed(meeting.session, id="0" * 26)), "no session"),
        "title empty": (lambda: sessions.update(changed(meeting.session, title="")), "can't be stored"),
        "session naive": (lambda: sessions.update(changed(meeting.session, ended_at=naive)), "time zone"),
        "person twice": (lambda: sessions.add_person(changed(ana, name="Else")), "there already"),
        "person nowhere": (lambda: sessions.add_person(meeting.person("C", session_id="0" * 26)), "no session"),
        "person unknown": (lambda: sessions.update_person(changed(ana, id="0" * 26, name="X")), "no person"),
        "person elsewhere": (lambda: sessions.add_consents((meeting.consent(stranger, "scores"),)), "no person"),
        "second consent wrong": (lambda: sessions.add_consents(many), "no person"),
        "no consents": (lambda: sessions.add_consents(()), "0 sessions"),
        "entry of another": (lambda: sessions.add_entry(meeting.entry(ana, attempt), loose), "The entry is of"),
        "name of another": (
            lambda: sessions.add_entry(meeting.entry(ana, loose), changed(loose, person="Zoë")),
            'bears the name "Zoë"',
        ),
        "entry unknown": (lambda: sessions.update_entry(meeting.entry(ana, loose)), "no reply"),
        "rating of none": (lambda: sessions.add_rating(meeting.rating(loose)), "no reply"),
        "rating of 6": (lambda: sessions.add_rating(meeting.rating(attempt, wording=6)), "<= 5"),
        "rating twice": (lambda: sessions.add_rating(rated), "there already"),
        "tally of none": (lambda: sessions.add_tally(meeting.tally(loose, "Bo")), "no reply"),
        "tally of a move that is none": (
            lambda: sessions.add_tally(meeting.tally(attempt, "Bo", counts={"hugging": 1})),
            "hugging",
        ),
        "state of none": (lambda: sessions.keep_state("0" * 26, b""), "no session"),
        "strip of none": (lambda: sessions.strip(loose.id, (), loose), "in no session"),
        "strip of another": (lambda: sessions.strip(attempt.id, (), loose), "can't stand in place"),
    }


def test_what_can_not_be_kept_is_one_sentence_and_changes_nothing(meeting: Meeting) -> None:
    calls = wrong_calls(meeting)

    def everything() -> list[object]:
        sessions = meeting.sessions
        lists = (sessions.people, sessions.consents, sessions.entries, sessions.ratings, sessions.tallies)
        return [sessions.session(meeting.id), *(kept(meeting.id) for kept in lists), meeting.store.attempts()]

    before = everything()
    for name, (call, expected) in calls.items():
        with pytest.raises((RequestInvalid, UnknownSession), match=expected) as told:
            call()
        assert "\n" not in str(told.value), name
        assert everything() == before, name


def test_a_damaged_row_is_told_and_the_others_are_read(meeting: Meeting) -> None:
    store = meeting.store
    assert isinstance(store, DatabaseStore)
    other = Meeting(store)
    with store._engine.begin() as connection:
        update = sql.text("UPDATE sessions SET place = :place WHERE id = :id")
        connection.execute(update, {"id": meeting.id, "place": "some\nwhere " * 1_000})
    with pytest.raises(StoreCorrupt, match="damaged record of a session") as told:
        store.sessions.session(meeting.id)
    assert len(str(told.value)) < 500
    assert "\n" not in str(told.value)
    assert store.sessions.session(other.id) == other.session


@pytest.mark.parametrize("value", [3, 2**62, 0.5, "words"])
def test_a_state_that_is_no_bytes_is_told(meeting: Meeting, value: object) -> None:
    """SQLite keeps what it is given; a number must not become as many bytes."""
    store = meeting.store
    assert isinstance(store, DatabaseStore)
    if store._engine.dialect.name != "sqlite":
        pytest.skip("a server holds a column to its type")
    store.sessions.keep_state(meeting.id, b"where it stands")
    with store._engine.begin() as connection:
        connection.execute(sql.text("UPDATE session_states SET state = :value"), {"value": value})
    with pytest.raises(StoreCorrupt, match=f"the state of session {meeting.id} is no bytes") as told:
        store.sessions.state(meeting.id)
    assert "\n" not in str(told.value)


# what was agreed to, and for how long


def test_what_has_run_out_is_found_while_something_of_it_is_stored(meeting: Meeting) -> None:
    sessions = meeting.sessions
    ana, bo = meeting.joins("Ana"), meeting.joins("Bo")
    day = timedelta(days=1)
    meeting.agrees(ana, "scores", expires_at=NOW + day)
    renewed = meeting.agrees(ana, "transcript", expires_at=NOW + day)
    words = meeting.agrees(ana, "transcript", expires_at=NOW + 3 * day)
    meeting.agrees(ana, "recording", expires_at=NOW + day)
    for_ever = meeting.agrees(bo, "scores")
    attempt = meeting.shares(ana, shared=("transcript",))
    meeting.shares(bo, shared=("scores",))
    assert for_ever.expires_at is None
    assert sessions.expired(NOW + 2 * day) == ()  # scores and sound were agreed to, but never came; words were renewed
    assert sessions.expired(NOW + 3 * day) == (words,)
    meeting.agrees(ana, "transcript", given=False)
    assert sessions.expired(NOW + 3 * day) == (words,)
    sessions.strip(attempt.id, (), attempt)
    assert sessions.expired(NOW + 99 * day) == ()
    assert renewed in sessions.consents(meeting.id)


def test_what_is_cut_down_is_gone_with_its_first_form(meeting: Meeting) -> None:
    store, ana = meeting.store, meeting.joins("Ana")
    attempt = meeting.shares(ana, "Wolkenbruch")
    store.replace_attempt(changed(attempt, heard=("Regenbogen",)))
    less = meeting.reply(ana, "", level=None)
    less = changed(less, id=attempt.id, started_at=attempt.started_at)
    meeting.sessions.strip(attempt.id, ("scores",), less)
    assert store.attempt(attempt.id) == store.original(attempt.id) == less
    assert meeting.sessions.entries(meeting.id)[0].shared == ("scores",)
    (row,) = store.history(session_id=meeting.id)
    assert row.level is None


# several at once


def test_two_coaches_work_at_once_and_see_their_own(store_url: str) -> None:
    """Two programs with one store, as on a server that several coaches share."""
    code = """
import sys
sys.path.insert(0, sys.argv[3])
from tests.store.meeting import Meeting
from voice_trainer.store import open_store
store = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
meeting = Meeting(store, coach=sys.argv[2])
for number in range(8):
    person = meeting.joins(f"Ana {number}")
    meeting.agrees(person, "scores")
    attempt = meeting.shares(person, f"{sys.argv[2]} {number}")
    store.sessions.add_rating(meeting.rating(attempt, rater=sys.argv[2]))
    store.sessions.keep_state(meeting.id, bytes([number]) * 2000)
print(meeting.id)
"""
    open_store(store_url).close()
    root = str(Path(__file__).parents[2])
    coaches = {
        coach: subprocess.Popen(
            [sys.executable, "-c", code, store_url, coach, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for coach in ("Cleo", "Dora")
    }
    for program in coaches.values():
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    said = {}
    for program in coaches.values():
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for coach, program in coaches.items():
        out, error = program.communicate(timeout=60)
        assert program.returncode == 0, error
        said[coach] = out.strip()
    store = open_store(store_url)
    for coach, session_id in said.items():
        (session,) = store.sessions.sessions(coach)
        assert session.id == session_id
        assert [one.name for one in store.sessions.people(session_id)] == [f"Ana {number}" for number in range(8)]
        assert {one.rater for one in store.sessions.every_rating(coach)} == {coach}
        words = {store.attempt(row.id).scored.transcript.words[0].text for row in store.attempts(session_id=session_id)}
        assert words == {f"{coach} {number}" for number in range(8)}
        assert store.sessions.state(session_id) == bytes([7]) * 2000
    assert store.count() == 0
    store.close()


def test_of_several_who_take_one_name_at_once_one_gets_it(store_url: str) -> None:
    store = open_store(store_url)
    meeting = Meeting(store)
    people = [meeting.person(name) for name in ("Ana", "ana", "ANA", "aNa")]
    stores = [open_store(store_url) for _ in people]
    outcomes: list[str] = []
    barrier = threading.Barrier(len(people))

    def join(number: int) -> None:
        barrier.wait(30)
        try:
            stores[number].sessions.add_person(people[number])
            outcomes.append("in")
        except RequestInvalid:
            outcomes.append("taken")

    threads = [threading.Thread(target=join, args=(number,)) for number in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["in", "taken", "taken", "taken"]
    for each in (store, *stores):
        each.close()
