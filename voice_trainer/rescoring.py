"""A corrected transcript: the wording is scored again, the first record kept, and what changed is told.

The words that the trainee left keep their times. What they changed takes the time of what stood there; what they put in
shares the silence around it. A transcript that was gone through by hand is sure: its words get probability 1.

Of the voice, only the rates that count words or syllables are computed again, by the same formulas and from the speech
time as it was measured. All else needs the sound, and is kept as it was heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

import msgspec

from .attempt import Attempt, Scored, Transcript, VoiceMeasures, Word
from .errors import RequestInvalid
from .listening.attunement import SCORING_VERSION, Attunement, attune
from .listening.dimensions import VOICE_DIMENSIONS, WORDING_DIMENSIONS
from .listening.feedback import give
from .listening.moves import Move
from .listening.repair import outcome
from .scoring import Heard, assess_words
from .speech.baseline import Baseline
from .speech.syllables import count
from .speech.timing import Span, speech_rate_wpm, syllable_times

if TYPE_CHECKING:
    from .engines.base import Listener
    from .practice import Practice

SURE = 1.0
"""Probability of a word that the trainee wrote or confirmed."""
MOST_WORDS = 4_000
"""Half an hour of fast speech has 6 000; nobody corrects that by hand, and a slip of the clipboard must not hang."""
LONGEST_WORD = 60
NO_WORDS = "no words were recognized"
"""As ``speech.prosody`` says it."""

Edit = Literal["changed", "added", "removed"]


class WordChange(msgspec.Struct, frozen=True, kw_only=True):
    """A run of words that reads otherwise now; "" where nothing stood, or stands."""

    before: str
    after: str

    @property
    def edit(self) -> Edit:
        return "added" if not self.before else "removed" if not self.after else "changed"


class LevelChange(msgspec.Struct, frozen=True, kw_only=True):
    """A dimension whose level is another now; None where it was not, or is not, rated."""

    name: str
    before: int | None
    after: int | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a correction did, from ``before`` to ``after``.

    Attributes:
        moves_gained, moves_lost: over the whole reply. wording: 0–1 before and after, None where not rated.
        reread: the first was scored by another scoring version, so not all of the change is the correction's.
    """

    words: tuple[WordChange, ...]
    moves_gained: tuple[Move, ...]
    moves_lost: tuple[Move, ...]
    dimensions: tuple[LevelChange, ...]
    wording_before: float | None
    wording_after: float | None
    reread: bool = False

    @property
    def nothing_moved(self) -> bool:
        """Whether other words came to the same."""
        return not (self.moves_gained or self.moves_lost or self.dimensions)


def corrected(heard: Transcript, texts: Sequence[str], duration_s: float) -> Transcript:
    """``heard`` as the trainee says it was: the words ``texts`` with times.

    Args:
        heard: as the recognizer wrote it. duration_s: of the recording.

    Raises:
        RequestInvalid: an empty word, one with a space in it or that is far too long, or far too many of them.
    """
    _check(texts)
    before = [word.text for word in heard.words]
    words: list[Word] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, before, texts, autojunk=False).get_opcodes():
        if tag == "equal":
            words += [msgspec.structs.replace(word, probability=SURE) for word in heard.words[start:end]]
        elif tag in ("replace", "insert"):
            from_s, to_s = _room(heard.words, start, end, duration_s)
            words += _spread(texts[new_start:new_end], from_s, to_s, heard.language)
    return Transcript(words=tuple(words), language=heard.language, edited_from=heard.edited_from or heard.text)


def _check(texts: Sequence[str]) -> None:
    if len(texts) > MOST_WORDS:
        raise RequestInvalid(f"The transcript has {len(texts)} words; at most {MOST_WORDS} can be corrected by hand.")
    for text in texts:
        if not text or text.split() != [text]:
            raise RequestInvalid(f"{text!r} is not one word; give words one by one, without spaces.")
        if len(text) > LONGEST_WORD:
            raise RequestInvalid(
                f"The word “{text[:20]}…” has {len(text)} letters; at most {LONGEST_WORD} can be kept."
            )


def _room(words: Sequence[Word], start: int, end: int, duration_s: float) -> tuple[float, float]:
    """The time of ``words[start:end]``; of none, the silence between their neighbours."""
    if start < end:
        return words[start].start_s, words[end - 1].end_s
    from_s = words[start - 1].end_s if start else 0.0
    to_s = words[end].start_s if end < len(words) else duration_s
    return from_s, max(from_s, to_s)


def _spread(texts: Sequence[str], from_s: float, to_s: float, language: str) -> list[Word]:
    """Words one after another between two moments, each as long as its syllables ask for."""
    weights = [max(1, count(text, language)) for text in texts]
    each = (to_s - from_s) / sum(weights)
    done, at = [], 0
    for text, weight in zip(texts, weights, strict=True):
        start_s, at = from_s + at * each, at + weight
        done.append(Word(text=text, start_s=start_s, end_s=min(to_s, from_s + at * each), probability=SURE))
    return done


def rescore(
    listener: Listener, heard: Heard, attempt: Attempt, transcript: Transcript, *, baseline: Baseline | None = None
) -> Attempt:
    """``attempt`` with the words of ``transcript``, scored as any reply is. Raises ModelMissing, ModelCorrupt.

    Args:
        heard: what was answered; its ``voice`` is not asked for, the attempt has it.
        baseline: the trainee's everyday voice on the attempt's microphone.
    """
    before = attempt.scored
    voice = reworded(before.voice, transcript)
    wording = assess_words(listener, heard, transcript)
    fresh = attune(wording, voice, baseline=baseline, prompt=before.prompt_voice)
    attunement = _keeping_the_voice(before, fresh)
    scored = msgspec.structs.replace(
        before,
        transcript=transcript,
        voice=voice,
        wording=wording,
        attunement=attunement,
        feedback=give(attunement, wording, voice, difficulty=heard.difficulty),
        not_rated={**voice.not_rated, **wording.not_rated},
    )
    return msgspec.structs.replace(attempt, scored=scored, outcome=outcome(attunement, wording))


def reworded(voice: VoiceMeasures, transcript: Transcript) -> VoiceMeasures:
    """``voice`` with the rates that count the words of ``transcript``; the others as they were."""
    if not voice.speech_s or voice.articulation_rate_syll_per_s is None:  # too little was said, or too much noise
        return voice
    rates: dict[str, float | None] = {}
    reasons = dict(voice.not_rated)
    within = Span(first_s=0.0, last_s=voice.speech_s, pauses=())
    rates["speech_rate_wpm"] = speech_rate_wpm(transcript, within)
    reasons["speech_rate_wpm"] = NO_WORDS
    syllables = len(syllable_times(transcript))
    if syllables and voice.phonation_time_ratio:
        rates["articulation_rate_syll_per_s"] = syllables / (voice.phonation_time_ratio * voice.speech_s)
    reasons = {name: why for name, why in reasons.items() if rates.get(name) is None}
    return msgspec.structs.replace(voice, **rates, not_rated=reasons)


def _keeping_the_voice(before: Scored, fresh: Attunement) -> Attunement:
    """The voice as it was judged, unless the new words put the pace on another level.

    The everyday voice may have been recorded anew since; a corrected word must not seem to have made anybody louder.
    """
    of_words = [one for one in fresh.dimensions if one.name in WORDING_DIMENSIONS]
    then = {one.name: one for one in before.attunement.dimensions if one.name in VOICE_DIMENSIONS}
    now = {one.name: one for one in fresh.dimensions if one.name in VOICE_DIMENSIONS}
    same_formulas = before.attunement.scoring_version == SCORING_VERSION
    if not same_formulas or "pace" not in then or "pace" not in now or then["pace"].level != now["pace"].level:
        return fresh
    of_voice = [now["pace"] if name == "pace" else one for name, one in then.items()]
    return msgspec.structs.replace(fresh, voice=before.attunement.voice, dimensions=(*of_words, *of_voice))


def correct(practice: Practice, attempt: Attempt, texts: Sequence[str]) -> Attempt:
    """Score an attempt again with the words ``texts``, and put it in place of the one that is stored.

    Words that read as they were first heard bring the first record back, unless they were too unsure to be rated: then
    the trainee has confirmed them.

    Raises:
        RequestInvalid: see ``corrected``. VoiceTrainerError: the model, the exercise or the store can't be read.
    """
    first = practice.store.original(attempt.id)
    same = list(texts) == [word.text for word in first.scored.transcript.words]
    if same and not unsure(first):
        return restore(practice, attempt)
    exercise = practice.library.get(attempt.exercise_id)
    turn = exercise.turn(attempt.turn)
    heard = Heard(prompt=turn.text, feelings=turn.feelings, meaning=turn.meaning, difficulty=exercise.difficulty)
    transcript = corrected(first.scored.transcript, texts, first.scored.voice.duration_s)
    baseline = practice.store.baseline(attempt.person, attempt.device) if attempt.device else None
    again = rescore(practice.engines.listener, heard, first, transcript, baseline=baseline)
    practice.store.replace_attempt(again)
    return again


def restore(practice: Practice, attempt: Attempt) -> Attempt:
    """The attempt as it was first heard and scored, in place of its corrected form. Raises StoreError."""
    first = practice.store.original(attempt.id)
    practice.store.replace_attempt(first)
    return first


def unsure(attempt: Attempt) -> bool:
    """Whether there were words, but they were not heard clearly enough to be rated."""
    scored = attempt.scored
    return bool(scored.transcript.words) and scored.wording.level is None


def changes(before: Scored, after: Scored) -> Change:
    """What is other in ``after``."""
    had, has = before.wording.there, after.wording.there
    then = {one.name: one.level for one in before.attunement.dimensions}
    now = {one.name: one.level for one in after.attunement.dimensions}
    names = [*then, *(name for name in now if name not in then)]
    return Change(
        words=word_changes(
            [word.text for word in before.transcript.words], [word.text for word in after.transcript.words]
        ),
        moves_gained=tuple(move for move in has if move not in had),
        moves_lost=tuple(move for move in had if move not in has),
        dimensions=tuple(
            LevelChange(name=name, before=then.get(name), after=now.get(name))
            for name in names
            if then.get(name) != now.get(name)
        ),
        wording_before=before.attunement.wording,
        wording_after=after.attunement.wording,
        reread=before.attunement.scoring_version != after.attunement.scoring_version,
    )


def word_changes(before: Sequence[str], after: Sequence[str]) -> tuple[WordChange, ...]:
    """The runs of words that differ, in order."""
    matcher = SequenceMatcher(None, list(before), list(after), autojunk=False)
    return tuple(
        WordChange(before=" ".join(before[start:end]), after=" ".join(after[new_start:new_end]))
        for tag, start, end, new_start, new_end in matcher.get_opcodes()
        if tag != "equal"
    )
