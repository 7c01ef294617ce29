"""Whether the words are the same as when the finished sound is transcribed whole, and that silence says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jiwer
import numpy as np

from voice_trainer.engines import models
from voice_trainer.engines.vad import SileroVoiceActivity
from voice_trainer.engines.whisper import WhisperTranscriber
from voice_trainer.speech import SAMPLE_RATE

from .recordings import VOICE_ACTIVITY
from .spoken import Clip, Sound, clips, minutes_of, plain, rendered
from .table import Row

MINUTES = 60.0
"""Of rendered prompts and replies, evenly drawn."""
MOST_POINTS = 0.5
Transcribe = Callable[[Sound], str]


def incremental(whisper: WhisperTranscriber, activity: SileroVoiceActivity) -> Transcribe:
    """Through a stream, as while somebody speaks."""

    def transcribe(sound: Sound) -> str:
        stream, voice = whisper.stream(), activity.stream()
        stream.push(sound, voice.push(sound))
        stream.push(sound[:0], voice.finish())
        return stream.finish().text

    return transcribe


def whole(folder: Path) -> Transcribe:
    """faster-whisper's own transcribe() over the finished sound, beam 5."""
    from faster_whisper import WhisperModel

    model: Any = WhisperModel(str(models.ready(folder)), device="cpu", compute_type="int8", cpu_threads=1)

    def transcribe(sound: Sound) -> str:
        segments, _ = model.transcribe(sound, language="en", beam_size=5, word_timestamps=True)
        return " ".join(segment.text.strip() for segment in segments)

    return transcribe


def same_words(data: Path, whisper: WhisperTranscriber, folder: Path, minutes: float) -> Iterator[Row]:
    """Word error rates of both on the same sounds."""
    chosen = [*clips(data), *minutes_of(rendered(), minutes)]
    reference = whole(folder)
    stream = incremental(whisper, VOICE_ACTIVITY)
    for kind in dict.fromkeys(clip.kind for clip in chosen):
        here = [clip for clip in chosen if clip.kind == kind]
        theirs = _errors(here, reference)
        seconds = sum(len(clip.sound()) for clip in here) / SAMPLE_RATE
        ours = _errors(here, stream)
        yield Row(
            figure=f"word errors, {kind}",
            reference=f"transcribe() over the whole file, beam 5: {theirs:.1f} %; {len(here)} clips, {seconds:.0f} s",
            reach=f"at most {MOST_POINTS} points more",
            got=f"{ours:.1f} % ({ours - theirs:+.1f})",
            met=ours - theirs <= MOST_POINTS,
        )


def _errors(chosen: list[Clip], transcribe: Transcribe) -> float:
    """Per cent."""
    return 100 * float(
        jiwer.wer([plain(clip.words) for clip in chosen], [plain(transcribe(c.sound())) for c in chosen])
    )


def nothing_said(whisper: WhisperTranscriber) -> Row:
    """Silence, noises, breath and tones in which nobody speaks."""
    rng = np.random.default_rng(7)
    time_s = np.arange(8 * SAMPLE_RATE) / SAMPLE_RATE
    swell = np.clip(np.sin(2 * np.pi * 0.25 * time_s), 0, 1) ** 2
    pink = np.cumsum(rng.normal(size=len(time_s)))
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 277.2, 329.6, 440.0))
    sounds = {
        "silence": np.zeros(len(time_s)),
        "room": 0.001 * rng.normal(size=len(time_s)),
        "noise": 0.1 * rng.normal(size=len(time_s)),
        "rumble": 0.1 * (pink - pink.mean()) / np.abs(pink - pink.mean()).max(),
        "breath": 0.05 * swell * rng.normal(size=len(time_s)),
        "chord": 0.05 * chord,
        "organ": 0.05 * chord * (0.5 + 0.5 * np.sin(2 * np.pi * 2 * time_s)),
    }
    transcribe = incremental(whisper, VOICE_ACTIVITY)
    said = [f"{name}: “{text}”" for name, s in sounds.items() if (text := transcribe(s.astype(np.float32)))]
    return Row(
        figure="words invented where nobody speaks",
        reference=f"{', '.join(sounds)}: 8 s each, made by formula",
        reach="none",
        got="; ".join(said) or "none",
        met=not said,
    )
