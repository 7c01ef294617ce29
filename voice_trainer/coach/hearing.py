"""What a participant says, taken in: checked against what they may say, stored, and then held.

One method a kind of message; each raises what it can't take, and changes nothing then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from ..attempt import Attempt
from ..errors import RequestInvalid, StoreError, UnknownAttempt
from ..listening.moves import Move
from ..session import SHARINGS, Consent, Entry, Person, Pin, Sharing, Tally
from ..store.base import Store
from ..store.ids import new_attempt_id
from ..store.recordings import Recordings
from .arriving import Arriving, NotYet
from .held import Held
from .protocol import Consenting, SayConsents, SayPin, SayReply, SayTally, SayWithdraw
from .removal import THINGS, TakenBack, joined, take_back
from .running import Given, Running, WaitingTally
from .sharing import check_reply, shared_part

MOST_TAKES = 10
"""Replies to one assignment."""
MOST_CONSENTS = 300
MOST_PINS = 200
"""Of one person; more is no listening."""
MOST_TALLIES = 5


class Hearing:
    """Args:
    keep: stores where the session stands, and holds it.
    """

    def __init__(
        self, held: Held, store: Store, recordings: Recordings, arriving: Arriving, keep: Callable[[Running], None]
    ) -> None:
        self._held = held
        self._store = store
        self._recordings = recordings
        self._arriving = arriving
        self._keep = keep

    # consents

    def consents(self, person_id: str, say: SayConsents) -> str:
        return self.agree(person_id, say.consents, say.id)

    def agree(self, person_id: str, answers: tuple[Consenting, ...], said: str = "") -> str:
        """Keep what somebody said to what is asked for; returns what to tell them."""
        held, person = self._held, self._held.person(person_id)
        if len({one.sharing for one in answers}) < len(answers):
            raise RequestInvalid("The same thing was answered twice in one message; answer each once.")
        if len(held.consents.get(person_id, ())) + len(answers) > MOST_CONSENTS:
            raise RequestInvalid("That was changed too many times; what you said last still stands.")
        new = tuple(self._consent(person, one) for one in answers)
        if not self._store.sessions.add_consents(new, said):
            return ""
        for one in new:
            held.agree(one)
            if one.sharing == "recording" and not one.given:
                self._arriving.drop(person_id)
        return self._acknowledged(person_id, new)

    def _consent(self, person: Person, one: Consenting) -> Consent:
        held, coach = self._held, self._held.session.coach
        rules, now = held.session.rules, self._moment(person.id)
        listeners: tuple[str, ...] = ()
        if one.given:
            if one.sharing not in rules.asks:
                raise RequestInvalid(f"{coach} doesn't ask for your {THINGS[one.sharing]}, so they stay with you.")
            known = {coach, *rules.listeners}
            listeners = tuple(dict.fromkeys(one.listeners)) or (coach,)
            strangers = [name for name in listeners if name not in known]
            if strangers:
                raise RequestInvalid(f"“{strangers[0]}” is nobody who would hear it; that is {joined(sorted(known))}.")
            if coach not in listeners:
                raise RequestInvalid(f"It comes to {coach}, so {coach} would hear it too; agree to that, or keep it.")
        return Consent(
            id=new_attempt_id(now),
            session_id=held.session.id,
            person_id=person.id,
            sharing=one.sharing,
            given=one.given,
            listeners=listeners,
            expires_at=now + timedelta(days=min(one.days, rules.days)) if one.given else None,
            said_at=now,
        )

    def _moment(self, person_id: str) -> datetime:
        """Now; but after all that this person said before, though the clock was set back: the latest counts."""
        now = self._held.now()
        said = self._held.consents.get(person_id)
        return max(now, said[-1].said_at + timedelta(microseconds=1)) if said else now

    def _acknowledged(self, person_id: str, new: tuple[Consent, ...]) -> str:
        given = [THINGS[one.sharing] for one in new if one.given]
        kept = [one.sharing for one in new if not one.given]
        said = []
        if given:
            until = min(one.expires_at for one in new if one.expires_at is not None)
            said.append(f"You share your {joined(given)} until {until:%d %B %Y}, and can take it back at any time.")
        if kept:
            said.append(f"Your {joined([THINGS[one] for one in kept])} stay with you.")
            if any(set(kept) & set(entry.shared) for entry in self._held.replies_of(person_id)):
                said.append("What you shared before is still there until you take it back.")
        return " ".join(said)

    # replies

    def reply(self, person_id: str, say: SayReply, sound: Path | None) -> str:
        """``sound``: the recording that came in for it, verified; None where none is shared."""
        held, person = self._held, self._held.person(person_id)
        known = held.entries.get(say.attempt.id)
        if known is not None and known.person_id == person_id:
            return ""
        given = self._given_to_answer(person_id, say)
        shared = self._agreed_of(person_id, say)
        check_reply(say.attempt, say.shared)
        shared = tuple(one for one in shared if one != "recording" or say.attempt.recording is not None)
        self._unknown(say.attempt.id)
        name = f"{say.attempt.id}-{person_id}.flac" if "recording" in shared else None
        if name is not None and sound is None:
            raise NotYet("The recording of this reply has not come in yet; send its parts, and then the reply.")
        attempt, entry = self._stored_form(person, given, say, shared, name)
        if name is not None and sound is not None:
            self._arriving.place(sound, name)
        try:
            added = self._store.sessions.add_entry(entry, attempt, say.id)
        except (StoreError, RequestInvalid):
            if name is not None:
                self._recordings.remove(name)
            raise
        self._arriving.drop(person_id, say.attempt.id)
        if added:
            held.keep_reply(entry, attempt)
            self.answered(given, say.attempt.id)
        return ""

    def room_reply(self, person_id: str, attempt: Attempt) -> None:
        """A reply given in the room. What the person said no to is removed from this machine, too."""
        held, person = self._held, self._held.person(person_id)
        if held.gone(person_id):
            raise RequestInvalid(f"{person.name} has left, so no reply of theirs can come in.")
        given = held.running.given_to(person_id)
        step = given.step if given is not None else held.running.step
        if step < 0:
            raise RequestInvalid("No step is on yet; send one, and replies belong to it.")
        kept = held.agreed(person_id) if held.asked(person_id) else SHARINGS
        had = tuple(one for one in SHARINGS if one != "recording" or attempt.recording is not None)
        entry = Entry(
            attempt_id=attempt.id,
            session_id=held.session.id,
            person_id=person_id,
            step=step,
            round=given.round if given is not None else held.running.round,
            shared=had,
            arrived_at=held.now(),
        )
        named = msgspec.structs.replace(attempt, person=person.name)
        if not self._store.sessions.add_entry(entry, named):
            return
        held.keep_reply(entry, named)
        if given is not None and given.role == "listener":
            self.answered(given, attempt.id)
        withheld = [one for one in had if one not in kept]
        if withheld:
            self.removed(take_back(self._store, self._recordings, (entry,), withheld))

    def answered(self, given: Given, attempt_id: str) -> None:
        """Note that an assignment is answered; tallies that waited for the reply find it."""
        held = self._held
        held.running = held.running.with_answer(given.id, attempt_id)
        waiting = [one for one in held.running.waiting if self._listener_id(one) == given.id]
        for one in waiting:
            tally = self._tally(one.id, one.person_id, attempt_id, one.counts)
            self._store.sessions.add_tally(tally)
            held.tallies.append(tally)
        if waiting:
            left = tuple(one for one in held.running.waiting if one not in waiting)
            self._keep(msgspec.structs.replace(held.running, waiting=left))

    def _given_to_answer(self, person_id: str, say: SayReply) -> Given:
        given = self._held.running.assignment(say.assignment_id)
        if given is None or given.person_id != person_id:
            raise RequestInvalid("This reply is to something that was not given to you in this session.")
        if given.role != "listener":
            raise RequestInvalid(f"In this round you were the {given.role}; only the listener's reply is kept.")
        attempt = say.attempt
        drill = self._held.session.steps[given.step].drill if given.step < len(self._held.session.steps) else None
        if attempt.exercise_id != given.exercise_id or (attempt.turn != given.turn and drill != "sustained"):
            raise RequestInvalid("This reply is to another line than the one that was given to you.")
        if len(self._held.running.answered.get(given.id, ())) >= MOST_TAKES:
            raise RequestInvalid(f"{MOST_TAKES} replies to one line are kept, and they are there already.")
        return given

    def _agreed_of(self, person_id: str, say: SayReply) -> tuple[Sharing, ...]:
        agreed = self._held.agreed(person_id)
        beyond = [THINGS[one] for one in SHARINGS if one in say.shared and one not in agreed]
        if beyond:
            raise RequestInvalid(f"You have not agreed to share your {joined(beyond)}, so the reply was not kept.")
        return tuple(one for one in SHARINGS if one in say.shared)

    def _unknown(self, attempt_id: str) -> None:
        """Raises RequestInvalid where a reply of this id is somebody else's, here or in another session."""
        try:
            self._store.summary(attempt_id)
        except UnknownAttempt:
            return
        raise RequestInvalid("A reply of this id is there already, so this one was not kept.")

    def _stored_form(
        self, person: Person, given: Given, say: SayReply, shared: tuple[Sharing, ...], name: str | None
    ) -> tuple[Attempt, Entry]:
        """By the coach's clock, under the name that the person has here."""
        now = self._held.now()
        attempt = msgspec.structs.replace(
            shared_part(say.attempt, shared), person=person.name, started_at=now, recording=name
        )
        entry = Entry(
            attempt_id=attempt.id,
            session_id=self._held.session.id,
            person_id=person.id,
            step=given.step,
            round=given.round,
            role=given.role,
            shared=shared,
            arrived_at=now,
        )
        return attempt, entry

    # tallies and notes

    def tally(self, person_id: str, say: SayTally) -> str:
        held = self._held
        given = held.running.assignment(say.assignment_id)
        if given is None or given.person_id != person_id or given.role != "observer":
            raise RequestInvalid("This tally is of a round in which you did not observe.")
        if any(one.id == say.id for one in held.running.waiting):
            return ""
        listener = held.running.listener_of(given)
        replies = [one for one in held.running.answered.get(listener.id, ()) if one in held.entries] if listener else []
        name = held.person(person_id).name
        if not replies:
            waiting = tuple(one for one in held.running.waiting if one.given_id != given.id)
            late = WaitingTally(say.id, given.id, person_id, dict(say.counts))
            kept = msgspec.structs.replace(held.running, waiting=(*waiting, late)).with_finished(given.id)
            self._keep(kept)
            return "Your tally is kept; it is laid beside the reply as soon as that comes in."
        if sum(one.attempt_id == replies[-1] and one.observer == name for one in held.tallies) >= MOST_TALLIES:
            raise RequestInvalid(f"You have tallied this reply {MOST_TALLIES} times; the last one counts.")
        tally = self._tally(say.id, person_id, replies[-1], say.counts)
        if self._store.sessions.add_tally(tally, say.id):
            held.tallies.append(tally)
            held.running = held.running.with_finished(given.id)
        return ""

    def _tally(self, tally_id: str, person_id: str, attempt_id: str, counts: dict[Move, int]) -> Tally:
        held = self._held
        return Tally(
            id=tally_id,
            session_id=held.session.id,
            attempt_id=attempt_id,
            observer=held.person(person_id).name,
            counts=dict(counts),
            made_at=held.now(),
        )

    def _listener_id(self, waiting: WaitingTally) -> str:
        given = self._held.running.assignment(waiting.given_id)
        listener = self._held.running.listener_of(given) if given is not None else None
        return listener.id if listener is not None else ""

    def pin(self, person_id: str, say: SayPin) -> str:
        held, name = self._held, self._held.person(person_id).name
        entry = held.entries.get(say.attempt_id)
        theirs = entry is not None and entry.person_id == person_id
        if entry is None or not (theirs or say.attempt_id in held.observed_by(person_id)):
            raise RequestInvalid("Notes go on replies of your own, or on those that you observed.")
        there = held.pins.get(say.attempt_id, ())
        if any(one.id == say.id for one in there):
            return ""
        if sum(one.author == name for one in there) >= MOST_PINS:
            raise RequestInvalid(f"You have put {MOST_PINS} notes on this reply; remove some of them first.")
        self.add_pin(say.id, say.attempt_id, say.at_s, say.note, name)
        return ""

    def add_pin(self, pin_id: str, attempt_id: str, at_s: float, note: str, author: str) -> None:
        """Raises RequestInvalid for a moment after the reply's end, or a note without a word."""
        held = self._held
        ends = held.told[attempt_id].duration_s
        if not 0 <= at_s <= ends + 1.0:
            raise RequestInvalid(f"The reply ends after {ends:.1f} s, so there is no moment at {at_s:.1f} s.")
        if not note.strip():
            raise RequestInvalid("A note needs a word or two.")
        pin = Pin(id=pin_id, attempt_id=attempt_id, at_s=at_s, author=author, note=note.strip(), made_at=held.now())
        self._store.add_pin(pin)
        held.pins[attempt_id] = self._store.pins(attempt_id)

    # taking back, and leaving

    def withdraw(self, person_id: str, say: SayWithdraw) -> str:
        return self.take_back(person_id, say.sharing, say.attempt_ids, say.id)

    def take_back(
        self, person_id: str, things: tuple[Sharing, ...], attempt_ids: tuple[str, ...] = (), said: str = ""
    ) -> str:
        """Remove it, and, where no replies are named, agree to it no longer; returns what to tell them."""
        held = self._held
        held.person(person_id)
        theirs = {one.attempt_id: one for one in held.replies_of(person_id)}
        for one in attempt_ids:
            if one not in theirs and one in held.entries:
                raise RequestInvalid("Only replies of your own can be taken back.")
        if "recording" in things:
            for attempt_id in attempt_ids or (None,):
                self._arriving.drop(person_id, attempt_id)
        chosen = [theirs[one] for one in attempt_ids if one in theirs] if attempt_ids else list(theirs.values())
        back = take_back(self._store, self._recordings, chosen, things)
        self.removed(back)
        if not attempt_ids:
            self._no_longer(person_id, things, said)
        return back.sentence(held.session.coach)

    def _no_longer(self, person_id: str, things: tuple[Sharing, ...], said: str) -> None:
        held, now = self._held, self._moment(person_id)
        over = tuple(
            Consent(
                id=new_attempt_id(now),
                session_id=held.session.id,
                person_id=person_id,
                sharing=one,
                given=False,
                said_at=now,
            )
            for one in dict.fromkeys(things)
        )
        if self._store.sessions.add_consents(over, said):
            for one in over:
                held.agree(one)

    def removed(self, back: TakenBack) -> None:
        """Hold no more of the replies than is left of them."""
        held = self._held
        running = held.running
        for attempt_id, left in back.stripped.items():
            if attempt_id not in held.entries:
                continue
            if left is None:
                running = running.without_reply(attempt_id)
                held.drop_reply(attempt_id)
            else:
                held.keep_reply(*left)
                held.pins[attempt_id] = self._store.pins(attempt_id)
        if running is not held.running:
            self._keep(running)

    def leave(self, person_id: str) -> str:
        held, person = self._held, self._held.person(person_id)
        if person.left_at is None:
            left = msgspec.structs.replace(person, left_at=held.now())
            self._store.sessions.update_person(left)
            held.people[person_id] = left
            self._keep(held.running.without(person_id))
        return "You are out of the session. What you shared is still there until you take it back."
