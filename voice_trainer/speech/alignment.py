"""When each word of a known text was said, from what a recognizer heard of it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from .transcript import Word

LEAST_FOUND = 0.4
"""Share of the text's words that must be heard; with fewer it was another text, and no times are better than wrong
ones."""
_LETTERS = re.compile(r"[^\w']+")


def place(text: str, heard: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words of ``text`` with the times at which they were said.

    Words that the recognizer wrote otherwise take the time of what stands in their place, those that it left out share
    the time between their neighbours by their length.

    Args:
        text: what was said, as an exercise writes it.
        heard: what a recognizer made of it, in order of time.

    Returns:
        One for each word of the text, in order, never overlapping; empty where less than ``LEAST_FOUND`` was heard.
    """
    words = _words(text)
    if not words or not heard:
        return ()
    matcher = SequenceMatcher(None, [_plain(word) for word in words], [_plain(w.text) for w in heard], autojunk=False)
    times: list[tuple[float, float] | None] = [None] * len(words)
    found = 0
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and b - a == d - c):
            found += b - a if kind == "equal" else 0
            for i, j in zip(range(a, b), range(c, d), strict=True):
                times[i] = (heard[j].start_s, heard[j].end_s)
        elif kind == "replace":
            shared = _shared(words[a:b], heard[c].start_s, heard[d - 1].end_s)
            times[a:b] = shared
    if found < LEAST_FOUND * len(words):
        return ()
    return _in_order(words, _filled(words, times, heard[0].start_s, heard[-1].end_s))


def share_heard(text: str, heard: tuple[Word, ...]) -> float:
    """Share of ``text``'s words, 0–1, that ``heard`` has in the same order; 0 for an empty text."""
    words = [_plain(word) for word in _words(text)]
    matcher = SequenceMatcher(None, words, [_plain(word.text) for word in heard], autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(words) if words else 0.0


def _words(text: str) -> list[str]:
    """As written; a dash or an ellipsis that stands alone belongs to the word before it."""
    found: list[str] = []
    for token in text.split():
        if _plain(token) or not found:
            found.append(token)
        else:
            found[-1] += f" {token}"
    return found


def _plain(word: str) -> str:
    return _LETTERS.sub("", word.casefold().replace("’", "'"))


def _shared(words: list[str], start_s: float, end_s: float) -> list[tuple[float, float] | None]:
    """The time from ``start_s`` to ``end_s``, given out by the words' lengths."""
    lengths = [len(word) + 1 for word in words]
    ends = [start_s + (end_s - start_s) * sum(lengths[: i + 1]) / sum(lengths) for i in range(len(words))]
    return list(zip([start_s, *ends[:-1]], ends, strict=True))


def _filled(
    words: list[str], times: list[tuple[float, float] | None], first_s: float, last_s: float
) -> list[tuple[float, float]]:
    done: list[tuple[float, float]] = []
    i = 0
    while i < len(words):
        known = times[i]
        if known is not None:
            done.append(known)
            i += 1
            continue
        end = next((j for j in range(i, len(words)) if times[j] is not None), len(words))
        before_s = done[-1][1] if done else first_s
        following = times[end] if end < len(words) else None
        after_s = following[0] if following is not None else last_s
        done += [one for one in _shared(words[i:end], before_s, max(before_s, after_s)) if one is not None]
        i = end
    return done


def _in_order(words: list[str], times: list[tuple[float, float]]) -> tuple[Word, ...]:
    placed: list[Word] = []
    latest_s = 0.0
    for word, (start_s, end_s) in zip(words, times, strict=True):
        start_s = max(start_s, latest_s)
        latest_s = max(start_s, end_s)
        placed.append(Word(text=word, start_s=start_s, end_s=latest_s))
    return tuple(placed)
