"""Replies to report on, made by hand: known words, times, curves and sound."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from voice_trainer.attempt import (
    Attempt,
    Attunement,
    Dimension,
    Evidence,
    Feedback,
    Point,
    Scored,
    Sentence,
    Timings,
    Transcript,
    VoiceCurves,
    VoiceMeasures,
    Word,
    Wording,
)
from voice_trainer.engines.audio_file import write_audio
from voice_trainer.exercise import Exercise, ModelReply, Speaker, Turn
from voice_trainer.report import Reply, sound_of
from voice_trainer.speech.measures import Pause

RATE = 24_000
TEXT = "It sounds like you felt hurt. What was it like for you?"
STARTED = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


def words_of(text: str, *, from_s: float = 0.3, each_s: float = 0.25, gap_s: float = 0.6) -> tuple[Word, ...]:
    """Evenly spoken; a silence of ``gap_s`` after each sentence."""
    at, words = from_s, []
    for one in text.split():
        words.append(Word(text=one, start_s=round(at, 3), end_s=round(at + each_s * 0.9, 3)))
        at += each_s + (gap_s if one[-1] in ".?!" else 0.0)
    return tuple(words)


def curves(duration_s: float, *, pauses: tuple[Pause, ...] = ()) -> VoiceCurves:
    times = np.arange(0.0, duration_s, 0.02)
    voiced = times[(times % 1.0) < 0.7]
    return VoiceCurves(
        f0_times_s=tuple(np.round(voiced, 3).tolist()),
        f0_hz=tuple(np.round(200.0 * 2 ** (np.sin(voiced * 3) * 3 / 12), 1).tolist()),
        level_times_s=tuple(np.round(times, 3).tolist()),
        level_dbfs=tuple(np.round(-25 + 8 * np.sin(times * 7), 1).tolist()),
        pauses=pauses,
    )


def scored(
    text: str = TEXT,
    *,
    level: int | None = 4,
    version: str = "1",
    duration_s: float | None = None,
    reason: str = "It names hurt.",
    notes: tuple[str, ...] = (),
) -> Scored:
    words = words_of(text)
    length = duration_s or (words[-1].end_s + 0.4 if words else 2.0)
    pauses = tuple(
        Pause(start_s=a.end_s, end_s=b.start_s) for a, b in itertools.pairwise(words) if b.start_s - a.end_s > 0.5
    )
    spoken = _sentences(words)
    first = words[0] if words else None
    evidence = (Evidence(text=first.text, start_s=first.start_s, end_s=first.end_s),) if first else ()
    dimensions = (
        Dimension(name="feeling", level=level, reason=reason, evidence=evidence),
        Dimension(name="repair", level=None, reason="nothing to repair"),
        Dimension(name="pace", level=3, reason="Close to theirs."),
        Dimension(name="presence", level=None, reason="a file does not tell"),
    )
    share = None if level is None else (level - 1) / 4
    return Scored(
        transcript=Transcript(words=words),
        voice=VoiceMeasures(duration_s=length, f0_median_hz=200.0, not_rated={"snr_db": "too short"}),
        curves=curves(length, pauses=pauses),
        wording=Wording(
            behavior="reflection",
            moves={},
            mechanisms={},
            level=level,
            wording=share,
            sentences=spoken,
            dimensions=dimensions[:2],
            not_rated={"judging": "not taught"},
            model_version="listening-1",
        ),
        attunement=Attunement(wording=share, voice=0.5, dimensions=dimensions, scoring_version=version),
        feedback=Feedback(
            strength=Point(text="You stayed.", dimension="feeling", evidence=evidence[0] if evidence else None),
            next_step=Point(text="Try once more.", dimension="pace"),
            notes=notes,
        ),
        timings_s=Timings(transcribe=0.1, voice=0.1, wording=0.1, feedback_after_speech=0.3),
        prompt_voice=VoiceMeasures(duration_s=4.0, f0_median_hz=180.0),
        prompt_curves=curves(4.0),
    )


def _sentences(words: tuple[Word, ...]) -> tuple[Sentence, ...]:
    found: list[Sentence] = []
    run: list[Word] = []
    for word in words:
        run.append(word)
        if word.text[-1] in ".?!" or word is words[-1]:
            asks = word.text.endswith("?")
            found.append(
                Sentence(
                    text=" ".join(one.text for one in run),
                    start_s=run[0].start_s,
                    end_s=run[-1].end_s,
                    moves={"open_question": 0.9} if asks else {"complex_reflection": 0.8, "simple_reflection": 0.7},
                    feelings=("hurt",) if any(one.text.startswith("hurt") for one in run) else (),
                )
            )
            run = []
    return tuple(found)


def attempt(number: int = 1, *, turn: str = "start", person: str = "Ada", of: Scored | None = None) -> Attempt:
    return Attempt(
        id=f"01AAAAAAAAAAAAAAAAAAAAAA{number:02d}",
        exercise_id="two-hours",
        turn=turn,
        started_at=STARTED + timedelta(minutes=number),
        person=person,
        recording=f"01AAAAAAAAAAAAAAAAAAAAAA{number:02d}.flac",
        scored=of or scored(),
    )


def exercise(folder: Path, *, text: str = "I waited two hours, and nobody even called.") -> Exercise:
    """With a spoken prompt and one spoken model reply."""
    folder.mkdir(exist_ok=True)
    for name in ("start.opus", "start-4.opus"):
        write_audio(folder / name, tone(1.0), RATE, "opus")
    reply = ModelReply(level=4, text="Two hours, and no call.", why="It gives the story back.", audio="start-4.opus")
    turns = tuple(
        Turn(
            id=name,
            text=text,
            audio="start.opus",
            feelings=("hurt", "alone"),
            meaning="She wants to matter.",
            listen_for="Her voice drops.",
            model_replies=(reply,),
        )
        for name in ("start", "more")
    )
    return Exercise(
        id="two-hours",
        title="Two hours",
        context="partner",
        skill="reflect_feeling",
        attachment="anxious",
        difficulty=2,
        speaker=Speaker(name="Maya", relation="your partner", voice="maya"),
        turns=turns,
        folder=folder,
    )


def tone(seconds: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    return (0.2 * np.sin(2 * np.pi * 220 * t)).astype(np.float32)


def recording(folder: Path, seconds: float) -> Path:
    path = folder / "reply.flac"
    write_audio(path, tone(seconds), RATE, "flac")
    return path


def reply(folder: Path, one: Attempt | None = None, *, of: Exercise | None = None) -> Reply:
    """With a sound as long as its curves."""
    this = one or attempt()
    path = recording(folder, this.scored.voice.duration_s)
    return Reply(attempt=this, exercise=of or exercise(folder / "exercises"), sound=sound_of(path))


def with_words(one: Attempt, *texts: str) -> Attempt:
    """The same attempt, its words replaced one by one from the first."""
    words = list(one.scored.transcript.words)
    for at, text in enumerate(texts):
        words[at] = msgspec.structs.replace(words[at], text=text)
    transcript = msgspec.structs.replace(one.scored.transcript, words=tuple(words))
    return msgspec.structs.replace(one, scored=msgspec.structs.replace(one.scored, transcript=transcript))
