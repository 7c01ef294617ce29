"""What of a reply is shared: what was agreed to, and not one word more."""

from __future__ import annotations

import itertools
import math
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_trainer.attempt import Attempt, Dimension
from voice_trainer.coach.replies import machine_counts
from voice_trainer.coach.sharing import KEPT, check_reply, shared_part
from voice_trainer.errors import RequestInvalid
from voice_trainer.session import SHARINGS, Sharing

from .meeting import WORDS, spoken

EVERY = [tuple(each) for size in range(4) for each in itertools.combinations(SHARINGS, size)]


def text_of(attempt: Attempt) -> str:
    return msgspec.json.encode(attempt).decode().lower()


def words_of(text: str) -> set[str]:
    """The words of a reply that mean something; those such as "you" stand in field names and reasons of any reply."""
    return {one for one in re.findall(r"[a-z]+", text.lower()) if len(one) > 4}


@pytest.mark.parametrize("shared", EVERY)
def test_cutting_down_twice_is_cutting_down_once(shared: tuple[Sharing, ...]) -> None:
    once = shared_part(spoken(), shared)
    assert shared_part(once, shared) == once
    check_reply(once, shared)


@pytest.mark.parametrize("shared", EVERY)
def test_it_comes_over_the_wire_as_it_was(shared: tuple[Sharing, ...]) -> None:
    once = shared_part(spoken(), shared)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(once), type=Attempt) == once


@pytest.mark.parametrize("shared", [each for each in EVERY if "transcript" not in each])
def test_with_the_words_withheld_none_of_them_is_left_anywhere(shared: tuple[Sharing, ...]) -> None:
    whole = spoken()
    assert len(words_of(WORDS) & words_of(text_of(whole))) == len(words_of(WORDS)), "the test would find them"
    assert words_of(WORDS) & words_of(text_of(shared_part(whole, shared))) == set()


@given(st.lists(st.from_regex(r"[b-df-hj-np-tv-xz]{7,12}", fullmatch=True), min_size=3, max_size=20))
def test_whatever_was_said_none_of_it_is_left(said: list[str]) -> None:
    left = text_of(shared_part(spoken(text=" ".join(said)), ("scores", "recording")))
    assert not any(word in left for word in said)


@pytest.mark.parametrize("shared", [each for each in EVERY if "scores" not in each])
def test_with_the_scores_withheld_no_figure_is_left(shared: tuple[Sharing, ...]) -> None:
    scored = shared_part(spoken(outcome="attuned"), shared).scored
    assert scored.attunement.wording is None
    assert scored.attunement.voice is None
    assert scored.attunement.dimensions == ()
    assert (scored.wording.level, scored.wording.moves, scored.wording.sentences) == (None, {}, ())
    assert scored.voice.speech_s is None
    assert scored.feedback.strength is None
    assert shared_part(spoken(outcome="attuned"), shared).outcome is None


def test_with_the_sound_withheld_no_curve_traces_it() -> None:
    left = shared_part(spoken(recording="a.flac"), ("scores", "transcript"))
    assert left.recording is None
    assert left.scored.curves.level_dbfs == ()


def test_what_is_withheld_is_told_as_withheld() -> None:
    assert shared_part(spoken(), ("scores",)).scored.not_rated["transcript"] == KEPT["transcript"]
    assert "transcript" not in shared_part(spoken(), SHARINGS).scored.not_rated


def test_moves_can_still_be_counted_without_the_words() -> None:
    assert machine_counts(shared_part(spoken(), ("scores",))) == {"complex_reflection": 1, "names_feeling": 1}
    assert machine_counts(shared_part(spoken(), ("transcript",))) is None


def test_neither_the_microphone_nor_the_name_goes_along() -> None:
    left = shared_part(spoken(), SHARINGS)
    assert left.device is None
    assert left.person == ""


@pytest.mark.parametrize("shared", [each for each in EVERY if len(each) < 3])
def test_more_than_was_agreed_to_is_refused(shared: tuple[Sharing, ...]) -> None:
    with pytest.raises(RequestInvalid, match="more than was agreed to"):
        check_reply(shared_part(spoken(recording="a.flac"), SHARINGS), shared)


@pytest.mark.parametrize("figure", [math.nan, math.inf, 1e300, -0.5])
def test_figures_that_can_not_be_are_refused(figure: float) -> None:
    whole = shared_part(spoken(), SHARINGS)
    scored = msgspec.structs.replace(
        whole.scored, attunement=msgspec.structs.replace(whole.scored.attunement, wording=figure)
    )
    with pytest.raises(RequestInvalid):
        check_reply(msgspec.structs.replace(whole, scored=scored), SHARINGS)


def test_levels_beyond_five_and_an_endless_text_are_refused() -> None:
    whole = shared_part(spoken(), SHARINGS)
    steep = (Dimension(name="feeling", level=99, reason=""),)
    long = (Dimension(name="feeling", level=3, reason="x" * 30_000),)
    for dimensions in (steep, long):
        attunement = msgspec.structs.replace(whole.scored.attunement, dimensions=dimensions)
        scored = msgspec.structs.replace(whole.scored, attunement=attunement)
        with pytest.raises(RequestInvalid):
            check_reply(msgspec.structs.replace(whole, scored=scored), SHARINGS)
