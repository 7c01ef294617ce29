"""All verbs under one command, and how errors leave it."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer
from typer.exceptions import Abort, Exit, TyperException

from ..errors import BadInput, VoiceTrainerError
from . import (
    baseline,
    coach,
    exercises,
    forget,
    history,
    join,
    listen,
    machine,
    models,
    practise,
    report,
    review,
    score,
    share,
)
from .context import Context

app = typer.Typer(
    name="voice-trainer",
    help="Practise reflective listening out loud. Without a verb the trainer opens.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def everything(
    context: typer.Context,
    person: Annotated[str | None, typer.Option("--person", help="Who speaks; kept with what is practised.")] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        from .. import __version__

        typer.echo(__version__)
        raise typer.Exit
    context.obj = Context(person=None if person is None else _as_typed(person))
    if context.invoked_subcommand is None:
        practise.open_trainer(context.obj)


practise.add_to(app)
review.add_to(app)
score.add_to(app)
listen.add_to(app)
baseline.add_to(app)
exercises.add_to(app)
history.add_to(app)
coach.add_to(app)
join.add_to(app)
report.add_to(app)
share.add_to(app)
forget.add_to(app)
machine.add_to(app)
models.add_to(app)

INTERRUPTED = 130
"""What a shell expects of a program that was stopped by Ctrl+C."""


def run(arguments: list[str]) -> int:
    """Run one command; returns the exit code. Every error leaves as one sentence on standard error."""
    try:
        if not arguments:  # opening the trainer: reading the other verbs' options would make it wait a third longer
            practise.open_trainer(Context())
            return 0
        result = app(arguments, standalone_mode=False)
    except VoiceTrainerError as error:
        return _say(str(error), error.exit_code)
    except Exit as leave:
        return leave.exit_code
    except (Abort, KeyboardInterrupt):
        return INTERRUPTED
    except TyperException as error:
        return _say(f"{error.format_message()} See: voice-trainer --help", BadInput.exit_code)
    except BrokenPipeError:  # whoever read our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("VOICE_TRAINER_DEBUG"):
            raise
        return _say(
            f"Something inside voice-trainer broke ({type(error).__name__}: {error}); nothing recorded is lost. "
            "Set VOICE_TRAINER_DEBUG=1 to see where.",
            VoiceTrainerError.exit_code,
        )
    return result if isinstance(result, int) else 0


def _as_typed(text: str) -> str:
    """What was typed, in a locale that has no letters for it: a terminal sends UTF-8 all the same."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text).decode("utf-8", "replace")
    return text


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code
