"""What the coach does in a live session.

All of it raises RequestInvalid for what can't be, and StoreError where it can't be stored; nothing has changed then.
"""

from __future__ import annotations

import msgspec

from ..attempt import Attempt
from ..errors import RequestInvalid
from ..session import Entry, Person, Rating, Sharing, Step
from ..store.ids import new_attempt_id
from . import stepping
from .authority import Authority
from .names import check_free, plain_name
from .protocol import Consenting, Phase


class Coaching(Authority):
    """The coach's side of it."""

    def add_person(self, name: str) -> Person:
        """Somebody in the room."""
        plain = plain_name(name)
        with self._changing():
            known = self._held.named(plain)
            if known is not None and known.left_at is not None and self._held.session.place == "room":
                return self._back(known)
            check_free(self._held, plain)
            return self._newcomer(plain, "")

    def remove_person(self, person_id: str) -> None:
        """They leave; what they shared stays."""
        with self._changing():
            self._hearing.leave(person_id)

    def send(self, step: int, to: tuple[str, ...] | None = None) -> None:
        """Begin a step of the plan (index), for everybody or for some (person ids); its time begins to run.

        Others keep what they have where ``to`` names some.
        """
        with self._changing():
            held = self._held
            running = stepping.begun(held, held.running, step, to)
            self._update(msgspec.structs.replace(held.session, step=step))
            self._keep(running, timed=True)

    def next_round(self) -> bool:
        """Go on to the next round of the drill; False where the step has no more rounds (nothing changes)."""
        with self._changing() as touched:
            running = stepping.next_round(self._held, self._held.running)
            touched.any = running is not None
            if running is not None:
                self._keep(running)
            return running is not None

    def give_turn(self, person_id: str) -> None:
        """It is this person's turn; whoever had it goes to the end of the queue. "" ends the turn."""
        with self._changing():
            if person_id and self._held.gone(person_id):
                raise RequestInvalid(f"{self._held.person(person_id).name} has left, so it can't be their turn.")
            self._keep(self._held.running.with_turn(person_id))

    def queue_up(self, person_id: str) -> None:
        """One place nearer to their turn."""
        self._move(person_id, -1)

    def queue_down(self, person_id: str) -> None:
        """One place further from it."""
        self._move(person_id, 1)

    def start_timer(self) -> None:
        with self._changing():
            left = self._held.remaining_s()
            if left is None:
                raise RequestInvalid("No step is on, so there is no time to run; send one first.")
            self._time(left, True)

    def pause_timer(self) -> None:
        with self._changing():
            self._time(self._held.remaining_s(), False)

    def add_minutes(self, minutes: float) -> None:
        """More time, or less (below 0)."""
        with self._changing():
            if not -600 <= minutes <= 600:
                raise RequestInvalid(f"{minutes:g} minutes can't be added; give a number from -600 to 600.")
            left = self._held.remaining_s()
            self._time((left or 0.0) + minutes * 60.0, self._held.running.runs)

    def rate(self, attempt_id: str, wording: int | None, voice: int | None) -> None:
        """The coach's rating, 1–5 each; None where they can't say. Blind until the reply is revealed."""
        for value in (wording, voice):
            if value is not None and not 1 <= value <= 5:
                raise RequestInvalid(f"A rating is {value}; give 1 to 5, or nothing where you can't say.")
        with self._changing() as touched:
            held = self._held
            entry = held.entry(attempt_id)
            rating = Rating(
                id=new_attempt_id(held.now()),
                session_id=held.session.id,
                attempt_id=attempt_id,
                rater=held.session.coach,
                role="coach",
                wording=wording,
                voice=voice,
                blind=entry.revealed_at is None,
                made_at=held.now(),
            )
            self._store.sessions.add_rating(rating)
            held.ratings.setdefault(attempt_id, []).append(rating)
            touched.people = {entry.person_id} if entry.revealed_at is not None else set()

    def reveal(self, attempt_id: str) -> None:
        """Uncover the machine's view of a reply, and tell the person the coach's rating."""
        with self._changing() as touched:
            entry = self._held.entry(attempt_id)
            touched.people, touched.any = {entry.person_id}, entry.revealed_at is None
            self._reveal(entry)

    def pin(self, attempt_id: str, at_s: float, note: str, author: str = "") -> None:
        """A note at a moment of a reply; ``author`` "" is the coach."""
        with self._changing() as touched:
            held = self._held
            touched.people = {held.entry(attempt_id).person_id}
            self._hearing.add_pin(new_attempt_id(held.now()), attempt_id, at_s, note, author or held.session.coach)

    def set_notes(self, text: str) -> None:
        """The coach's own notes; nobody else gets them."""
        with self._changing() as touched:
            self._update(msgspec.structs.replace(self._held.session, notes=text))
            touched.people = set()

    def set_plan(self, steps: tuple[Step, ...]) -> None:
        """Another plan; the steps up to the one that is on must stay as they are."""
        with self._changing():
            held = self._held
            past = max([held.running.step, *(one.step for one in held.running.given)], default=-1) + 1
            if steps[:past] != held.session.steps[:past]:
                raise RequestInvalid("Steps that were begun stay as they are; change those after them.")
            stepping.check_plan(held, steps)
            self._update(msgspec.structs.replace(held.session, steps=steps))

    def set_consents(self, person_id: str, consents: tuple[Consenting, ...]) -> str:
        """What somebody in the room said to what is asked for; returns the sentence that acknowledges it."""
        with self._changing() as touched:
            touched.people = {person_id}
            return self._hearing.agree(person_id, consents)

    def take_back(self, person_id: str, sharing: tuple[Sharing, ...], attempt_ids: tuple[str, ...] = ()) -> str:
        """Remove what somebody in the room takes back; returns the sentence that acknowledges it."""
        with self._changing() as touched:
            touched.people = {person_id}
            return self._hearing.take_back(person_id, sharing, attempt_ids)

    def keep_room_reply(self, person_id: str, attempt: Attempt) -> None:
        """A reply given in the room belongs to this person and to the step that is on.

        Where they said no to something, or to everything, that is removed from the machine: practising kept it.
        """
        with self._changing():
            self._hearing.room_reply(person_id, attempt)

    def debrief(self) -> None:
        """From practising to looking back together; every reply is revealed, and rating blind is over."""
        self._to_phase("debrief")

    def end(self) -> None:
        """The session is over: nobody new comes in; what is still on its way may arrive."""
        self._to_phase("ended")

    def _time(self, left: float | None, runs: bool) -> None:
        self._keep(msgspec.structs.replace(self._held.running, remaining_s=left, runs=runs), timed=True)

    def _move(self, person_id: str, by: int) -> None:
        with self._changing():
            self._held.person(person_id)
            self._keep(self._held.running.moved_in_queue(person_id, by))

    def _reveal(self, *hidden: Entry) -> None:
        shown = tuple(
            msgspec.structs.replace(one, revealed_at=self._held.now()) for one in hidden if one.revealed_at is None
        )
        if shown:
            self._store.sessions.update_entries(shown)
            self._held.entries.update({one.attempt_id: one for one in shown})

    def _to_phase(self, phase: Phase) -> None:
        with self._changing():
            held = self._held
            self._reveal(*held.entries.values())
            if phase == "ended" and held.session.ended_at is None:
                self._update(msgspec.structs.replace(held.session, ended_at=held.now()))
            running = held.running.with_given((), instead_of=held.present)
            self._keep(
                msgspec.structs.replace(running, phase=phase, up="", remaining_s=None, runs=False),
                timed=True,
            )
