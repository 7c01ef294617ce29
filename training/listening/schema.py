"""The heads of the listening model, and what each class of a head is called.

A head whose first class is its *absence* (``none``, ``0`` or ``no``) is a presence head: a sentence without the thing
and a reply without the thing both have that class, which is what lets reply labels teach sentences (see ``fit``).
"""

from __future__ import annotations

HEADS: dict[str, tuple[str, ...]] = {
    "behavior": ("reflection", "question", "therapist_input", "other"),
    "reflection": ("none", "simple", "complex"),
    "question": ("none", "open", "closed"),
    "input": ("none", "information", "advice", "planning"),
    "emotional_reaction": ("0", "1", "2"),
    "interpretation": ("0", "1", "2"),
    "exploration": ("0", "1", "2"),
    "advice": ("no", "yes"),
    "names_feeling": ("no", "yes"),
    "validation": ("no", "yes"),
    "affirmation": ("no", "yes"),
    "repair": ("no", "yes"),
    "self_disclosure": ("no", "yes"),
    "reassurance_minimizing": ("no", "yes"),
    "judging": ("no", "yes"),
    "defending": ("no", "yes"),
    "level": ("1", "2", "3", "4", "5"),
}
"""Head → its classes. AnnoMI gives the first four, EPITOME the next three, Advice-EMNLP2020 (with AnnoMI) ``advice``;
the corpus of this project all the rest, and what it shares with them."""
OF_CORPUS = (
    "names_feeling",
    "validation",
    "affirmation",
    "repair",
    "self_disclosure",
    "reassurance_minimizing",
    "judging",
    "defending",
)
"""Moves that the corpus alone teaches, each a head of its own."""
WHOLE = ("level",)
"""Heads of the reply as a whole, that a sentence has nothing of."""

NOT_TAUGHT: dict[str, str] = {}
"""Moves of the product that the data can't teach, each with the reason that the trainee is shown; none is left."""
