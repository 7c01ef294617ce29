from __future__ import annotations

from training.corpus.schema.records import (
    CONTEXTS,
    PROMPT_WORDS,
    REPLY_WORDS,
    TRAPS,
    Fault,
    MechanismCodes,
    PeerReply,
    PublicReply,
    Reply,
    SecondJudgement,
    SessionTurn,
    TurnCodes,
    plain,
    read_lines,
    word_count,
)

__all__ = [
    "CONTEXTS",
    "PROMPT_WORDS",
    "REPLY_WORDS",
    "TRAPS",
    "Fault",
    "MechanismCodes",
    "PeerReply",
    "PublicReply",
    "Reply",
    "SecondJudgement",
    "SessionTurn",
    "TurnCodes",
    "plain",
    "read_lines",
    "word_count",
]
