"""What is written of an attempt, whatever the format: who spoke, the words, the sentences, the pauses, in milliseconds.

Formats hold times to the millisecond; so they are rounded here, once, and every format says the same.
"""

from __future__ import annotations

import re
from functools import cached_property

from ..attempt import Attempt, Sentence, Word
from ..exercise import Exercise
from ..listening.moves import Behavior, Move, there
from ..speech.transcript import sentences
from .span import Line, Span

NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]+")
"""Control characters, line and paragraph separators, byte order marks, and what is no character: one of them would end
a line, a cue or a file in one format or another, or vanish in reading. Marks of direction are text and stay."""
SOMEBODY = "You"
SOMEONE_HEARD = "Speaker"


def clean(text: str) -> str:
    """``text`` on one line, without control characters."""
    return NOT_TEXT.sub(" ", text).strip()


class Take:
    """One attempt, ready to be written.

    Args:
        exercise: that it answers; None where it is no longer there, and then what the speaker said is not written.
    """

    def __init__(self, attempt: Attempt, exercise: Exercise | None = None) -> None:
        self.attempt = attempt
        self.exercise = exercise

    @property
    def trainee(self) -> str:
        """Who answered; "You" where nobody said."""
        return clean(self.attempt.person) or SOMEBODY

    @property
    def speaker(self) -> str:
        """Who was answered."""
        return clean(self.exercise.speaker.name) if self.exercise else SOMEONE_HEARD

    @property
    def title(self) -> str:
        return clean(self.exercise.title if self.exercise else self.attempt.exercise_id)

    @cached_property
    def prompt(self) -> str:
        """What the speaker said; "" where it isn't known."""
        turns = self.exercise.turns if self.exercise else ()
        return next((clean(turn.text) for turn in turns if turn.id == self.attempt.turn), "")

    @cached_property
    def words(self) -> tuple[Span, ...]:
        """In order; what holds nothing but control characters is no word."""
        return tuple(span for span in map(_span, self.attempt.scored.transcript.words) if span.text)

    @property
    def text(self) -> str:
        """The words of the reply."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The reply by sentence in order of time, with what each does. A sentence without a word is left out."""
        return tuple(sorted((line for line in self._lines() if line.words), key=lambda line: line.start_ms))

    @cached_property
    def pauses(self) -> tuple[tuple[int, int], ...]:
        """From and to, in milliseconds."""
        return tuple((ms(one.start_s), ms(one.end_s)) for one in self.attempt.scored.curves.pauses)

    @cached_property
    def duration_ms(self) -> int:
        """Of the recording, or to the end of the last word where that is later."""
        ends = [word.end_ms for word in self.words] + [end for _, end in self.pauses]
        return max([ms(self.attempt.scored.voice.duration_s), 1, *ends])

    def _lines(self) -> list[Line]:
        words = self.attempt.scored.transcript.words
        records = self.attempt.scored.wording.sentences
        counts = [len(one.text.split()) for one in records]
        if sum(counts) != len(words):  # an unrated reply has no sentences; cut it as the listening model would be given
            return [_line(run, None) for run in sentences(words)]
        ends = [sum(counts[: i + 1]) for i in range(len(counts))]
        return [_line(words[end - count : end], one) for count, end, one in zip(counts, ends, records, strict=True)]


def ms(seconds: float) -> int:
    """Whole milliseconds, never below 0."""
    return max(0, round(seconds * 1000))


def _span(word: Word) -> Span:
    start = ms(word.start_s)
    return Span(clean(word.text), start, max(start, ms(word.end_s)))


def _line(words: tuple[Word, ...], sentence: Sentence | None) -> Line:
    moves: tuple[Move, ...] = ()
    behavior: Behavior | None = None
    if sentence is not None:
        moves = there(sentence.moves)
        behavior = sentence.behavior
    return Line(tuple(span for span in map(_span, words) if span.text), moves, behavior)
