"""What the trainer asks of its engines. Every protocol here has a real engine and a scripted twin.

Samples are mono float32 numpy arrays of shape (n,) in −1…1. ``clock`` values are seconds of ``time.monotonic()``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

import msgspec

from ..listening.moves import Move, Reading
from ..speech.pitch import PitchContour
from ..speech.samples import Samples
from ..speech.transcript import Transcript

__all__ = [
    "Block",
    "Device",
    "Listener",
    "Microphone",
    "PitchStream",
    "PitchTracker",
    "Playback",
    "Samples",
    "Sound",
    "Transcriber",
    "TranscriptStream",
    "VoiceActivity",
    "VoiceActivityStream",
]


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A microphone or loudspeaker. ``name`` is what settings remember; ``rate_hz`` its own rate."""

    name: str
    kind: Literal["input", "output"]
    rate_hz: int
    channels: int
    is_default: bool


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Sound as it came from the microphone.

    Attributes:
        samples: at the microphone's rate.
        captured_at: clock of its first sample reaching the microphone (device latency counted).
        overflowed: the device lost samples just before this block.
    """

    samples: Samples
    captured_at: float
    overflowed: bool = False


class Microphone(Protocol):
    """An open microphone; reading begins at once and nothing is kept but what ``blocks`` hands out."""

    name: str
    rate_hz: int
    fallback: str | None
    """A sentence, where another device than the one asked for was opened."""

    def blocks(self) -> Iterator[Block]:
        """Blocks in order until ``close``; waits for the next. Raises DeviceLost when the device goes away."""

    def close(self) -> None: ...


class Playback(Protocol):
    """Sound on its way to the loudspeaker."""

    fallback: str | None

    @property
    def position_s(self) -> float:
        """What is audible now, in seconds from the start of the samples."""

    @property
    def last_audible_at(self) -> float | None:
        """Clock at which the last audible sample left the speaker; None until it did."""

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until all is heard or stopped; True when it is over. Raises DeviceLost."""

    def stop(self) -> None: ...


class Sound(Protocol):
    """Sound in and out of this machine."""

    def devices(self) -> tuple[Device, ...]:
        """Every device. Raises PortAudioMissing."""

    def open_microphone(self, name: str | None = None) -> Microphone:
        """Open the microphone called ``name`` (None: the default). Raises PortAudioMissing, NoDevice, DeviceLost."""

    def play(self, samples: Samples, rate_hz: int, name: str | None = None) -> Playback:
        """Start playing ``samples`` at ``rate_hz`` and return at once. Raises as ``open_microphone``."""


class VoiceActivityStream(Protocol):
    def push(self, samples: Samples) -> Samples:
        """Take 16 kHz samples; return the speech probability (0–1) of each whole 32 ms frame since the last call."""

    def finish(self) -> Samples:
        """The last frame, padded with silence where it was not whole; the stream is over."""


class VoiceActivity(Protocol):
    FRAME_S: float
    """Seconds a probability stands for (0.032)."""

    def stream(self) -> VoiceActivityStream: ...

    def warm(self) -> None: ...


class TranscriptStream(Protocol):
    """Transcribes while the trainee still speaks: what lies before a pause is done by the time they end."""

    def push(self, samples: Samples, speech: Samples) -> None:
        """Take 16 kHz samples and the speech probabilities of the 32 ms frames they complete; returns at once."""

    def end(self) -> None:
        """The sound is over: begin with what is left of it, and return at once."""

    def finish(self) -> Transcript:
        """``end``, wait for the last segment and return all words, times from the first sample pushed."""

    def cancel(self) -> None: ...


class Transcriber(Protocol):
    """``language`` is an ISO 639-1 code, or None to have it told from the sound."""

    model_name: str

    def stream(self) -> TranscriptStream: ...

    def warm(self) -> None:
        """Load the model. Raises ModelMissing, ModelCorrupt."""


class PitchStream(Protocol):
    def push(self, samples: Samples) -> None: ...

    def finish(self) -> PitchContour: ...


class PitchTracker(Protocol):
    def stream(self) -> PitchStream: ...

    def warm(self) -> None: ...


class Listener(Protocol):
    """The listening model."""

    @property
    def model_version(self) -> str:
        """Of the network. Raises ModelMissing, ModelCorrupt."""

    @property
    def not_taught(self) -> dict[Move, str]:
        """Move → why this model can't tell it."""

    def listen(self, prompt: str, sentences: Sequence[str]) -> Reading:
        """Read the sentences of one reply to ``prompt``; an empty reply gives no sentences. Raises ModelMissing."""

    def listen_many(self, items: Sequence[tuple[str, Sequence[str]]]) -> list[Reading]:
        """The same for many replies, faster than one by one."""

    def warm(self) -> None: ...
