"""The command `forget` where sessions are: at the coach, and at somebody who joined one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.conftest import make_attempt
from tests.store.meeting import Meeting
from voice_trainer.cli.app import run
from voice_trainer.coach.outbox import Outbox, session_folder
from voice_trainer.coach.protocol import Say, SayConsents, SayPart, SayPin, SayReply
from voice_trainer.coach.sharing import shared_part
from voice_trainer.session import SHARINGS
from voice_trainer.store import Store, new_attempt_id, open_store

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(folder))
    monkeypatch.delenv("VOICE_TRAINER_STORE", raising=False)
    return folder


@pytest.fixture
def store(home: Path, tell: Told) -> Iterator[Store]:
    """The store that the command opens, too."""
    assert tell("forget", "--all", "--yes")[0] == 0
    (file,) = home.rglob("*.sqlite3")
    opened = open_store(f"sqlite:///{file}")
    yield opened
    opened.close()


@pytest.fixture
def tell(home: Path, capfd: pytest.CaptureFixture[str]) -> Told:
    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        return code, *capfd.readouterr()

    return command


def held(home: Path, *texts: str) -> list[str]:
    found = b"\n".join(each.read_bytes() for each in home.rglob("*") if each.is_file())
    return [text for text in texts if text.encode() in found]


def new_id() -> str:
    return new_attempt_id(make_attempt().started_at)


def waiting_reply(text: str, attempt_id: str) -> list[Say]:
    attempt = shared_part(make_attempt(id=attempt_id, heard=(text,)), SHARINGS)
    part = SayPart(id=new_id(), attempt_id=attempt_id, index=0, count=1, sha256="0" * 64, data=text.encode())
    return [part, SayReply(id=new_id(), assignment_id=new_id(), attempt=attempt, shared=SHARINGS)]


def test_a_session_is_forgotten_by_the_beginning_of_its_id(home: Path, store: Store, tell: Told) -> None:
    meeting, other = Meeting(store, coach="Coach"), Meeting(store, coach="Dora")
    meeting.shares(meeting.joins("Wilhelmina"), "Zwiebelturm")
    code, _, error = tell("forget", "--session", other.id, "--yes")
    assert (code, error.count("\n")) == (2, 1)
    code, out, _ = tell("forget", "--session", meeting.id[:25].lower(), "--yes")
    assert (code, out) == (0, "Removed: 1 attempt, 1 session.\n")
    assert held(home, "Zwiebelturm", "Wilhelmina") == []
    assert store.sessions.sessions(None) == (other.session,)
    code, _, error = tell("--person", "Cleo", "forget", "--session", other.id, "--yes")
    assert code == 2
    assert error.startswith("There is no session")


def test_a_person_of_a_session_is_forgotten_and_a_slip_is_told(home: Path, store: Store, tell: Told) -> None:
    meeting = Meeting(store)
    meeting.shares(meeting.joins("Wilhelmina"), "Zwiebelturm")
    code, _, error = tell("forget", "--person", "Wilhelmine", "--yes")
    assert code == 2
    assert "Wilhelmina" in error
    code, out, _ = tell("forget", "--person", "Wilhelmina", "--yes", "--json")
    done = json.loads(out)
    assert (code, done["attempts"], done["seats"], done["sessions"]) == (0, 1, 1, 0)
    assert held(home, "Zwiebelturm", "Wilhelmina") == []


def test_what_is_forgotten_is_not_sent_any_more(home: Path, store: Store, tell: Told) -> None:
    gone, stays = make_attempt(heard=("Zwiebelturm",)), make_attempt(heard=("Sonnenschein",))
    for attempt in (gone, stays):
        store.add_attempt(attempt)
    (data,) = {each.parent for each in home.rglob("*.sqlite3")}
    outbox = Outbox(session_folder(data / "joined", "ABCD-EFGH", "Ana"))  # the session goes on in another window
    outbox.put(waiting_reply("Zwiebelturm", gone.id))
    outbox.put(waiting_reply("Sonnenschein", stays.id))
    outbox.put([SayPin(id=new_id(), attempt_id=gone.id, at_s=0.5, note="Regenbogen")])
    assert held(home, "Zwiebelturm", "Regenbogen") == ["Zwiebelturm", "Regenbogen"]

    code, out, _ = tell("forget", gone.id, "--yes")

    assert (code, out) == (0, "Removed: 1 attempt, 1 reply that had not been sent.\n")
    assert held(home, "Zwiebelturm", "Regenbogen", "Sonnenschein") == ["Sonnenschein"]
    first = outbox.first()
    assert isinstance(first, SayPart)
    assert first.attempt_id == stays.id
    assert len(outbox) == 1
    outbox.close()


def test_all_goes_once_no_window_is_in_a_session(home: Path, store: Store, tell: Told) -> None:
    (data,) = {each.parent for each in home.rglob("*.sqlite3")}
    folder = session_folder(data / "joined", "ABCD-EFGH", "Ana")
    outbox = Outbox(folder)
    token = outbox.token
    outbox.put(waiting_reply("Zwiebelturm", new_id()))
    outbox.put([SayConsents(id=new_id(), consents=({"sharing": "scores", "given": True},))])  # type: ignore[arg-type]
    code, out, _ = tell("forget", "--all", "--yes")
    assert code == 1
    assert "1 session that another window is in: left" in out
    assert held(home, "Zwiebelturm") == ["Zwiebelturm"]
    outbox.close()
    code, out, _ = tell("forget", "--all", "--yes")
    assert (code, "1 reply that had not been sent" in out) == (0, True)
    assert held(home, "Zwiebelturm", token) == []
    assert not folder.exists()
