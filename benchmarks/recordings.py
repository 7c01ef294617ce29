"""The recordings that figures are measured on, and the voice measures of a sound."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from voice_trainer.engines.pitch import SwiftPitch
from voice_trainer.engines.vad import SileroVoiceActivity
from voice_trainer.speech import SAMPLE_RATE, prosody
from voice_trainer.speech.transcript import Transcript

Samples = NDArray[np.float32]
PITCH = SwiftPitch()
VOICE_ACTIVITY = SileroVoiceActivity()
SPEECH_IN_PITCH = ("arctic_a0007.wav", "the_north_wind_and_the_sun.wav")


@cache
def load(path: Path) -> tuple[Samples, float | None]:
    """Samples at 16 kHz and the share that is clipped."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    meter = prosody.Meter(rate)
    meter.push(sound)
    return np.asarray(soxr.resample(sound.mean(axis=1), rate, SAMPLE_RATE), np.float32), meter.clipping_ratio


def hear(samples: Samples, clipping_ratio: float | None = 0.0, transcript: Transcript | None = None) -> prosody.Spoken:
    stream = VOICE_ACTIVITY.stream()
    speech = np.concatenate([stream.push(samples), stream.finish()])
    return prosody.Spoken(
        samples=samples,
        contour=PITCH.track(samples),
        speech=speech,
        transcript=transcript,
        clipping_ratio=clipping_ratio,
        response_latency_s=None,
        latency_reason="a file",
        interruption_s=None,
        interruption_reason="a file",
    )


@cache
def heard(path: Path) -> prosody.Spoken:
    return hear(*load(path))


class Marked(NamedTuple):
    """A sentence of EMO-DB, marked by hand. ``whole``: all that was marked lies inside the file."""

    path: Path
    start_s: float
    end_s: float
    syll_per_s: float
    has_pause: bool
    whole: bool


@cache
def emodb(data: Path) -> tuple[Marked, ...]:
    folder = data / "audio" / "emodb"
    found = []
    for row in csv.DictReader((folder / "syllables.tsv").open(encoding="utf-8"), delimiter="\t"):
        path = folder / row["file"]
        length_s = soundfile.info(path).duration
        end_s = float(row["end_s"])
        found.append(
            Marked(
                path,
                float(row["start_s"]),
                end_s,
                float(row["syll_per_s"]),
                row["pause_marks"] != "0",
                end_s <= length_s,
            )
        )
    return tuple(found)


def ravdess(data: Path, *emotions: str) -> list[Path]:
    """Of actors 1–8; emotions by their numbers (01 neutral, 02 calm, 05 angry, 07 disgust), all where none is given."""
    files = sorted((data / "audio" / "ravdess").glob("*.flac"))
    return [path for path in files if not emotions or path.name[6:8] in emotions]


def mfa_marked(data: Path) -> list[Path]:
    return [path for path in sorted((data / "audio" / "mfa").glob("*.flac")) if path.with_suffix(".TextGrid").is_file()]


def noisy(samples: Samples, snr_db: float, seed: int = 0) -> Samples:
    """With white noise that is ``snr_db`` under the whole sound's power."""
    hiss = np.random.default_rng(seed).normal(size=len(samples))
    hiss *= np.sqrt(np.mean(np.square(samples, dtype=np.float64))) * 10 ** (-snr_db / 20)
    return np.asarray(samples + hiss, np.float32)
