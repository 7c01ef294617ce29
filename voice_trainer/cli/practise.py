"""Open the trainer, go straight into an exercise, or see the demonstration."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import RequestInvalid
from .context import Context
from .output import Json, print_json, review_object

if TYPE_CHECKING:
    from ..practice import Practice
    from ..tui.together import Coaching, Joining


def add_to(app: typer.Typer) -> None:
    app.command("practice")(practice)
    app.command("demo")(demo)
    app.command("replay")(replay)


def open_trainer(context: Context, exercise: str | None = None, *, replay: str | None = None) -> None:
    """The screen, with an exercise or a replay where one was named. Raises RequestInvalid without a terminal."""
    start = None
    if exercise is not None:
        found = context.library.get(exercise)
        start = (found.id, found.first_turn.id)
    open_screen(context, start=start, replay=replay)


def open_screen(
    context: Context,
    *,
    start: tuple[str, str] | None = None,
    replay: str | None = None,
    coach: Callable[[], Coaching] | None = None,
    joined: Callable[[], Joining] | None = None,
) -> None:
    """The screen, where it is to begin. Raises RequestInvalid without a terminal.

    Args:
        coach, joined: what the coach's and a participant's screens are given, where it begins there.
    """
    from .coach import coaching
    from .join import joining

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise RequestInvalid("The trainer needs a terminal to draw on; run it in one, or try: voice-trainer demo")
    from ..engines.native_noise import native_noise_to

    with native_noise_to():  # before the app is made: both draw on the same descriptor
        from ..tui.app import VoiceTrainerApp

        VoiceTrainerApp(
            lambda: _opened(context),  # opened behind the first paint
            start=start,
            replay=replay,
            coach=coach or (lambda: coaching(context, at_once=False)),
            joined=joined or (lambda: joining(context)),
        ).run()


def _opened(context: Context) -> Practice:
    """Practice with its store open. What people agreed to for a time that is over goes first, and what retention asks
    to be forgotten, if anybody chose it."""
    from datetime import UTC, datetime

    from ..coach.removal import purge_expired

    now = datetime.now(UTC)
    purge_expired(context.store, context.recordings, now)
    keep_days = context.preferences.keep_days
    if keep_days is not None:
        from ..store.forgetting import forget_by_age

        forget_by_age(context.store, context.recordings, keep_days, now)
    return context.practice


def practice(
    context: typer.Context,
    exercise: Annotated[str | None, typer.Argument(help="Straight into this one, by its id.")] = None,
) -> None:
    """Open the trainer, or go straight into an exercise."""
    open_trainer(context.obj, exercise)


def replay(
    context: typer.Context,
    attempt: Annotated[str | None, typer.Argument(help="Its id, or how that begins; the newest where none.")] = None,
) -> None:
    """Hear one of your takes again, with a playhead, your words and what they do."""
    root: Context = context.obj
    if attempt is None:
        newest = root.store.attempts(person=root.preferences.person or None, limit=1)
        if not newest:
            raise RequestInvalid("Nothing was practised yet, so there is nothing to replay; begin with: practice")
        attempt = newest[0].id
    open_trainer(root, replay=root.store.attempt(attempt).id)


def demo(context: typer.Context, json: Json = False) -> None:
    """No microphone needed: a bundled spoken reply goes through the real pipeline. Nothing is kept."""
    from ..demo import load_demo
    from ..engines.audio_file import read_audio
    from ..scoring import hear, score
    from .card import card

    root: Context = context.obj
    bundled = load_demo()
    exercise = root.library.get(bundled.exercise)
    turn = exercise.turn(bundled.turn)
    reply = read_audio(bundled.audio)
    engines = root.engines
    engines.warm(lambda what: None if json else typer.echo(f"Loading {what} …", err=True))
    scored = score(engines, hear(engines, exercise, turn), reply.samples, reply.rate_hz)
    if json:
        print_json(review_object(exercise.id, turn.id, scored, None))
    else:
        typer.echo(card(exercise, turn, scored))
