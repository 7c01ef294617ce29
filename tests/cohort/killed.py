"""A run in a program of its own, to be killed: ``python -m tests.cohort.killed FOLDER OUT MADE``.

Says every file that is through as soon as the next may begin.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from voice_trainer.cohort import local
from voice_trainer.cohort.run import run
from voice_trainer.cohort.scorer import Done

from .scripted import Scripted, asked, exercise, tasks_in


class Says:
    def begin(self, files: int, there: int) -> None:
        print(f"{there} there", flush=True)

    def through(self, done: Done) -> None:
        print(done.key[0], flush=True)


def main() -> None:
    folder, out, made = (Path(given) for given in sys.argv[1:])
    work = partial(local.scored, make=Scripted(made=made, slow_s=0.05), exercises=exercise(), workers=2)
    run(tasks_in(folder), asked(folder), out, work, Says())


if __name__ == "__main__":
    main()
