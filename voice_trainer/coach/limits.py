"""What strangers and participants may cost the coach's program."""

from __future__ import annotations

from dataclasses import dataclass

STRANGERS_BYTES = 4096
"""Of the first message of a connection."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one connection, and everybody together, may cost.

    Attributes:
        join_s: time for the handshakes, and again for the first message. connections: all at once.
        waiting: those of one address that are not in yet.
        messages_per_s, messages_burst: of one connection; more is refused, and the connection ends.
        bytes_per_s, bytes_burst: of one connection; more is read later.
        ping_s: how often a connection is asked whether it is there, and how long an answer may take.
        send_s: how long one message may take on its way to somebody slow, before they are let go.
        passing_s: changes that may wait are told together, this far apart.
        purge_s: how often what has run out is removed.
    """

    join_s: float = 10.0
    connections: int = 1200
    waiting: int = 100
    messages_per_s: float = 100.0
    messages_burst: float = 400.0
    bytes_per_s: float = 6e6
    bytes_burst: float = 16e6
    ping_s: float = 15.0
    send_s: float = 60.0
    passing_s: float = 0.25
    purge_s: float = 3600.0
