"""Today's practice: which exercise, and why that one."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from .exercise import Exercise, Library, Skill
from .store import Store
from .vocabulary import SKILLS

ENOUGH_ATTEMPTS = 500
"""How far back the choice looks."""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """An exercise, and in one sentence why it is today's."""

    exercise: Exercise
    reason: str


def suggest(library: Library, store: Store, person: str = "", *, now: datetime | None = None) -> Suggestion | None:
    """The skill that waited longest, its least practised exercise; None for an empty library.

    Skills that were never practised come first, in the order in which they build on each other.
    """
    exercises = library.exercises
    if not exercises:
        return None
    now = now or datetime.now(UTC)
    counts: dict[str, int] = {}
    latest: dict[str, datetime] = {}
    for row in store.attempts(person=person or None, limit=ENOUGH_ATTEMPTS):
        counts[row.exercise_id] = counts.get(row.exercise_id, 0) + 1
        latest[row.exercise_id] = max(row.started_at, latest.get(row.exercise_id, row.started_at))
    order = list(SKILLS)

    def waited(skill: Skill) -> tuple[bool, datetime | int]:
        seen = [latest[e.id] for e in exercises if e.skill == skill and e.id in latest]
        return (True, max(seen)) if seen else (False, order.index(skill))

    skill = min({exercise.skill for exercise in exercises}, key=waited)
    choice = min(
        (exercise for exercise in exercises if exercise.skill == skill),
        key=lambda exercise: (counts.get(exercise.id, 0), exercise.difficulty, exercise.id),
    )
    practised, since = waited(skill)
    if not practised or not isinstance(since, datetime):
        reason = f"You have not practised {SKILLS[skill]} yet."
    else:
        days = (now - since).days
        when = "earlier today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"
        reason = f"You last practised {SKILLS[skill]} {when}; it has waited longest."
    return Suggestion(exercise=choice, reason=reason)
