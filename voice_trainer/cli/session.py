"""A stored session, for the verbs that write of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .context import Context

if TYPE_CHECKING:
    from ..coach.looking_back import LookedBack


def looked_back(root: Context, session_id: str, person: str | None) -> LookedBack:
    """The debrief of a session that this coach led; ``person``: whose own part alone.

    Raises:
        UnknownSession, StoreError. RequestInvalid: nobody of that name was in it.
    """
    from ..coach.looking_back import look_back
    from .coach import NAMELESS

    return look_back(
        session_id,
        root.store,
        root.recordings,
        root.library,
        now=lambda: datetime.now(UTC),
        coach=root.preferences.person or NAMELESS,
        person=person,
    )
