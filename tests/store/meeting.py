"""A session with people in it, as the tests of the store need one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tests.store.conftest import make_attempt
from voice_trainer.attempt import Attempt, Transcript, Word
from voice_trainer.session import Consent, ConsentRules, Entry, Person, Rating, Session, Sharing, Step, Tally
from voice_trainer.store import Store, new_attempt_id

NOW = datetime(2025, 3, 9, 12, tzinfo=UTC)


class Meeting:
    """One session in ``store``; every record that it makes is a minute later than the one before."""

    def __init__(self, store: Store, *, coach: str = "Cleo", place: str = "network", at: datetime = NOW) -> None:
        self.store = store
        self.sessions = store.sessions
        self._at = at
        self.session = Session(
            id=self.new_id(),
            title="Tuesday group",
            coach=coach,
            place=place,  # type: ignore[arg-type]
            made_at=self.tick(),
            steps=(Step(exercise_id="cold-dinner"), Step(exercise_id="late-again", drill="threes", minutes=7.5)),
            rules=ConsentRules(listeners=(coach, "Dora"), days=14),
            code="ABCD-EFGH",
            notes="Ask Bo first.",
        )
        self.sessions.add(self.session)

    @property
    def id(self) -> str:
        return self.session.id

    def tick(self) -> datetime:
        self._at += timedelta(minutes=1)
        return self._at

    def new_id(self) -> str:
        return new_attempt_id(self._at)

    def person(self, name: str, **own: Any) -> Person:
        fields: dict[str, Any] = {"id": self.new_id(), "session_id": self.id, "name": name, "joined_at": self.tick()}
        return Person(**{**fields, **own})

    def joins(self, name: str, **own: Any) -> Person:
        person = self.person(name, **own)
        assert self.sessions.add_person(person)
        return person

    def consent(self, person: Person, sharing: Sharing, given: bool = True, **own: Any) -> Consent:
        fields: dict[str, Any] = {
            "id": self.new_id(),
            "session_id": self.id,
            "person_id": person.id,
            "sharing": sharing,
            "given": given,
            "listeners": ("Cleo",) if given else (),
            "said_at": self.tick(),
        }
        return Consent(**{**fields, **own})

    def agrees(self, person: Person, sharing: Sharing, given: bool = True, **own: Any) -> Consent:
        consent = self.consent(person, sharing, given, **own)
        assert self.sessions.add_consents((consent,))
        return consent

    def reply(self, person: Person, said: str = "", **own: Any) -> Attempt:
        attempt = make_attempt(person=person.name, started_at=self.tick(), **own)
        words = Transcript(words=(Word(text=said, start_s=0.1, end_s=0.4),))
        scored = msgspec.structs.replace(attempt.scored, transcript=words)
        return msgspec.structs.replace(attempt, scored=scored)

    def entry(self, person: Person, attempt: Attempt, **own: Any) -> Entry:
        fields: dict[str, Any] = {
            "attempt_id": attempt.id,
            "session_id": self.id,
            "person_id": person.id,
            "step": 0,
            "shared": ("scores", "transcript"),
            "arrived_at": self.tick(),
        }
        return Entry(**{**fields, **own})

    def shares(self, person: Person, said: str = "", **own: Any) -> Attempt:
        attempt = self.reply(person, said)
        assert self.sessions.add_entry(self.entry(person, attempt, **own), attempt)
        return attempt

    def rating(self, attempt: Attempt, rater: str = "Cleo", **own: Any) -> Rating:
        fields: dict[str, Any] = {
            "id": self.new_id(),
            "session_id": self.id,
            "attempt_id": attempt.id,
            "rater": rater,
            "role": "coach",
            "wording": 4,
            "made_at": self.tick(),
        }
        return Rating(**{**fields, **own})

    def tally(self, attempt: Attempt, observer: str, **own: Any) -> Tally:
        fields: dict[str, Any] = {
            "id": self.new_id(),
            "session_id": self.id,
            "attempt_id": attempt.id,
            "observer": observer,
            "counts": {"advice": 2, "validation": 0},
            "made_at": self.tick(),
        }
        return Tally(**{**fields, **own})
