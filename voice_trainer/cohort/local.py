"""The processors of this machine: a process for each, with its own models and one thread.

Every process is a pool of its own, so that when one dies it is known which file it was on: that file is tried once more
in a new process, and the other processes never notice. One that is on a file for longer than any recording of its size
takes is ended, and the file passed over.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import TYPE_CHECKING

from .limits import hung, limit_s

if TYPE_CHECKING:
    from ..exercise import Exercise
    from .plan import Task
    from .scorer import Done, MakeEngines, Scorer

TRIES = 2
LOOK_S = 1.0
LONGEST_START_S = 20.0
"""A process that was just begun can be ended once it has told its number."""
THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What the libraries of numpy and CTranslate2 read when they are loaded."""


def scored(
    tasks: Iterable[Task], make: MakeEngines, exercises: Mapping[str, Exercise], *, workers: int
) -> Iterator[Done]:
    """The tasks as they get done, in any order. Raises ModelMissing, ModelCorrupt.

    When it is closed early, or this process is killed, its processes end, too.
    """
    left = iter(tasks)
    lanes: list[_Lane] = []
    running: dict[Future[Done], _Lane] = {}
    try:
        for task in left:
            lane = _Lane(make, exercises)
            lanes.append(lane)
            running[lane.begin(task)] = lane
            if len(lanes) == workers:
                break
        while running:
            for future in wait(running, timeout=LOOK_S, return_when=FIRST_COMPLETED).done:
                lane = running.pop(future)
                done = lane.end(future)
                if done is None:
                    running[lane.again()] = lane
                    continue
                following = next(left, None)
                if following is not None:
                    running[lane.begin(following)] = lane
                yield done
            for lane in running.values():
                lane.end_what_hangs()
    except BaseException:
        for lane in lanes:
            lane.kill()
        raise
    finally:
        for lane in lanes:
            lane.close()


class _Lane:
    """One process, and the file that it is on."""

    def __init__(self, make: MakeEngines, exercises: Mapping[str, Exercise]) -> None:
        self._given = (make, dict(exercises))
        self._task: Task | None = None
        self._tries = 0
        self._since = 0.0
        self._hung = False
        self._open()

    def _open(self) -> None:
        self._pool = ProcessPoolExecutor(
            1, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=self._given
        )
        self._pid = self._pool.submit(os.getpid)

    def begin(self, task: Task) -> Future[Done]:
        self._task, self._tries, self._since, self._hung = task, 1, time.monotonic(), False
        try:
            return self._pool.submit(_score, task)
        except BrokenProcessPool:  # it died between two files
            return self.again(count=False)

    def again(self, *, count: bool = True) -> Future[Done]:
        assert self._task is not None
        self._tries += count
        self._since = time.monotonic()
        self._pool.shutdown(wait=False)
        self._open()
        return self._pool.submit(_score, self._task)

    def end(self, future: Future[Done]) -> Done | None:
        """What came out; None where the process died and the file is to be tried once more."""
        from .columns import failed_row
        from .scorer import Done, stamp_of

        try:
            return future.result()
        except BrokenProcessPool:
            assert self._task is not None
            if self._tries < TRIES and not self._hung:
                return None
            self._pool.shutdown(wait=False)
            self._open()
            row = failed_row(self._task, self._why())
            return Done(key=self._task.key, stamp=stamp_of(self._task.path), row=row)

    def _why(self) -> str:
        assert self._task is not None
        path = self._task.path
        if self._hung:
            return hung(path)
        return (
            f"The process that scored {path} ended by itself, {TRIES} times; there may be too little memory for so "
            "many workers, or the file breaks a decoder: score it on its own."
        )

    def end_what_hangs(self) -> None:
        """End the process where it has been on one file for too long; ``end`` then tells of it."""
        assert self._task is not None
        if not self._hung and time.monotonic() - self._since > limit_s(self._task.path):
            self._hung = True
            self.kill(signal.SIGKILL)

    def kill(self, by: signal.Signals = signal.SIGTERM) -> None:
        """End the process whatever it is doing."""
        with suppress(BrokenProcessPool, TimeoutError, OSError):
            os.kill(self._pid.result(timeout=LONGEST_START_S), by)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


_given: tuple[MakeEngines, Mapping[str, Exercise]] | None = None
_scorer: Scorer | None = None


def _begin(make: MakeEngines, exercises: Mapping[str, Exercise]) -> None:
    """In the new process, before anything heavy is imported in it."""
    global _given
    _given = (make, exercises)
    os.environ.update(dict.fromkeys(THREAD_SETTINGS, "1"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent ends its processes
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    """A pool's process waits for work for ever when its parent was killed: it holds the other end of that pipe."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _score(task: Task) -> Done:
    global _scorer
    if _scorer is None:
        from .scorer import Scorer

        assert _given is not None
        _scorer = Scorer(*_given)
        _scorer.warm()
    return _scorer.score(task)
