"""The coach's messages, for as long as there is time: the fuzzing of tests/coach/wire, with new examples each round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st

from tests.coach.wire import test_fuzz as wire
from tests.coach.wire.serving import Served, Someone
from voice_trainer.coach.protocol import FromCoach, decode_from_coach, decode_from_participant, encode

from .budget import TORTURE, fuzz, time_limit

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TORTURE, reason="make test fuzzes them in tests/coach/wire"),
]
fuzzed = wire.fuzzed


@pytest.mark.timeout(time_limit("coach"))
def test_any_message_is_one_or_a_line() -> None:
    def check(frame: bytes | str) -> None:
        message = wire.one_line(decode_from_participant, frame)
        if not isinstance(message, str):
            again = wire.one_line(decode_from_participant, encode(message))
            assert again == message or wire.has_nan(message)
        assert isinstance(wire.one_line(decode_from_coach, frame), str | FromCoach)

    fuzz("coach", 100, check, frame=wire.FRAMES)


@pytest.mark.timeout(time_limit("coach served"))
def test_nothing_inside_breaks(fuzzed: Iterator[tuple[Served, Someone]]) -> None:
    whole = wire.test_nothing_inside_breaks_whatever_is_said.hypothesis.inner_test
    fuzz(
        "coach served",
        20,
        lambda frames, comes_in: whole(fuzzed, frames, comes_in),
        frames=st.lists(wire.FRAMES, min_size=1, max_size=6),
        comes_in=st.booleans(),
    )
