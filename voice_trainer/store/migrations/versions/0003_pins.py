"""Notes at a moment of a recording."""

from __future__ import annotations

import sqlalchemy as sql
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pins",
        sql.Column("id", sql.String(26), primary_key=True),
        sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False),
        sql.Column("at_s", sql.Double, nullable=False),
        sql.Column("author", sql.Text, nullable=False),
        sql.Column("note", sql.Text, nullable=False),
        sql.Column("made_at", sql.DateTime, nullable=False),
    )
    op.create_index("pins_by_attempt", "pins", ["attempt_id", "at_s"])
