"""The level: monotone, in range, never NaN, with its guards."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_readings import FEELINGS, PROMPT, rated, said, span

from voice_trainer.listening.level import HARMS, WEIGHTS, Signals, level, score
from voice_trainer.listening.moves import Reading
from voice_trainer.listening.wording import LEAST_WORD_PROBABILITY, assess

probability = st.floats(0.0, 1.0)
signals = st.builds(
    Signals, **dict.fromkeys([*WEIGHTS, "harm", "wrong"], probability), parroting=st.booleans()
)  # fmt: skip
reads = st.builds(
    span,
    **dict.fromkeys(("reflection", "open_question", "closed_question", "advice", "information"), probability),
    **dict.fromkeys(("warmth", "interpretation", "exploration"), st.floats(0.0, 2.0)),
)
REPLY = "You sat there with the candles, and it hurt."


@given(signals)
def test_a_score_is_a_figure_from_1_to_5(made: Signals) -> None:
    value = score(made)
    assert math.isfinite(value)
    assert 1.0 <= value <= 5.0
    assert level(value) in range(1, 6)
    assert abs(level(value) - value) <= 0.5


@given(signals, st.sampled_from(sorted(WEIGHTS)), probability)
def test_more_of_what_holds_never_lowers_it(made: Signals, name: str, more: float) -> None:
    raised = msgspec.structs.replace(made, **{name: max(more, getattr(made, name))})
    assert score(raised) >= score(made) - 1e-9


@given(signals, st.sampled_from(["harm", "wrong"]), probability)
def test_more_of_what_closes_never_raises_it(made: Signals, name: str, more: float) -> None:
    raised = msgspec.structs.replace(made, **{name: max(more, getattr(made, name))})
    assert score(raised) <= score(made) + 1e-9


@given(reads, st.sampled_from(["simple_reflection", "complex_reflection", "open_question"]), probability)
def test_a_likelier_reflection_or_open_question_never_lowers_the_wording(read, move: str, more: float) -> None:
    raised = msgspec.structs.replace(read, moves={**read.moves, move: max(more, read.moves[move])})
    assert _wording(raised) >= _wording(read) - 1e-9


@given(reads, st.sampled_from(sorted(HARMS)), probability)
def test_a_likelier_harm_never_raises_the_wording(read, move: str, more: float) -> None:
    raised = msgspec.structs.replace(read, moves={**read.moves, move: max(more, read.moves.get(move, 0.0))})
    assert _wording(raised) <= _wording(read) + 1e-9


@given(reads, st.sampled_from(["emotional_reaction", "interpretation", "exploration"]), st.floats(0.0, 2.0))
def test_more_of_a_mechanism_never_lowers_the_wording(read, name: str, more: float) -> None:
    raised = msgspec.structs.replace(read, mechanisms={**read.mechanisms, name: max(more, read.mechanisms[name])})
    assert _wording(raised) >= _wording(read) - 1e-9


def _wording(read) -> float:
    value = rated(REPLY, read).wording
    assert value is not None
    return value


def test_all_at_once_is_5_and_nothing_is_1() -> None:
    full = span(reflection=1.0, warmth=2.0, interpretation=2.0)
    everything = "You made soup, lit candles and sat there alone, and that hurt. You want to matter, to be remembered."
    assert rated(everything, full).level == 5
    assert rated("So what's for dessert then?", span()).level == 1


def test_parroting_does_not_rise_above_3() -> None:
    full = span(reflection=1.0, warmth=2.0, interpretation=2.0, open_question=1.0)
    parroted = rated(PROMPT.replace("I ", "you "), full)
    assert parroted.level == 3
    meaning = next(one for one in parroted.dimensions if one.name == "meaning")
    assert meaning.level == 2


def test_a_short_echo_is_no_parroting() -> None:
    full = span(reflection=1.0, warmth=2.0, interpretation=2.0)
    assert rated("Until nine, with the candles.", full).level >= 4


def test_a_list_of_feelings_does_not_add_up() -> None:
    one = rated("You felt hurt.", span(reflection=0.8))
    many = rated("You felt hurt, lonely, foolish, angry, ashamed and sad.", span(reflection=0.8))
    assert many.wording < one.wording


def test_a_wrong_feeling_costs() -> None:
    read = span(reflection=0.8)
    wrong = rated("It sounds like you're happy.", read)
    assert wrong.feelings_met["happy"] == "wrong"
    assert wrong.wording < rated("It sounds like you're going.", read).wording


def test_a_stem_with_a_verdict_earns_half_a_reflection_until_judging_is_taught() -> None:
    """The model isn't taught judging: a verdict is kept down since it takes up nothing of the speaker's."""
    stem = span(reflection=1.0)
    assert rated("It sounds like you're overreacting.", stem).level <= 2
    taught = span(reflection=1.0, more={"judging": 0.95})
    assert rated("It sounds like you're overreacting.", taught).level == 1


def test_going_on_and_on_earns_nothing() -> None:
    read = span(reflection=0.6)
    filler = "well and then so on and so forth it goes " * 14
    assert rated(filler + ". You felt hurt with the candles.", read).wording == pytest.approx(
        rated(filler + ".", read).wording
    )


def test_asking_nothing_is_not_punished_when_reflecting() -> None:
    wording = rated(REPLY, span(reflection=0.9))
    curiosity = next(one for one in wording.dimensions if one.name == "curiosity")
    assert (curiosity.level, curiosity.reason) == (3, "No question; a reflection invites too.")


@pytest.mark.parametrize(
    ("transcript", "why"),
    [
        (said(""), "Nothing was said"),
        (said("Oh dear."), "2 of the 3 words"),
        (said(REPLY, probability=LEAST_WORD_PROBABILITY - 0.1), "weren't heard clearly"),
        (said("Du hast auf mich gewartet.", language="de"), "(de)"),
    ],
)
def test_doubt_is_said_and_not_rated(transcript, why: str) -> None:
    wording = rated("", span(reflection=0.9), transcript=transcript)
    assert (wording.level, wording.wording) == (None, None)
    assert why in wording.not_rated["level"]
    assert all(one.level is None for one in wording.dimensions)


def test_another_language_has_no_moves() -> None:
    wording = rated("", span(reflection=0.9), transcript=said("Du hast auf mich gewartet.", language="de"))
    assert wording.moves == {}
    assert wording.behavior is None
    assert wording.sentences[0].text == "Du hast auf mich gewartet."


def test_a_reading_of_other_sentences_is_refused() -> None:
    reading = Reading(reply=span(), sentences=())
    with pytest.raises(ValueError, match="0 sentences and the reply 1"):
        assess(PROMPT, said(REPLY), reading, feelings=FEELINGS)
