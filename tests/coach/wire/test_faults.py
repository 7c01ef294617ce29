"""What goes wrong with machines and networks: nothing is lost by it, and nothing is there twice."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from voice_trainer.coach.address import Address, parsed
from voice_trainer.coach.client import Connected, Delayed, Told
from voice_trainer.coach.limits import Limits
from voice_trainer.coach.outbox import Outbox, session_folder
from voice_trainer.coach.protocol import SayPin
from voice_trainer.errors import DiskFull
from voice_trainer.session import Step
from voice_trainer.store import Store, new_attempt_id, open_store

from ..meeting import flac, id_of
from .serving import CODE, Network, Served, Someone, consents, reply_to, until

GONE_S = 60.0 if os.environ.get("VOICE_TRAINER_SOAK") else 4.0
HEADLESS = ("coach", "--headless", "--commands", "--host", "127.0.0.1")
REPO = Path(__file__).resolve().parents[3]
STEPS = (Step(exercise_id="cold-dinner", turn="start", minutes=5), Step(exercise_id="the-clock", minutes=5))


def test_a_network_that_is_gone_and_comes_back(tmp_path: Path) -> None:
    limits = Limits() if GONE_S > 30 else Limits(ping_s=0.7)
    served = Served(tmp_path, steps=STEPS, limits=limits)
    network = Network(served.address)
    try:
        ann = served.someone("Ann", address=network.address).come_in()
        ben = served.someone("Ben").come_in()
        served.live.send(0)
        first = ann.assigned()
        network.gone()
        began = time.monotonic()
        last = ann.client.say(*reply_to(first))  # answered while nobody can be reached
        assert isinstance(ben.say(*reply_to(ben.assigned())), Told)
        until(lambda: not _here(served, "Ann"), within_s=GONE_S, what="for the coach to see it")
        served.live.send(1)  # the group goes on
        until(lambda: ann.lost, within_s=GONE_S)
        time.sleep(max(0.0, GONE_S - (time.monotonic() - began)))
        assert ann.answer_to(last) is None
        network.back()
        until(lambda: isinstance(ann.answer_to(last), Told), what=f"for the reply: {ann.events[-3:]}")
        second = ann.assigned(after=first.id)
        assert isinstance(ann.say(*reply_to(second)), Told)
        until(lambda: ann.view.version == served.live.version)
        assert Counter((one.person, one.step) for one in served.live.snapshot.replies) == {
            ("Ann", 0): 1,
            ("Ann", 1): 1,
            ("Ben", 0): 1,
        }
        assert ann.client.waiting == 0
        assert ben.lost == []
        assert len({one.welcome.person_id for one in ann.all(Connected)}) == 1
    finally:
        served.close()
        network.close()
        assert served.faults == []


def _here(served: Served, name: str) -> bool:
    return any(one.here for one in served.live.snapshot.people if one.name == name)


# the coach's program


class Coach:
    """``coach --headless --commands``, in a process that can be killed."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.lines: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "voice_trainer", "--person", "Ruth", *HEADLESS, *arguments],
            env={**os.environ, "VOICE_TRAINER_HOME": str(home), "VOICE_TRAINER_DEBUG": "1"},
            cwd=REPO,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        until(lambda: self.lines or self.process.poll() is not None, within_s=60)
        assert self.lines, self.process.stderr.read() if self.process.stderr else ""

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(msgspec.json.decode(line))

    @property
    def invitation(self) -> dict[str, Any]:
        return self.lines[0]

    @property
    def address(self) -> Address:
        return parsed(self.invitation["address"])

    def do(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def told(self, event: str) -> list[dict[str, Any]]:
        return [one for one in self.lines if one["event"] == event]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self, people: Sequence[Someone]) -> str:
        """Its last words on standard error, once everybody has gone."""
        for one in people:
            one.close()
        self.do("end")
        _, error = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, error
        return error


@pytest.fixture
def people(tmp_path: Path) -> Iterator[list[Someone]]:
    found: list[Someone] = []
    yield found
    for one in found:
        one.close()


def come(coach: Coach, folder: Path, people: list[Someone], *names: str) -> list[Someone]:
    for name in names:
        code, fingerprint = coach.invitation["code"], coach.invitation["fingerprint"]
        one = Someone.__new__(Someone)
        one.views, one.events = [], []
        from voice_trainer.coach.client import CoachClient

        from .serving import QUICK

        one.client = CoachClient(
            coach.address,
            code,
            name,
            fingerprint=fingerprint,
            folder=session_folder(folder / "joined", code, name),
            on_view=one.views.append,
            on_event=one.events.append,
            patience=QUICK,
        )
        people.append(one.come_in())
    return people


def stored(home: Path, session_id: str) -> tuple[Store, dict[str, str]]:
    """The store, once the coach's program has ended, and everybody's names."""
    store = open_store(f"sqlite:///{home / 'practice.sqlite3'}")
    return store, {one.id: one.name for one in store.sessions.people(session_id)}


def test_the_coachs_program_is_killed_and_started_again(tmp_path: Path, people: list[Someone]) -> None:
    home = tmp_path / "home"
    plan = ("--exercise", "cold-dinner", "--exercise", "the-clock")
    coach = Coach(home, *plan, "--port", "0")
    first = coach.invitation
    come(coach, tmp_path, people, "Ann", "Ben", "Cleo")
    coach.do("send 1")
    assignments = [one.assigned() for one in people]
    assert isinstance(people[0].say(*reply_to(assignments[0])), Told)
    coach.kill()
    for one, assignment in zip(people[1:], assignments[1:], strict=True):  # while nobody is there
        one.client.say(*reply_to(assignment))
    until(lambda: all(one.lost for one in people))
    again = Coach(home, "--resume", first["session"], "--port", str(coach.address.port))
    assert (again.invitation["code"], again.invitation["fingerprint"]) == (first["code"], first["fingerprint"])
    until(lambda: all(one.client.waiting == 0 and len(one.all(Connected)) == 2 for one in people))
    assert all(len({each.welcome.person_id for each in one.all(Connected)}) == 1 for one in people)
    until(lambda: all(one.view.assignment is not None and one.view.assignment.done for one in people))
    versions = [[view.version for view in one.views] for one in people]
    assert versions == [sorted(one) for one in versions]
    again.do("send 2")
    for one, before in zip(people, assignments, strict=True):
        assert isinstance(one.say(*reply_to(one.assigned(after=before.id))), Told)
    assert again.end(people) == ""
    store, names = stored(home, first["session"])
    replies = Counter((names[one.person_id], one.step) for one in store.sessions.entries(first["session"]))
    assert replies == Counter({(name, step): 1 for name in ("Ann", "Ben", "Cleo") for step in (0, 1)})
    store.close()


def test_killed_again_and_again_while_everybody_talks(tmp_path: Path, people: list[Someone]) -> None:
    home, kills, pins = tmp_path / "home", 3, 15
    coach = Coach(home, "--exercise", "cold-dinner", "--port", "0")
    session_id, port = coach.invitation["session"], str(coach.address.port)
    come(coach, tmp_path, people, "Ann", "Ben")
    coach.do("send 1")
    said: dict[str, list[str]] = {}
    for number, one in enumerate(people):
        *parts, reply = reply_to(one.assigned(), sound=flac(20.0))
        one.client.say(*parts, reply)
        notes = [f"{number}-{at}" for at in range(pins)]
        for note in notes:
            one.client.say(SayPin(id=id_of(), attempt_id=reply.attempt.id, at_s=0.5, note=note))  # type: ignore[union-attr]
        said[reply.attempt.id] = notes  # type: ignore[union-attr]
    for kill in range(kills):
        wanted = (kill + 1) * 8
        until(lambda wanted=wanted: sum(len(one.all(Told)) for one in people) >= wanted, within_s=60)  # type: ignore[misc]
        coach.kill()
        coach = Coach(home, "--resume", session_id, "--port", port)
    until(lambda: all(one.client.waiting == 0 for one in people), within_s=60)
    assert coach.end(people) == ""
    store, names = stored(home, session_id)
    assert sorted(names.values()) == ["Ann", "Ben"]
    assert {one.attempt_id for one in store.sessions.entries(session_id)} == set(said)
    for attempt_id, notes in said.items():
        assert sorted(pin.note for pin in store.pins(attempt_id)) == sorted(notes)
    store.close()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process's files")
def test_the_disk_is_full_at_the_coach(tmp_path: Path, people: list[Someone]) -> None:
    home = tmp_path / "home"
    coach = Coach(home, "--exercise", "cold-dinner", "--port", "0")
    (ann, ben) = come(coach, tmp_path, people, "Ann", "Ben")
    coach.do("send 1")
    assignment = ann.assigned()
    pid, (_, hard) = coach.process.pid, resource.prlimit(coach.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (8192, hard))  # no file may grow beyond 8 kB: as if the disk were full
    said = ann.client.say(*reply_to(assignment))
    until(lambda: ann.all(Delayed), what=f"to be told: {ann.events}")
    assert "\n" not in ann.all(Delayed)[0].why
    coach.do("minutes 3")
    until(lambda: coach.told("error"), what="for the coach to be told")
    assert "\n" not in coach.told("error")[0]["why"]
    assert ann.answer_to(said) is None
    assert ben.lost == []
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    until(lambda: isinstance(ann.answer_to(said), Told), what=f"for room again: {ann.events[-3:]}")
    assert isinstance(ben.say(*reply_to(ben.assigned())), Told)
    assert coach.end(people) == ""
    store, names = stored(home, coach.invitation["session"])
    entries = store.sessions.entries(coach.invitation["session"])
    assert sorted(names[one.person_id] for one in entries) == ["Ann", "Ben"]
    for entry in entries:
        recording = store.attempt(entry.attempt_id).recording
        assert recording is not None
        assert (home / "recordings" / recording).stat().st_size > 10_000
    store.close()


# a participant's program


def talk(served: Served, folder: Path) -> subprocess.Popen[str]:
    arguments = [str(served.address), CODE, served.certificate.fingerprint, str(folder)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.coach.wire.talker", *arguments],
        cwd=REPO,
        env={**os.environ, "PYTHONPATH": str(REPO)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("parts", [*(pytest.param(parts, marks=pytest.mark.long) for parts in (0, 12)), 3])
def test_a_participant_is_killed_in_mid_reply(served: Served, tmp_path: Path, parts: int) -> None:
    served.limits = Limits(bytes_per_s=800_000, bytes_burst=64 * 1024)  # so that there is a middle
    served.restart()
    folder = tmp_path / "ann"
    first = talk(served, folder)
    assert first.stdout is not None
    until(lambda: any(one.asked for one in served.live.snapshot.people), within_s=60)
    served.live.send(0)
    for line in first.stdout:
        if line.startswith("answered"):
            break
    assert served.live.snapshot.replies == ()
    for _ in range(parts):
        first.stdout.readline()
    first.kill()
    first.wait()
    assert served.live.snapshot.replies == (), "it was killed too late to be in the middle"
    until(lambda: not served.live.snapshot.people[0].here)
    again = talk(served, folder)
    until(lambda: served.live.snapshot.replies, within_s=60)
    until(lambda: served.live.snapshot.people[0].assignment.done)  # type: ignore[union-attr]
    again.kill()
    again.wait()
    (reply,) = served.live.snapshot.replies
    assert reply.recording is not None
    assert served.recordings.path(reply.recording).read_bytes() == flac(60)
    assert len(served.live.snapshot.people) == 1


def test_what_was_put_into_the_outbox_half_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = Outbox(tmp_path / "box")
    outbox.put([consents("scores")])
    written = []

    def full(path: Path, content: bytes) -> None:
        if len(written) == 2:
            raise DiskFull(f"No space is left for {path}; free some space and try again.")
        written.append(path)
        path.write_bytes(content)

    monkeypatch.setattr("voice_trainer.coach.outbox.write_whole", full)
    with pytest.raises(DiskFull):
        outbox.put([consents("scores") for _ in range(4)])
    assert len(outbox) == 1
    outbox.close()
    again = Outbox(tmp_path / "box")
    assert len(again) == 1
    assert [path for path in (tmp_path / "box" / "outbox").iterdir() if path.name.startswith(".")] == []
    again.close()


def test_the_outbox_keeps_order_over_restarts(tmp_path: Path) -> None:
    said = [consents("scores") for _ in range(30)]
    outbox = Outbox(tmp_path / "box")
    for one in said[:10]:
        outbox.put([one])
    outbox.put(said[10:20])
    outbox.close()
    outbox = Outbox(tmp_path / "box")
    for one in said[20:]:
        outbox.put([one])
    came = []
    while (message := outbox.first()) is not None:
        came.append(message.id)
        outbox.done()
    assert came == [one.id for one in said]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "box").rglob("*"))
    outbox.close()


# clocks


@pytest.mark.parametrize("hours", [-1, 1])
def test_clocks_an_hour_apart(tmp_path: Path, hours: int) -> None:
    served = Served(tmp_path, steps=STEPS, now=lambda: datetime.now(UTC) + timedelta(hours=hours))
    try:
        ann, ben = served.someone("Ann").come_in(), served.someone("Ben").come_in()
        order: Sequence[tuple[Someone, int]] = [(ann, 0), (ben, 0), (ben, 1), (ann, 1)]
        seen: dict[str, str] = {}
        for one, step in order:
            if served.live.snapshot.step != step:
                served.live.send(step)
            assignment = one.assigned(after=seen.get(one.welcome.person_id, ""))
            seen[one.welcome.person_id] = assignment.id
            assert isinstance(one.say(*reply_to(assignment)), Told)
        until(lambda: len(served.live.snapshot.replies) == 4)
        assert [(one.person, one.step) for one in reversed(served.live.snapshot.replies)] == [
            ("Ann", 0),
            ("Ben", 0),
            ("Ben", 1),
            ("Ann", 1),
        ]
        until(lambda: ann.view.remaining_s is not None)
        assert 0 < (ann.view.remaining_s or 0) <= 300
        served.restart()
        until(lambda: len(ann.all(Connected)) == 2)
        assert isinstance(ann.say(consents("scores")), Told)
        assert len(served.live.snapshot.replies) == 4
    finally:
        served.close()
        assert served.faults == []


def test_ids_of_another_clock_are_only_ids() -> None:
    late = new_attempt_id(datetime.now(UTC) + timedelta(hours=1))
    assert late > new_attempt_id(datetime.now(UTC))
