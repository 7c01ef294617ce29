"""Stretches of time with words in them."""

from __future__ import annotations

import msgspec

from ..listening.moves import MOVE_WORDS, Behavior, Move


class Span(msgspec.Struct, frozen=True):
    """One word: on one line, milliseconds from the start of the recording, never ending before it begins."""

    text: str
    start_ms: int
    end_ms: int


class Line(msgspec.Struct, frozen=True):
    """One sentence: its words, the moves that are there, and its main behavior (None where it was not rated)."""

    words: tuple[Span, ...]
    moves: tuple[Move, ...] = ()
    behavior: Behavior | None = None

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def start_ms(self) -> int:
        return min(word.start_ms for word in self.words)

    @property
    def end_ms(self) -> int:
        return max(word.end_ms for word in self.words)

    @property
    def move_words(self) -> str:
        """The moves as the screen calls them, joined by commas; "" where there are none."""
        return ", ".join(MOVE_WORDS[move] for move in self.moves)


def apart(spans: tuple[Span, ...], least_ms: int = 1) -> tuple[Span, ...]:
    """The spans in order of time, none overlapping the one before, each at least ``least_ms`` long.

    Words of a clear recording are so already and stay as they are; only ones that overlap or last no time are moved,
    by as little as it takes.
    """
    done: list[Span] = []
    free_ms = 0
    for span in sorted(spans, key=lambda one: (one.start_ms, one.end_ms)):
        start = max(span.start_ms, free_ms)
        free_ms = max(span.end_ms, start + least_ms)
        done.append(Span(span.text, start, free_ms))
    return tuple(done)
