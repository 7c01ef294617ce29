"""Syllables of written words: a dictionary with a fallback by letters; numbers as they are said."""

from __future__ import annotations

import re
from functools import cache

SMALL_SYLLABLES = (2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 2, 2, 2, 2, 3, 2, 2)
TENS_SYLLABLES = (0, 0, 2, 2, 2, 2, 2, 3, 2, 2)
SIGNS = {"%": 2, "$": 2, "£": 1, "€": 2, "&": 1, "+": 1, "=": 2, "@": 1}
"""Said with the number: percent, dollars, pounds, euros, and, plus, equals, at."""
HISSING = re.compile(r"(s|x|z|sh|ch|ce|ge)e?$")
"""A plural or possessive s after these is a syllable of its own."""
ENDINGS = (("ing", 1), ("ness", 1), ("less", 1), ("ful", 1), ("ly", 1), ("es", 0), ("s", 0), ("ed", 0), ("d", 0))
VOWELS = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿ]+")


def count(word: str, language: str = "en") -> int:
    """Syllables in one written word, at least 1 where there is anything to say, 0 for mere punctuation."""
    total = 0
    for part in re.findall(r"\d[\d,.:]*|[^\W\d_]+(?:['’][^\W\d_]+)*|[%$£€&+=@]", word.lower()):
        if part[0].isdigit():
            total += _figures(part)
        elif part in SIGNS:
            total += SIGNS[part]
        else:
            total += _english(part.replace("’", "'")) if language == "en" else max(len(VOWELS.findall(part)), 1)
    return total


@cache
def _dictionary() -> dict[str, int]:
    import syllapy

    return {str(word): int(count) for word, count in syllapy.WORD_DICT.items()}


@cache
def _english(word: str) -> int:
    known = _dictionary().get(word)
    if known is not None:
        return max(known, 1)
    if word.endswith("n't") and len(word) > 3:
        # After d, s and t it is a syllable of its own: did-n't, is-n't; not in can't, don't, weren't.
        stem = word[:-3]
        return _stem(stem) + (1 if stem[-1] in "dst" and stem != "mus" else 0)
    if "'" in word:
        stem, _, tail = word.partition("'")
        own = (tail == "s" and HISSING.search(stem)) or (tail in ("ll", "d") and stem[-1:] in ("t", "d"))
        return _stem(stem) + (1 if own else 0)
    return _with_ending(word) or _by_letters(word)


def _stem(word: str) -> int:
    known = _dictionary().get(word)
    return _by_letters(word) if known is None else max(known, 1)


def _with_ending(word: str) -> int | None:
    """A known word with an ending: the word's own syllables and the ending's."""
    for ending, syllables in ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3:
            continue
        for whole in (stem, stem + "e") if ending[0] in "ie" else (stem,):
            known = _dictionary().get(whole)
            if known is None:
                continue
            if ending in ("s", "es"):
                syllables = 1 if HISSING.search(whole) else 0
            elif ending in ("d", "ed"):
                syllables = 1 if whole.rstrip("e")[-1:] in ("t", "d") else 0
            return max(known, 1) + syllables
    return None


def _by_letters(word: str) -> int:
    """Groups of vowels, less a silent ending; for names and rare words."""
    groups = len(VOWELS.findall(word))
    if groups > 1 and re.search(r"([^aeiouytd]ed|[^aeiouyszxcghl]es|[^aeiouyl]e|[aeiouy]le)$", word):
        groups -= 1
    # Two vowels that don't melt into one: "idea", "lion", "create", "chaos", "being".
    groups += len(re.findall(r"(?<![tcsgx])i[ao](?!u)|eo(?!u)|yi|uou|creat|ei(?=ng)", word[1:]))
    return max(groups, 1)


def _figures(part: str) -> int:
    """Syllables of a number as it is said: 12 is twelve, 1998 nineteen ninety-eight, 10:30 ten thirty, 2.5 two point
    five."""
    if ":" in part:
        return sum(_figures(piece) for piece in part.split(":") if piece.strip("0"))
    whole, _, fraction = part.replace(",", "").rstrip(".").partition(".")
    said = sum(SMALL_SYLLABLES[int(digit)] for digit in fraction if digit.isdecimal()) + (1 if fraction else 0)
    if not whole.isdecimal() or len(whole) > 9:
        return said + sum(SMALL_SYLLABLES[int(digit)] for digit in whole if digit.isdecimal())
    number = int(whole)
    if "," not in part and not fraction and 1100 <= number <= 1999:
        return _below_hundred(number // 100) + (_below_hundred(number % 100) if number % 100 else 2)
    return said + _cardinal(number)


def _cardinal(number: int) -> int:
    for size, syllables in ((1_000_000, 2), (1000, 2), (100, 2)):
        if number >= size:
            return _cardinal(number // size) + syllables + (_cardinal(number % size) if number % size else 0)
    return _below_hundred(number)


def _below_hundred(number: int) -> int:
    if number < 20:
        return SMALL_SYLLABLES[number]
    return TENS_SYLLABLES[number // 10] + (SMALL_SYLLABLES[number % 10] if number % 10 else 0)
