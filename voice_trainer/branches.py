"""The way through an exercise whose speaker answers back: how each turn was met, and what lay on the other ways. Pure.

The way is read from attempts that are listed, so that it is there in the history, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, get_args

import msgspec

from .exercise import Exercise, Outcome, Turn

LONGEST_GAP = timedelta(minutes=30)
"""Between two replies of one talk; after a longer one a talk was left, and another begun."""
OPENING_WORDS = 9
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class Answered(Protocol):
    """What an attempt and its line in a list have in common."""

    @property
    def turn(self) -> str: ...
    @property
    def outcome(self) -> str | None: ...
    @property
    def started_at(self) -> datetime: ...


class OtherWay(msgspec.Struct, frozen=True, kw_only=True):
    """A turn that another reply would have opened; ``outcomes`` are the ways of being met that lead to it."""

    turn: Turn
    outcomes: tuple[Outcome, ...]


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of the way.

    Attributes:
        met: how the speaker was met; None where it could not be told.
        led_to: the turn that came of it; None where the exercise ends.
        others: what another reply would have opened, none of them ``led_to``.
    """

    turn: Turn
    met: Outcome | None
    led_to: Turn | None
    others: tuple[OtherWay, ...]


def has_branches(exercise: Exercise) -> bool:
    """Whether what is said decides how it goes on."""
    return any(
        len({turn.next.attuned, turn.next.partly, turn.next.missed}) > 1 or turn.next.attuned for turn in exercise.turns
    )


def way(exercise: Exercise, last: Answered, earlier: Iterable[Answered]) -> tuple[Stretch, ...]:
    """The turns that were gone through up to ``last``, in their order.

    Args:
        earlier: attempts of the same exercise by the same person, in any order. A turn that was answered more than once
            counts as it was answered last, since that is how the speaker went on.
    """
    known = {turn.id for turn in exercise.turns}
    if last.turn not in known:
        return ()
    before = sorted((one for one in earlier if one.started_at < last.started_at), key=lambda one: one.started_at)
    gone = [last]
    while before and gone[-1].turn != exercise.first_turn.id:
        found = _leads_to(exercise, [one for one in before if one.turn in known], gone[-1])
        if found is None:
            break
        before = [one for one in before if one.started_at < found.started_at]
        gone.append(found)
    return tuple(_stretch(exercise, one) for one in reversed(gone))


def _leads_to(exercise: Exercise, before: list[Answered], then: Answered) -> Answered | None:
    since = then.started_at
    for one in reversed(before):
        if since - one.started_at > LONGEST_GAP:
            return None
        since = one.started_at
        following = exercise.following(exercise.turn(one.turn), _outcome(one))
        if following is not None and following.id == then.turn:
            return one
    return None


def _stretch(exercise: Exercise, one: Answered) -> Stretch:
    turn, met = exercise.turn(one.turn), _outcome(one)
    led_to = exercise.following(turn, met)
    others: dict[str, list[Outcome]] = {}
    for outcome in OUTCOMES:
        target = getattr(turn.next, outcome)
        if outcome != met and target and (led_to is None or target != led_to.id):
            others.setdefault(target, []).append(outcome)
    return Stretch(
        turn=turn,
        met=met,
        led_to=led_to,
        others=tuple(OtherWay(turn=exercise.turn(name), outcomes=tuple(of)) for name, of in others.items()),
    )


def _outcome(one: Answered) -> Outcome | None:
    return next((outcome for outcome in OUTCOMES if outcome == one.outcome), None)


def opening(turn: Turn, words: int = OPENING_WORDS) -> str:
    """The first words of a turn, with "…" where more follow."""
    said = turn.text.split()
    return " ".join(said) if len(said) <= words else f"{' '.join(said[:words]).rstrip('.,…')}…"
