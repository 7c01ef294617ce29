"""Which feelings a reply names, whose they are, and how they fit what this speaker feels.

A lexicon says which feelings are named. It does not say how likely the move ``names_feeling`` is: moves come from the
listening model alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from math import hypot
from typing import Literal

import msgspec

from .feeling_families import BY_NAME, FAMILIES, NEAR_DISTANCE, PLAUSIBLE_DISTANCE, SPEAKER_WORDS, Family

Owner = Literal["you", "I", "other"]
Fit = Literal["met", "near", "missed", "wrong"]

APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})
CLAUSE_END = re.compile(r"[.,;:!?…—–]|\s-\s")
NEGATION = re.compile(r"\b(?:not|never|no|hardly|without|nor|neither|cannot|no longer)\b|n't\b", re.IGNORECASE)
NEGATION_REACHES_WORDS = 4
"""A "not" this many words before the feeling, in the same clause, still turns it."""
NO_NEGATION = re.compile(
    r"\b(?:no wonder|no doubt|not (?:only|just|sure|certain)|why (?:would|should)n't|not to mention)\b", re.IGNORECASE
)
SUBJECT = re.compile(
    r"\b(?P<you>you|your|you're|you've|you'd|you'll)\b"
    r"|\b(?P<me>i|i'm|i've|i'd|i'll|(?:makes?|made|leaves?|left|leaving|making)\s+me)\b"
    r"|\b(?P<other>he|she|they|we|his|their|he's|she's|they're|we're|everyone|everybody|people)\b",
    re.IGNORECASE,
)
PERCEIVING = re.compile(
    r"\b(?:i|i'm|i can|i could)\s+(?:\w+\s+){0,2}?(?:hear|hearing|sense|sensing|see|seeing|notice|noticing|"
    r"wonder|wondering|imagine|imagining|guess|think|picking up|pick up|understand|gather|get|"
    r"believe|can tell|know)\b[^.,;!?]*$",
    re.IGNORECASE,
)
"""“I hear a lot of sadness”: the listener perceives, the feeling is the speaker's."""
OWNER_AFTER = re.compile(r"^\s+you(?:'re|'ve)?\b")
"""“how angry you are”, “that hurt you”: the owner comes after the feeling."""
MODIFIER = (
    r"(?:\s+(?:you|me|him|her|them|it|like|so|really|very|pretty|quite|a|bit|little|rather|kind|sort|of|even|still|just|"
    r"too|all|completely|totally|that|more|less|and|or|not|never|incredibly|awfully|such|pretty|both|kinda|feeling))*"
)
FEELING_PLACE = re.compile(
    r"(?:\b(?:feel|feels|feeling|felt)(?:\s+[\w']+){0,5}"
    rf"|\b(?:sounds?|sounded|seems?|seemed|look|looks|looked|leaves|left|makes?|made)\b{MODIFIER}"
    rf"|(?:\b(?:are|were|be|been|being|is|was|getting|got)|'re|'s|'m){MODIFIER})\s+$",
    re.IGNORECASE,
)
"""What stands before a form that is also an everyday word, where it is meant as a feeling."""
NO_FEELING_AFTER = re.compile(r"^\s+(?:to|at|for|enough|the|on|by|off|than)\b", re.IGNORECASE)


class NamedFeeling(msgspec.Struct, frozen=True, kw_only=True):
    """A feeling as it stands in the reply.

    Attributes:
        family: see ``feeling_families``; a word that no family knows stands as its own.
        words: as they were said. start, end: their place in the text, in characters.
        intensity: 1 mild, 2 plain, 3 strong.
        negated: “you're not angry”. owner: whose it is said to be.
    """

    family: str
    words: str
    start: int
    end: int
    intensity: int = 2
    negated: bool = False
    owner: Owner = "you"


def family_of(word: str) -> str:
    """The family of a speaker's feeling as an exercise names it ("humiliated", "left out"); else the word itself."""
    plain = " ".join(word.translate(APOSTROPHES).lower().split())
    if plain in BY_NAME:
        return plain
    if plain in SPEAKER_WORDS:
        return SPEAKER_WORDS[plain]
    known = _forms().get(plain)
    return known[0] if known else plain


def named_feelings(text: str, also: Sequence[str] = ()) -> tuple[NamedFeeling, ...]:
    """Every feeling that ``text`` names, in order.

    Args:
        text: one sentence or more, as spoken.
        also: a speaker's feelings; those that no family knows are looked for as they are.

    "I feel that you are unfair" names none: it is a judgement in a feeling's clothes, and "unfair" is no feeling.
    """
    plain = _plain(text)
    found = [_named(plain, text, match) for match in _pattern().finditer(plain)]
    for word in also:
        if family_of(word) not in BY_NAME and word.strip():
            own = re.compile(rf"(?<!\w){re.escape(word.strip().lower())}(?!\w)")
            found.extend(_placed(plain, text, *match.span(), word.strip().lower(), 2) for match in own.finditer(plain))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.start))


def near(one: str, other: str) -> bool:
    """Whether two families are close enough that a listener could mean either."""
    first, second = BY_NAME.get(one), BY_NAME.get(other)
    if first is None or second is None:
        return False
    if other in first.kin or one in second.kin:
        return True
    return first.valence * second.valence > 0 and _distance(first, second) <= NEAR_DISTANCE


def match(named: Iterable[NamedFeeling], speaker_feelings: Sequence[str]) -> dict[str, Fit]:
    """How the feelings that a reply gives to the speaker fit what the speaker feels.

    Every family of ``speaker_feelings`` is met (named), near (a family next to it was named) or missed; a named family
    that is next to none of them is wrong. Feelings that are the listener's own, somebody else's, or turned by a "not"
    meet nothing; a named family on the same side of valence that the speaker may well feel, though it isn't listed, is
    left out. Without ``speaker_feelings`` nothing can be told: the answer is empty.
    """
    if not speaker_feelings:
        return {}
    theirs = list(dict.fromkeys(family_of(word) for word in speaker_feelings))
    said = list(dict.fromkeys(one.family for one in named if one.owner == "you" and not one.negated))
    fits: dict[str, Fit] = {}
    for family in theirs:
        if family in said:
            fits[family] = "met"
        else:
            fits[family] = "near" if any(near(family, other) for other in said) else "missed"
    for family in said:
        if family not in fits and not any(near(family, other) or _plausible(family, other) for other in theirs):
            fits[family] = "wrong"
    return fits


def _plausible(said: str, felt: str) -> bool:
    first, second = BY_NAME.get(said), BY_NAME.get(felt)
    if first is None or second is None:
        return True
    return first.valence * second.valence > 0 and _distance(first, second) <= PLAUSIBLE_DISTANCE


def _distance(first: Family, second: Family) -> float:
    return hypot(first.valence - second.valence, first.arousal - second.arousal)


def _plain(text: str) -> str:
    """Lower case with straight apostrophes, of the same length as ``text`` so that places keep."""
    lowered = (one.lower() if len(one.lower()) == 1 else one for one in text.translate(APOSTROPHES))
    return "".join(lowered)


@cache
def _forms() -> dict[str, tuple[str, int, bool]]:
    """Spoken form → family, intensity, and whether it needs a feeling's place."""
    forms: dict[str, tuple[str, int, bool]] = {}
    for family in FAMILIES:
        for intensity, line in enumerate((family.mild, family.plain, family.strong), start=1):
            for form in (part.strip() for part in line.split(",")):
                forms[form.removeprefix("~")] = (family.name, intensity, form.startswith("~"))
    return forms


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_forms(), key=len, reverse=True)
    return re.compile(r"(?<![\w'])(?:" + "|".join(re.escape(form) for form in longest_first) + r")(?!\w)")


def _named(plain: str, text: str, found: re.Match[str]) -> NamedFeeling | None:
    family, intensity, needs_place = _forms()[found.group()]
    if needs_place:
        place = FEELING_PLACE.search(_clause_before(plain, found.start()))
        if place is None or NO_FEELING_AFTER.match(plain[found.end() :]):
            return None
    return _placed(plain, text, found.start(), found.end(), family, intensity)


def _placed(plain: str, text: str, start: int, end: int, family: str, intensity: int) -> NamedFeeling:
    before = _clause_before(plain, start)
    return NamedFeeling(
        family=family,
        words=text[start:end],
        start=start,
        end=end,
        intensity=intensity,
        negated=_negated(before),
        owner=_owner(before, plain[start:end], plain[end:]),
    )


def _clause_before(plain: str, start: int) -> str:
    ends = [mark.end() for mark in CLAUSE_END.finditer(plain[:start])]
    return plain[ends[-1] if ends else 0 : start]


def _negated(before: str) -> bool:
    kept = NO_NEGATION.sub(" ", before)
    return NEGATION.search(" ".join(kept.split()[-NEGATION_REACHES_WORDS:])) is not None


def _owner(before: str, words: str, after: str) -> Owner:
    """Whose feeling it is said to be; "what he said was humiliating" was so for the speaker."""
    within = re.search(r"\byou", words) is not None
    turned = re.search(r"\bhow\b", before) is not None or words.startswith("hurt")
    if within or (turned and OWNER_AFTER.match(after)):
        return "you"
    subjects = list(SUBJECT.finditer(before))
    if not subjects or subjects[-1].lastgroup == "you":
        return "you"
    if subjects[-1].lastgroup == "other":
        return "you" if words.endswith("ing") else "other"
    return "you" if PERCEIVING.search(before) else "I"
