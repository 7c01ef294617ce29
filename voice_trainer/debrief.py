"""Records of looking back on a session: what was practised, by whom, and how far raters agreed. Pure data.

Nobody is graded, and nobody is compared with anybody: what a person gets is their own part (``PersonPart``), with
what they practised, one strength and one next step. The group's pattern is the coach's.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from .listening.moves import Move
from .session import DrillKind, Pin, Place, Rating, Role, Sharing


class Coefficient(msgspec.Struct, frozen=True, kw_only=True):
    """A coefficient of agreement with its 95 % interval; ``why`` says what is missing where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""


class Pairing(msgspec.Struct, frozen=True, kw_only=True):
    """Two raters of the same replies, on 1–5.

    Attributes:
        pairs: replies that both rated. same, within_one: how many they rated alike, or one level apart at most.
        kappa: Cohen's, weighted quadratically, on whole levels. icc: ICC(A,1) after McGraw and Wong (1996).
    """

    pairs: int
    same: int
    within_one: int
    kappa: Coefficient
    icc: Coefficient


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far the coach's blind ratings and the machine's levels agree.

    Attributes:
        sessions: that the replies come from. not_blind: ratings left out, since they were given after the reveal.
    """

    wording: Pairing
    voice: Pairing
    sessions: int = 1
    not_blind: int = 0


class TallyCompared(msgspec.Struct, frozen=True, kw_only=True):
    """An observer's tally of a reply beside the machine's count; ``machine`` None where scores were not shared.

    Attributes:
        person: whose reply it was.
    """

    attempt_id: str
    person: str
    observer: str
    observed: dict[Move, int]
    machine: dict[Move, int] | None


class Practised(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the plan as somebody was in it."""

    title: str
    exercise_id: str
    drill: DrillKind | None
    roles: tuple[Role, ...]
    replies: int


class ReplyPart(msgspec.Struct, frozen=True, kw_only=True):
    """One reply as it stands at the debrief; what was not shared is empty or None.

    Attributes:
        text: the words. level: 1–5. wording, voice: 0–1. moves: that it makes. strength, next_step: as it was told.
        recording: whether the sound is there. ratings: of it, oldest first. pins: by moment.
    """

    attempt_id: str
    exercise_id: str
    title: str
    turn: str
    step: int
    round: int
    arrived_at: datetime
    shared: tuple[Sharing, ...]
    duration_s: float
    text: str = ""
    level: int | None = None
    wording: float | None = None
    voice: float | None = None
    moves: tuple[Move, ...] = ()
    strength: str = ""
    next_step: str = ""
    recording: bool = False
    ratings: tuple[Rating, ...] = ()
    pins: tuple[Pin, ...] = ()
    tallies: tuple[TallyCompared, ...] = ()


class PersonPart(msgspec.Struct, frozen=True, kw_only=True):
    """One person's own part.

    Attributes:
        practised: by step. strength, next_step: one sentence each, "" where nothing was shared to tell it from.
    """

    person_id: str
    name: str
    practised: tuple[Practised, ...]
    replies: tuple[ReplyPart, ...]
    strength: str
    next_step: str


class MovePattern(msgspec.Struct, frozen=True, kw_only=True):
    """In how many of the group's replies a move was heard."""

    move: Move
    replies: int


class GroupPattern(msgspec.Struct, frozen=True, kw_only=True):
    """What the group did together; names nobody.

    Attributes:
        replies: all; rated: those whose words were rated and shared. moves: the commonest first.
        nearer: a sentence on what came often; practise: a sentence on what to practise together.
    """

    people: int
    replies: int
    rated: int
    moves: tuple[MovePattern, ...]
    nearer: str = ""
    practise: str = ""


class Debrief(msgspec.Struct, frozen=True, kw_only=True):
    """A session looked back on. Whole it is the coach's; ``only`` names the person whose part alone is in it.

    Attributes:
        group, agreement, every_session: None in a person's own part. notes are never in it: they are the coach's own.
        every_session: agreement over all sessions of this coach.
    """

    session_id: str
    title: str
    coach: str
    place: Place
    made_at: datetime
    ended_at: datetime | None
    people: tuple[PersonPart, ...]
    group: GroupPattern | None = None
    agreement: Agreement | None = None
    every_session: Agreement | None = None
    only: str = ""

    @property
    def attempt_ids(self) -> tuple[str, ...]:
        """Of all replies in it; an export of it holds something of each."""
        return tuple(reply.attempt_id for part in self.people for reply in part.replies)
