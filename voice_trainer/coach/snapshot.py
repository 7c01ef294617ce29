"""What the coach's own screen shows of a session at one moment; frozen, so any thread may draw from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..exercise import Outcome
from ..listening.moves import Move
from ..session import Pin, Rating, Role, Session, Sharing, Tally
from .protocol import Assignment, Doing, Phase, PlanLine


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something changed, and is stored.

    Attributes:
        people: ids of those whose view changed; None for everybody's. version: of the session, growing.
        passing: only who is here and what they are at; it may be told a moment later, together with the next.
    """

    people: frozenset[str] | None
    version: int
    passing: bool = False


@dataclass(frozen=True, kw_only=True)
class PersonNow:
    """One line of the roster.

    Attributes:
        here: whether their trainer is connected (network); always true in one room.
        left: they left, or were asked to. team: 0 or 1 in dodge ball, else None.
        assignment: what they are at; None while there is nothing to do.
        asked: whether they have said anything to what is asked for. consents: what they agreed to.
        replies: how many of theirs are stored.
    """

    id: str
    name: str
    here: bool
    doing: Doing
    left: bool
    team: int | None
    assignment: Assignment | None
    asked: bool
    consents: tuple[Sharing, ...]
    replies: int


@dataclass(frozen=True, kw_only=True)
class ReplyNow:
    """One reply. What the machine made of it is hidden until it is revealed.

    Attributes:
        title: of the exercise. text: the words, "" where they were not shared.
        duration_s: of the reply. recording: file name under the recordings folder; None where it was not shared.
        revealed: whether the machine's view is uncovered; while it is not, everything below it is None or empty.
        level: 1–5. wording, voice: 0–1. moves: that it makes. strength, next_step: as the person was told them.
        coach_wording, coach_voice: 1–5, the coach's latest; None where they could not say, or did not yet.
        rated: whether the coach has rated it. blind: whether that was before the reveal.
    """

    attempt_id: str
    person_id: str
    person: str
    step: int
    round: int
    role: Role
    title: str
    arrived_at: datetime
    shared: tuple[Sharing, ...]
    text: str
    duration_s: float
    recording: str | None
    rated: bool
    blind: bool
    coach_wording: int | None
    coach_voice: int | None
    revealed: bool
    level: int | None = None
    wording: float | None = None
    voice: float | None = None
    outcome: Outcome | None = None
    moves: tuple[Move, ...] = ()
    strength: str = ""
    next_step: str = ""


@dataclass(frozen=True, kw_only=True)
class TallyNow:
    """What an observer heard, and the machine's count of the same reply (None until revealed, or not shared)."""

    tally: Tally
    person: str
    machine: dict[Move, int] | None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything at once.

    Attributes:
        people: by the time they joined, those who left among them. queue: person ids, the next first.
        up: id of whose turn it is, "" for everybody's or nobody's. step: index into the plan, −1 before the first.
        round, rounds: of the step, from 0, and how many there are (1 without a drill).
        remaining_s: left of the step, below 0 when it ran over; None where no time was set. running: whether it runs.
        replies: newest first. tallies, ratings: oldest first. pins: by reply, then moment.
    """

    session: Session
    phase: Phase
    plan: tuple[PlanLine, ...]
    people: tuple[PersonNow, ...]
    queue: tuple[str, ...]
    up: str
    step: int
    round: int
    rounds: int
    remaining_s: float | None
    running: bool
    replies: tuple[ReplyNow, ...]
    ratings: tuple[Rating, ...]
    tallies: tuple[TallyNow, ...]
    pins: tuple[Pin, ...]
    notes: str
    version: int

    def person(self, person_id: str) -> PersonNow | None:
        """The line of that person; None where there is none."""
        return next((one for one in self.people if one.id == person_id), None)

    def reply(self, attempt_id: str) -> ReplyNow | None:
        """The line of that reply; None where there is none."""
        return next((one for one in self.replies if one.attempt_id == attempt_id), None)

    @property
    def waiting_for(self) -> tuple[PersonNow, ...]:
        """Those who are here and whose part is not stored yet."""
        return tuple(one for one in self.people if one.here and one.assignment is not None and not one.assignment.done)
