"""Score a reply that was recorded elsewhere, or that is being spoken into a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import RequestInvalid
from .context import Context
from .output import Json, print_json, review_object

if TYPE_CHECKING:
    from ..attempt import Scored
    from ..engines.base import Samples
    from ..exercise import Exercise, Turn


def add_to(app: typer.Typer) -> None:
    app.command("review")(review)


def review(
    context: typer.Context,
    audio: Annotated[str, typer.Argument(help="A recording, or - for a WAV on standard input as it is spoken.")],
    exercise: Annotated[str, typer.Option("--exercise", help="Which exercise it answers.")],
    turn: Annotated[str | None, typer.Option("--turn", help="Which of its turns; the first where not said.")] = None,
    no_save: Annotated[bool, typer.Option("--no-save", help="Keep nothing.")] = False,
    realtime: Annotated[bool, typer.Option("--realtime", help="Feed the file at the pace of speech.")] = False,
    json: Json = False,
) -> None:
    """Score a recorded reply."""
    root: Context = context.obj
    found = root.library.get(exercise)
    answered = found.turn(turn)
    if audio == "-" and realtime:
        raise RequestInvalid("--realtime paces a file; standard input has its own pace: leave the option out.")
    if audio == "-":
        rate_hz, parts = _from_pipe(root)
    else:
        rate_hz, parts = _from_file(root, Path(audio), realtime=realtime)
    if no_save:
        attempt_id, scored = None, _score(root, found, answered, rate_hz, parts)
    else:
        attempt_id, scored = _keep(root, found, answered, rate_hz, parts)
    if json:
        print_json(review_object(found.id, answered.id, scored, attempt_id))
        return
    from .card import card

    typer.echo(card(found, answered, scored))
    if attempt_id is not None:
        typer.echo(f"Kept as {attempt_id}.")


def _from_file(root: Context, path: Path, *, realtime: bool) -> tuple[int, Iterator[Samples]]:
    from ..engines.audio_file import read_audio_quietly
    from ..scoring import blocks

    sound = read_audio_quietly(path)
    root.engines.warm()
    parts = iter(blocks(sound.samples, sound.rate_hz))
    return sound.rate_hz, _paced(parts, sound.rate_hz) if realtime else parts


def _paced(parts: Iterator[Samples], rate_hz: int) -> Iterator[Samples]:
    """Each part when its last sample would have been spoken."""
    started, fed_s = time.monotonic(), 0.0
    for part in parts:
        fed_s += len(part) / rate_hz
        time.sleep(max(0.0, started + fed_s - time.monotonic()))
        yield part


def _from_pipe(root: Context) -> tuple[int, Iterator[Samples]]:
    from ..engines.wav_stream import wav_stream

    root.engines.warm()
    print("ready", file=sys.stderr, flush=True)
    stream = wav_stream(sys.stdin.buffer)
    return stream.rate_hz, iter(stream)


def _score(root: Context, exercise: Exercise, turn: Turn, rate_hz: int, parts: Iterator[Samples]) -> Scored:
    from ..scoring import ReplyInProgress, hear

    reply = ReplyInProgress(root.engines, rate_hz)
    try:
        heard = hear(root.engines, exercise, turn)
        for part in parts:
            reply.push(part)
        return reply.finish(heard)
    finally:
        reply.cancel()


def _keep(root: Context, exercise: Exercise, turn: Turn, rate_hz: int, parts: Iterator[Samples]) -> tuple[str, Scored]:
    reply = root.practice.review(exercise, turn, rate_hz)
    for part in parts:
        reply.push(part)
    attempt = reply.finish()
    return attempt.id, attempt.scored
