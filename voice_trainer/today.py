"""Today's practice: which exercise, and why that one.

A skill fades like anything learnt, so each is a card of a spaced-repetition scheduler (FSRS, Ye 2022): an attempt is a
review, and how the speaker was met is its grade. What is due comes first, the most faded of it; then a skill that was
never practised, in the order in which they build on each other; then the one that has come hardest. Within a skill the
exercise is one that was practised least, near to what the person can do by now, of a setting that they have not been in
lately.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from .exercise import Exercise, Library, Skill
from .store import AttemptSummary, Store
from .vocabulary import SKILLS

if TYPE_CHECKING:
    from fsrs import Card, Rating, Scheduler

ENOUGH_ATTEMPTS = 500
"""How far back the choice looks."""
LATELY = 5
"""Attempts of a skill that tell how it comes by now."""
SETTINGS_LATELY = 3
"""Attempts whose settings are let rest."""
LEVEL_OF_OUTCOME = {"attuned": 4, "partly": 2, "missed": 1}


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """An exercise, and in one sentence why it is today's."""

    exercise: Exercise
    reason: str


class _Practised(msgspec.Struct, frozen=True, kw_only=True):
    """How a skill stands. ``faded``: chance, 0–1, that it has faded by now; ``hard``: mean level lately, 1–5."""

    skill: Skill
    last: datetime
    due: bool
    faded: float
    level: float


def suggest(library: Library, store: Store, person: str = "", *, now: datetime | None = None) -> Suggestion | None:
    """An exercise for now; None for an empty library."""
    exercises = library.exercises
    if not exercises:
        return None
    now = now or datetime.now(UTC)
    rows = store.attempts(person=person or None, limit=ENOUGH_ATTEMPTS)
    skills = {exercise.id: exercise.skill for exercise in exercises}
    practised = _practised([row for row in reversed(rows) if row.exercise_id in skills], skills, now)
    skill, reason = _choose({exercise.skill for exercise in exercises}, practised, now)
    return Suggestion(exercise=_exercise(exercises, skill, rows, practised.get(skill)), reason=reason)


def _practised(rows: Sequence[AttemptSummary], skills: dict[str, Skill], now: datetime) -> dict[Skill, _Practised]:
    """Every skill that was practised, from ``rows``, the oldest first."""
    from fsrs import Card, Scheduler

    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    cards: dict[Skill, Card] = {}
    levels: dict[Skill, list[int]] = {}
    for row in rows:
        skill, level = skills[row.exercise_id], _level(row)
        card = cards.get(skill) or Card(due=row.started_at)
        cards[skill] = scheduler.review_card(card, _grade(level), row.started_at)[0]
        levels.setdefault(skill, []).append(level)
    return {skill: _stands(scheduler, skill, card, levels[skill], now) for skill, card in cards.items()}


def _stands(scheduler: Scheduler, skill: Skill, card: Card, levels: list[int], now: datetime) -> _Practised:
    last, lately = card.last_review or card.due, levels[-LATELY:]
    return _Practised(
        skill=skill,
        last=last,
        due=card.due <= now,
        faded=1 - scheduler.get_card_retrievability(card, max(now, last)),
        level=sum(lately) / len(lately),
    )


def _level(row: AttemptSummary) -> int:
    """How an attempt went, 1–5; 2 where it could not be told: nothing was learnt that would last."""
    return row.level or LEVEL_OF_OUTCOME.get(row.outcome or "", 2)


def _grade(level: int) -> Rating:
    from fsrs import Rating

    return {1: Rating.Again, 2: Rating.Hard, 3: Rating.Good, 4: Rating.Good, 5: Rating.Easy}[level]


def _choose(there: set[Skill], practised: dict[Skill, _Practised], now: datetime) -> tuple[Skill, str]:
    due = [one for one in practised.values() if one.due and one.skill in there]
    if due:
        one = max(due, key=lambda each: (each.faded, each.skill))
        return one.skill, f"You last practised {SKILLS[one.skill]} {_ago(one.last, now)}; it is due again."
    new = [skill for skill in SKILLS if skill in there and skill not in practised]
    if new:
        return new[0], f"You have not practised {SKILLS[new[0]]} yet."
    one = min((practised[skill] for skill in there), key=lambda each: (each.level, -each.faded, each.skill))
    return one.skill, f"Nothing is due today; {SKILLS[one.skill]} has come hardest lately, so it gets another turn."


def _exercise(
    exercises: Sequence[Exercise], skill: Skill, rows: Sequence[AttemptSummary], stands: _Practised | None
) -> Exercise:
    """Least practised first, then nearest in difficulty, then of a setting that was not practised lately."""
    counts = Counter(row.exercise_id for row in rows)
    contexts = {exercise.id: exercise.context for exercise in exercises}
    rest = {contexts[row.exercise_id] for row in rows[:SETTINGS_LATELY] if row.exercise_id in contexts}
    can = 1.0 if stands is None else stands.level
    return min(
        (exercise for exercise in exercises if exercise.skill == skill),
        key=lambda each: (counts[each.id], abs(each.difficulty - can), each.context in rest, each.difficulty, each.id),
    )


def _ago(when: datetime, now: datetime) -> str:
    days = (now - when).days
    return "earlier today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"
