"""What is shown of a reply's words: dimensions, evidence with its times, and what isn't known."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from made_readings import MEANING, PROMPT, UNTAUGHT, WORD_S, rated, said, span

from voice_trainer.listening.dimensions import WORDING_DIMENSIONS, Dimension
from voice_trainer.listening.moves import Reading
from voice_trainer.listening.wording import Wording, assess, spoken_sentences

GOOD = "You sat there with the candles. You felt hurt, and a bit stupid."


def dimension(wording: Wording, name: str) -> Dimension:
    return next(one for one in wording.dimensions if one.name == name)


def test_every_dimension_stands_in_order() -> None:
    assert tuple(one.name for one in rated(GOOD, span(reflection=0.8)).dimensions) == WORDING_DIMENSIONS


def test_evidence_is_the_trainees_own_words_with_their_times() -> None:
    feeling = dimension(rated(GOOD, span(reflection=0.8)), "feeling")
    assert [one.text for one in feeling.evidence] == ["hurt", "a bit stupid"]
    hurt, stupid = feeling.evidence
    assert abs(hurt.start_s - (1.0 + 8 * WORD_S)) < 1e-9
    assert abs(hurt.end_s - (1.0 + 9 * WORD_S)) < 1e-9
    assert abs(stupid.start_s - (1.0 + 10 * WORD_S)) < 1e-9
    assert abs(stupid.end_s - (1.0 + 13 * WORD_S)) < 1e-9


def test_typed_words_have_no_times() -> None:
    wording = rated(GOOD, span(reflection=0.8), timed=False)
    assert {(one.start_s, one.end_s) for part in wording.dimensions for one in part.evidence} == {(None, None)}


PHRASES = (
    "you felt hurt",
    "it was lonely",
    "the candles",
    "try a walk",
    "how was that",
    "like you don't matter",
    "okay",
)


@given(st.lists(st.tuples(st.sampled_from(PHRASES), st.sampled_from(".?,")), min_size=1, max_size=12), st.floats(0, 1))
def test_evidence_always_stands_in_the_transcript_at_its_times(parts: list[tuple[str, str]], p: float) -> None:
    transcript = said(" ".join(phrase + mark for phrase, mark in parts))
    read = span(reflection=p, open_question=1 - p, advice=p, warmth=2 * p, interpretation=p)
    wording = rated("", read, transcript=transcript)
    for evidence in (one for part in wording.dimensions for one in part.evidence):
        assert evidence.text in transcript.text
        within = [w.text for w in transcript.words if evidence.start_s <= w.start_s and w.end_s <= evidence.end_s]
        assert evidence.text in " ".join(within)
        assert len(" ".join(within)) - len(evidence.text) <= len(".?,")


def test_restraint_points_at_the_sentence_that_advises() -> None:
    transcript = said("You felt hurt. Next time you could just call me.")
    reply, heard, told = span(reflection=0.5, advice=0.8), span(reflection=0.9), span(advice=0.9)
    reading = Reading(reply=reply, sentences=(heard, told), not_taught=UNTAUGHT)
    restraint = dimension(assess(PROMPT, transcript, reading, feelings=("hurt",), meaning=MEANING), "restraint")
    assert restraint.level == 1
    assert [one.text for one in restraint.evidence] == ["Next time you could just call me."]
    assert "judges, minimizes, defends" in restraint.reason


def test_what_the_model_was_not_taught_is_not_rated() -> None:
    wording = rated(GOOD, span(reflection=0.8))
    assert set(UNTAUGHT) <= set(wording.not_rated)
    assert dimension(wording, "repair").level is None
    assert "can't tell repair yet" in dimension(wording, "repair").reason
    assert not set(UNTAUGHT) & set(wording.moves)


def test_a_model_that_was_taught_repair_rates_it() -> None:
    wording = rated("I left you waiting, and I'm sorry for that.", span(reflection=0.4, more={"repair": 0.9}))
    assert dimension(wording, "repair").level == 5
    assert dimension(rated(GOOD, span(more={"repair": 0.1})), "repair").level is None


def test_restraint_reaches_5_only_where_all_of_it_can_be_seen() -> None:
    assert dimension(rated(GOOD, span(reflection=0.8)), "restraint").level == 4
    seen = dict.fromkeys(("judging", "reassurance_minimizing", "defending", "self_disclosure"), 0.02)
    assert dimension(rated(GOOD, span(reflection=0.8, more=seen)), "restraint").level == 5


def test_sentences_carry_what_they_do() -> None:
    wording = rated(GOOD, span(reflection=0.8))
    assert tuple(one.text for one in wording.sentences) == spoken_sentences(said(GOOD))
    assert wording.sentences[1].feelings == ("hurt", "foolish")
    assert wording.sentences[1].cues == ("hurt", "a bit stupid")
    assert wording.sentences[0].behavior == "reflection"


def test_feelings_of_a_speaker_who_gave_none_are_taken_from_the_prompt() -> None:
    read = span(reflection=0.8)
    named = rated("You felt like an idiot.", read, feelings=())
    assert named.feelings_met == {}
    assert dimension(named, "feeling").level == 4
    assert dimension(rated("You're so happy.", read, feelings=()), "feeling").level == 1


def test_talking_them_out_of_a_feeling_is_no_naming_of_it() -> None:
    wording = rated("Oh, don't be hurt about the candles.", span(reflection=0.5))
    feeling = dimension(wording, "feeling")
    assert (feeling.level, [one.text for one in feeling.evidence]) == (1, ["hurt"])
    assert wording.wording < rated("Oh, it was so late for the candles.", span(reflection=0.5)).wording
