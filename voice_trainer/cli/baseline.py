"""Record one's everyday voice, once for each microphone."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import AudioInvalid, RequestInvalid, SoundError
from .context import Context
from .output import Json, print_json

if TYPE_CHECKING:
    from ..baseline_reading import Read

BAR = 30
REFUSED = 2
"""Exit code where a reading can't be used: it is bad input, and can be made again."""


def add_to(app: typer.Typer) -> None:
    app.command("baseline")(baseline)


def baseline(
    context: typer.Context,
    audio: Annotated[
        Path | None, typer.Option("--audio", help="A recording of the text, in place of the microphone.")
    ] = None,
    device: Annotated[
        str | None,
        typer.Option("--device", help="With --audio: the microphone it was made with; else it serves for files."),
    ] = None,
    json: Json = False,
) -> None:
    """Record your everyday voice: read a short text aloud, and your replies are compared with it."""
    root: Context = context.obj
    if device is not None and audio is None:
        raise RequestInvalid("--device goes with --audio; the microphone to read into is chosen in Settings.")
    read = _from_file(root, audio, device or "") if audio is not None else _from_microphone(root)
    if read is None:
        typer.echo("Nothing was kept.", err=True)
        raise typer.Exit(130)
    if json:
        print_json(_object(read))
    else:
        _tell(read)
    if read.baseline is None:
        for fault in read.faults if json else ():
            print(fault, file=sys.stderr)
        raise typer.Exit(REFUSED)


def _from_file(root: Context, audio: Path, device: str) -> Read:
    from ..baseline_reading import read_file
    from ..engines.audio_file import read_audio_quietly

    sound = read_audio_quietly(audio)
    try:
        return read_file(root.practice, sound.samples, sound.rate_hz, device)
    except AudioInvalid as error:
        raise AudioInvalid(f"{audio}: {error}") from error


def _from_microphone(root: Context) -> Read | None:
    """Show the text and read until Enter; None where it was left with Ctrl+C."""
    if not sys.stdin.isatty():
        raise RequestInvalid("Reading aloud needs a terminal, where Enter ends it; or give a recording with --audio.")
    from .. import practice_events as events
    from ..baseline_reading import Read, ReadingRun, how_it_stands
    from ..engines.native_noise import native_noise_to

    said = how_it_stands(root.practice).sentence
    if said:
        typer.echo(f"{said}\n", err=True)
    run = ReadingRun(root.practice)
    typer.echo("Read this aloud as you speak on an ordinary day, after a second of silence:\n", err=True)
    typer.echo(f"{run.passage}\n", err=True)
    root.practice.warm()
    typer.echo("Enter begins.", err=True)
    sys.stdin.readline()
    threading.Thread(target=_stop_at_enter, args=(run,), daemon=True).start()
    try:
        with native_noise_to():
            for event in run.events():
                if isinstance(event, events.MicrophoneOpened):
                    typer.echo(f"{event.fallback or f'Listening on “{event.name}”.'} Enter ends.", err=True)
                elif isinstance(event, events.Level):
                    draw_level(event.rms_dbfs, event.elapsed_s or 0.0, event.clipping)
                elif isinstance(event, events.RecordingStopped):
                    typer.echo("\nListening back…", err=True)
                elif isinstance(event, events.Failed):
                    raise SoundError(event.text)
                elif isinstance(event, Read):
                    return event
    except KeyboardInterrupt:
        run.cancel()
    return None


def _stop_at_enter(run: Any) -> None:
    sys.stdin.readline()
    run.stop()


def draw_level(rms_dbfs: float, elapsed_s: float, clipping: bool) -> None:
    filled = round(min(1.0, max(0.0, (rms_dbfs + 60.0) / 60.0)) * BAR)
    line = f"\r{elapsed_s:5.0f} s  {'▮' * filled}{'▯' * (BAR - filled)}{'  too loud' if clipping else '          '}"
    sys.stderr.write(line)
    sys.stderr.flush()


def _object(read: Read) -> dict[str, Any]:
    kept = read.baseline
    return {
        "kept": kept is not None,
        "person": kept.person if kept else None,
        "device": kept.device if kept else None,
        "recorded_at": kept.recorded_at if kept else None,
        "faults": read.faults,
        "voice": read.measures,
        "transcript": {"text": read.transcript.text, "language": read.transcript.language},
    }


def _tell(read: Read) -> None:
    if read.baseline is None:
        for fault in read.faults:
            print(fault, file=sys.stderr)
        print("Nothing was kept; the reading can be made again at any time.", file=sys.stderr)
        return
    from ..speech.reading import in_words

    where = f"on “{read.baseline.device}”" if read.baseline.device else "for replies that come as files"
    typer.echo(f"That is your everyday voice {where} from now on: {in_words(read.measures)}.")
    typer.echo("Only these figures are kept, not the sound.")
