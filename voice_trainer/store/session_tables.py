"""The tables of sessions. Whatever belongs to a session goes with it; ratings and the like go with their attempt."""

from __future__ import annotations

import sqlalchemy as sql

from .schema import UtcDateTime, metadata

__all__ = ["consents", "entries", "heard", "metadata", "people", "ratings", "sessions", "states", "tallies"]


def _reference(to: str) -> sql.ForeignKey:
    return sql.ForeignKey(to, ondelete="CASCADE")


sessions = sql.Table(
    "sessions",
    metadata,
    sql.Column("id", sql.String(26), primary_key=True),
    sql.Column("coach", sql.Text, nullable=False),
    sql.Column("title", sql.Text, nullable=False),
    sql.Column("place", sql.Text, nullable=False),
    sql.Column("made_at", UtcDateTime, nullable=False),
    sql.Column("ended_at", UtcDateTime),
    sql.Column("step", sql.Integer, nullable=False),
    sql.Column("steps", sql.Text, nullable=False),
    sql.Column("rules", sql.Text, nullable=False),
    sql.Column("code", sql.Text, nullable=False),
    sql.Column("notes", sql.Text, nullable=False),
    sql.Index("sessions_by_coach", "coach", "made_at", "id"),
)

states = sql.Table(
    "session_states",
    metadata,
    sql.Column("session_id", sql.String(26), _reference("sessions.id"), primary_key=True),
    sql.Column("state", sql.LargeBinary, nullable=False),
)
"""Apart from ``sessions``, since it is written at every change."""

people = sql.Table(
    "session_people",
    metadata,
    sql.Column("id", sql.String(26), primary_key=True),
    sql.Column("session_id", sql.String(26), _reference("sessions.id"), nullable=False),
    sql.Column("name", sql.Text, nullable=False),
    sql.Column("name_key", sql.Text, nullable=False),
    sql.Column("joined_at", UtcDateTime, nullable=False),
    sql.Column("token_sha256", sql.Text, nullable=False),
    sql.Column("left_at", UtcDateTime),
    sql.Index("session_people_by_name", "session_id", "name_key", unique=True),
)

consents = sql.Table(
    "consents",
    metadata,
    sql.Column("id", sql.String(26), primary_key=True),
    sql.Column("session_id", sql.String(26), _reference("sessions.id"), nullable=False),
    sql.Column("person_id", sql.String(26), _reference("session_people.id"), nullable=False),
    sql.Column("sharing", sql.Text, nullable=False),
    sql.Column("given", sql.Boolean, nullable=False),
    sql.Column("listeners", sql.Text, nullable=False),
    sql.Column("expires_at", UtcDateTime),
    sql.Column("said_at", UtcDateTime, nullable=False),
    sql.Index("consents_by_session", "session_id", "said_at", "id"),
    sql.Index("consents_by_person", "person_id"),
    sql.Index("consents_by_expiry", "expires_at"),
)

entries = sql.Table(
    "entries",
    metadata,
    sql.Column("attempt_id", sql.String(26), _reference("attempts.id"), primary_key=True),
    sql.Column("session_id", sql.String(26), _reference("sessions.id"), nullable=False),
    sql.Column("person_id", sql.String(26), _reference("session_people.id"), nullable=False),
    sql.Column("step", sql.Integer, nullable=False),
    sql.Column("round", sql.Integer, nullable=False),
    sql.Column("role", sql.Text, nullable=False),
    sql.Column("shared", sql.Text, nullable=False),
    sql.Column("arrived_at", UtcDateTime, nullable=False),
    sql.Column("revealed_at", UtcDateTime),
    sql.Index("entries_by_session", "session_id", "arrived_at", "attempt_id"),
    sql.Index("entries_by_person", "person_id"),
)

ratings = sql.Table(
    "ratings",
    metadata,
    sql.Column("id", sql.String(26), primary_key=True),
    sql.Column("session_id", sql.String(26), _reference("sessions.id"), nullable=False),
    sql.Column("attempt_id", sql.String(26), _reference("entries.attempt_id"), nullable=False),
    sql.Column("rater", sql.Text, nullable=False),
    sql.Column("role", sql.Text, nullable=False),
    sql.Column("wording", sql.Integer),
    sql.Column("voice", sql.Integer),
    sql.Column("blind", sql.Boolean, nullable=False),
    sql.Column("made_at", UtcDateTime, nullable=False),
    sql.Index("ratings_by_session", "session_id", "made_at", "id"),
    sql.Index("ratings_by_attempt", "attempt_id"),
)

tallies = sql.Table(
    "tallies",
    metadata,
    sql.Column("id", sql.String(26), primary_key=True),
    sql.Column("session_id", sql.String(26), _reference("sessions.id"), nullable=False),
    sql.Column("attempt_id", sql.String(26), _reference("entries.attempt_id"), nullable=False),
    sql.Column("observer", sql.Text, nullable=False),
    sql.Column("counts", sql.Text, nullable=False),
    sql.Column("made_at", UtcDateTime, nullable=False),
    sql.Index("tallies_by_session", "session_id", "made_at", "id"),
    sql.Index("tallies_by_attempt", "attempt_id"),
)

heard = sql.Table(
    "heard_messages",
    metadata,
    sql.Column("message_id", sql.String(26), primary_key=True),
    sql.Column("session_id", sql.String(26), _reference("sessions.id"), nullable=False),
    sql.Index("heard_messages_by_session", "session_id"),
)
