"""The engines as the program has them on two cores, warm."""

from __future__ import annotations

from pathlib import Path

from voice_trainer.engines.listener import OnnxListener
from voice_trainer.engines.pitch import SwiftPitch
from voice_trainer.engines.whisper import WhisperTranscriber
from voice_trainer.scoring import Engines

from .recordings import VOICE_ACTIVITY


def warm_engines(models: Path) -> Engines:
    """``models``: the folder of the Whisper models. Raises ModelMissing, ModelCorrupt."""
    engines = Engines(
        voice_activity=VOICE_ACTIVITY,
        transcriber=WhisperTranscriber(models, threads=1),
        pitch=SwiftPitch(),
        listener=OnnxListener(),
    )
    engines.warm()
    return engines
