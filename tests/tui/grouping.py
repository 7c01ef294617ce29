"""A coach and people to practise together: a real session in a real store, and a client without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import msgspec

from voice_trainer.attempt import Attempt
from voice_trainer.coach.address import Address, Invitation
from voice_trainer.coach.client import ClientEvent, CoachClient, Connected, Lost, NotTaken, Over, Told
from voice_trainer.coach.outbox import Outbox
from voice_trainer.coach.participant import share_of
from voice_trainer.coach.protocol import Accepted, Consenting, Doing, Refused, Say, SayLeave, View, Welcome
from voice_trainer.coach.session import LiveSession
from voice_trainer.coach.snapshot import Change
from voice_trainer.practice import Practice
from voice_trainer.session import SHARINGS, ConsentRules, Session, Sharing, Step
from voice_trainer.store import new_attempt_id
from voice_trainer.tui.together import Coaching, Invited, Joining, Serving

from .conftest import Room
from .replaying import DURATION_S, RATE_HZ, scored, speech

CODE = "7K3M-Q2XN"
REFLECTING = {"complex_reflection": 0.93, "names_feeling": 0.9, "validation": 0.8}
ADVISING = {"advice": 0.9}
STEPS = (
    Step(exercise_id="cold-dinner", minutes=10),
    Step(exercise_id="too-quiet", drill="threes", minutes=15),
)


def a_session(
    place: str = "network", *, steps: tuple[Step, ...] = STEPS, coach: str = "Ruth", title: str = ""
) -> Session:
    now = datetime.now(UTC)
    return Session(
        id=new_attempt_id(now),
        title=title or "Thursday group",
        coach=coach,
        place=place,  # type: ignore[arg-type]
        made_at=now,
        steps=steps,
        rules=ConsentRules(listeners=(coach, "Ines"), days=30),
        code=CODE if place == "network" else "",
    )


def begin(room: Room, session: Session) -> LiveSession:
    practice = room.practice
    return LiveSession.begin(session, practice.store, practice.recordings, practice.library)


def come_in(live: LiveSession, name: str, *, agrees: tuple[Sharing, ...] = SHARINGS) -> str:
    """Somebody joins over the network, says what they share, and is there; their id."""
    person, _ = live.admit(name)
    live.here(person.id, True)
    rules = live.session.rules
    live.set_consents(
        person.id,
        tuple(
            Consenting(sharing=one, given=one in agrees, listeners=rules.listeners if one in agrees else (), days=30)
            for one in SHARINGS
        ),
    )
    return person.id


def an_answer(practice: Practice, exercise_id: str, person: str, moves: dict[str, float], seed: int = 1) -> Attempt:
    """A scored reply with its recording, as somebody's own machine has it."""
    now = datetime.now(UTC)
    attempt_id = new_attempt_id(now)
    writer = practice.recordings.begin(
        attempt_id, RATE_HZ, device="", exercise_id=exercise_id, turn="start", person=person
    )
    writer.write(speech(DURATION_S, seed=seed))
    return Attempt(
        id=attempt_id,
        exercise_id=exercise_id,
        turn="start",
        started_at=now,
        person=person,
        recording=writer.finish(),
        scored=scored(moves),
        outcome="attuned",
    )


def reply(live: LiveSession, theirs: Practice, person_id: str, moves: dict[str, float], seed: int = 1) -> str:
    """They answer what was given to them, and share what they agreed to; the attempt's id."""
    view = live.view(person_id)
    assert view.assignment is not None
    attempt = an_answer(theirs, view.assignment.exercise_id, "", moves, seed)
    for say in share_of(attempt, view.assignment.id, view.consents, theirs.recordings):
        answer = live.hear(person_id, say)
        assert isinstance(answer, Accepted), answer
    return attempt.id


@dataclass
class Served:
    """As a server is handed in; serves nobody."""

    live: LiveSession
    stopped: bool = False

    @property
    def invitation(self) -> Invitation:
        return Invitation(address=Address("192.168.1.20", 7463), code=self.live.session.code, fingerprint="AB12" * 16)

    def stop(self) -> None:
        self.stopped = True


@dataclass
class Desk:
    """What the command line gives the coach's screens; remembers what was asked for."""

    served: list[Served] = field(default_factory=list)
    written: list[tuple[str, Path, str]] = field(default_factory=list)

    def serve(self, live: LiveSession) -> Serving:
        self.served.append(Served(live))
        return self.served[-1]

    def write(self, live: LiveSession, format: str, path: Path, person_id: str) -> tuple[str, ...]:
        live.debrief_for(person_id) if person_id else live.debrief_of()
        self.written.append((format, path, person_id))
        return (str(path),)

    def coaching(self, **options: object) -> Coaching:
        return Coaching(serve=self.serve, write=self.write, **options)  # type: ignore[arg-type]


class NearClient:
    """A ``CoachClient`` whose coach is in the same process; the test takes the connection away and gives it back."""

    def __init__(
        self,
        live: LiveSession,
        name: str,
        folder: Path,
        on_view: Callable[[View], None],
        on_event: Callable[[ClientEvent], None],
    ) -> None:
        self.live = live
        self.name = name
        self.outbox = Outbox(folder)
        self.said: list[Say] = []
        self.doing: list[Doing] = []
        self.closed = False
        self.connected = False
        self.person_id = ""
        self._on_view, self._on_event = on_view, on_event
        self._late: list[Say] = []
        self._view: View | None = None

    @property
    def view(self) -> View | None:
        return self._view

    @property
    def waiting(self) -> int:
        return len(self._late)

    def start(self) -> None:
        person, token = self.live.admit(self.name, self.outbox.token)
        self.person_id = person.id
        self.outbox.set_token(token)
        self.live.subscribe(self._told)
        self.connect()

    def connect(self) -> None:
        session = self.live.session
        self.connected = True
        self.live.here(self.person_id, True)
        self._on_event(
            Connected(
                Welcome(
                    session_id=session.id,
                    title=session.title,
                    coach=session.coach,
                    person_id=self.person_id,
                    token=self.outbox.token,
                    rules=session.rules,
                )
            )
        )
        self._show()
        late, self._late = self._late, []
        for say in late:
            self._send(say)

    def lose(self, why: str = "The connection to 192.168.1.20:7463 is lost; it is tried again.") -> None:
        self.connected = False
        self.live.here(self.person_id, False)
        self._on_event(Lost(why))

    def _told(self, change: Change) -> None:
        if self.connected:
            self._show()

    def _show(self) -> None:
        self._view = self.live.view(self.person_id)
        self._on_view(self._view)

    def say(self, *messages: Say) -> str:
        for message in messages:
            self.said.append(message)
            if self.connected:
                self._send(message)
            else:
                self._late.append(message)
        return messages[-1].id

    def _send(self, say: Say) -> None:
        answer = self.live.hear(self.person_id, say)
        if isinstance(answer, Refused):
            self._on_event(NotTaken(say.id, answer.why))
            return
        self._on_event(Told(say.id, answer.told))
        if isinstance(say, SayLeave):
            self._on_event(Over(answer.told or "You have left the session."))

    def state(self, doing: Doing) -> None:
        if not self.doing or self.doing[-1] != doing:
            self.doing.append(doing)
        if self.connected:
            self.live.doing(self.person_id, doing)

    def close(self, timeout_s: float = 5.0) -> None:
        if self.connected:
            self.connected = False
            self.live.here(self.person_id, False)
        self.closed = True
        self.outbox.close()


@dataclass
class Door:
    """What the command line gives a participant's screens: a way into ``live``."""

    live: LiveSession
    folder: Path
    clients: list[NearClient] = field(default_factory=list)

    @property
    def client(self) -> NearClient:
        return self.clients[-1]

    def connect(
        self, invited: Invited, on_view: Callable[[View], None], on_event: Callable[[ClientEvent], None]
    ) -> CoachClient:
        made = NearClient(self.live, invited.name, self.folder / invited.name, on_view, on_event)
        self.clients.append(made)
        return cast(CoachClient, made)

    def joining(self, name: str = "Ada") -> Joining:
        invited = Invited(address="192.168.1.20:7463", code=CODE, name=name, fingerprint="AB12" * 16)
        return Joining(connect=self.connect, invited=invited)


def renamed(room: Room, person: str) -> Room:
    """The same room, where ``person`` sits at the trainer."""
    room.practice.preferences = msgspec.structs.replace(room.practice.preferences, person=person)
    return room
