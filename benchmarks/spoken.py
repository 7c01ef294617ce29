"""Sounds whose words are known: recorded clips that are given, and the rendered prompts and replies of exercises/."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from voice_trainer.engines.audio_file import read_audio
from voice_trainer.engines.resample import resample
from voice_trainer.engines.vad import SileroVoiceActivity
from voice_trainer.speech import SAMPLE_RATE

EXERCISES = Path(__file__).resolve().parent.parent / "exercises"
Sound = NDArray[np.float32]


@dataclass(frozen=True)
class Clip:
    kind: str
    file: Path
    words: str

    def sound(self) -> Sound:
        """Mono at 16 kHz, shape (n,)."""
        audio = read_audio(self.file)
        return resample(audio.samples, audio.rate_hz)


def clips(data: Path) -> list[Clip]:
    """Recorded: read ones (audio/asr) and spontaneous ones (audio/mfa)."""
    found = []
    for line in (data / "audio/asr/transcripts.tsv").read_text().splitlines()[1:]:
        name, text = line.split("\t")
        found.append(Clip("recorded, read", data / "audio/asr" / name, text))
    for text_file in sorted((data / "audio/mfa").glob("*.lab")):
        found.append(Clip("recorded, spontaneous", text_file.with_suffix(".flac"), text_file.read_text()))
    return found


def rendered(*, prompts: bool = True) -> list[Clip]:
    """Every prompt and model reply; without ``prompts`` the replies alone, all in one voice."""
    found = []
    for file in sorted(EXERCISES.glob("*.yaml")):
        for turn in YAML(typ="safe").load(file)["turns"]:
            for spoken in ((turn,) if prompts else ()) + tuple(turn.get("model_replies", [])):
                path = EXERCISES / (spoken.get("audio") or "none")
                if path.is_file():
                    found.append(Clip("rendered", path, " ".join(spoken["text"].split())))
    return found


def minutes_of(clips: list[Clip], minutes: float) -> list[Clip]:
    """Evenly drawn from ``clips``, so many minutes together."""
    seconds = [len(clip.sound()) / SAMPLE_RATE for clip in clips]
    every = max(1.0, sum(seconds) / (60 * minutes))
    return [clips[int(place)] for place in np.arange(0, len(clips), every)]


@cache
def _normalizer() -> Callable[[str], str]:
    from whisper_normalizer.english import EnglishTextNormalizer

    normalize: Callable[[str], str] = EnglishTextNormalizer()
    return normalize


def plain(text: str) -> str:
    """As words are compared: Whisper's own English normalizer (Radford et al. 2022, appendix C).

    "100" is "a hundred", "gonna" is "going to", and fillers don't count: how a word is written is no error.
    """
    return _normalizer()(text)


def replies(length_s: float, count: int, activity: SileroVoiceActivity) -> Iterator[Sound]:
    """Replies of about ``length_s`` seconds in one voice, each ending where speech does."""
    waiting = iter(rendered(prompts=False)[::3])
    for _ in range(count):
        joined = np.zeros(0, np.float32)
        while len(joined) < (length_s + 1) * SAMPLE_RATE:
            joined = np.concatenate([joined, next(waiting).sound()])
        speech = activity.stream().push(joined) >= 0.5
        ends = np.flatnonzero(speech[:-1] & ~speech[1:]) + 1
        nearest = ends[np.argmin(np.abs(ends * activity.FRAME_S - length_s))]
        yield joined[: round(nearest * activity.FRAME_S * SAMPLE_RATE)]
