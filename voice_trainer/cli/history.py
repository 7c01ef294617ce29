"""What was practised."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
import typer

from ..errors import RequestInvalid
from .context import Context
from .output import Json, print_json, print_table


def add_to(app: typer.Typer) -> None:
    app.command("history")(history)


def history(
    context: typer.Context,
    exercise: Annotated[str | None, typer.Option("--exercise", help="Only attempts at this one.")] = None,
    skill: Annotated[str | None, typer.Option("--skill", help="Only attempts that practised this skill.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only from this day on, as YYYY-MM-DD.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="The newest so many; 0 for all.")] = 20,
    json: Json = False,
) -> None:
    """Your attempts, newest first."""
    root: Context = context.obj
    if limit < 0:
        raise RequestInvalid(f"--limit is {limit}; give how many attempts to show, or 0 for all.")
    rows = root.store.attempts(
        person=root.preferences.person or None,
        exercise_id=exercise,
        exercise_ids=None if skill is None else _practising(root, skill),
        since=None if since is None else since.astimezone(),  # midnight where the user is
        limit=limit or None,
    )
    if json:
        for row in rows:
            print_json(msgspec.to_builtins(row))
        return
    if not rows and (exercise or skill or since):
        typer.echo("No attempt matches; leave out --exercise, --skill or --since to see more.")
        return
    if not rows:
        typer.echo("Nothing practised yet. Begin with: voice-trainer practice")
        return
    titles = {each.id: each.title for each in root.library.exercises}
    print_table(
        [
            (
                row.id,
                f"{row.started_at.astimezone():%Y-%m-%d %H:%M}",
                row.person or "–",
                titles.get(row.exercise_id, row.exercise_id),
                row.turn,
                f"wording {_share(row.wording)}",
                f"voice {_share(row.voice)}",
            )
            for row in rows
        ]
    )


def _practising(root: Context, skill: str) -> list[str]:
    from ..exercise import SKILLS

    if skill not in SKILLS:
        raise RequestInvalid(f"--skill is {skill!r}; give one of {', '.join(SKILLS)}.")
    return [each.id for each in root.library.exercises if each.skill == skill]


def _share(value: float | None) -> str:
    return "not rated" if value is None else f"{value:.2f}"
