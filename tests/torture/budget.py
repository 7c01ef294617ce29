"""How much is tried: a little in ``make test``, and under VOICE_TRAINER_TORTURE as much as its minutes allow."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

TORTURE = bool(os.environ.get("VOICE_TRAINER_TORTURE"))
MINUTES = float(os.environ.get("VOICE_TRAINER_TORTURE_MINUTES") or 60)
"""Of fuzzing in all, shared over the targets (SHARES)."""
SEED = int(os.environ.get("VOICE_TRAINER_TORTURE_SEED") or 9)
SHARES = {
    "exercises": 0.15,
    "audio": 0.25,
    "pipe": 0.05,
    "settings": 0.1,
    "records": 0.2,
    "recordings": 0.1,
    "coach": 0.1,
    "coach served": 0.05,
}
assert abs(sum(SHARES.values()) - 1) < 1e-9
LONGEST_CPU_S = 5.0
"""What one example may take of the processor: more is a hang. Time on the wall says nothing on a busy machine."""
MARGIN_S = 240
ROUND = 200


def seconds(target: str) -> float:
    """How long ``target`` is fuzzed under torture."""
    return SHARES[target] * MINUTES * 60


def time_limit(target: str) -> float:
    """When pytest takes it for hung, in seconds."""
    return seconds(target) + MARGIN_S if TORTURE else 180


def many(few: int, lots: int) -> int:
    """``few`` in ``make test``, ``lots`` in ``make torture``."""
    return lots if TORTURE else few


def fuzz(target: str, few: int, check: Callable[..., None], **strategies: st.SearchStrategy[Any]) -> None:
    """Call ``check`` with ``few`` drawn examples, always the same; under torture with new ones until its time is up.

    What fails is made as small as it can be, and told with the seed of its round.
    """
    done = 0

    def checked(**drawn: Any) -> None:
        nonlocal done
        started = time.process_time()
        check(**drawn)
        took = time.process_time() - started
        assert took < LONGEST_CPU_S, f"one example took {took:.1f} s of the processor"
        done += 1

    def a_round(seed: int, examples: int) -> None:
        run = given(**strategies)(checked)
        hypothesis.seed(seed)(
            settings(
                max_examples=examples,
                deadline=None,
                database=None,
                phases=(Phase.explicit, Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            )(run)
        )()

    started = time.monotonic()
    if not TORTURE:
        a_round(SEED, few)
    else:
        rounds = 0
        while time.monotonic() < started + seconds(target):
            a_round(SEED + rounds, ROUND)
            rounds += 1
    print(f"{target}: {done} examples in {time.monotonic() - started:.1f} s")
    assert done >= min(few, 10)
