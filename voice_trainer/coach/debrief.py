"""Looking back: who practised what, a strength and a next step for each, and what the group did together.

Of replies that are not revealed nothing is told that the machine made of them. What a person gets names no level of
anybody else, and compares them with nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean

from ..debrief import (
    Agreement,
    Debrief,
    GroupPattern,
    MovePattern,
    PersonPart,
    Practised,
    ReplyPart,
    TallyCompared,
)
from ..listening.moves import MOVES, Move
from ..session import Entry, Role
from ..vocabulary import DIMENSIONS, KINDS, NEARER, move_word
from .drills import CALLED
from .held import Held
from .protocol import OwnDebrief

PRACTISE: dict[str, str] = {
    "feeling": "naming the feeling that is under the story",
    "meaning": "giving back in your own words what it means to them",
    "validation": "letting them hear that it makes sense to feel so",
    "curiosity": "leaving a door open with a question that has no yes or no",
    "restraint": "staying one sentence longer before anything is solved",
    "repair": "coming back after a miss",
    "loudness": "keeping to the loudness of any other day",
    "steadiness": "an even voice that somebody upset can lean on",
    "pace": "taking time to say it",
    "range": "a voice that moves as a living voice does",
    "harshness": "a softer voice",
    "presence": "letting them finish first",
}
LEAST_SHARE = 0.2
"""Of the group's replies: a move that is rarer is no pattern."""


def build(
    held: Held, *, agreement: Agreement | None = None, every_session: Agreement | None = None, only: str = ""
) -> Debrief:
    """The debrief as it stands.

    Args:
        only: id of the person whose part alone it holds, without the group's pattern and without agreement.
    """
    session = held.session
    people = [one for one in held.people.values() if not only or one.id == only]
    return Debrief(
        session_id=session.id,
        title=session.title,
        coach=session.coach,
        place=session.place,
        made_at=session.made_at,
        ended_at=session.ended_at,
        people=tuple(_part(held, one.id) for one in people),
        group=None if only else _group(held),
        agreement=None if only else agreement,
        every_session=None if only else every_session,
        only=people[0].name if only and people else "",
    )


def own_debrief(held: Held, person_id: str) -> OwnDebrief:
    """A person's own part in three lines, for their screen."""
    strength, next_step = _points(held, person_id)
    return OwnDebrief(
        practised=tuple(in_words(one) for one in _practised(held, person_id)), strength=strength, next_step=next_step
    )


def in_words(one: Practised) -> str:
    """ "The dinner that got cold, in threes: speaker, listener; 2 replies"."""
    drill = f", {CALLED[one.drill][0].lower()}{CALLED[one.drill][1:]}" if one.drill is not None else ""
    roles = f": {', '.join(one.roles)}" if one.drill in ("threes", "sustained") and one.roles else ""
    count = f"; {one.replies} repl{'y' if one.replies == 1 else 'ies'}" if one.replies else ""
    return f"{one.title}{drill}{roles}{count}"


def _part(held: Held, person_id: str) -> PersonPart:
    strength, next_step = _points(held, person_id)
    return PersonPart(
        person_id=person_id,
        name=held.people[person_id].name,
        practised=_practised(held, person_id),
        replies=tuple(_reply(held, one) for one in held.replies_of(person_id)),
        strength=strength,
        next_step=next_step,
    )


def _practised(held: Held, person_id: str) -> tuple[Practised, ...]:
    """Steps that they were in, by what was given to them and by what came of it."""
    roles: dict[int, list[Role]] = {}
    exercises: dict[int, str] = {}
    for given in held.running.given:
        if given.person_id == person_id:
            roles.setdefault(given.step, []).append(given.role)
            exercises[given.step] = given.exercise_id
    replies = Counter(one.step for one in held.replies_of(person_id))
    for entry in held.replies_of(person_id):
        roles.setdefault(entry.step, []).append(entry.role)
        exercises.setdefault(entry.step, held.told[entry.attempt_id].exercise_id)
    steps = held.session.steps
    return tuple(
        Practised(
            title=held.title(exercises[step]),
            exercise_id=exercises[step],
            drill=steps[step].drill if step < len(steps) else None,
            roles=tuple(dict.fromkeys(roles[step])),
            replies=replies[step],
        )
        for step in sorted(roles)
    )


def _reply(held: Held, entry: Entry) -> ReplyPart:
    told, shown = held.told[entry.attempt_id], entry.revealed_at is not None
    return ReplyPart(
        attempt_id=entry.attempt_id,
        exercise_id=told.exercise_id,
        title=held.title(told.exercise_id),
        turn=told.turn,
        step=entry.step,
        round=entry.round,
        arrived_at=entry.arrived_at,
        shared=entry.shared,
        duration_s=told.duration_s,
        text=told.text,
        level=told.level if shown else None,
        wording=told.wording if shown else None,
        voice=told.voice if shown else None,
        moves=told.moves if shown else (),
        strength=told.strength[1] if shown and told.strength else "",
        next_step=told.next_step[1] if shown and told.next_step else "",
        recording=told.recording is not None,
        ratings=tuple(held.ratings.get(entry.attempt_id, ())) if shown else (),
        pins=held.pins.get(entry.attempt_id, ()),
        tallies=_tallies(held, entry) if shown else (),
    )


def _tallies(held: Held, entry: Entry) -> tuple[TallyCompared, ...]:
    """Of each observer the latest."""
    latest = {one.observer: one for one in held.tallies if one.attempt_id == entry.attempt_id}
    return tuple(
        TallyCompared(
            attempt_id=entry.attempt_id,
            person=held.people[entry.person_id].name,
            observer=one.observer,
            observed=one.counts,
            machine=held.told[entry.attempt_id].counts,
        )
        for one in latest.values()
    )


def _points(held: Held, person_id: str) -> tuple[str, str]:
    """A strength and a next step: what came most often over their replies, in the words of the latest of those."""
    shown = [held.told[one.attempt_id] for one in held.replies_of(person_id) if one.revealed_at is not None]
    return (
        _commonest([one.strength for one in shown if one.strength is not None]),
        _commonest([one.next_step for one in shown if one.next_step is not None]),
    )


def _commonest(points: Sequence[tuple[str, str]]) -> str:
    """``points``: (dimension, sentence), oldest first."""
    if not points:
        return ""
    often = Counter(dimension for dimension, _ in points)
    last = {dimension: at for at, (dimension, _) in enumerate(points)}
    best = max(often, key=lambda dimension: (often[dimension], last[dimension]))
    return points[last[best]][1]


def _group(held: Held) -> GroupPattern:
    shown = [held.told[one.attempt_id] for one in held.entries.values() if one.revealed_at is not None]
    rated = [one for one in shown if one.level is not None]
    moves = Counter(move for one in rated for move in one.moves)
    ordered = sorted(moves, key=lambda move: (-moves[move], MOVES.index(move)))
    return GroupPattern(
        people=len(held.people),
        replies=len(held.entries),
        rated=len(rated),
        moves=tuple(MovePattern(move=move, replies=moves[move]) for move in ordered),
        nearer=_nearer(ordered, moves, len(rated)),
        practise=_practise([one.dimensions for one in rated]),
    )


def _nearer(ordered: Iterable[Move], moves: Counter[Move], rated: int) -> str:
    often = [move for move in ordered if KINDS.get(move) == NEARER and moves[move] >= LEAST_SHARE * rated]
    if not often:
        return ""
    best = often[0]
    return f"What came nearer most often: the reply {move_word(best)}, in {moves[best]} of {rated} replies."


def _practise(levels: Sequence[dict[str, int]]) -> str:
    """What the group found hardest, of what was rated in half of its replies or more."""
    found = {
        name: [one[name] for one in levels if name in one]
        for name in DIMENSIONS
        if name in {n for o in levels for n in o}
    }
    means = {name: fmean(each) for name, each in found.items() if 2 * len(each) >= len(levels)}
    if not means:
        return ""
    return f"Worth practising together: {PRACTISE[min(means, key=lambda name: means[name])]}."
