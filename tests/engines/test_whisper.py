"""Transcribing while somebody speaks, against faster-whisper's transcribe() over the finished sound."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from voice_trainer.engines import decoding
from voice_trainer.engines.audio_file import read_audio
from voice_trainer.engines.resample import resample
from voice_trainer.engines.vad import SileroVoiceActivity
from voice_trainer.engines.whisper import WhisperStream, WhisperTranscriber
from voice_trainer.errors import ModelCorrupt, ModelError, ModelMissing
from voice_trainer.exercise import load_exercise
from voice_trainer.speech.transcript import Transcript

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(600)]

EXERCISES = Path(__file__).resolve().parents[2] / "exercises"
PROMPTS = ("cold-dinner/start-5.opus", "the-clock/start.opus", "no-more-driving/start-5.opus")
Sound = NDArray[np.float32]


@pytest.fixture(scope="module")
def activity() -> SileroVoiceActivity:
    return SileroVoiceActivity()


@pytest.fixture(scope="module")
def transcriber(models_folder: Path) -> Iterator[WhisperTranscriber]:
    whisper = WhisperTranscriber(models_folder)
    whisper.warm()
    yield whisper
    whisper.close()


@pytest.fixture(scope="module")
def reference(whisper_folder: Path) -> Any:
    from faster_whisper import WhisperModel

    return WhisperModel(str(whisper_folder), device="cpu", compute_type="int8", cpu_threads=2)


def load(path: Path) -> Sound:
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    audio = read_audio(path)
    return resample(audio.samples, audio.rate_hz)


def feed(stream: WhisperStream, activity: SileroVoiceActivity, sound: Sound, block: int = 1600) -> WhisperStream:
    voice = activity.stream()
    for start in range(0, len(sound), block):
        part = sound[start : start + block]
        stream.push(part, voice.push(part))
    stream.push(sound[:0], voice.finish())
    return stream


def hear(transcriber: WhisperTranscriber, activity: SileroVoiceActivity, sound: Sound) -> Transcript:
    return feed(transcriber.stream(), activity, sound).finish()


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9' ]+", " ", text.lower().replace("mr.", "mister")).split())


def whole(reference: Any, sound: Sound) -> list[Any]:
    segments, _ = reference.transcribe(sound, language="en", beam_size=5, word_timestamps=True)
    return [word for segment in segments for word in segment.words]


@pytest.mark.long
def test_recorded_clips_cost_no_more_words_than_transcribe(
    transcriber: WhisperTranscriber, reference: Any, activity: SileroVoiceActivity, data_folder: Path
) -> None:
    lines = (data_folder / "audio" / "asr" / "transcripts.tsv").read_text().splitlines()[1:]
    truth, ours, theirs = [], [], []
    for line in lines:
        name, text = line.split("\t")
        sound = load(data_folder / "audio" / "asr" / name)
        truth.append(plain(text))
        ours.append(plain(hear(transcriber, activity, sound).text))
        theirs.append(plain(" ".join(word.word.strip() for word in whole(reference, sound))))
    # 110 words: three words of difference are allowed either way of chance.
    assert jiwer.wer(truth, ours) <= jiwer.wer(truth, theirs) + 0.03


@pytest.mark.parametrize("name", PROMPTS)
def test_rendered_speech_agrees_with_transcribe_in_words_and_times(
    transcriber: WhisperTranscriber, reference: Any, activity: SileroVoiceActivity, name: str
) -> None:
    sound = load(EXERCISES / name)
    heard = hear(transcriber, activity, sound)
    words = whole(reference, sound)
    assert jiwer.wer(plain(" ".join(w.word.strip() for w in words)), plain(heard.text)) <= 0.1
    matched = jiwer.process_words([plain(" ".join(w.word.strip() for w in words))], [plain(heard.text)])
    ours = [word for word in heard.words for _ in plain(word.text).split()]
    theirs = [word for word in words for _ in plain(word.word).split()]
    pairs = [
        (ours[h], theirs[r])
        for chunk in matched.alignments[0]
        if chunk.type == "equal"
        for r, h in zip(
            range(chunk.ref_start_idx, chunk.ref_end_idx), range(chunk.hyp_start_idx, chunk.hyp_end_idx), strict=True
        )
    ]
    # transcribe() lets words reach over the pauses beside them, ours end with the speech: inside, but shorter.
    inside = [a.start_s >= b.start - 0.2 and a.end_s <= b.end + 0.2 for a, b in pairs]
    near = [max(abs(a.start_s - b.start), abs(a.end_s - b.end)) <= 0.2 for a, b in pairs]
    assert np.mean(inside) >= 0.85  # 0.90 over 39 words on one of these; not yet held against hand-marked times
    assert np.mean(near) >= 0.75


@pytest.mark.parametrize(
    ("prompt", "last"),
    [
        ("the-first-bottle/start.opus", "he's sleeping don't move"),
        ("the-spare-room/what-did-i-do.opus", "won't do it"),
        ("whole-gym/start.opus", "in the car outside"),
        ("whole-gym/in-your-eyes.opus", "when it goes in your eyes"),
    ],
)
def test_the_end_of_a_long_segment_is_heard(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity, prompt: str, last: str
) -> None:
    """Whisper broke off in each of these, or stopped before the last sentence."""
    assert last in plain(hear(transcriber, activity, load(EXERCISES / prompt)).text)


@pytest.mark.parametrize(("exercise", "turn"), [("the-third-window", "counting-right"), ("the-tin-box", "hazel")])
def test_what_was_said_once_is_not_heard_twice(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity, exercise: str, turn: str
) -> None:
    """Whisper likes to say the end of these two again."""
    said = load_exercise(EXERCISES / f"{exercise}.yaml").turn(turn)
    heard = hear(transcriber, activity, load(EXERCISES / said.audio))
    assert jiwer.wer(plain(said.text), plain(heard.text)) <= 0.25


def test_no_word_reaches_into_a_pause(transcriber: WhisperTranscriber, activity: SileroVoiceActivity) -> None:
    sound = load(EXERCISES / PROMPTS[0])[: 16_000 * 6]
    middle_s = len(sound) / 16_000
    heard = hear(transcriber, activity, np.concatenate([sound, np.zeros(24_000, np.float32), sound]))
    for word in heard.words:
        into_s = min(word.end_s, middle_s + 1.5) - max(word.start_s, middle_s)
        assert into_s <= 0.15, word


def test_words_are_in_order_inside_the_recording_with_probabilities(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity
) -> None:
    sound = load(EXERCISES / PROMPTS[1])
    words = hear(transcriber, activity, sound).words
    assert len(words) > 10
    for word in words:
        assert 0 <= word.start_s <= word.end_s <= len(sound) / 16_000 + 0.05
        assert 0 < word.probability <= 1
        assert word.text == word.text.strip()
        assert re.search(r"\w", word.text)
        assert "<|" not in word.text
    for before, after in pairwise(words):
        assert before.end_s <= after.start_s


def test_a_word_that_whisper_writes_in_pieces_is_one_word(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity
) -> None:
    """It spells "o'clock" as "o" and "'clock"."""
    said = load_exercise(EXERCISES / "you-go-at-five.yaml").turn(None)
    words = hear(transcriber, activity, load(EXERCISES / said.audio)).words
    assert any(plain(word.text) == "o'clock" for word in words), [word.text for word in words]
    assert not any(word.text.startswith("'c") for word in words)


def test_the_size_of_blocks_does_not_change_the_words(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity
) -> None:
    sound = load(EXERCISES / PROMPTS[0])
    texts = {feed(transcriber.stream(), activity, sound, block).finish().text for block in (700, 16_000, len(sound))}
    assert len(texts) == 1


@pytest.mark.parametrize("reply", ["cold-dinner/opens-4.opus", "cold-dinner/start-1.opus", PROMPTS[0]])
def test_the_threads_that_numpy_uses_do_not_change_a_comma(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity, reply: str
) -> None:
    sound = load(EXERCISES / reply)
    texts = set()
    for threads in (1, 2, 4):
        with threadpool_limits(limits=threads, user_api="blas"):
            texts.add(hear(transcriber, activity, sound).text)
    assert len(texts) == 1, texts


def test_sentences_before_a_short_pause_are_settled_and_not_decoded_again(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode, lengths_s = decoding.Decoder.decode, []

    def counted(self: decoding.Decoder, samples: Sound, **how: Any) -> decoding.Decoded:
        lengths_s.append(len(samples) / 16_000)
        return decode(self, samples, **how)

    said = load_exercise(EXERCISES / "whole-gym.yaml").turn("in-your-eyes")
    sound = load(EXERCISES / said.audio)
    monkeypatch.setattr(decoding.Decoder, "decode", counted)
    heard = hear(transcriber, activity, sound)
    assert jiwer.wer(plain(said.text), plain(heard.text)) <= 0.15  # "gonna" is written as two words
    assert lengths_s[-1] < 0.7 * len(sound) / 16_000


def test_what_lies_before_a_pause_is_transcribed_before_the_end(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity
) -> None:
    speech = load(EXERCISES / PROMPTS[0])
    sound = np.concatenate([speech, np.zeros(16_000, np.float32)])
    stream, voice = transcriber.stream(), activity.stream()
    stream.push(sound, voice.push(sound))
    # The pause at the end has cut the last segment, so all work is already with the worker: nothing is left to submit.
    waited = threading.Event()
    transcriber.submit(lambda decoder: waited.set())  # type: ignore[arg-type, return-value]
    assert waited.wait(120)
    submitted: list[object] = []
    original = transcriber.submit
    transcriber.submit = lambda work: submitted.append(work) or original(work)  # type: ignore[method-assign, func-returns-value]
    try:
        assert stream.finish().text
    finally:
        transcriber.submit = original  # type: ignore[method-assign]
    assert submitted == []


@pytest.mark.parametrize("kind", ["silence", "hiss", "hum", "clicks", "music"])
def test_no_words_where_nobody_speaks(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity, kind: str
) -> None:
    random, time_s = np.random.default_rng(1), np.arange(16_000 * 8) / 16_000
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 277.2, 329.6, 440.0))
    sound = {
        "silence": np.zeros(len(time_s)),
        "hiss": random.normal(scale=0.05, size=len(time_s)),
        "hum": 0.3 * np.sin(2 * np.pi * 50 * time_s),
        "clicks": (random.random(len(time_s)) < 0.0005) * 0.8,
        "music": 0.1 * chord * (1 + np.sin(2 * np.pi * 2 * time_s)),
    }[kind].astype(np.float32)
    assert hear(transcriber, activity, sound).words == ()


def test_no_words_in_recorded_noise(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity, data_folder: Path
) -> None:
    for path in sorted((data_folder / "audio" / "asr").glob("noise*.flac")):
        assert hear(transcriber, activity, load(path)).words == (), path.name


def test_a_third_of_a_second_and_nothing_at_all(transcriber: WhisperTranscriber, activity: SileroVoiceActivity) -> None:
    sound = load(EXERCISES / PROMPTS[0])
    assert hear(transcriber, activity, sound[:0]).words == ()
    assert len(hear(transcriber, activity, sound[8_000 : 8_000 + 4_800]).words) <= 3


@pytest.mark.parametrize("expected", ["en", None])
def test_another_language_is_told(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity, data_folder: Path, expected: str | None
) -> None:
    german = load(data_folder / "audio" / "emodb" / "03a01Nc.flac")
    english = load(data_folder / "audio" / "asr" / "spk1_snt1.flac")
    transcriber.language = expected
    try:
        heard = hear(transcriber, activity, german)
        assert heard.language == "de"
        assert "Eisschrank" in heard.text
        assert hear(transcriber, activity, english).language == "en"
    finally:
        transcriber.language = "en"


def test_what_is_left_is_begun_at_the_end_and_can_be_waited_for_later(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity
) -> None:
    sound = load(EXERCISES / PROMPTS[0])[: 16_000 * 4]
    stream = feed(transcriber.stream(), activity, sound)
    stream.end()
    stream.end()  # twice is once
    assert stream.finish().words == hear(transcriber, activity, sound).words
    assert stream.finish().words


def test_two_replies_at_once_do_not_mix(transcriber: WhisperTranscriber, activity: SileroVoiceActivity) -> None:
    one, two = load(EXERCISES / PROMPTS[0]), load(EXERCISES / PROMPTS[2])
    alone = hear(transcriber, activity, one).text, hear(transcriber, activity, two).text
    first = feed(transcriber.stream(), activity, one)
    second = feed(transcriber.stream(), activity, two)
    assert (first.finish().text, second.finish().text) == alone


def test_a_cancelled_reply_returns_at_once_and_frees_the_worker(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity
) -> None:
    sound = load(EXERCISES / PROMPTS[1])
    stream = feed(transcriber.stream(), activity, np.concatenate([sound] * 4))
    stream.cancel()
    stream.cancel()
    stream.push(sound, np.zeros(0, np.float32))
    assert stream.finish().words == ()
    assert hear(transcriber, activity, load(EXERCISES / PROMPTS[0])).words


def test_a_missing_model_comes_out_of_finish(tmp_path: Path, activity: SileroVoiceActivity) -> None:
    sound = load(EXERCISES / PROMPTS[0])
    whisper = WhisperTranscriber(tmp_path, model_name="small")
    with pytest.raises(ModelMissing, match="models get small"):
        hear(whisper, activity, sound)
    with pytest.raises(ModelMissing):
        whisper.warm()


def test_a_model_that_is_rubbish_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"rubbish")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelCorrupt, match="can't be loaded"):
        decoding.Decoder(tmp_path, threads=1, beam_size=5)


def test_a_failure_in_the_worker_comes_out_of_finish(
    transcriber: WhisperTranscriber, activity: SileroVoiceActivity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(decoding.Decoder, "decode", fail)
    with pytest.raises(ModelError, match="no memory"):
        hear(transcriber, activity, load(EXERCISES / PROMPTS[0]))


def test_making_one_loads_nothing() -> None:
    code = (
        "import sys; from pathlib import Path; from voice_trainer.engines.whisper import WhisperTranscriber as W; "
        "W(Path('none')); assert not {'faster_whisper', 'ctranslate2', 'onnxruntime'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([], False),
        ([1, 2, 3, 4, 5, 6, 7, 8], False),
        ([9, 1, 2, 3, 4, 1, 2, 3, 4], True),
        ([1, 2, 3, 1, 2, 3], False),
        ([5, 5, 5], False),
        ([7, 5, 5, 5, 5], True),
        ([1, 2, 1, 2, 1, 2, 1, 2], True),
        ([1, 2, 3, 4, 5, 6, 8, 9, 1, 2, 3, 4, 5, 6], False),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7], True),
    ],
)
def test_a_phrase_said_again_and_again_is_seen(tokens: list[int], expected: bool) -> None:
    assert decoding._stutters(tokens) is expected
