"""Listening by measure: can the clips be understood, and can speakers and moods be told apart?"""

from __future__ import annotations

import re
from pathlib import Path

import jiwer
import numpy as np
import numpy.typing as npt
import soxr
import syllapy
from faster_whisper import WhisperModel
from swift_f0 import SwiftF0

from training.voices import opus
from training.voices.clips import Clip
from training.voices.settings import SAMPLE_RATE, Mood, VoiceSettings
from voice_trainer.speech.prompt_level import loudness_lufs

LARGEST_WORD_ERROR_RATE, LARGEST_OF_ONE_CLIP = 0.08, 0.25

Samples = npt.NDArray[np.float64]

_HEARING_RATE = 16_000
_PROBE = "You said that you would be here at seven. I waited for you, and nobody came. So I put it all away again."
_PROBE_VOICES = ("maya", "viktor")
_SPEECH_DB = -35.0
_TRACKING_RMS, _VOICED = 0.1, 0.7
# Whisper writes these as it likes; neither spelling is a mistake.
_SPELLINGS = {
    "okay": "ok",
    "gonna": "going to",
    "mum": "mom",
    "mama": "mom",
    "you're": "you are",
    "it's": "it is",
    "apartment": "flat",
    "alright": "all right",
}


def run(root: Path, clips: list[Clip], settings: VoiceSettings, *, model: Path | None, measure: bool) -> int:
    """Print what was asked for; 1 if the word error rate is too high."""
    status = 0
    if model is not None:
        status = hear(root, clips, model)
    if measure:
        compare_speakers(root, clips, settings)
        compare_moods(settings)
    return status


def hear(root: Path, clips: list[Clip], model: Path) -> int:
    """Transcribe every clip and print its word error rate as it comes; 1 if above the limits."""
    whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
    heard = []
    for clip in clips:
        samples, rate = opus.read(root / clip.path)
        audio = soxr.resample(samples, rate, _HEARING_RATE).astype(np.float32)
        segments, _ = whisper.transcribe(audio, language="en", beam_size=1, condition_on_previous_text=False)
        text = " ".join(segment.text.strip() for segment in segments)
        heard.append((jiwer.wer(_plain(clip.text), _plain(text)), clip, text))
        print(f"{heard[-1][0]:6.1%}  {clip.path}", flush=True)
        if heard[-1][0]:
            print(f"        said  {clip.text}\n        heard {text}", flush=True)
    overall = jiwer.wer([_plain(clip.text) for _, clip, _ in heard], [_plain(text) for _, _, text in heard])
    worst = max(rate_of_one for rate_of_one, _, _ in heard)
    print(f"word error rate {overall:.1%} over {len(heard)} clips, worst {worst:.1%}")
    return int(overall > LARGEST_WORD_ERROR_RATE or worst > LARGEST_OF_ONE_CLIP)


def compare_speakers(root: Path, clips: list[Clip], settings: VoiceSettings) -> None:
    """Print each voice's median F0 over all its clips beside its setting."""
    medians = speaker_medians_hz(root, clips)
    print(f"{'voice':12} {'set Hz':>7} {'is Hz':>7} {'off':>6} {'clips':>6}")
    for name, voice in sorted(settings.voices.items(), key=lambda item: item[1].f0_hz):
        own = [clip for clip in clips if clip.voice == name]
        if own:
            f0_hz = medians[name]
            print(f"{name:12} {voice.f0_hz:7.0f} {f0_hz:7.1f} {f0_hz / voice.f0_hz - 1:6.1%} {len(own):6}")


def speaker_medians_hz(root: Path, clips: list[Clip]) -> dict[str, float]:
    """Median F0 of each voice over all of its clips, from the sound files."""
    voiced: dict[str, list[Samples]] = {}
    for clip in clips:
        voiced.setdefault(clip.voice, []).append(_voiced_hz(*opus.read(root / clip.path)))
    return {name: float(np.median(np.concatenate(f0_hz))) for name, f0_hz in voiced.items()}


def compare_moods(settings: VoiceSettings) -> None:
    """Speak one text in every mood and print loudness, rate, pitch range and median pitch."""
    from training.voices.render import render  # the rest of this listens to files, and does without Piper and WORLD

    print(f"\n{'voice':8} {'mood':14} {'LUFS':>6} {'syll/s':>7} {'range st':>9} {'F0 Hz':>6} {'long':>6}")
    for voice in _PROBE_VOICES:
        for mood in [Mood(emotion, 2) for emotion in settings.emotions] + [Mood("angry", 3), Mood("sad", 3)]:
            clip = Clip(path="", exercise="", text=_PROBE, voice=voice, mood=mood, is_prompt=True)
            samples = render(clip, settings)
            f0_hz = _voiced_hz(samples, SAMPLE_RATE)
            low, high = np.percentile(f0_hz, [5, 95])
            syllables = sum(syllapy.count(word) for word in _plain(_PROBE).split())
            print(
                f"{voice:8} {mood.emotion + ' ' + str(mood.intensity):14} {loudness_lufs(samples, SAMPLE_RATE):6.1f} "
                f"{syllables / _speech_s(samples):7.2f} {12 * np.log2(high / low):9.1f} {np.median(f0_hz):6.0f} "
                f"{len(samples) / SAMPLE_RATE:5.1f}s"
            )


def _voiced_hz(samples: Samples, rate: int) -> Samples:
    audio = samples * (_TRACKING_RMS / np.sqrt(np.mean(samples**2)))  # the tracker's confidence depends on the level
    result = SwiftF0(threads=1).detect(audio.astype(np.float32), rate, fmin=60, fmax=500)
    return np.asarray(result.pitch_hz[result.confidence >= _VOICED], dtype=np.float64)


def _speech_s(samples: Samples) -> float:
    """Seconds of speech without the pauses: frames of 20 ms within 35 dB of the loudest."""
    hop = SAMPLE_RATE // 50
    level = np.sqrt(np.mean(samples[: len(samples) // hop * hop].reshape(-1, hop) ** 2, axis=1))
    return float(np.sum(level > level.max() * 10 ** (_SPEECH_DB / 20)) * 0.02)


def _plain(text: str) -> str:
    words = re.sub(r"[^\w' ]+", " ", text.lower().replace("’", "'")).split()
    return " ".join(_SPELLINGS.get(word, word) for word in words)
