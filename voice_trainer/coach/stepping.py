"""From step to step and round to round: who gets which assignment. Reads the session, changes nothing in it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..errors import RequestInvalid
from ..session import Step
from ..store.ids import new_attempt_id
from .drills import Groups, Part, parts, reseated, rounds_of, seated
from .held import Held
from .running import Given, Running


def check_plan(held: Held, steps: Sequence[Step]) -> None:
    """Raises UnknownExercise where an exercise, or a turn of it, is not there."""
    for step in steps:
        held.library.get(step.exercise_id).turn(step.turn or None)


def begun(held: Held, running: Running, index: int, to: tuple[str, ...] | None) -> Running:
    """The step ``index`` sent to everybody (None) or to some.

    Raises:
        RequestInvalid: no such step, nobody to send it to, or too few for the drill. UnknownExercise.
    """
    steps = held.session.steps
    if not 0 <= index < len(steps):
        raise RequestInvalid(
            f"The plan has {len(steps)} step{'' if len(steps) == 1 else 's'}; there is no {index + 1}."
        )
    for one in to or ():
        if held.gone(one):
            raise RequestInvalid(f"{held.person(one).name} has left, so nothing can be sent to them.")
    people = held.present if to is None else tuple(dict.fromkeys(to))
    if to is not None and not people:
        raise RequestInvalid("Name somebody to send it to.")
    step = steps[index]
    check_plan(held, (step,))
    groups = seated(step.drill, people) if people or step.drill is not None else ()
    same_step = running.phase == "practice" and running.step == index and to is not None
    return _dealt(
        held,
        msgspec.structs.replace(
            running.with_turn(""),
            phase="practice",
            step=index,
            round=0,
            groups=groups,
            to_all=to is None,
            remaining_s=running.remaining_s if same_step else step.minutes * 60.0,
            runs=running.runs if same_step else True,
        ),
        groups,
        instead_of=held.present if to is None else people,
    )


def next_round(held: Held, running: Running) -> Running | None:
    """The next round of the step that is on, with those who are in it now; None where there is none."""
    steps = held.session.steps
    if running.phase != "practice" or not 0 <= running.step < len(steps):
        return None
    step = steps[running.step]
    people = held.present if running.to_all else tuple(one for group in running.groups for one in group)
    groups = reseated(step.drill, running.groups, tuple(one for one in people if not held.gone(one)))
    for round in range(running.round + 1, rounds_of(step.drill, groups)):
        on = msgspec.structs.replace(running, round=round, groups=groups)
        if _somebody_up(held, step, groups, round):
            return _dealt(held, on, groups, instead_of=people)
    return None


def joined(held: Held, running: Running, person_id: str) -> Running:
    """Somebody comes in while a step is on that everybody got: they get it too, or a place from the next round on."""
    running = running.joined_by(person_id)
    steps = held.session.steps
    if running.phase != "practice" or not running.to_all or not 0 <= running.step < len(steps):
        return running
    step = steps[running.step]
    if running.given_to(person_id) is not None:
        return running
    if step.drill in ("threes", "sustained", "dodge_ball"):
        return running
    groups = reseated(step.drill, running.groups, (*(one for group in running.groups for one in group), person_id))
    running = msgspec.structs.replace(running, groups=groups)
    mine = [one for one in _parts(held, step, groups, running.round) if one.person == person_id]
    return running.with_given(
        [_given(held, running, step, part, max(1, running.sendings)) for part in mine], instead_of=()
    )


def _dealt(held: Held, running: Running, groups: Groups, *, instead_of: Sequence[str]) -> Running:
    step = held.session.steps[running.step]
    sending = running.sendings + 1
    running = msgspec.structs.replace(running, sendings=sending)
    here = [part for part in _parts(held, step, groups, running.round) if not held.gone(part.person)]
    if step.drill in ("rounds", "dodge_ball"):
        up = next((part.person for part in here if part.up), "")
        running = running.with_turn(up) if up else running
    new = [_given(held, running, step, part, sending) for part in here]
    return running.with_given(new, instead_of=instead_of)


def _somebody_up(held: Held, step: Step, groups: Groups, round: int) -> bool:
    """Where one is heard after another: whether the one of this round is still here."""
    if step.drill not in ("rounds", "dodge_ball"):
        return True
    return any(part.up and not held.gone(part.person) for part in _parts(held, step, groups, round))


def _parts(held: Held, step: Step, groups: Groups, round: int) -> tuple[Part, ...]:
    exercise = held.exercise(step.exercise_id)
    return parts(
        step.drill,
        groups,
        round,
        prompts=len(exercise.turns) if exercise is not None else 1,
        speaker=exercise.speaker.name if exercise is not None else "the speaker",
        minutes=step.minutes,
    )


def _given(held: Held, running: Running, step: Step, part: Part, sending: int) -> Given:
    return Given(
        id=new_attempt_id(held.now()),
        person_id=part.person,
        sending=sending,
        group=part.group,
        step=running.step,
        round=running.round,
        role=part.role,
        exercise_id=step.exercise_id,
        turn=_turn(held, step, part),
        line=part.line,
        partners=part.partners,
    )


def _turn(held: Held, step: Step, part: Part) -> str:
    """The turn that is answered: the step's, and in dodge ball one after another from it."""
    exercise = held.exercise(step.exercise_id)
    if exercise is None:
        return step.turn
    ids = [turn.id for turn in exercise.turns]
    first = ids.index(step.turn) if step.turn in ids else 0
    return ids[(first + part.prompt) % len(ids)]
