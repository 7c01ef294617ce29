"""The pre-roll hands out the newest second, and nothing from before a given clock."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice_trainer.engines.base import Block
from voice_trainer.engines.preroll import PreRoll

RATE_HZ = 1000


def filled(lengths: list[int], seconds: float = 1.0, overflowed: bool = False) -> tuple[PreRoll, int]:
    """Samples number themselves, so that each tells the clock at which it was captured (in ms)."""
    before, total = PreRoll(RATE_HZ, seconds), 0
    for length in lengths:
        samples = np.arange(total, total + length, dtype=np.float32)
        before.push(Block(samples=samples, captured_at=total / RATE_HZ, overflowed=overflowed))
        total += length
    return before, total


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30), st.integers(-100, 12_000))
def test_exactly_the_newest_second_after_the_clock(lengths: list[int], clock_ms: int) -> None:
    before, total = filled(lengths)
    kept = before.since(clock_ms / RATE_HZ)
    samples = np.concatenate([block.samples for block in kept]) if kept else np.empty(0)
    np.testing.assert_array_equal(samples, np.arange(min(total, max(0, total - 1000, clock_ms)), total))
    for block in kept:
        assert abs(block.captured_at - block.samples[0] / RATE_HZ) < 1e-6


def test_memory_stays_bounded() -> None:
    before, _ = filled([100] * 5000)
    assert len(before._blocks) <= 11


def test_loss_before_the_cut_is_outside() -> None:
    before, _ = filled([500, 500], overflowed=True)
    assert [block.overflowed for block in before.since(0.25)] == [False, True]
    assert [block.overflowed for block in before.since(0.0)] == [True, True]


def test_nothing_pushed_gives_nothing() -> None:
    assert PreRoll(RATE_HZ).since(0.0) == ()
