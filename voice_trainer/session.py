"""Records of practising together, and of looking back. They name attempts by id only.

A session has a plan of steps and people; a step is an exercise or a drill. Where a reply goes is said by consents.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args

import msgspec

from .listening.moves import Move

LONGEST_NOTE = 500
"""Characters of a note; it is read at a glance, beside the sound."""
LONGEST_NAME = 60
LONGEST_TITLE = 120
MOST_STEPS = 50
MOST_PEOPLE = 500

DrillKind = Literal["threes", "dodge_ball", "rounds", "sustained", "progressive"]
"""threes: speaker, listener, observer, changing places. dodge_ball: two teams, one line after another, answered by the
next of the other team. rounds: everybody answers the same line in turn. sustained: pairs, one listens for minutes.
progressive: a simple reflection, then a complex one, then a reflection with a question."""
Sharing = Literal["scores", "transcript", "recording"]
Place = Literal["room", "network"]
Role = Literal["speaker", "listener", "observer"]
RaterRole = Literal["coach", "observer"]
DRILLS: tuple[DrillKind, ...] = get_args(DrillKind)
SHARINGS: tuple[Sharing, ...] = get_args(Sharing)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
Note = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NOTE)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}\Z")]
"""As an attempt's: 26 characters, sortable by time (``store.ids``)."""


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A note at a moment of a recorded reply.

    Attributes:
        id: 26 characters, sortable by time, as an attempt's. attempt_id: whose recording it is pinned to.
        at_s: seconds from the start of the recording, 0 or more.
        author: who wrote it ("" where nobody said). note: 1–500 characters. made_at: UTC.
    """

    id: str
    attempt_id: str
    at_s: float
    author: str
    note: str
    made_at: datetime


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the plan.

    Attributes:
        exercise_id, turn: what is played and answered; "" for ``turn`` means the first.
        drill: how the group goes about it; None: everybody, or whom the coach picks, answers.
        minutes: how long is meant for it, more than 0.
    """

    exercise_id: str
    turn: str = ""
    drill: DrillKind | None = None
    minutes: Annotated[float, msgspec.Meta(gt=0, le=600)] = 10.0


class ConsentRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the coach asks for when somebody comes in; nobody has to agree to any of it.

    Attributes:
        asks: things that are asked for. listeners: who would hear or read them, by name (the coach is one).
        days: after how many days they are removed at the coach.
    """

    asks: tuple[Sharing, ...] = SHARINGS
    listeners: tuple[Name, ...] = ()
    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 30


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One meeting of a coach and a group.

    Attributes:
        coach: whose session it is; only they see it. place: one machine, or each at their own.
        code: what a participant shows to come in (network). made_at, ended_at: UTC.
        notes: the coach's own; never sent, never exported to others.
        step: index of the step that is on, −1 before the first.
    """

    id: str
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TITLE)]
    coach: Name
    place: Place
    made_at: datetime
    steps: Annotated[tuple[Step, ...], msgspec.Meta(max_length=MOST_STEPS)] = ()
    rules: ConsentRules = ConsentRules()
    code: str = ""
    notes: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    step: int = -1
    ended_at: datetime | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a session.

    Attributes:
        name: unique in the session, whatever its case. team: 0 or 1 in dodge ball.
        token_sha256: of the secret that lets this person, and nobody else of that name, come back (network).
        left_at: UTC; None while they belong to it, connected or not.
    """

    id: str
    session_id: str
    name: Name
    joined_at: datetime
    token_sha256: str = ""
    left_at: datetime | None = None


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said to one thing that was asked for; the latest of a person and a thing counts.

    Attributes:
        listeners: by name; empty where not given. expires_at: UTC; when it is removed at the coach.
    """

    id: str
    session_id: str
    person_id: str
    sharing: Sharing
    given: bool
    listeners: tuple[Name, ...] = ()
    expires_at: datetime | None = None
    said_at: datetime


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A reply in a session: whose, and at which step. What was agreed to of it is the stored ``Attempt``.

    Attributes:
        attempt_id: of the attempt in the store. step: index into the plan. round: of a drill, from 0.
        role: of the person in a drill. shared: what of the attempt came here.
        revealed_at: UTC; when the machine's view was uncovered; None while it is hidden from the coach.
    """

    attempt_id: str
    session_id: str
    person_id: str
    step: int
    round: int = 0
    role: Role = "listener"
    shared: tuple[Sharing, ...] = ()
    arrived_at: datetime
    revealed_at: datetime | None = None


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody thought of a reply before they saw the machine's view.

    Attributes:
        wording, voice: 1–5; None where they could not say. blind: whether it was given before the reveal.
    """

    id: str
    session_id: str
    attempt_id: str
    rater: Name
    role: RaterRole
    wording: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None
    voice: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None
    blind: bool = True
    made_at: datetime


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How often an observer heard each move in a reply; compared with the machine's afterwards.

    Attributes:
        counts: move → times heard, 0 or more.
    """

    id: str
    session_id: str
    attempt_id: str
    observer: Name
    counts: dict[Move, Annotated[int, msgspec.Meta(ge=0, le=99)]]
    made_at: datetime
