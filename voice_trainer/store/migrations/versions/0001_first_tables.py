"""The first tables: attempts, their first records, and baselines."""

from __future__ import annotations

import sqlalchemy as sql
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sql.Column("id", sql.String(26), primary_key=True),
        sql.Column("exercise_id", sql.Text, nullable=False),
        sql.Column("turn", sql.Text, nullable=False),
        sql.Column("started_at", sql.DateTime, nullable=False),
        sql.Column("person", sql.Text, nullable=False),
        sql.Column("wording", sql.Double),
        sql.Column("voice", sql.Double),
        sql.Column("level", sql.Integer),
        sql.Column("recording", sql.Text),
        sql.Column("outcome", sql.Text),
        sql.Column("scoring_version", sql.Text, nullable=False),
        sql.Column("record", sql.Text, nullable=False),
    )
    op.create_index("attempts_by_time", "attempts", ["started_at", "id"])
    op.create_index("attempts_by_person", "attempts", ["person", "started_at", "id"])
    op.create_index("attempts_by_exercise", "attempts", ["exercise_id", "started_at", "id"])
    op.create_table(
        "original_records",
        sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
        sql.Column("record", sql.Text, nullable=False),
    )
    op.create_table(
        "baselines",
        sql.Column("person", sql.Text, primary_key=True),
        sql.Column("device", sql.Text, primary_key=True),
        sql.Column("recorded_at", sql.DateTime, nullable=False),
        sql.Column("record", sql.Text, nullable=False),
    )
