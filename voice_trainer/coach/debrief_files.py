"""A debrief as files: the coach's whole one as HTML, CSV, JSON and xAPI, and for each person their own part.

The store knows of every file before it is there, so that taking back and forgetting find it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from ..errors import RequestInvalid, StoreError, UnknownExercise
from ..exercise import Exercise, Library
from ..export import DEBRIEF_FORMATS, DebriefFormat, Take, debrief_companion, render_debrief
from ..private_files import make_folder, write_whole
from ..report import Reply, session_page, sound_of
from ..report.content import SoundFormat
from ..report.file import is_report
from ..store.base import Export, Store
from ..store.recordings import Recordings
from .looking_back import LookedBack

ENDINGS: dict[DebriefFormat, str] = {"csv": "csv", "json": "json", "xapi": "xapi.json"}
PEOPLE = "people"
LONGEST_STEM = 60


def write_debrief(
    back: LookedBack,
    store: Store,
    recordings: Recordings,
    library: Library,
    folder: Path,
    *,
    now: Callable[[], datetime],
    sound: SoundFormat = "opus",
) -> tuple[Path, ...]:
    """Write ``debrief.html``, ``.csv`` (with its columns explained beside it), ``.json`` and ``.xapi.json`` into
    ``folder``, and under ``people/`` a page for each with their own part only.

    Returns:
        What was written, in full.

    Raises:
        RequestInvalid: a file of that name is there that is no debrief. StoreUnwritable, DiskFull.
    """
    make_folder(folder)
    replies = page_replies(back, recordings, library, sound)
    files: list[tuple[Path, bytes, str, tuple[str, ...]]] = []
    ids = back.debrief.attempt_ids
    files.append((folder / "debrief.html", session_page(back.debrief, replies), "html", ids))
    for each in DEBRIEF_FORMATS:
        for name, text in rendered(back, library, each, f"debrief.{ENDINGS[each]}"):
            files.append((folder / name, text.encode(), each, ids))
    taken: set[str] = set()
    for part in back.debrief.people:
        own = msgspec.structs.replace(
            back.debrief, people=(part,), group=None, agreement=None, every_session=None, only=part.name
        )
        path = folder / PEOPLE / f"{_stem(part.name, taken)}.html"
        files.append((path, session_page(own, replies), "html", own.attempt_ids))
    for path, content, format, attempt_ids in files:
        keep_file(store, path, content, format, attempt_ids, now=now)
    return tuple(path for path, *_ in files)


def page_replies(
    back: LookedBack, recordings: Recordings, library: Library, sound: SoundFormat = "opus"
) -> dict[str, Reply]:
    """The replies of a page, with their sound inside where it was shared."""
    return {
        attempt_id: Reply(
            attempt=attempt,
            exercise=_exercise(library, attempt.exercise_id),
            sound=sound_of(recordings.path(attempt.recording) if attempt.recording is not None else None, sound),
        )
        for attempt_id, attempt in back.attempts.items()
    }


def rendered(back: LookedBack, library: Library, format: DebriefFormat, file_name: str) -> tuple[tuple[str, str], ...]:
    """The files that a format takes: (name, text)."""
    takes = {one: Take(attempt, _exercise(library, attempt.exercise_id)) for one, attempt in back.attempts.items()}
    beside = debrief_companion(format, file_name)
    text = render_debrief(back.debrief, takes, format)
    return ((file_name, text), beside) if beside is not None else ((file_name, text),)


def keep_file(
    store: Store,
    path: Path,
    content: bytes,
    format: str,
    attempt_ids: tuple[str, ...],
    *,
    now: Callable[[], datetime],
) -> None:
    """Write ``content``, readable by its owner only, and have the store know of it first.

    Raises:
        RequestInvalid: another file is there. StoreUnwritable, DiskFull: what the store knew stays.
    """
    full = path.expanduser().resolve()
    before = [one for one in store.exports() if one.path == str(full)]
    if full.exists() and not before and not is_report(full):
        raise RequestInvalid(f"{full} is there and is no debrief; move it away, or name another folder.")
    if not attempt_ids:  # nothing in it that anybody could take back
        write_whole(full, content)
        return
    sha256 = hashlib.sha256(content).hexdigest()
    store.add_export(Export(path=str(full), attempt_ids=attempt_ids, format=format, sha256=sha256, written_at=now()))
    try:
        write_whole(full, content)
    except StoreError:
        store.remove_exports([str(full)])
        for one in before:
            store.add_export(one)
        raise


def _exercise(library: Library, exercise_id: str) -> Exercise | None:
    try:
        return library.get(exercise_id)
    except UnknownExercise:
        return None


def _stem(name: str, taken: set[str]) -> str:
    """A file name out of somebody's name: letters and digits, nothing that leads anywhere; none twice."""
    plain = "".join(one if one.isalnum() else "-" for one in name).strip("-")[:LONGEST_STEM] or "somebody"
    stem, number = plain, 2
    while stem.casefold() in taken:
        stem, number = f"{plain}-{number}", number + 1
    taken.add(stem.casefold())
    return stem
