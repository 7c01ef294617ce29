"""Voice activity in a stream against faster-whisper's own wrapper over the whole sound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voice_trainer.engines.audio_file import read_audio
from voice_trainer.engines.resample import resample
from voice_trainer.engines.vad import FRAME, Leveller, SileroVoiceActivity


@pytest.fixture(scope="module")
def activity() -> SileroVoiceActivity:
    return SileroVoiceActivity()


def whole_pass(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    from faster_whisper.vad import get_vad_model

    padded = np.pad(samples, (0, -len(samples) % FRAME))
    levelled = Leveller()(padded.reshape(-1, FRAME)).reshape(-1)
    return np.asarray(get_vad_model()(levelled), np.float32).reshape(-1)


def in_blocks(activity: SileroVoiceActivity, samples: NDArray[np.float32], sizes: list[int]) -> NDArray[np.float32]:
    stream, start, out = activity.stream(), 0, []
    for size in sizes:
        out.append(stream.push(samples[start : start + size]))
        start += size
    return np.concatenate([*out, stream.push(samples[start:]), stream.finish()])


@pytest.fixture(scope="module")
def sound() -> NDArray[np.float32]:
    """Bursts of buzzing with vowel-like bands, and noise: enough to move the probabilities."""
    random = np.random.default_rng(3)
    time_s = np.arange(16_000 * 8) / 16_000
    buzz = np.sin(2 * np.pi * 130 * time_s + 3 * np.sin(2 * np.pi * 4 * time_s)) ** 9
    loud = (np.sin(2 * np.pi * 0.7 * time_s) > 0) * 0.3
    return (buzz * loud + random.normal(scale=0.003, size=len(time_s))).astype(np.float32)[:-77]


@pytest.mark.parametrize("size", [1, 160, 511, 512, 513, 1600, 16_000, 200_000])
def test_any_blocks_equal_the_whole_pass(activity: SileroVoiceActivity, sound: NDArray[np.float32], size: int) -> None:
    samples = sound[: 20_001 if size == 1 else None]
    sizes = [size] * (len(samples) // size)
    np.testing.assert_allclose(in_blocks(activity, samples, sizes), whole_pass(samples), atol=1e-4)


def test_recorded_speech_equals_the_whole_pass(activity: SileroVoiceActivity, data_folder: Path) -> None:
    audio = read_audio(data_folder / "audio" / "asr" / "jfk.flac")
    samples = resample(audio.samples, audio.rate_hz)
    sizes = [int(size) for size in np.random.default_rng(5).integers(1, 5000, size=60)]
    streamed = in_blocks(activity, samples, sizes)
    np.testing.assert_allclose(streamed, whole_pass(samples), atol=1e-4)
    assert streamed.max() > 0.9


def test_a_quiet_voice_is_speech_as_a_loud_one_is(activity: SileroVoiceActivity, data_folder: Path) -> None:
    audio = read_audio(data_folder / "audio" / "asr" / "jfk.flac")
    samples = resample(audio.samples, audio.rate_hz)
    loud, quiet = (in_blocks(activity, samples * 10 ** (gain_db / 20), []) >= 0.5 for gain_db in (0, -20))
    assert np.mean(loud != quiet) < 0.03


def test_the_leveller_brings_up_what_is_quiet_and_turns_nothing_down() -> None:
    tone = np.sin(np.arange(10 * FRAME) * 0.1).astype(np.float32).reshape(-1, FRAME)
    np.testing.assert_allclose(Leveller()(tone), tone, rtol=0.01)
    assert np.abs(Leveller()(tone * 0.1)).max() == pytest.approx(1.0, abs=0.01)
    assert np.abs(Leveller()(tone * 1e-4)).max() == pytest.approx(1e-4 * 10 ** (24 / 20), rel=0.01)


def test_state_is_carried_not_shared(activity: SileroVoiceActivity, sound: NDArray[np.float32]) -> None:
    alone = in_blocks(activity, sound, [])
    first, second = activity.stream(), activity.stream()
    halves = np.split(sound[: len(sound) // 2 * 2], 2)
    one = [first.push(halves[0])]
    second.push(halves[1])
    one.append(first.push(halves[1]))
    together = np.concatenate(one)
    np.testing.assert_allclose(together, alone[: len(together)], atol=1e-4)


def test_silence_is_no_speech(activity: SileroVoiceActivity) -> None:
    assert in_blocks(activity, np.zeros(16_000, np.float32), []).max() < 0.2


def test_finish_pads_the_last_frame_only_where_there_is_one(activity: SileroVoiceActivity) -> None:
    stream = activity.stream()
    assert len(stream.push(np.zeros(1024, np.float32))) == 2
    assert len(stream.finish()) == 0
    stream = activity.stream()
    assert len(stream.push(np.zeros(1025, np.float32))) == 2
    assert len(stream.finish()) == 1


def test_making_one_loads_nothing() -> None:
    code = (
        "import sys; from voice_trainer.engines.vad import SileroVoiceActivity as A; a = A(); "
        "assert not {'onnxruntime', 'faster_whisper'} & set(sys.modules); "
        "a.warm(); assert 'faster_whisper' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
