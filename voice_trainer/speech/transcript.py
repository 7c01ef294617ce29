"""Words with their times, and the sentences they form."""

from __future__ import annotations

import re

import msgspec


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One spoken word.

    Attributes:
        text: as written by the recognizer, punctuation attached, no spaces around.
        start_s, end_s: seconds from the start of the recording.
        probability: the recognizer's own, 0–1.
    """

    text: str
    start_s: float
    end_s: float
    probability: float = 1.0

    def later(self, seconds: float) -> Word:
        """The same word where the clock began ``seconds`` earlier."""
        return msgspec.structs.replace(self, start_s=self.start_s + seconds, end_s=self.end_s + seconds)


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """What was said.

    Attributes:
        words: in order of time.
        language: ISO 639-1 code.
        edited_from: the recognizer's text, where the trainee corrected it; else None.
    """

    words: tuple[Word, ...] = ()
    language: str = "en"
    edited_from: str | None = None

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def probability(self) -> float | None:
        """Mean probability of the words, 0–1; None where there are none."""
        return sum(word.probability for word in self.words) / len(self.words) if self.words else None


SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*$")
ABBREVIATION = re.compile(r"^(mr|mrs|ms|dr|st|vs|etc|e\.g|i\.e)\.$", re.IGNORECASE)
SENTENCE_PAUSE_S = 1.2
"""A silence this long between two words ends a sentence where the recognizer wrote no punctuation; shorter ones are
breaths within it."""
LONGEST_SENTENCE_WORDS = 40
"""A run without any punctuation is cut at its longest silence once it is longer than this."""


def sentences(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], ...]:
    """Cut ``words`` into sentences: at final punctuation, at long silences, and runs without either by length."""
    done: list[tuple[Word, ...]] = []
    current: list[Word] = []
    for index, word in enumerate(words):
        current.append(word)
        following = words[index + 1] if index + 1 < len(words) else None
        ends = SENTENCE_END.search(word.text) is not None and not ABBREVIATION.match(word.text)
        pauses = following is not None and following.start_s - word.end_s >= SENTENCE_PAUSE_S
        if following is None or ends or pauses:
            done.extend(_within_length(tuple(current)))
            current = []
    return tuple(done)


def _within_length(run: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    if len(run) <= LONGEST_SENTENCE_WORDS:
        return [run]
    gaps = [(run[i + 1].start_s - run[i].end_s, -abs(i + 1 - len(run) / 2), i + 1) for i in range(2, len(run) - 3)]
    cut = max(gaps)[2]
    return _within_length(run[:cut]) + _within_length(run[cut:])


def untimed(text: str) -> Transcript:
    """A transcript of typed words: times are the word's place, since none was spoken.

    Source of rescoring and of the ``wording`` verb; times are one second a word and never shown.
    """
    return Transcript(
        words=tuple(Word(text=word, start_s=float(i), end_s=i + 1.0) for i, word in enumerate(text.split()))
    )
