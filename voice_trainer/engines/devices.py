"""The PortAudio library of this process: loaded when first asked for, its devices named so that they can be told apart.

PortAudio reads the list of devices once, when it is initialised, and serves the whole process. So this module keeps
one count of what is open, and reads the list afresh while nothing is.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, NoReturn, Protocol

from ..errors import DeviceLost, NoDevice, PortAudioMissing
from .base import Device

Kind = Literal["input", "output"]

FALLBACK_RATES_HZ = (48000, 44100, 16000)
"""Tried in this order where a device refuses the rate that it calls its own."""
BUFFER_S = 0.1
"""Device buffer asked for. Shorter ones lose sound while Python is busy; longer ones make keys feel slow."""
PLAYBACK_BUFFER_S = 0.25
"""For playing: loading Whisper holds Python's threads up for 0.17 s, which broke a prompt that played meanwhile."""
LOST_AFTER_S = 2.0
"""An open device that hands over nothing for this long is taken for lost."""
LOST_AT_START_AFTER_S = 5.0
"""The same for its first block: Bluetooth and idle PulseAudio devices take their time to wake."""

_WORD = {"input": "microphone", "output": "loudspeaker"}
_TRY_ANOTHER_RATE_OR_CHANNELS = (-9997, -9998)  # paInvalidSampleRate, paInvalidChannelCount
_REFRESH_AFTER_S = 1.0


class OpenStream(Protocol):
    """Something that holds a PortAudio stream."""

    def over(self) -> bool:
        """Its stream has ended by itself and may be closed."""

    def close_stream(self) -> None: ...


@dataclass(frozen=True)
class Chosen:
    """A device and PortAudio's number of it. ``fallback``: why it is another one than was asked for."""

    device: Device
    index: int
    fallback: str | None


class _PortAudio:
    """Shared by every ``PortAudioSound`` of the process, as the library itself is."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._open: set[OpenStream] = set()
        self._read_at: float | None = None

    def library(self) -> Any:
        """The sounddevice module. Raises PortAudioMissing."""
        with self._lock:
            try:
                import sounddevice
            except OSError as error:
                raise PortAudioMissing(
                    f"Sound needs the PortAudio library, which is not installed: {how_to_install()}."
                ) from error
            except Exception as error:  # sounddevice initialises PortAudio while it is imported
                raise PortAudioMissing(
                    f"The PortAudio library would not start ({error}): see that a sound system is running, "
                    f"or reinstall it ({how_to_install()})."
                ) from error
            if self._read_at is None:
                self._read_at = time.monotonic()
            return sounddevice

    def fresh(self) -> Any:
        """The library with today's list of devices, read again where nothing is open. Raises PortAudioMissing."""
        with self._lock:
            library = self.library()
            for stream in [stream for stream in self._open if stream.over()]:
                stream.close_stream()
            assert self._read_at is not None
            if not self._open and time.monotonic() - self._read_at > _REFRESH_AFTER_S:
                try:
                    if library._initialized:
                        library._terminate()
                    library._initialize()
                except library.PortAudioError as error:
                    raise PortAudioMissing(
                        f"The PortAudio library would not start again ({reason(error)}): close the trainer "
                        "and open it again."
                    ) from error
                self._read_at = time.monotonic()
            return library

    def opened(self, stream: OpenStream) -> None:
        with self._lock:
            self._open.add(stream)

    def closed(self, stream: OpenStream) -> None:
        with self._lock:
            self._open.discard(stream)

    def opening(self) -> threading.RLock:
        """Hold it between choosing a device and opening it: numbers change when the list is read again."""
        return self._lock


PORT_AUDIO = _PortAudio()


def how_to_install() -> str:
    """The command that installs PortAudio here, as the end of a sentence."""
    if sys.platform == "darwin":
        return "run “brew install portaudio”"
    if sys.platform == "win32":
        return "run “pip install --force-reinstall sounddevice”, which brings it along"
    for program, command in (
        ("apt-get", "sudo apt-get install libportaudio2"),
        ("dnf", "sudo dnf install portaudio"),
        ("pacman", "sudo pacman -S portaudio"),
        ("zypper", "sudo zypper install portaudio"),
        ("apk", "sudo apk add portaudio"),
    ):
        if shutil.which(program):
            return f"run “{command}”"
    return "install PortAudio with your package manager"


def reason(error: Exception) -> str:
    """PortAudio's own words for what went wrong, without its numbers."""
    text = str(error.args[0]) if error.args else str(error)
    text = text.removeprefix("Error opening InputStream: ").removeprefix("Error opening OutputStream: ")
    return text.split(" [PaErrorCode")[0].strip().rstrip(".").lower() or "no reason given"


def named(
    infos: list[dict[str, Any]], apis: list[dict[str, Any]], defaults: dict[Kind, int]
) -> list[tuple[int, Device]]:
    """PortAudio's list as devices with names of their own: two of one name get their host API, then a number, added.

    Args:
        infos, apis: what ``query_devices`` and ``query_hostapis`` return.
        defaults: PortAudio's number of the default device of each kind; −1 where there is none.
    """
    found: list[tuple[int, Device]] = []
    kinds: tuple[tuple[Kind, str], ...] = (("input", "max_input_channels"), ("output", "max_output_channels"))
    for kind, channels in kinds:
        numbers = [index for index, info in enumerate(infos) if info[channels] > 0]
        names = {index: " ".join(infos[index]["name"].split()) for index in numbers}
        once = Counter(names.values())
        names = {
            index: name if once[name] == 1 else f"{name} ({apis[infos[index]['hostapi']]['name']})"
            for index, name in names.items()
        }
        twice, seen = Counter(names.values()), Counter[str]()
        for index in numbers:
            name = names[index]
            seen[name] += 1
            if twice[name] > 1:
                name = f"{name} {seen[name]}"
            default = defaults[kind] if defaults[kind] in names else numbers[0]
            found.append(
                (
                    index,
                    Device(
                        name=name,
                        kind=kind,
                        rate_hz=round(infos[index]["default_samplerate"]),
                        channels=int(infos[index][channels]),
                        is_default=index == default,
                    ),
                )
            )
    return found


def listed(library: Any) -> list[tuple[int, Device]]:
    """Every device with PortAudio's number of it; one that hears and plays is there twice."""
    default_in, default_out = library.default.device
    return named(
        list(library.query_devices()),
        list(library.query_hostapis()),
        {"input": default_in, "output": default_out},
    )


def choose(kind: Kind, name: str | None, devices: list[tuple[int, Device]]) -> Chosen:
    """The device called ``name``, or the default with a sentence where it is gone. Raises NoDevice."""
    of_kind = [(index, device) for index, device in devices if device.kind == kind]
    if not of_kind:
        raise NoDevice(
            f"No {_WORD[kind]} was found: connect one, or see in the system's sound settings that it is switched on."
        )
    for index, device in of_kind:
        if device.name == name:
            return Chosen(device, index, None)
    index, device = next((pair for pair in of_kind if pair[1].is_default), of_kind[0])
    fallback = f"The {_WORD[kind]} “{name}” is not there; using “{device.name}” instead." if name else None
    return Chosen(device, index, fallback)


def lost(kind: Kind, name: str) -> NoReturn:
    """Raise DeviceLost for a device that went away while it was used."""
    raise DeviceLost(
        f"The {_WORD[kind]} “{name}” stopped: see that it is still connected, or choose another in Settings."
    )


def open_stream(kind: Kind, chosen: Chosen, make: Callable[[int, int], Any]) -> tuple[Any, int, int]:
    """The stream that ``make(rate_hz, channels)`` opens, with the first rate and channels that the device takes.

    Its own rate comes first, and one channel before two. Raises DeviceLost.
    """
    library = PORT_AUDIO.library()
    own = chosen.device.rate_hz
    rates = [own, *(rate for rate in FALLBACK_RATES_HZ if rate != own)]
    first: Exception | None = None
    for rate_hz, channels in product(rates, (1, 2)[: chosen.device.channels]):
        try:
            return make(rate_hz, channels), rate_hz, channels
        except library.PortAudioError as error:
            first = first or error
            if len(error.args) < 2 or error.args[1] not in _TRY_ANOTHER_RATE_OR_CHANNELS:
                break
    why = reason(first) if first else "it has no channels"
    raise DeviceLost(
        f"The {_WORD[kind]} “{chosen.device.name}” can't be opened ({why}): close other programs that use it, "
        "or choose another in Settings."
    ) from first


def close_quietly(stream: Any) -> None:
    """Close a PortAudio stream, and wait no longer than a second: the driver of a device that is gone may hang."""

    def close() -> None:
        stream.close(ignore_errors=True)

    closing = threading.Thread(target=close, name="close-sound", daemon=True)
    closing.start()
    closing.join(1.0)
