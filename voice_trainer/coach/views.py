"""What the coach's screen and a participant's show of a session that is held in memory."""

from __future__ import annotations

from collections.abc import Collection

from ..session import Entry
from .drills import rounds_of
from .held import Held
from .protocol import Assignment, Doing, OwnDebrief, OwnReply, PersonLine, PinLine, PlanLine, View
from .running import Given
from .snapshot import PersonNow, ReplyNow, Snapshot, TallyNow


def snapshot(held: Held) -> Snapshot:
    """For the coach; of a reply that is not revealed nothing that the machine made of it."""
    session, running = held.session, held.running
    drill = session.steps[running.step].drill if 0 <= running.step < len(session.steps) else None
    return Snapshot(
        session=session,
        phase=running.phase,
        plan=plan_lines(held),
        people=tuple(_person(held, one) for one in held.people),
        queue=running.queue,
        up=running.up,
        step=running.step,
        round=running.round,
        rounds=rounds_of(drill, running.groups),
        remaining_s=held.remaining_s(),
        running=held.time_from is not None,
        replies=tuple(_reply(held, one) for one in reversed(held.entries.values())),
        ratings=tuple(
            sorted((one for each in held.ratings.values() for one in each), key=lambda one: (one.made_at, one.id))
        ),
        tallies=tuple(
            TallyNow(
                tally=one,
                person=held.people[held.entries[one.attempt_id].person_id].name,
                machine=held.told[one.attempt_id].counts if held.entries[one.attempt_id].revealed_at else None,
            )
            for one in held.tallies
            if one.attempt_id in held.entries
        ),
        pins=tuple(pin for attempt_id in held.entries for pin in held.pins.get(attempt_id, ())),
        notes=session.notes,
        version=held.version,
    )


def plan_lines(held: Held) -> tuple[PlanLine, ...]:
    return tuple(
        PlanLine(title=held.title(one.exercise_id), drill=one.drill, minutes=one.minutes) for one in held.session.steps
    )


def person_lines(held: Held) -> tuple[PersonLine, ...]:
    """Those who belong to the session."""
    return tuple(
        PersonLine(name=held.people[one].name, here=held.is_here(one), doing=_doing(held, one)) for one in held.present
    )


def view(
    held: Held, person_id: str, plan: tuple[PlanLine, ...], people: tuple[PersonLine, ...], debrief: OwnDebrief | None
) -> View:
    """For one participant; ``plan`` and ``people`` are the same for all, so they are handed in."""
    running = held.running
    given = running.given_to(person_id)
    own = held.replies_of(person_id)
    remaining = held.remaining_s() if held.time_from is not None else None
    return View(
        version=held.version,
        phase=running.phase,
        plan=plan,
        step=running.step,
        remaining_s=remaining,
        people=people,
        queue=held.names(running.queue),
        up=held.people[running.up].name if running.up in held.people else "",
        assignment=assignment(held, given) if given is not None else None,
        consents=held.agreed(person_id),
        replies=tuple(_own(held, one) for one in own),
        pins=_pins(held, person_id, own),
        debrief=debrief,
    )


def assignment(held: Held, given: Given) -> Assignment:
    """As the person is told it."""
    return Assignment(
        id=given.id,
        step=given.step,
        round=given.round,
        exercise_id=given.exercise_id,
        turn=given.turn,
        role=given.role,
        partners=held.names(given.partners),
        line=given.line,
        done=held.running.done(given, held.gone),
    )


def _doing(held: Held, person_id: str) -> Doing:
    return held.doing.get(person_id, "ready") if held.is_here(person_id) else "away"


def _person(held: Held, person_id: str) -> PersonNow:
    person = held.people[person_id]
    given = held.running.given_to(person_id)
    return PersonNow(
        id=person_id,
        name=person.name,
        here=held.is_here(person_id),
        doing=_doing(held, person_id),
        left=person.left_at is not None,
        team=_team(held, person_id),
        assignment=assignment(held, given) if given is not None else None,
        asked=held.asked(person_id),
        consents=held.agreed(person_id),
        replies=len(held.replies_of(person_id)),
    )


def _team(held: Held, person_id: str) -> int | None:
    steps, step = held.session.steps, held.running.step
    if not 0 <= step < len(steps) or steps[step].drill != "dodge_ball":
        return None
    return next((at for at, group in enumerate(held.running.groups) if person_id in group), None)


def _reply(held: Held, entry: Entry) -> ReplyNow:
    told, rating = held.told[entry.attempt_id], held.coach_rating(entry.attempt_id)
    shown = entry.revealed_at is not None
    return ReplyNow(
        attempt_id=entry.attempt_id,
        person_id=entry.person_id,
        person=held.people[entry.person_id].name,
        step=entry.step,
        round=entry.round,
        role=entry.role,
        title=held.title(told.exercise_id),
        arrived_at=entry.arrived_at,
        shared=entry.shared,
        text=told.text,
        duration_s=told.duration_s,
        recording=told.recording,
        rated=rating is not None,
        blind=rating is not None and rating.blind,
        coach_wording=rating.wording if rating is not None else None,
        coach_voice=rating.voice if rating is not None else None,
        revealed=shown,
        level=told.level if shown else None,
        wording=told.wording if shown else None,
        voice=told.voice if shown else None,
        outcome=told.outcome if shown else None,
        moves=told.moves if shown else (),
        strength=told.strength[1] if shown and told.strength else "",
        next_step=told.next_step[1] if shown and told.next_step else "",
    )


def _own(held: Held, entry: Entry) -> OwnReply:
    rating = held.coach_rating(entry.attempt_id) if entry.revealed_at is not None else None
    return OwnReply(
        attempt_id=entry.attempt_id,
        title=held.title(held.told[entry.attempt_id].exercise_id),
        shared=entry.shared,
        coach_wording=rating.wording if rating is not None else None,
        coach_voice=rating.voice if rating is not None else None,
    )


def _pins(held: Held, person_id: str, own: Collection[Entry]) -> tuple[PinLine, ...]:
    """What the person wrote themselves, and, once there is time to look at them together, all on their replies."""
    together = held.running.phase in ("debrief", "ended")
    name = held.people[person_id].name
    mine = {one.attempt_id for one in own}
    seen = [*mine, *(held.observed_by(person_id) - mine)]
    return tuple(
        PinLine(attempt_id=pin.attempt_id, at_s=pin.at_s, author=pin.author, note=pin.note)
        for attempt_id in sorted(seen)
        for pin in held.pins.get(attempt_id, ())
        if pin.author == name or (together and attempt_id in mine)
    )
