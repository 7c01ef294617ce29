"""What is counted and drawn of many attempts: moves and levels, since records are too long to read all."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sql
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MANY = 200
"""Records read at once; each is some 20 kB."""


def upgrade() -> None:
    figures = op.create_table(
        "figures",
        sql.Column("attempt_id", sql.String(26), sql.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
        sql.Column("reflections", sql.Integer),
        sql.Column("complex_reflections", sql.Integer),
        sql.Column("questions", sql.Integer),
        sql.Column("dimensions", sql.Text, nullable=False),
    )
    connection = op.get_bind()
    attempts = sql.table("attempts", sql.column("id"), sql.column("record"))
    after = ""
    while True:
        query = sql.select(attempts.c.id, attempts.c.record).where(attempts.c.id > after)
        rows = connection.execute(query.order_by(attempts.c.id).limit(MANY)).all()
        if not rows:
            return
        after = rows[-1][0]
        filled = [found for attempt_id, record in rows if (found := _figures(attempt_id, record)) is not None]
        if filled:
            connection.execute(figures.insert(), filled)


def _figures(attempt_id: str, record: str) -> dict[str, Any] | None:
    """As records were counted when this step was made; None where one is damaged."""
    try:
        scored = json.loads(record)["scored"]
        wording, moves = scored["wording"], scored["wording"]["moves"]
        levels = {one["name"]: one["level"] for one in scored["attunement"]["dimensions"] if one["level"] is not None}
        reflects = [moves[name] for name in ("simple_reflection", "complex_reflection") if name in moves]
        asks = [moves[name] for name in ("open_question", "closed_question") if name in moves]
        counted = wording["level"] is not None and bool(reflects) and bool(asks)
        return {
            "attempt_id": attempt_id,
            "reflections": int(max(reflects) >= 0.5) if counted else None,
            "complex_reflections": int(moves.get("complex_reflection", 0.0) >= 0.5) if counted else None,
            "questions": int(max(asks) >= 0.5) if counted else None,
            "dimensions": json.dumps(levels, separators=(",", ":")),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
