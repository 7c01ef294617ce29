"""The wording level 1–5 (Carkhuff–Truax): the model's own reading of it, joined with a monotone formula over what it
read and what the reply takes up of this speaker's words, feelings and meaning, which the model is not told.

    value   = CENTRE + SPREAD · (read · READ_SHARE + score · (1 − READ_SHARE) − CENTRE), cut to 1–5
    wording = (value − 1) / 4;  level = value, rounded half up

``read`` is an expectation, which never reaches the ends: ``SPREAD`` gives them back. A model that was not taught the
level leaves it to the formula:

    earned  = 4 · Σ weight · signal               (weights below; at most 4)
    held    = 1 − HARM_WEIGHT · max(0, harm − HARM_FROM) / (1 − HARM_FROM)
    score   = 1 + max(0, earned · held − WRONG_FEELING · wrong), cut to 1–5
    score, value ≤ 3 where the reply only says the speaker's words back

Signals, each 0–1:

    reflecting   reflection (simple or complex: raters agree on the difference at κ .50 only, so it isn't graded),
                 halved where it takes up nothing that the speaker said or feels
    content      what the speaker told, taken up by its words
    feeling      fit of the feelings named (``feelings.match``)
    meaning      EPITOME interpretation, or words of the speaker's meaning that the speaker didn't say
    validation   the move, or affirmation, where they are taught, or EPITOME emotional reaction
    inviting     open question, EPITOME exploration
    repair       the move, where it is taught
    harm         advice, judging, minimizing, defending; information and self-disclosure weigh less

Rising in every signal but harm and wrong, in which it falls.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .moves import Move, Reading, Span, reflects

WEIGHTS: dict[str, float] = {
    "reflecting": 0.05,
    "content": 0.30,
    "feeling": 0.05,
    "meaning": 0.30,
    "validation": 0.20,
    "inviting": 0.25,
    "repair": 0.25,
}
"""They sum to more than 1 on purpose: nobody has to do everything at once to be deeply heard. That a feeling is named,
or something reflected, weighs little here: ``read`` holds it already, and with more (0.15 each) a reply that only says
the feeling back was taken for the deepest."""
CENTRE = 2.7
SPREAD = 1.2
READ_SHARE = 0.7
HARM_WEIGHT = 0.7
"""These and the weights were chosen on the exercises' 889 model replies, which no model is fitted on and whose levels
others who saw nothing but the words gave again (quadratic κ .95), and on the development side of the corpus; so
agreement on these is no test. The 49 sentences of ``tests/engines/test_plain_talk.py`` were in view as well, and one of
them is why affirmation counts, another why inviting weighs what it does. ``SPREAD`` was kept with the judged public
replies in view: 1.15 is better for the exercises and worse for these. With the model that is measured, and with the one
that ships, 94 % of the exercises' replies are within one and 95 % of their pairs in order."""
WRONG_FEELING = 0.8
PARROT_CEILING = 3.0
HARM_FROM = 0.25
"""A harm less likely than this costs nothing: in most replies the model leaves some chance of advice."""
UNGROUNDED = 0.5
"""What a reflection is worth that takes up nothing of the speaker's."""
HARMS: dict[Move, float] = {
    "advice": 1.0,
    "judging": 1.0,
    "reassurance_minimizing": 1.0,
    "defending": 1.0,
    "information": 0.6,
    "self_disclosure": 0.6,
}


class Signals(msgspec.Struct, frozen=True, kw_only=True):
    """What the level is computed from; each 0–1 (see the module)."""

    reflecting: float = 0.0
    content: float = 0.0
    feeling: float = 0.0
    meaning: float = 0.0
    validation: float = 0.0
    inviting: float = 0.0
    repair: float = 0.0
    harm: float = 0.0
    wrong: float = 0.0
    parroting: bool = False


def reflection(reading: Reading) -> float:
    """Probability that something in the reply reflects, simply or deeply.

    The reply as a whole is read for its main behavior: a reply that reflects and then asks is a question there, so its
    sentences are asked, too.
    """
    return max(_reflection(span) for span in (reading.reply, *reading.sentences))


def _reflection(span: Span) -> float:
    return max(reflects(span.moves), span.behavior.get("reflection", 0.0))


def harm(moves: Mapping[Move, float]) -> float:
    """The weightiest of what closes a speaker down, 0–1; moves that weren't taught can't be seen and weigh nothing."""
    return max((weight * moves.get(move, 0.0) for move, weight in HARMS.items()), default=0.0)


def score(signals: Signals) -> float:
    """The level before rounding, 1–5."""
    parts = (float(getattr(signals, name)) * weight for name, weight in WEIGHTS.items())
    earned = 4.0 * min(1.0, sum(parts))
    felt = max(0.0, signals.harm - HARM_FROM) / (1.0 - HARM_FROM)
    held = earned * (1.0 - HARM_WEIGHT * felt)
    value = 1.0 + max(0.0, held - WRONG_FEELING * signals.wrong)
    return min(value, PARROT_CEILING) if signals.parroting else min(value, 5.0)


def joined(signals: Signals, read: float | None) -> float:
    """The level before rounding, 1–5. ``read``: as the model expects a rater to give it; None leaves the formula."""
    formula = score(signals)
    if read is None:
        return formula
    value = CENTRE + SPREAD * (READ_SHARE * read + (1.0 - READ_SHARE) * formula - CENTRE)
    return max(1.0, min(value, PARROT_CEILING if signals.parroting else 5.0))


def level(value: float) -> int:
    """A score as a level 1–5, halves up."""
    return max(1, min(5, int(value + 0.5)))
