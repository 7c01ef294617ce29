"""SubRip: a cue a sentence, the name of who said it before it."""

from __future__ import annotations

from datetime import timedelta

import srt  # type: ignore[import-untyped]

from .captions import cue_times, prompt_end_ms
from .take import Take


def render(take: Take) -> str:
    """The speaker's words first, then the reply. The format knows no escapes, so an arrow ``-->`` becomes ``→``."""
    cues = [(0, prompt_end_ms(take), f"{take.speaker}: {take.prompt}")] if take.prompt else []
    cues += [(*cue_times(line), f"{take.trainee}: {line.text}") for line in take.lines]
    subtitles = [
        srt.Subtitle(
            index=number,
            start=timedelta(milliseconds=start),
            end=timedelta(milliseconds=end),
            content=text.replace("-->", "→"),
        )
        for number, (start, end, text) in enumerate(cues, 1)
    ]
    return str(srt.compose(subtitles, reindex=False))
