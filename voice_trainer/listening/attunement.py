"""Two scores side by side, never averaged into one: the wording and the voice."""

from __future__ import annotations

import msgspec

from ..speech.baseline import Baseline
from ..speech.measures import VoiceMeasures
from .dimensions import Dimension, Evidence, VoiceDimension, WordingDimension
from .voice_dimensions import voice_dimensions
from .wording import Wording

__all__ = [
    "SCORING_VERSION",
    "Attunement",
    "Dimension",
    "Evidence",
    "VoiceDimension",
    "WordingDimension",
    "attune",
    "voice_dimensions",
]

SCORING_VERSION = "10"
"""Changes with every change of a formula or a threshold, so that stored scores are compared with their like."""
LEAST_VOICE_DIMENSIONS = 2
"""From fewer rated dimensions no voice score is made."""


class Attunement(msgspec.Struct, frozen=True, kw_only=True):
    """Wording and voice of one reply, each 0–1 or None where it was not rated."""

    wording: float | None
    voice: float | None
    dimensions: tuple[Dimension, ...]
    scoring_version: str


def attune(
    wording: Wording,
    voice: VoiceMeasures | None,
    *,
    baseline: Baseline | None = None,
    prompt: VoiceMeasures | None = None,
) -> Attunement:
    """Put both scores side by side.

    ``wording`` is taken over as it is; ``voice`` is the mean of (level − 1) / 4 over the rated voice dimensions, None
    where fewer than ``LEAST_VOICE_DIMENSIONS`` were rated or there was no sound (typed words: ``voice`` None).
    """
    spoken = voice_dimensions(voice, baseline=baseline, prompt=prompt) if voice is not None else ()
    levels = [one.level for one in spoken if one.level is not None]
    mean = sum((level - 1) / 4 for level in levels) / len(levels) if len(levels) >= LEAST_VOICE_DIMENSIONS else None
    return Attunement(
        wording=wording.wording,
        voice=mean,
        dimensions=(*wording.dimensions, *spoken),
        scoring_version=SCORING_VERSION,
    )
