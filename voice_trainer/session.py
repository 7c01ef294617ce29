"""Records about practising beyond one reply. They name attempts by id only."""

from __future__ import annotations

from datetime import datetime

import msgspec

LONGEST_NOTE = 500
"""Characters of a note; it is read at a glance, beside the sound."""


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A note at a moment of a recorded reply.

    Attributes:
        id: 26 characters, sortable by time, as an attempt's. attempt_id: whose recording it is pinned to.
        at_s: seconds from the start of the recording, 0 or more.
        author: who wrote it ("" where nobody said). note: 1–500 characters. made_at: UTC.
    """

    id: str
    attempt_id: str
    at_s: float
    author: str
    note: str
    made_at: datetime
