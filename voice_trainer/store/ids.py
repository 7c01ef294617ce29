"""Attempt ids: 26 characters that sort by time (ULID, github.com/ulid/spec)."""

from __future__ import annotations

import secrets
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which are misread."""
LENGTH = 26
RANDOM_BITS = 80


def new_attempt_id(now: datetime) -> str:
    """A new id: 48 bits of ``now`` in milliseconds, then 80 random ones.

    Args:
        now: with a time zone.
    """
    if now.tzinfo is None:
        raise ValueError("an attempt id needs a time with its zone; use datetime.now(UTC)")
    number = (int(now.timestamp() * 1000) << RANDOM_BITS) | secrets.randbits(RANDOM_BITS)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(5 * (LENGTH - 1), -1, -5))
