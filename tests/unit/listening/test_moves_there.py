"""Which moves count as there."""

from __future__ import annotations

import pytest

from voice_trainer.listening.moves import Sentence, there
from voice_trainer.listening.wording import Wording


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ({}, ()),
        ({"advice": 0.49}, ()),
        ({"advice": 0.5}, ("advice",)),
        ({"simple_reflection": 0.3, "complex_reflection": 0.65}, ("complex_reflection",)),
        ({"simple_reflection": 0.3, "complex_reflection": 0.3}, ("simple_reflection",)),  # unsure: simple
        ({"simple_reflection": 0.2, "complex_reflection": 0.2}, ()),
        ({"simple_reflection": 0.9, "advice": 0.95, "repair": 0.4}, ("advice", "simple_reflection")),
    ],
)
def test_moves_are_there_from_a_half_on_with_one_reflection_at_most(moves, expected) -> None:
    assert there(moves) == expected


def test_a_reflection_before_a_question_is_there_in_the_reply() -> None:
    sentences = (
        Sentence(
            text="So it hurt.", start_s=0.0, end_s=1.0, moves={"complex_reflection": 0.8, "simple_reflection": 0.1}
        ),
        Sentence(text="What then?", start_s=1.0, end_s=2.0, moves={"open_question": 0.9, "simple_reflection": 0.6}),
    )
    wording = Wording(
        behavior="question", moves={"open_question": 0.9}, mechanisms={}, level=3, wording=0.5, sentences=sentences
    )
    assert wording.there == ("complex_reflection", "open_question")
