"""The store over SQLAlchemy: the same code for SQLite and PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sql

from voice_trainer.attempt import Attempt
from voice_trainer.errors import RequestInvalid, StoreCorrupt, StoreUnwritable, UnknownAttempt
from voice_trainer.session import Pin
from voice_trainer.speech.baseline import Baseline

from .base import PULLS, AttemptSummary, Export, HistoryRow, PersonSummary, PullSaid
from .failures import BUSY_TIMEOUT_S, in_line, translated
from .ids import LENGTH
from .rows import Record, attempt_row, figures_row, history_row, pin_row, portions, row_as, unpinnable, written, zoned
from .schema import attempts, baselines, exports, figures, metadata, original_records, pins, pulls
from .session_tables import entries, sessions
from .sessions import DatabaseSessions

WRITES = "voice_trainer_writes"
"""Execution option of a transaction that writes."""
RETRY_S = 0.02
"""Between two tries to empty the journal; doing it takes milliseconds."""
MOST_NAMED = 3
"""Ids that are told apart for a beginning that fits several."""
SUMMARY = tuple(attempts.c[name] for name in AttemptSummary.__struct_fields__)
HISTORY = (*SUMMARY, attempts.c.scoring_version, *(column for column in figures.c if column.name != "attempt_id"))
NEWEST_FIRST = (attempts.c.started_at.desc(), attempts.c.id.desc())
SHARED = sql.select(entries.c.attempt_id).join(sessions).where(sessions.c.place == "network").scalar_subquery()
"""Attempts that others shared over the network; they are no practice of whoever keeps this store."""


class DatabaseStore:
    """A ``Store``; made by ``open_store``. SQLAlchemy's engine hands each thread its own connection.

    Args:
        place: the store, as it is named in errors.
    """

    def __init__(self, engine: sql.Engine, place: str) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITES: True})
        self._place = place
        self._sessions = DatabaseSessions(engine, self._writer, place, self.wipe)

    @property
    def sessions(self) -> DatabaseSessions:
        return self._sessions

    def add_attempt(self, attempt: Attempt) -> None:
        row = attempt_row(attempt)
        with translated(self._place), self._writer.begin() as connection:
            if connection.execute(sql.select(attempts.c.id).where(attempts.c.id == attempt.id)).first():
                raise RequestInvalid(f"The attempt {attempt.id} is stored already; give it another id.")
            connection.execute(attempts.insert().values(row))
            connection.execute(figures.insert().values(figures_row(attempt)))

    def attempt(self, attempt_id: str) -> Attempt:
        with translated(self._place), self._engine.begin() as connection:
            found = self._find(connection, attempt_id)
            record = connection.execute(sql.select(attempts.c.record).where(attempts.c.id == found)).scalar_one()
        return self._read(record, Attempt, f"attempt {found}")

    def summary(self, attempt_id: str) -> AttemptSummary:
        with translated(self._place), self._engine.begin() as connection:
            return self._summary(connection, self._find(connection, attempt_id))

    def original(self, attempt_id: str) -> Attempt:
        with translated(self._place), self._engine.begin() as connection:
            found = self._find(connection, attempt_id)
            first = sql.select(original_records.c.record).where(original_records.c.attempt_id == found)
            record = connection.execute(first).scalar()
        return self.attempt(found) if record is None else self._read(record, Attempt, f"first form of {found}")

    def attempts(
        self,
        *,
        person: str | None = None,
        exercise_id: str | None = None,
        exercise_ids: Collection[str] | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
        session_id: str | None = None,
        include_shared: bool = False,
    ) -> tuple[AttemptSummary, ...]:
        for name, number in (("limit", limit), ("offset", offset)):
            if number is not None and number < 0:
                raise RequestInvalid(f"{name} is {number}; give 0 or more.")
        query = sql.select(*SUMMARY).order_by(*NEWEST_FIRST).limit(limit).offset(offset or None)
        query = query.where(*_narrowed(person, exercise_id, exercise_ids), *_belonging(session_id, include_shared))
        if since is not None:
            query = query.where(attempts.c.started_at >= since)
        if before is not None:
            query = query.where(attempts.c.started_at < before)
        with translated(self._place), self._engine.begin() as connection:
            return tuple(row_as(AttemptSummary, row) for row in connection.execute(query).mappings())

    def history(self, *, limit: int | None = None, session_id: str | None = None) -> tuple[HistoryRow, ...]:
        query = sql.select(*HISTORY).outerjoin(figures, figures.c.attempt_id == attempts.c.id).order_by(*NEWEST_FIRST)
        query = query.where(*_belonging(session_id, False)).limit(limit)
        with translated(self._place), self._engine.begin() as connection:
            return tuple(history_row(row) for row in connection.execute(query))

    def count(
        self,
        *,
        person: str | None = None,
        exercise_id: str | None = None,
        exercise_ids: Collection[str] | None = None,
        session_id: str | None = None,
        include_shared: bool = False,
    ) -> int:
        query = sql.select(sql.func.count()).select_from(attempts)
        query = query.where(*_narrowed(person, exercise_id, exercise_ids), *_belonging(session_id, include_shared))
        with translated(self._place), self._engine.begin() as connection:
            return int(connection.execute(query).scalar_one())

    def replace_attempt(self, attempt: Attempt) -> None:
        row = attempt_row(attempt)
        here = attempts.c.id == attempt.id
        with translated(self._place), self._writer.begin() as connection:
            before = connection.execute(sql.select(attempts.c.record).where(here)).scalar()
            if before is None:
                raise _unknown(attempt.id)
            kept = sql.select(original_records.c.attempt_id).where(original_records.c.attempt_id == attempt.id)
            if connection.execute(kept).first() is None:
                connection.execute(original_records.insert().values(attempt_id=attempt.id, record=before))
            connection.execute(attempts.update().where(here).values(row))
            connection.execute(figures.delete().where(figures.c.attempt_id == attempt.id))
            connection.execute(figures.insert().values(figures_row(attempt)))

    def remove_attempt(self, attempt_id: str) -> AttemptSummary:
        with translated(self._place), self._writer.begin() as connection:
            found = self._find(connection, attempt_id)
            summary = self._summary(connection, found)
            connection.execute(attempts.delete().where(attempts.c.id == found))
        self._empty_journal()
        return summary

    def remove_attempts(self, attempt_ids: Collection[str]) -> int:
        removed = 0
        with translated(self._place), self._writer.begin() as connection:
            for some in portions(attempt_ids):
                removed += connection.execute(attempts.delete().where(attempts.c.id.in_(some))).rowcount
        return removed

    def add_export(self, export: Export) -> None:
        if not export.attempt_ids:
            raise RequestInvalid(f"{export.path} holds no attempt; there is nothing to know it by.")
        row = {
            "path": export.path,
            "format": export.format,
            "sha256": export.sha256,
            "written_at": zoned(export.written_at, "written_at"),
        }
        with translated(self._place), self._writer.begin() as connection:
            for attempt_id in export.attempt_ids:
                if connection.execute(sql.select(attempts.c.id).where(attempts.c.id == attempt_id)).first() is None:
                    raise RequestInvalid(f"{export.path} holds the attempt {attempt_id}, which is not stored here.")
            connection.execute(exports.delete().where(exports.c.path == export.path))
            connection.execute(exports.insert(), [{**row, "attempt_id": each} for each in set(export.attempt_ids)])

    def exports(self, attempt_ids: Collection[str] | None = None) -> tuple[Export, ...]:
        query = sql.select(exports).order_by(exports.c.written_at, exports.c.path, exports.c.attempt_id)
        with translated(self._place), self._engine.begin() as connection:
            rows = connection.execute(query).mappings().all()
        wanted = None if attempt_ids is None else frozenset(attempt_ids)
        by_path: dict[str, list[Any]] = {}
        for row in rows:
            by_path.setdefault(row["path"], []).append(row)
        return tuple(
            Export(
                path=path,
                attempt_ids=tuple(row["attempt_id"] for row in held),
                format=held[0]["format"],
                sha256=held[0]["sha256"],
                written_at=held[0]["written_at"],
            )
            for path, held in by_path.items()
            if wanted is None or any(row["attempt_id"] in wanted for row in held)
        )

    def remove_exports(self, paths: Collection[str]) -> int:
        known: set[str] = set()
        with translated(self._place), self._writer.begin() as connection:
            for some in portions(paths):
                here = exports.c.path.in_(some)
                known.update(connection.execute(sql.select(exports.c.path).where(here)).scalars())
                connection.execute(exports.delete().where(here))
        return len(known)

    def add_pin(self, pin: Pin) -> None:
        row = pin_row(pin)
        with translated(self._place), self._writer.begin() as connection:
            if connection.execute(sql.select(attempts.c.id).where(attempts.c.id == pin.attempt_id)).first() is None:
                raise unpinnable(f"the attempt {pin.attempt_id} is not stored here")
            if connection.execute(sql.select(pins.c.id).where(pins.c.id == pin.id)).first():
                raise unpinnable(f"the pin {pin.id} is there already; give it another id")
            connection.execute(pins.insert().values(row))

    def pins(self, attempt_id: str) -> tuple[Pin, ...]:
        query = sql.select(pins).where(pins.c.attempt_id == attempt_id).order_by(pins.c.at_s, pins.c.id)
        with translated(self._place), self._engine.begin() as connection:
            return tuple(row_as(Pin, row) for row in connection.execute(query).mappings())

    def remove_pins_of(self, author: str) -> int:
        with translated(self._place), self._writer.begin() as connection:
            return int(connection.execute(pins.delete().where(pins.c.author == author)).rowcount)

    def pin_authors(self) -> frozenset[str]:
        with translated(self._place), self._engine.begin() as connection:
            return frozenset(connection.execute(sql.select(pins.c.author).distinct()).scalars())

    def remove_pin(self, pin_id: str) -> bool:
        with translated(self._place), self._writer.begin() as connection:
            removed = connection.execute(pins.delete().where(pins.c.id == pin_id)).rowcount
        self._empty_journal()
        return bool(removed)

    def say_pull(self, said: PullSaid) -> None:
        if said.pull not in PULLS:
            raise RequestInvalid(f"{said.pull!r} is no pull; give one of {', '.join(PULLS)}.")
        row = {**msgspec.structs.asdict(said), "said_at": zoned(said.said_at, "said_at")}
        with translated(self._place), self._writer.begin() as connection:
            stored = sql.select(attempts.c.id).where(attempts.c.id == said.attempt_id)
            if connection.execute(stored).first() is None:
                raise RequestInvalid(f"The attempt {said.attempt_id} is not stored here; say it of one that is.")
            connection.execute(pulls.delete().where(pulls.c.attempt_id == said.attempt_id))
            connection.execute(pulls.insert().values(row))

    def pulls(self) -> tuple[PullSaid, ...]:
        query = sql.select(pulls).order_by(pulls.c.said_at, pulls.c.attempt_id)
        with translated(self._place), self._engine.begin() as connection:
            return tuple(row_as(PullSaid, row) for row in connection.execute(query).mappings())

    def wipe(self) -> None:
        if self._engine.dialect.name == "sqlite":
            # secure_delete has overwritten what was deleted; writing the file anew gives its space back, and rests on
            # nothing that SQLite leaves when it moves rows between pages.
            self._run_alone("VACUUM")
            self._empty_journal()
            return
        server = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with translated(self._place), server.connect() as connection:
            connection.execute(sql.text(f"SET lock_timeout = '{BUSY_TIMEOUT_S}s'"))
            for table in metadata.sorted_tables:
                connection.execute(sql.text(f"VACUUM (FULL) {table.name}"))
            connection.execute(sql.text("RESET lock_timeout"))

    def save_baseline(self, baseline: Baseline) -> None:
        row = {
            "person": baseline.person,
            "device": baseline.device,
            "recorded_at": zoned(baseline.recorded_at, "recorded_at"),
            "record": written(baseline, Baseline, "The baseline"),
        }
        here = (baselines.c.person == baseline.person) & (baselines.c.device == baseline.device)
        with translated(self._place), self._writer.begin() as connection:
            connection.execute(baselines.delete().where(here))
            connection.execute(baselines.insert().values(row))

    def baseline(self, person: str, device: str) -> Baseline | None:
        here = (baselines.c.person == person) & (baselines.c.device == device)
        with translated(self._place), self._engine.begin() as connection:
            record = connection.execute(sql.select(baselines.c.record).where(here)).scalar()
        return None if record is None else self._read(record, Baseline, f"everyday voice on {device}")

    def baselines(self, person: str | None = None) -> tuple[Baseline, ...]:
        query = sql.select(baselines.c.device, baselines.c.record).order_by(baselines.c.recorded_at.desc())
        if person is not None:
            query = query.where(baselines.c.person == person)
        with translated(self._place), self._engine.begin() as connection:
            rows = connection.execute(query).all()
        return tuple(self._read(record, Baseline, f"everyday voice on {device}") for device, record in rows)

    def remove_baselines(self, person: str) -> int:
        with translated(self._place), self._writer.begin() as connection:
            removed = connection.execute(baselines.delete().where(baselines.c.person == person)).rowcount
        self._empty_journal()
        return int(removed)

    def people(self) -> tuple[PersonSummary, ...]:
        column = attempts.c.person
        query = sql.select(column, sql.func.count(), sql.func.max(attempts.c.started_at)).group_by(column)
        query = query.where(*_belonging(None, False))
        with translated(self._place), self._engine.begin() as connection:
            found = {
                person: PersonSummary(person=person, attempts=number, last_at=last)
                for person, number, last in connection.execute(query)
            }
            for person in connection.execute(sql.select(baselines.c.person).distinct()).scalars():
                found.setdefault(person, PersonSummary(person=person, attempts=0, last_at=None))
            return tuple(found[person] for person in sorted(found, key=lambda name: (str.casefold(name), name)))

    def recordings(self) -> frozenset[str]:
        query = sql.select(attempts.c.recording).where(attempts.c.recording.is_not(None))
        with translated(self._place), self._engine.begin() as connection:
            return frozenset(connection.execute(query).scalars())

    def close(self) -> None:
        with translated(self._place):
            self._engine.dispose()

    def _find(self, connection: sql.Connection, attempt_id: str) -> str:
        """The one id that is, or begins with, ``attempt_id``."""
        wanted = attempt_id.strip().upper()
        if not wanted.isascii() or not wanted.isalnum() or len(wanted) > LENGTH:
            raise _unknown(attempt_id)
        query = sql.select(attempts.c.id).order_by(*NEWEST_FIRST).limit(MOST_NAMED + 1)
        fits = attempts.c.id == wanted if len(wanted) == LENGTH else attempts.c.id.startswith(wanted, autoescape=True)
        found = list(connection.execute(query.where(fits)).scalars())
        if not found:
            raise _unknown(attempt_id)
        if len(found) > 1:
            named = ", ".join(found[:MOST_NAMED]) + (" …" if len(found) > MOST_NAMED else "")
            raise UnknownAttempt(f"More than one attempt begins with {attempt_id}: {named}; give more of it.")
        return str(found[0])

    def _summary(self, connection: sql.Connection, found: str) -> AttemptSummary:
        query = sql.select(*SUMMARY).where(attempts.c.id == found)
        return row_as(AttemptSummary, connection.execute(query).mappings().one())

    def _read(self, record: str, kind: type[Record], what: str) -> Record:
        try:
            return msgspec.json.decode(record, type=kind)
        except (msgspec.MsgspecError, ValueError) as error:
            raise StoreCorrupt(
                f"{self._place} holds a damaged record ({what}: {in_line(error)}); the others can be read. Its "
                "recording, where one was kept, is untouched."
            ) from error

    def _empty_journal(self) -> None:
        """SQLite overwrites what was removed in its file (secure_delete), but its journal still holds it."""
        if self._engine.dialect.name != "sqlite":
            return
        # For readers and writers SQLite waits by itself, but not for another program that empties the journal as well.
        until = time.monotonic() + BUSY_TIMEOUT_S
        while busy := self._run_alone("PRAGMA wal_checkpoint(TRUNCATE)")[0]:
            if time.monotonic() >= until:
                break
            time.sleep(RETRY_S)
        if busy:
            raise StoreUnwritable(
                f"{self._place} is read by another program just now, so that its journal keeps the bytes of what was "
                "removed from it; close that program and try again."
            )

    def _run_alone(self, statement: str) -> tuple[Any, ...]:
        """One statement of SQLite's outside any transaction; its first row, or nothing."""
        with translated(self._place):
            connection = self._engine.raw_connection()
            try:
                return tuple(connection.cursor().execute(statement).fetchone() or ())
            finally:
                connection.close()


def _narrowed(
    person: str | None, exercise_id: str | None, exercise_ids: Collection[str] | None
) -> list[sql.ColumnElement[bool]]:
    conditions: list[sql.ColumnElement[bool]] = []
    if person is not None:
        conditions.append(attempts.c.person == person)
    if exercise_id is not None:
        conditions.append(attempts.c.exercise_id == exercise_id)
    if exercise_ids is not None:
        conditions.append(attempts.c.exercise_id.in_(sorted(exercise_ids)))
    return conditions


def _belonging(session_id: str | None, include_shared: bool) -> list[sql.ColumnElement[bool]]:
    if session_id is not None:
        return [attempts.c.id.in_(sql.select(entries.c.attempt_id).where(entries.c.session_id == session_id))]
    return [] if include_shared else [attempts.c.id.not_in(SHARED)]


def _unknown(attempt_id: str) -> UnknownAttempt:
    return UnknownAttempt(f"There is no attempt {attempt_id[:40]!r}; `voice-trainer history` lists them.")
