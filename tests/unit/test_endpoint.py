"""Cutting speech at pauses, on probabilities whose answer is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_trainer.speech.endpoint import FRAME_S, Endpointer, EndpointOptions, Segment, silence_since

PAD_S = 8 * FRAME_S


def talk(seconds: float, probability: float = 0.95) -> list[float]:
    return [probability] * round(seconds / FRAME_S)


def hush(seconds: float) -> list[float]:
    return talk(seconds, 0.02)


def told(probabilities: list[float], block: int = 1) -> list[Segment]:
    endpointer = Endpointer()
    done: list[Segment] = []
    for start in range(0, len(probabilities), block):
        done.extend(endpointer.push(probabilities[start : start + block]))
    return [*done, *endpointer.finish()]


def cut(probabilities: list[float], block: int = 1) -> list[Segment]:
    return [segment for segment in told(probabilities, block) if segment.closed]


def test_silence_has_no_segments() -> None:
    assert cut(hush(5)) == []
    assert cut([]) == []


def test_a_segment_keeps_padding_around_its_speech() -> None:
    (segment,) = cut(hush(1) + talk(2) + hush(3))
    onset = len(hush(1)) * FRAME_S
    assert segment.start_s == pytest.approx(onset - PAD_S, abs=1e-3)
    assert segment.speech_end_s == pytest.approx(onset + len(talk(2)) * FRAME_S, abs=1e-3)
    assert segment.end_s == pytest.approx(segment.speech_end_s + PAD_S, abs=1e-3)
    assert segment.speech_s == pytest.approx(len(talk(2)) * FRAME_S, abs=1e-3)


def test_a_pause_cuts_a_long_segment_and_not_a_short_one() -> None:
    assert len(cut(talk(8) + hush(0.8) + talk(2))) == 2
    assert len(cut(talk(2) + hush(0.7) + talk(2))) == 1
    assert len(cut(talk(1) + hush(1.5) + talk(2))) == 2  # this long a silence cuts any


def test_a_breath_cuts_only_what_is_already_long() -> None:
    assert len(cut(talk(7) + hush(0.35) + talk(2))) == 1
    assert len(cut(talk(13) + hush(0.45) + talk(2))) == 2


def test_the_cut_comes_while_the_pause_lasts() -> None:
    endpointer = Endpointer()
    assert endpointer.push(talk(7)) == ()
    assert [segment.closed for segment in endpointer.push(hush(0.7))] == [False, True]


def test_speech_without_pause_is_cut_at_its_quietest() -> None:
    quiet = [0.95, 0.6, 0.6, 0.6, 0.95]
    first, *_ = cut(talk(14) + quiet + talk(30))
    assert first.end_s == pytest.approx((len(talk(14)) + 2) * FRAME_S, abs=2 * FRAME_S)
    for segment in cut(talk(60)):
        assert segment.end_s - segment.start_s <= EndpointOptions().longest_s + FRAME_S


def test_too_little_speech_is_dropped() -> None:
    assert cut(hush(1) + talk(0.06) + hush(1)) == []
    assert cut(hush(1) + talk(0.4, 0.66) + hush(1)) == []  # as noise has it
    assert len(cut(hush(1) + talk(0.9, 0.68) + hush(1))) == 1  # a hoarse voice
    assert len(cut(hush(1) + talk(0.2) + hush(1))) == 1  # "yes"


def test_the_candidate_is_what_the_end_then_returns() -> None:
    endpointer = Endpointer()
    endpointer.push(talk(2))
    assert endpointer.candidate is None
    endpointer.push(hush(0.27))
    candidate = endpointer.candidate
    assert candidate is not None
    endpointer.push(hush(0.4))
    assert endpointer.candidate == candidate
    assert endpointer.finish() == (candidate,)


def test_the_candidate_is_what_a_longer_pause_then_cuts() -> None:
    endpointer = Endpointer()
    endpointer.push(talk(7) + hush(0.27))
    candidate = endpointer.candidate
    assert endpointer.push(hush(0.7)) == (candidate,)


def test_a_long_segment_is_told_of_at_a_short_pause_and_goes_on() -> None:
    first, second, last = told(talk(7) + hush(0.3) + talk(4) + hush(0.3) + talk(1))
    assert (first.closed, second.closed, last.closed) == (False, False, True)
    assert first.start_s == second.start_s == last.start_s
    assert first.speech_end_s < second.speech_end_s < last.speech_end_s


def test_a_short_segment_or_a_little_more_of_a_long_one_is_not_told_of() -> None:
    assert len(told(talk(4) + hush(0.3) + talk(0.5))) == 1
    assert len(told(talk(7) + hush(0.3) + talk(1) + hush(0.3) + talk(1))) == 2


def test_what_was_told_of_is_never_cut() -> None:
    """The quietest place lies in the first pause, which was told of; the cut comes after it all the same."""
    parts = talk(13) + hush(0.3) + talk(9, 0.9) + talk(1)
    segments = told(parts)
    opened = [segment for segment in segments if not segment.closed]
    closed = [segment for segment in segments if segment.closed]
    assert opened
    assert closed[0].end_s >= opened[-1].speech_end_s


def test_speech_after_the_pause_takes_the_candidate_away() -> None:
    endpointer = Endpointer()
    endpointer.push(talk(2) + hush(0.27))
    assert endpointer.candidate is not None
    endpointer.push(talk(0.1))
    assert endpointer.candidate is None


def test_silence_counts_from_the_last_speech_and_never_before_it() -> None:
    assert silence_since(hush(10)) is None
    assert silence_since(talk(1)) == 0
    assert silence_since(hush(1) + talk(1) + hush(3)) == pytest.approx(3, abs=FRAME_S)


@given(
    st.lists(st.tuples(st.floats(0.05, 6), st.sampled_from([0.0, 0.4, 0.55, 0.99])), max_size=12), st.integers(1, 90)
)
def test_blocks_do_not_matter_and_segments_are_in_order(parts: list[tuple[float, float]], block: int) -> None:
    probabilities = [p for seconds, level in parts for p in talk(seconds, level)]
    segments = cut(probabilities)
    assert told(probabilities, block) == told(probabilities)
    for segment in segments:
        assert 0 <= segment.start_s < segment.speech_end_s <= segment.end_s
        assert segment.end_s <= len(probabilities) * FRAME_S + 1e-3
    for before, after in pairwise(segments):
        assert before.end_s <= after.start_s + 1e-3


@given(st.lists(st.floats(0, 1), max_size=2500))
def test_all_sure_speech_lies_in_a_segment(levels: list[float]) -> None:
    probabilities = [p for level in levels[:200] for p in [level] * 12]
    covered = np.zeros(len(probabilities), bool)
    for segment in cut(probabilities):
        covered[round(segment.start_s / FRAME_S) : round(segment.end_s / FRAME_S)] = True
    assert covered[np.array(probabilities) >= 0.75].all()
