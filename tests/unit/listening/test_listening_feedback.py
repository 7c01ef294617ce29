"""One strength and one next step; and how the speaker was met."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_readings import FEELINGS, rated, said, span, voice

from voice_trainer.listening.attunement import attune
from voice_trainer.listening.feedback import Feedback, give
from voice_trainer.listening.feedback_words import NEXT_STEPS, STRENGTHS, TRIES
from voice_trainer.listening.repair import outcome
from voice_trainer.speech.baseline import Baseline

SOFT = voice()
OWN = Baseline(person="Ada", device="Built-in", recorded_at=datetime(2026, 1, 1, tzinfo=UTC), measures=voice())
HARSH = voice(harshness=0.9)
HEARD = ("You sat there with the candles, and you felt hurt.", span(reflection=0.9))
DEEP = (
    "You sat there with the candles, alone, and it hurt. You want to matter, to be remembered.",
    span(reflection=0.95, warmth=1.8, interpretation=1.8, open_question=0.6),
)
TOLD = ("Have you tried texting me? Next time you could just call.", span(advice=0.9))
FLAT = ("So what's there for dessert, then?", span(closed_question=0.8))
SHAME = re.compile(
    r"\b(?:wrong|bad|fail|failed|poor|mistake|should have|shouldn't|score|grade|points?|level)\b", re.IGNORECASE
)


def told(reply: tuple, made=SOFT, *, difficulty: int = 1) -> Feedback:
    wording = rated(*reply)
    return give(attune(wording, made, baseline=OWN), wording, made, difficulty=difficulty)


def test_a_strength_quotes_the_trainees_own_words() -> None:
    strength = told(HEARD).strength
    assert strength.dimension == "feeling"
    assert "“hurt”" in strength.text
    assert strength.evidence.text == "hurt"


def test_advice_is_the_next_step_and_a_missed_feeling_is_offered() -> None:
    step = told(TOLD).next_step
    assert step.dimension == "restraint"
    assert any(feeling in step.text for feeling in FEELINGS)
    assert "“" in step.text


def test_a_hard_exercise_gives_no_feeling_away() -> None:
    easy, hard = (told(FLAT, difficulty=difficulty).next_step for difficulty in (1, 4))
    assert any(feeling in easy.text for feeling in FEELINGS)
    assert not any(feeling in hard.text for feeling in FEELINGS)
    assert "Try: “It sounds like" in hard.text


def test_a_verdict_is_not_praised_for_leaving_the_solving_to_them() -> None:
    strength = told(("It sounds like you're overreacting.", span(reflection=0.9))).strength
    assert strength is None or strength.dimension != "restraint"


def test_advice_put_as_a_question_is_not_praised_as_one() -> None:
    asked = told(
        ("Have you tried to call him and talk?", span(advice=0.9, open_question=0.7, exploration=1.4))
    ).strength
    assert asked.dimension not in ("curiosity", "meaning", "restraint")


def test_wording_leads_and_a_clearly_hard_voice_comes_first() -> None:
    assert told(HEARD).next_step.dimension in ("validation", "meaning", "curiosity", "feeling")
    assert told(HEARD, HARSH).next_step.dimension == "harshness"


def test_a_voice_that_is_only_uneven_waits_until_the_words_are_good() -> None:
    uneven = voice(loudness_sd_db=13.0)
    assert told(FLAT, uneven).next_step.dimension == "feeling"
    assert told(DEEP, uneven).next_step.dimension == "steadiness"


def test_a_deep_reply_is_offered_silence() -> None:
    step = told(DEEP).next_step
    assert "Try:" in step.text


def test_nothing_rated_says_why() -> None:
    wording = rated("", span(), transcript=said(""))
    nothing = msgspec.structs.replace(voice(), harshness=None)
    unmeasured = type(nothing)(duration_s=1.0, not_rated={"harshness": "The recording is too short."})
    feedback = give(attune(wording, unmeasured), wording, unmeasured)
    assert feedback.strength is None
    assert feedback.next_step is None
    assert any("Nothing was said" in note for note in feedback.notes)
    assert any("The recording is too short." in note for note in feedback.notes)


def test_what_the_model_cannot_tell_is_one_note() -> None:
    notes = told(HEARD).notes
    assert len(notes) <= 5
    assert sum("can't tell it yet" in note for note in notes) == 1
    assert len(set(notes)) == len(notes)


def test_a_clipped_recording_is_told() -> None:
    assert any("too loud for the microphone" in note for note in told(HEARD, voice(clipping_ratio=0.03)).notes)


def test_the_same_reply_hears_the_same() -> None:
    assert told(HEARD) == told(HEARD)


@pytest.mark.parametrize("words", [*STRENGTHS.values(), *NEXT_STEPS.values(), *TRIES.values()])
def test_nothing_said_shames_or_grades(words: tuple[str, ...]) -> None:
    for text in words:
        assert not SHAME.search(text)


parts = st.lists(
    st.sampled_from(
        ["You felt hurt.", "That sounds lonely.", "With the candles.", "Just call me.", "How was it?", "You are happy."]
    ),
    min_size=1,
    max_size=6,
)
reads = st.builds(
    span,
    **dict.fromkeys(("reflection", "open_question", "closed_question", "advice", "information"), st.floats(0, 1)),
    **dict.fromkeys(("warmth", "interpretation", "exploration"), st.floats(0, 2)),
)


@given(
    parts,
    reads,
    st.sampled_from([SOFT, HARSH, voice(interruption_s=1.0), voice(loudness_sd_db=14.0)]),
    st.integers(1, 5),
)
def test_every_reply_hears_whole_sentences_and_something_to_say(parts, read, made, difficulty) -> None:
    text = " ".join(parts)
    wording = rated(text, read)
    attunement = attune(wording, made, baseline=OWN)
    feedback = give(attunement, wording, made, difficulty=difficulty)
    assert feedback.strength is not None
    assert feedback.next_step is not None
    for point in (feedback.strength, feedback.next_step):
        assert "{" not in point.text
        assert "“”" not in point.text
        assert point.evidence is None or point.evidence.text in text
    assert "ry: “" in feedback.next_step.text


@given(parts, reads, st.sampled_from([SOFT, HARSH]))
def test_the_outcome_agrees_with_the_level(parts, read, made) -> None:
    wording = rated(" ".join(parts), read)
    met = outcome(attune(wording, made, baseline=OWN), wording)
    if met == "attuned":
        assert wording.level >= 4
    if wording.level <= 2:
        assert met == "missed"
    if read.moves["advice"] >= 0.5:
        assert met == "missed"


def test_outcomes() -> None:
    def met(reply: tuple, made=SOFT) -> str | None:
        wording = rated(*reply)
        return outcome(attune(wording, made, baseline=OWN), wording)

    assert met(DEEP) == "attuned"
    assert met(TOLD) == met(FLAT) == "missed"
    assert met(("You sat there with the candles till nine.", span(reflection=0.9, interpretation=1.2))) == "partly"
    assert met(DEEP, HARSH) == "partly"
    wording = rated("", span(), transcript=said("Mm."))
    assert outcome(attune(wording, SOFT), wording) is None
