"""Scoring many recordings by the command line: the real program, the real models."""

from __future__ import annotations

import csv
import json
import shutil
import stat
import sys
from pathlib import Path

import pytest
import soundfile

from voice_trainer.cli.app import run
from voice_trainer.cli.progress import Progress, duration, pace
from voice_trainer.cohort.columns import COLUMNS
from voice_trainer.cohort.plan import SUFFIXES
from voice_trainer.engines.audio_file import ENCODINGS

ROOT = Path(__file__).resolve().parents[2]
REPLIES = ROOT / "exercises" / "cold-dinner"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(folder))
    monkeypatch.delenv("VOICE_TRAINER_STORE", raising=False)
    return folder


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.model
def test_a_folder_is_scored_as_review_scores_each_file(
    home: Path, tmp_path: Path, models_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "models").symlink_to(models_folder, target_is_directory=True)
    folder = tmp_path / "in"
    (folder / "anna").mkdir(parents=True)
    shutil.copy(REPLIES / "start-1.opus", folder / "anna" / "1.opus")
    shutil.copy(REPLIES / "opens-4.opus", folder / "2.opus")
    (folder / "3.wav").write_text("no sound")
    (tmp_path / "who.csv").write_text(
        "file,exercise,turn,person\n3.wav,cold-dinner,,Bo\nanna/1.opus,cold-dinner,,Anna\n2.opus,cold-dinner,opens,Bo\n"
    )
    out = tmp_path / "out.csv"
    arguments = ["score", folder, "--manifest", tmp_path / "who.csv", "--workers", 1, "-o", out, "--json"]
    assert run([str(each) for each in arguments]) == 1
    printed, told = capsys.readouterr()
    counts = json.loads(printed)
    assert (counts["files"], counts["scored"], counts["failed"], counts["resumed"]) == (3, 2, 1, 0)
    assert "3.wav holds no sound" in told
    assert "Traceback" not in told
    bad, first, second = read(out)
    assert (bad["file"], bad["person"], bad["turn"]) == ("3.wav", "Bo", "start")
    assert "no sound" in bad["error"]
    for row, path in ((first, folder / "anna" / "1.opus"), (second, folder / "2.opus")):
        command = ["review", path, "--exercise", "cold-dinner", "--turn", row["turn"], "--no-save", "--json"]
        assert run([str(each) for each in command]) == 0
        alone = json.loads(capsys.readouterr().out)
        assert row["transcript"] == alone["transcript"]["text"]
        assert row["level"] == str(alone["wording"]["level"] or "")
        assert float(row["wording"]) == pytest.approx(alone["attunement"]["wording"], abs=1e-5)
        assert float(row["voice"]) == pytest.approx(alone["attunement"]["voice"], abs=1e-5)
        assert float(row["f0_median_hz"]) == pytest.approx(alone["voice"]["f0_median_hz"], abs=1e-5)
        assert json.loads(row["not_rated"]) == alone["not_rated"]
        levels = {each["name"]: each["level"] for each in alone["attunement"]["dimensions"]}
        assert {name: row[f"level_{name}"] for name in levels} == {
            name: "" if level is None else str(level) for name, level in levels.items()
        }
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert sorted(path.name for path in home.iterdir() if path.name != "cache") == ["models"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["in", "-o", "out.csv"], "either --exercise ID, or --manifest"),
        (["in", "--exercise", "cold-dinner", "--manifest", "x.csv", "-o", "out.csv"], "either --exercise"),
        (["in", "--exercise", "cold-diner", "-o", "out.csv"], "did you mean"),
        (["none", "--exercise", "cold-dinner", "-o", "out.csv"], "no file or folder none"),
        (["in", "--exercise", "cold-dinner", "-o", "out.txt"], ".csv or .parquet"),
        (["in", "--exercise", "cold-dinner", "-o", "no/out.csv"], "no folder"),
        (["in", "--exercise", "cold-dinner", "-o", "home/out.csv"], "among what the trainer keeps"),
        (["in", "--exercise", "cold-dinner", "-o", "out.csv", "--scheduler", "tcp://10.0.0.5:1"], "plain TCP"),
        (["in", "--exercise", "cold-dinner", "-o", "out.csv", "--tls-ca", "ca.pem"], "go with --scheduler"),
        (["in", "--exercise", "cold-dinner", "-o", "out.csv", "--scheduler", "x:1", "--workers", "2"], "leave one"),
        (["--manifest", "none.csv", "-o", "out.csv"], "can't be read"),
    ],
)
def test_what_can_not_be_asked_for_is_one_sentence(
    home: Path,
    tmp_path: Path,
    models_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    (home / "models").symlink_to(models_folder, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.wav").write_bytes(b"")
    assert run(["score", *arguments]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("missing", "arguments"),
    [("distributed", ["-o", "out.csv", "--scheduler", "127.0.0.1:1"]), ("pyarrow", ["-o", "out.parquet"])],
)
def test_a_missing_extra_is_one_sentence_with_its_command(
    home: Path,
    tmp_path: Path,
    models_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    missing: str,
    arguments: list[str],
) -> None:
    (home / "models").symlink_to(models_folder, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.wav").write_bytes(b"")
    for name in [each for each in sys.modules if each.split(".")[0] == missing or each.endswith("cohort.cluster")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    assert run(["score", "a.wav", "--exercise", "cold-dinner", *arguments]) == 2
    assert "pip install 'voice-trainer[cluster]'" in capsys.readouterr().err


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_progress_is_a_line_now_and_then_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    progress = Progress(terminal=False, clock=clock)
    progress.begin(100, 40)
    for _ in range(30):
        clock.now += 1
        progress.through(Done)
    told = capsys.readouterr().err.splitlines()
    assert told == [
        "40 of 100 are there from a run that was stopped.",
        "50 of 100, 1.0 files a second, 50 s left",
        "60 of 100, 1.0 files a second, 40 s left",
        "70 of 100, 1.0 files a second, 30 s left",
    ]


class Done:
    error = None


def test_progress_is_a_bar_with_rate_and_time_left_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(terminal=True)
    progress.begin(4, 1)
    for _ in range(3):
        progress.through(Done)
    progress.end()
    last = capsys.readouterr().err.split("\r")[-1]
    assert "4 of 4" in last
    assert "files" in last
    assert "left" in last


def test_paces_and_durations_are_told_in_the_unit_that_says_something() -> None:
    assert [pace(rate) for rate in (2.0, 0.25)] == ["2.0 files a second", "15.0 files a minute"]
    assert [duration(seconds) for seconds in (0.2, 89, 600, 9000)] == ["0 s", "89 s", "10 min", "2 h 30 min"]


def test_the_documentation_names_every_column() -> None:
    text = (ROOT / "docs" / "cohort.md").read_text(encoding="utf-8")
    for column in COLUMNS:
        name = column.name.split("_")[0] + "_…" if column.name.startswith(("level_", "move_")) else column.name
        assert f"`{name}`" in text, column.name


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "opus", "mp3", "aiff"])
def test_what_the_reader_reads_is_looked_for(suffix: str) -> None:
    assert f".{suffix}" in SUFFIXES
    assert {f".{each}" for each in ENCODINGS} <= SUFFIXES
    assert suffix in ENCODINGS or suffix.upper() in soundfile.available_formats()
