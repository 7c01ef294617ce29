"""A run over files: rows, bad files, what is gone on with, and what is refused."""

from __future__ import annotations

import csv
import os
import stat
from functools import partial
from pathlib import Path

import pytest

from voice_trainer.cohort import limits, local
from voice_trainer.cohort.columns import COLUMNS, failed_row
from voice_trainer.cohort.journal import Journal
from voice_trainer.cohort.results import write
from voice_trainer.cohort.run import Summary, run
from voice_trainer.cohort.scorer import Done, Scorer, stamp_of
from voice_trainer.errors import DiskFull, ModelMissing, RequestInvalid

from .scripted import Quiet, Scripted, asked, exercise, recordings, tasks_in


def here(tasks):
    """The work in this process."""
    scorer = Scorer(Scripted(), exercise())
    return (scorer.score(task) for task in tasks)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_file_has_its_row_and_a_bad_one_its_sentence(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 3)
    (folder / "broken.wav").write_bytes(b"RIFF nothing")
    out, watch = tmp_path / "out.csv", Quiet()
    done = run(tasks_in(folder), asked(folder), out, here, watch)
    assert done == Summary(files=4, scored=3, failed=1, resumed=0)
    rows = read(out)
    assert [Path(row["file"]).name for row in rows] == ["broken.wav", *(f"reply-00{i}.wav" for i in range(3))]
    assert "broken.wav" in rows[0]["error"]
    assert rows[0]["transcript"] == rows[0]["level"] == ""
    assert rows[1]["error"] == ""
    assert rows[1]["transcript"].startswith("It sounds like")
    assert float(rows[1]["duration_s"]) == 0.5
    assert rows[1]["scoring_version"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.csv"]


def test_a_run_that_stopped_goes_on_with_what_is_left(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 5)
    out = tmp_path / "out.csv"

    def stops(tasks):
        for at, done in enumerate(here(tasks)):
            if at == 2:
                raise KeyboardInterrupt
            yield done

    with pytest.raises(KeyboardInterrupt):
        run(tasks_in(folder), asked(folder), out, stops, Quiet())
    assert not out.exists()
    assert stat.S_IMODE((tmp_path / "out.csv.journal").stat().st_mode) == 0o600
    watch = Quiet()
    done = run(tasks_in(folder), asked(folder), out, here, watch)
    assert (done.resumed, watch.there, len(watch.done)) == (2, 2, 3)
    assert len(read(out)) == 5


def test_a_file_that_was_changed_since_is_scored_again_and_one_that_is_gone_left_out(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 3)
    first, _, last = tasks = tasks_in(folder)
    with_journal(tmp_path, folder, tasks)
    Path(first.path).write_bytes(b"another")
    Path(last.path).unlink()
    watch = Quiet()
    done = run(tasks_in(folder), asked(folder), tmp_path / "out.csv", here, watch)
    assert (done.files, done.resumed, done.gone, done.failed) == (2, 1, 1, 1)
    assert [each.key for each in watch.done] == [first.key]


def with_journal(tmp_path: Path, folder: Path, tasks) -> Path:
    """A journal in which all ``tasks`` are through."""
    journal = Journal(tmp_path / "out.csv", asked(folder))
    for done in here(tasks):
        journal.add(done)
    journal.close()
    return journal.path


@pytest.mark.parametrize("torn", [1, 40, 2000])
def test_a_line_that_broke_off_is_passed_over_and_that_file_scored_again(tmp_path: Path, torn: int) -> None:
    folder = recordings(tmp_path / "in", 3)
    path = with_journal(tmp_path, folder, tasks_in(folder))
    content = path.read_bytes()
    torn = min(torn, len(content.splitlines()[-1]))
    path.write_bytes(content[:-torn])
    watch = Quiet()
    assert run(tasks_in(folder), asked(folder), tmp_path / "out.csv", here, watch).resumed == 2
    assert len(watch.done) == 1
    assert len(read(tmp_path / "out.csv")) == 3


def test_a_line_in_the_middle_that_is_damaged_is_passed_over(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 3)
    path = with_journal(tmp_path, folder, tasks_in(folder))
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = b"\0" * (len(lines[2]) - 1) + b"\n"
    path.write_bytes(b"".join(lines))
    assert run(tasks_in(folder), asked(folder), tmp_path / "out.csv", here, Quiet()).resumed == 2


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"scoring_version": "2"}, "another scoring version (1 then, 2 now)"),
        ({"exercise": "the-clock"}, "another exercise (cold-dinner then, the-clock now)"),
        ({"manifest": "abc"}, "another manifest;"),
        ({"paths": ("elsewhere",)}, "another list of paths;"),
        ({"listening_model": "x"}, "another listening model;"),
    ],
)
def test_a_journal_of_something_else_is_told_and_kept(tmp_path: Path, other: dict, says: str) -> None:
    folder = recordings(tmp_path / "in", 2)
    path = with_journal(tmp_path, folder, tasks_in(folder))
    before = path.read_bytes()
    with pytest.raises(RequestInvalid) as fault:
        run(tasks_in(folder), asked(folder, **other), tmp_path / "out.csv", here, Quiet())
    assert says in str(fault.value)
    assert path.read_bytes() == before


def test_a_file_in_the_place_of_the_journal_is_left_alone(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 1)
    (tmp_path / "out.csv.journal").write_text("my diary")
    with pytest.raises(RequestInvalid, match="in the way"):
        run(tasks_in(folder), asked(folder), tmp_path / "out.csv", here, Quiet())
    assert (tmp_path / "out.csv.journal").read_text() == "my diary"


def test_two_runs_never_write_the_same_results(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 1)
    journal = Journal(tmp_path / "out.csv", asked(folder))
    with pytest.raises(RequestInvalid, match="Another run"):
        run(tasks_in(folder), asked(folder), tmp_path / "out.csv", here, Quiet())
    journal.close()
    run(tasks_in(folder), asked(folder), tmp_path / "out.csv", here, Quiet())


def test_a_full_disk_keeps_what_was_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recordings(tmp_path / "in", 3)
    out = tmp_path / "out.csv"
    synced = []

    def full(_descriptor: int) -> None:
        synced.append(1)
        if len(synced) > 1:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("voice_trainer.cohort.journal.os.fsync", full)
        with pytest.raises(DiskFull):
            run(tasks_in(folder), asked(folder), out, here, Quiet())
    synced.clear()
    done = run(tasks_in(folder), asked(folder), out, here, Quiet())
    assert done.files == 3
    assert done.resumed <= 1
    assert len(read(out)) == 3


def test_a_formula_in_a_cell_is_no_formula_for_a_spreadsheet(tmp_path: Path) -> None:
    (task,) = tasks_in(recordings(tmp_path / "=in", 1))
    row = failed_row(task, "=1+1\r\nx\0") | {"transcript": "@SUM(A1)", "person": "  -2", "level": -3}
    write(tmp_path / "out.csv", [row])
    (back,) = read(tmp_path / "out.csv")
    assert (back["error"], back["transcript"], back["person"], back["level"]) == ("'=1+1 x", "'@SUM(A1)", "'-2", "-3")


def test_parquet_reads_back_with_its_kinds_and_words_as_they_were(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = recordings(tmp_path / "in", 3)
    (folder / "broken.wav").write_bytes(b"")
    run(tasks_in(folder), asked(folder), tmp_path / "out.parquet", here, Quiet())
    run(tasks_in(folder), asked(folder), tmp_path / "out.csv", here, Quiet())
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.column_names == [column.name for column in COLUMNS]
    kinds = {"string": "string", "integer": "int64", "number": "double", "boolean": "bool"}
    assert [str(field.type) for field in table.schema] == [kinds[column.kind] for column in COLUMNS]
    for row, plain in zip(table.to_pylist(), read(tmp_path / "out.csv"), strict=True):
        assert {name: "" if value is None else str(value) for name, value in row.items()} == plain
    assert stat.S_IMODE((tmp_path / "out.parquet").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["out.txt", "out"])
def test_another_ending_is_refused_before_anything_is_scored(tmp_path: Path, name: str) -> None:
    with pytest.raises(RequestInvalid, match=r"\.csv or \.parquet"):
        run((), asked(), tmp_path / name, here, Quiet())


def test_processes_score_every_file_with_models_loaded_once_in_each(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 8)
    made = tmp_path / "made"
    done = list(local.scored(tasks_in(folder), Scripted(made=made, slow_s=0.05), exercise(), workers=2))
    assert sorted(each.key for each in done) == [task.key for task in tasks_in(folder)]
    assert not any(each.error for each in done)
    pids = made.read_text().split()
    assert 1 <= len(pids) <= 2
    assert len(set(pids)) == len(pids)


def test_a_worker_that_dies_is_replaced_and_its_file_tried_once_more(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 3)
    deadly = tmp_path / "deadly"
    deadly.write_text("once")
    done = list(local.scored(tasks_in(folder), Scripted(deadly=deadly), exercise(), workers=1))
    assert [each.error for each in done] == [None, None, None]


def test_a_file_that_kills_its_worker_twice_is_told_in_its_row(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 2)
    deadly = tmp_path / "deadly"
    deadly.write_text("always")
    work = local.scored(tasks_in(folder), Scripted(deadly=deadly), exercise(), workers=1)
    first = next(work)
    assert "ended by itself, 2 times" in (first.error or "")
    deadly.unlink()
    assert [each.error for each in work] == [None]


def test_a_file_that_hangs_is_given_up_and_the_next_one_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SHORTEST_LIMIT_S", 8.0)
    monkeypatch.setattr(limits, "SLOWEST", 0.0)
    folder = recordings(tmp_path / "in", 2)
    deadly = tmp_path / "deadly"
    deadly.write_text("hangs")
    done = list(local.scored(tasks_in(folder), Scripted(deadly=deadly), exercise(), workers=1))
    assert "was given up" in (done[0].error or "")
    assert done[1].error is None


def test_how_long_a_file_may_take_grows_with_its_size(tmp_path: Path) -> None:
    """A voice message of 45 s (90 kB), a reply of half an hour at CD quality, and one that is gone."""
    small, large = tmp_path / "small.opus", tmp_path / "large.wav"
    for path, size in ((small, 90_000), (large, 317_000_000)):
        with path.open("wb") as file:
            file.truncate(size)
    assert [limits.limit_s(str(path)) for path in (small, large, tmp_path / "gone")] == [780.0, 7200.0, 600.0]


def test_a_pipe_among_the_recordings_is_told_and_passed_over(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 1)
    os.mkfifo(folder / "pipe.wav")
    done = run(tasks_in(folder), asked(folder), tmp_path / "out.csv", here, Quiet())
    assert (done.scored, done.failed) == (1, 1)
    assert "is a pipe or a device" in read(tmp_path / "out.csv")[0]["error"]


def test_a_missing_model_stops_the_run_with_its_sentence(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "in", 2)
    with pytest.raises(ModelMissing, match="not there"):
        list(local.scored(tasks_in(folder), missing, exercise(), workers=1))


def missing():
    raise ModelMissing("The model is not there; get it.")


def test_a_fault_of_ours_on_one_file_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recordings(tmp_path / "in", 2)
    first, second = tasks_in(folder)
    scorer = Scorer(Scripted(), exercise())
    with monkeypatch.context() as patch:
        patch.setattr("voice_trainer.cohort.scorer.score", partial(int, "x"))
        broken = scorer.score(first)
    assert "ValueError" in (broken.error or "") or "TypeError" in (broken.error or "")
    assert scorer.score(second).error is None


def test_a_row_of_a_missing_file_has_no_stamp(tmp_path: Path) -> None:
    (task,) = tasks_in(recordings(tmp_path / "in", 1))
    Path(task.path).unlink()
    done = Scorer(Scripted(), exercise()).score(task)
    assert isinstance(done, Done)
    assert done.stamp is stamp_of(task.path) is None
    assert "no file" in (done.error or "")
