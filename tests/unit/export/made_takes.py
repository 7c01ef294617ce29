"""Replies to be written: an ordinary one, and ones that are as awkward as text can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import strategies as st

from voice_trainer.attempt import (
    Attempt,
    Attunement,
    Dimension,
    Feedback,
    Scored,
    Sentence,
    Timings,
    Transcript,
    VoiceCurves,
    VoiceMeasures,
    Word,
    Wording,
)
from voice_trainer.exercise import Exercise
from voice_trainer.export import Take
from voice_trainer.listening.moves import Behavior, Move
from voice_trainer.speech.measures import Pause

MOVES: dict[Move, float] = {
    "simple_reflection": 0.2,
    "complex_reflection": 0.8,
    "names_feeling": 0.9,
    "open_question": 0.6,
    "closed_question": 0.1,
    "information": 0.0,
    "advice": 0.02,
}


def make_take(
    words: Sequence[Word],
    *,
    sentences: tuple[Sentence, ...] = (),
    pauses: tuple[Pause, ...] = (),
    duration_s: float = 6.5,
    person: str = "Ana",
    behavior: Behavior | None = "reflection",
    moves: dict[Move, float] = MOVES,
    exercise: Exercise | None = None,
) -> Take:
    rated = behavior is not None
    scored = Scored(
        transcript=Transcript(words=tuple(words)),
        voice=VoiceMeasures(duration_s=duration_s),
        curves=VoiceCurves(pauses=pauses),
        wording=Wording(
            behavior=behavior,
            moves=moves if rated else {},
            mechanisms={},
            level=4 if rated else None,
            wording=0.7125 if rated else None,
            sentences=sentences,
        ),
        attunement=Attunement(
            wording=0.7125 if rated else None,
            voice=0.6 if rated else None,
            dimensions=(
                Dimension(name="feeling", level=4, reason="You named it."),
                Dimension(name="repair", level=None, reason="Nothing to repair."),
            ),
            scoring_version="1",
        ),
        feedback=Feedback(strength=None, next_step=None),
        timings_s=Timings(transcribe=0.3, voice=0.05, wording=0.02, feedback_after_speech=0.4),
        not_rated={} if rated else {"level": "Nothing was said."},
    )
    attempt = Attempt(
        id="01JNY2QK9T4WHRVB26M8GW1E7M",
        exercise_id="cold-dinner",
        turn="start",
        started_at=datetime(2025, 3, 9, 18, 30, 0, 250_000, tzinfo=UTC),
        person=person,
        recording=None,
        scored=scored,
    )
    return Take(attempt, exercise)


HOSTILE = [
    "-->",
    "00:00:01.000 --> 00:00:02.000",
    "a\n\nb",
    "1\n00:00:01,000 --> 00:00:02,000\nx",
    "\r\n",
    '"',
    '""',
    'say "no"',
    "a\tb",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    " =1",
    "<v Bob>",
    "</v>",
    "<script>alert(1)</script>",
    "&lt;",
    "&amp;",
    "NOTE",
    "WEBVTT",
    "STYLE",
    "\x00",
    "\x1b[2J",
    "\x0b\x0c\x1c\x85",
    "\u2028\u2029",
    "שלום",
    "\u202eabc\u202c",
    "مرحبا،",
    "👩‍👩‍👧",
    "e\u0301",
    "\ufeff",
    "\\n",
    "{\\an8}",
    "a,b;c",
    "item [1]:",
    "xmin = 0",
    "text = ",
    "\u00a0",
    "～",
]
hostile_text = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
milliseconds = st.integers(0, 40_000)


@st.composite
def awkward_takes(draw: st.DrawFn, *, well_timed: bool = False) -> Take:
    """Replies of hostile words; with ``well_timed`` they follow each other as a recognizer's do."""
    texts = draw(st.lists(hostile_text, max_size=8))
    words, now = [], 0
    for text in texts:
        if well_timed:
            start = now + draw(st.integers(0, 900))
            now = end = start + draw(st.integers(1, 800))
        else:
            start, end = draw(milliseconds), draw(milliseconds)
        words.append(Word(text=text, start_s=start / 1000, end_s=end / 1000))
    return make_take(
        words,
        person=draw(hostile_text),
        duration_s=draw(milliseconds) / 1000,
        behavior=draw(st.sampled_from(["reflection", "other", None])),
    )
