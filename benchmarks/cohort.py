"""What a second worker brings when many replies are scored: processes of one thread each, by the clock outside.

``python -m benchmarks.cohort --workers N --models FOLDER`` is one run in a program of its own; it prints when each row
came. This module is imported again in every process of a run, so it imports nothing heavy by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from voice_trainer.cohort.plan import Task
    from voice_trainer.exercise import Exercise

    from .table import Row

FILES = 24
LENGTH_S = 8.0
REACH = 1.8
ROOT = Path(__file__).resolve().parent.parent


class Run(NamedTuple):
    """Seconds from the start of the program to the row of each file, and the processor time of the workers."""

    workers: int
    rows_s: list[float]
    speech_s: float
    cpu_s: float

    @property
    def whole_s(self) -> float:
        return self.rows_s[-1]

    @property
    def files_per_s(self) -> float:
        """Once every worker has its models: what thousands of files run at."""
        return (len(self.rows_s) - self.workers) / (self.rows_s[-1] - self.rows_s[self.workers - 1])


def scaling(models: Path) -> Iterable[Row]:
    """One worker against two, in turn, so that a machine that gets busier is no help to either."""
    from .table import Row

    runs = [_run(models, workers) for workers in (1, 2, 2, 1)]
    one, two = runs[0::3], runs[1:3]
    steady = sum(run.files_per_s for run in two) / sum(run.files_per_s for run in one)
    whole = sum(run.whole_s for run in one) / sum(run.whole_s for run in two)
    cores = sum(run.cpu_s for run in one) / sum(run.whole_s for run in one)
    of = f"{FILES} rendered replies of {one[0].speech_s / FILES:.1f} s, one thread each"
    rates = (
        f"{sum(run.files_per_s for run in two) / 2:.2f} against {sum(run.files_per_s for run in one) / 2:.2f} files/s"
    )
    yield Row(
        figure="Cohort: 2 workers over 1, models loaded",
        reference=of,
        reach=f"≥ {REACH}",
        got=f"{steady:.2f} ({rates})",
        met=steady >= REACH,
    )
    yield Row(
        figure="Cohort: the same with start and loading of models",
        reference=of,
        reach="",
        got=f"{whole:.2f} ({min(run.whole_s for run in two):.1f} s against {min(run.whole_s for run in one):.1f} s)",
        met=None,
    )
    yield Row(
        figure="Cohort: processors that one worker keeps busy",
        reference=of,
        reach="≤ 1.05",
        got=f"{cores:.2f}",
        met=cores <= 1.05,
    )


def _run(models: Path, workers: int) -> Run:
    command = [sys.executable, "-m", "benchmarks.cohort", "--workers", str(workers), "--models", str(models.absolute())]
    answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return Run(**json.loads(answer))


def replies() -> tuple[list[Task], dict[str, Exercise], float]:
    """The model replies whose length is nearest to ``LENGTH_S``, and how long they are together."""
    import soundfile

    from voice_trainer.cohort.plan import Task
    from voice_trainer.exercise import library_folder, load_library

    found = []
    exercises = {each.id: each for each in load_library(library_folder()).exercises}
    for exercise in exercises.values():
        for turn in exercise.turns:
            for path in filter(None, map(exercise.audio_path, turn.model_replies)):
                task = Task(file=path.name, path=str(path), exercise=exercise.id, turn=turn.id)
                found.append((soundfile.info(path).duration, task))
    found.sort(key=lambda each: (abs(each[0] - LENGTH_S), each[1].path))
    nearest = found[:FILES]
    return [task for _, task in nearest], exercises, sum(length for length, _ in nearest)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--models", type=Path, required=True)
    given = parser.parse_args()
    from voice_trainer.cli.score import OneThread
    from voice_trainer.cohort.local import scored

    tasks, exercises, speech_s = replies()
    asked = {name: exercises[name] for name in {task.exercise for task in tasks}}
    began, rows_s = time.monotonic(), []
    for done in scored(tasks, OneThread(given.models, "base", "en"), asked, workers=given.workers):
        if done.error:
            raise SystemExit(done.error)
        rows_s.append(time.monotonic() - began)
    times = os.times()  # of the workers: they have ended
    run = Run(given.workers, rows_s, speech_s, times.children_user + times.children_system)
    print(json.dumps(run._asdict()))


if __name__ == "__main__":
    main()
