"""What the words of a reply do: from the model's reading and the transcript to a level with its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..speech.transcript import Transcript, Word, sentences
from .dimensions import WORDING_DIMENSIONS, Dimension
from .evidence import Spoken
from .feeling_fit import fit_feelings
from .feelings import match, named_feelings
from .level import joined, level
from .moves import MOVES, Behavior, Mechanism, Move, Reading, Sentence, there
from .signals import read_signals
from .wording_dimensions import rate

LEAST_WORD_PROBABILITY = 0.6
"""Below this mean probability of the words the transcript is too unsure to be judged. Whisper base gives 0.8 and more
on clear speech; to be measured on noisy speech."""
LEAST_WORDS = 3
"""A reply of fewer words is too short to be given a level."""
MOST_WORDS = 120
"""Feelings and words taken up count within the first this many words: going on and on earns nothing."""
LANGUAGE = "en"
"""What the listening model was taught in."""


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """What the words of a reply do.

    Attributes:
        behavior: the main behavior as AnnoMI codes it; None where nothing was said.
        moves: move → calibrated probability over the reply; only moves that the model was taught.
        mechanisms: EPITOME's three, expected level 0–2.
        level: 1–5 (Carkhuff–Truax); None where it was not rated.
        wording: the level's finer form, 0–1.
        sentences: in order. dimensions: of the wording only.
        feelings_met: how the feelings that the reply names fit this speaker's: family → met, near, missed or wrong.
        not_rated: move, "level" or dimension → reason.
    """

    behavior: Behavior | None
    moves: dict[Move, float]
    mechanisms: dict[Mechanism, float]
    level: int | None
    wording: float | None
    sentences: tuple[Sentence, ...]
    dimensions: tuple[Dimension, ...] = ()
    feelings_met: dict[str, str] = {}
    not_rated: dict[str, str] = {}
    model_version: str = ""

    @property
    def there(self) -> tuple[Move, ...]:
        """The moves that the reply makes anywhere, in the order of ``MOVES``; at most one reflection.

        Over the whole reply the model reads the main behavior, so a reflection before a question shows in its sentence.
        """
        found = set(there(self.moves)).union(*(there(sentence.moves) for sentence in self.sentences))
        if "complex_reflection" in found:
            found.discard("simple_reflection")
        return tuple(move for move in MOVES if move in found)


def spoken_sentences(transcript: Transcript) -> tuple[str, ...]:
    """The sentences of a reply as they are handed to the listening model, in order."""
    return tuple(_text(words) for words in sentences(transcript.words))


def assess(
    prompt: str,
    transcript: Transcript,
    reading: Reading,
    *,
    feelings: Sequence[str] = (),
    meaning: str = "",
    timed: bool = True,
) -> Wording:
    """Rate the words of one reply.

    Args:
        prompt: what the speaker said.
        reading: of ``spoken_sentences(transcript)``, in that order.
        feelings: what this speaker feels, in an exercise's words; empty where it isn't known.
        meaning: what lies under the speaker's words, where an exercise says so.
        timed: False for typed words, whose times mean nothing: evidence then carries none.

    Raises:
        ValueError: a reading of another number of sentences than the transcript has.
    """
    spoken = _spoken(transcript, reading, feelings, timed)
    if doubt := _doubt(transcript):
        return _unrated(transcript, reading, spoken, doubt)
    named = tuple(one for part in spoken if part.counted for one in part.named)
    fit = fit_feelings(named, feelings, prompt)
    signals = read_signals(prompt, spoken, reading, fit, meaning)
    value = joined(signals, reading.level)
    dimensions = rate(spoken, reading, fit, signals)
    return Wording(
        behavior=_behavior(reading.reply.behavior),
        moves=dict(reading.reply.moves),
        mechanisms=dict(reading.reply.mechanisms),
        level=level(value),
        wording=(value - 1.0) / 4.0,
        sentences=tuple(one.sentence for one in spoken),
        dimensions=dimensions,
        feelings_met={family: str(one) for family, one in match(named, feelings).items()},
        not_rated={**{one.name: one.reason for one in dimensions if one.level is None}, **_untaught(reading)},
        model_version=reading.model_version,
    )


def _spoken(transcript: Transcript, reading: Reading, feelings: Sequence[str], timed: bool) -> tuple[Spoken, ...]:
    runs = sentences(transcript.words)
    if len(reading.sentences) != len(runs):
        raise ValueError(
            f"the reading has {len(reading.sentences)} sentences and the reply {len(runs)}; "
            "give the listener spoken_sentences(transcript)"
        )
    done: list[Spoken] = []
    before = 0
    for words, span in zip(runs, reading.sentences, strict=True):
        text = _text(words)
        named = named_feelings(text, feelings)
        sentence = Sentence(
            text=text,
            start_s=words[0].start_s,
            end_s=words[-1].end_s,
            moves=dict(span.moves),
            feelings=tuple(dict.fromkeys(one.family for one in named if one.owner == "you" and not one.negated)),
            cues=tuple(one.words for one in named if one.owner == "you" and not one.negated),
            behavior=_behavior(span.behavior) or "other",
        )
        done.append(
            Spoken(sentence=sentence, words=words, span=span, named=named, timed=timed, counted=before < MOST_WORDS)
        )
        before += len(words)
    return tuple(done)


def _doubt(transcript: Transcript) -> str | None:
    """Why the words can't be rated, as a sentence; None where they can."""
    if not transcript.words:
        return "Nothing was said, so there are no words to rate."
    if transcript.language != LANGUAGE:
        return (
            f"The reply was heard as another language ({transcript.language}); the words can be rated in English only."
        )
    if len(transcript.words) < LEAST_WORDS:
        return f"The reply has {len(transcript.words)} of the {LEAST_WORDS} words that it takes to rate one."
    probability = transcript.probability
    if probability is not None and probability < LEAST_WORD_PROBABILITY:
        return "The words weren't heard clearly enough to rate them; correct the transcript and they will be."
    return None


def _unrated(transcript: Transcript, reading: Reading, spoken: tuple[Spoken, ...], doubt: str) -> Wording:
    """Of a foreign language not even the moves are kept: the model wasn't taught in it."""
    readable = bool(transcript.words) and transcript.language == LANGUAGE
    kept = [one.sentence for one in spoken]
    if not readable:
        kept = [msgspec.structs.replace(one, moves={}, feelings=(), cues=(), behavior="other") for one in kept]
    return Wording(
        behavior=_behavior(reading.reply.behavior) if readable else None,
        moves=dict(reading.reply.moves) if readable else {},
        mechanisms=dict(reading.reply.mechanisms) if readable else {},
        level=None,
        wording=None,
        sentences=tuple(kept),
        dimensions=tuple(Dimension(name=name, level=None, reason=doubt) for name in WORDING_DIMENSIONS),
        not_rated={**_untaught(reading), "level": doubt, **dict.fromkeys(WORDING_DIMENSIONS, doubt)},
        model_version=reading.model_version,
    )


def _behavior(probabilities: dict[Behavior, float]) -> Behavior | None:
    ranked: list[Behavior] = sorted(probabilities, key=probabilities.__getitem__, reverse=True)
    return ranked[0] if ranked else None


def _untaught(reading: Reading) -> dict[str, str]:
    return {str(move): reason for move, reason in reading.not_taught.items()}


def _text(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)
