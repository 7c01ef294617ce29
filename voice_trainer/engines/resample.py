"""Streaming resampling to the rate that speech is analysed at."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from ..errors import AudioInvalid
from ..speech import SAMPLE_RATE


class Resampler:
    """Brings mono float32 sound of any rate to 16 kHz, block by block, without seams.

    A block's result trails its sound by soxr's filter (some milliseconds); ``last`` brings out the rest.

    Args:
        rate_hz: of the samples pushed. Raises AudioInvalid where it is not above 0.

    Example:
        >>> resampler = Resampler(48_000)
        >>> resampler.push(np.zeros(48_000, dtype=np.float32), last=True).shape
        (16000,)
    """

    def __init__(self, rate_hz: int) -> None:
        if rate_hz <= 0:
            raise AudioInvalid(f"A sample rate of {rate_hz} Hz can't be resampled; it must be above 0.")
        self._stream = None if rate_hz == SAMPLE_RATE else soxr.ResampleStream(rate_hz, SAMPLE_RATE, 1, dtype="float32")

    def push(self, samples: NDArray[np.float32], last: bool = False) -> NDArray[np.float32]:
        """Take samples, shape (n,); return what is ready at 16 kHz, shape (m,). After ``last`` the stream is over."""
        samples = np.ascontiguousarray(samples, dtype=np.float32)
        if self._stream is None:
            return samples
        return np.asarray(self._stream.resample_chunk(samples, last=last), dtype=np.float32)


def resample(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """All of a sound at 16 kHz."""
    return Resampler(rate_hz).push(samples, last=True)
