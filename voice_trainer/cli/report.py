"""One HTML page that holds a reply, its sound and all that was heard in it; or a session looked back on."""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import RequestInvalid, StoreCorrupt, StoreError
from .context import Context
from .output import Json, print_json

if TYPE_CHECKING:
    from ..attempt import Attempt
    from ..report import Reply
    from ..report.content import SoundFormat


def add_to(app: typer.Typer) -> None:
    app.command("report")(report)


def report(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--out", help="The HTML file to write.")],
    attempt: Annotated[str | None, typer.Argument(help="Which attempt: its id, or the beginning of it.")] = None,
    exercise: Annotated[str | None, typer.Option("--exercise", help="All attempts at this one, side by side.")] = None,
    session: Annotated[
        str | None, typer.Option("--session", help="A session that you led: its id, or the beginning of it.")
    ] = None,
    part: Annotated[
        str | None, typer.Option("--person", help="With --session: the own part of this person, and nothing else.")
    ] = None,
    sound: Annotated[
        str, typer.Option("--sound", help="How the sound goes in: opus (small) or flac (exact).")
    ] = "opus",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is no report.")] = False,
    json: Json = False,
) -> None:
    """Write a page to keep, print or share: it needs nothing else, and asks no other computer for anything."""
    from ..report import attempt_page, exercise_page

    root: Context = context.obj
    if sum(one is not None for one in (attempt, exercise, session)) != 1:
        raise RequestInvalid(
            "Name one attempt, or give --exercise ID for all attempts at it, or --session ID; `voice-trainer history`."
        )
    if part is not None and session is None:
        raise RequestInvalid(f"--person {part[:40]} goes with --session ID: whose own part of it to write.")
    path = _target(root, output, force=force)
    encoding = _sound_format(sound)
    if session is not None:
        _session(root, session, part, path, encoding, force=force, json=json)
        return
    if attempt is not None:
        one = root.store.attempt(attempt)
        found: tuple[Attempt, ...] = (one,)
        damaged = 0
        page = attempt_page(_reply(root, one, encoding))
    else:
        found, damaged = _attempts(root, exercise or "")
        page = exercise_page(tuple(_reply(root, each, encoding) for each in found))
    _keep(root, path, page, found, force=force)
    if json:
        print_json({"report": str(path), "attempts": [each.id for each in found], "bytes": len(page)})
    else:
        typer.echo(f"{path} holds {len(found)} repl{'y' if len(found) == 1 else 'ies'} ({len(page) / 1e6:.1f} MB).")
    if damaged:
        raise typer.Exit(1)


def _session(
    root: Context, session_id: str, person: str | None, path: Path, sound: SoundFormat, *, force: bool, json: bool
) -> None:
    """The whole page is the coach's; with ``person`` it is their own part."""
    from ..coach.debrief_files import page_replies
    from ..report import session_page
    from .session import looked_back

    back = looked_back(root, session_id, person)
    page = session_page(back.debrief, page_replies(back, root.recordings, root.library, sound))
    _keep(root, path, page, tuple(back.attempts.values()), force=force)
    if json:
        print_json(
            {
                "report": str(path),
                "session": back.debrief.session_id,
                "person": back.debrief.only or None,
                "attempts": list(back.debrief.attempt_ids),
                "bytes": len(page),
            }
        )
        return
    count, people = len(back.attempts), len(back.debrief.people)
    whose = f"{back.debrief.only}'s own part" if person else f"{people} {'person' if people == 1 else 'people'}"
    typer.echo(f"{path} holds {whose}, {count} repl{'y' if count == 1 else 'ies'} ({len(page) / 1e6:.1f} MB).")


def _target(root: Context, output: Path, *, force: bool) -> Path:
    """The full path, links followed, of a file that may be written. What the trainer keeps is never written over."""
    from ..report.file import check_target, is_report

    try:
        path = output.expanduser().resolve()
        exists = path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        raise RequestInvalid(f"{str(output)[:80]} can't name a file ({error}); give -o another one.") from error
    if exists and path.is_relative_to(root.config.folders.data.resolve()) and not is_report(path):
        raise RequestInvalid(f"{path} belongs to the trainer and is not written over; give -o another name.")
    check_target(path, force=force)
    return path


def _sound_format(name: str) -> SoundFormat:
    from ..report.content import SOUND_FORMATS

    for each in SOUND_FORMATS:
        if each == name:
            return each
    raise RequestInvalid(f"--sound is {name}; choose {' or '.join(SOUND_FORMATS)}.")


def _attempts(root: Context, exercise_id: str) -> tuple[tuple[Attempt, ...], int]:
    """Those that can be read, in order of time; and how many can't, each told on standard error."""
    rows = root.store.attempts(person=root.preferences.person or None, exercise_id=exercise_id)
    if not rows:
        root.library.get(exercise_id)  # tells a slip of the pen from an exercise that was never practised
        who = f" by {root.preferences.person}" if root.preferences.person else ""
        raise RequestInvalid(
            f"There is no attempt at {exercise_id}{who} yet; begin: voice-trainer practice {exercise_id}"
        )
    found: list[Attempt] = []
    fault: StoreCorrupt | None = None
    for row in reversed(rows):
        try:
            found.append(root.store.attempt(row.id))
        except StoreCorrupt as error:
            fault = error
            print(str(error), file=sys.stderr)
    if fault is not None and not found:
        raise fault
    return tuple(found), len(rows) - len(found)


def _reply(root: Context, attempt: Attempt, sound: SoundFormat) -> Reply:
    from ..report import Reply, sound_of

    exercise = next((each for each in root.library.exercises if each.id == attempt.exercise_id), None)
    path = root.recordings.path(attempt.recording) if attempt.recording is not None else None
    return Reply(attempt=attempt, exercise=exercise, sound=sound_of(path, sound))


def _keep(root: Context, path: Path, page: bytes, attempts: tuple[Attempt, ...], *, force: bool) -> None:
    """Write the page. The store knows of it before it is there, so that forgetting never misses one."""
    from ..report import write_report
    from ..store import Export

    ids = tuple(each.id for each in attempts)
    if not ids:  # nothing in it that anybody could take back
        write_report(path, page, force=force)
        return
    before = [export for export in root.store.exports() if export.path == str(path)]
    root.store.add_export(
        Export(
            path=str(path),
            attempt_ids=ids,
            format="html",
            sha256=hashlib.sha256(page).hexdigest(),
            written_at=datetime.now(UTC),
        )
    )
    try:
        write_report(path, page, force=force)
    except StoreError:
        root.store.remove_exports([str(path)])
        for export in before:
            root.store.add_export(export)
        raise
