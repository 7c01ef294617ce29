"""Makes everybody's view whenever the session changes, in one thread, and hands them to whoever sends them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Literal, cast

import msgspec

from ..errors import RequestInvalid
from .protocol import View, encode
from .session import LiveSession
from .snapshot import Change

RESTED = 9.0
"""Times as long as telling everybody took, it rests before it tells what may wait: news then seldom comes while it is
busy, however many there are to tell."""
LONGEST_REST_S = 2.0


class Teller:
    """Args:
    connected: ids of those who are connected just now, and their names; called from this thread.
    deliver: takes encoded views by person, None for somebody who no longer belongs to the session, and calls its second
        argument once they are handed on; called from this thread.
    fault: told when something inside broke.
    passing_s: changes that may wait are told this far apart, or farther where telling them takes long.
    """

    def __init__(
        self,
        live: LiveSession,
        *,
        connected: Callable[[], dict[str, str]],
        deliver: Callable[[dict[str, bytes | None], Callable[[], None]], None],
        fault: Callable[[str], None],
        passing_s: float,
    ) -> None:
        self._live = live
        self._connected = connected
        self._deliver = deliver
        self._fault = fault
        self._passing_s = passing_s
        self._wake = threading.Condition()
        self._everybody = False
        self._some: set[str] = set()
        self._may_wait = False
        self._handing: Literal["", "passing", "news"] = ""
        self._swept_at = -passing_s
        self._took_s = 0.0
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="coach-telling", daemon=True)
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        self._unsubscribe = self._live.subscribe(self.changed)
        self._thread.start()

    def stop(self) -> None:
        """What waits is not told any more."""
        self._unsubscribe()
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._thread.join()

    def changed(self, change: Change) -> None:
        with self._wake:
            if change.passing:
                self._may_wait = True
            elif change.people is None:
                self._everybody = True
            else:
                self._some |= change.people
            self._wake.notify()

    def tell(self, people: Iterable[str]) -> None:
        """These want their view now."""
        with self._wake:
            self._some.update(people)
            self._wake.notify()

    def _run(self) -> None:
        while (whom := self._next()) is not None:
            everybody, some = whom
            try:
                self._sweep(everybody, some)
            except Exception as error:  # whatever it is, the next change is told again
                self._handed()
                self._fault(f"{type(error).__name__}: {error}")

    def _next(self) -> tuple[bool, set[str]] | None:
        """Whom to tell: (everybody, these); None at the end.

        What is still being sent is waited for, so that under load views are left out rather than piled up; only news
        for everybody does not wait for what could have waited itself.
        """
        with self._wake:
            while not self._stopped:
                apart_s = max(self._passing_s, min(RESTED * self._took_s, LONGEST_REST_S))
                wait_s = self._swept_at + apart_s - time.monotonic()
                news = self._everybody and self._handing != "news"
                if news or (self._may_wait and wait_s <= 0 and not self._handing):
                    self._handing = "news" if news else "passing"
                    self._everybody = self._may_wait = False
                    self._some = set()
                    self._swept_at = time.monotonic()
                    return True, set()
                if self._some and not self._handing:
                    some, self._some = self._some, set()
                    self._handing = "passing"
                    return False, some
                self._wake.wait(max(wait_s, 0.001) if self._may_wait and not self._handing else None)
        return None

    def _handed(self, everybody: bool = False) -> None:
        with self._wake:
            self._handing = ""
            if everybody:
                self._took_s = time.monotonic() - self._swept_at
            self._wake.notify()

    def _sweep(self, everybody: bool, some: set[str]) -> None:
        """Make them all, then hand them over: two threads at once would each wait for the other's turns."""
        names = self._connected()
        shared = _Shared()
        views = {one: self._frame(one, names[one], shared) for one in names if everybody or one in some}
        if views:
            self._deliver(views, partial(self._handed, everybody))
        else:
            self._handed()

    def _frame(self, person_id: str, name: str, shared: _Shared) -> bytes | None:
        try:
            view = self._live.view(person_id)
        except RequestInvalid:
            return None
        return shared.encode(view) if shared.has(view, name) else None


class _Shared:
    """The plan and the people of a view; those of one sweep mostly share them, so they are encoded once."""

    def __init__(self) -> None:
        self._of: object = None
        self._names: frozenset[str] = frozenset()
        self._encoded: dict[str, msgspec.Raw] = {}

    def has(self, view: View, name: str) -> bool:
        self._look(view)
        return name in self._names

    def encode(self, view: View) -> bytes:
        self._look(view)
        return encode(msgspec.structs.replace(view, **cast(dict[str, Any], self._encoded)))

    def _look(self, view: View) -> None:
        if self._of is not view.people:
            self._of = view.people
            self._names = frozenset(line.name for line in view.people)
            self._encoded = {
                "plan": msgspec.Raw(msgspec.msgpack.encode(view.plan)),
                "people": msgspec.Raw(msgspec.msgpack.encode(view.people)),
            }
