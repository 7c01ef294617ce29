"""Reading a passage aloud, so that replies can be compared with one's own everyday voice.

``ReadingRun.events`` is an iterator of frozen events, like a turn's: a worker runs it, and it is steered from any
thread. Only the measures are kept; the sound is let go once they are taken.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from .attempt import Transcript, VoiceMeasures
from .engines.base import Microphone, Samples, TranscriptStream
from .errors import VoiceTrainerError
from .practice import Practice
from .practice_events import Cancelled, Failed, Level, MicrophoneOpened, RecordingStopped
from .scoring import Timing, VoiceInProgress, blocks
from .speech.baseline import Baseline, Standing, standing
from .speech.prosody import measure
from .speech.reading import PASSAGE, faults

LONGEST_READING_S = 180.0
"""A reading that was forgotten ends here."""
METER_PERIOD_S = 0.05
NOT_ASKED = "there was no prompt to answer"


@dataclass(frozen=True)
class Read:
    """The reading is over.

    Attributes:
        baseline: stored; None where the reading can't stand for an everyday voice.
        faults: why it can't, each with what to do; none where it can.
    """

    measures: VoiceMeasures
    transcript: Transcript
    baseline: Baseline | None
    faults: tuple[str, ...] = ()


Event = MicrophoneOpened | Level | RecordingStopped | Read | Cancelled | Failed


def how_it_stands(practice: Practice, device: str | None = None) -> Standing:
    """Whether the person who practises has an everyday voice on ``device``. Raises StoreError.

    Args:
        device: a microphone's name; None for the one chosen in Settings, or the system's own. "" for files.
    """
    name = input_device(practice) if device is None else device
    return standing(practice.store.baselines(practice.preferences.person), name, datetime.now(UTC))


def input_device(practice: Practice) -> str:
    """Name of the microphone that would be opened now; "" where there is none. Raises PortAudioMissing."""
    microphones = [device for device in practice.devices() if device.kind == "input"]
    wanted = practice.preferences.input_device
    chosen = next((one for one in microphones if one.name == wanted), None)
    chosen = chosen or next((one for one in microphones if one.is_default), None)
    return chosen.name if chosen is not None else ""


class Reading:
    """A reading that comes in: measured as it comes, with its words, so that rates compare with those of replies."""

    def __init__(self, practice: Practice, rate_hz: int, device: str) -> None:
        self._practice = practice
        self._device = device
        self._voice = VoiceInProgress(practice.engines.voice_activity, practice.engines.pitch, rate_hz)
        self._words: TranscriptStream = practice.engines.transcriber.stream()

    def push(self, samples: Samples) -> Level:
        level, resampled, speech = self._voice.push(samples)
        self._words.push(resampled, speech)
        return Level(level.rms_dbfs, level.peak_dbfs, level.clipping, self._voice.meter.duration_s)

    def cancel(self) -> None:
        self._words.cancel()

    def finish(self) -> Read:
        """Measure, check, and store what passes. Raises ModelMissing, ModelCorrupt, StoreError."""
        resampled, speech = self._voice.end()
        self._words.push(resampled, speech)
        transcript = self._words.finish()
        timing = Timing(latency_reason=NOT_ASKED, interruption_reason=NOT_ASKED)
        measures, _ = measure(self._voice.spoken(timing, transcript))
        found = faults(measures, transcript)
        if found:
            return Read(measures, transcript, None, found)
        baseline = Baseline(
            person=self._practice.preferences.person,
            device=self._device,
            recorded_at=datetime.now(UTC),
            measures=measures,
        )
        self._practice.store.save_baseline(baseline)
        return Read(measures, transcript, baseline)


def read_file(practice: Practice, samples: Samples, rate_hz: int, device: str) -> Read:
    """A reading recorded elsewhere: mono float32 (n,), finite. Raises ModelMissing, ModelCorrupt, StoreError."""
    reading = Reading(practice, rate_hz, device)
    try:
        for block in blocks(samples, rate_hz):
            reading.push(block)
        return reading.finish()
    except BaseException:
        reading.cancel()
        raise


class ReadingRun:
    """One reading into the microphone. Iterate ``events`` in one thread; ``stop`` and ``cancel`` from any other."""

    passage = PASSAGE

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._stop_at = math.inf
        self._cancelled = threading.Event()

    def stop(self) -> None:
        """Keep what the microphone heard until now, and measure it."""
        self._stop_at = time.monotonic()

    def cancel(self) -> None:
        """End it; nothing is kept."""
        self._cancelled.set()

    def events(self) -> Iterator[Event]:
        """All that happens, in order, until Read, Cancelled or Failed."""
        microphone: Microphone | None = None
        reading: Reading | None = None
        try:
            microphone = self._practice.sound.open_microphone(self._practice.preferences.input_device)
            yield MicrophoneOpened(microphone.name, microphone.fallback)
            reading = Reading(self._practice, microphone.rate_hz, microphone.name)
            yield from self._hear(microphone, reading)
            if self._cancelled.is_set():
                yield Cancelled()
                return
            microphone.close()
            result = reading.finish()
            reading = None
            yield Cancelled() if self._cancelled.is_set() else result
        except VoiceTrainerError as error:
            yield Failed(str(error))
        finally:
            if microphone is not None:
                microphone.close()
            if reading is not None:
                reading.cancel()

    def _hear(self, microphone: Microphone, reading: Reading) -> Iterator[Event]:
        next_level, heard_s = -math.inf, 0.0
        for block in microphone.blocks():
            if self._cancelled.is_set():
                return
            level = reading.push(block.samples)
            heard_s = level.elapsed_s or 0.0
            until = block.captured_at + len(block.samples) / microphone.rate_hz
            if until >= self._stop_at or heard_s >= LONGEST_READING_S:
                break
            if time.monotonic() >= next_level:
                next_level = time.monotonic() + METER_PERIOD_S
                yield level
        yield RecordingStopped(heard_s)
