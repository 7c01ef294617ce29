"""Speakers, deliveries and extra replies as ``voices.yaml`` gives them."""

from __future__ import annotations

from pathlib import Path

import msgspec
from ruamel.yaml import YAML

from training.voices.errors import VoiceError

SAMPLE_RATE = 24_000
"""Of every rendered clip, Hz."""

SETTINGS_FILE = Path(__file__).with_name("voices.yaml")


class Voice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who speaks: what stays the same from mood to mood."""

    f0_hz: float
    """Median fundamental frequency."""
    formants: float
    """Factor on all formant frequencies; 1 is the voice as synthesized, a woman's is about 1.15–1.2."""
    rate: float = 1.0
    """Factor on the speaking rate."""
    f0_range: float = 1.0
    """Factor on the excursions of the pitch, in semitones."""
    breath: float = 0.0
    """0–1: how much of the voiced sound above 1.5 kHz turns to noise."""
    tremor_st: float = 0.0
    """Depth of a 5.5 Hz tremor, semitones."""


class Delivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it is said, as differences from neutral speech; each field's neutral value is its default."""

    level_db: float = 0.0
    rate: float = 1.0
    rate_drift: float = 0.0
    """Relative change of rate from the first phrase to the last: 0.2 ends 20 % faster than it began."""
    f0_shift_st: float = 0.0
    f0_range: float = 1.0
    pauses: float = 1.0
    """Factor on the length of every pause."""
    trail_db: float = 0.0
    """Change of level over the last third of each phrase: trailing off when below 0."""
    trail_st: float = 0.0
    """Change of pitch over the last third of each phrase, semitones."""
    tilt_db_per_octave: float = 0.0
    """Spectral tilt around 1 kHz: above 0 is pressed and bright, below 0 soft and dark."""
    breath: float = 0.0
    tremor_st: float = 0.0


class Mood(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ``delivery`` of an exercise turn: an emotion and how strongly it is heard (1–3)."""

    emotion: str
    intensity: int


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A spoken reply outside the exercises: ``text`` is read from a YAML file with that key."""

    text_from: str
    audio: str
    voice: str
    delivery: Mood


class ModelReplies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the model replies of every exercise sound, by their level."""

    voice: str
    delivery_by_level: dict[int, Mood]


class VoiceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole settings file."""

    loudness_lufs: float
    peak_dbfs: float
    room_tone_dbfs: float
    pauses_s: dict[str, float]
    """Seconds of silence after a phrase that ends in this mark."""
    intensities: dict[int, float]
    """How much of an emotion's difference from neutral each intensity takes."""
    voices: dict[str, Voice]
    emotions: dict[str, Delivery]
    model_replies: ModelReplies
    replies: list[Reply]

    def voice(self, name: str) -> Voice:
        """The voice of that name, or `VoiceError` with those there are."""
        if name not in self.voices:
            raise VoiceError(f"There is no voice {name!r}: use one of {', '.join(self.voices)}, or add it.")
        return self.voices[name]

    def target_lufs(self, mood: Mood) -> float:
        """Where a clip's loudness belongs: that of all clips, moved by what its delivery asks for."""
        return self.loudness_lufs + self.delivery(mood).level_db

    def delivery(self, mood: Mood) -> Delivery:
        """The emotion's delivery at the asked intensity: linear between neutral and beyond."""
        if mood.emotion not in self.emotions:
            raise VoiceError(f"There is no emotion {mood.emotion!r}: use one of {', '.join(self.emotions)}.")
        if mood.intensity not in self.intensities:
            raise VoiceError(f"An intensity is 1, 2 or 3, not {mood.intensity!r}.")
        amount, full, neutral = self.intensities[mood.intensity], self.emotions[mood.emotion], Delivery()
        return Delivery(
            **{
                name: getattr(neutral, name) + amount * (getattr(full, name) - getattr(neutral, name))
                for name in Delivery.__struct_fields__
            }
        )


def load_settings(path: Path = SETTINGS_FILE) -> VoiceSettings:
    """Read and check the settings file; `VoiceError` names what is wrong in it."""
    try:
        return msgspec.convert(YAML(typ="safe").load(path), VoiceSettings)
    except msgspec.ValidationError as error:
        raise VoiceError(f"{path}: {error}.") from error
