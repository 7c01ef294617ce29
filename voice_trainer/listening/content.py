"""Which of the speaker's words a reply takes up, and whether it only says them back."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import cache

import snowballstemmer  # type: ignore[import-untyped]

TOKEN = re.compile(r"[a-zà-öø-ÿ]+(?:['’][a-z]+)?")
STOP_WORDS = frozenset(
    """
    a about actually after again all already also always am an and any anybody anyone anything anyway are around
    as at away back be because been before being but by can could d did didn do does doesn doing don done down
    each either else even ever every everybody everyone everything feel feeling feels felt few first for from
    get gets getting go goes going gone gonna got had has have having he hear heard her here hers herself him
    himself his how i if in into is isn it its itself just keep kind know like little ll look looks lot m made
    make makes many may maybe me mean might mine more most much must my myself need never no nobody none nor not
    nothing now of off oh okay on once one only or other others our out over own probably put quite rather re
    really right s said same say saying says see seem seems she should so some somebody someone something sort
    sound sounding sounds still stuff such sure t take than that the their them then there these they thing
    things think this those though thought through to today told too try trying two up us ve very wait want
    wanted was wasn way we well went were what when where which while who why will with won wonder would yeah
    yes yet you your yours yourself
    """.split()  # noqa: SIM905
)
"""Function words, and the words of listening itself ("it sounds like you feel"), which take up nothing of
the speaker's."""
PERSON = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "i'm": "you're", "i've": "you've",
    "i'd": "you'd", "i'll": "you'll", "am": "are", "was": "were",
}  # fmt: skip
"""How a listener turns the speaker's words round."""
PARROT_RUN_WORDS = 3
"""The shortest run of the speaker's words that counts as said back."""
PARROT_SHARE = 0.7
"""From this share of the reply in such runs on, it only says back what it heard."""
PARROT_LEAST_WORDS = 6
"""A short echo ("just a text") is a reflection; only longer ones can be parroting."""


@cache
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


def tokens(text: str) -> tuple[str, ...]:
    """Words of ``text`` in lower case, straight apostrophes, without punctuation."""
    return tuple(TOKEN.findall(text.lower().replace("’", "'")))


def content_stems(text: str) -> frozenset[str]:
    """Stems (Snowball English) of the words that carry content."""
    plain = (word.split("'")[0] for word in tokens(text))
    return frozenset(_stem(word) for word in plain if word not in STOP_WORDS and len(word) > 1)


def taken_up(reply: str, source: str) -> frozenset[str]:
    """Content stems that the reply shares with ``source``."""
    return content_stems(reply) & content_stems(source)


def parrot_share(reply: str, prompt: str) -> float:
    """Share of the reply's words, 0–1, that stand in the prompt in runs of ``PARROT_RUN_WORDS``, I and you turned."""
    said = [PERSON.get(word, word) for word in tokens(reply)]
    heard = [PERSON.get(word, word) for word in tokens(prompt)]
    if not said or not heard:
        return 0.0
    blocks = SequenceMatcher(None, said, heard, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= PARROT_RUN_WORDS) / len(said)


def parrots(reply: str, prompt: str) -> bool:
    """Whether the reply is a near-verbatim repeat of the prompt's words."""
    return len(tokens(reply)) >= PARROT_LEAST_WORDS and parrot_share(reply, prompt) >= PARROT_SHARE
