"""Twins of the engines that need no device and no model: they say what their script says, at once.

For tests, and for trying the screens on a machine without sound. Each claims the protocol of its real twin, and the
same tests run over both where the protocol promises something.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..errors import DeviceLost, NoDevice
from ..listening.moves import BEHAVIORS, MECHANISMS, Behavior, Move, Reading, Span
from ..speech import SAMPLE_RATE
from ..speech.pitch import PitchContour
from ..speech.transcript import Transcript, Word, untimed
from .base import Block, Device, Samples

FRAME = 512
SPEECH_RMS = 0.01
"""A frame at or above this RMS (−40 dBFS) is speech to the scripted voice activity."""


class ScriptedMicrophone:
    """Hands out ``samples`` in blocks of 20 ms, then silence, ``speed`` times as fast as they would be spoken.

    ``lost_after_s``: raise DeviceLost when that much was handed out.
    """

    def __init__(
        self,
        name: str,
        rate_hz: int,
        samples: Samples,
        *,
        speed: float,
        lost_after_s: float | None,
        fallback: str | None,
    ) -> None:
        self.name = name
        self.rate_hz = rate_hz
        self.fallback = fallback
        self._samples = samples
        self._speed = speed
        self._lost_after_s = lost_after_s
        self._closed = threading.Event()

    def blocks(self) -> Iterator[Block]:
        step = self.rate_hz // 50
        start = 0
        while not self._closed.wait(step / self.rate_hz / self._speed):
            if self._lost_after_s is not None and start >= self._lost_after_s * self.rate_hz:
                raise DeviceLost(
                    f"The microphone “{self.name}” went away; plug it in again, or choose another in Settings."
                )
            part = self._samples[start : start + step]
            samples = np.zeros(step, np.float32)
            samples[: len(part)] = part
            yield Block(samples=samples, captured_at=time.monotonic())
            start += step

    def close(self) -> None:
        self._closed.set()


class ScriptedPlayback:
    """Plays nothing, in ``duration_s``."""

    fallback: str | None = None

    def __init__(self, duration_s: float) -> None:
        self._started = time.monotonic()
        self._duration_s = duration_s
        self._stopped = threading.Event()
        self._ended_at: float | None = None

    @property
    def position_s(self) -> float:
        return min(self._duration_s, (self._ended_at or time.monotonic()) - self._started)

    @property
    def last_audible_at(self) -> float | None:
        self.wait(0)
        return self._ended_at

    def wait(self, timeout_s: float | None = None) -> bool:
        left = max(0.0, self._started + self._duration_s - time.monotonic())
        if self._ended_at is None and (
            self._stopped.wait(left if timeout_s is None else min(left, timeout_s))
            or time.monotonic() >= self._started + self._duration_s
        ):
            self._ended_at = time.monotonic()
        return self._ended_at is not None

    def stop(self) -> None:
        self._stopped.set()


@dataclass
class ScriptedSound:
    """A microphone that hears ``reply``, and a loudspeaker that nobody hears.

    Attributes:
        reply: what the microphone hears, at 16 kHz. prompt_s: how long any playback takes (None: as long as it is).
        speed: how much faster than real time the microphone runs.
        microphone: its name; None for a machine without one. played: what was handed to ``play``.
    """

    reply: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    prompt_s: float | None = 0.02
    speed: float = 50.0
    microphone: str | None = "Scripted microphone"
    lost_after_s: float | None = None
    played: list[Samples] = field(default_factory=list)

    def devices(self) -> tuple[Device, ...]:
        speaker = Device(name="Scripted speaker", kind="output", rate_hz=48_000, channels=2, is_default=True)
        if self.microphone is None:
            return (speaker,)
        return (
            Device(name=self.microphone, kind="input", rate_hz=SAMPLE_RATE, channels=1, is_default=True),
            speaker,
        )

    def open_microphone(self, name: str | None = None) -> ScriptedMicrophone:
        if self.microphone is None:
            raise NoDevice("No microphone was found; plug one in, then press R.")
        fallback = None
        if name not in (None, self.microphone):
            fallback = f"The microphone “{name}” is not there; using “{self.microphone}” instead."
        return ScriptedMicrophone(
            self.microphone,
            SAMPLE_RATE,
            self.reply,
            speed=self.speed,
            lost_after_s=self.lost_after_s,
            fallback=fallback,
        )

    def play(self, samples: Samples, rate_hz: int, name: str | None = None) -> ScriptedPlayback:  # noqa: ARG002
        self.played.append(samples)
        return ScriptedPlayback(len(samples) / rate_hz if self.prompt_s is None else self.prompt_s)


class ScriptedActivityStream:
    """Speech wherever a frame is loud enough."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)

    def push(self, samples: Samples) -> Samples:
        joined = np.concatenate([self._rest, samples])
        whole = len(joined) // FRAME * FRAME
        self._rest = joined[whole:]
        return _speech(joined[:whole].reshape(-1, FRAME))

    def finish(self) -> Samples:
        if not len(self._rest):
            return np.zeros(0, np.float32)
        last = np.zeros(FRAME, np.float32)
        last[: len(self._rest)] = self._rest
        self._rest = np.zeros(0, np.float32)
        return _speech(last.reshape(1, FRAME))


def _speech(frames: Samples) -> Samples:
    return np.asarray(np.sqrt(np.mean(np.square(frames), axis=1)) >= SPEECH_RMS, np.float32)


class ScriptedVoiceActivity:
    FRAME_S = FRAME / SAMPLE_RATE

    def stream(self) -> ScriptedActivityStream:
        return ScriptedActivityStream()

    def warm(self) -> None:
        pass


class ScriptedTranscriptStream:
    """Spreads the script's words over the speech that was heard; says nothing where nothing was heard."""

    def __init__(self, text: str, language: str) -> None:
        self._text = text
        self._language = language
        self._speech: list[Samples] = []

    def push(self, samples: Samples, speech: Samples) -> None:  # noqa: ARG002
        self._speech.append(speech)

    def end(self) -> None:
        pass

    def finish(self) -> Transcript:
        speech = np.concatenate(self._speech) if self._speech else np.zeros(0, np.float32)
        frames = np.flatnonzero(speech >= SPEECH_RMS)
        words = untimed(self._text).words
        if not frames.size or not words:
            return Transcript(language=self._language)
        frame_s = ScriptedVoiceActivity.FRAME_S
        start_s = float(frames[0]) * frame_s
        each_s = (float(frames[-1] + 1) * frame_s - start_s) / len(words)
        return Transcript(
            words=tuple(
                Word(text=word.text, start_s=start_s + i * each_s, end_s=start_s + (i + 1) * each_s, probability=0.95)
                for i, word in enumerate(words)
            ),
            language=self._language,
        )

    def cancel(self) -> None:
        pass


@dataclass
class ScriptedTranscriber:
    """Hears ``text`` in any speech."""

    text: str = "It sounds like you felt hurt when nobody waited. What was that like?"
    language: str = "en"
    model_name: str = "scripted"

    def stream(self) -> ScriptedTranscriptStream:
        return ScriptedTranscriptStream(self.text, self.language)

    def warm(self) -> None:
        pass


class ScriptedPitchStream:
    """A steady F0 of ``f0_hz`` wherever there is sound."""

    HOP = 256

    def __init__(self, f0_hz: float) -> None:
        self._f0_hz = f0_hz
        self._kept: list[Samples] = []

    def push(self, samples: Samples) -> None:
        self._kept.append(samples)

    def finish(self) -> PitchContour:
        samples = np.concatenate(self._kept) if self._kept else np.zeros(0, np.float32)
        frames = samples[: len(samples) // self.HOP * self.HOP].reshape(-1, self.HOP)
        voiced = np.sqrt(np.mean(np.square(frames), axis=1)) >= SPEECH_RMS
        return PitchContour(
            times_s=(np.arange(len(frames)) + 0.5) * self.HOP / SAMPLE_RATE,
            f0_hz=np.full(len(frames), self._f0_hz),
            confidence=voiced.astype(np.float64),
            voiced=voiced,
        )


@dataclass
class ScriptedPitch:
    f0_hz: float = 180.0

    def stream(self) -> ScriptedPitchStream:
        return ScriptedPitchStream(self.f0_hz)

    def warm(self) -> None:
        pass


NEUTRAL = Span(
    behavior={name: 1.0 if name == "other" else 0.0 for name in BEHAVIORS},
    moves={},
    mechanisms=dict.fromkeys(MECHANISMS, 0.0),
)


def span(
    behavior: Behavior = "other",
    moves: dict[Move, float] | None = None,
    *,
    emotional_reaction: float = 0.0,
    interpretation: float = 0.0,
    exploration: float = 0.0,
) -> Span:
    """A span that says just this, with certainty."""
    return Span(
        behavior={name: 1.0 if name == behavior else 0.0 for name in BEHAVIORS},
        moves=moves or {},
        mechanisms={
            "emotional_reaction": emotional_reaction,
            "interpretation": interpretation,
            "exploration": exploration,
        },
    )


@dataclass
class ScriptedListener:
    """Reads each sentence as its script says; ``reply`` is the reading of the whole."""

    reply: Span = NEUTRAL
    sentences: dict[str, Span] = field(default_factory=dict)
    not_taught: dict[Move, str] = field(default_factory=dict)
    model_version: str = "scripted"

    def listen(self, prompt: str, sentences: Sequence[str]) -> Reading:  # noqa: ARG002
        return Reading(
            reply=self.reply,
            sentences=tuple(self.sentences.get(sentence, NEUTRAL) for sentence in sentences),
            not_taught=self.not_taught,
            model_version=self.model_version,
        )

    def listen_many(self, items: Sequence[tuple[str, Sequence[str]]]) -> list[Reading]:
        return [self.listen(prompt, sentences) for prompt, sentences in items]

    def warm(self) -> None:
        pass
