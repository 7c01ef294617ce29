"""Files that were written from attempts, so that they can be removed with them."""

from __future__ import annotations

import sqlalchemy as sql
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exports",
        sql.Column("path", sql.Text, primary_key=True),
        sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
        sql.Column("format", sql.Text, nullable=False),
        sql.Column("sha256", sql.String(64), nullable=False),
        sql.Column("written_at", sql.DateTime, nullable=False),
    )
    op.create_index("exports_by_attempt", "exports", ["attempt_id"])
