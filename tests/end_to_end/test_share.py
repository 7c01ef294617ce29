"""Exporting and forgetting through the command line: good input and bad, in a terminal and out of one."""

from __future__ import annotations

import csv
import json
import os
import pty
import select
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import soundfile
import srt

from voice_trainer.attempt import Attempt
from voice_trainer.cli.app import run

REPLY = Path(__file__).resolve().parents[2] / "voice_trainer" / "demo" / "reply.opus"
FORMATS = ["webvtt", "srt", "audacity", "textgrid", "csv", "xapi", "json"]
Answer = tuple[int, str, str]
Say = Callable[..., Answer]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def practised(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Path:
    """A home in which Wilhelmina answered once, with a real voice and the real models; copied for each test."""
    home = tmp_path_factory.mktemp("practised") / "home"
    home.mkdir()
    (home / "models").symlink_to(models_folder, target_is_directory=True)
    command = [sys.executable, "-m", "voice_trainer", "--person", "Wilhelmina", "review", str(REPLY)]
    environment = {**os.environ, "VOICE_TRAINER_HOME": str(home)}
    environment.pop("VOICE_TRAINER_STORE", None)
    subprocess.run([*command, "--exercise", "cold-dinner"], check=True, capture_output=True, env=environment)
    return home


@pytest.fixture
def home(practised: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    subprocess.run(["cp", "-a", str(practised), str(folder)], check=True)
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(folder))
    monkeypatch.delenv("VOICE_TRAINER_STORE", raising=False)
    return folder


@pytest.fixture
def say(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Say:
    """Run one command: exit code, standard output, standard error."""

    def command(*arguments: object) -> Answer:
        code = run([str(argument) for argument in arguments])
        out, err = (text.decode() for text in capfdbinary.readouterr())
        assert "Traceback" not in err
        return code, out, err

    return command


@pytest.fixture
def attempt(say: Say) -> Attempt:
    (row,) = (json.loads(line) for line in say("history", "--json")[1].splitlines())
    return msgspec.json.decode(say("export", row["id"], "--format", "json")[1], type=Attempt)


def held(folder: Path, *texts: str) -> list[str]:
    """Which of the texts stand in any byte or name under the folder, the models aside."""
    files = [each for each in folder.rglob("*") if each.is_file() and "models" not in each.parts]
    found = b"\n".join([each.read_bytes() for each in files] + [str(each).encode() for each in files])
    return [text for text in texts if text.encode() in found]


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_printed_is_what_is_written(say: Say, attempt: Attempt, tmp_path: Path, format: str) -> None:
    code, printed, _ = say("export", attempt.id, "--format", format)
    assert code == 0
    file = tmp_path / f"reply.{format}"
    code, out, _ = say("export", attempt.id.lower()[:22], "--format", format, "-o", file)
    assert code == 0
    assert str(file) in out
    assert file.read_bytes() == printed.encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for word in attempt.scored.transcript.words:
        assert word.text in printed
    wrapped = json.loads(say("export", attempt.id, "--format", format, "--json")[1])
    assert wrapped == {"attempt": attempt.id, "format": format, "content": printed}


def test_times_are_those_of_the_recording(say: Say, attempt: Attempt) -> None:
    cues = list(srt.parse(say("export", attempt.id, "--format", "srt")[1]))
    words = attempt.scored.transcript.words
    assert cues[0].content.startswith("Maya: ")
    assert cues[1].start.total_seconds() == pytest.approx(words[0].start_s, abs=0.0006)
    assert cues[-1].end.total_seconds() == pytest.approx(words[-1].end_s, abs=0.0016)  # a cue lasts 1 ms at least
    assert cues[-1].end.total_seconds() <= soundfile.info(REPLY).duration + 0.1


def test_a_csv_is_written_with_its_dictionary(say: Say, attempt: Attempt, tmp_path: Path) -> None:
    file = tmp_path / "reply.csv"
    told = json.loads(say("export", attempt.id, "--format", "csv", "-o", file, "--json")[1])
    assert told["files"] == [str(file), str(tmp_path / "reply.csv-metadata.json")]
    with file.open(newline="", encoding="utf-8") as text:
        header = next(csv.reader(text))
    columns = json.loads(Path(told["files"][1]).read_text())["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == header


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{id}", "--format", "vtt"], "webvtt"),
        (["{id}", "--format", "xyz"], "webvtt, srt, audacity"),
        (["zzzz", "--format", "srt"], "no attempt 'zzzz'"),
        (["{id}", "--format", "srt", "-o", "{tmp}"], "no ordinary file"),
        (["{id}", "--format", "srt", "-o", "/dev/null"], "no ordinary file"),
        (["{id}", "--format", "srt", "-o", "{tmp}/not/there.srt"], "no folder"),
        (["{id}", "--format", "srt", "-o", "{tmp}/home/practice.sqlite3"], "belongs to the trainer"),
        (["{id}", "--format", "srt", "-o", "a\0b"], "can't name a file"),
    ],
)
def test_what_can_not_be_exported_is_said(
    say: Say, attempt: Attempt, tmp_path: Path, arguments: list[str], says: str
) -> None:
    filled = [each.format(id=attempt.id, tmp=tmp_path) for each in arguments]
    code, out, err = say("export", *filled)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_an_export_of_a_removed_exercise_leaves_the_speaker_out(
    say: Say, attempt: Attempt, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_trainer.exercise.library_folder", lambda: home / "none")
    code, out, _ = say("export", attempt.id, "--format", "webvtt")
    assert code == 0
    assert "Maya" not in out
    assert "<v" in out


# forget


def test_an_attempt_is_forgotten_with_its_exports(say: Say, attempt: Attempt, home: Path, tmp_path: Path) -> None:
    exports = [tmp_path / f"reply.{format}" for format in FORMATS]
    for format, file in zip(FORMATS, exports, strict=True):
        say("export", attempt.id, "--format", format, "-o", file)
    changed = home / "changed.srt"
    say("export", attempt.id, "--format", "srt", "-o", changed)
    changed.write_text("mine")
    words = [f'"{word.text}"' for word in attempt.scored.transcript.words if len(word.text) > 4]
    assert held(home, attempt.id, "Wilhelmina", *words) == [attempt.id, "Wilhelmina", *words]

    code, out, _ = say("forget", attempt.id, "--yes", "--json")

    done = json.loads(out)
    assert code == 0
    assert {name: done[name] for name in ("attempts", "recordings", "exports", "changed")} == {
        "attempts": 1,
        "recordings": 1,
        "exports": len(FORMATS) + 1,
        "changed": [str(changed)],
    }
    assert not [each for each in tmp_path.iterdir() if each.is_file()]
    assert held(home, attempt.id, "Wilhelmina", *words) == []
    assert list((home / "recordings").iterdir()) == []
    assert say("history", "--json")[1] == ""
    assert say("forget", attempt.id, "--yes")[0] == 2


def test_a_person_is_forgotten_down_to_the_settings(say: Say, home: Path) -> None:
    (home / "settings.toml").write_text('person = "Wilhelmina"\nthreads = 1\n')
    code, out, _ = say("forget", "--person", "Wilhelmina", "--yes")
    assert code == 0
    assert out == "Removed: 1 attempt, 1 recording, the name in the settings.\n"
    assert held(home, "Wilhelmina") == []
    assert "threads = 1" in (home / "settings.toml").read_text()


def test_dates_are_days_or_moments(say: Say) -> None:
    assert "nothing to remove" in say("forget", "--before", "2001-01-01", "--yes")[1]
    assert "nothing to remove" in say("forget", "--before", "2001-01-01T12:00:00+02:00", "--yes")[1]
    assert say("forget", "--before", "2999-12-31", "--yes")[1].startswith("Removed: 1 attempt, 1 recording.")


def test_all_of_it_is_forgotten(say: Say, home: Path) -> None:
    code, out, _ = say("forget", "--all", "--yes", "--json")
    assert code == 0
    assert json.loads(out)["attempts"] == 1
    assert held(home, "Wilhelmina") == []
    assert json.loads(say("forget", "--all", "--yes", "--json")[1])["attempts"] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["forget"], "one of"),
        (["forget", "x", "--all", "--yes"], "one of"),
        (["forget", "--all"], "--yes"),
        (["forget", "zzzz", "--yes"], "no attempt 'zzzz'"),
        (["forget", "--before", "yesterday", "--yes"], '"yesterday" is no date'),
        (["forget", "--before", "2025-13-40", "--yes"], "is no date"),
        (["forget", "--before", "0001-01-01T00:00:00", "--yes"], ""),
        (["forget", "--person", "Wilhelmin", "--yes"], 'did you mean "Wilhelmina"?'),
        (["--person", "Wilhelmina", "forget", "--all", "--yes"], "forget --person Wilhelmina"),
    ],
)
def test_what_can_not_be_forgotten_is_said_and_nothing_goes(say: Say, arguments: list[str], says: str) -> None:
    code, _, err = say(*arguments)
    assert code == 2 or not says
    assert says in err
    assert len(say("history", "--json")[1].splitlines()) == 1


def in_terminal(answer: str, *arguments: str) -> tuple[int, str]:
    """The program on a terminal of its own, with ``answer`` typed at its question."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "voice_trainer", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
    )
    os.close(theirs)
    shown = ""
    try:
        while True:
            ready, _, _ = select.select([ours], [], [], 60)
            assert ready, f"nothing more after {shown!r}"
            try:
                part = os.read(ours, 4096).decode()
            except OSError:  # the other end is closed
                break
            if not part:
                break
            if "[y/N]" in part and "[y/N]" not in shown:
                os.write(ours, f"{answer}\n".encode())
            shown += part
    finally:
        os.close(ours)
    return program.wait(60), shown


def test_on_a_terminal_it_asks_first(say: Say, attempt: Attempt, home: Path) -> None:
    code, shown = in_terminal("n", "forget", attempt.id)
    assert code == 1
    assert "1 attempt, 1 recording" in shown
    assert "Nothing was removed." in shown
    assert len(say("history", "--json")[1].splitlines()) == 1
    code, shown = in_terminal("y", "forget", attempt.id)
    assert code == 0
    assert "Removed: 1 attempt, 1 recording." in shown
    assert say("history", "--json")[1] == ""
