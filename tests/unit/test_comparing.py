"""What moved between two attempts: told in words, only where it moved, and the same seen from both ends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_trainer.attempt import (
    Attempt,
    Attunement,
    Dimension,
    Feedback,
    Scored,
    Timings,
    Transcript,
    VoiceCurves,
    VoiceMeasures,
    Word,
    Wording,
)
from voice_trainer.comparing import CAME, MEASURES, WENT, compare
from voice_trainer.listening.moves import MOVES


def attempt(
    *,
    moves: dict[str, float] | None = None,
    levels: dict[str, int | None] | None = None,
    words: int = 10,
    version: str = "1",
    turn: str = "start",
    device: str | None = "Headset",
    **voice: Any,
) -> Attempt:
    scored = Scored(
        transcript=Transcript(words=tuple(Word(text="so", start_s=i, end_s=i + 0.5) for i in range(words))),
        voice=VoiceMeasures(duration_s=words, **voice),
        curves=VoiceCurves(),
        wording=Wording(behavior="reflection", moves=moves or {}, mechanisms={}, level=3, wording=0.5, sentences=()),  # type: ignore[arg-type]
        attunement=Attunement(
            wording=0.5,
            voice=0.5,
            dimensions=tuple(
                Dimension(name=name, level=level, reason="")  # type: ignore[arg-type]
                for name, level in (levels or {}).items()
            ),
            scoring_version=version,
        ),
        feedback=Feedback(strength=None, next_step=None),
        timings_s=Timings(transcribe=0, voice=0, wording=0, feedback_after_speech=0),
    )
    return Attempt(
        id="0" * 26,
        exercise_id="cold-dinner",
        turn=turn,
        started_at=datetime(2025, 3, 9, tzinfo=UTC),
        person="Ada",
        recording=None,
        scored=scored,
        device=device,
    )


def test_what_came_and_went_is_told_in_words() -> None:
    then = attempt(moves={"advice": 0.9, "names_feeling": 0.1, "open_question": 0.2, "validation": 0.7})
    now = attempt(moves={"advice": 0.2, "names_feeling": 0.95, "open_question": 0.8, "validation": 0.8})
    told = {change.text: (change.amount, change.way) for change in compare(then, now).words}
    assert told == {
        "names the feeling now": (1.0, "nearer"),
        "gives no advice now": (-1.0, "nearer"),
        "asks an open question now": (1.0, "neither"),
    }
    assert next(change.what for change in compare(then, now).words) == "names_feeling"  # the surest first


@pytest.mark.parametrize(
    ("measure", "then", "now", "text"),
    [
        ("pause_mean_s", 1.9, 0.7, "1.2 s shorter pauses"),
        ("longest_pause_s", 0.4, 2.0, "longest pause 1.6 s longer"),
        ("response_latency_s", 2.4, 0.9, "answered 1.5 s sooner"),
        ("articulation_rate_syll_per_s", 5.6, 4.5, "1.1 syllables a second slower"),
        ("loudness_mean_dbfs", -20.0, -26.0, "6 dB softer"),
        ("f0_range_semitones", 4.0, 7.0, "3.0 semitones more melody"),
        ("f0_median_hz", 100.0, 200.0, "12.0 semitones higher"),
        ("harshness", 0.62, 0.3, "gentler by 0.32 of 1"),
        ("filled_pause_count", 4, 1, "3 fewer “um”"),
    ],
)
def test_how_much_the_voice_moved(measure: str, then: float, now: float, text: str) -> None:
    (change,) = compare(attempt(**{measure: then}), attempt(**{measure: now})).voice
    assert change.text == text
    assert change.what == measure
    assert (change.amount > 0) == (now > then)


@pytest.mark.parametrize("measure", MEASURES)
def test_less_than_can_be_told_apart_is_not_told(measure: str) -> None:
    least = MEASURES[measure].least
    base, factor = (100.0, 2 ** (least / 12)) if measure == "f0_median_hz" else (1.0, 0.0)

    def moved(share: float) -> Attempt:
        value = base * factor**share if factor else base + least * share
        return attempt(**{measure: value})

    assert compare(attempt(**{measure: base}), moved(0.95)).voice == ()
    assert compare(attempt(**{measure: base}), moved(-0.95)).voice == ()
    assert len(compare(attempt(**{measure: base}), moved(1.0)).voice) == 1


def test_what_one_of_them_lacks_is_said_with_its_reason() -> None:
    then = attempt(not_rated={"response_latency_s": "the prompt was skipped"})
    found = compare(then, attempt(response_latency_s=0.8))
    assert found.voice == ()
    assert found.not_compared == {"response_latency_s": "then: the prompt was skipped"}
    assert compare(then, attempt()).not_compared == {}  # neither has it: there is nothing to say


def test_loudness_is_compared_on_the_same_microphone_only() -> None:
    then, now = attempt(loudness_mean_dbfs=-20.0), attempt(loudness_mean_dbfs=-30.0, device="Camera")
    found = compare(then, now)
    assert found.voice == ()
    assert found.not_compared == {"loudness_mean_dbfs": "recorded on another microphone"}


def test_dimensions_stand_side_by_side() -> None:
    found = compare(
        attempt(levels={"feeling": 2, "validation": None, "pace": 4}),
        attempt(levels={"feeling": 4, "validation": 3, "pace": 3}),
    )
    assert {shift.name: (shift.then, shift.now, shift.by) for shift in found.dimensions} == {
        "feeling": (2, 4, 2),
        "validation": (None, 3, None),
        "pace": (4, 3, -1),
    }


def test_levels_by_different_rules_are_not_compared() -> None:
    found = compare(attempt(levels={"feeling": 2}), attempt(levels={"feeling": 4}, version="2"))
    assert found.dimensions == ()
    assert "then 1, now 2" in found.not_compared["levels"]


def test_a_move_that_one_model_can_not_tell_has_not_come() -> None:
    assert compare(attempt(moves={}), attempt(moves={"repair": 0.9})).words == ()


def test_length_is_told_from_five_words_on() -> None:
    assert compare(attempt(words=10), attempt(words=14)).words == ()
    (change,) = compare(attempt(words=30), attempt(words=12)).words
    assert (change.text, change.amount) == ("18 words shorter", -18.0)


def test_different_turns_are_no_pair() -> None:
    with pytest.raises(ValueError, match="cold-dinner/opens"):
        compare(attempt(), attempt(turn="opens"))


attempts = st.builds(
    lambda moves, levels, words, voice: attempt(moves=moves, levels=levels, words=words, **voice),
    st.dictionaries(st.sampled_from(MOVES), st.floats(0, 1)),
    st.dictionaries(st.sampled_from(["feeling", "pace", "restraint"]), st.integers(1, 5) | st.none()),
    st.integers(0, 60),
    st.dictionaries(st.sampled_from(sorted(MEASURES)), st.floats(0.1, 300) | st.none()),
)


@given(attempts)
def test_nothing_moved_between_an_attempt_and_itself(one: Attempt) -> None:
    found = compare(one, one)
    assert not found.moved
    assert found.not_compared == {}


@given(attempts, attempts)
def test_from_the_other_end_everything_moved_back(one: Attempt, other: Attempt) -> None:
    there, back = compare(one, other), compare(other, one)
    for forth, again in ((there.words, back.words), (there.voice, back.voice)):
        assert {c.what: pytest.approx(-c.amount) for c in forth} == {c.what: c.amount for c in again}
        assert all(c.text for c in forth)
    ways = {c.what: c.way for c in back.words}
    opposite = {"nearer": "away", "away": "nearer", "neither": "neither"}
    assert {c.what: opposite[c.way] for c in there.words} == ways
    assert {s.name: s.by for s in back.dimensions} == {
        s.name: None if s.by is None else -s.by for s in there.dimensions
    }


def test_every_move_has_words_for_coming_and_going() -> None:
    assert set(CAME) == set(WENT) == set(MOVES)
