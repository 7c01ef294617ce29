"""A sentence as it was said, with what the model read in it; and the trainee's own words out of it as evidence."""

from __future__ import annotations

from dataclasses import dataclass

from ..speech.transcript import Word
from .dimensions import Evidence
from .feelings import NamedFeeling
from .moves import Sentence, Span


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One sentence with its words, its reading and the feelings named in it.

    Attributes:
        timed: False for typed words; evidence then has no times.
        counted: False past the first ``MOST_WORDS`` words, where nothing more is earned.
    """

    sentence: Sentence
    words: tuple[Word, ...]
    span: Span
    named: tuple[NamedFeeling, ...]
    timed: bool = True
    counted: bool = True

    def whole(self) -> Evidence:
        """All of the sentence."""
        return self._evidence(self.sentence.text, self.words)

    def part(self, start: int, end: int) -> Evidence:
        """The words that stand from ``start`` to ``end`` (characters of the sentence's text)."""
        touched: list[Word] = []
        place = 0
        for word in self.words:
            if place < end and place + len(word.text) > start:
                touched.append(word)
            place += len(word.text) + 1
        return self._evidence(self.sentence.text[start:end], tuple(touched) or self.words)

    def _evidence(self, text: str, words: tuple[Word, ...]) -> Evidence:
        if not self.timed:
            return Evidence(text=text)
        return Evidence(text=text, start_s=words[0].start_s, end_s=words[-1].end_s)
