"""The two scores on their own: what words do, and how a voice sounds."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from ..errors import AudioInvalid, BadInput, RequestInvalid, VoiceTrainerError
from .context import Context
from .output import Json, print_json

if TYPE_CHECKING:
    from ..attempt import Sentence
    from ..speech.baseline import Baseline
    from ..speech.measures import VoiceMeasures

READ_BYTES = 1 << 18


def add_to(app: typer.Typer) -> None:
    app.command("wording")(wording)
    app.command("voice")(voice)


class Request(msgspec.Struct, frozen=True):
    """One line of the ``wording`` verb's input; other keys are handed through."""

    prompt: str
    reply: str
    feelings: tuple[str, ...] = ()


def wording(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A file of JSON lines, or - for standard input.")] = "-",
    json: Annotated[bool, typer.Option("--json", help="JSON lines, which is what this verb always prints.")] = True,  # noqa: ARG001
) -> None:
    """What the words of replies do: JSON lines {"prompt", "reply", "feelings"?} in, the same with the reading out."""
    from ..scoring import Heard, assess_texts

    listener = context.obj.listener
    failed = False
    for batch in _batches(file):
        requests: list[tuple[dict[str, Any], Request]] = []
        for number, line in batch:
            try:
                requests.append(_request(number, line))
            except BadInput as error:
                print(error, file=sys.stderr)
                failed = True
        items = [(Heard(prompt=given.prompt, feelings=given.feelings), given.reply) for _, given in requests]
        for (original, _), result in zip(requests, assess_texts(listener, items), strict=True):
            print_json(
                {
                    **original,
                    "behavior": result.behavior,
                    "moves": result.moves,
                    "level": result.level,
                    "wording": result.wording,
                    "mechanisms": result.mechanisms,
                    "sentences": [_untimed(sentence) for sentence in result.sentences],
                    "not_rated": result.not_rated,
                }
            )
    if failed:
        raise typer.Exit(1)


def _untimed(sentence: Sentence) -> dict[str, Any]:
    """Typed words were never spoken: their sentences have no times."""
    plain: dict[str, Any] = msgspec.to_builtins(sentence)
    return {key: value for key, value in plain.items() if not key.endswith("_s")}


def _request(number: int, line: bytes) -> tuple[dict[str, Any], Request]:
    try:
        return msgspec.json.decode(line, type=dict), msgspec.json.decode(line, type=Request)
    except msgspec.DecodeError as error:
        raise RequestInvalid(f'Line {number} is not of the form {{"prompt": …, "reply": …}}: {error}.') from error


def _batches(file: str) -> Iterator[list[tuple[int, bytes]]]:
    """Numbered lines, as many together as there are at once, so that a line in a pipe is answered when it comes."""
    number, rest = 0, b""
    with ExitStack() as stack:
        source: IO[bytes] = sys.stdin.buffer if file == "-" else stack.enter_context(_opened(Path(file)))
        while True:
            chunk = os.read(source.fileno(), READ_BYTES)
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop() if chunk else b""
            batch = [(number + i, line) for i, line in enumerate(lines, 1) if line.strip()]
            number += len(lines)
            if batch:
                yield batch
            if not chunk:
                return


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise RequestInvalid(
            f"{path} can't be read ({(error.strerror or str(error)).lower()}); check the name."
        ) from error


def voice(
    context: typer.Context,
    audio: Annotated[list[Path], typer.Argument(help="Recordings.")],
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="A recording of the same person's everyday voice.")
    ] = None,
    json: Json = False,
) -> None:
    """How voices sound, from the sound alone: pace, pauses, loudness, pitch."""
    root: Context = context.obj
    everyday = _baseline(root, baseline) if baseline is not None else None
    failures: list[VoiceTrainerError] = []
    for path in audio:
        try:
            measures = _measure(root, path, everyday)
        except BadInput as error:
            failures.append(error)
            print(error, file=sys.stderr)
            continue
        if json:
            print_json({"file": str(path), **msgspec.to_builtins(measures)})
        else:
            _print_measures(path, measures)
    if failures:
        raise typer.Exit(failures[0].exit_code if len(audio) == 1 else 1)


def _measure(root: Context, path: Path, baseline: Baseline | None) -> VoiceMeasures:
    from ..engines.audio_file import read_audio_quietly
    from ..scoring import measure_voice

    sound = read_audio_quietly(path)
    try:
        return measure_voice(root.voice_activity, root.pitch, sound.samples, sound.rate_hz, baseline=baseline)[0]
    except AudioInvalid as error:
        raise AudioInvalid(f"{path}: {error}") from error


def _baseline(root: Context, path: Path) -> Baseline:
    from ..speech.baseline import Baseline

    measures = _measure(root, path, None)
    return Baseline(person="", device="", recorded_at=datetime.now(UTC), measures=measures)


def _print_measures(path: Path, measures: VoiceMeasures) -> None:
    typer.echo(str(path))
    for name, value in msgspec.to_builtins(measures).items():
        if name == "not_rated":
            continue
        shown = f"{value:.2f}" if isinstance(value, float) else str(value)
        typer.echo(f"  {name:<30}{shown if value is not None else '– ' + measures.not_rated.get(name, 'not rated')}")
