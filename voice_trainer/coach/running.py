"""What of a live session would be lost with its program: turns, assignments, time. Kept in the store as one blob."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

import msgspec

from ..errors import StoreCorrupt
from ..listening.moves import Move
from ..session import Role
from .drills import Groups
from .protocol import Phase

RESERVED = 10_000
"""Versions that are set aside at once, so that not every one is written; a restart goes on after all of them."""


class Given(msgspec.Struct, frozen=True, array_like=True):
    """An assignment as it was given; kept for good, since a reply to an earlier one may still be on its way.

    Attributes:
        sending: number of the sending; with ``group`` it tells who sat together. partners: ids.
        current: whether it is what the person is at.
    """

    id: str
    person_id: str
    sending: int
    group: int
    step: int
    round: int
    role: Role
    exercise_id: str
    turn: str
    line: str = ""
    partners: tuple[str, ...] = ()
    current: bool = True


class WaitingTally(msgspec.Struct, frozen=True, array_like=True):
    """A tally whose reply has not arrived. ``id``: of the message, and of the ``Tally`` that it becomes."""

    id: str
    given_id: str
    person_id: str
    counts: dict[Move, int]


class Running(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Attributes:
    versions_to: the last version that may be told without storing this again.
    step: index into the plan; what counts, where ``Session.step`` differs after a crash.
    queue, up, groups: person ids. to_all: whether the step went to everybody, so that newcomers get it too.
    answered: assignment → attempts. finished: assignments done without a stored reply.
    remaining_s: of the step when this was stored; None where no time was set. runs: whether it was running.
    """

    versions_to: int = RESERVED
    phase: Phase = "waiting"
    step: int = -1
    round: int = 0
    queue: tuple[str, ...] = ()
    up: str = ""
    groups: Groups = ()
    to_all: bool = True
    sendings: int = 0
    given: tuple[Given, ...] = ()
    answered: dict[str, tuple[str, ...]] = {}
    finished: frozenset[str] = frozenset()
    waiting: tuple[WaitingTally, ...] = ()
    remaining_s: float | None = None
    runs: bool = False

    def encoded(self) -> bytes:
        return msgspec.json.encode(self)

    @staticmethod
    def decoded(data: bytes) -> Running:
        """Raises StoreCorrupt."""
        try:
            return msgspec.json.decode(data, type=Running)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreCorrupt(
                f"Where the session stood can't be read ({error}). Its people and replies are there; begin another "
                "session, or look at this one's debrief."
            ) from error

    # who is at what

    @cached_property
    def _current(self) -> dict[str, Given]:
        return {one.person_id: one for one in self.given if one.current}

    @cached_property
    def _by_id(self) -> dict[str, Given]:
        return {one.id: one for one in self.given}

    @cached_property
    def _listeners(self) -> dict[tuple[int, int], Given]:
        """By table: the first, where everybody listens at one."""
        return {(one.sending, one.group): one for one in reversed(self.given) if one.role == "listener"}

    @cached_property
    def _observing(self) -> dict[str, list[Given]]:
        found: dict[str, list[Given]] = {}
        for one in self.given:
            if one.role == "observer":
                found.setdefault(one.person_id, []).append(one)
        return found

    def observing(self, person_id: str) -> tuple[Given, ...]:
        """Every assignment of this person to observe."""
        return tuple(self._observing.get(person_id, ()))

    def given_to(self, person_id: str) -> Given | None:
        """What the person is at."""
        return self._current.get(person_id)

    def assignment(self, assignment_id: str) -> Given | None:
        """Given now or earlier."""
        return self._by_id.get(assignment_id)

    def listener_of(self, given: Given) -> Given | None:
        """Who answers at the table that ``given`` is for."""
        return self._listeners.get((given.sending, given.group))

    def done(self, given: Given, gone: Callable[[str], bool]) -> bool:
        """Whether their part is stored, or can't come any more. ``gone``: whether a person left."""
        if given.id in self.finished or self.answered.get(given.id):
            return True
        if given.role == "listener":
            return False
        listener = self.listener_of(given)
        if listener is None or gone(listener.person_id):
            return True
        return given.role == "speaker" and self.done(listener, gone)

    # changes; each gives another record

    def with_answer(self, assignment_id: str, attempt_id: str) -> Running:
        before = self.answered.get(assignment_id, ())
        return msgspec.structs.replace(self, answered={**self.answered, assignment_id: (*before, attempt_id)})

    def with_finished(self, assignment_id: str) -> Running:
        return msgspec.structs.replace(self, finished=self.finished | {assignment_id})

    def with_given(self, new: Iterable[Given], *, instead_of: Iterable[str]) -> Running:
        """``new`` assignments; what the people ``instead_of`` were at is no longer current."""
        over = frozenset(instead_of)
        past = tuple(
            msgspec.structs.replace(one, current=False, line="", partners=())
            if one.current and one.person_id in over
            else one
            for one in self.given
        )
        return msgspec.structs.replace(self, given=(*past, *new))

    def without_reply(self, attempt_id: str) -> Running:
        """The answer stays given, though nothing of it is stored any more."""
        answered, finished = dict(self.answered), set(self.finished)
        for assignment_id, attempts in self.answered.items():
            if attempt_id in attempts:
                answered[assignment_id] = tuple(one for one in attempts if one != attempt_id)
                finished.add(assignment_id)
        return msgspec.structs.replace(self, answered=answered, finished=frozenset(finished))

    def with_turn(self, person_id: str) -> Running:
        """``person_id`` has the turn ("" for nobody); who had it goes to the end of the queue."""
        queue = [one for one in self.queue if one != person_id]
        if self.up and self.up != person_id and self.up not in queue:
            queue.append(self.up)
        return msgspec.structs.replace(self, queue=tuple(queue), up=person_id)

    def moved_in_queue(self, person_id: str, by: int) -> Running:
        queue = list(self.queue)
        if person_id not in queue:
            return self
        at = queue.index(person_id)
        queue.insert(max(0, min(len(queue), at + by)), queue.pop(at))
        return msgspec.structs.replace(self, queue=tuple(queue))

    def of(self, people: frozenset[str]) -> Running:
        """Without anybody else: somebody whose coming could not be stored."""
        return msgspec.structs.replace(
            self,
            queue=tuple(one for one in self.queue if one in people),
            up=self.up if self.up in people else "",
            groups=tuple(tuple(one for one in group if one in people) for group in self.groups),
            given=tuple(one for one in self.given if one.person_id in people),
        )

    def without(self, person_id: str) -> Running:
        """Somebody left."""
        return msgspec.structs.replace(
            self.with_given((), instead_of=(person_id,)),
            queue=tuple(one for one in self.queue if one != person_id),
            up="" if self.up == person_id else self.up,
        )

    def joined_by(self, person_id: str) -> Running:
        """Somebody came in, or came back: they are last in the queue."""
        if person_id in self.queue or person_id == self.up:
            return self
        return msgspec.structs.replace(self, queue=(*self.queue, person_id))
