"""Sessions with a coach: people, what they agreed to, their replies, ratings and tallies."""

from __future__ import annotations

import sqlalchemy as sql
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sql.Column("id", sql.String(26), primary_key=True),
        sql.Column("coach", sql.Text, nullable=False),
        sql.Column("title", sql.Text, nullable=False),
        sql.Column("place", sql.Text, nullable=False),
        sql.Column("made_at", sql.DateTime, nullable=False),
        sql.Column("ended_at", sql.DateTime),
        sql.Column("step", sql.Integer, nullable=False),
        sql.Column("steps", sql.Text, nullable=False),
        sql.Column("rules", sql.Text, nullable=False),
        sql.Column("code", sql.Text, nullable=False),
        sql.Column("notes", sql.Text, nullable=False),
    )
    op.create_index("sessions_by_coach", "sessions", ["coach", "made_at", "id"])
    op.create_table(
        "session_states",
        sql.Column("session_id", sql.String(26), sql.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sql.Column("state", sql.LargeBinary, nullable=False),
    )
    op.create_table(
        "session_people",
        sql.Column("id", sql.String(26), primary_key=True),
        sql.Column("session_id", sql.String(26), sql.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sql.Column("name", sql.Text, nullable=False),
        sql.Column("name_key", sql.Text, nullable=False),
        sql.Column("joined_at", sql.DateTime, nullable=False),
        sql.Column("token_sha256", sql.Text, nullable=False),
        sql.Column("left_at", sql.DateTime),
    )
    op.create_index("session_people_by_name", "session_people", ["session_id", "name_key"], unique=True)
    op.create_table(
        "consents",
        sql.Column("id", sql.String(26), primary_key=True),
        sql.Column("session_id", sql.String(26), sql.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sql.Column(
            "person_id", sql.String(26), sql.ForeignKey("session_people.id", ondelete="CASCADE"), nullable=False
        ),
        sql.Column("sharing", sql.Text, nullable=False),
        sql.Column("given", sql.Boolean, nullable=False),
        sql.Column("listeners", sql.Text, nullable=False),
        sql.Column("expires_at", sql.DateTime),
        sql.Column("said_at", sql.DateTime, nullable=False),
    )
    op.create_index("consents_by_session", "consents", ["session_id", "said_at", "id"])
    op.create_index("consents_by_person", "consents", ["person_id"])
    op.create_index("consents_by_expiry", "consents", ["expires_at"])
    op.create_table(
        "entries",
        sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
        sql.Column("session_id", sql.String(26), sql.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sql.Column(
            "person_id", sql.String(26), sql.ForeignKey("session_people.id", ondelete="CASCADE"), nullable=False
        ),
        sql.Column("step", sql.Integer, nullable=False),
        sql.Column("round", sql.Integer, nullable=False),
        sql.Column("role", sql.Text, nullable=False),
        sql.Column("shared", sql.Text, nullable=False),
        sql.Column("arrived_at", sql.DateTime, nullable=False),
        sql.Column("revealed_at", sql.DateTime),
    )
    op.create_index("entries_by_session", "entries", ["session_id", "arrived_at", "attempt_id"])
    op.create_index("entries_by_person", "entries", ["person_id"])
    op.create_table(
        "ratings",
        sql.Column("id", sql.String(26), primary_key=True),
        sql.Column("session_id", sql.String(26), sql.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sql.Column(
            "attempt_id", sql.String(26), sql.ForeignKey("entries.attempt_id", ondelete="CASCADE"), nullable=False
        ),
        sql.Column("rater", sql.Text, nullable=False),
        sql.Column("role", sql.Text, nullable=False),
        sql.Column("wording", sql.Integer),
        sql.Column("voice", sql.Integer),
        sql.Column("blind", sql.Boolean, nullable=False),
        sql.Column("made_at", sql.DateTime, nullable=False),
    )
    op.create_index("ratings_by_session", "ratings", ["session_id", "made_at", "id"])
    op.create_index("ratings_by_attempt", "ratings", ["attempt_id"])
    op.create_table(
        "tallies",
        sql.Column("id", sql.String(26), primary_key=True),
        sql.Column("session_id", sql.String(26), sql.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sql.Column(
            "attempt_id", sql.String(26), sql.ForeignKey("entries.attempt_id", ondelete="CASCADE"), nullable=False
        ),
        sql.Column("observer", sql.Text, nullable=False),
        sql.Column("counts", sql.Text, nullable=False),
        sql.Column("made_at", sql.DateTime, nullable=False),
    )
    op.create_index("tallies_by_session", "tallies", ["session_id", "made_at", "id"])
    op.create_index("tallies_by_attempt", "tallies", ["attempt_id"])
    op.create_table(
        "heard_messages",
        sql.Column("message_id", sql.String(26), primary_key=True),
        sql.Column("session_id", sql.String(26), sql.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("heard_messages_by_session", "heard_messages", ["session_id"])
