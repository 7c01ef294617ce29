"""Sessions over SQLAlchemy: the same code for SQLite and PostgreSQL.

Whoever writes to a session holds its row, so that what is checked still holds when it is written, on a server with
several programs too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sql

from voice_trainer.attempt import Attempt
from voice_trainer.errors import RequestInvalid, UnknownSession
from voice_trainer.session import Consent, Entry, Person, Rating, Session, Sharing, Tally

from .failures import translated
from .ids import LENGTH
from .rows import Record, attempt_row, figures_row, portions
from .schema import attempts, figures, original_records
from .session_names import names_in, remove_name
from .session_rows import name_key, not_there, record_of, row_of, there_already
from .session_tables import consents as consent_table
from .session_tables import entries, heard, people, ratings, sessions, states, tallies

NEWEST_FIRST = (sessions.c.made_at.desc(), sessions.c.id.desc())
MOST_NAMED = 3
"""Ids that are told apart for a beginning that fits several."""
HAPPENED = (
    people.c.joined_at,
    people.c.left_at,
    consent_table.c.said_at,
    entries.c.arrived_at,
    entries.c.revealed_at,
    ratings.c.made_at,
    tallies.c.made_at,
)
"""What tells that a session was in use at a moment."""


class DatabaseSessions:
    """``Sessions``; made by ``DatabaseStore``.

    Args:
        writer: ``engine`` with the option that says that a transaction writes.
        place: the store, as it is named in errors. wipe: the store's.
    """

    def __init__(self, engine: sql.Engine, writer: sql.Engine, place: str, wipe: Callable[[], None]) -> None:
        self._engine = engine
        self._writer = writer
        self._place = place
        self._wipe = wipe

    # sessions

    def add(self, session: Session) -> None:
        row = row_of(session)
        with translated(self._place), self._writer.begin() as connection:
            if connection.execute(sql.select(sessions.c.id).where(sessions.c.id == session.id)).first():
                raise there_already(session, session.id)
            connection.execute(sessions.insert().values(row))

    def update(self, session: Session) -> None:
        row = row_of(session)
        with translated(self._place), self._writer.begin() as connection:
            if not connection.execute(sessions.update().where(sessions.c.id == session.id).values(row)).rowcount:
                raise _unknown(session.id)

    def session(self, session_id: str, *, coach: str | None = None) -> Session:
        query = sql.select(sessions).order_by(*NEWEST_FIRST).limit(MOST_NAMED + 1)
        if coach is None:
            query = query.where(sessions.c.id == session_id)
        else:
            wanted = session_id.strip().upper()
            if not wanted.isascii() or not wanted.isalnum() or len(wanted) > LENGTH:
                raise _unknown(session_id)
            begins = sessions.c.id.startswith(wanted, autoescape=True)
            query = query.where(sessions.c.coach == coach, begins)
        found = self._read(Session, query)
        if not found:
            raise _unknown(session_id)
        if len(found) > 1:
            named = ", ".join(one.id for one in found[:MOST_NAMED]) + (" …" if len(found) > MOST_NAMED else "")
            raise UnknownSession(f"More than one session begins with {session_id}: {named}; give more of it.")
        return found[0]

    def sessions(self, coach: str | None) -> tuple[Session, ...]:
        query = sql.select(sessions).order_by(*NEWEST_FIRST)
        return self._read(Session, query if coach is None else query.where(sessions.c.coach == coach))

    def idle_since(self, moment: datetime) -> tuple[Session, ...]:
        query = sql.select(sessions).order_by(*NEWEST_FIRST).where(sessions.c.made_at < moment)
        query = query.where(sessions.c.ended_at.is_(None) | (sessions.c.ended_at < moment))
        for column in HAPPENED:
            query = query.where(sessions.c.id.not_in(sql.select(column.table.c.session_id).where(column >= moment)))
        return self._read(Session, query)

    def remove(self, session_id: str) -> None:
        if not self.remove_all((session_id,)):
            raise _unknown(session_id)
        self._wipe()

    def remove_all(self, session_ids: Collection[str]) -> int:
        removed = 0
        with translated(self._place), self._writer.begin() as connection:
            for some in portions(session_ids):
                shared = sql.select(entries.c.attempt_id).join(sessions)
                shared = shared.where(sessions.c.id.in_(some), sessions.c.place == "network")
                connection.execute(attempts.delete().where(attempts.c.id.in_(shared)))
                removed += connection.execute(sessions.delete().where(sessions.c.id.in_(some))).rowcount
        return removed

    # people, and what they agreed to

    def add_person(self, person: Person, said: str = "") -> bool:
        row = {**row_of(person), "name_key": name_key(person.name)}
        with translated(self._place), self._writer.begin() as connection:
            self._hold(connection, person.session_id)
            if not _first_time(connection, said, person.session_id):
                return False
            if connection.execute(sql.select(people.c.id).where(people.c.id == person.id)).first():
                raise there_already(person, person.id)
            _check_name(connection, person)
            connection.execute(people.insert().values(row))
        return True

    def update_person(self, person: Person) -> None:
        row = {**row_of(person), "name_key": name_key(person.name)}
        here = (people.c.id == person.id) & (people.c.session_id == person.session_id)
        with translated(self._place), self._writer.begin() as connection:
            self._hold(connection, person.session_id)
            _check_name(connection, person)
            if not connection.execute(people.update().where(here).values(row)).rowcount:
                raise not_there("person", person.id)

    def people(self, session_id: str) -> tuple[Person, ...]:
        query = sql.select(people).where(people.c.session_id == session_id)
        return self._read(Person, query.order_by(people.c.joined_at, people.c.id))

    def add_consents(self, consents: tuple[Consent, ...], said: str = "") -> bool:
        rows = [row_of(one) for one in consents]
        in_session = {one.session_id for one in consents}
        if len(in_session) != 1:
            raise RequestInvalid(f"Consents of {len(in_session)} sessions can't be kept at once; give those of one.")
        with translated(self._place), self._writer.begin() as connection:
            session_id = in_session.pop()
            self._hold(connection, session_id)
            if not _first_time(connection, said, session_id):
                return False
            for one, row in zip(consents, rows, strict=True):
                _check_person(connection, one.person_id, session_id)
                if connection.execute(sql.select(consent_table.c.id).where(consent_table.c.id == one.id)).first():
                    raise there_already(one, one.id)
                connection.execute(consent_table.insert().values(row))
        return True

    def consents(self, session_id: str) -> tuple[Consent, ...]:
        query = sql.select(consent_table).where(consent_table.c.session_id == session_id)
        return self._read(Consent, query.order_by(consent_table.c.said_at, consent_table.c.id))

    def expired(self, now: datetime) -> tuple[Consent, ...]:
        with translated(self._place), self._engine.begin() as connection:
            stored = connection.execute(
                sql.select(entries.c.session_id, entries.c.person_id, entries.c.shared).distinct()
            ).all()
            held = {
                (session_id, person_id, thing)
                for session_id, person_id, shared in stored
                for thing in msgspec.json.decode(shared, type=tuple[str, ...])
            }
        concerned = sql.select(entries.c.person_id)
        query = sql.select(consent_table).where(consent_table.c.given, consent_table.c.person_id.in_(concerned))
        latest: dict[tuple[str, str, str], Consent] = {}
        for one in self._read(Consent, query.order_by(consent_table.c.said_at, consent_table.c.id)):
            latest[one.session_id, one.person_id, one.sharing] = one
        return tuple(
            one for key, one in latest.items() if key in held and one.expires_at is not None and one.expires_at <= now
        )

    # replies

    def add_entry(self, entry: Entry, attempt: Attempt, said: str = "") -> bool:
        row, record = row_of(entry), attempt_row(attempt)
        if entry.attempt_id != attempt.id:
            raise RequestInvalid(f"The entry is of the attempt {entry.attempt_id}, and the attempt is {attempt.id}.")
        with translated(self._place), self._writer.begin() as connection:
            place = self._hold(connection, entry.session_id)
            if not _first_time(connection, said, entry.session_id):
                return False
            before = connection.execute(sql.select(entries).where(entries.c.attempt_id == attempt.id)).first()
            if before is not None:
                if (before.session_id, before.person_id) == (entry.session_id, entry.person_id):
                    return False
                raise RequestInvalid(f"The reply {attempt.id} is somebody else's; it was not kept.")
            name = _check_person(connection, entry.person_id, entry.session_id)
            if place == "network" and attempt.person != name:
                raise RequestInvalid(f'The reply {attempt.id} bears the name "{attempt.person}", and not "{name}".')
            if connection.execute(sql.select(attempts.c.id).where(attempts.c.id == attempt.id)).first() is None:
                connection.execute(attempts.insert().values(record))
                connection.execute(figures.insert().values(figures_row(attempt)))
            elif place == "network":  # somebody's own, whole: what was not shared must not come into the session
                raise RequestInvalid(f"The attempt {attempt.id} is stored here as somebody's own; it can't be shared.")
            connection.execute(entries.insert().values(row))
        return True

    def entries(self, session_id: str) -> tuple[Entry, ...]:
        query = sql.select(entries).where(entries.c.session_id == session_id)
        return self._read(Entry, query.order_by(entries.c.arrived_at, entries.c.attempt_id))

    def update_entry(self, entry: Entry) -> None:
        self.update_entries((entry,))

    def update_entries(self, changed: tuple[Entry, ...]) -> None:
        with translated(self._place), self._writer.begin() as connection:
            for session_id in sorted({one.session_id for one in changed}):
                self._hold(connection, session_id)
            for person_id, session_id in sorted({(one.person_id, one.session_id) for one in changed}):
                _check_person(connection, person_id, session_id)
            for one in changed:
                here = (entries.c.attempt_id == one.attempt_id) & (entries.c.session_id == one.session_id)
                if not connection.execute(entries.update().where(here).values(row_of(one))).rowcount:
                    raise not_there("reply", one.attempt_id)

    def entry_of(self, attempt_id: str) -> Entry | None:
        found = self._read(Entry, sql.select(entries).where(entries.c.attempt_id == attempt_id))
        return found[0] if found else None

    def strip(self, attempt_id: str, keep: tuple[Sharing, ...], attempt: Attempt) -> None:
        record = attempt_row(attempt)
        if attempt.id != attempt_id:
            raise RequestInvalid(f"{attempt.id} can't stand in place of {attempt_id}; cut down that one.")
        with translated(self._place), self._writer.begin() as connection:
            here = entries.c.attempt_id == attempt_id
            shared = msgspec.json.encode(keep).decode()
            if not connection.execute(entries.update().where(here).values(shared=shared)).rowcount:
                raise RequestInvalid(f"The attempt {attempt_id} is in no session; there is nothing to take back.")
            connection.execute(original_records.delete().where(original_records.c.attempt_id == attempt_id))
            connection.execute(attempts.update().where(attempts.c.id == attempt_id).values(record))
            connection.execute(figures.delete().where(figures.c.attempt_id == attempt_id))
            connection.execute(figures.insert().values(figures_row(attempt)))

    # what others thought of them

    def add_rating(self, rating: Rating, said: str = "") -> bool:
        return self._add_about(ratings, rating, rating.id, rating.session_id, rating.attempt_id, said)

    def ratings(self, session_id: str) -> tuple[Rating, ...]:
        query = sql.select(ratings).where(ratings.c.session_id == session_id)
        return self._read(Rating, query.order_by(ratings.c.made_at, ratings.c.id))

    def every_rating(self, coach: str) -> tuple[Rating, ...]:
        query = sql.select(ratings).join(sessions, sessions.c.id == ratings.c.session_id)
        return self._read(Rating, query.where(sessions.c.coach == coach).order_by(ratings.c.made_at, ratings.c.id))

    def add_tally(self, tally: Tally, said: str = "") -> bool:
        return self._add_about(tallies, tally, tally.id, tally.session_id, tally.attempt_id, said)

    def tallies(self, session_id: str) -> tuple[Tally, ...]:
        query = sql.select(tallies).where(tallies.c.session_id == session_id)
        return self._read(Tally, query.order_by(tallies.c.made_at, tallies.c.id))

    # where it stands

    def heard(self, message_id: str) -> bool:
        with translated(self._place), self._engine.begin() as connection:
            return connection.execute(sql.select(heard).where(heard.c.message_id == message_id)).first() is not None

    def keep_state(self, session_id: str, state: bytes) -> None:
        here = states.c.session_id == session_id
        with translated(self._place), self._writer.begin() as connection:
            if connection.execute(states.update().where(here).values(state=state)).rowcount:
                return
            if connection.execute(sql.select(sessions.c.id).where(sessions.c.id == session_id)).first() is None:
                raise _unknown(session_id)
            connection.execute(states.insert().values(session_id=session_id, state=state))

    def state(self, session_id: str) -> bytes | None:
        query = sql.select(states.c.state).where(states.c.session_id == session_id)
        with translated(self._place), self._engine.begin() as connection:
            found = connection.execute(query).scalar()
            if not isinstance(found, bytes | None):  # SQLite keeps any value in any column
                raise TypeError(f"the state of session {session_id} is no bytes but {type(found).__name__}")
            return found

    # forgetting

    def remove_name(self, name: str) -> int:
        with translated(self._place), self._writer.begin() as connection:
            return remove_name(connection, name)

    def names(self) -> frozenset[str]:
        with translated(self._place), self._engine.begin() as connection:
            return names_in(connection)

    def _add_about(
        self, table: sql.Table, record: Rating | Tally, identity: str, session_id: str, attempt_id: str, said: str
    ) -> bool:
        """A record about a reply of the session."""
        row = row_of(record)
        here = (entries.c.attempt_id == attempt_id) & (entries.c.session_id == session_id)
        with translated(self._place), self._writer.begin() as connection:
            self._hold(connection, session_id)
            if not _first_time(connection, said, session_id):
                return False
            if connection.execute(sql.select(entries.c.attempt_id).where(here)).first() is None:
                raise not_there("reply", attempt_id)
            if connection.execute(sql.select(table.c.id).where(table.c.id == identity)).first():
                raise there_already(record, identity)
            connection.execute(table.insert().values(row))
        return True

    def _hold(self, connection: sql.Connection, session_id: str) -> str:
        """Nobody else writes to the session until the transaction ends. Its place."""
        query = sql.select(sessions.c.place).where(sessions.c.id == session_id).with_for_update()
        place = connection.execute(query).scalar()
        if place is None:
            raise RequestInvalid(f"There is no session {session_id[:40]!r} any more.")
        return str(place)

    def _read(self, kind: type[Record], query: sql.Select[Any]) -> tuple[Record, ...]:
        with translated(self._place), self._engine.begin() as connection:
            rows: Iterable[Any] = connection.execute(query).mappings().all()
        return tuple(record_of(kind, row, self._place) for row in rows)


def _first_time(connection: sql.Connection, said: str, session_id: str) -> bool:
    """Whether a message was not heard before; from here on it was."""
    if not said:
        return True
    if connection.execute(sql.select(heard).where(heard.c.message_id == said)).first() is not None:
        return False
    connection.execute(heard.insert().values(message_id=said, session_id=session_id))
    return True


def _check_name(connection: sql.Connection, person: Person) -> None:
    same = (people.c.session_id == person.session_id) & (people.c.name_key == name_key(person.name))
    if connection.execute(sql.select(people.c.id).where(same, people.c.id != person.id)).first():
        raise RequestInvalid(f'The name "{person.name}" is taken in this session; choose another.')


def _check_person(connection: sql.Connection, person_id: str, session_id: str) -> str:
    """Their name."""
    here = (people.c.id == person_id) & (people.c.session_id == session_id)
    name = connection.execute(sql.select(people.c.name).where(here)).scalar()
    if name is None:
        raise not_there("person", person_id)
    return str(name)


def _unknown(session_id: str) -> UnknownSession:
    return UnknownSession(f"There is no session {session_id[:40]!r} of yours; the coach's screen lists them.")
