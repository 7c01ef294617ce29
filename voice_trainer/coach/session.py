"""The one authority over a live session. The network and the coach's screen are two faces of it.

It alone changes a session. Every change is stored before it is told; what could not be stored has not happened. Any
thread may call. A program that ends is taken up again with ``LiveSession.open``: the same people, queue, assignments,
and a version that goes on growing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from ..attempt import Attempt
from ..debrief import Agreement, Debrief
from ..exercise import Library
from ..session import Person, Session, Step
from ..store.base import Store
from ..store.recordings import Recordings
from .protocol import Accepted, Consenting, Doing, Refused, Say, View
from .snapshot import Change, Snapshot


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LiveSession:
    """A session that runs. Made by ``begin`` or ``open``."""

    @classmethod
    def begin(
        cls,
        session: Session,
        store: Store,
        recordings: Recordings,
        library: Library,
        *,
        now: Callable[[], datetime] = _utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> LiveSession:
        """Store ``session`` and begin it. Raises UnknownExercise, RequestInvalid, StoreError."""
        raise NotImplementedError

    @classmethod
    def open(
        cls,
        session_id: str,
        store: Store,
        recordings: Recordings,
        library: Library,
        *,
        coach: str | None = None,
        now: Callable[[], datetime] = _utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> LiveSession:
        """Take a stored session up again. Raises UnknownSession, StoreError.

        Args:
            coach: whose session it must be; None does not ask.
        """
        raise NotImplementedError

    # looking

    @property
    def session(self) -> Session:
        """As it stands."""
        raise NotImplementedError

    @property
    def version(self) -> int:
        raise NotImplementedError

    @property
    def snapshot(self) -> Snapshot:
        """All that the coach's screen shows, now."""
        raise NotImplementedError

    def view(self, person_id: str) -> View:
        """All that this person's screen shows, now. Raises RequestInvalid where nobody is called so."""
        raise NotImplementedError

    def attempt(self, attempt_id: str) -> Attempt:
        """A reply as the coach may see it now: without scores until it is revealed. Raises RequestInvalid."""
        raise NotImplementedError

    def subscribe(self, told: Callable[[Change], None]) -> Callable[[], None]:
        """Be called after every change, on the thread that made it, outside the lock; returns what ends it."""
        raise NotImplementedError

    # the coach; all raise RequestInvalid for what can't be, StoreError where it can't be stored

    def add_person(self, name: str) -> Person:
        """Somebody in the room."""
        raise NotImplementedError

    def remove_person(self, person_id: str) -> None:
        """They leave; what they shared stays."""
        raise NotImplementedError

    def send(self, step: int, to: tuple[str, ...] | None = None) -> None:
        """Begin a step of the plan (index), for everybody or for some (person ids); its time begins to run.

        Others keep what they have where ``to`` names some.
        """
        raise NotImplementedError

    def next_round(self) -> bool:
        """Go on to the next round of the drill; False where the step has no more rounds (nothing changes)."""
        raise NotImplementedError

    def give_turn(self, person_id: str) -> None:
        """It is this person's turn; whoever had it goes to the end of the queue. "" ends the turn."""
        raise NotImplementedError

    def queue_up(self, person_id: str) -> None:
        """One place nearer to their turn."""
        raise NotImplementedError

    def queue_down(self, person_id: str) -> None:
        """One place further from it."""
        raise NotImplementedError

    def start_timer(self) -> None:
        raise NotImplementedError

    def pause_timer(self) -> None:
        raise NotImplementedError

    def add_minutes(self, minutes: float) -> None:
        """More time, or less (below 0)."""
        raise NotImplementedError

    def rate(self, attempt_id: str, wording: int | None, voice: int | None) -> None:
        """The coach's rating, 1–5 each; None where they can't say. Blind until the reply is revealed."""
        raise NotImplementedError

    def reveal(self, attempt_id: str) -> None:
        """Uncover the machine's view of a reply, and tell the person the coach's rating."""
        raise NotImplementedError

    def pin(self, attempt_id: str, at_s: float, note: str, author: str = "") -> None:
        """A note at a moment of a reply; ``author`` "" is the coach."""
        raise NotImplementedError

    def set_notes(self, text: str) -> None:
        """The coach's own notes; nobody else gets them."""
        raise NotImplementedError

    def set_plan(self, steps: tuple[Step, ...]) -> None:
        """Another plan; the steps up to the one that is on must stay as they are."""
        raise NotImplementedError

    def set_consents(self, person_id: str, consents: tuple[Consenting, ...]) -> str:
        """What somebody in the room said to what is asked for; returns the sentence that acknowledges it."""
        raise NotImplementedError

    def take_back(self, person_id: str, sharing: tuple[str, ...], attempt_ids: tuple[str, ...] = ()) -> str:
        """Remove what somebody in the room takes back; returns the sentence that acknowledges it."""
        raise NotImplementedError

    def keep_room_reply(self, person_id: str, attempt: Attempt) -> None:
        """A reply given in the room belongs to this person and to the step that is on."""
        raise NotImplementedError

    def debrief(self) -> None:
        """From practising to looking back together."""
        raise NotImplementedError

    def end(self) -> None:
        """The session is over: nobody new comes in; what is still on its way may arrive."""
        raise NotImplementedError

    # participants, through the server

    def admit(self, name: str, token: str = "") -> tuple[Person, str]:
        """Let somebody in, or back in with the token they were given. Returns them and their token.

        Raises:
            NotAdmitted: the name is taken, can't be a name, the session is full or over.
            StoreError: it can't be stored.
        """
        raise NotImplementedError

    def here(self, person_id: str, connected: bool) -> None:
        """Their trainer is connected, or no longer."""
        raise NotImplementedError

    def doing(self, person_id: str, doing: Doing) -> None:
        """What they are at; not stored."""
        raise NotImplementedError

    def hear(self, person_id: str, say: Say) -> Accepted | Refused:
        """Take in what a participant says, once. Never raises: what can't be taken is ``Refused`` with one sentence.

        An id that was heard before is ``Accepted`` again and changes nothing.
        """
        raise NotImplementedError

    # looking back

    def agreement(self) -> Agreement:
        """The coach's blind ratings against the machine's, in this session."""
        raise NotImplementedError

    def debrief_of(self) -> Debrief:
        """The whole debrief; the coach's."""
        raise NotImplementedError

    def debrief_for(self, person_id: str) -> Debrief:
        """This person's own part of it, and nothing of anybody else's."""
        raise NotImplementedError

    def purge(self) -> int:
        """Remove what has run out, in every session of the store; how many replies lost something by it."""
        raise NotImplementedError
