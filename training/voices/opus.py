"""Reading and writing Opus in Ogg, through libsndfile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

# libsndfile maps 0–1 to 256–6 kbit/s a channel; this asks for about 16 kbit/s, where Opus still carries speech in wide
# band: at the 24 kbit/s that the first half was written with, all the exercises would take more than 40 MB.
COMPRESSION_LEVEL = 0.96
# libsndfile overflows its stack when it is handed a minute of Ogg at once.
_BLOCK_S = 5


def write(path: Path, samples: npt.NDArray[np.float64], sample_rate: int) -> None:
    """Encode mono samples (24 or 48 kHz), replacing the file only once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with soundfile.SoundFile(
        part, "w", samplerate=sample_rate, channels=1, format="OGG", subtype="OPUS", compression_level=COMPRESSION_LEVEL
    ) as file:
        for start in range(0, len(samples), _BLOCK_S * sample_rate):
            file.write(samples[start : start + _BLOCK_S * sample_rate])
    part.replace(path)


def read(path: Path) -> tuple[npt.NDArray[np.float64], int]:
    """Decode to mono samples and their rate."""
    with soundfile.SoundFile(path) as file:
        blocks = list(file.blocks(blocksize=_BLOCK_S * file.samplerate, dtype="float64"))
        return np.concatenate(blocks), int(file.samplerate)
