"""Correcting a transcript: times, what is scored again and what is left, what is told, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.conftest import ADVISES, REFLECTS, SAID, VALIDATES, Room, make_room, speech
from voice_trainer.attempt import Attempt, Transcript, Word
from voice_trainer.engines.scripted import ScriptedListener, ScriptedTranscriber
from voice_trainer.errors import RequestInvalid
from voice_trainer.listening.moves import Move, Reading
from voice_trainer.rescoring import changes, correct, corrected, restore, reworded, word_changes
from voice_trainer.scoring import score
from voice_trainer.speech.baseline import Baseline

RATE_HZ = 16_000
NO_ADVICE = "You sat there with the candles and felt so alone. That makes sense to me."
TEXTS = st.lists(st.text("abcdé'’.?!", min_size=1, max_size=6), max_size=12)


def heard(*texts: str) -> Transcript:
    return Transcript(
        words=tuple(
            Word(text=text, start_s=i * 0.5, end_s=i * 0.5 + 0.3, probability=0.7) for i, text in enumerate(texts)
        )
    )


class ReadsAll(ScriptedListener):
    """The reply does whatever one of its sentences does, so that other words are another reply."""

    def listen(self, prompt: str, sentences: Sequence[str]) -> Reading:
        reading = super().listen(prompt, sentences)
        moves: dict[Move, float] = {}
        for one in reading.sentences:
            for move, probability in one.moves.items():
                moves[move] = max(probability, moves.get(move, 0.0))
        whole = reading.sentences[0] if reading.sentences else reading.reply
        return msgspec.structs.replace(reading, reply=msgspec.structs.replace(whole, moves={"advice": 0.02, **moves}))


def reading_all(room: Room) -> Room:
    listener = room.practice.engines.listener
    assert isinstance(listener, ScriptedListener)
    room.practice.engines = replace(room.practice.engines, listener=ReadsAll(sentences=listener.sentences))
    return room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = reading_all(make_room(tmp_path))
    yield made
    made.practice.store.close()


def spoken(room: Room) -> Attempt:
    """One reply to the first turn, recorded and stored."""
    exercise = room.practice.library.get("cold-dinner")
    review = room.practice.review(exercise, exercise.first_turn, RATE_HZ)
    review.push(speech(6.0))
    return review.finish()


# times


def test_words_that_are_left_keep_their_times_and_become_sure() -> None:
    before = heard("You", "sat", "with", "candels", "alone.")
    after = corrected(before, ["You", "sat", "with", "candles", "alone."], 3.0)
    assert [(word.text, word.start_s, word.end_s) for word in after.words] == [
        (text, word.start_s, word.end_s)
        for text, word in zip(["You", "sat", "with", "candles", "alone."], before.words, strict=True)
    ]
    assert after.probability == 1.0
    assert after.edited_from == "You sat with candels alone."


def test_added_words_share_the_silence_and_several_the_time_of_one() -> None:
    after = corrected(heard("You", "waited."), ["You", "really", "waited."], 2.0)
    assert (after.words[1].start_s, after.words[1].end_s) == (0.3, 0.5)
    after = corrected(heard("You", "waitedup."), ["You", "waited", "up."], 2.0)
    waited, up = after.words[1:]
    assert waited.start_s == 0.5
    assert waited.end_s == up.start_s == pytest.approx(0.7)  # two syllables of three
    assert up.end_s == 0.8
    after = corrected(Transcript(), ["Nothing", "was", "heard."], 2.0)
    assert (after.words[0].start_s, after.words[-1].end_s) == (0.0, 2.0)
    assert after.edited_from == ""


@given(before=TEXTS, after=TEXTS)
def test_whatever_is_changed_the_words_are_those_given_and_time_goes_on(before: list[str], after: list[str]) -> None:
    script = corrected(heard(*before), after, 8.0)
    assert [word.text for word in script.words] == after
    times = [moment for word in script.words for moment in (word.start_s, word.end_s)]
    assert all(one <= other + 1e-9 for one, other in pairwise(times))
    assert all(0.0 <= moment <= 8.0 for moment in times)
    told = word_changes(before, after)
    assert bool(told) == (before != after)
    assert sum(len(one.after.split()) - len(one.before.split()) for one in told) == len(after) - len(before)


def test_a_correction_twice_is_measured_from_what_was_heard_first() -> None:
    before = heard("You", "sad", "there.")
    once = corrected(before, ["You", "sat", "there."], 2.0)
    twice = corrected(once, ["You", "sit", "there."], 2.0)
    assert twice.edited_from == "You sad there."


@pytest.mark.parametrize("texts", [["You", ""], ["two words"], ["x" * 61], [" you"], ["you"] * 4_001])
def test_what_is_no_word_is_refused_in_a_sentence(texts: list[str]) -> None:
    with pytest.raises(RequestInvalid, match=r"words|letters"):
        corrected(heard("You"), texts, 1.0)


# scores


def test_corrected_words_are_worth_what_they_would_have_been_if_heard_right(room: Room) -> None:
    attempt = spoken(room)
    again = correct(room.practice, attempt, NO_ADVICE.split())
    engines = replace(room.practice.engines, transcriber=ScriptedTranscriber(NO_ADVICE))
    exercise = room.practice.library.get("cold-dinner")
    prompt = room.practice.speaker_voice(exercise, exercise.first_turn).result()
    heard_right = score(engines, prompt, speech(6.0), RATE_HZ)
    assert again.scored.wording.level == heard_right.wording.level
    assert again.scored.wording.moves == heard_right.wording.moves
    assert again.scored.attunement.wording == heard_right.attunement.wording
    for name in ("speech_rate_wpm", "articulation_rate_syll_per_s"):
        assert getattr(again.scored.voice, name) == pytest.approx(getattr(heard_right.voice, name)), name
    assert again.scored.attunement.voice == heard_right.attunement.voice
    assert again.scored.feedback.next_step == heard_right.feedback.next_step


def test_words_left_as_they_are_give_the_same_rates(room: Room) -> None:
    attempt = spoken(room)
    again = reworded(attempt.scored.voice, attempt.scored.transcript)
    assert again.speech_rate_wpm == pytest.approx(attempt.scored.voice.speech_rate_wpm)
    assert again.articulation_rate_syll_per_s == pytest.approx(attempt.scored.voice.articulation_rate_syll_per_s)
    changed = {"speech_rate_wpm", "articulation_rate_syll_per_s"}
    for name in set(msgspec.structs.asdict(again)) - changed:
        assert getattr(again, name) == getattr(attempt.scored.voice, name), name
    empty = reworded(attempt.scored.voice, Transcript())
    assert empty.speech_rate_wpm is None
    assert empty.not_rated["speech_rate_wpm"]
    unmeasured = msgspec.structs.replace(attempt.scored.voice, articulation_rate_syll_per_s=None)
    assert reworded(unmeasured, Transcript()) is unmeasured


def test_what_changed_is_told(room: Room) -> None:
    attempt = spoken(room)
    again = correct(room.practice, attempt, NO_ADVICE.split())
    change = changes(attempt.scored, again.scored)
    assert [one.edit for one in change.words] == ["removed"]
    assert change.words[0].before == "Have you tried texting me sooner?"
    assert change.moves_lost == ("advice",)
    assert change.moves_gained == ()
    restraint = next(one for one in change.dimensions if one.name == "restraint")
    assert restraint.before is not None
    assert restraint.after is not None
    assert restraint.after > restraint.before
    assert not change.reread
    assert changes(attempt.scored, attempt.scored).nothing_moved


def test_the_first_record_is_kept_and_comes_back(room: Room) -> None:
    attempt = spoken(room)
    store = room.practice.store
    once = correct(room.practice, attempt, NO_ADVICE.split())
    correct(room.practice, once, ["You", "felt", "alone", "there."])
    assert store.original(attempt.id) == attempt
    assert store.attempt(attempt.id).scored.transcript.text == "You felt alone there."
    assert store.attempt(attempt.id).scored.transcript.edited_from == SAID
    assert restore(room.practice, store.attempt(attempt.id)) == attempt
    assert store.attempt(attempt.id) == attempt


def test_the_words_as_they_were_heard_bring_the_first_record_back(room: Room) -> None:
    attempt = spoken(room)
    once = correct(room.practice, attempt, NO_ADVICE.split())
    assert correct(room.practice, once, SAID.split()) == attempt


def test_unsure_words_are_rated_once_they_are_confirmed(room: Room) -> None:
    attempt = spoken(room)
    words = tuple(msgspec.structs.replace(word, probability=0.3) for word in attempt.scored.transcript.words)
    scored = attempt.scored
    wording = msgspec.structs.replace(scored.wording, level=None, wording=None)
    scored = msgspec.structs.replace(scored, transcript=Transcript(words=words), wording=wording)
    doubted = msgspec.structs.replace(attempt, scored=scored)
    room.practice.store.remove_attempt(attempt.id)
    room.practice.store.add_attempt(doubted)
    again = correct(room.practice, doubted, SAID.split())
    assert again.scored.wording.level is not None
    assert again.outcome is not None
    assert changes(doubted.scored, again.scored).words == ()


def test_a_new_everyday_voice_does_not_make_a_corrected_reply_louder(room: Room) -> None:
    attempt = msgspec.structs.replace(spoken(room), device="Scripted microphone", person="Ada")
    quiet = msgspec.structs.replace(attempt.scored.voice, loudness_mean_dbfs=-60.0)
    room.practice.store.save_baseline(
        Baseline(
            person="Ada", device="Scripted microphone", recorded_at=datetime(2030, 1, 1, tzinfo=UTC), measures=quiet
        )
    )
    words = ["So", *SAID.split()[1:]]
    again = correct(room.practice, attempt, words)
    voice = [one for one in again.scored.attunement.dimensions if one.name == "loudness"]
    assert voice == [one for one in attempt.scored.attunement.dimensions if one.name == "loudness"]
    assert again.scored.attunement.voice == attempt.scored.attunement.voice


def test_the_scripts_of_this_module_differ() -> None:
    """Else the tests above could not fail."""
    assert REFLECTS.moves != ADVISES.moves != VALIDATES.moves
    assert np.any(speech(1.0))
