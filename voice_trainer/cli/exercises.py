"""The exercises: which there are, what is in them, what is wrong with a file, and new ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import BadInput, VoiceTrainerError
from . import exercises_new, exercises_record
from .context import Context
from .output import Json, print_json, print_table

if TYPE_CHECKING:
    from ..exercise import Exercise
    from ..exercise_files import Fault

group = typer.Typer(
    help="List, show and check exercises, and make your own.", no_args_is_help=True, rich_markup_mode=None
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="exercises")


group.command("new")(exercises_new.new)
group.command("record")(exercises_record.record)


@group.command("list")
def list_all(
    context: typer.Context,
    path: Annotated[
        str | None,
        typer.Option("--path", help="Along a path: main, anxious, avoidant, disorganized or secure.", metavar="NAME"),
    ] = None,
    json: Json = False,
) -> None:
    """Every exercise, with what it practises; or those of a path, in its order."""
    root: Context = context.obj
    library = root.library
    if path is not None:
        _list_path(root, path, json)
    elif json:
        for each in library.exercises:
            print_json(_listed(each))
    else:
        print_table([_cells(each) for each in library.exercises])
    _say_faults(library.faults)


def _list_path(root: Context, name: str, json: bool) -> None:
    from ..paths import path_named, path_of, practised_by

    wanted = path_named(name)  # before a store is opened for it
    path = path_of(wanted, root.library, practised_by(root.store, root.preferences.person))
    if json:
        for step in path.steps:
            print_json({**_listed(step.exercise), "path": path.name, "practised": step.practised})
        return
    typer.echo(f"{path.said.title}\n\n{path.said.about}\n\nWhat to try: {path.said.to_try}\n")
    print_table([("●" if step.practised else "○", *_cells(step.exercise)) for step in path.steps])
    typer.echo(f"\n{path.practised} of {len(path.steps)} practised.")


def _listed(each: Exercise) -> dict[str, Any]:
    return {
        "id": each.id,
        "title": each.title,
        "skill": each.skill,
        "context": each.context,
        "attachment": each.attachment,
        "difficulty": each.difficulty,
        "content_note": each.content_note,
        "turns": len(each.turns),
    }


def _cells(each: Exercise) -> tuple[str, ...]:
    return (each.id, each.title, each.skill.replace("_", " "), each.context, each.attachment, "•" * each.difficulty)


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
    files: Annotated[
        list[str] | None, typer.Argument(help="Exercise files, or ids of your own; all of the library where none.")
    ] = None,
    json: Json = False,
) -> None:
    """Every fault of exercise files, with file, line, key and what to do."""
    from ..exercise import check_file

    root: Context = context.obj
    if files:
        faults = [fault for file in files for fault in check_file(_file(root, file))]
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
        typer.echo(f"{checked} exercise {'file' if checked == 1 else 'files'} checked, {broken} with faults.")
        for file in sorted({fault.file for fault in faults if _lacks_sound(fault)}):
            typer.echo(f"What is not recorded yet: `voice-trainer exercises record {_named(root, file)}`.", err=True)
    if faults:
        raise typer.Exit(BadInput.exit_code if files and len(files) == 1 else VoiceTrainerError.exit_code)


@group.command("schema")
def schema() -> None:
    """The JSON Schema of an exercise file, for editors that check what is typed."""
    from ..exercise_keys import schema_text

    typer.echo(schema_text(), nl=False)


def _file(root: Context, named: str) -> Path:
    """The file called so, or one's own exercise of that id."""
    from ..exercise import ENDINGS

    own = [root.config.folders.exercises_own / f"{named}{ending}" for ending in ENDINGS]
    return Path(named) if Path(named).exists() else next((file for file in own if file.is_file()), Path(named))


def _lacks_sound(fault: Fault) -> bool:
    """Whether a recording mends it: the sound is not there, or not named yet."""
    from ..exercise_sounds import clips

    if not fault.key.endswith(".audio"):
        return False
    try:
        said = [clip for clip in clips(fault.file) if clip.named or not clip.reply]
        return any(not (fault.file.parent / clip.audio).is_file() for clip in said)
    except BadInput:  # other faults have to be mended first
        return False


def _named(root: Context, file: Path) -> str:
    return file.stem if file.parent == root.config.folders.exercises_own else str(file)


def _say_faults(faults: Iterable[Fault]) -> None:
    for fault in faults:
        typer.echo(str(fault), err=True)
