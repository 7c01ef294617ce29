"""A run over many files: what is there already, what is left, and the results at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from .journal import Asked, Journal
from .plan import Task
from .results import write, writer_for
from .scorer import Done, stamp_of

Work = Callable[[Sequence[Task]], Iterator[Done]]
"""Scores tasks, in any order: ``local.scored`` or ``cluster.scored`` with all else given."""


class Watch(Protocol):
    """Who is told how it goes."""

    def begin(self, files: int, there: int) -> None:
        """``there`` of the ``files`` are through from before."""

    def through(self, done: Done) -> None: ...


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended.

    Attributes:
        files: rows in the results. scored, failed: how many of them were and could not be.
        resumed: how many were there from a run that was stopped.
        gone: rows of such a run whose files are no longer there; they are left out.
    """

    files: int
    scored: int
    failed: int
    resumed: int
    gone: int = 0


def run(tasks: Sequence[Task], asked: Asked, output: Path, work: Work, watch: Watch) -> Summary:
    """Score what is not yet through, and write all rows in the order of ``tasks``.

    Raises:
        RequestInvalid: the journal beside ``output`` belongs to another run, or the ending of ``output`` is none.
        StoreError: nothing can be written; what was scored is kept. ModelMissing, ModelCorrupt.
    """
    writer_for(output)
    journal = Journal(output, asked)
    try:
        keys = {task.key for task in tasks}
        left = [task for task in tasks if not journal.has(task.key, stamp_of(task.path))]
        gone = journal.count_without(keys)
        watch.begin(len(tasks), len(tasks) - len(left))
        if left:
            results = work(left)
            try:
                for done in results:
                    journal.add(done)
                    watch.through(done)
            finally:
                if hasattr(results, "close"):
                    results.close()
        failed = 0

        def rows() -> Iterator[dict[str, str | int | float | bool | None]]:
            nonlocal failed
            for row in journal.rows(task.key for task in tasks):
                failed += row["error"] is not None
                yield row

        write(output, rows())
        journal.remove()
    finally:
        journal.close()
    return Summary(
        files=len(tasks), scored=len(tasks) - failed, failed=failed, resumed=len(tasks) - len(left), gone=gone
    )
