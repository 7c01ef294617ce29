"""The exercises: which there are, what is in them, and what is wrong with a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import BadInput, VoiceTrainerError
from .context import Context
from .output import Json, print_json, print_table

if TYPE_CHECKING:
    from ..exercise_files import Fault

group = typer.Typer(help="List, show and check exercises.", no_args_is_help=True, rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="exercises")


@group.command("list")
def list_all(context: typer.Context, json: Json = False) -> None:
    """Every exercise, with what it practises."""
    library = context.obj.library
    if json:
        for each in library.exercises:
            print_json(
                {
                    "id": each.id,
                    "title": each.title,
                    "skill": each.skill,
                    "context": each.context,
                    "attachment": each.attachment,
                    "difficulty": each.difficulty,
                    "content_note": each.content_note,
                    "turns": len(each.turns),
                }
            )
    else:
        print_table(
            [
                (
                    each.id,
                    each.title,
                    each.skill.replace("_", " "),
                    each.context,
                    each.attachment,
                    "•" * each.difficulty,
                )
                for each in library.exercises
            ]
        )
    _say_faults(library.faults)


@group.command("show")
def show(
    context: typer.Context,
    exercise: Annotated[str, typer.Argument(help="Its id, as `exercises list` prints it.")],
    json: Json = False,
) -> None:
    """One exercise with its turns; model replies too, so look only when you have answered."""
    found = context.obj.library.get(exercise)
    if json:
        print_json(found.plain())
        return
    typer.echo(f"{found.title} ({found.id})")
    typer.echo(f"  {found.speaker.name}, {found.speaker.relation} · {found.skill.replace('_', ' ')} · {found.context}")
    if found.content_note:
        typer.echo(f"  Before you start: {found.content_note}")
    for turn in found.turns:
        typer.echo(f"\n  {turn.id}: {' '.join(turn.text.split())}")
        typer.echo(f"    listen for: {' '.join(turn.listen_for.split())}")
        typer.echo(f"    feelings: {', '.join(turn.feelings)}")
        typer.echo(f"    meaning: {' '.join(turn.meaning.split())}")
        for reply in turn.model_replies:
            typer.echo(f"    level {reply.level}: {' '.join(reply.text.split())}")
            typer.echo(f"      because {' '.join(reply.why.split())}")


@group.command("check")
def check(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="Exercise files; all of the library where none.")] = None,
    json: Json = False,
) -> None:
    """Every fault of exercise files, with file, line, key and what to do."""
    from ..exercise import check_file

    root: Context = context.obj
    if files:
        faults = [fault for file in files for fault in check_file(file)]
        checked = len(files)
    else:
        faults = list(root.library.faults)
        checked = len(root.library.exercises) + len({fault.file for fault in faults})
    if json:
        for fault in faults:
            print_json({"file": str(fault.file), "line": fault.line, "key": fault.key, "fault": fault.text})
    else:
        _say_faults(faults)
        broken = len({fault.file for fault in faults})
        typer.echo(f"{checked} exercise files checked, {broken} with faults.")
    if faults:
        raise typer.Exit(BadInput.exit_code if files and len(files) == 1 else VoiceTrainerError.exit_code)


def _say_faults(faults: Iterable[Fault]) -> None:
    for fault in faults:
        typer.echo(str(fault), err=True)
