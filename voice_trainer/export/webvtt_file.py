"""WebVTT (w3.org/TR/webvtt1): a cue a sentence, in the voice of who said it, each word with its own time."""

from __future__ import annotations

import webvtt

from .captions import cue_times, prompt_end_ms
from .span import Line
from .take import Take


def render(take: Take) -> str:
    """The speaker's words first, then the reply. The moves of a sentence are the classes of its voice span."""
    document = webvtt.WebVTT()
    document.header_comments.append(_comment(f"{take.title}, attempt {take.attempt.id}"))
    if take.prompt:
        text = f"<v {_escaped(take.speaker)}>{_escaped(take.prompt)}"
        document.captions.append(_caption(0, prompt_end_ms(take), text))
    for line in take.lines:
        start, end = cue_times(line)
        classes = "".join(f".{move}" for move in line.moves)
        text = f"<v{classes} {_escaped(take.trainee)}>{_words(line, start, end)}"
        document.captions.append(_caption(start, end, text))
    return str(document.content).rstrip("\n") + "\n"


def _words(line: Line, start_ms: int, end_ms: int) -> str:
    """The words, each but the first behind its time; a time must lie within its cue and after the one before."""
    parts, before = [], start_ms
    for word in line.words:
        mark = ""
        if before < word.start_ms < end_ms:
            mark, before = f"<{_time(word.start_ms)}>", word.start_ms
        parts.append(mark + _escaped(word.text))
    return " ".join(parts)


def _caption(start_ms: int, end_ms: int, text: str) -> webvtt.Caption:
    return webvtt.Caption(_time(start_ms), _time(end_ms), text)


def _time(at_ms: int) -> str:
    seconds, thousandths = divmod(at_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"


def _escaped(text: str) -> str:
    """What would begin a tag or an entity, or be an arrow, as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _comment(text: str) -> str:
    return text.replace("-->", "→")
