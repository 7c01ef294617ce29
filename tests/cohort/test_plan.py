"""Which files there are, from folders and from manifests, and what is wrong with a manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_trainer.cohort import manifest
from voice_trainer.cohort.plan import recordings
from voice_trainer.errors import RequestInvalid
from voice_trainer.exercise import Library

from .scripted import EXERCISE, TURN, exercise


@pytest.fixture
def library() -> Library:
    return Library(tuple(exercise().values()))


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_folders_are_gone_through_sorted_and_each_file_is_taken_once(tmp_path: Path) -> None:
    touch(tmp_path, "b/2.WAV", "b/10.opus", "a.flac", "notes.txt", ".hidden.wav", ".git/x.wav", "b/deep/er/3.m4a")
    (tmp_path / "again").symlink_to(tmp_path / "b", target_is_directory=True)
    found = recordings([tmp_path / "b", tmp_path, tmp_path / "a.flac"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a.flac", "b/10.opus", "b/2.WAV", "b/deep/er/3.m4a"]
    assert found == recordings([tmp_path])


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    touch(tmp_path, "reply.data")
    assert recordings([tmp_path / "reply.data"]) == (tmp_path / "reply.data",)


@pytest.mark.parametrize(("path", "says"), [("none", "no file or folder"), (".", "No recording was found")])
def test_nothing_to_score_is_one_sentence(tmp_path: Path, path: str, says: str) -> None:
    with pytest.raises(RequestInvalid, match=says):
        recordings([tmp_path / path])


def test_a_manifest_says_what_each_file_answers(tmp_path: Path, library: Library) -> None:
    touch(tmp_path, "in/anna.wav", "beside.wav")
    table = tmp_path / "who.csv"
    table.write_bytes(
        b"\xef\xbb\xbfFile, Exercise ,turn,group,person\r\n"
        b"beside.wav,cold-dinner,opens,1,\r\n\r\n"
        b'"anna.wav",cold-dinner,,2,"Anna, the first"\r\n'
        b"gone.wav,cold-dinner,start,2,Bo\r\n"
    )
    found = manifest.read(table, library, [tmp_path / "in"], person="Course 3")
    assert found.unused == ("group",)
    assert [(task.file, task.turn, task.person) for task in found.tasks] == [
        ("beside.wav", "opens", "Course 3"),
        ("anna.wav", TURN, "Anna, the first"),
        ("gone.wav", TURN, "Bo"),
    ]
    assert [task.path for task in found.tasks] == [
        str(tmp_path / "beside.wav"),
        str(tmp_path / "in" / "anna.wav"),
        str(tmp_path / "in" / "gone.wav"),
    ]


def test_every_fault_of_a_manifest_is_told_with_its_line(tmp_path: Path, library: Library) -> None:
    table = tmp_path / "who.csv"
    table.write_text(
        "file,exercise,turn,person\n"
        f"a.wav,{EXERCISE},,A\n"
        f",{EXERCISE},,A\n"
        '"b\nb.wav",cold-diner,,A\n'
        f"c.wav,{EXERCISE},strat,A\n"
        "d.wav,,,A\n"
        f"a.wav,{EXERCISE},start,B\n"
    )
    with pytest.raises(RequestInvalid) as fault:
        manifest.read(table, library)
    lines = str(fault.value).splitlines()
    assert [line.removeprefix(f"{table}:").split(": ")[:2] for line in lines] == [
        ["3", "file"],
        ["4", "exercise"],
        ["6", "turn"],
        ["7", "exercise"],
        ["8", "file"],
    ]
    assert 'did you mean "cold-dinner"' in lines[1]
    assert 'did you mean "start"' in lines[2]
    assert "in line 2 already" in lines[4]


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "is empty"),
        (b"file;exercise\na;b\n", 1, "semicolons"),
        (b"name,exercise\n", 1, "no column file"),
        (b"file,exercise,turn,turn\n", 1, "twice"),
        (b"file,exercise\n", 2, "no recordings"),
        (b"file,exercise\na.wav,cold-dinner\n\xff\xfe,x\n", 3, "UTF-8"),
        (b"file,exercise\na.wav,cold-dinner,start\n", 2, "3 cells"),
        (b'file,exercise\na.wav,"cold-dinner\n', 2, "no CSV"),
        (b"file,exercise\na\0.wav,cold-dinner\n", 2, ""),
    ],
)
def test_a_table_that_is_none_is_told_with_file_and_line(
    tmp_path: Path, library: Library, content: bytes, line: int, says: str
) -> None:
    table = tmp_path / "who.csv"
    table.write_bytes(content)
    with pytest.raises(RequestInvalid) as fault:
        manifest.read(table, library)
    assert str(fault.value).startswith(f"{table}:{line}: ")
    assert says in str(fault.value)


def test_a_slip_in_every_line_is_not_told_a_thousand_times(tmp_path: Path, library: Library) -> None:
    table = tmp_path / "who.csv"
    table.write_text("file,exercise\n" + "".join(f"{i}.wav,nothing\n" for i in range(1000)))
    with pytest.raises(RequestInvalid, match="980 faults more") as fault:
        manifest.read(table, library)
    assert len(str(fault.value).splitlines()) == 21
