"""The words of a take: the one that is being said is lit, with a mark before it; what is still to come is fainter."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...listening.moves import Sentence, there
from ...speech.transcript import Word
from ...takes import Take
from ..words import BESIDE, MARK_STYLES, MARKS, move_word

LIT_MARK = "▸"
LIT = "bold reverse"
FINDING = "Listening for when each word is said…"
UNKNOWN = "When each word is said could not be told."


@dataclass(frozen=True)
class Token:
    """A word (``index``), or what a sentence does (None)."""

    text: str
    index: int | None = None
    style: str = ""


def tokens(words: tuple[Word, ...], sentences: tuple[Sentence, ...], *, named: bool) -> list[Token]:
    """The words in order, after each sentence its marks; ``named`` says what they mean, too."""
    starts = [word.start_s for word in words]
    after: dict[int, list[Token]] = {}
    for sentence in sentences:
        last = bisect_right(starts, max(sentence.start_s, sentence.end_s - 1e-6)) - 1
        after.setdefault(last, []).extend(_moves(sentence, named=named))
    found: list[Token] = []
    for i, word in enumerate(words):
        found.append(Token(word.text, i))
        found += after.get(i, [])
    return found


def _moves(sentence: Sentence, *, named: bool) -> list[Token]:
    found: dict[str, Token] = {}
    for move in there(sentence.moves):
        mark = MARKS.get(move, BESIDE)
        word = f"names {', '.join(sentence.feelings)}" if move == "names_feeling" and sentence.feelings else ""
        text = f"{mark} {word or move_word(move)}" if named else mark
        found.setdefault(text, Token(text, None, MARK_STYLES[mark]))
    return list(found.values())


def wrapped(found: list[Token], width: int) -> list[list[Token]]:
    """Lines of at most ``width`` columns; before each token is one column for the mark, so that nothing ever moves."""
    lines: list[list[Token]] = []
    used = width
    for token in found:
        long = len(token.text) + 1
        if used + long > width or not lines:
            lines.append([])
            used = 0
        lines[-1].append(token)
        used += long
    return lines


class SpokenWords(Widget):
    """``follow`` lights the word at a position; ``lit`` is its index, None between two words."""

    lit: reactive[int | None] = reactive(None)
    begun: reactive[int] = reactive(-1)
    """Index of the last word that has begun."""

    def __init__(self) -> None:
        super().__init__(id="spoken", classes="box")
        self._take: Take | None = None
        self._note = ""
        self._lines: tuple[tuple[int, int], list[list[Token]]] | None = None

    def show(self, take: Take | None, title: str, note: str = "") -> None:
        """Another take; ``note`` says why its words have no times, where they have none."""
        self.border_title = title
        self._take, self._note, self._lines = take, note, None
        self.set_reactive(SpokenWords.lit, None)
        self.set_reactive(SpokenWords.begun, -1)
        self.refresh()

    def follow(self, position_s: float) -> bool:
        """Light the word at ``position_s``; whether that was another than before."""
        if self._take is None or not self._take.words:
            return False
        before = self.begun, self.lit
        self.begun = bisect_right(self._take.word_starts_s, position_s) - 1
        self.lit = self._take.word_at(position_s)
        return before != (self.begun, self.lit)

    def render(self) -> Content:
        take, width, height = self._take, self.content_size.width, max(1, self.content_size.height)
        if take is None or width <= 0:
            return Content("")
        if not take.words:
            return Content.assemble((f"{self._note}\n" if self._note else "", "$quiet"), take.text or "No words.")
        if self._lines is None or self._lines[0] != (width, height):
            roomy = wrapped(tokens(take.words, take.sentences, named=True), width)
            fits = len(roomy) <= height
            lines = roomy if fits else wrapped(tokens(take.words, take.sentences, named=width > 60), width)
            self._lines = ((width, height), lines)
        lines = self._lines[1]
        return Content("\n").join([self._line(line) for line in self._window(lines, height)])

    def _window(self, lines: list[list[Token]], height: int) -> list[list[Token]]:
        """The lines about the last word that has begun, a line of what comes below it where there is room."""
        here = next((i for i, line in enumerate(lines) if any(t.index == self.begun for t in line)), 0)
        first = min(max(0, here - max(0, height - 2)), max(0, len(lines) - height))
        return lines[first : first + height]

    def _line(self, line: list[Token]) -> Content:
        parts: list[tuple[str, str] | str] = []
        for token in line:
            if token.index is None:
                parts.append((f" {token.text}", token.style))
            elif token.index == self.lit:
                parts.append((f"{LIT_MARK}{token.text}", LIT))
            else:
                parts.append((f" {token.text}", "" if token.index <= self.begun else "$quiet"))
        return Content.assemble(*parts)
