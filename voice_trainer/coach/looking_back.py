"""Looking back on a stored session, without taking it up again: nothing of where it stands is written.

So a debrief can be written while the coach's program runs, by another one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ..attempt import Attempt
from ..debrief import Agreement, Debrief
from ..errors import RequestInvalid, UnknownAttempt
from ..exercise import Library
from ..session import Entry
from ..store.base import Store
from ..store.recordings import Recordings
from .agreement import MachineScore, agreement, machine_score
from .debrief import build
from .held import Held
from .removal import purge_expired
from .sharing import shared_part


@dataclass(frozen=True, kw_only=True)
class LookedBack:
    """A debrief, and the replies in it as they may be shown: by attempt, without scores where not revealed."""

    debrief: Debrief
    attempts: dict[str, Attempt]


def look_back(
    session_id: str,
    store: Store,
    recordings: Recordings,
    library: Library,
    *,
    now: Callable[[], datetime],
    coach: str | None = None,
    person: str | None = None,
) -> LookedBack:
    """The debrief of a stored session. What has run out is removed first.

    Args:
        coach: whose session it must be; then the beginning of the id is enough. None does not ask.
        person: by name, whose own part alone it is.

    Raises:
        UnknownSession, StoreError. RequestInvalid: nobody of that name was in it.
    """
    session = store.sessions.session(session_id, coach=coach)
    purge_expired(store, recordings, now())
    held = Held(session=session, library=library, now=now, clock=time.monotonic)
    held.load(store)
    if person is None:
        return of(held, store, whole_debrief(held, store))
    found = held.named(person)
    if found is None:
        names = ", ".join(one.name for one in held.people.values()) or "nobody"
        raise RequestInvalid(f"There was no {person[:60]} in this session; there was {names}.")
    return of(held, store, build(held, only=found.id))


def of(held: Held, store: Store, debrief: Debrief) -> LookedBack:
    """``debrief`` with its replies."""
    return LookedBack(
        debrief=debrief,
        attempts={one: as_shown(held.entries[one], store.attempt(one)) for one in debrief.attempt_ids},
    )


def as_shown(entry: Entry, attempt: Attempt) -> Attempt:
    """``attempt``, without its scores while it is not revealed."""
    if entry.revealed_at is not None:
        return attempt
    unscored = shared_part(attempt, [one for one in entry.shared if one != "scores"])
    return msgspec.structs.replace(unscored, person=attempt.person)


def session_agreement(held: Held, store: Store) -> Agreement:
    """Of the replies that are revealed."""
    shown = [one for one in held.entries.values() if one.revealed_at is not None]
    ratings = [rating for one in shown for rating in held.ratings.get(one.attempt_id, ())]
    return agreement(ratings, machine_scores(store, {one.attempt_id for one in ratings}))


def whole_debrief(held: Held, store: Store) -> Debrief:
    """With the group's pattern and with agreement, here and over all sessions of this coach."""
    hidden = {one.attempt_id for one in held.entries.values() if one.revealed_at is None}
    rated = [one for one in store.sessions.every_rating(held.session.coach) if one.attempt_id not in hidden]
    every = agreement(rated, machine_scores(store, {one.attempt_id for one in rated}))
    return build(held, agreement=session_agreement(held, store), every_session=every)


def machine_scores(store: Store, attempt_ids: Collection[str]) -> dict[str, MachineScore]:
    """Of the attempts that are still there."""
    found = {}
    for attempt_id in attempt_ids:
        with suppress(UnknownAttempt):
            found[attempt_id] = machine_score(store.summary(attempt_id))
    return found
