"""What can be heard beside each other: one's own attempts at a turn, the model replies to it, and the speaker."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from .attempt import Attempt, Sentence, VoiceCurves, Word
from .engines.base import Samples
from .engines.resample import resample
from .errors import ModelError
from .exercise import Exercise, ModelReply, Turn
from .scoring import measure_voice
from .speech.alignment import place
from .speech.transcript import sentences

if TYPE_CHECKING:
    from .practice import Practice

Kind = Literal["own", "model", "speaker"]
MOST_OWN = 5
MOST_MODELS = 3
"""With the speaker that makes nine: one for each digit key."""
LOOKED_THROUGH = 500
"""How many attempts at an exercise are looked through for those at the turn."""
ENVELOPE_POINTS = 1200
NO_CURVES = VoiceCurves()


@dataclass(frozen=True, kw_only=True)
class Source:
    """A take that can be loaded.

    Attributes:
        number: of an own attempt, 1 for the first at this turn; of a model reply, its place in the exercise.
        attempt_id: of an own take. reply: of a model's.
    """

    kind: Kind
    number: int = 1
    attempt_id: str | None = None
    reply: ModelReply | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.attempt_id or self.number}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Take:
    """A sound with all that is drawn of it.

    Attributes:
        samples: mono float32 (n,) at ``rate_hz``.
        text: what is said. words: with their times; empty where those are not known.
        sentences: with the moves read in them; of own takes only.
        curves: pitch, level and pauses over time. attempt: of an own take.
    """

    source: Source
    samples: Samples
    rate_hz: int
    text: str
    words: tuple[Word, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    curves: VoiceCurves = NO_CURVES
    attempt: Attempt | None = None

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz

    @cached_property
    def envelope(self) -> tuple[float, ...]:
        """Peak level, 0–1 of the loudest, of at most ``ENVELOPE_POINTS`` equal slices."""
        if not len(self.samples):
            return ()
        edges = np.linspace(0, len(self.samples), min(ENVELOPE_POINTS, len(self.samples)), endpoint=False).astype(int)
        peaks = np.maximum.reduceat(np.abs(self.samples), edges)
        return tuple((peaks / max(float(peaks.max()), 1e-9)).tolist())

    @cached_property
    def word_starts_s(self) -> tuple[float, ...]:
        return tuple(word.start_s for word in self.words)

    @cached_property
    def sentence_starts_s(self) -> tuple[float, ...]:
        return tuple(words[0].start_s for words in sentences(self.words))

    def word_at(self, position_s: float) -> int | None:
        """Index of the word that is being said at ``position_s``; None between two words."""
        at = bisect_right(self.word_starts_s, position_s) - 1
        return at if at >= 0 and position_s < self.words[at].end_s else None


STILL_AT_S = 0.3
"""Going back this soon after a start leads to the one before it; later, to this start."""
JUST_THERE_S = 0.005


def stepped(starts_s: tuple[float, ...], position_s: float, by: int) -> float | None:
    """The next (``by`` 1) or the last (−1) of ``starts_s`` (in order) from ``position_s``; None beyond the ends."""
    if by > 0:
        at = bisect_right(starts_s, position_s + JUST_THERE_S)
        return starts_s[at] if at < len(starts_s) else None
    at = bisect_left(starts_s, position_s - STILL_AT_S) - 1
    here = bisect_right(starts_s, position_s + JUST_THERE_S) - 1
    if here > at and starts_s[here] < position_s - STILL_AT_S:
        at = here
    return starts_s[at] if at >= 0 else (starts_s[0] if starts_s and starts_s[0] < position_s else None)


def sources(practice: Practice, attempt: Attempt, turn: Turn | None) -> tuple[Source, ...]:
    """What can be heard around ``attempt``: own ones by time, then models, then the speaker. Raises StoreError.

    Args:
        turn: the turn that was answered; None where the exercise has changed since.
    """
    found = list(own_sources(practice, attempt))
    if turn is not None:
        spoken = [(i, reply) for i, reply in enumerate(turn.model_replies, 1) if reply.audio]
        found += [Source(kind="model", number=i, reply=reply) for i, reply in spoken[:MOST_MODELS]]
        found.append(Source(kind="speaker"))
    return tuple(found)


def own_sources(practice: Practice, attempt: Attempt, most: int | None = MOST_OWN) -> tuple[Source, ...]:
    """The attempts of the same person at the same turn that have a recording, by time, ``attempt`` among them.

    They keep their numbers where only the last ``most`` are given.
    """
    rows = practice.store.attempts(person=attempt.person, exercise_id=attempt.exercise_id, limit=LOOKED_THROUGH)
    same = [row for row in reversed(rows) if row.turn == attempt.turn]
    numbered = [
        Source(kind="own", number=number, attempt_id=row.id)
        for number, row in enumerate(same, 1)
        if row.has_recording or row.id == attempt.id
    ]
    if all(one.attempt_id != attempt.id for one in numbered):  # it could not be stored
        numbered.append(Source(kind="own", number=len(same) + 1, attempt_id=attempt.id))
    if most is None or len(numbered) <= most:
        return tuple(numbered)
    last = numbered[-most:]
    this = next(one for one in numbered if one.attempt_id == attempt.id)
    return tuple(last) if this in last else (this, *last[1:])


def load(practice: Practice, exercise: Exercise, turn: Turn | None, source: Source, known: Attempt) -> Take | None:
    """The take of ``source``; None where its sound was not kept.

    Words of the speaker and of model replies come without times; see ``with_words``.

    Args:
        known: the attempt in hand, which is not read again.

    Raises:
        StoreError, UnknownAttempt, AudioUnreadable, AudioInvalid.
    """
    if source.kind == "own":
        attempt = known if source.attempt_id == known.id else practice.store.attempt(source.attempt_id or "")
        return own_take(practice, source, attempt)
    assert turn is not None, "the speaker and the models belong to a turn"
    said = source.reply if source.reply is not None else turn
    samples, rate_hz = practice.sound_of(exercise, said.audio)
    curves = known.scored.prompt_curves if source.kind == "speaker" else None
    if curves is None:
        try:
            curves = measure_voice(practice.engines.voice_activity, practice.engines.pitch, samples, rate_hz)[1]
        except ModelError:  # it can be heard all the same
            curves = NO_CURVES
    return Take(source=source, samples=samples, rate_hz=rate_hz, text=" ".join(said.text.split()), curves=curves)


def own_take(practice: Practice, source: Source, attempt: Attempt) -> Take | None:
    """The recording of ``attempt`` with its words; None where it was not kept."""
    if attempt.recording is None:
        return None
    samples, rate_hz = practice.recordings.load(attempt.recording)
    scored = attempt.scored
    return Take(
        source=source,
        samples=samples,
        rate_hz=rate_hz,
        text=scored.transcript.text,
        words=scored.transcript.words,
        sentences=scored.wording.sentences,
        curves=scored.curves,
        attempt=attempt,
    )


def with_words(practice: Practice, take: Take) -> Take:
    """``take`` with the times of its words, where they can be found: its text is known, and the recognizer hears when.

    Takes about a fifth of the take's own time. Raises ModelMissing, ModelCorrupt.
    """
    if take.words or not take.text:
        return take
    sound = resample(take.samples, take.rate_hz)
    activity = practice.engines.voice_activity.stream()
    stream = practice.engines.transcriber.stream()
    try:
        stream.push(sound, np.concatenate([activity.push(sound), activity.finish()]))
        heard = stream.finish()
    except BaseException:
        stream.cancel()
        raise
    return replace(take, words=place(take.text, heard.words))
