"""Strangers, and participants who say what no trainer says: refused with one line, and nobody else notices."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from voice_trainer.coach.client import Delayed, Lost, NotTaken, Told
from voice_trainer.coach.gate import LOCKED_AFTER, LOCKED_S
from voice_trainer.coach.limits import STRANGERS_BYTES, Limits
from voice_trainer.coach.protocol import (
    MOST_BYTES,
    PART_BYTES,
    PROTOCOL,
    Accepted,
    FromCoach,
    Join,
    Refused,
    SayPart,
    SayPin,
    SayReply,
    SayWithdraw,
    State,
    View,
    encode,
)
from voice_trainer.errors import NotAdmitted
from voice_trainer.session import Step

from ..meeting import id_of, spoken
from .serving import CODE, TOKEN, Served, Someone, Stranger, consents, reply_to, until


@pytest.fixture
def ann(served: Served) -> Iterator[Someone]:
    """Somebody honest, who must notice nothing."""
    one = served.someone("Ann").come_in()
    yield one
    served.live.send(0)
    until(lambda: one.view.version == served.live.version, what="for the honest one to be told")
    assert isinstance(one.say(consents("scores")), Told)
    assert one.lost == []


# codes


def test_wrong_codes_are_slowed_and_locked_out_and_those_inside_stay(tmp_path: Path) -> None:
    at = [0.0]
    served = Served(tmp_path, gate_clock=lambda: at[0])
    try:
        ann = served.someone("Ann").come_in()
        ann.close()
        said = []
        for _ in range(LOCKED_AFTER):
            said.append(_refusal(served, "AAAA-AAAA"))
            early = _refusal(served, CODE)  # not even the right one is looked at
            assert early.again
            assert "Wrong codes came" in early.why
            at[0] += 20
        assert {one.again for one in said} == {False}
        assert "15 minutes" in _refusal(served, CODE).why
        back = served.someone("Ann").come_in()  # a person who was in comes back, since nobody can guess their secret
        assert back.welcome.person_id == ann.welcome.person_id
        assert _refusal(served, CODE).again  # and lets nobody else in by it
        at[0] += LOCKED_S
        ben = served.stranger()
        ben.come_in("Ben")
        ben.close()
    finally:
        served.close()


def _refusal(served: Served, code: str, token: str = TOKEN) -> Refused:
    stranger = served.stranger()
    stranger.send(Join(protocol=PROTOCOL, code=code, name="Guess", token=token))
    refused = stranger.refused()
    assert stranger.read() is None
    stranger.close()
    return refused


def test_a_wrong_code_is_told_in_one_sentence(served: Served, ann: Someone) -> None:
    bob = served.someone("Bob", code="AAAA-AAAA").come()
    assert isinstance(bob.over.error, NotAdmitted)
    assert bob.over.why == "The code is not that of this session; see the invitation."


# what is too much


def test_a_stranger_may_say_little(served: Served, ann: Someone) -> None:
    stranger = served.stranger()
    stranger.send(b"\x00" * (STRANGERS_BYTES + 1))
    assert stranger.read() is None
    assert stranger.socket.close_code == 1009
    stranger.close()


def test_a_message_that_is_too_large_is_refused_unread(served: Served, ann: Someone) -> None:
    eve = served.stranger()
    eve.come_in("Eve")
    eve.send(b"\xc4" + b"\x00" * (MOST_BYTES + 1))
    while eve.read() is not None:
        pass
    assert eve.socket.close_code == 1009
    eve.close()


def test_a_message_of_the_largest_part_is_taken(served: Served, ann: Someone) -> None:
    sound = b"\x00" * (2 * PART_BYTES)
    served.live.send(0)
    ann.assigned()
    part = SayPart(id=id_of(), attempt_id=id_of(), index=0, count=2, sha256="0" * 64, data=sound[:PART_BYTES])
    assert isinstance(ann.say(part), Told)


def test_too_many_messages_are_refused_and_the_connection_ends(tmp_path: Path) -> None:
    served = Served(tmp_path, limits=Limits(messages_per_s=20, messages_burst=50))
    try:
        ann = served.someone("Ann").come_in()
        eve = served.stranger()
        eve.come_in("Eve")
        for _ in range(80):
            eve.send(State(doing="ready"))
        refused = eve.refused()
        assert "messages a second" in refused.why
        assert refused.again
        assert eve.read() is None
        eve.close()
        served.live.send(0)
        until(lambda: ann.view.version == served.live.version)
        assert ann.lost == []
    finally:
        served.close()


def test_who_says_much_is_read_more_slowly_and_nobody_else_is(tmp_path: Path) -> None:
    served = Served(tmp_path, limits=Limits(bytes_per_s=400_000, bytes_burst=100_000))
    try:
        ann, eve = served.someone("Ann").come_in(), served.someone("Eve").come_in()
        served.live.send(0)
        sound = bytes(6 * PART_BYTES)
        from ..meeting import parts_of

        last = eve.client.say(*parts_of(id_of(), sound))
        served.live.add_minutes(1)
        until(lambda: ann.view.version == served.live.version, within_s=1)
        assert eve.answer_to(last) is None
        until(lambda: eve.answer_to(last))
        assert eve.lost == []
    finally:
        served.close()


def test_too_many_at_once_are_turned_away(tmp_path: Path) -> None:
    served = Served(tmp_path, limits=Limits(waiting=5))
    try:
        ann = served.someone("Ann").come_in()
        silent = [served.stranger() for _ in range(5)]
        until(lambda: sum(served.server._waiting.values()) == 5)
        with pytest.raises(InvalidStatus):
            served.stranger()
        served.live.send(0)
        until(lambda: ann.view.version == served.live.version)
        for one in silent:
            one.close()
        until(lambda: not served.server._waiting)
        served.stranger().close()
    finally:
        served.close()


def test_those_who_say_nothing_are_let_go(tmp_path: Path) -> None:
    served = Served(tmp_path, limits=Limits(join_s=0.3))
    try:
        where = (served.address.host, served.address.port)
        silent = [socket.create_connection(where, timeout=10) for _ in range(50)]  # not even TLS
        stranger = served.stranger()  # TLS and WebSocket, and no word
        ann = served.someone("Ann").come_in()
        assert "Nothing was said" in stranger.refused().why
        for one in silent:
            with suppress(ConnectionError):
                assert one.recv(100) == b""
            one.close()
        assert ann.lost == []
        stranger.close()
    finally:
        served.close()
        assert served.faults == []


def test_a_page_in_a_browser_may_not_speak_for_anybody(served: Served, ann: Someone) -> None:
    with pytest.raises(InvalidStatus):
        Stranger(served.address, origin="https://example.org")


def test_half_a_handshake_costs_nobody_anything(served: Served, ann: Someone) -> None:
    where = (served.address.host, served.address.port)
    for garbage in (b"\x16\x03\x01\x02\x00\x01", b"\x00" * 500, b"\xff" * 20_000):
        with socket.create_connection(where, timeout=10) as one:
            one.sendall(garbage)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 9000, b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"):
        with socket.create_connection(where, timeout=10) as plain, context.wrap_socket(plain) as one:
            one.sendall(garbage)


# what is malformed, or out of order

MALFORMED = [
    "text",
    b"",
    b"\xc1",
    b"\x00",
    b"\xde\xff\xff",
    b"\x93" * 3000,
    msgspec.msgpack.encode({"type": "Nonsense"}),
    msgspec.msgpack.encode({"type": "Welcome", "token": "x"}),
    msgspec.msgpack.encode({"type": "State", "doing": "flying"}),
    msgspec.msgpack.encode({"type": "State", "doing": "ready", "more": 1}),
    msgspec.msgpack.encode({"type": "SayLeave", "id": "../../etc/passwd"}),
    msgspec.msgpack.encode({"type": "SayLeave", "id": "0" * 26 + "\n"}),
    msgspec.msgpack.encode({"type": "SayLeave", "id": ["x"] * 100}),
    msgspec.msgpack.encode(
        {
            "type": "SayPart",
            "id": "0" * 26,
            "attempt_id": "../../../../tmp/x",
            "index": 0,
            "count": 1,
            "sha256": "0" * 64,
            "data": b"x",
        }
    ),
]


@pytest.mark.parametrize("frame", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_malformed_ends_the_connection_with_one_line(served: Served, ann: Someone, frame: Any) -> None:
    stranger, eve = served.stranger(), served.stranger()
    stranger.send(frame)
    refused = stranger.refused()
    assert not refused.again
    assert stranger.read() is None
    eve.come_in("Eve")
    eve.send(frame)
    assert len(eve.refused().why) <= 500
    assert eve.read() is None
    stranger.close()
    eve.close()


def test_what_is_out_of_order_ends_the_connection_with_one_line(served: Served, ann: Someone) -> None:
    for first in (State(doing="ready"), consents("scores")):
        stranger = served.stranger()
        stranger.send(first)
        assert "who comes in" in stranger.refused().why
        stranger.close()
    twice = served.stranger()
    twice.come_in("Eve")
    twice.send(Join(protocol=PROTOCOL, code=CODE, name="Eve", token=TOKEN))
    assert "once" in twice.refused().why
    twice.close()
    newer = served.stranger()
    newer.send(Join(protocol=PROTOCOL + 1, code=CODE, name="Eve", token=TOKEN))
    assert "version" in newer.refused().why
    newer.close()


def test_a_recording_out_of_order_waits_and_a_reply_without_it_too(served: Served) -> None:
    eve = served.stranger()
    eve.come_in("Eve", token="e" * 43)
    eve.send(consents("scores", "transcript", "recording"))
    assert isinstance(eve.answer(Accepted, Refused), Accepted)
    served.live.send(0)
    view = eve.answer(View)
    while view.assignment is None:
        view = eve.answer(View)
    *parts, reply = reply_to(view.assignment)
    second = msgspec.structs.replace(parts[0], index=1, count=3, data=b"\x00" * PART_BYTES, id=id_of())
    for message in (second, reply):
        eve.send(message)
        refused = eve.answer(Accepted, Refused)
        assert isinstance(refused, Refused)
        assert refused.again
        assert refused.id == message.id
    assert served.live.snapshot.replies == ()
    eve.close()


# what is replayed, or another's


def test_what_is_said_twice_counts_once(served: Served, ann: Someone) -> None:
    served.live.send(0)
    assignment = ann.assigned()
    said = reply_to(assignment)
    assert isinstance(ann.say(*said), Told)
    again = Stranger(served.address)
    again.come_in("Eve", token="e" * 43)
    for message in said:  # somebody else, word for word
        again.send(message)
        again.answer(Accepted, Refused)
    again.close()
    replay = served.live.hear(ann.welcome.person_id, said[-1])
    assert isinstance(replay, Accepted)
    assert [one.person for one in served.live.snapshot.replies] == ["Ann"]


def test_nobody_reaches_anothers_recording(served: Served, ann: Someone) -> None:
    served.live.send(0)
    said = reply_to(ann.assigned())
    assert isinstance(ann.say(*said), Told)
    (reply,) = served.live.snapshot.replies
    assert reply.recording is not None
    path = served.recordings.path(reply.recording)
    before = path.read_bytes()

    eve = served.someone("Eve").come_in()
    until(lambda: eve.view.assignment is not None)
    assert eve.view.replies == ()
    assert eve.view.pins == ()
    theirs = reply.attempt_id
    pin = SayPin(id=id_of(), attempt_id=theirs, at_s=0.5, note="Mine now")
    assert isinstance(eve.say(pin), NotTaken)
    eve.say(SayWithdraw(id=id_of(), sharing=("recording",), attempt_ids=(theirs,)))
    part = SayPart(id=id_of(), attempt_id=theirs, index=0, count=1, sha256="0" * 64, data=b"over it")
    eve.client.say(part)
    mine = msgspec.structs.replace(spoken(), id=theirs)
    last = eve.client.say(*reply_to(eve.view.assignment, "scores", attempt=mine))
    until(lambda: eve.answer_to(last) or eve.all(Delayed))
    assert path.read_bytes() == before
    assert [one.person for one in served.live.snapshot.replies if one.attempt_id == theirs] == ["Ann"]
    assert served.live.snapshot.reply(theirs).recording == reply.recording  # type: ignore[union-attr]


def test_the_coach_sends_no_recordings_at_all() -> None:
    def kinds(kind: Any, seen: set[Any]) -> set[Any]:
        if kind in seen:
            return seen
        seen.add(kind)
        for inner in get_args(kind):
            kinds(inner, seen)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            for field in msgspec.structs.fields(kind):
                kinds(field.type, seen)
        return seen

    found = kinds(FromCoach, set())
    assert View in found
    assert not found & {bytes, bytearray, memoryview}


def test_what_is_for_another_session_is_refused(tmp_path: Path) -> None:
    one, other = Served(tmp_path / "one"), Served(tmp_path / "other")
    try:
        ann, ben = one.someone("Ann").come_in(), other.someone("Ben").come_in()
        one.live.send(0)
        other.live.send(0)
        answer = ben.say(*reply_to(ann.assigned(), "scores"))
        assert isinstance(answer, NotTaken)
        assert "\n" not in answer.why
        cleo = other.stranger()
        cleo.send(Join(protocol=PROTOCOL, code=CODE, name="Ben", token=ann.client.outbox.token))
        assert "Ben" in cleo.refused().why
        cleo.close()
        assert other.live.snapshot.replies == ()
        assert ben.lost == []
    finally:
        one.close()
        other.close()


# names and ids stay where they belong

NAMES = [
    "../../escaped",
    "/etc/passwd",
    "a\x00b",
    "..",
    "C:\\x",
    "‮live",
    "a\nb",
    " ",
    "x" * 60,
    "'; DROP TABLE people; --",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_make_no_files(served: Served, ann: Someone, tmp_path: Path, name: str) -> None:
    before = _files(tmp_path.parent)
    eve = served.stranger()
    eve.send(Join(protocol=PROTOCOL, code=CODE, name=name, token="e" * 43))
    answer = eve.read()
    if isinstance(answer, Refused):
        assert "\n" not in answer.why
    assert _files(tmp_path.parent) == before
    eve.close()


def test_ids_do_not_leave_their_folder(served: Served, tmp_path: Path) -> None:
    ann = served.someone("Ann").come_in()
    served.live.send(0)
    assignment = ann.assigned()
    for number, wrong in enumerate(("../../escaped", "/tmp/escaped", "x/../y", "a" * 300, "", "0" * 26 + "\n")):
        attempt = msgspec.structs.replace(spoken(), id=wrong)
        reply = SayReply(id=id_of(), assignment_id=assignment.id, attempt=attempt, shared=("scores",))
        assert isinstance(ann.say(reply), NotTaken), number
    for wrong in ("../../escaped.flac", "/etc/passwd", "..", "x.flac/../../y.flac"):
        *parts, whole = reply_to(assignment)
        assert isinstance(whole, SayReply)
        named = msgspec.structs.replace(whole.attempt, recording=wrong)
        ann.say(*parts, msgspec.structs.replace(whole, attempt=named))
    outside = {path for path in _files(tmp_path) if not path.is_relative_to(served.home)}
    assert not [path for path in outside if "escaped" in path.name]
    folder = served.recordings.folder.resolve()
    for one in served.live.snapshot.replies:
        assert one.recording is not None
        assert (folder / one.recording).resolve().parent == folder


def _files(folder: Path) -> set[Path]:
    wal = ("-wal", "-shm", ".lock")
    return {path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(wal)}


def test_messages_fit_what_may_be_sent(served: Served) -> None:
    assert len(encode(State(doing="ready"))) < STRANGERS_BYTES
    longest = Join(protocol=PROTOCOL, code="x" * 32, name="\U0001f600" * 60, token="t" * 64)
    assert len(encode(longest)) < STRANGERS_BYTES
    assert Step(exercise_id="x").minutes > 0
    assert Lost("").why == ""
