"""A text that is edited word by word: what the keys of the correction do, without a screen. Pure."""

from __future__ import annotations

from collections.abc import Sequence


class WordBuffer:
    """Words with a cursor on one of them; while one is being written it is a draft, with what it stands for.

    Attributes:
        words: as they are, drafts left out. at: the word that the cursor is on (0 where there is none).
        draft: what is being written; None where nothing is. adding: whether the draft comes after word ``at`` (or, at
            the beginning, before it) rather than in its place.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self.at = 0
        self.draft: str | None = None
        self.adding = False
        self._before: list[tuple[list[str], int]] = []

    # moving; what was being written is kept

    def move(self, by: int) -> None:
        self.settle()
        self.at = min(max(0, len(self.words) - 1), max(0, self.at + by))

    def go(self, at: int) -> None:
        self.move(at - self.at)

    # writing

    def write(self, character: str) -> None:
        """Begin to write in place of the word, or go on with what is being written; a space goes on to a new word."""
        if character.isspace():
            self.add()
        elif self.draft is None:
            self.draft, self.adding = character, not self.words
        else:
            self.draft += character

    def rub_out(self) -> None:
        """Take the last letter away, of what is being written or of the word itself."""
        if self.draft is None:
            if not self.words:
                return
            self.draft, self.adding = self.words[self.at], False
        self.draft = self.draft[:-1]

    def add(self) -> None:
        """Settle what is being written, and begin a new word after it."""
        self.settle()
        self.draft, self.adding = "", True

    def remove(self) -> None:
        """Take the word away that the cursor is on, or what is being written of a new one."""
        if self.draft is not None and self.adding:
            self.draft = None
            return
        self.draft = None
        if self.words:
            self._keep()
            del self.words[self.at]
            self.at = min(self.at, max(0, len(self.words) - 1))

    def settle(self) -> None:
        """What was written is a word now (several where it has spaces); an empty draft takes the word away."""
        draft, self.draft = self.draft, None
        if draft is None:
            return
        new = draft.split()
        if self.adding:
            if new:
                self._keep()
                at = self.at + 1 if self.words else 0
                self.words[at:at] = new
                self.at = at + len(new) - 1
            return
        if new == [self.words[self.at]]:
            return
        self._keep()
        self.words[self.at : self.at + 1] = new
        self.at = min(max(0, len(self.words) - 1), self.at + max(0, len(new) - 1))

    def drop(self) -> None:
        """Let go of what is being written."""
        self.draft = None

    def paste(self, text: str) -> None:
        """Words from elsewhere, in place of the word or after it as what is being written is."""
        self.draft = f"{self.draft or ''}{' '.join(text.split())}" if text.strip() else self.draft
        if self.draft is not None and not self.words:
            self.adding = True
        self.settle()

    # back

    def undo(self) -> bool:
        """Take the last change back; whether there was one."""
        if self.draft is not None:
            self.draft = None
            return True
        if not self._before:
            return False
        self.words, self.at = self._before.pop()
        return True

    def reset(self, words: Sequence[str]) -> None:
        """All words as they were first heard; this can be undone."""
        self.draft = None
        if self.words != list(words):
            self._keep()
            self.words = list(words)
            self.at = min(self.at, max(0, len(self.words) - 1))

    def _keep(self) -> None:
        self._before.append((list(self.words), self.at))
