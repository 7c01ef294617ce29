"""What the screens of practising together are given, and how they do things: one after the other, off the screen.

The command line puts it in (``cli``): serving a session, joining one, writing a debrief to a file. So no screen knows
a socket, a certificate, or where settings lie.
"""

from __future__ import annotations

import copy
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

import msgspec

from ..errors import VoiceTrainerError
from .messages import Trouble

if TYPE_CHECKING:
    from textual.app import App

    from ..coach.address import Invitation
    from ..coach.client import ClientEvent, CoachClient
    from ..coach.protocol import View
    from ..coach.session import LiveSession
    from ..practice import Practice
    from ..session import Session

_Result = TypeVar("_Result")
DebriefFormat = Literal["html", "csv", "json", "xapi"]
DEBRIEF_FORMATS: tuple[DebriefFormat, ...] = ("html", "csv", "json", "xapi")


class Serving(Protocol):
    """A session that is being served; it ends with ``stop``."""

    @property
    def invitation(self) -> Invitation: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Invited:
    """What somebody was given to come in with, as it is written in an invitation; ``fingerprint`` may be ""."""

    address: str
    code: str
    name: str
    fingerprint: str = ""


Serve: TypeAlias = "Callable[[LiveSession], Serving]"
"""Begin to serve a session to participants. Raises Unreachable, StoreError."""
Connect: TypeAlias = "Callable[[Invited, Callable[[View], None], Callable[[ClientEvent], None]], CoachClient]"
"""A client that is not started yet; what it tells comes on its own thread. Raises RequestInvalid, SessionError."""
Write: TypeAlias = "Callable[[LiveSession, DebriefFormat, Path, str], tuple[str, ...]]"
"""Write a session's debrief; the id at the end names whose part alone, "" for the whole. Returns the files written.
Raises RequestInvalid, StoreError."""


@dataclass(frozen=True, kw_only=True)
class Coaching:
    """For the coach's screens.

    Attributes:
        serve: None where no session can be served from here; then there is one room only.
        write: None where nothing can be exported from here.
        begin: a session to begin at once. resume: id of one to take up again at once. at_once: show one's sessions.
    """

    serve: Serve | None = None
    write: Write | None = None
    begin: Session | None = None
    resume: str | None = None
    at_once: bool = False


@dataclass(frozen=True, kw_only=True)
class Joining:
    """For a participant's screens. ``invited``: come in at once; None waits to be told."""

    connect: Connect
    invited: Invited | None = None


class Hand:
    """Does what it is given one after the other, in workers of ``app``: a rating is stored before its reveal is.

    What goes wrong is told as ``Trouble``; what comes of it is handed to ``then``, on the worker's thread.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._waiting: deque[Callable[[], None]] = deque()
        self._one = threading.Lock()

    def do(
        self,
        work: Callable[[], _Result],
        then: Callable[[_Result], object] = lambda _: None,
        *,
        failed: Callable[[str], object] | None = None,
    ) -> None:
        """``failed`` is told what went wrong in place of ``Trouble``."""

        def whole() -> None:
            try:
                result = work()
            except VoiceTrainerError as error:
                if failed is None:
                    self._app.post_message(Trouble(str(error)))
                else:
                    failed(str(error))
            else:
                then(result)

        self._waiting.append(whole)
        self._app.run_worker(self._next, thread=True, group="session")

    def _next(self) -> None:
        with self._one:
            self._waiting.popleft()()


def practice_of(practice: Practice, person: str) -> Practice:
    """The same practice, where what is said belongs to ``person``; nobody's settings are touched."""
    theirs = copy.copy(practice)
    theirs.preferences = msgspec.structs.replace(practice.preferences, person=person)
    return theirs
