"""An ordinary reply to be written."""

from __future__ import annotations

import pytest
from made_takes import make_take

from voice_trainer.attempt import Sentence, Word
from voice_trainer.exercise import Exercise, library_folder, load_exercise
from voice_trainer.export import Take
from voice_trainer.speech.measures import Pause


@pytest.fixture(scope="session")
def exercise() -> Exercise:
    return load_exercise(library_folder() / "cold-dinner.yaml")


@pytest.fixture
def take(exercise: Exercise) -> Take:
    """Two sentences, a pause between them, times that are no round numbers."""
    spoken = [
        ("You", 0.5004, 0.7106),
        ("waited,", 0.7106, 1.1),
        ("and", 1.2531, 1.3),
        ("it", 1.3, 1.42),
        ("hurt.", 1.42, 1.9999),
        ("What", 3.25, 3.4),
        ("was", 3.4, 3.5),
        ("it", 3.5, 3.6),
        ("like?", 3.6, 4.0017),
    ]
    return make_take(
        [Word(text=text, start_s=start, end_s=end) for text, start, end in spoken],
        sentences=(
            Sentence(
                text="You waited, and it hurt.",
                start_s=0.5004,
                end_s=1.9999,
                moves={"names_feeling": 0.9, "complex_reflection": 0.7, "advice": 0.1},
                behavior="reflection",
            ),
            Sentence(
                text="What was it like?", start_s=3.25, end_s=4.0017, moves={"open_question": 0.9}, behavior="question"
            ),
        ),
        pauses=(Pause(start_s=1.9999, end_s=3.25),),
        exercise=exercise,
    )
