"""What this machine has: its devices, and whether everything that practice needs is there."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec
import typer

from ..errors import VoiceTrainerError
from .context import Context
from .output import Json, print_json, print_table

LEAST_FREE_BYTES = 500_000_000
"""Below this ``doctor`` warns: an hour of recordings takes about 200 MB before it is compressed."""

STATES = {"ok": "ok     ", "warning": "look at", "fault": "FAULT  "}


def add_to(app: typer.Typer) -> None:
    app.command("devices")(devices)
    app.command("doctor")(doctor)


def devices(context: typer.Context, json: Json = False) -> None:
    """Microphones and loudspeakers, by the names that settings use."""
    root: Context = context.obj
    found = root.sound.devices()
    if json:
        for device in found:
            print_json(device)
        return
    if not found:
        typer.echo("No sound devices were found. Plug one in; if one is there, look at: voice-trainer doctor")
        return
    chosen = {"input": root.preferences.input_device, "output": root.preferences.output_device}
    print_table(
        [
            (
                "microphone" if device.kind == "input" else "loudspeaker",
                device.name,
                f"{device.rate_hz} Hz",
                "default" if device.is_default else "",
                "chosen" if device.name == chosen[device.kind] else "",
            )
            for device in found
        ]
    )


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that practice needs, how it is, and where that is not well, what to do."""

    name: str
    state: Literal["ok", "warning", "fault"]
    text: str


def doctor(context: typer.Context, json: Json = False) -> None:
    """Is everything there that practice needs? Looks only; changes nothing but what opening the store creates."""
    results = list(_checks(context.obj))
    for result in results:
        if json:
            print_json(result)
        else:
            typer.echo(f"{STATES[result.state]}  {result.name}: {result.text}")
    if any(result.state == "fault" for result in results):
        raise typer.Exit(1)


def _checks(root: Context) -> Iterator[Check]:
    from .. import __version__

    yield Check(name="program", state="ok", text=f"voice-trainer {__version__} on Python {platform.python_version()}")
    yield _asked("settings", lambda: f"{root.config.folders.settings_file}")
    yield _asked("microphone", lambda: _devices(root, "input"))
    yield _asked("loudspeaker", lambda: _devices(root, "output"))
    yield _asked("whisper", lambda: _loaded(root.transcriber.warm, root.transcriber.model_name))
    yield _asked("voice activity", lambda: _loaded(root.voice_activity.warm, "ready"))
    yield _asked("pitch", lambda: _loaded(root.pitch.warm, "ready"))
    yield _asked("listening model", lambda: _loaded(root.listener.warm, root.listener.model_version))
    yield _asked("store", lambda: f"{root.store.count()} attempts")
    yield _asked("recordings", lambda: _recordings(root))
    yield _exercises(root)
    yield _space(root)


def _asked(name: str, ask: Callable[[], str]) -> Check:
    try:
        return Check(name=name, state="ok", text=ask())
    except VoiceTrainerError as error:
        return Check(name=name, state="fault", text=str(error))


def _devices(root: Context, kind: Literal["input", "output"]) -> str:
    from ..errors import NoDevice

    found = [device for device in root.sound.devices() if device.kind == kind]
    if not found:
        what = "microphone" if kind == "input" else "loudspeaker"
        raise NoDevice(f"No {what} was found; plug one in, or allow this program to use it.")
    return ", ".join(device.name + (" (default)" if device.is_default else "") for device in found)


def _loaded(warm: Callable[[], None], name: str) -> str:
    warm()
    return name


def _recordings(root: Context) -> str:
    unfinished = len(root.recordings.unfinished())
    where = str(root.config.folders.recordings)
    return f"{where}, {unfinished} broken off (the trainer offers them)" if unfinished else where


def _exercises(root: Context) -> Check:
    try:
        library = root.library
    except VoiceTrainerError as error:
        return Check(name="exercises", state="fault", text=str(error))
    if library.faults:
        text = f"{len(library.exercises)} ready, {len(library.faults)} faults; see: voice-trainer exercises check"
        return Check(name="exercises", state="warning", text=text)
    return Check(name="exercises", state="ok", text=f"{len(library.exercises)} ready")


def _space(root: Context) -> Check:
    folder = root.config.folders.data
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free at {folder}"
    return Check(name="space", state="ok" if free >= LEAST_FREE_BYTES else "warning", text=text)
