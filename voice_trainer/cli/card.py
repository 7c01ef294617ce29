"""A scored reply as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..attempt import Dimension, Scored
from ..exercise import Exercise, Turn
from ..listening.moves import MOVE_WORDS, there

WIDTH = 88
MARKS = "○●"


def card(exercise: Exercise, turn: Turn, scored: Scored) -> str:
    """What the speaker said, what was answered, what it did, how it sounded, and what to do next."""
    return "\n".join(_lines(exercise, turn, scored))


def _lines(exercise: Exercise, turn: Turn, scored: Scored) -> Iterator[str]:
    yield ""
    yield f"{exercise.speaker.name}, {exercise.speaker.relation} · {exercise.title}"
    yield from _wrapped(f"“{' '.join(turn.text.split())}”", "  ")
    yield ""
    yield "Your reply"
    if not scored.wording.sentences:
        yield "  (no words were heard)"
    for sentence in scored.wording.sentences:
        yield from _wrapped(f"“{sentence.text}”", "  ")
        done = [MOVE_WORDS[move] for move in there(sentence.moves)]
        named = [f"names {', '.join(sentence.feelings)}"] if sentence.feelings else []
        if done or named:
            yield f"      ↳ {' · '.join(done + named)}"
    yield ""
    yield from _dimensions("The words", scored.attunement.dimensions, ("feeling", "meaning", "validation"))
    yield from _dimensions("", scored.attunement.dimensions, ("curiosity", "restraint", "repair"))
    yield ""
    yield from _dimensions("The voice", scored.attunement.dimensions, ("loudness", "steadiness", "pace"))
    yield from _dimensions("", scored.attunement.dimensions, ("range", "harshness", "presence"))
    yield from _measures(scored)
    yield ""
    for title, point in (("A strength", scored.feedback.strength), ("A next step", scored.feedback.next_step)):
        if point is not None:
            yield from _wrapped(f"{title}: {point.text}", "  ", first="")
    for note in scored.feedback.notes:
        yield from _wrapped(f"Note: {note}", "  ", first="")
    timings = scored.timings_s
    yield ""
    yield (
        f"Answered {timings.feedback_after_speech:.2f} s after the last sample "
        f"(words {timings.transcribe:.2f} s, voice {timings.voice:.2f} s, listening {timings.wording:.2f} s)."
    )


def _dimensions(title: str, dimensions: tuple[Dimension, ...], names: tuple[str, ...]) -> Iterator[str]:
    if title:
        yield title
    by_name = {dimension.name: dimension for dimension in dimensions}
    for name in names:
        dimension = by_name.get(name)  # type: ignore[call-overload]
        if dimension is None:
            continue
        bar = "  –  " if dimension.level is None else MARKS[1] * dimension.level + MARKS[0] * (5 - dimension.level)
        yield from _wrapped(f"{name:<11}{bar}  {dimension.reason}", " " * 20, first="  ")


def _measures(scored: Scored) -> Iterator[str]:
    voice = scored.voice
    shown = [
        _figure(voice.speech_rate_wpm, "{:.0f} words a minute"),
        _figure(voice.pause_count, "{} pauses"),
        _figure(voice.longest_pause_s, "longest {:.1f} s"),
        _figure(voice.f0_median_hz, "pitch {:.0f} Hz"),
        _figure(voice.f0_range_semitones, "over {:.1f} semitones"),
        _figure(voice.loudness_mean_dbfs, "level {:.0f} dBFS"),
    ]
    yield from _wrapped("shown, not judged: " + ", ".join(text for text in shown if text), "  ", first="  ")


def _figure(value: float | int | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _wrapped(text: str, indent: str, *, first: str | None = None) -> list[str]:
    start = indent if first is None else first
    return textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=indent)
