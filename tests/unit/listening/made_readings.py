"""Readings and transcripts made by hand, so that the formula is tested apart from any model."""

from __future__ import annotations

from voice_trainer.listening.moves import Move, Reading, Span
from voice_trainer.listening.wording import Wording, assess, spoken_sentences
from voice_trainer.speech.measures import VoiceMeasures
from voice_trainer.speech.transcript import Transcript, Word

PROMPT = (
    "I made the soup you like, and I sat there with the candles, like an idiot, until nine. And you come in and say, "
    "oh, I already ate. I keep setting a place for somebody who isn't there."
)
FEELINGS = ("hurt", "lonely", "foolish")
MEANING = "She wants to matter to you, and to be remembered."
UNTAUGHT: dict[Move, str] = dict.fromkeys(
    (
        "names_feeling",
        "validation",
        "affirmation",
        "repair",
        "self_disclosure",
        "reassurance_minimizing",
        "judging",
        "defending",
    ),
    "no set marks it",
)
WORD_S = 0.3


def said(text: str, *, probability: float = 0.95, language: str = "en") -> Transcript:
    """Spoken words, ``WORD_S`` long each, the first at 1 s, without gaps."""
    words = tuple(
        Word(text=word, start_s=1.0 + i * WORD_S, end_s=1.0 + (i + 1) * WORD_S, probability=probability)
        for i, word in enumerate(text.split())
    )
    return Transcript(words=words, language=language)


def span(
    *,
    reflection: float = 0.0,
    open_question: float = 0.0,
    closed_question: float = 0.0,
    advice: float = 0.0,
    information: float = 0.0,
    warmth: float = 0.0,
    interpretation: float = 0.0,
    exploration: float = 0.0,
    more: dict[Move, float] | None = None,
) -> Span:
    asking = max(open_question, closed_question)
    rest = max(1e-6, 1.0 - reflection - asking - advice)
    total = reflection + asking + advice + rest
    return Span(
        behavior={
            "reflection": reflection / total,
            "question": asking / total,
            "therapist_input": advice / total,
            "other": rest / total,
        },
        moves={
            "simple_reflection": reflection,
            "complex_reflection": reflection / 2,
            "open_question": open_question,
            "closed_question": closed_question,
            "advice": advice,
            "information": information,
            **(more or {}),
        },
        mechanisms={"emotional_reaction": warmth, "interpretation": interpretation, "exploration": exploration},
    )


def rated(
    text: str,
    read: Span,
    *,
    transcript: Transcript | None = None,
    prompt: str = PROMPT,
    feelings: tuple[str, ...] = FEELINGS,
    meaning: str = MEANING,
    timed: bool = True,
) -> Wording:
    """``text`` assessed as if the model had read ``read`` in all of it."""
    transcript = said(text) if transcript is None else transcript
    untaught = {move: why for move, why in UNTAUGHT.items() if move not in read.moves}
    reading = Reading(reply=read, sentences=(read,) * len(spoken_sentences(transcript)), not_taught=untaught)
    return assess(prompt, transcript, reading, feelings=feelings, meaning=meaning, timed=timed)


def voice(**measures: float | None) -> VoiceMeasures:
    """A quiet, ordinary voice, with ``measures`` in place of its own."""
    ordinary: dict[str, float | None] = {
        "duration_s": 6.0,
        "speech_s": 5.0,
        "articulation_rate_syll_per_s": 4.4,
        "loudness_mean_dbfs": -28.0,
        "loudness_sd_db": 7.0,
        "loudness_drift_db_per_s": 0.0,
        "f0_range_semitones": 8.0,
        "harshness": 0.1,
        "interruption_s": 0.0,
    }
    return VoiceMeasures(**{**ordinary, **measures})  # type: ignore[arg-type]
