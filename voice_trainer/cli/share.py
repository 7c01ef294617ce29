"""Take an attempt, or the debrief of a session, along into another program."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import RequestInvalid, StoreError, UnknownExercise
from .context import Context
from .output import Json, print_json

if TYPE_CHECKING:
    from ..attempt import Attempt
    from ..exercise import Exercise
    from ..export import Format

OUTPUT = "-"


def add_to(app: typer.Typer) -> None:
    app.command("export")(export)


def export(
    context: typer.Context,
    format: Annotated[str, typer.Option("--format", help="One of webvtt, srt, audacity, textgrid, csv, xapi or json.")],
    attempt: Annotated[str | None, typer.Argument(help="Its id, or the beginning of it; history lists them.")] = None,
    session: Annotated[
        str | None, typer.Option("--session", help="A session that you led, by its id: csv, xapi or json.")
    ] = None,
    part: Annotated[
        str | None, typer.Option("--person", help="With --session: the own part of this person, and nothing else.")
    ] = None,
    out: Annotated[str, typer.Option("-o", "--out", help="Into this file; - prints it.")] = OUTPUT,
    json: Json = False,
) -> None:
    """Write an attempt for another program. A file is remembered, so that forget removes it, too."""
    from ..export import Take, render

    root: Context = context.obj
    if (attempt is None) == (session is None):
        raise RequestInvalid("Name one attempt, or give --session ID; `voice-trainer history` lists attempts.")
    if part is not None and session is None:
        raise RequestInvalid(f"--person {part[:40]} goes with --session ID: whose own part of it to write.")
    if session is not None:
        _session(root, session, part, format, out, json=json)
        return
    chosen = _format(format)
    found = root.store.attempt(attempt or "")
    take = Take(found, _exercise(root, found))
    text = render(take, chosen)
    if out != OUTPUT:
        paths = _write(root, found, chosen, text, Path(out))
        if json:
            print_json({"attempt": found.id, "format": chosen, "files": paths})
        else:
            typer.echo(f"Written to {' and '.join(map(str, paths))}.")
    elif json:
        print_json({"attempt": found.id, "format": chosen, "content": text})
    else:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()


def _format(name: str) -> Format:
    from ..export import FORMATS

    for each in FORMATS:
        if each == name:
            return each
    raise _no_format(name, FORMATS)


def _no_format(name: str, formats: Sequence[str]) -> RequestInvalid:
    from ..shape import near

    hint = near(name, formats) or f"; give one of {', '.join(formats)}."
    return RequestInvalid(f'There is no format "{name[:40]}"{hint}')


def _session(root: Context, session_id: str, person: str | None, format: str, out: str, *, json: bool) -> None:
    """The whole debrief is the coach's; with ``person`` it is their own part."""
    from ..coach.debrief_files import rendered
    from ..export import DEBRIEF_FORMATS
    from .session import looked_back

    chosen = next((each for each in DEBRIEF_FORMATS if each == format), None)
    if chosen is None:
        raise _no_format(format, DEBRIEF_FORMATS)
    back = looked_back(root, session_id, person)
    path = _plain_file(root, Path(out)) if out != OUTPUT else None
    files = rendered(back, root.library, chosen, path.name if path is not None else f"debrief.{chosen}")
    about = {"session": back.debrief.session_id, "person": back.debrief.only or None, "format": chosen}
    if path is not None:
        paths = [_plain_file(root, path.with_name(name)) for name, _ in files]
        for each, (_, text) in zip(paths, files, strict=True):
            _keep(root, back.debrief.attempt_ids, chosen, each, text.encode())
        if json:
            print_json(about | {"files": [str(each) for each in paths]})
        else:
            typer.echo(f"Written to {' and '.join(map(str, paths))}.")
    elif json:
        print_json(about | {"content": files[0][1]})
    else:
        sys.stdout.buffer.write(files[0][1].encode())
        sys.stdout.flush()


def _exercise(root: Context, attempt: Attempt) -> Exercise | None:
    """None where it was renamed or removed since: what was practised can still be taken along."""
    try:
        return root.library.get(attempt.exercise_id)
    except UnknownExercise:
        return None


def _write(root: Context, attempt: Attempt, format: Format, text: str, out: Path) -> list[str]:
    from ..export import companion

    path = _plain_file(root, out)
    files = [(path, text)]
    beside = companion(format, path.name)
    if beside is not None:
        files.append((_plain_file(root, path.with_name(beside[0])), beside[1]))
    for each, content in files:
        _keep(root, (attempt.id,), format, each, content.encode())
    return [str(each) for each, _ in files]


def _plain_file(root: Context, out: Path) -> Path:
    """The full path, links followed, of a file that may be written over."""
    try:
        path = out.expanduser().resolve()
        folder, exists, plain = path.parent.is_dir(), path.exists(), path.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise RequestInvalid(f"{str(out)[:80]} can't name a file ({error}); give -o another one.") from error
    if not folder:
        raise RequestInvalid(f"There is no folder {path.parent} to write {path.name} in; make it, or give another one.")
    if exists and not plain:
        raise RequestInvalid(f"{path} is no ordinary file; give -o the name of a file, or leave it out to print.")
    ours = exists and path.is_relative_to(root.config.folders.data.resolve())
    if ours and str(path) not in {each.path for each in root.store.exports()}:
        raise RequestInvalid(f"{path} belongs to the trainer and is not written over; give -o another name.")
    return path


def _keep(root: Context, attempt_ids: tuple[str, ...], format: Format, path: Path, content: bytes) -> None:
    """Known to the store first: a file that nothing knows of could not be forgotten."""
    from datetime import UTC, datetime
    from hashlib import sha256

    from ..private_files import write_whole
    from ..store import Export

    if not attempt_ids:  # nothing in it that anybody could take back
        write_whole(path, content)
        return
    before = [each for each in root.store.exports() if each.path == str(path)]
    export = Export(
        path=str(path),
        attempt_ids=attempt_ids,
        format=format,
        sha256=sha256(content).hexdigest(),
        written_at=datetime.now(UTC),
    )
    root.store.add_export(export)
    try:
        write_whole(path, content)
    except StoreError:
        root.store.remove_exports([export.path])
        for each in before:
            root.store.add_export(each)
        raise
