"""``coach --headless`` and ``join --reply``: the real programs, without a screen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from voice_trainer.store import open_store

from .serving import until

REPO = Path(__file__).resolve().parents[3]
REPLY = REPO / "voice_trainer" / "demo" / "reply.opus"


class Program:
    """One of ours, and what it prints."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.lines: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "voice_trainer", *arguments],
            env={**os.environ, "VOICE_TRAINER_HOME": str(home), "OMP_NUM_THREADS": "1"},
            cwd=REPO,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(msgspec.json.decode(line))

    def told(self, event: str) -> dict[str, Any]:
        """The first line of this kind, once it is there."""
        until(
            lambda: self._of(event) or self.process.poll() is not None, within_s=90, what=f"for {event}: {self.lines}"
        )
        until(lambda: self._of(event), within_s=5, what=f"for {event}: {self.lines}")
        return self._of(event)[0]

    def _of(self, event: str) -> list[dict[str, Any]]:
        return [one for one in self.lines if one["event"] == event]

    def wait(self) -> tuple[int, str]:
        code = self.process.wait(timeout=120)
        assert self.process.stderr is not None
        return code, self.process.stderr.read()


def home_of(folder: Path, models: Path) -> Path:
    folder.mkdir()
    (folder / "models").symlink_to(models)
    return folder


def invitation(coach: Program) -> list[str]:
    told = coach.told("invitation")
    return [told["address"], told["code"], told["fingerprint"]]


@pytest.mark.slow
@pytest.mark.model
def test_a_participant_killed_while_they_speak_goes_on_where_they_were(tmp_path: Path, models_folder: Path) -> None:
    coach_home, home = tmp_path / "coach", home_of(tmp_path / "ann", models_folder)
    out = tmp_path / "out"
    coach = Program(
        coach_home,
        *["--person", "Ruth", "coach", "--headless", "--exercise", "cold-dinner", "--minutes", "5"],
        *["--host", "127.0.0.1", "--port", "0", "-o", str(out)],
    )
    join = ["--person", "Ann", "join", *invitation(coach), "--reply", str(REPLY)]
    first = Program(home, *join, "--share", "scores,transcript,recording", "--realtime")
    begun = first.told("answering")
    spoken = home / "recordings" / f"{begun['attempt']}.pcm"
    until(lambda: spoken.exists() and spoken.stat().st_size > 4 * 16_000 * 3, within_s=30)  # three seconds of it
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    again = Program(home, *join, "--share", "scores,transcript,recording")
    assert again.wait() == (0, "")
    assert again.told("answered")["attempt"] == begun["attempt"]  # what was said until then is the answer
    assert coach.wait() == (0, "")
    reply = coach.told("reply")
    assert (reply["attempt"], reply["person"]) == (begun["attempt"], "Ann")
    assert len([one for one in coach.lines if one["event"] == "reply"]) == 1
    assert {path.name for path in out.iterdir()} >= {"debrief.html", "debrief.csv", "debrief.json", "people"}
    store = open_store(f"sqlite:///{home / 'practice.sqlite3'}")
    assert [one.id for one in store.attempts()] == [begun["attempt"]]
    store.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["coach", "--headless"], "a plan is needed"),
        (["coach", "--headless", "--exercise", "cold-diner"], "cold-dinner"),
        (["coach", "--headless", "--exercise", "cold-dinner", "--drill", "fours"], "threes"),
        (["coach", "--headless", "--exercise", "cold-dinner", "--asks", "voice"], "scores"),
        (["coach", "--headless", "--exercise", "cold-dinner", "--certificate", "x.pem"], "--key"),
        (["coach", "--headless", "--resume", "0" * 26], "0000"),
        (["coach", "--headless", "--plan", "nowhere.yaml"], "nowhere.yaml"),
        (["coach", "--exercise", "cold-dinner"], "terminal"),
        (["join", "127.0.0.1:1", "AAAA-AAAA"], "terminal"),
        (["join", "127.0.0.1:1", "AAAA-AAAA", "--reply", str(REPLY)], "--person"),
        (["--person", "Ann", "join", "nowhere at all", "AAAA-AAAA", "--reply", str(REPLY)], "no address"),
        (["--person", "Ann", "join", "127.0.0.1:1", "AAAA-AAAA", "abc", "--reply", str(REPLY)], "fingerprint"),
        (["--person", "Ann", "join", "127.0.0.1:1", "AAAA-AAAA", "--reply", "nowhere.flac"], "nowhere.flac"),
        (["--person", "Ann", "join", "x", "AAAA-AAAA", "--reply", str(REPLY), "--share", "voice"], "scores"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    run = Program(tmp_path, *arguments)
    code, error = run.wait()
    assert code == 2
    assert said in error
    assert "Traceback" not in error
    assert run.lines == []
