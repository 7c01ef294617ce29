"""Prompts on disk: Opus in Ogg at 24 kHz, small enough that a whole library of them travels with the program."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from ..private_files import write_whole
from .audio_file import BLOCK_S

RATE_HZ = 24_000
COMPRESSION = 0.93
"""libsndfile maps 0…1 to 256…6 kbit/s; this asks for 24 kbit/s: about 3 kB a second, and speech is clear."""


def write_prompt(path: Path, samples: NDArray[np.float64]) -> None:
    """Write mono sound at 24 kHz, whole or not at all, readable by its owner only; ``path`` is replaced.

    Raises:
        StoreUnwritable, DiskFull.
    """
    encoded = io.BytesIO()
    step = int(BLOCK_S * RATE_HZ)  # libsndfile crashes on a minute of Ogg at once
    with sf.SoundFile(
        encoded, "w", samplerate=RATE_HZ, channels=1, format="OGG", subtype="OPUS", compression_level=COMPRESSION
    ) as file:
        for start in range(0, len(samples), step):
            file.write(np.clip(samples[start : start + step], -1.0, 1.0))
    write_whole(path, encoded.getvalue())
