"""What every face of a live session stands on: one lock, changes that are stored and then told, people coming in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import msgspec

from ..errors import RequestInvalid, StoreError
from ..session import MOST_PEOPLE, Person, Session
from ..store.base import Store
from ..store.ids import new_attempt_id
from ..store.recordings import Recordings
from . import stepping
from .arriving import Arriving
from .hearing import Hearing
from .held import Held
from .running import RESERVED, Running
from .snapshot import Change

MOST_EVER = 4 * MOST_PEOPLE
"""People who ever came in, those who left among them."""


@dataclass
class Touched:
    """Whose view a change changes; ``people`` None for everybody's. ``any`` is False where nothing changed."""

    people: set[str] | None = None
    any: bool = True
    passing: bool = False


class Authority:
    """Args:
    held: what the store has of the session. Everything of it is read and changed under ``_lock``.
    """

    def __init__(self, held: Held, store: Store, recordings: Recordings) -> None:
        self._held = held
        self._store = store
        self._recordings = recordings
        self._arriving = Arriving(recordings)
        self._hearing = Hearing(held, store, recordings, self._arriving, self._keep)
        self._lock = threading.RLock()
        self._told: list[Callable[[Change], None]] = []

    def subscribe(self, told: Callable[[Change], None]) -> Callable[[], None]:
        """Be called after every change, on the thread that made it, outside the lock; returns what ends it."""
        with self._lock:
            self._told.append(told)

        def end() -> None:
            with self._lock, suppress(ValueError):
                self._told.remove(told)

        return end

    @contextmanager
    def _changing(self) -> Iterator[Touched]:
        """One change at a time; those who listen are told after it, and only of what came to an end without fault."""
        touched = Touched()
        with self._lock:
            yield touched
            if not touched.any:
                return
            self._held.version += 1
            if self._held.version + RESERVED // 2 > self._held.running.versions_to:
                with suppress(StoreError):
                    self._keep(self._held.running)
            people = None if touched.people is None else frozenset(touched.people)
            change = Change(people=people, version=self._held.version, passing=touched.passing)
            listening = tuple(self._told)
        for told in listening:
            told(change)

    def _keep(self, running: Running, *, timed: bool = False) -> None:
        """Store where the session stands, then hold it. ``timed``: the time in ``running`` is a new one."""
        held = self._held
        held.running = self._stored(running, timed=timed)
        held.time_from = held.clock() if held.running.runs and held.running.remaining_s is not None else None

    def _stored(self, running: Running, *, timed: bool = False) -> Running:
        held = self._held
        running = msgspec.structs.replace(
            running,
            versions_to=held.version + RESERVED,
            remaining_s=running.remaining_s if timed else held.remaining_s(),
        )
        self._store.sessions.keep_state(held.session.id, running.encoded())
        return running

    def _hold(self, running: Running) -> None:
        self._held.running = running
        self._held.time_from = self._held.clock() if running.runs and running.remaining_s is not None else None

    def _update(self, session: Session) -> None:
        checked = msgspec.convert(msgspec.to_builtins(session), Session)  # a plan or notes that are too long
        self._store.sessions.update(checked)
        self._held.session = checked

    def _newcomer(self, name: str, token_sha256: str) -> Person:
        held = self._held
        if held.running.phase == "ended":
            raise RequestInvalid("This session is over; ask for the next one.")
        if len(held.present) >= MOST_PEOPLE or len(held.people) >= MOST_EVER:
            raise RequestInvalid(f"The session is full: {MOST_PEOPLE} people are in it.")
        now = held.now()
        person = Person(
            id=new_attempt_id(now),
            session_id=held.session.id,
            name=name,
            joined_at=now,
            token_sha256=token_sha256,
        )
        held.people[person.id] = person
        try:
            running = self._stored(stepping.joined(held, held.running, person.id))
            self._store.sessions.add_person(person)
        except BaseException:
            del held.people[person.id]
            raise
        self._hold(running)
        return person

    def _back(self, person: Person) -> Person:
        held = self._held
        back = msgspec.structs.replace(person, left_at=None)
        self._store.sessions.update_person(back)
        held.people[person.id] = back
        self._keep(stepping.joined(held, held.running, person.id))
        return back
