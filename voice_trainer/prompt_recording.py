"""Recording a prompt: heard as it comes in, then cut to its words, levelled, and written beside its exercise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .engines.base import PitchTracker, Samples, VoiceActivity
from .errors import AudioInvalid
from .practice_events import Level
from .scoring import Timing, VoiceInProgress, blocks
from .speech import activity, frames
from .speech.frames import Floats
from .speech.prompt_level import levelled, loudness_lufs, trimmed

LONGEST_PROMPT_S = 120.0
"""A turn is said in half a minute; a recording that was forgotten ends here."""
LEAST_SPEECH_S = 0.15
"""Even "no" is longer; less is a cough or a click."""
QUIET_ROOM_DB = 20.0
"""Speech that is less than this above the room is heard with the room in it."""
CLIPPED_SHARE = 0.0005
NOT_ASKED = "a prompt answers nobody"


@dataclass(frozen=True, kw_only=True, eq=False)
class Prompt:
    """A prompt that can be written.

    Attributes:
        samples: mono at 24 kHz, trimmed and levelled. loudness_lufs: None where it is too short to have one.
        remarks: what could be better, each with what to do; none where nothing is.
    """

    samples: Floats
    duration_s: float
    loudness_lufs: float | None
    remarks: tuple[str, ...]


class PromptInProgress:
    """A prompt that comes in, at ``rate_hz``."""

    def __init__(self, voice_activity: VoiceActivity, pitch: PitchTracker, rate_hz: int) -> None:
        self._voice = VoiceInProgress(voice_activity, pitch, rate_hz)
        self._rate_hz = rate_hz
        self._kept: list[Samples] = []

    def push(self, samples: Samples) -> Level:
        self._kept.append(samples)
        level, _, _ = self._voice.push(samples)
        return Level(level.rms_dbfs, level.peak_dbfs, level.clipping, self._voice.meter.duration_s)

    def finish(self) -> Prompt:
        """Cut to the words and level.

        Raises:
            AudioInvalid: nobody is heard to speak.
        """
        import soxr

        from .engines.prompt_file import RATE_HZ

        self._voice.end()
        heard = self._voice.spoken(Timing(latency_reason=NOT_ASKED, interruption_reason=NOT_ASKED))
        level = frames.levels(frames.rumble_removed(heard.samples))
        voiced = frames.onto_grid(heard.contour.times_s, heard.contour.voiced, len(level))
        found = activity.find(level, frames.of_voice_activity(heard.speech, len(level)), voiced)
        first_s, last_s = found.first_s, found.last_s
        if first_s is None or last_s is None or found.speaking.sum() * frames.HOP_S < LEAST_SPEECH_S:
            raise AudioInvalid("Nobody is heard to speak there; come nearer to the microphone and record it again.")
        whole = np.concatenate(self._kept).astype(np.float64)
        words = np.asarray(soxr.resample(trimmed(whole, self._rate_hz, first_s, last_s), self._rate_hz, RATE_HZ))
        samples = levelled(words, RATE_HZ)
        return Prompt(
            samples=samples,
            duration_s=len(samples) / RATE_HZ,
            loudness_lufs=loudness_lufs(samples, RATE_HZ),
            remarks=_remarks(found.snr_db, heard.clipping_ratio),
        )


def prompt_from(voice_activity: VoiceActivity, pitch: PitchTracker, samples: Samples, rate_hz: int) -> Prompt:
    """A prompt recorded elsewhere: mono float32 (n,), finite. Raises AudioInvalid as ``PromptInProgress.finish``."""
    if len(samples) > LONGEST_PROMPT_S * rate_hz:
        raise AudioInvalid(
            f"It is {len(samples) / rate_hz:.0f} s long, and one turn may last {LONGEST_PROMPT_S:g} s; "
            "cut it down to the turn."
        )
    coming = PromptInProgress(voice_activity, pitch, rate_hz)
    for block in blocks(samples, rate_hz):
        coming.push(block)
    return coming.finish()


def keep(prompt: Prompt, path: Path) -> None:
    """Write it to ``path``, in the place of what was there. Raises StoreUnwritable, DiskFull."""
    from .engines.prompt_file import write_prompt

    write_prompt(path, prompt.samples)


def _remarks(snr_db: float | None, clipping_ratio: float | None) -> tuple[str, ...]:
    said = []
    if clipping_ratio is not None and clipping_ratio > CLIPPED_SHARE:
        said.append("It was too loud for the microphone in places; move back a little, or turn its level down.")
    if snr_db is not None and snr_db < QUIET_ROOM_DB:
        said.append(
            f"The room is heard in it (the voice is {snr_db:.0f} dB above it, {QUIET_ROOM_DB:g} would be clear); "
            "a quieter room, or a microphone nearer to you, will help."
        )
    return tuple(said)
