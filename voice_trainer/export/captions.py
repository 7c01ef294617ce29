"""The cues that both kinds of subtitles have."""

from __future__ import annotations

from .span import Line
from .take import Take

PROMPT_SHOWN_MS = 3000
"""The recording begins when the speaker has ended; their words are shown until the reply begins, at least so long."""


def prompt_end_ms(take: Take) -> int:
    """Until when the speaker's words are shown, from the start."""
    begins = take.words[0].start_ms if take.words else 0
    return min(max(begins, PROMPT_SHOWN_MS), take.duration_ms)


def cue_times(line: Line) -> tuple[int, int]:
    """From and to; a cue that lasts no time is not shown, so it lasts at least a millisecond."""
    return line.start_ms, max(line.end_ms, line.start_ms + 1)
