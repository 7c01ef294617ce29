from __future__ import annotations

from training.corpus.schema.records import (
    CONTEXTS,
    TRAPS,
    Fault,
    PublicReply,
    Reply,
    SecondJudgement,
    plain,
    read_lines,
    word_count,
)

__all__ = [
    "CONTEXTS",
    "TRAPS",
    "Fault",
    "PublicReply",
    "Reply",
    "SecondJudgement",
    "plain",
    "read_lines",
    "word_count",
]
