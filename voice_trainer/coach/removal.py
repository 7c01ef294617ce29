"""Taking back: what somebody shared, and what has run out, is removed at the coach, exports included.

Files go before rows, as in forgetting: a program that ends in between leaves a reply whose sound is gone, never a sound
that nothing knows of. Doing it again does the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ..attempt import Attempt
from ..session import SHARINGS, Consent, Entry, Sharing
from ..store.base import Store
from ..store.forgetting import remove_exports
from ..store.recordings import Recordings
from .sharing import shared_part

THINGS: dict[Sharing, str] = {"scores": "scores", "transcript": "words", "recording": "recordings"}


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """What was removed.

    Attributes:
        stripped: attempt → what is left of it (None where nothing is). things: that were removed anywhere.
        files: exports that were removed. changed: exports that are not what was written, so they were left.
        kept: files that the system would not let go, with why.
    """

    stripped: dict[str, tuple[Entry, Attempt] | None]
    things: tuple[Sharing, ...] = ()
    files: int = 0
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def sentence(self, coach: str) -> str:
        """As the person is told it."""
        if not self.stripped:
            return f"There was nothing of that with {coach}, so nothing had to be removed."
        count = len(self.stripped)
        said = [
            f"Your {joined([THINGS[one] for one in self.things])} of {count} repl{'y' if count == 1 else 'ies'} "
            f"{'is' if self.things == ('recording',) and count == 1 else 'are'} gone from {coach}'s side."
        ]
        if self.files:
            said.append(f"{self.files} file{' that' if self.files == 1 else 's that'} held them went, too.")
        left = len(self.changed) + len(self.kept)
        if left:
            said.append(
                f"{left} file{'' if left == 1 else 's'} could not be removed, since somebody changed "
                f"{'it' if left == 1 else 'them'} or holds {'it' if left == 1 else 'them'}; ask {coach} about that."
            )
        return " ".join(said)


def take_back(store: Store, recordings: Recordings, entries: Iterable[Entry], things: Collection[Sharing]) -> TakenBack:
    """Remove ``things`` from the replies of ``entries``, in the store, in the recordings and in exports.

    What is left of a reply stays; where nothing is, the reply goes with its ratings, tallies and notes. Notes go, too,
    where neither words nor sound are left that they could be about.

    Raises:
        StoreError: doing it again goes on from there.
    """
    touched = [one for one in entries if set(one.shared) & set(things)]
    ids = [one.attempt_id for one in touched]
    if not touched:
        store.wipe()  # an earlier try may have removed everything and then been kept from wiping
        return TakenBack(stripped={})
    files, changed, kept = remove_exports(store, ids)
    stripped: dict[str, tuple[Entry, Attempt] | None] = {}
    for entry in touched:
        stripped[entry.attempt_id] = _strip(store, recordings, entry, things)
    store.wipe()
    removed = {thing for entry in touched for thing in entry.shared if thing in things}
    return TakenBack(
        stripped=stripped,
        things=tuple(thing for thing in SHARINGS if thing in removed),
        files=files,
        changed=changed,
        kept=kept,
    )


def _strip(
    store: Store, recordings: Recordings, entry: Entry, things: Collection[Sharing]
) -> tuple[Entry, Attempt] | None:
    left = tuple(one for one in entry.shared if one not in things)
    attempt = store.attempt(entry.attempt_id)
    if attempt.recording is not None and "recording" not in left:
        recordings.remove(attempt.recording)
    if not left:
        store.remove_attempts([entry.attempt_id])
        return None
    cut = msgspec.structs.replace(shared_part(attempt, left), person=attempt.person)
    if not {"transcript", "recording"} & set(left):
        for pin in store.pins(entry.attempt_id):
            store.remove_pin(pin.id)
    store.sessions.strip(entry.attempt_id, left, cut)
    return msgspec.structs.replace(entry, shared=left), cut


def purge_expired(store: Store, recordings: Recordings, now: datetime) -> TakenBack:
    """Remove everything, in whichever session, that was agreed to for a time that is over. Raises StoreError."""
    by_person: dict[tuple[str, str], set[Sharing]] = {}
    for consent in store.sessions.expired(now):
        by_person.setdefault((consent.session_id, consent.person_id), set()).add(consent.sharing)
    found: list[TakenBack] = []
    for (session_id, person_id), things in by_person.items():
        entries = [one for one in store.sessions.entries(session_id) if one.person_id == person_id]
        if not any(set(entry.shared) & things for entry in entries):
            continue  # gone already; most starts of the program find nothing to do
        found.append(take_back(store, recordings, entries, things))
    return TakenBack(
        stripped={attempt_id: left for one in found for attempt_id, left in one.stripped.items()},
        things=tuple(thing for thing in SHARINGS if any(thing in one.things for one in found)),
        files=sum(one.files for one in found),
        changed=tuple(path for one in found for path in one.changed),
        kept=tuple(path for one in found for path in one.kept),
    )


def in_force(consents: Iterable[Consent], now: datetime) -> dict[tuple[str, Sharing], Consent]:
    """The latest of each person and thing, of those that are given and have not run out."""
    latest: dict[tuple[str, Sharing], Consent] = {}
    for one in sorted(consents, key=lambda each: (each.said_at, each.id)):
        latest[one.person_id, one.sharing] = one
    return {key: one for key, one in latest.items() if one.given and (one.expires_at is None or one.expires_at > now)}


def joined(words: Collection[str]) -> str:
    """ "scores, words and recordings"."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}" if listed else "nothing"
