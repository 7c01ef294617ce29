"""How far a long run is, on standard error: a bar where that is a terminal, a line now and then where it is none."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..cohort.scorer import Done

LINE_EVERY_S = 10.0
BAR = "{n_fmt} of {total_fmt} {bar:24} {rate_fmt}, {remaining} left"


class Progress:
    """A ``Watch`` that tells how many files are through, how fast it goes, and how long it will take.

    Args:
        terminal: draw a bar; None: where standard error is a terminal. clock: seconds.
    """

    def __init__(self, *, terminal: bool | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = sys.stderr.isatty() if terminal is None else terminal
        self._clock = clock
        self._bar: Any = None
        self._files = self._there = self._through = 0
        self._began = self._told = 0.0

    def begin(self, files: int, there: int) -> None:
        self._files, self._there = files, there
        self._began = self._told = self._clock()
        if there:
            print(f"{there} of {files} are there from a run that was stopped.", file=sys.stderr)
        if self._terminal and there < files:
            from tqdm import tqdm

            tqdm.monitor_interval = 0  # its thread is for bars that stand still; this one moves with every file
            self._bar = tqdm(
                total=files, initial=there, bar_format=BAR, unit=" files", file=sys.stderr, dynamic_ncols=True
            )

    def through(self, done: Done) -> None:
        self._through += 1
        if done.error is not None:
            self._say(done.error)
        if self._bar is not None:
            self._bar.update()
        elif self._clock() - self._told >= LINE_EVERY_S:
            self._told = self._clock()
            self._say(self.line())

    def line(self) -> str:
        """How far it is, in words."""
        rate = self._through / max(self._clock() - self._began, 1e-9)
        left_s = (self._files - self._there - self._through) / rate if rate else 0.0
        count = self._there + self._through
        return f"{count} of {self._files}, {pace(rate)}, {duration(left_s)} left"

    def end(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _say(self, text: str) -> None:
        if self._bar is not None:
            self._bar.write(text, file=sys.stderr)
        else:
            print(text, file=sys.stderr, flush=True)


def pace(files_per_s: float) -> str:
    """Such as "2.4 files a second"; slow ones by the minute, so that no rate reads as nothing."""
    return f"{files_per_s:.1f} files a second" if files_per_s >= 1 else f"{files_per_s * 60:.1f} files a minute"


def duration(seconds: float) -> str:
    """Such as "40 s", "12 min" or "3 h 20 min"."""
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
