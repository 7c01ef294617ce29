"""Sound files, good and bad."""

from __future__ import annotations

import io
import os
import stat
import struct
import threading
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pytest
import soundfile as sf

from voice_trainer.engines.audio_file import Format, read_audio, write_audio
from voice_trainer.engines.resample import Resampler, resample
from voice_trainer.engines.wav_stream import wav_stream
from voice_trainer.errors import AudioInvalid, AudioUnreadable, BadInput, StoreUnwritable


def tone(rate_hz: int, seconds: float = 1.0, hz: float = 440.0) -> np.ndarray[Any, np.dtype[np.float32]]:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 96_000, 192_000])
def test_rates_are_kept(tmp_path: Path, rate_hz: int) -> None:
    sf.write(tmp_path / "a.wav", tone(rate_hz), rate_hz)
    audio = read_audio(tmp_path / "a.wav")
    assert (audio.rate_hz, audio.channels, audio.duration_s) == (rate_hz, 1, 1.0)
    np.testing.assert_allclose(audio.samples, tone(rate_hz), atol=1e-4)


def test_channels_are_averaged(tmp_path: Path) -> None:
    left = tone(16_000)
    sf.write(tmp_path / "a.wav", np.stack([left, -0.5 * left], axis=1), 16_000, subtype="FLOAT")
    audio = read_audio(tmp_path / "a.wav")
    assert audio.channels == 2
    np.testing.assert_allclose(audio.samples, 0.25 * left, atol=1e-6)


def with_a_header_that_libsndfile_refuses(samples: np.ndarray[Any, np.dtype[np.float32]]) -> bytes:
    """A float WAV whose PEAK chunk was written for another number of channels."""
    chunks = {
        b"fmt ": struct.pack(
            "<HHIIHH", 3, samples.shape[1], 16_000, 64_000 * samples.shape[1], 4 * samples.shape[1], 32
        ),
        b"PEAK": struct.pack("<IIfI", 1, 0, 0.5, 0)
        if samples.shape[1] > 1
        else struct.pack("<IIfIfI", 1, 0, 0, 0, 0, 0),
        b"data": samples.astype("<f4").tobytes(),
    }
    body = b"".join(name + struct.pack("<I", len(chunk)) + chunk for name, chunk in chunks.items())
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


@pytest.mark.parametrize("channels", [1, 2, 7, 8, 9, 64])
def test_many_channels_are_averaged_by_the_second_reader_too(channels: int) -> None:
    samples = tone(16_000)[:, None] * np.arange(1, channels + 1) / channels
    data = with_a_header_that_libsndfile_refuses(samples.astype(np.float32))
    with pytest.raises(sf.LibsndfileError):
        sf.read(io.BytesIO(data))
    audio = read_audio(io.BytesIO(data))
    assert (audio.channels, audio.rate_hz) == (channels, 16_000)
    np.testing.assert_allclose(audio.samples, samples.mean(axis=1), atol=1e-6)


def encode_with_av(path: Path, codec: str, rate_hz: int) -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = cast(Any, container.add_stream(codec, rate=rate_hz, layout="mono"))
        frame = av.AudioFrame.from_ndarray(tone(rate_hz, 2.0)[None], format="fltp", layout="mono")
        frame.sample_rate = rate_hz
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


def test_m4a_is_read(tmp_path: Path) -> None:
    encode_with_av(tmp_path / "a.m4a", "aac", 44_100)
    audio = read_audio(tmp_path / "a.m4a")
    assert audio.rate_hz == 44_100
    assert audio.duration_s == pytest.approx(2.0, abs=0.1)
    assert np.sqrt(np.mean(audio.samples[4410:-4410] ** 2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_a_stream_that_cannot_seek_is_read() -> None:
    buffer = io.BytesIO()
    sf.write(buffer, tone(16_000), 16_000, format="WAV")

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    assert read_audio(Pipe(buffer.getvalue())).duration_s == 1.0


def test_twenty_minutes_are_read_and_forty_are_not(tmp_path: Path) -> None:
    quiet = np.zeros(8_000 * 60, np.int16)
    for minutes in (20, 40):
        with sf.SoundFile(tmp_path / f"{minutes}.flac", "w", samplerate=8_000, channels=1) as file:
            for _ in range(minutes):
                file.write(quiet)
    assert read_audio(tmp_path / "20.flac").duration_s == 1200
    with pytest.raises(AudioInvalid, match="30 minutes"):
        read_audio(tmp_path / "40.flac")


def test_no_file_a_folder_and_no_audio(tmp_path: Path) -> None:
    with pytest.raises(AudioUnreadable, match="no file"):
        read_audio(tmp_path / "none.wav")
    with pytest.raises(AudioUnreadable, match="folder"):
        read_audio(tmp_path)
    (tmp_path / "text.wav").write_text("this is no sound at all\n" * 40)
    with pytest.raises(AudioUnreadable, match="no sound"):
        read_audio(tmp_path / "text.wav")
    (tmp_path / "nothing.wav").touch()
    with pytest.raises(AudioUnreadable):
        read_audio(tmp_path / "nothing.wav")
    for error in (AudioUnreadable, AudioInvalid):
        assert issubclass(error, BadInput)


def test_no_samples(tmp_path: Path) -> None:
    sf.write(tmp_path / "empty.wav", np.zeros(0, np.float32), 16_000)
    with pytest.raises(AudioInvalid, match="no samples"):
        read_audio(tmp_path / "empty.wav")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers(tmp_path: Path, bad: float) -> None:
    samples = tone(16_000)
    samples[8_000] = bad
    sf.write(tmp_path / "a.wav", samples, 16_000, subtype="FLOAT")
    with pytest.raises(AudioInvalid, match=r"0\.500 s"):
        read_audio(tmp_path / "a.wav")


def test_another_scale_is_guessed(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.wav", tone(16_000) * 32767, 16_000, subtype="FLOAT")
    with pytest.raises(AudioInvalid, match="16-bit"):
        read_audio(tmp_path / "a.wav")


def test_a_rate_too_low(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.wav", tone(4_000), 4_000)
    with pytest.raises(AudioInvalid, match="4000 Hz"):
        read_audio(tmp_path / "a.wav")


def test_any_bytes_give_a_sentence(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.flac", tone(16_000), 16_000)
    whole = (tmp_path / "a.flac").read_bytes()
    random = np.random.default_rng(0)
    sentences: list[str] = []
    for trial in range(60):
        data = bytearray(whole[: random.integers(0, len(whole))] if trial % 2 else whole)
        for place in random.integers(0, max(1, len(data)), size=trial % 7):
            if data:
                data[place] ^= 0xFF
        try:
            read_audio(io.BytesIO(bytes(data)))
        except BadInput as error:
            sentences.append(str(error))
    assert len(sentences) > 20
    assert not [sentence for sentence in sentences if "\n" in sentence]


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "opus"])
def test_written_sound_reads_back_and_is_private(tmp_path: Path, kind: Format) -> None:
    path = tmp_path / f"a.{kind}"
    write_audio(path, tone(44_100, 90.0), 44_100, kind)  # at once, Ogg of this length crashes libsndfile
    audio = read_audio(path)
    assert audio.rate_hz == (48_000 if kind == "opus" else 44_100)
    assert audio.duration_s == pytest.approx(90.0, abs=0.02)
    assert np.sqrt(np.mean(audio.samples**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreUnwritable, match="can't be written"):
        write_audio(tmp_path / "none" / "a.flac", tone(16_000), 16_000, "flac")


def wav_bytes(samples: np.ndarray[Any, np.dtype[Any]], rate_hz: int, size: int | None, channels: int = 1) -> bytes:
    data = (samples * 32767).astype("<i2").tobytes()
    chunk = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate_hz, rate_hz * 2 * channels, 2 * channels, 16)
    extra = struct.pack("<4sI", b"LIST", 3) + b"abc\0"
    return (
        b"RIFF\xff\xff\xff\xffWAVE"
        + chunk
        + extra
        + struct.pack("<4sI", b"data", len(data) if size is None else size)
        + data
    )


@pytest.mark.parametrize("size", [None, 0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_wav_of_unknown_length_is_read_to_its_end(size: int | None) -> None:
    stream = wav_stream(io.BytesIO(wav_bytes(tone(22_050), 22_050, size)))
    assert stream.rate_hz == 22_050
    np.testing.assert_allclose(np.concatenate(list(stream)), tone(22_050), atol=1e-4)


def test_what_follows_the_samples_is_not_sound() -> None:
    whole = wav_bytes(tone(16_000), 16_000, None) + b"LIST\x04\0\0\0abcd"
    assert sum(len(block) for block in wav_stream(io.BytesIO(whole))) == 16_000


def test_stereo_is_averaged() -> None:
    both = np.stack([tone(16_000), np.zeros(16_000, np.float32)], axis=1).reshape(-1)
    samples = np.concatenate(list(wav_stream(io.BytesIO(wav_bytes(both, 16_000, 0, channels=2)))))
    np.testing.assert_allclose(samples, tone(16_000) / 2, atol=1e-4)


def test_blocks_come_as_they_arrive() -> None:
    reader, writer = os.pipe()
    whole = wav_bytes(tone(16_000), 16_000, 0xFFFFFFFF)
    with os.fdopen(reader, "rb") as source, os.fdopen(writer, "wb", buffering=0) as sink:
        sink.write(whole[:5_000])
        blocks = iter(wav_stream(cast(BinaryIO, source)))
        first = next(blocks)  # hangs here (and times out) where a block waits for the end of the stream
        assert 0 < len(first) < 2_500
        rest = threading.Thread(target=lambda: (sink.write(whole[5_000:]), sink.close()))
        rest.start()
        total = len(first) + sum(len(block) for block in blocks)
        rest.join()
    assert total == 16_000


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", AudioUnreadable),
        (b"ID3 this is no WAV at all", AudioUnreadable),
        (b"RIFF\0\0\0\0WAVEfmt ", AudioUnreadable),
        (b"RIFF\0\0\0\0WAVEdata\0\0\0\0", AudioUnreadable),
        (wav_bytes(np.zeros(0), 16_000, 0), AudioInvalid),
        (wav_bytes(tone(16_000), 1_000, 0), AudioInvalid),
        (wav_bytes(tone(16_000), 16_000, 0, channels=6), AudioInvalid),
        (wav_bytes(tone(16_000), 16_000, 0).replace(b"\x02\0\x10\0", b"\x04\0\x20\0", 1), AudioInvalid),
    ],
)
def test_bad_streams_are_sentences(data: bytes, error: type[BadInput]) -> None:
    with pytest.raises(error, match="standard input"):
        list(wav_stream(io.BytesIO(data)))


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000, 96_000])
def test_resampling_in_blocks_equals_the_whole(rate_hz: int) -> None:
    samples = tone(rate_hz, 2.0)
    stream = Resampler(rate_hz)
    parts = [stream.push(samples[start : start + 1000]) for start in range(0, len(samples), 1000)]
    joined = np.concatenate([*parts, stream.push(samples[:0], last=True)])
    np.testing.assert_allclose(joined, resample(samples, rate_hz), atol=1e-5)
    assert len(joined) == pytest.approx(32_000, abs=2)
    np.testing.assert_allclose(joined[2_000:-2_000], tone(16_000, 2.0)[2_000 : len(joined) - 2_000], atol=0.01)
