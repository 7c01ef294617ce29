"""Coming in, staying in, saying and being told."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest

from voice_trainer.coach.address import Address, parsed
from voice_trainer.coach.certificate import certificate_of, checked_fingerprint, own_certificate
from voice_trainer.coach.client import Connected, NotTaken, Told
from voice_trainer.coach.protocol import PROTOCOL, Join, SayLeave
from voice_trainer.coach.server import CoachServer
from voice_trainer.errors import NotAdmitted, NotTrusted, RequestInvalid, Unreachable

from ..meeting import id_of
from .serving import CODE, TOKEN, Served, Someone, Stranger, consents, reply_to, until


def test_somebody_comes_in_answers_and_it_is_stored(served: Served) -> None:
    ann = served.someone("Ann").come_in()
    served.live.send(0)
    assignment = ann.assigned()
    said = reply_to(assignment)
    assert isinstance(ann.say(*said), Told)
    until(lambda: ann.view.assignment is not None and ann.view.assignment.done)
    (reply,) = served.live.snapshot.replies
    assert (reply.person, reply.shared) == ("Ann", ("scores", "transcript", "recording"))
    assert reply.recording is not None
    samples, _ = served.recordings.load(reply.recording)
    assert len(samples) == 32_000
    assert ann.client.waiting == 0


def test_everybody_sees_who_is_here(served: Served) -> None:
    ann, ben = served.someone("Ann").come_in(), served.someone("Ben").come_in()
    until(lambda: [line.name for line in ann.view.people if line.here] == ["Ann", "Ben"])
    ben.client.state("answering")
    until(lambda: [line.doing for line in ann.view.people] == ["ready", "answering"])
    ben.close()
    until(lambda: [line.name for line in ann.view.people if line.here] == ["Ann"])


def test_versions_only_grow(served: Served) -> None:
    ann = served.someone("Ann").come_in()
    served.live.send(0)
    for minutes in range(1, 20):
        served.live.add_minutes(minutes)
    until(lambda: ann.view.version == served.live.version)
    versions = [view.version for view in ann.views]
    assert versions == sorted(versions)


def test_whoever_comes_back_is_the_same_person(served: Served) -> None:
    first = served.someone("Ann").come_in()
    first.close()
    again = served.someone("Ann").come_in()
    assert again.welcome.person_id == first.welcome.person_id
    assert len(served.live.snapshot.people) == 1


def test_a_second_window_of_the_same_person_is_told(served: Served) -> None:
    served.someone("Ann").come_in()
    with pytest.raises(NotAdmitted, match="Another window"):
        served.someone("Ann")


def test_a_second_connection_of_a_person_takes_the_place_of_the_first(served: Served, tmp_path: Path) -> None:
    ann = served.someone("Ann").come_in()
    other = served.stranger()
    other.come_in("Ann", token=ann.client.outbox.token)
    assert "another window" in ann.over.why
    assert [one.here for one in served.live.snapshot.people] == [True]
    other.close()


@pytest.mark.parametrize("name", ["Ann", "ANN", " ann ", "Ａnn"])
def test_two_with_the_same_name(served: Served, tmp_path: Path, name: str) -> None:
    ann = served.someone("Ann").come_in()
    second = served.someone(name, folder=tmp_path / "elsewhere").come()
    if name == "Ａnn":  # full-width: looks alike, so it must not pass for her, either way
        until(lambda: second.events)
        assert second.all(Connected) == [] or len(served.live.snapshot.people) == 2
        return
    assert isinstance(second.over.error, NotAdmitted)
    assert "\n" not in second.over.why
    assert [one.name for one in served.live.snapshot.people] == ["Ann"]
    assert isinstance(ann.say(consents("scores")), Told)


def test_a_welcome_that_is_lost_shuts_nobody_out(served: Served) -> None:
    ann = served.someone("Ann")
    stranger = served.stranger()
    stranger.send(Join(protocol=PROTOCOL, code=CODE, name="Ann", token=ann.client.outbox.token))
    stranger.abort()  # before anything of the answer is read
    until(lambda: served.live.snapshot.people)
    ann.come_in()
    assert len(served.live.snapshot.people) == 1


def test_leaving_is_acknowledged_and_final(served: Served) -> None:
    ann = served.someone("Ann").come_in()
    ann.client.say(SayLeave(id=id_of()))
    assert ann.over.error is None
    until(lambda: served.live.snapshot.people[0].left)


def test_who_is_removed_is_told_and_does_not_come_back_by_itself(served: Served) -> None:
    ann = served.someone("Ann").come_in()
    served.live.remove_person(ann.welcome.person_id)
    assert "no longer in this session" in ann.over.why
    assert len(ann.all(Connected)) == 1


def test_a_session_that_ends_ends_for_everybody(served: Served) -> None:
    ann = served.someone("Ann").come_in()
    served.live.debrief()
    served.live.end()
    until(lambda: ann.view.phase == "ended")
    served.server.stop()
    assert ann.over.why == "The session is over."
    assert ann.over.error is None


def test_a_coach_who_stops_and_starts_finds_everybody_again(served: Served) -> None:
    people = [served.someone(name).come_in() for name in ("Ann", "Ben", "Cleo")]
    served.live.send(0)
    before = {one.welcome.person_id for one in people}
    assignments = {one.assigned().id for one in people}
    version = max(one.view.version for one in people)
    served.restart()
    until(lambda: all(len(one.all(Connected)) == 2 for one in people))
    until(lambda: all(one.view.version > version and one.view.assignment is not None for one in people))
    assert {one.welcome.person_id for one in people} == before
    assert {one.assigned().id for one in people} == assignments


def test_what_is_said_while_the_coach_is_away_arrives_once(served: Served) -> None:
    ann = served.someone("Ann").come_in()
    served.live.send(0)
    said = reply_to(ann.assigned())

    def away() -> None:
        ann.client.say(*said)
        ann.client.say(*reply_to(ann.view.assignment, "scores"))

    served.restart(away)
    until(lambda: ann.client.waiting == 0)
    assert len(served.live.snapshot.replies) == len({one.attempt_id for one in served.live.snapshot.replies})
    assert said[-1].attempt.id in {one.attempt_id for one in served.live.snapshot.replies}  # type: ignore[union-attr]


def test_what_was_not_taken_is_told_and_not_said_again(served: Served) -> None:
    ann = served.someone("Ann").come_in(share=())
    served.live.send(0)
    answer = ann.say(*reply_to(ann.assigned(), "scores"))
    assert isinstance(answer, NotTaken)
    assert "\n" not in answer.why
    assert ann.client.waiting == 0


def test_somebody_slow_holds_up_nobody(served: Served) -> None:
    ann = served.someone("Ann").come_in()
    slow = Stranger(served.address, max_queue=1)
    slow.socket.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.come_in("Slow")
    served.live.send(0)
    for _ in range(60):  # never read by the slow one
        served.live.add_minutes(1)
        served.live.add_minutes(-1)
    until(lambda: ann.view.version == served.live.version, within_s=5)
    newest = None
    while newest is None or newest.version < served.live.version:
        newest = slow.read()
    slow.close()


# TLS, and who is trusted


def test_nothing_is_spoken_without_tls(served: Served) -> None:
    with socket.create_connection((served.address.host, served.address.port), timeout=5) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: coach\r\n\r\n")
        try:
            answer = plain.recv(1000)
        except ConnectionError:
            answer = b""
        assert not answer.startswith(b"HTTP")


def test_old_tls_is_not_spoken(served: Served) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection((served.address.host, served.address.port), timeout=5) as plain,
        pytest.raises((ssl.SSLError, OSError)),
    ):
        context.wrap_socket(plain)


class Impostor:
    """Shows a certificate of its own, and keeps every byte that it is sent inside TLS."""

    def __init__(self, folder: Path) -> None:
        self.got = b""
        self.came = 0
        self._context = own_certificate(folder).context()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = Address("127.0.0.1", self._listening.getsockname()[1])
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                plain, _ = self._listening.accept()
            except OSError:
                return
            self.came += 1
            try:
                with self._context.wrap_socket(plain, server_side=True) as connection:
                    connection.settimeout(2)
                    while data := connection.recv(1000):
                        self.got += data
            except OSError:
                pass

    def close(self) -> None:
        self._listening.close()


def test_a_wrong_fingerprint_is_refused_before_anything_is_sent(served: Served, tmp_path: Path) -> None:
    impostor = Impostor(tmp_path / "impostor")
    ann = served.someone("Ann", address=impostor.address).come()
    assert isinstance(ann.over.error, NotTrusted)
    assert "another certificate than the invitation" in ann.over.why
    assert "\n" not in ann.over.why
    ann.close()
    impostor.close()
    assert impostor.came == 1  # and not tried again
    assert impostor.got == b""


def test_without_a_fingerprint_an_unknown_authority_is_refused(served: Served) -> None:
    ann = served.someone("Ann", fingerprint=None).come()
    assert isinstance(ann.over.error, NotTrusted)
    assert "fingerprint" in ann.over.why


def test_nobody_answering_is_told_and_given_up_in_the_end(served: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = Address("127.0.0.1", free.getsockname()[1])
    from voice_trainer.coach.client import Patience

    impatient = Patience(first_s=0.5, first_wait_s=0.05, longest_wait_s=0.1)
    ann = served.someone("Ann", address=address, patience=impatient).come()
    assert isinstance(ann.over.error, Unreachable)
    assert ann.lost


def test_ones_own_certificate_and_what_is_wrong_with_others(tmp_path: Path) -> None:
    own = own_certificate(tmp_path / "own")
    assert own_certificate(tmp_path / "own") == own
    assert own.key_path.stat().st_mode & 0o777 == 0o600
    assert certificate_of(own.cert_path, own.key_path).fingerprint == own.fingerprint
    other = own_certificate(tmp_path / "other")
    assert other.fingerprint != own.fingerprint
    with pytest.raises(RequestInvalid, match="not that of the certificate"):
        certificate_of(own.cert_path, other.key_path)
    with pytest.raises(RequestInvalid, match="can't be read"):
        certificate_of(tmp_path / "none.pem", own.key_path)
    (tmp_path / "text.pem").write_text("no certificate")
    with pytest.raises(RequestInvalid, match="no certificate"):
        certificate_of(tmp_path / "text.pem", own.key_path)
    with pytest.raises(RequestInvalid, match="no private key"):
        certificate_of(own.cert_path, tmp_path / "text.pem")


def test_fingerprints_as_people_paste_them(tmp_path: Path) -> None:
    own = own_certificate(tmp_path).fingerprint
    assert checked_fingerprint(own.upper().replace("-", "")) == own
    assert checked_fingerprint(f" {own.replace('-', ':')} ") == own
    for wrong in ("", own[:-1], own + "0", "g" * 32):
        with pytest.raises(RequestInvalid):
            checked_fingerprint(wrong)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.168.1.20:7463", "192.168.1.20", 7463),
        ("coach.example.org", "coach.example.org", 7463),
        ("[::1]:99", "::1", 99),
        ("::1", "::1", 7463),
        ("wss://host:1/", "host", 1),
    ],
)
def test_addresses(text: str, host: str, port: int) -> None:
    assert parsed(text) == Address(host, port)
    assert parsed(str(parsed(text))) == Address(host, port)


@pytest.mark.parametrize(
    "text", ["", ":1", "host:", "host:0", "host:70000", "a b", "host/path", "[::1", "http://x/y:1"]
)
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(RequestInvalid):
        parsed(text)


def test_a_port_that_is_taken_is_told(served: Served) -> None:
    other = CoachServer(served.live, host="127.0.0.1", port=served.address.port, certificate=served.certificate)
    with pytest.raises(Unreachable, match="--port"):
        other.start()


def test_the_invitation_is_all_that_is_needed(served: Served) -> None:
    invitation = served.server.invitation
    words = str(invitation).split()
    assert words[:2] == ["voice-trainer", "join"]
    ann = Someone(served, "Ann", address=parsed(words[2]), code=words[3], fingerprint=words[4])
    served.people.append(ann)
    ann.come_in()
    assert TOKEN not in str(invitation)
