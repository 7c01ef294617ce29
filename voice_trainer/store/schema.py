"""The tables. What lists are filtered and sorted by stands in columns; the record itself is JSON beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sql

SCHEMA_VERSION = "0006"
"""The newest migration; a test holds it to ``migrations/versions``."""
VERSION_TABLE = "voice_trainer_version"

metadata = sql.MetaData()


class UtcDateTime(sql.types.TypeDecorator[datetime]):
    """A time with its zone; kept in UTC, since SQLite knows no zones."""

    impl = sql.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value is not None else None


attempts = sql.Table(
    "attempts",
    metadata,
    sql.Column("id", sql.String(26), primary_key=True),
    sql.Column("exercise_id", sql.Text, nullable=False),
    sql.Column("turn", sql.Text, nullable=False),
    sql.Column("started_at", UtcDateTime, nullable=False),
    sql.Column("person", sql.Text, nullable=False),
    sql.Column("wording", sql.Double),
    sql.Column("voice", sql.Double),
    sql.Column("level", sql.Integer),
    sql.Column("recording", sql.Text),
    sql.Column("outcome", sql.Text),
    sql.Column("scoring_version", sql.Text, nullable=False),
    sql.Column("record", sql.Text, nullable=False),
    sql.Index("attempts_by_time", "started_at", "id"),
    sql.Index("attempts_by_person", "person", "started_at", "id"),
    sql.Index("attempts_by_exercise", "exercise_id", "started_at", "id"),
)

figures = sql.Table(
    "figures",
    metadata,
    sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
    sql.Column("reflections", sql.Integer),
    sql.Column("complex_reflections", sql.Integer),
    sql.Column("questions", sql.Integer),
    sql.Column("dimensions", sql.Text, nullable=False),
)
"""Apart from ``attempts``: there a long record would stand before them in every row, and be read through."""

original_records = sql.Table(
    "original_records",
    metadata,
    sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
    sql.Column("record", sql.Text, nullable=False),
)

baselines = sql.Table(
    "baselines",
    metadata,
    sql.Column("person", sql.Text, primary_key=True),
    sql.Column("device", sql.Text, primary_key=True),
    sql.Column("recorded_at", UtcDateTime, nullable=False),
    sql.Column("record", sql.Text, nullable=False),
)

exports = sql.Table(
    "exports",
    metadata,
    sql.Column("path", sql.Text, primary_key=True),
    sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
    sql.Column("format", sql.Text, nullable=False),
    sql.Column("sha256", sql.String(64), nullable=False),
    sql.Column("written_at", UtcDateTime, nullable=False),
    sql.Index("exports_by_attempt", "attempt_id"),
)

pins = sql.Table(
    "pins",
    metadata,
    sql.Column("id", sql.String(26), primary_key=True),
    sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False),
    sql.Column("at_s", sql.Double, nullable=False),
    sql.Column("author", sql.Text, nullable=False),
    sql.Column("note", sql.Text, nullable=False),
    sql.Column("made_at", UtcDateTime, nullable=False),
    sql.Index("pins_by_attempt", "attempt_id", "at_s"),
)

pulls = sql.Table(
    "pulls",
    metadata,
    sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
    sql.Column("pull", sql.Text, nullable=False),
    sql.Column("said_at", UtcDateTime, nullable=False),
)
"""Apart from the record of the attempt, so that nothing that sends, shows or exports a record can hold it."""
