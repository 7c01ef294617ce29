"""A session as it is held in memory: what the store has, and who is connected. Read and changed under one lock."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ..attempt import Attempt
from ..errors import RequestInvalid, UnknownExercise
from ..exercise import Exercise, Library
from ..session import SHARINGS, Consent, Entry, Person, Pin, Rating, Session, Sharing, Tally
from ..store.base import Store
from .protocol import Doing
from .removal import in_force
from .replies import Told, gist
from .running import Given, Running


@dataclass
class Held:
    """Attributes:
    people: by id, in the order they joined, those who left among them. entries: by attempt, in order of arrival.
    told: gist of each reply, by attempt. by_person: attempts of each, in order of arrival.
    consents: by person, oldest first. ratings: by attempt, oldest first. pins: by attempt, by moment.
    here: ids of those connected.
    time_from: the clock when the time began to run; None while it stands.
    """

    session: Session
    library: Library
    now: Callable[[], datetime]
    clock: Callable[[], float]
    running: Running = field(default_factory=Running)
    version: int = 0
    people: dict[str, Person] = field(default_factory=dict)
    consents: dict[str, list[Consent]] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    by_person: dict[str, list[str]] = field(default_factory=dict)
    ratings: dict[str, list[Rating]] = field(default_factory=dict)
    tallies: list[Tally] = field(default_factory=list)
    pins: dict[str, tuple[Pin, ...]] = field(default_factory=dict)
    here: set[str] = field(default_factory=set)
    doing: dict[str, Doing] = field(default_factory=dict)
    time_from: float | None = None

    def load(self, store: Store) -> None:
        """Everything that the store has of the session. Raises StoreError."""
        session_id = self.session.id
        self.people = {one.id: one for one in store.sessions.people(session_id)}
        for consent in store.sessions.consents(session_id):
            self.consents.setdefault(consent.person_id, []).append(consent)
        for entry in store.sessions.entries(session_id):
            self.keep_reply(entry, store.attempt(entry.attempt_id))
        for rating in store.sessions.ratings(session_id):
            self.ratings.setdefault(rating.attempt_id, []).append(rating)
        self.tallies = list(store.sessions.tallies(session_id))
        self.pins = {attempt_id: store.pins(attempt_id) for attempt_id in self.entries}
        kept = store.sessions.state(session_id)
        self.running = self._caught_up(Running.decoded(kept)) if kept is not None else Running()
        self.version = self.running.versions_to
        self.time_from = self.clock() if self.running.runs else None

    # people

    def person(self, person_id: str) -> Person:
        """Raises RequestInvalid where nobody is called so."""
        person = self.people.get(person_id)
        if person is None:
            raise RequestInvalid(f"Nobody in this session has the id {person_id[:40]}.")
        return person

    def named(self, name: str) -> Person | None:
        """Whoever has, or ever had, this name here, whatever its case."""
        wanted = same_name(name)
        return next((one for one in self.people.values() if same_name(one.name) == wanted), None)

    def gone(self, person_id: str) -> bool:
        return person_id not in self.people or self.people[person_id].left_at is not None

    @property
    def present(self) -> tuple[str, ...]:
        """Ids of those who belong to it, connected or not."""
        return tuple(one.id for one in self.people.values() if one.left_at is None)

    def is_here(self, person_id: str) -> bool:
        return not self.gone(person_id) and (self.session.place == "room" or person_id in self.here)

    def names(self, person_ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.people[one].name for one in person_ids if one in self.people)

    # what was agreed to

    def agree(self, consent: Consent) -> None:
        self.consents.setdefault(consent.person_id, []).append(consent)

    def agreed(self, person_id: str) -> tuple[Sharing, ...]:
        """What this person agrees to now."""
        given = in_force(self.consents.get(person_id, ()), self.now())
        return tuple(one for one in SHARINGS if (person_id, one) in given)

    def asked(self, person_id: str) -> bool:
        """Whether they have said anything to it."""
        return bool(self.consents.get(person_id))

    # replies

    def entry(self, attempt_id: str) -> Entry:
        """Raises RequestInvalid where there is no such reply in this session."""
        entry = self.entries.get(attempt_id)
        if entry is None:
            raise RequestInvalid(f"There is no reply {attempt_id[:40]} in this session.")
        return entry

    def replies_of(self, person_id: str) -> tuple[Entry, ...]:
        return tuple(self.entries[one] for one in self.by_person.get(person_id, ()))

    def observed_by(self, person_id: str) -> frozenset[str]:
        """Attempts that this person observed, or observes."""
        listeners = (self.running.listener_of(given) for given in self.running.observing(person_id))
        return frozenset(attempt_id for one in listeners if one for attempt_id in self.running.answered.get(one.id, ()))

    def coach_rating(self, attempt_id: str) -> Rating | None:
        """The coach's latest."""
        return next((one for one in reversed(self.ratings.get(attempt_id, ())) if one.role == "coach"), None)

    def keep_reply(self, entry: Entry, attempt: Attempt) -> None:
        if entry.attempt_id not in self.entries:
            self.by_person.setdefault(entry.person_id, []).append(entry.attempt_id)
        self.entries[entry.attempt_id] = entry
        self.told[entry.attempt_id] = gist(attempt)

    def drop_reply(self, attempt_id: str) -> None:
        entry = self.entries.pop(attempt_id, None)
        if entry is not None:
            self.by_person[entry.person_id].remove(attempt_id)
        self.told.pop(attempt_id, None)
        self.pins.pop(attempt_id, None)
        self.ratings.pop(attempt_id, None)
        self.tallies = [one for one in self.tallies if one.attempt_id != attempt_id]

    # what is played

    def exercise(self, exercise_id: str) -> Exercise | None:
        """None where it is no longer there."""
        try:
            return self.library.get(exercise_id)
        except UnknownExercise:
            return None

    def title(self, exercise_id: str) -> str:
        exercise = self.exercise(exercise_id)
        return exercise.title if exercise is not None else exercise_id

    # time

    def remaining_s(self) -> float | None:
        """Of the step, below 0 when it ran over; None where no time was set."""
        left = self.running.remaining_s
        if left is None or self.time_from is None:
            return left
        return left - max(0.0, self.clock() - self.time_from)

    def _caught_up(self, running: Running) -> Running:
        """With what was stored just before the program ended, and this not any more."""
        running = running.of(frozenset(self.people))
        for person_id in self.people:
            running = running.without(person_id) if self.gone(person_id) else running.joined_by(person_id)
        known = {one for attempts in running.answered.values() for one in attempts}
        for entry in self.entries.values():
            if entry.attempt_id not in known:
                given = self._given_for(running, entry)
                running = running.with_answer(given.id, entry.attempt_id) if given is not None else running
        by_name = {one.name: one.id for one in self.people.values()}
        for tally in self.tallies:
            observer = by_name.get(tally.observer)
            for given in running.given:
                if given.person_id == observer and given.role == "observer" and given.id not in running.finished:
                    listener = running.listener_of(given)
                    if listener is not None and tally.attempt_id in running.answered.get(listener.id, ()):
                        running = running.with_finished(given.id)
        return running

    @staticmethod
    def _given_for(running: Running, entry: Entry) -> Given | None:
        """The latest assignment that the reply can be to."""
        return next(
            (
                one
                for one in reversed(running.given)
                if (one.person_id, one.step, one.round, one.role)
                == (entry.person_id, entry.step, entry.round, entry.role)
            ),
            None,
        )


def same_name(name: str) -> str:
    """What two names that are the same have in common."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
