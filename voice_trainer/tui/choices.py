""" "What did you hear?": the words to choose from. Pure, and the same for a turn every time."""

from __future__ import annotations

import random

from ..exercise import Turn

PLAUSIBLE = (
    "angry",
    "afraid",
    "ashamed",
    "disappointed",
    "embarrassed",
    "exhausted",
    "guilty",
    "helpless",
    "hopeful",
    "hurt",
    "jealous",
    "lonely",
    "numb",
    "overwhelmed",
    "proud",
    "relieved",
    "resentful",
    "sad",
    "torn",
    "worried",
)
"""Plain words that people in distress are often taken to feel; those that the speaker feels are among them or not."""

MOST = 8


def feelings_to_choose(exercise_id: str, turn: Turn, most: int = MOST) -> tuple[str, ...]:
    """The speaker's own feelings (at most ``most - 3``) among others, shuffled the same way for a turn."""
    shuffle = random.Random(f"{exercise_id}/{turn.id}")
    felt = tuple(dict.fromkeys(turn.feelings))[: most - 3]
    others = [word for word in PLAUSIBLE if word not in felt and not any(_alike(word, own) for own in felt)]
    words = [*felt, *shuffle.sample(others, min(len(others), most - len(felt)))]
    shuffle.shuffle(words)
    return tuple(words)


def _alike(one: str, other: str) -> bool:
    """Whether two words share their beginning ("shame", "ashamed" don't; "hope", "hopeful" do)."""
    return one[:4] == other[:4]
