"""The reply's words, sentence by sentence, with what each does: a mark and a word."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from ...listening.moves import Sentence, there
from ..words import BESIDE, MARK_STYLES, MARKS, move_word


def sentence_content(sentence: Sentence) -> Content:
    """The sentence with its cues underlined; below it its marks."""
    text = Content(f"“{sentence.text}”")
    for cue in sentence.cues:
        at = text.plain.casefold().find(cue.casefold())
        if cue and at >= 0:
            text = text.stylize("underline", at, at + len(cue))
    parts: list[Content | tuple[str, str] | str] = [text]
    moves = there(sentence.moves)
    if moves:
        parts.append("\n")
    for i, move in enumerate(moves):
        mark = MARKS.get(move, BESIDE)
        word = move_word(move)
        if move == "names_feeling" and sentence.feelings:
            word = f"names {', '.join(sentence.feelings)}"
        parts += [("  " if i == 0 else "   ", ""), (f"{mark} {word}", MARK_STYLES[mark])]
    return Content.assemble(*parts)


class TranscriptView(Static):
    """Static; drawn once."""

    def __init__(self, sentences: Sequence[Sentence], fallback: str) -> None:
        content = Content("\n").join([sentence_content(sentence) for sentence in sentences])
        super().__init__(content if sentences else Content(fallback), classes="box", id="transcript")
        self.border_title = "You said"
