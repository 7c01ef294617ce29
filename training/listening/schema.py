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
}
"""Head → its classes. AnnoMI gives the first four, EPITOME the next three, Advice-EMNLP2020 (with AnnoMI) the last."""

NOT_TAUGHT: dict[str, str] = {
    "names_feeling": "no set we may fit on marks whether a reply names the other's feeling",
    "validation": "no set we may fit on marks validation; EPITOME's emotional reaction is warmth, another thing",
    "affirmation": "AnnoMI's public codes do not mark affirmations, and BOLT is kept for evaluation",
    "repair": "no set we may fit on holds repairs after a hurt",
    "self_disclosure": "OffMyChest marks any personal detail, also of the other's life: too loose to tell an own story",
    "reassurance_minimizing": "no set we may fit on marks minimizing",
    "judging": "no set we may fit on marks judging",
    "defending": "no set we may fit on marks defending",
}
"""Moves of the product that this data can't teach, each with the reason that the trainee is shown."""
