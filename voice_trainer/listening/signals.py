"""The signals that the level is computed from, read off one reply."""

from __future__ import annotations

from .content import parrots, taken_up
from .evidence import Spoken
from .feeling_fit import FeelingFit
from .level import UNGROUNDED, Signals, harm, reflection
from .moves import Mechanism, Reading

TAKEN_UP_WORDS = 2
"""Shared content words from which a reply counts as taking up what the speaker said."""
FULL_MECHANISM = 1.5
"""Expected level, of 0–2, from which a mechanism counts as there in full: an expectation seldom reaches the ends."""
CONTENT_WORDS = 3
"""From this many on, more of the speaker's words earn nothing: a reply isn't better for being longer."""
MEANING_WORDS = 2
"""Content words of the speaker's meaning, unsaid by the speaker, from which a reply counts as saying it."""


def read_signals(prompt: str, spoken: tuple[Spoken, ...], reading: Reading, fit: FeelingFit, meaning: str) -> Signals:
    """Bring the reading, the feelings and the words taken up to 0–1 each (see ``level``)."""
    text = " ".join(one.sentence.text for one in spoken if one.counted)
    interpretation = _mechanism(reading, "interpretation")
    taken = len(taken_up(text, prompt))
    unsaid = taken_up(text, meaning) - taken_up(prompt, meaning)
    grounded = max(min(1.0, taken / TAKEN_UP_WORDS), fit.value, interpretation)
    moves = reading.reply.moves
    return Signals(
        reflecting=reflection(reading) * (UNGROUNDED + (1.0 - UNGROUNDED) * grounded),
        content=min(1.0, taken / CONTENT_WORDS),
        feeling=fit.value,
        meaning=max(interpretation, min(1.0, len(unsaid) / MEANING_WORDS)),
        validation=max(
            moves.get("validation", 0.0), moves.get("affirmation", 0.0), _mechanism(reading, "emotional_reaction")
        ),
        inviting=max(moves.get("open_question", 0.0), _mechanism(reading, "exploration")),
        repair=moves.get("repair", 0.0),
        harm=harm(moves),
        wrong=fit.wrong,
        parroting=parrots(text, prompt),
    )


def _mechanism(reading: Reading, name: Mechanism) -> float:
    """Expected level of an EPITOME mechanism as 0–1; 0 where the model doesn't tell it."""
    return max(0.0, min(1.0, reading.reply.mechanisms.get(name, 0.0) / FULL_MECHANISM))
