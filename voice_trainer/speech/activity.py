"""When the trainee speaks: voice activity and voicing say that it is speech, the level says where it begins and ends.

None is enough alone. Silero's probability (of the levelled sound, see ``engines.vad``) drops out on shouting, and
reaches up to 0.2 s past the words; voicing misses consonants; the level takes any noise for speech. So speech is looked
for where either of the first two is, and is there where the level says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from . import frames
from .frames import HOP_S, Bools, Floats

SPEECH_BEGINS = 0.5
SPEECH_HOLDS = 0.35
"""Voice activity begins above the one and holds above the other (Silero's own 0.5 and 0.15 below it)."""
REACH_S = 0.06
"""Speech reaches this far past what voice activity found: final consonants."""
VOICE_REACH_S = 0.15
"""And this far past a clear voice, which ends before the consonants around it."""
CLEAR_VOICE_DB = 15.0
"""A clear voice is no further than this below the middle level (median) of what may be speech,"""
CLEAR_ABOVE_NOISE_DB = 9.0
"""and this far above the quietest tenth of the recording."""
VOICE_IS_SPEECH = 0.08
"""A voice without found speech is speech only if voice activity doubts it less than a tone or a hum: its mean there."""
BELOW_MIDDLE_DB = 27.0
"""Speech is at most this far below its own middle level. Not its peaks: a pop of the microphone is louder than they."""
ABOVE_NOISE_DB = 3.0
TRUSTED_DB = 4.0
"""And at least this far above the background, half-way to the middle at most; less by up to the second where voice
activity is sure, since in a noisy room an m or an f is no louder than the noise. Chosen on audio/mfa."""
LEVEL_SMOOTHED = np.array([0.25, 0.5, 0.25])
"""Over three frames, for that comparison: noise scatters by more than the margin."""
BLIP_S = 0.05
"""A shorter burst between silences is a click."""
BACKGROUND_AWAY_S = 0.1
BACKGROUND_LEAST_S = 0.15
"""Background is heard this far from speech, for at least this long."""
VOICED_AWAY_S = 0.15
VOICED_LEAST_S = 0.5
"""Whether the background has a pitch is heard this far from speech, over at least this long."""
QUIETEST_BACKGROUND_DBFS = -96.0
"""Digital silence counts as the noise of 16 bits."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Activity:
    """Attributes:
    speaking: (n,) frames of speech. threshold_dbfs: level that divides.
    background_dbfs: level of the background; None where there is none. snr_db: speech over it.
    background_voiced: share of the frames well away from speech that have a pitch, 0–1: music, a hum, somebody else;
        None with less than ``VOICED_LEAST_S`` of them.
    away: those frames' indices.
    """

    speaking: Bools
    threshold_dbfs: float
    background_dbfs: float | None
    snr_db: float | None
    background_voiced: float | None = None
    away: NDArray[np.int_] = field(default_factory=lambda: np.zeros(0, np.int_))

    @property
    def first_s(self) -> float | None:
        rows = np.flatnonzero(self.speaking)
        return float(rows[0]) * HOP_S if len(rows) else None

    @property
    def last_s(self) -> float | None:
        rows = np.flatnonzero(self.speaking)
        return float(rows[-1] + 1) * HOP_S if len(rows) else None


def find(level_dbfs: Floats, probability: Floats, voiced: Bools) -> Activity:
    """Divide frames into speech and silence.

    Args:
        level_dbfs, probability, voiced: (n,) on the frame grid.
    """
    held = hysteresis(probability)
    voice = _clear_voice(level_dbfs, probability, voiced, held)
    heard = held | voice
    background = _background(level_dbfs, heard)
    if not heard.any():
        nothing = np.zeros(len(heard), np.bool_)
        return Activity(speaking=nothing, threshold_dbfs=0.0, background_dbfs=background, snr_db=None)
    middle = float(np.median(level_dbfs[heard]))
    threshold = middle - BELOW_MIDDLE_DB
    loud_enough = level_dbfs > threshold
    if background is not None:
        above = min(background + ABOVE_NOISE_DB, 0.5 * (background + middle))
        threshold = max(threshold, above)
        smooth = np.convolve(np.pad(level_dbfs, 1, mode="edge"), LEVEL_SMOOTHED, mode="valid")
        loud_enough &= smooth > above - TRUSTED_DB * probability
    reached = frames.widened(held, round(REACH_S / HOP_S)) | frames.widened(voice, round(VOICE_REACH_S / HOP_S))
    # The window smears an edge by half its length; one frame a side gives most of it back.
    speaking = frames.narrowed(reached & loud_enough, 1)
    for start, end in list(frames.runs(speaking)):
        if (end - start) * HOP_S < BLIP_S:
            speaking[start:end] = False
    return Activity(
        speaking=speaking,
        threshold_dbfs=threshold,
        background_dbfs=background,
        snr_db=_snr(level_dbfs, speaking, background),
        background_voiced=_background_voiced(speaking | held, voiced),
        away=np.flatnonzero(~frames.widened(speaking | held, round(VOICED_AWAY_S / HOP_S))),
    )


def _background_voiced(heard: Bools, voiced: Bools) -> float | None:
    away = ~frames.widened(heard, round(VOICED_AWAY_S / HOP_S))
    away[:5] = away[-5:] = False
    return float(voiced[away].mean()) if away.sum() * HOP_S >= VOICED_LEAST_S else None


def _clear_voice(level_dbfs: Floats, probability: Floats, voiced: Bools, held: Bools) -> Bools:
    may_be = held | voiced
    if not may_be.any():
        return may_be
    middle = float(np.median(level_dbfs[may_be]))
    quiet = float(np.percentile(level_dbfs, 10))
    voice = voiced & (level_dbfs > middle - CLEAR_VOICE_DB) & (level_dbfs > quiet + CLEAR_ABOVE_NOISE_DB)
    if not voice.any() or float(probability[voice].mean()) < VOICE_IS_SPEECH:
        return np.zeros(len(voice), np.bool_)
    return voice


def hysteresis(probability: Floats) -> Bools:
    """Frames of runs above ``SPEECH_HOLDS`` that reach ``SPEECH_BEGINS``."""
    held = probability >= SPEECH_HOLDS
    for start, end in list(frames.runs(held)):
        if probability[start:end].max() < SPEECH_BEGINS:
            held[start:end] = False
    return held


def _background(level_dbfs: Floats, heard: Bools) -> float | None:
    away = ~frames.widened(heard, round(BACKGROUND_AWAY_S / HOP_S))
    # The edge frames reach past the recording and would be too soft.
    away[:2] = False
    away[-2:] = False
    # Silence that somebody put around a recording is no room: it would hide the noise under the words.
    room = away & (level_dbfs > QUIETEST_BACKGROUND_DBFS)
    away = room if room.sum() * HOP_S >= BACKGROUND_LEAST_S else away
    if away.sum() * HOP_S < BACKGROUND_LEAST_S:
        return None
    return max(float(np.median(level_dbfs[away])), QUIETEST_BACKGROUND_DBFS)


def _snr(level_dbfs: Floats, speaking: Bools, background: float | None) -> float | None:
    if background is None or not speaking.any():
        return None
    noise = 10.0 ** (background / 10.0)
    # What is measured while speaking is speech and noise together.
    speech = max(float(np.mean(10.0 ** (level_dbfs[speaking] / 10.0))) - noise, 0.01 * noise)
    return float(10.0 * np.log10(speech / noise))
