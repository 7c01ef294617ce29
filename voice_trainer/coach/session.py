"""The one authority over a live session. The network and the coach's screen are two faces of it.

It alone changes a session. Every change is stored before it is told; what could not be stored has not happened. Any
thread may call. A program that ends is taken up again with ``LiveSession.open``: the same people, queue, assignments,
and a version that goes on growing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ..attempt import Attempt
from ..debrief import Agreement, Debrief
from ..errors import BadInput, NotAdmitted, RequestInvalid, SessionError, StoreError
from ..exercise import Library
from ..session import MOST_PEOPLE, Person, Session
from ..store.base import Store
from ..store.recordings import Recordings
from . import stepping, views
from .agreement import warm
from .arriving import NotYet
from .authority import Touched
from .coaching import Coaching
from .debrief import build, own_debrief
from .held import Held
from .looking_back import LookedBack, as_shown, of, session_agreement, whole_debrief
from .names import check_free, plain_name
from .protocol import (
    Accepted,
    Doing,
    OwnDebrief,
    PersonLine,
    PlanLine,
    Refused,
    Say,
    SayConsents,
    SayLeave,
    SayPart,
    SayPin,
    SayReply,
    SayTally,
    SayWithdraw,
    View,
)
from .removal import purge_expired
from .running import Running
from .snapshot import Snapshot

MOST_EVER = 4 * MOST_PEOPLE
"""People who ever came in, those who left among them."""
LEAST_TOKEN = 32
"""Letters of a secret that a participant's program made itself."""
MOST_TOLD = 2000
"""Answers that are remembered, to be given again word for word."""
LONGEST_WHY = 500
Participating = SayConsents | SayReply | SayTally | SayPin | SayWithdraw | SayLeave


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class _Common:
    """What is the same in everybody's view of one version."""

    version: int
    plan: tuple[PlanLine, ...]
    people: tuple[PersonLine, ...]
    debriefs: dict[str, OwnDebrief] = field(default_factory=dict)


class LiveSession(Coaching):
    """A session that runs. Made by ``begin`` or ``open``."""

    def __init__(self, held: Held, store: Store, recordings: Recordings) -> None:
        super().__init__(held, store, recordings)
        self._answers: OrderedDict[str, str] = OrderedDict()
        self._common: _Common | None = None

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
        held = Held(session=session, library=library, now=now, clock=clock)
        stepping.check_plan(held, session.steps)
        store.sessions.add(session)
        live = cls(held, store, recordings)
        live._keep(Running())
        live._arriving.drop_stale()
        return live

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
            coach: whose session it must be; then the beginning of the id is enough. None does not ask.
        """
        session = store.sessions.session(session_id, coach=coach)
        held = Held(session=session, library=library, now=now, clock=clock)
        purge_expired(store, recordings, now())
        held.load(store)
        live = cls(held, store, recordings)
        live._keep(held.running)
        live._arriving.drop_stale()
        return live

    # looking

    @property
    def session(self) -> Session:
        """As it stands."""
        return self._held.session

    @property
    def version(self) -> int:
        return self._held.version

    @property
    def snapshot(self) -> Snapshot:
        """All that the coach's screen shows, now."""
        with self._lock:
            return views.snapshot(self._held)

    def view(self, person_id: str) -> View:
        """All that this person's screen shows, now. Raises RequestInvalid where nobody is called so."""
        with self._lock:
            held = self._held
            held.person(person_id)
            common = self._common
            if common is None or common.version != held.version:
                common = _Common(held.version, views.plan_lines(held), views.person_lines(held))
                self._common = common
            debrief = None
            if held.running.phase in ("debrief", "ended"):
                debrief = common.debriefs.get(person_id) or own_debrief(held, person_id)
                common.debriefs[person_id] = debrief
            return views.view(held, person_id, common.plan, common.people, debrief)

    def attempt(self, attempt_id: str) -> Attempt:
        """A reply as the coach may see it now: without scores until it is revealed. Raises RequestInvalid."""
        with self._lock:
            return as_shown(self._held.entry(attempt_id), self._store.attempt(attempt_id))

    # participants, through the server

    def admit(self, name: str, token: str = "") -> tuple[Person, str]:
        """Let somebody in, or back in with the token they have. Returns them and their token.

        Somebody new may bring a secret of their own: a welcome that is lost on its way then shuts nobody out.

        Raises:
            NotAdmitted: the name is taken, can't be a name, the session is full or over.
            StoreError: it can't be stored.
        """
        try:
            plain = plain_name(name)
            with self._changing() as touched:
                known = self._held.named(plain)
                if known is not None and _is_theirs(token, known):
                    touched.any = known.left_at is not None
                    return (self._back(known) if known.left_at is not None else known), token
                check_free(self._held, plain)
                new = token if len(token) >= LEAST_TOKEN else secrets.token_urlsafe(32)
                return self._newcomer(plain, hashlib.sha256(new.encode()).hexdigest()), new
        except BadInput as error:
            raise NotAdmitted(str(error)) from error

    def here(self, person_id: str, connected: bool) -> None:
        """Their trainer is connected, or no longer."""
        with self._changing() as touched:
            self._held.person(person_id)
            touched.any, touched.passing = connected != (person_id in self._held.here), True
            if connected:
                self._held.here.add(person_id)
            else:
                self._held.here.discard(person_id)
                self._held.doing.pop(person_id, None)

    def doing(self, person_id: str, doing: Doing) -> None:
        """What they are at; not stored. Somebody who shares nothing is done with it when they are ready again."""
        with self._changing() as touched:
            held = self._held
            held.person(person_id)
            before = held.doing.get(person_id, "ready")
            touched.any, touched.passing = before != doing, True
            held.doing[person_id] = doing
            given = held.running.given_to(person_id)
            answered = doing == "ready" and before in ("answering", "scoring")
            if answered and given is not None and given.role == "listener" and not held.agreed(person_id):
                self._keep(held.running.with_finished(given.id))
                touched.passing = False

    def hear(self, person_id: str, say: Say) -> Accepted | Refused:
        """Take in what a participant says, once. Never raises: what can't be taken is ``Refused`` with one sentence.

        An id that was heard before is ``Accepted`` again and changes nothing.
        """
        try:
            if isinstance(say, SayPart):
                self._hear_part(person_id, say)
                return Accepted(id=say.id)
            if self._heard(say.id):
                return Accepted(id=say.id, told=self._answers.get(say.id, ""))
            with_sound = isinstance(say, SayReply) and "recording" in say.shared and say.attempt.recording is not None
            sound = self._sound_of(person_id, say) if isinstance(say, SayReply) and with_sound else None
            with self._changing() as touched:
                told = self._hear(person_id, say, sound, touched)[:LONGEST_WHY]
                self._remember(say.id, told)
            return Accepted(id=say.id, told=told)
        except (NotYet, StoreError) as error:
            return Refused(id=say.id, why=str(error)[:LONGEST_WHY], again=True)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            return Refused(id=say.id, why=f"It can't be kept just now ({why})."[:LONGEST_WHY], again=True)
        except (BadInput, SessionError) as error:
            return Refused(id=say.id, why=str(error)[:LONGEST_WHY])

    # looking back

    def agreement(self) -> Agreement:
        """The coach's blind ratings against the machine's, in this session, of the replies that are revealed."""
        warm()
        with self._lock:
            return session_agreement(self._held, self._store)

    def debrief_of(self) -> Debrief:
        """The whole debrief; the coach's. Of replies that are not revealed it holds no scores."""
        warm()
        with self._lock:
            return whole_debrief(self._held, self._store)

    def looked_back(self) -> LookedBack:
        """The same with the replies in it, for ``debrief_files.write_debrief``."""
        warm()
        with self._lock:
            return of(self._held, self._store, whole_debrief(self._held, self._store))

    def debrief_for(self, person_id: str) -> Debrief:
        """This person's own part of it, and nothing of anybody else's."""
        with self._lock:
            self._held.person(person_id)
            return build(self._held, only=person_id)

    def purge(self) -> int:
        """Remove what has run out, in every session of the store; how many replies lost something by it."""
        self._arriving.drop_stale()
        with self._changing() as touched:
            touched.any = False
            back = purge_expired(self._store, self._recordings, self._held.now())
            touched.any = bool(back.stripped)
            self._hearing.removed(back)
        return len(back.stripped)

    # hearing

    def _heard(self, message_id: str) -> bool:
        return message_id in self._answers or self._store.sessions.heard(message_id)

    def _remember(self, message_id: str, told: str) -> None:
        self._answers[message_id] = told
        if len(self._answers) > MOST_TOLD:
            self._answers.popitem(last=False)

    def _hear_part(self, person_id: str, part: SayPart) -> None:
        with self._lock:
            self._held.person(person_id)
            if "recording" not in self._held.agreed(person_id):
                raise RequestInvalid("You have not agreed to share recordings, so this one was not kept.")
            if part.attempt_id in self._held.entries:
                return
            if not any(one.person_id == person_id for one in self._held.running.given):
                raise RequestInvalid("Nothing was given to you yet, so there is no recording to send.")
        self._arriving.take(person_id, part)

    def _sound_of(self, person_id: str, say: SayReply) -> Path | None:
        with self._lock:
            known = self._held.entries.get(say.attempt.id)
        return None if known is not None else self._arriving.verified(person_id, say.attempt.id)

    def _hear(self, person_id: str, say: Participating, sound: Path | None, touched: Touched) -> str:
        hearing = self._hearing
        if isinstance(say, SayReply):
            return hearing.reply(person_id, say, sound)
        if isinstance(say, SayTally):
            return hearing.tally(person_id, say)
        if isinstance(say, SayLeave):
            return hearing.leave(person_id)
        touched.people = {person_id}
        if isinstance(say, SayConsents):
            return hearing.consents(person_id, say)
        if isinstance(say, SayPin):
            return hearing.pin(person_id, say)
        return hearing.withdraw(person_id, say)


def _is_theirs(token: str, person: Person) -> bool:
    """Compared in a time that tells nothing."""
    given = hashlib.sha256(token.encode()).hexdigest()
    return bool(person.token_sha256) and hmac.compare_digest(given, person.token_sha256)
