"""Other ways to the same answer: hearing everything again every second until two hearings agree, and Praat's measures.

The first is local agreement (Macháček, Dabre and Bojar, "Turning Whisper into Real-Time Transcription System",
IJCNLP-AACL 2023), as its whisper_streaming has it: every second, or as soon as the last hearing is done, the buffer is
transcribed with beam 5; words in which two hearings in a row agree are kept, in sentences at most 200 characters of
which the next hearing gets as prompt; a buffer of over 15 s is cut at the last segment that lies behind what is kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jiwer
import numpy as np

from voice_trainer.engines import models
from voice_trainer.engines.whisper import WhisperTranscriber
from voice_trainer.scoring import Engines
from voice_trainer.speech import SAMPLE_RATE

from .feedback import spoken_to
from .recordings import VOICE_ACTIVITY
from .robust import measured
from .spoken import Clip, Sound, clips, minutes_of, plain, rendered, replies
from .table import Row
from .words import Transcribe, incremental

HEAR_EVERY_S = 1.0
TRIM_AFTER_S = 15.0
PROMPT_CHARACTERS = 200
RENDERED_MINUTES = 3.0


@dataclass
class _Heard:
    """(start, end, word) in seconds of the whole sound."""

    kept: list[tuple[float, float, str]] = field(default_factory=list)
    before: list[tuple[float, float, str]] = field(default_factory=list)

    def hear(self, words: list[tuple[float, float, str]]) -> None:
        """Keep the words in which this hearing and the last agree."""
        until = self.kept[-1][1] if self.kept else 0.0
        fresh = [word for word in words if word[0] > until - 0.1]
        fresh = fresh[self._said_already(fresh) :]
        agreed = 0
        while agreed < min(len(fresh), len(self.before)) and fresh[agreed][2] == self.before[agreed][2]:
            agreed += 1
        self.kept += fresh[:agreed]
        self.before = fresh[agreed:]

    def _said_already(self, fresh: list[tuple[float, float, str]]) -> int:
        """Up to five words at the seam that are kept already."""
        if not fresh or not self.kept or abs(fresh[0][0] - self.kept[-1][1]) >= 1:
            return 0
        for count in range(1, min(5, len(fresh), len(self.kept)) + 1):
            if [word for _, _, word in self.kept[-count:]] == [word for _, _, word in fresh[:count]]:
                return count
        return 0


class LocalAgreement:
    """whisper_streaming's policy over a loaded faster-whisper model."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def transcribe(self, sound: Sound) -> tuple[str, float, float]:
        """Feed at the pace of speech, by a clock that runs on while it computes.

        Returns:
            The words, seconds from the last sample to all of them, and seconds of computing.
        """
        now_s, spent_s, offset_s = 0.0, 0.0, 0.0
        length_s = len(sound) / SAMPLE_RATE
        heard, taken_s = _Heard(), 0.0
        while taken_s < length_s:
            now_s = min(max(now_s, taken_s + HEAR_EVERY_S), max(length_s, now_s))
            taken_s = min(now_s, length_s)
            began = time.perf_counter()
            offset_s = self._hear(heard, sound, offset_s, taken_s)
            took_s = time.perf_counter() - began
            now_s += took_s
            spent_s += took_s
        words = heard.kept + heard.before
        return "".join(word for _, _, word in words), now_s - length_s, spent_s

    def _hear(self, heard: _Heard, sound: Sound, offset_s: float, until_s: float) -> float:
        """One hearing; returns where the buffer begins after it."""
        said = "".join(word for _, end_s, word in heard.kept if end_s <= offset_s)[-PROMPT_CHARACTERS:]
        buffer = sound[round(offset_s * SAMPLE_RATE) : round(until_s * SAMPLE_RATE)]
        segments = list(
            self._model.transcribe(
                buffer, language="en", beam_size=5, word_timestamps=True, initial_prompt=said or None
            )[0]
        )
        heard.hear([(offset_s + w.start, offset_s + w.end, w.word) for s in segments for w in s.words or ()])
        if until_s - offset_s > TRIM_AFTER_S and heard.kept:
            ends = [offset_s + s.end for s in segments[:-1] if offset_s + s.end <= heard.kept[-1][1]]
            return ends[-1] if ends else offset_s
        return offset_s


def local_agreement(data: Path, engines: Engines, folder: Path) -> Iterator[Row]:
    """How soon, how dear and how right, against this pipeline on the same sounds."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(models.ready(folder)), device="cpu", compute_type="int8", cpu_threads=1)
    theirs = LocalAgreement(model)
    yield from _soon(theirs, engines)
    assert isinstance(engines.transcriber, WhisperTranscriber)
    yield from _right(theirs, incremental(engines.transcriber, VOICE_ACTIVITY), data)


def _soon(theirs: LocalAgreement, engines: Engines) -> Iterator[Row]:
    for length_s in (5, 15, 30):
        sounds = list(replies(length_s, 3, VOICE_ACTIVITY))
        policy = [theirs.transcribe(sound) for sound in sounds]
        own = [spoken_to(engines, sound) for sound in sounds]
        seconds = sum(len(sound) for sound in sounds) / SAMPLE_RATE
        other_s = float(np.median([wait for _, wait, _ in policy]))
        other_cpu = sum(cost for _, _, cost in policy) / seconds
        own_s = float(np.median([wait for wait, _, _ in own]))
        own_cpu = sum(cost for _, cost, _ in own) / seconds
        yield Row(
            figure=f"all words after the last sample, reply of {length_s} s, one thread",
            reference=f"whisper_streaming's policy: {other_s:.2f} s, {other_cpu:.2f} s of computing a second",
            reach="shown",
            got=f"{own_s:.2f} s with the whole answer, {own_cpu:.2f} CPU-s a second: {other_s / own_s:.1f} × as soon",
            met=None,
        )


def _right(theirs: LocalAgreement, stream: Transcribe, data: Path) -> Iterator[Row]:
    for kind, chosen in _kinds(data).items():
        truth = [plain(clip.words) for clip in chosen]
        other = 100 * float(jiwer.wer(truth, [plain(theirs.transcribe(clip.sound())[0]) for clip in chosen]))
        mine = 100 * float(jiwer.wer(truth, [plain(stream(clip.sound())) for clip in chosen]))
        yield Row(
            figure=f"word errors as they come, {kind}",
            reference=f"whisper_streaming's policy: {other:.1f} %, {len(chosen)} clips",
            reach="shown",
            got=f"{mine:.1f} % ({mine - other:+.1f})",
            met=None,
        )


def _kinds(data: Path) -> dict[str, list[Clip]]:
    chosen = [*clips(data), *minutes_of(rendered(), RENDERED_MINUTES)]
    return {kind: [clip for clip in chosen if clip.kind == kind] for kind in dict.fromkeys(c.kind for c in chosen)}


def praat(data: Path) -> Iterator[Row]:
    """Praat's pitch, level and voice report of the same recordings: what they take, and what they say."""
    import parselmouth
    from parselmouth.praat import call

    theirs_s = ours_s = seconds = 0.0
    cents, levels = [], []
    for clip in clips(data):
        sound = clip.sound()
        seconds += len(sound) / SAMPLE_RATE
        began = time.perf_counter()
        praat_sound = parselmouth.Sound(sound.astype(np.float64), SAMPLE_RATE)
        track = praat_sound.to_pitch_ac(time_step=0.01, pitch_floor=65, pitch_ceiling=500)
        intensity = praat_sound.to_intensity(minimum_pitch=65, time_step=0.01)
        pulses = call([praat_sound, track], "To PointProcess (cc)")
        call(pulses, "Get jitter (local)", 0, 0, 0.0001, 0.02, 1.3)
        call([praat_sound, pulses], "Get shimmer (local)", 0, 0, 0.0001, 0.02, 1.3, 1.6)
        call(praat_sound.to_harmonicity_cc(time_step=0.01, minimum_pitch=65), "Get mean", 0, 0)
        theirs_s += time.perf_counter() - began
        began = time.perf_counter()
        own = measured(sound, SAMPLE_RATE)
        ours_s += time.perf_counter() - began
        hz = track.selected_array["frequency"]
        if own.f0_median_hz and np.any(hz > 0):
            cents.append(1200 * float(np.log2(own.f0_median_hz / np.median(hz[hz > 0]))))
        if own.loudness_mean_dbfs is not None:
            # Praat's decibels are over 20 µPa for samples in pascal: full scale is 93.98 dB.
            loud = intensity.values[intensity.values > intensity.values.max() - 25]
            levels.append(own.loudness_mean_dbfs - float(loud.mean()) + 93.98)
    yield Row(
        figure="voice measures of the recorded clips, one thread",
        reference=f"Praat's pitch, level, jitter, shimmer and harmonicity: {theirs_s / seconds:.4f} of real time",
        reach="shown",
        got=f"{ours_s / seconds:.4f} of real time; median F0 {np.median(np.abs(cents)):.0f} cents from Praat's "
        f"(largest {np.max(np.abs(cents)):.0f}), level {np.median(levels):+.1f} dB; {len(cents)} clips",
        met=None,
    )
