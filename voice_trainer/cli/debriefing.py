"""Write the debrief of a session that is live; ``report --session`` and ``export --session`` write one that was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .context import Context

if TYPE_CHECKING:
    from ..coach.looking_back import LookedBack
    from ..coach.session import LiveSession
    from ..tui.together import DebriefFormat, Write


def write_everything(root: Context, live: LiveSession, folder: Path) -> tuple[str, ...]:
    """The whole debrief in every format, and each person's own part, into ``folder``. Returns the files.

    Raises:
        RequestInvalid: a file is in the way. StoreError.
    """
    from ..coach.debrief_files import write_debrief

    back = _back(root, live)
    return tuple(map(str, write_debrief(back, root.store, root.recordings, root.library, folder, now=_now)))


def writing(root: Context) -> Write:
    """What the coach's screen writes with: one format of the whole debrief, or of one person's own part."""

    def write(live: LiveSession, format: DebriefFormat, path: Path, person_id: str) -> tuple[str, ...]:
        from ..coach.debrief_files import keep_file, page_replies, rendered
        from ..report import session_page

        name = next((one.name for one in live.snapshot.people if one.id == person_id), None) if person_id else None
        back = _back(root, live, name)
        full = path.expanduser().resolve()
        files: tuple[tuple[str, bytes], ...]
        if format == "html":
            replies = page_replies(back, root.recordings, root.library)
            files = ((full.name, session_page(back.debrief, replies)),)
        else:
            texts = rendered(back, root.library, format, full.name)
            files = tuple((each, text.encode()) for each, text in texts)
        ids = back.debrief.attempt_ids
        for each, content in files:
            keep_file(root.store, full.with_name(each), content, format, ids, now=_now)
        return tuple(str(full.with_name(each)) for each, _ in files)

    return write


def _back(root: Context, live: LiveSession, person: str | None = None) -> LookedBack:
    from ..coach.looking_back import look_back

    return look_back(live.session.id, root.store, root.recordings, root.library, now=_now, person=person)


def _now() -> datetime:
    return datetime.now(UTC)
