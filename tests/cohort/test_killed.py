"""kill -9 at random moments: nothing twice, nothing lost, no process left over."""

from __future__ import annotations

import csv
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from .scripted import recordings, tasks_in

FILES = 30
MOST_AT_ONCE = 14
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
def test_a_run_that_is_killed_again_and_again_scores_every_file_once(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", FILES)
    out, made = tmp_path / "out.csv", tmp_path / "made"
    moments = random.Random(7)
    through: list[str] = []
    kills = 0
    for _ in itertools.count():
        journal = tmp_path / "out.csv.journal"
        before = rows(journal) if journal.exists() else []
        program = begun(folder, out, made)
        assert program.stdout is not None
        assert program.stdout.readline().split() == [str(len(before)), "there"]
        told = list(itertools.islice(program.stdout, moments.randrange(MOST_AT_ONCE)))
        if program.poll() is None and len(before) + len(told) < FILES:
            time.sleep(moments.random() * 0.1)  # anywhere between two rows, in the middle of writing one, too
            program.kill()
            kills += 1
        told += program.stdout.readlines()
        through += [line.strip() for line in told]
        if program.wait() == 0:
            break
        assert program.returncode == -signal.SIGKILL
    assert kills >= 3
    assert len(set(through)) == len(through)
    with out.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["file"] for row in table] == [task.file for task in tasks_in(folder)]
    assert not any(row["error"] for row in table)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "made", "out.csv"]
    wait_until_gone([int(pid) for pid in made.read_text().split()])


def begun(folder: Path, out: Path, made: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.cohort.killed", *map(str, (folder, out, made))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def rows(journal: Path) -> list[bytes]:
    """Whole lines after the first; each file at most once."""
    found = [line for line in journal.read_bytes().splitlines(keepends=True)[1:] if line.endswith(b"\n")]
    files = [tuple(msgspec.json.decode(line)["key"]) for line in found]
    assert len(set(files)) == len(files)
    return found


def wait_until_gone(pids: list[int]) -> None:
    """A worker ends when the program that began it was killed."""
    deadline = time.monotonic() + 60
    while alive := [pid for pid in pids if is_alive(pid)]:
        assert time.monotonic() < deadline, alive
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # no /proc here, or gone meanwhile
        return Path("/proc").is_dir() is False
