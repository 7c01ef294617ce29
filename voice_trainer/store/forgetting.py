"""Forgetting: what was practised, and every file of it, is removed at once and for good.

Files go before rows, so that a program that ends in between leaves an attempt whose sound is gone, never a sound that
nothing knows of; forgetting again does the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from ..errors import UnknownAttempt
from ..session import Session
from .base import AttemptSummary, Store
from .recordings import Recordings


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be forgotten.

    Attributes:
        attempts: as they are listed. broken_off: ids of recordings that never became one.
        people: whose everyday voice goes, too, the notes that they wrote on anybody's attempts, and all that is told
            of them in sessions.
        sessions: ids of those that go whole.
        everything: also files in the folder of recordings that nothing knows of, and stores that were set aside.
    """

    attempts: tuple[AttemptSummary, ...] = ()
    broken_off: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    everything: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.attempts or self.broken_off or self.people or self.sessions or self.everything)


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What was removed, counted; and what was not, named.

    Attributes:
        recordings: with sound on disk, those that were broken off among them. exports: files removed.
        notes: that those people wrote on attempts of others; those on a removed attempt go with it, uncounted.
        sessions: that went whole. seats: places that those people had in others.
        set_aside: damaged stores that were set aside and are removed now.
        named_in: titles of sessions whose title or notes still name those people; they are the coach's own words.
        changed: paths of exports that are not what was written, so they were left.
        kept: paths of files that the system would not let go, with why. in_use: recordings made by a program just now.
    """

    attempts: int = 0
    recordings: int = 0
    exports: int = 0
    baselines: int = 0
    notes: int = 0
    sessions: int = 0
    seats: int = 0
    set_aside: int = 0
    named_in: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    in_use: int = 0


def select_attempt(store: Store, recordings: Recordings, attempt_id: str) -> Selection:
    """One attempt, by its id or the beginning of it. Raises UnknownAttempt."""
    try:
        return Selection(attempts=(store.summary(attempt_id),))
    except UnknownAttempt:
        wanted = attempt_id.strip().upper()
        broken_off = tuple(one.attempt_id for one in recordings.unfinished() if one.attempt_id == wanted)
        if not broken_off:
            raise
        return Selection(broken_off=broken_off)


def select_person(store: Store, recordings: Recordings, person: str) -> Selection:
    """All that ``person`` did here, and the sessions they coached; empty where nobody of that name did anything."""
    coached = store.sessions.sessions(person)
    known = store.baselines(person) or person in store.pin_authors() or person in store.sessions.names()
    seats = {
        one.id
        for session in store.sessions.sessions(None)
        for one in store.sessions.people(session.id)
        if one.name == person
    }
    unfinished = [one.attempt_id for one in recordings.unfinished() if one.person == person]
    return Selection(
        attempts=_with_shared(store, coached, store.attempts(person=person, include_shared=True)),
        broken_off=tuple(sorted({*unfinished, *_on_their_way(store, recordings, coached, seats)})),
        people=(person,) if known else (),
        sessions=tuple(one.id for one in coached),
    )


def select_session(store: Store, recordings: Recordings, session_id: str, *, coach: str | None = None) -> Selection:
    """A session with what was shared in it over the network; what was practised in a room stays those people's own.

    Args:
        coach: whose it must be; then the beginning of the id is enough.

    Raises:
        UnknownSession: none, or more than one.
    """
    session = store.sessions.session(session_id, coach=coach)
    return Selection(
        attempts=_with_shared(store, (session,), ()),
        broken_off=_on_their_way(store, recordings, (session,)),
        sessions=(session.id,),
    )


def select_before(store: Store, recordings: Recordings, moment: datetime) -> Selection:
    """All that was practised before ``moment`` (with its zone), and sessions where nothing happened since.

    An everyday voice stays, since it is still compared.
    """
    idle = store.sessions.idle_since(moment)
    unfinished = [one.attempt_id for one in recordings.unfinished() if one.started_at < moment]
    return Selection(
        attempts=_with_shared(store, idle, store.attempts(before=moment, include_shared=True)),
        broken_off=tuple(sorted({*unfinished, *_on_their_way(store, recordings, idle)})),
        sessions=tuple(one.id for one in idle),
    )


def select_all(store: Store, recordings: Recordings) -> Selection:
    """Everything that was ever practised here."""
    attempts = store.attempts(include_shared=True)
    held = {each for row in attempts for each in _file_ids(row)}
    return Selection(
        attempts=attempts,
        broken_off=tuple(sorted(recordings.ids() - held)),
        people=tuple(one.person for one in store.people() if store.baselines(one.person)),
        sessions=tuple(one.id for one in store.sessions.sessions(None)),
        everything=True,
    )


def _with_shared(
    store: Store, sessions: Collection[Session], attempts: tuple[AttemptSummary, ...]
) -> tuple[AttemptSummary, ...]:
    """``attempts``, and those that were shared over the network in these sessions, each once."""
    found = {row.id: row for row in attempts}
    for session in sessions:
        if session.place == "network":
            found |= {row.id: row for row in store.attempts(session_id=session.id)}
    return tuple(found.values())


def _on_their_way(
    store: Store, recordings: Recordings, sessions: Collection[Session], people: Collection[str] = ()
) -> tuple[str, ...]:
    """What came in of recordings whose reply has not, of these people (ids) and of everybody in these sessions.

    Such a file is called by the id of whoever sends it, and more behind a hyphen (``coach.arriving``).
    """
    senders = {*people, *(one.id for session in sessions for one in store.sessions.people(session.id))}
    return tuple(sorted(each for each in recordings.ids() if each.partition("-")[0] in senders)) if senders else ()


def forget(
    store: Store, recordings: Recordings, selection: Selection, *, set_aside: Collection[Path] = ()
) -> Forgotten:
    """Remove all of ``selection``, and leave no byte of it under the data folder.

    Args:
        set_aside: stores that were moved out of the way; removed where everything is.

    Raises:
        StoreUnwritable: a recording can't be removed, or another program holds the store; forgetting again goes on
            from there.
    """
    ids = [row.id for row in selection.attempts]
    exports, changed, kept = remove_exports(store, ids)
    sounds, in_use = _remove_sounds(recordings, selection)
    attempts = store.remove_attempts(ids)
    baselines = sum(store.remove_baselines(person) for person in selection.people)
    notes = sum(store.remove_pins_of(person) for person in selection.people)
    sessions = store.sessions.remove_all(selection.sessions)
    seats = sum(store.sessions.remove_name(person) for person in selection.people)
    aside = 0
    for path in set_aside if selection.everything else ():
        reason = _removed(path)
        kept += (reason,) if reason else ()
        aside += reason is None and not path.name.endswith(("-wal", "-shm"))
    store.wipe()
    return Forgotten(
        attempts=attempts,
        recordings=sounds,
        exports=exports,
        baselines=baselines,
        notes=notes,
        sessions=sessions,
        seats=seats,
        set_aside=aside,
        named_in=_naming(store, selection.people),
        changed=changed,
        kept=kept,
        in_use=in_use,
    )


def forget_by_age(store: Store, recordings: Recordings, keep_days: int | None, now: datetime) -> Forgotten:
    """What retention asks for: forget all that was practised more than ``keep_days`` days before ``now``.

    Args:
        keep_days: None keeps everything.
    """
    if keep_days is None:
        return Forgotten()
    selection = select_before(store, recordings, now - timedelta(days=keep_days))
    return Forgotten() if selection.is_empty else forget(store, recordings, selection)


def remove_exports(store: Store, attempt_ids: Collection[str]) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Remove the files that hold any of these attempts.

    Returns:
        How many are gone, which had been changed and stay, and which could not be removed, with why.
    """
    gone, changed, kept, known = 0, [], [], store.exports(attempt_ids)
    for export in known:
        path = Path(export.path)
        try:
            same = hashlib.sha256(path.read_bytes()).hexdigest() == export.sha256
        except FileNotFoundError:
            continue
        except OSError as error:
            kept.append(f"{path} ({(error.strerror or str(error)).lower()})")
            continue
        if not same:
            changed.append(str(path))
        elif reason := _removed(path):
            kept.append(reason)
        else:
            gone += 1
    store.remove_exports([export.path for export in known])
    return gone, tuple(changed), tuple(kept)


def _naming(store: Store, people: Collection[str]) -> tuple[str, ...]:
    wanted = [each.casefold() for each in people if each]
    return tuple(
        session.title
        for session in (store.sessions.sessions(None) if wanted else ())
        if any(each in f"{session.title}\n{session.notes}".casefold() for each in wanted)
    )


def _remove_sounds(recordings: Recordings, selection: Selection) -> tuple[int, int]:
    """How many recordings are gone, and how many are being made just now."""
    wanted = {*selection.broken_off, *(each for row in selection.attempts for each in _file_ids(row))}
    removed = in_use = 0
    for attempt_id in sorted(wanted & recordings.ids()):
        sounds = recordings.has_sound(attempt_id)
        if recordings.erase(attempt_id):
            removed += sounds
        else:
            in_use += 1
    return removed, in_use


def _file_ids(row: AttemptSummary) -> tuple[str, ...]:
    """What the files of an attempt are called by: its id, or another where its recording was named otherwise."""
    return (row.id, Path(row.recording).stem) if row.recording else (row.id,)


def _removed(path: Path) -> str | None:
    """None once the file is gone; else its path and why not."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        return f"{path} ({(error.strerror or str(error)).lower()})"
    return None
