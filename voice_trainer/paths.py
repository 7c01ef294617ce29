"""Paths through the exercises: the skills as they build on each other, and one path for each attachment pull. Pure.

A pull is what closeness does to somebody for a while, not a kind of person: what is said of it here is said of the
moment. How far one has come counts exercises, never how they went.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

import msgspec

from .errors import RequestInvalid
from .exercise import SKILLS, Exercise, Library
from .shape import near
from .store import Store

PathName = Literal["main", "anxious", "avoidant", "disorganized", "secure"]
PATH_NAMES: tuple[PathName, ...] = get_args(PathName)


class PathAbout(msgspec.Struct, frozen=True, kw_only=True):
    """A path in words: what it is, and what to try in it."""

    title: str
    about: str
    to_try: str


ABOUT: dict[PathName, PathAbout] = {
    "main": PathAbout(
        title="Step by step",
        about=(
            "Each skill leans on the one before it: first you notice, then you say back the feeling and what it means, "
            "then you let it make sense. After that you stay: curious, calm, beside them. And when you have missed "
            "somebody, you come back."
        ),
        to_try=(
            "Take the next exercise whenever you have ten minutes. Stay with a skill until it begins to feel like your "
            "own words, and go back to an earlier one as often as you like."
        ),
    ),
    "anxious": PathAbout(
        title="The reaching pull",
        about=(
            "Somebody reaches for you, fears that nobody will be there, and so asks again, louder. Psychologists "
            "call it the anxious pull. It is a pull, not a kind of person: nearly everybody knows it, some with "
            "somebody they love, some with a boss."
        ),
        to_try=(
            "Answer the fear before the question: say what you heard under it, and that you are here. You need not "
            "promise more than you can keep. A warm “not tonight, and I do want to hear it tomorrow” is attuned too, "
            "to both of you."
        ),
    ),
    "avoidant": PathAbout(
        title="The stepping-back pull",
        about=(
            "Somebody plays it down, jokes, changes the subject, just when it gets close. Psychologists call it the "
            "avoidant pull. It is a pull, not a kind of person: going without was once the safest way, and there is "
            "feeling behind the “it's fine”."
        ),
        to_try=(
            "Come half a step nearer, not two. Reflect the little that was said, keep your voice light and slow, and "
            "leave the door open without pushing on it. Room is what lets them come."
        ),
    ),
    "disorganized": PathAbout(
        title="The to-and-fro pull",
        about=(
            "Somebody reaches for you and pushes you off in the same breath. Psychologists call it the disorganized "
            "pull. It is a pull, not a kind of person: it is left where comfort and fright once came from the same "
            "hands, and it makes sense there."
        ),
        to_try=(
            "Slow down first, in your own body. Say both sides out loud, the wish and the fright, and take neither of "
            "them away. Be plain about what you will do next; no surprises is a kindness here."
        ),
    ),
    "secure": PathAbout(
        title="The open pull",
        about=(
            "Somebody says what hurts and can be comforted by you; they can also be cross with you and stay. "
            "Psychologists call it secure. It is a pull, not a kind of person, and nobody has it all day."
        ),
        to_try=(
            "It is tempting to hurry when somebody makes it easy. Stay a sentence longer, ask one open question, and "
            "let yourself be told where you missed."
        ),
    ),
}


class PathStep(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise of a path, and whether it was ever practised."""

    exercise: Exercise
    practised: bool


class PracticePath(msgspec.Struct, frozen=True, kw_only=True):
    """A path as it lies before somebody."""

    name: PathName
    steps: tuple[PathStep, ...]

    @property
    def said(self) -> PathAbout:
        """What it is called, what it is, and what to try."""
        return ABOUT[self.name]

    @property
    def practised(self) -> int:
        """Of how many exercises anything was ever answered."""
        return sum(step.practised for step in self.steps)

    @property
    def next_step(self) -> Exercise | None:
        """The first that was never practised; where all were, the first of all. None for a path without exercises."""
        ordered = sorted(self.steps, key=lambda step: step.practised)  # stable: the rest of the order stays
        return ordered[0].exercise if ordered else None


def path_named(text: str) -> PathName:
    """The path of that name.

    Raises:
        RequestInvalid: there is none, with what it may have been meant to be.
    """
    for name in PATH_NAMES:
        if name == text.strip().lower():
            return name
    hint = near(text, PATH_NAMES) or f"; they are {', '.join(PATH_NAMES)}"
    raise RequestInvalid(f'There is no path "{text}"{hint}')


def path_of(name: PathName, library: Library, practised: Collection[str]) -> PracticePath:
    """The path with its exercises in their order.

    Args:
        practised: ids of the exercises of which anything was answered.
    """
    exercises = [one for one in library.exercises if name == "main" or one.attachment == name]
    if name == "main":
        exercises.sort(key=lambda one: (SKILLS.index(one.skill), one.difficulty, one.title))
    else:
        exercises.sort(key=lambda one: (one.difficulty, SKILLS.index(one.skill), one.title))
    steps = tuple(PathStep(exercise=one, practised=one.id in practised) for one in exercises)
    return PracticePath(name=name, steps=steps)


def all_paths(library: Library, store: Store, person: str = "") -> tuple[PracticePath, ...]:
    """Every path, with how far ``person`` ("": whoever practises here) has come on it."""
    practised = practised_by(store, person)
    return tuple(path_of(name, library, practised) for name in PATH_NAMES)


def practised_by(store: Store, person: str = "") -> frozenset[str]:
    """Ids of the exercises that ``person`` ("": whoever practises here) has answered at least once."""
    return frozenset(row.exercise_id for row in store.attempts(person=person or None))
