"""The last second before the key was pressed, so that no first word is lost."""

from __future__ import annotations

import math
from collections import deque

import msgspec

from .base import Block

_ROUNDING = 1e-3
"""Of a sample: clocks are floating-point seconds."""


class PreRoll:
    """Keeps the newest ``seconds`` of blocks, in memory only.

    Args:
        rate_hz: of the blocks' samples.
        seconds: how much is kept.

    >>> import numpy as np
    >>> before = PreRoll(rate_hz=1000, seconds=1.0)
    >>> for tenth in range(20):
    ...     before.push(Block(samples=np.zeros(100, np.float32), captured_at=tenth / 10))
    >>> [round(block.captured_at, 3) for block in before.since(1.75)]
    [1.75, 1.8, 1.9]
    """

    def __init__(self, rate_hz: int, seconds: float = 1.0) -> None:
        self._rate_hz = rate_hz
        self._seconds = seconds
        self._blocks: deque[Block] = deque()
        self._frames = 0

    def push(self, block: Block) -> None:
        """Take the next block, and forget what is no longer needed for the last ``seconds``."""
        self._blocks.append(block)
        self._frames += len(block.samples)
        while self._frames - len(self._blocks[0].samples) >= self._seconds * self._rate_hz:
            self._frames -= len(self._blocks.popleft().samples)

    def since(self, clock: float) -> tuple[Block, ...]:
        """What was captured at ``clock`` or later, at most the last ``seconds``, cut to the sample.

        A block that is cut no longer counts as overflowed: what was lost before it lies outside.
        """
        surplus = max(0, self._frames - round(self._seconds * self._rate_hz))
        kept = []
        for block in self._blocks:
            early = max(0, math.ceil((clock - block.captured_at) * self._rate_hz - _ROUNDING))
            cut = max(surplus, early)
            surplus = max(0, surplus - len(block.samples))
            if cut == 0:
                kept.append(block)
            elif cut < len(block.samples):
                kept.append(
                    msgspec.structs.replace(
                        block,
                        samples=block.samples[cut:],
                        captured_at=block.captured_at + cut / self._rate_hz,
                        overflowed=False,
                    )
                )
        return tuple(kept)
