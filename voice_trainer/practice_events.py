"""What happens while a turn is practised, as frozen values: the only thing that crosses threads."""

from __future__ import annotations

from dataclasses import dataclass

from .attempt import Attempt


@dataclass(frozen=True)
class MicrophoneOpened:
    """The microphone listens; nothing is kept until recording starts. ``fallback``: why it is another one."""

    name: str
    fallback: str | None


@dataclass(frozen=True)
class PromptStarted:
    """``envelope``: peak level, 0–1, of ``duration_s / len`` slices, for drawing the waveform."""

    duration_s: float
    envelope: tuple[float, ...]
    fallback: str | None = None


@dataclass(frozen=True)
class PromptPosition:
    position_s: float


@dataclass(frozen=True)
class PromptEnded:
    """The last of the prompt was heard, or it was skipped; now the trainee may start."""

    skipped: bool


@dataclass(frozen=True)
class RecordingStarted:
    """``preroll_s`` of sound from before the key are part of it."""

    preroll_s: float


@dataclass(frozen=True)
class Level:
    """``elapsed_s`` is None before recording starts. ``stops_in_s``: countdown of an automatic stop, if asked for."""

    rms_dbfs: float
    peak_dbfs: float
    clipping: bool
    elapsed_s: float | None
    stops_in_s: float | None = None


@dataclass(frozen=True)
class Notice:
    """One plain sentence about something that went otherwise, without ending the turn."""

    text: str


@dataclass(frozen=True)
class RecordingStopped:
    duration_s: float


@dataclass(frozen=True)
class Finished:
    """The answer, stored. ``stored`` is False where the store could not take it (a ``Notice`` said why)."""

    attempt: Attempt
    stored: bool = True


@dataclass(frozen=True)
class Cancelled:
    """Nothing was kept."""


@dataclass(frozen=True)
class Failed:
    """The turn ended without an answer. ``recording`` is the path of what was recorded, where there is any."""

    text: str
    recording: str | None = None


Event = (
    MicrophoneOpened
    | PromptStarted
    | PromptPosition
    | PromptEnded
    | RecordingStarted
    | Level
    | Notice
    | RecordingStopped
    | Finished
    | Cancelled
    | Failed
)
