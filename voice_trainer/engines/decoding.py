"""One segment of speech to words: Whisper without its 30-second window.

``WhisperModel.transcribe`` pads every window to 30 s, which costs more than the speech in it. Here the encoder sees the
segment and two seconds of silence (with less, Whisper misses the end and says the sentence again), and what it says
after the speech is cut off. Decoding, fallback and alignment follow transcribe(); tests hold the two against each
other.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelCorrupt, ModelError
from ..speech.transcript import Word

FRAMES_PER_S = 100
LONGEST_FRAMES = 3000
SILENCE_AFTER_S = 2.0
MORE_SILENCE_S = (8.0, LONGEST_FRAMES / FRAMES_PER_S)
"""Tried in turn where it repeats itself: 8 s mend most of it at a fifth of the cost of the full window."""
TOKENS_PER_S = 9.0
"""More than anybody speaks: a runaway repetition ends here."""
TEMPERATURES = (0.4, 0.8)
"""Tried in turn where a decode at 0 is unlikely or repeats itself."""
COMPRESSION_RATIO_LIMIT = 2.4
LOGPROB_LIMIT = -1.0
NO_SPEECH_LIMIT = 0.6
"""These three as in transcribe()."""
SURE_LOGPROB = -0.4
FEW_TOKENS = 4
"""A greedy decode this likely, in which not even so few tokens come twice, is believed; any other is searched for with
the whole beam."""
MANY_TOKENS = 7
"""So many that come twice are taken for a repetition: the decode is tried again with more silence."""
MAX_INITIAL_TIMESTAMP = 50
CONTEXT_TOKENS = 100
"""Of what was said before, given as prompt; the model takes 223."""
PREPENDED = "\"'“¿([{-"
APPENDED = "\"'.。,，!！?？:：”)]}、"
UNSPACED = frozenset(("zh", "ja", "th", "lo", "my", "yue"))
"""Languages that part no words by spaces; in any other a piece without one before it belongs to the word before."""
EXTRA_SPEECH_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """What one segment says.

    Attributes:
        words: times in seconds from the segment's first sample.
        tokens: of its text, as context for the next segment.
        languages: ISO 639-1 code → probability; empty where it was settled before.
        language: the one it was decoded in.
        logprob: average over its tokens.
        no_speech: probability that nothing is said.
    """

    words: tuple[Word, ...]
    tokens: tuple[int, ...]
    languages: dict[str, float]
    language: str
    logprob: float
    no_speech: float


class Decoder:
    """A loaded Whisper model. Takes a second or two to make.

    Args:
        folder: of the model. threads: for one decode. beam_size: 5 as transcribe() has it.

    Raises:
        ModelCorrupt: the files can't be loaded.
    """

    def __init__(self, folder: Path, *, threads: int, beam_size: int) -> None:
        import ctranslate2
        import faster_whisper

        try:
            self._model: Any = faster_whisper.WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=threads,
                num_workers=2,
                local_files_only=True,
            )
        except Exception as error:  # CTranslate2 and tokenizers raise bare RuntimeError and Exception
            raise ModelCorrupt(
                f"The Whisper model in {folder} can't be loaded ({(str(error) or repr(error)).splitlines()[0]}); "
                "delete that folder, and it is installed again."
            ) from error
        ctranslate2.set_random_seed(0)  # the fallback samples
        self._beam_size = beam_size
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="whisper-beam")
        self._search: _Search | None = None
        self._tokenizers: dict[str, Any] = {}
        self.multilingual: bool = bool(self._model.model.is_multilingual)

    def decode(
        self,
        samples: NDArray[np.float32],
        *,
        speech_end_s: float,
        choose_language: Callable[[dict[str, float]], str] | str,
        context: Sequence[int] = (),
        awaited: Callable[[], bool] = lambda: False,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Decoded:
        """Transcribe one segment.

        Args:
            samples: (n,) at 16 kHz, at most 28 s.
            speech_end_s: where its speech ends, as voice activity has it; nothing is heard after it.
            choose_language: gets the languages' probabilities, returns the one to decode in; or the language, where it
                is settled: telling it takes a decoder's step.
            context: tokens of what was said before.
            awaited: whether somebody waits for it, asked when it begins; ``hurry`` tells it of one who comes later.
            cancelled: asked between tries; a cancelled decode returns what it has.
        """
        features, content = self._features(samples)
        encoded = self._encode(features, content, SILENCE_AFTER_S)
        languages: dict[str, float] = {}
        if not self.multilingual:
            language = "en"
        elif isinstance(choose_language, str):
            language = choose_language
        else:
            languages = {token[2:-2]: float(p) for token, p in self._model.model.detect_language(encoded)[0]}
            language = choose_language(languages)
        tokenizer = self._tokenizer(language)
        prompt = self._prompt(tokenizer, context)
        length = len(prompt) + 16 + int(TOKENS_PER_S * content / FRAMES_PER_S)

        search = self._search = _Search(
            self._beside, lambda: self._generate(encoded, prompt, length, tokenizer, temperature=0.0), cancelled
        )
        try:
            if awaited():
                search.begin()
            best = self._generate(encoded, prompt, length, tokenizer, temperature=0.0, beam_size=1)
        finally:
            self._search = None
        unsure = best.stutters or best.logprob < SURE_LOGPROB or _repeats(_text(best, tokenizer), FEW_TOKENS)
        if unsure and not cancelled():
            best = search.result()
        for silence_s in MORE_SILENCE_S:
            if not best.stutters or cancelled():
                break
            # Silence up to the full window is what the model was trained with; context may be what it repeats. Where it
            # says the same again, somebody may well have said it twice.
            encoded = self._encode(features, content, silence_s)
            prompt = self._prompt(tokenizer, ())
            again = self._generate(encoded, prompt, length, tokenizer, temperature=0.0)
            said_twice = _text(again, tokenizer) == _text(best, tokenizer)
            best = max(best, again, key=_rank)
            if said_twice:
                break
        for temperature in TEMPERATURES:
            if best.good or best.silent or cancelled():
                break
            best = max(best, self._generate(encoded, prompt, length, tokenizer, temperature=temperature), key=_rank)

        tokens = [] if best.silent else _heard(best.tokens, tokenizer, speech_end_s + EXTRA_SPEECH_S)
        return Decoded(
            words=self._words(encoded, tokenizer, tokens, content),
            tokens=tuple(tokens),
            languages=languages,
            language=language,
            logprob=best.logprob,
            no_speech=best.no_speech,
        )

    def hurry(self) -> None:
        """Somebody waits for the decode that runs: search with the whole beam beside its greedy decode, not after it.

        It says the same, in half the time where the beam is needed, and costs the beam where it isn't.
        """
        search = self._search
        if search is not None and not search.cancelled():
            search.begin()

    def close(self) -> None:
        """Wait for a beam that nobody needed any more."""
        self._beside.shutdown(wait=True, cancel_futures=True)

    def _features(self, samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
        features = self._model.feature_extractor(samples)[:, :-1][:, :LONGEST_FRAMES]
        return features, features.shape[1]

    def _encode(self, features: NDArray[np.float32], content: int, silence_s: float) -> Any:
        total = min(content + int(silence_s * FRAMES_PER_S), LONGEST_FRAMES)
        total += total % 2  # the encoder halves them
        # Zero is what transcribe() pads the features with.
        return self._model.encode(np.pad(features, ((0, 0), (0, max(0, total - content)))))

    def _tokenizer(self, language: str) -> Any:
        if language not in self._tokenizers:
            from faster_whisper.tokenizer import Tokenizer

            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer, self.multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def _prompt(self, tokenizer: Any, context: Sequence[int]) -> list[int]:
        before = [tokenizer.sot_prev, *context[-CONTEXT_TOKENS:]] if context else []
        return [*before, *tokenizer.sot_sequence]

    def _generate(
        self,
        encoded: Any,
        prompt: list[int],
        length: int,
        tokenizer: Any,
        *,
        temperature: float,
        beam_size: int | None = None,
    ) -> _Try:
        from faster_whisper.transcribe import get_suppressed_tokens

        how: dict[str, Any] = {"beam_size": beam_size or self._beam_size, "patience": 1.0}
        if temperature > 0:
            how = {"beam_size": 1, "num_hypotheses": 5, "sampling_topk": 0, "sampling_temperature": temperature}
        result = self._model.model.generate(
            encoded,
            [prompt],
            max_length=min(length, self._model.max_length),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=list(get_suppressed_tokens(tokenizer, [-1])),
            max_initial_timestamp_index=MAX_INITIAL_TIMESTAMP,
            **how,
        )[0]
        tokens = result.sequences_ids[0]
        text = tokenizer.decode(tokens).strip().encode()
        return _Try(
            tokens=tuple(tokens),
            logprob=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech=result.no_speech_prob,
            compression_ratio=len(text) / len(zlib.compress(text)),
            stutters=_stutters([token for token in tokens if token < tokenizer.eot]),
        )

    def _words(self, encoded: Any, tokenizer: Any, tokens: list[int], content: int) -> tuple[Word, ...]:
        from faster_whisper.transcribe import merge_punctuations

        if not tokens:
            return ()
        try:
            alignment = self._model.find_alignment(tokenizer, [tokens], encoded, content)[0]
        except RuntimeError as error:
            raise ModelError(f"Whisper could not time its words ({error}); try this reply again.") from error
        merge_punctuations(alignment, PREPENDED, APPENDED)
        words: list[Word] = []
        spaced = tokenizer.language_code not in UNSPACED
        for timed in alignment:
            text = timed["word"].strip()
            if words and spaced and not timed["word"].startswith(" "):  # "'clock" after "o"
                words[-1] = _joined(words[-1], text, float(timed["end"]), float(timed["probability"]))
            elif any(character.isalnum() for character in text):
                start_s, end_s = float(timed["start"]), float(timed["end"])
                words.append(
                    Word(text=text, start_s=start_s, end_s=max(start_s, end_s), probability=float(timed["probability"]))
                )
        return tuple(words)


class _Search:
    """A decode with the whole beam, made where ``result`` is asked for it, or beside that from ``begin`` on."""

    def __init__(self, beside: ThreadPoolExecutor, make: Callable[[], _Try], cancelled: Callable[[], bool]) -> None:
        self._beside = beside
        self._make = make
        self.cancelled = cancelled
        self._lock = threading.Lock()
        self._begun: Future[_Try] | None = None

    def begin(self) -> None:
        with self._lock:
            self._begun = self._begun or self._beside.submit(self._make)

    def result(self) -> _Try:
        self.begin()
        assert self._begun is not None
        return self._begun.result()


@dataclass(frozen=True, kw_only=True)
class _Try:
    tokens: tuple[int, ...]
    logprob: float
    no_speech: float
    compression_ratio: float
    stutters: bool

    @property
    def good(self) -> bool:
        return self.compression_ratio <= COMPRESSION_RATIO_LIMIT and self.logprob >= LOGPROB_LIMIT

    @property
    def silent(self) -> bool:
        return self.no_speech > NO_SPEECH_LIMIT and self.logprob < LOGPROB_LIMIT


def _joined(word: Word, text: str, end_s: float, probability: float) -> Word:
    """``word`` with the rest of it, which is as sure as its least sure piece."""
    return Word(
        text=word.text + text,
        start_s=word.start_s,
        end_s=max(word.end_s, end_s),
        probability=min(word.probability, probability),
    )


def _text(attempt: _Try, tokenizer: Any) -> list[int]:
    """Its tokens without timestamps."""
    return [token for token in attempt.tokens if token < tokenizer.eot]


def _rank(attempt: _Try) -> tuple[bool, bool, float]:
    return (attempt.compression_ratio <= COMPRESSION_RATIO_LIMIT, not attempt.stutters, attempt.logprob)


def _repeats(tokens: Sequence[int], size: int) -> bool:
    """Whether ``size`` tokens in a row come again later, not overlapping."""
    first: dict[tuple[int, ...], int] = {}
    return any(at - first.setdefault(tuple(tokens[at : at + size]), at) >= size for at in range(len(tokens) - size + 1))


def _stutters(tokens: Sequence[int]) -> bool:
    """Whether a phrase follows itself (four tokens and more twice, any four times), or a long one comes again."""
    if _repeats(tokens, MANY_TOKENS):
        return True
    for size in range(1, len(tokens) // 2 + 1):
        needed = size if size >= 4 else 3 * size
        run = 0
        for index in range(len(tokens) - size):
            run = run + 1 if tokens[index] == tokens[index + size] else 0
            if run >= needed:
                return True
    return False


def _heard(tokens: Sequence[int], tokenizer: Any, until_s: float) -> list[int]:
    """Text tokens of what begins before ``until_s``: what Whisper says later, nobody said."""
    heard: list[int] = []
    for token in tokens:
        if token >= tokenizer.timestamp_begin:
            if heard and (token - tokenizer.timestamp_begin) * 0.02 >= until_s:
                break
        elif token < tokenizer.eot:
            heard.append(token)
    return heard
