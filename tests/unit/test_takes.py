"""Known words placed in time, and steps between starts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_trainer.speech.alignment import place
from voice_trainer.speech.transcript import Word
from voice_trainer.takes import stepped


def heard(*spoken: tuple[str, float, float]) -> tuple[Word, ...]:
    return tuple(Word(text=text, start_s=start, end_s=end) for text, start, end in spoken)


def test_what_was_heard_gives_its_times_whatever_its_spelling() -> None:
    found = place("I sat there — with the candles, like an idiot…", heard(
        ("i", 0.1, 0.2), ("sat", 0.3, 0.5), ("their", 0.5, 0.7), ("with", 1.0, 1.2), ("the", 1.2, 1.3),
        ("candles", 1.3, 1.9), ("like", 2.0, 2.2), ("an", 2.2, 2.3), ("idiot.", 2.3, 2.9),
    ))  # fmt: skip
    assert [word.text for word in found] == ["I", "sat", "there —", "with", "the", "candles,", "like", "an", "idiot…"]
    assert found[2].start_s == 0.5  # heard as another word in its place
    assert found[5].start_s == 1.3
    assert found[8].end_s == 2.9


def test_a_word_that_was_not_heard_shares_the_gap() -> None:
    (one, two, three) = place("You felt alone", heard(("you", 0.0, 0.2), ("alone", 1.0, 1.5)))
    assert (two.start_s, two.end_s) == (0.2, 1.0)
    assert (one.end_s, three.start_s) == (0.2, 1.0)


def test_another_text_is_not_placed() -> None:
    words = heard(("something", 0, 1), ("else", 1, 2))
    assert place("You sat there with the candles", words) == ()
    assert place("You sat there", ()) == ()
    assert place("", words) == ()


texts = st.lists(st.sampled_from(["you", "sat", "there", "with", "candles", "and", "felt", "alone", "—"]), max_size=12)


@given(texts, texts)
def test_placed_words_never_overlap_and_none_is_lost(known: list[str], said: list[str]) -> None:
    found = place(" ".join(known), heard(*((word, i * 0.5, i * 0.5 + 0.4) for i, word in enumerate(said))))
    if found:
        assert " ".join(word.text for word in found) == " ".join(known)
    for before, after in pairwise(found):
        assert before.start_s <= before.end_s <= after.start_s


@pytest.mark.parametrize(
    ("position_s", "by", "to"),
    [
        (0.0, 1, 1.0),
        (1.0, 1, 2.0),
        (3.0, 1, None),
        (3.0, -1, 2.0),
        (2.2, -1, 1.0),  # just begun: the one before
        (2.6, -1, 2.0),  # well into it: its own start
        (1.0, -1, None),
        (0.5, -1, None),
        (1.2, -1, 1.0),
    ],
)
def test_steps(position_s: float, by: int, to: float | None) -> None:
    assert stepped((1.0, 2.0, 3.0), position_s, by) == to
