"""What a reply pulled the trainee to do, in their own words; it never leaves this table."""

from __future__ import annotations

import sqlalchemy as sql
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pulls",
        sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
        sql.Column("pull", sql.Text, nullable=False),
        sql.Column("said_at", sql.DateTime, nullable=False),
    )
