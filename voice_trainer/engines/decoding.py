"""One segment of speech to words: Whisper without its 30-second window.

``WhisperModel.transcribe`` pads every window to 30 s, which costs more than the speech in it. Here the encoder sees the
segment and three seconds of silence (with less, Whisper misses the end and says the sentence again), and what it says
after the speech is cut off. Decoding, fallback, going on from the last sentence that was finished, and alignment follow
transcribe(); tests hold the two against each other.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelCorrupt, ModelError
from ..speech.transcript import SENTENCE_END, Word

FRAMES_PER_S = 100
LONGEST_FRAMES = 3000
SILENCE_AFTER_S = 3.0
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
GREEDY_S, SURE_LOGPROB, FEW_TOKENS = 6.0, -0.4, 4
"""A piece at most this long is decoded greedily first, in four fifths of the time. Where that is this likely, and not
even so few tokens come twice, it is believed; any other is searched for with the whole beam."""
MANY_TOKENS = 7
"""So many that come twice are taken for a repetition: the decode is tried again with more silence."""
MAX_INITIAL_TIMESTAMP = 50
SECONDS_A_TIMESTAMP = 0.02
LEAST_BROKEN_OFF_S, LEAST_UNHEARD_S = 0.5, 1.0
"""So much speech from the beginning of a sentence that breaks off, or after one that ends, is decoded anew."""
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
        last_from_s: where its last sentence begins, by the times that Whisper writes between sentences; 0 where it
            wrote none.
        last_word, last_token: the first of that sentence.
        languages: ISO 639-1 code → probability; empty where it was settled before.
        language: the one it was decoded in.
        logprob: average over its tokens.
        no_speech: probability that nothing is said.
    """

    words: tuple[Word, ...]
    tokens: tuple[int, ...]
    last_from_s: float
    last_word: int
    last_token: int
    languages: dict[str, float]
    language: str
    logprob: float
    no_speech: float

    def later(self, seconds: float) -> Decoded:
        """The same where the clock began ``seconds`` earlier."""
        words = tuple(word.later(seconds) for word in self.words)
        return replace(self, words=words, last_from_s=self.last_from_s + seconds)

    def followed_by(self, rest: Decoded) -> Decoded:
        """With the words of ``rest``, of the same segment and in the same time, after its own."""
        return replace(
            self,
            words=self.words + rest.words,
            tokens=self.tokens + rest.tokens,
            last_from_s=rest.last_from_s,
            last_word=len(self.words) + rest.last_word,
            last_token=len(self.tokens) + rest.last_token,
        )

    def but_last(self) -> Decoded:
        """Without its last sentence."""
        return replace(self, words=self.words[: self.last_word], tokens=self.tokens[: self.last_token])


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
        from scipy.sparse import csr_array

        try:
            self._model: Any = faster_whisper.WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=threads,
                local_files_only=True,
            )
        except Exception as error:  # CTranslate2 and tokenizers raise bare RuntimeError and Exception
            raise ModelCorrupt(
                f"The Whisper model in {folder} can't be loaded ({(str(error) or repr(error)).splitlines()[0]}); "
                "delete that folder, and it is installed again."
            ) from error
        ctranslate2.set_random_seed(0)  # the fallback samples
        # Mel filters are nearly all zeros. A sparse product also adds up in one order, on however many threads NumPy's
        # would run; that order moves a comma here and there.
        extractor = self._model.feature_extractor
        extractor.mel_filters = csr_array(extractor.mel_filters)
        self._beam_size = beam_size
        self._tokenizers: dict[str, Any] = {}
        self.multilingual: bool = bool(self._model.model.is_multilingual)

    def decode(
        self,
        samples: NDArray[np.float32],
        *,
        speech_end_s: float,
        choose_language: Callable[[dict[str, float]], str] | str,
        context: Sequence[int] = (),
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Decoded:
        """Transcribe one segment.

        Args:
            samples: (n,) at 16 kHz, at most 28 s.
            speech_end_s: where its speech ends, as voice activity has it; nothing is heard after it.
            choose_language: gets the languages' probabilities, returns the one to decode in; or the language, where it
                is settled: telling it takes a decoder's step.
            context: tokens of what was said before.
            cancelled: asked between tries; a cancelled decode returns what it has.
        """
        features = self._features(samples)
        languages: dict[str, float] = {}

        def language_of(encoded: Any) -> str:
            if not self.multilingual:
                return "en"
            if isinstance(choose_language, str):
                return choose_language
            languages.update((token[2:-2], float(p)) for token, p in self._model.model.detect_language(encoded)[0])
            return choose_language(languages)

        first, left_from_s = self._piece(features, language_of, speech_end_s, context, cancelled)
        decoded, from_s = first, 0.0
        while left_from_s is not None and not cancelled():
            from_s += left_from_s
            rest = features[:, round(from_s * FRAMES_PER_S) :]
            more, left_from_s = self._piece(rest, lambda _: first.language, speech_end_s - from_s, (), cancelled)
            decoded = decoded.followed_by(more.later(from_s))
        return replace(decoded, languages=languages)

    def _piece(
        self,
        features: NDArray[np.float32],
        language_of: Callable[[Any], str],
        speech_end_s: float,
        context: Sequence[int],
        cancelled: Callable[[], bool],
    ) -> tuple[Decoded, float | None]:
        """What is said from the beginning of ``features`` on, and from when on something is left to be decoded anew."""
        content = features.shape[1]
        encoded = self._encode(features, SILENCE_AFTER_S)
        tokenizer = self._tokenizer(language_of(encoded))
        prompt = self._prompt(tokenizer, context)
        length = len(prompt) + 16 + int(TOKENS_PER_S * content / FRAMES_PER_S)

        best = None
        if content <= GREEDY_S * FRAMES_PER_S:
            best = self._generate(encoded, prompt, length, tokenizer, temperature=0.0, beam_size=1)
        if best is None or not (best.sure or cancelled()):
            best = self._generate(encoded, prompt, length, tokenizer, temperature=0.0)
        for silence_s in MORE_SILENCE_S:
            if not best.stutters or cancelled():
                break
            # Silence up to the full window is what the model was trained with; context may be what it repeats. Where it
            # says the same again, somebody may well have said it twice.
            encoded = self._encode(features, silence_s)
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

        finished, left_from_s = ([], None) if best.silent else _finished(list(best.tokens), tokenizer, speech_end_s)
        tokens, last_token, last_from_s = _heard(finished, tokenizer, speech_end_s + EXTRA_SPEECH_S)
        words, last_word = self._words(encoded, tokenizer, tokens, content, last_token)
        decoded = Decoded(
            words=words,
            tokens=tuple(tokens),
            last_from_s=last_from_s,
            last_word=last_word,
            last_token=last_token,
            languages={},
            language=tokenizer.language_code,
            logprob=best.logprob,
            no_speech=best.no_speech,
        )
        return decoded, left_from_s

    def _features(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (mel bands, frames)."""
        features: NDArray[np.float32] = self._model.feature_extractor(samples)[:, :-1][:, :LONGEST_FRAMES]
        return features

    def _encode(self, features: NDArray[np.float32], silence_s: float) -> Any:
        content = features.shape[1]
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
        written = [token for token in tokens if token < tokenizer.eot]
        text = tokenizer.decode(tokens).strip().encode()
        return _Try(
            tokens=tuple(tokens),
            logprob=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech=result.no_speech_prob,
            compression_ratio=len(text) / len(zlib.compress(text)),
            stutters=_stutters(written),
            repeats=_repeats(written, FEW_TOKENS),
        )

    def _words(
        self, encoded: Any, tokenizer: Any, tokens: list[int], content: int, last_token: int
    ) -> tuple[tuple[Word, ...], int]:
        """The words of ``tokens``, and how many of them begin before ``last_token``."""
        from faster_whisper.transcribe import merge_punctuations

        if not tokens:
            return (), 0
        try:
            alignment = self._model.find_alignment(tokenizer, [tokens], encoded, content)[0]
        except RuntimeError as error:
            raise ModelError(f"Whisper could not time its words ({error}); try this reply again.") from error
        merge_punctuations(alignment, PREPENDED, APPENDED)
        words: list[Word] = []
        spaced = tokenizer.language_code not in UNSPACED
        at, before = 0, 0
        for timed in alignment:
            before = len(words) if at <= last_token else before
            at += len(timed["tokens"])
            text = timed["word"].strip()
            if words and spaced and not timed["word"].startswith(" "):  # "'clock" after "o"
                words[-1] = _joined(words[-1], text, float(timed["end"]), float(timed["probability"]))
            elif any(character.isalnum() for character in text):
                start_s, end_s = float(timed["start"]), float(timed["end"])
                words.append(
                    Word(text=text, start_s=start_s, end_s=max(start_s, end_s), probability=float(timed["probability"]))
                )
        return tuple(words), before


@dataclass(frozen=True, kw_only=True)
class _Try:
    tokens: tuple[int, ...]
    logprob: float
    no_speech: float
    compression_ratio: float
    stutters: bool
    repeats: bool

    @property
    def sure(self) -> bool:
        return not (self.stutters or self.repeats) and self.logprob >= SURE_LOGPROB

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


def _finished(tokens: list[int], tokenizer: Any, speech_end_s: float) -> tuple[list[int], float | None]:
    """``tokens`` up to the end of a sentence, and the time from which speech is left over; all and None where none is.

    Whisper writes the time at which a sentence ends. Where neither that nor a mark ends the last one, it took the end
    of the sound for one in the middle of speech, and often left words out: as in transcribe(), that sentence is decoded
    anew from its beginning on. So is what comes after a last time that is long before the end of the speech.
    """
    times = [index for index, token in enumerate(tokens) if token >= tokenizer.timestamp_begin]
    if len(times) < 2:
        return tokens, None
    last_s = (tokens[times[-1]] - tokenizer.timestamp_begin) * SECONDS_A_TIMESTAMP
    if times[-1] == len(tokens) - 1:
        left = speech_end_s - last_s >= LEAST_UNHEARD_S
    else:
        broken_off = not SENTENCE_END.search(tokenizer.decode(tokens[times[-1] :]).rstrip())
        left = broken_off and speech_end_s - last_s >= LEAST_BROKEN_OFF_S
    return (tokens[: times[-1] + 1], last_s) if left and last_s >= LEAST_BROKEN_OFF_S else (tokens, None)


def _heard(tokens: Sequence[int], tokenizer: Any, until_s: float) -> tuple[list[int], int, float]:
    """Text tokens of what begins before ``until_s``: what Whisper says later, nobody said.

    Also which of them begins the last sentence, and when.
    """
    heard: list[int] = []
    time_s, begins, last, last_from_s = 0.0, False, 0, 0.0
    for token in tokens:
        if token >= tokenizer.timestamp_begin:
            time_s = (token - tokenizer.timestamp_begin) * SECONDS_A_TIMESTAMP
            if heard and time_s >= until_s:
                break
            begins = True
        elif token < tokenizer.eot:
            if begins:
                last, last_from_s, begins = len(heard), time_s, False
            heard.append(token)
    return heard, last, last_from_s
