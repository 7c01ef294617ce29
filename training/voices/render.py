"""One clip: text, voice and delivery to samples ready for encoding."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr

from training.voices.clips import Clip
from training.voices.resynthesis import Change, analyse, median_f0_hz, resynthesise
from training.voices.settings import SAMPLE_RATE, VoiceSettings
from training.voices.speech import Phrase, Synthesizer, phrases_of, seed_of
from voice_trainer.speech.prompt_level import levelled

Samples = npt.NDArray[np.float64]

_LEAD_IN_S, _LEAD_OUT_S = 0.15, 0.30
_PAUSE_SPREAD = 0.15


def render(clip: Clip, settings: VoiceSettings) -> Samples:
    """Speak a clip: mono samples at `SAMPLE_RATE`, the same for the same clip and settings every time."""
    seed = seed_of(f"{clip.voice}|{clip.text}")
    voice, delivery = settings.voice(clip.voice), settings.delivery(clip.mood)
    phrases = phrases_of(clip.text)
    synthesizer = Synthesizer(seed=seed)
    rates = voice.rate * delivery.rate * (1 + delivery.rate_drift * np.linspace(-0.5, 0.5, len(phrases)))
    analyses = [analyse(synthesizer.speak(phrase), synthesizer.sample_rate) for phrase in phrases]
    base_hz, sample_rate = median_f0_hz(analyses), synthesizer.sample_rate
    noise = np.random.default_rng(seed)
    pieces = [np.zeros(int(_LEAD_IN_S * sample_rate))]
    for phrase, analysis, rate in zip(phrases, analyses, rates, strict=True):
        start_s = sum(map(len, pieces)) / sample_rate
        change = Change(voice=voice, delivery=delivery, from_f0_hz=base_hz, rate=float(rate), start_s=start_s)
        pieces.append(resynthesise(analysis, change))
        if phrase is not phrases[-1]:
            pieces.append(np.zeros(int(_pause_s(phrase, settings, delivery.pauses, noise) * sample_rate)))
    pieces.append(np.zeros(int(_LEAD_OUT_S * sample_rate)))
    samples = soxr.resample(np.concatenate(pieces), sample_rate, SAMPLE_RATE)
    target_lufs = settings.target_lufs(clip.mood)
    samples = levelled(samples, SAMPLE_RATE, target_lufs, peak_dbfs=settings.peak_dbfs)
    return samples + 10 ** (settings.room_tone_dbfs / 20) * noise.standard_normal(len(samples))


def _pause_s(phrase: Phrase, settings: VoiceSettings, factor: float, noise: np.random.Generator) -> float:
    return settings.pauses_s[phrase.mark] * factor * float(noise.uniform(1 - _PAUSE_SPREAD, 1 + _PAUSE_SPREAD))
