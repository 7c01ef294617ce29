"""Damaged sound files of every kind: read, or one sentence; no decoder crashes or hangs, and no file is changed."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import soundfile
from hypothesis import strategies as st

from .budget import fuzz, time_limit

REPO = Path(__file__).resolve().parents[2]
RATE_HZ = 16_000
ANSWER_S = 60.0
"""Within which an answer must come, on a machine however busy; a sound of half a second takes milliseconds."""
MOST_MEMORY = 4 << 30
"""Of address space: a header that tells of a huge sound must not make room for it."""
pytestmark = pytest.mark.slow


class Decoder:
    """``decoding`` as a process; a new one after each that crashed."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 (as long as this lives)

    def answer(self, data: bytes) -> str:
        process = self._running()
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.write(b"%d\n" % len(data) + data)
            process.stdin.flush()
        try:
            line = self._answers.get(timeout=ANSWER_S)
        except queue.Empty:
            self.close()
            raise AssertionError(f"a sound of {len(data)} bytes is not read after {ANSWER_S:.0f} s") from None
        if not line:
            status = process.wait()
            self.close()
            raise AssertionError(f"the decoder crashed (exit {status}) on a sound of {len(data)} bytes")
        # What a C library calls back into Python with is printed, where it raises, and goes on.
        self._noise.seek(0)
        assert b"Traceback" not in self._noise.read(), f"a traceback is printed of a sound of {len(data)} bytes"
        self._noise.seek(0)
        self._noise.truncate()
        return line.decode().strip()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._answers = queue.Queue()
            self._process = subprocess.Popen(
                [sys.executable, "-X", "faulthandler", "-m", "tests.torture.decoding", *self._arguments],
                cwd=REPO,
                env={**os.environ, "PYTHONPATH": str(REPO), "OMP_NUM_THREADS": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._noise,
                preexec_fn=_less_memory if sys.platform == "linux" else None,
            )
            threading.Thread(target=_lines, args=(self._process, self._answers), daemon=True).start()
        return self._process

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                assert stream is not None
                with suppress(BrokenPipeError):
                    stream.close()


def _lines(process: subprocess.Popen[bytes], answers: queue.Queue[bytes]) -> None:
    assert process.stdout is not None
    with suppress(ValueError):  # closed under it
        for line in process.stdout:
            answers.put(line)
    answers.put(b"")


def _less_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


@cache
def sounds() -> dict[str, bytes]:
    """Half a second, as every kind of file that people bring."""
    t = np.arange(RATE_HZ // 2) / RATE_HZ
    said = (0.3 * np.sin(2 * np.pi * 220 * t) * np.sin(2 * np.pi * 4 * t)).astype(np.float32)
    kinds = {
        "wav": ("WAV", "PCM_16"),
        "wav float": ("WAV", "FLOAT"),
        "wav extensible": ("WAVEX", "PCM_24"),
        "wav adpcm": ("WAV", "IMA_ADPCM"),
        "flac": ("FLAC", "PCM_16"),
        "ogg": ("OGG", "VORBIS"),
        "opus": ("OGG", "OPUS"),
        "aiff": ("AIFF", "PCM_16"),
        "mp3": ("MP3", "MPEG_LAYER_III"),
    }
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound"
        for name, (container, encoding) in kinds.items():
            soundfile.write(path, said, RATE_HZ, format=container, subtype=encoding)
            made[name] = path.read_bytes()
        for name, codec in (("m4a", "aac"), ("webm", "libopus")):
            made[name] = _with_av(Path(folder) / f"sound.{name}", codec, said)
    return made


def _with_av(path: Path, codec: str, samples: np.ndarray) -> bytes:
    import av

    with av.open(str(path), "w") as container:
        stream = cast(Any, container.add_stream(codec, rate=48_000, layout="mono"))
        frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.sample_rate = RATE_HZ
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=48_000, frame_size=stream.frame_size)
        for each in [*resampler.resample(frame), *resampler.resample(None)]:
            for packet in stream.encode(each):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path.read_bytes()


NUMBERS = st.sampled_from(
    [
        b"\0\0\0\0",
        b"\xff\xff\xff\xff",
        b"\xff\xff\xff\x7f",
        b"\x7f\xff\xff\xff",
        b"\x01\0\0\0",
        b"\0\0\0\x80",
        b"\0\0\xc0\x7f",
    ]
)


@st.composite
def damaged(draw: st.DrawFn, kinds: tuple[str, ...] = ()) -> bytes:
    """A sound with bits turned, numbers put in, parts cut out, doubled or exchanged, and its end cut off."""
    data = bytearray(sounds()[draw(st.sampled_from(kinds or tuple(sounds())))])
    for _ in range(draw(st.integers(1, 5))):
        size = max(1, len(data) - 1)
        # Headers are where most can go wrong.
        at = draw(st.one_of(st.integers(0, min(size, 120)), st.integers(0, size)))
        match draw(st.sampled_from(["bit", "byte", "number", "cut", "put", "double", "end", "other"])):
            case "bit" if at < len(data):
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "byte" if at < len(data):
                data[at] = draw(st.integers(0, 255))
            case "number":
                data[at : at + 4] = draw(NUMBERS)
            case "cut":
                del data[at : at + draw(st.integers(1, 64))]
            case "put":
                data[at:at] = draw(st.binary(min_size=1, max_size=64))
            case "double":
                data[at:at] = data[at : at + draw(st.integers(1, 400))]
            case "end":
                del data[at:]
            case "other":
                data[at:] = sounds()[draw(st.sampled_from(tuple(sounds())))][at:]
    return bytes(data)


ANYTHING = st.one_of(damaged(), damaged(), damaged(), st.binary(max_size=400))
PIPED = st.one_of(damaged(("wav", "wav extensible", "wav float")), st.binary(max_size=100))


def _decodes(decoder: Decoder, data: bytes) -> None:
    answer = decoder.answer(data)
    assert answer.startswith(("read ", "told ")), answer.replace("\\n", "\n")
    assert len(answer) < 500


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    made = Decoder()
    yield made
    made.close()


def test_whole_ones_are_read(decoder: Decoder) -> None:
    for name, data in sounds().items():
        answer = decoder.answer(data)
        assert answer.startswith("read "), f"{name}: {answer}"
        assert int(answer.split()[1]) > 0.4 * RATE_HZ


def test_a_decoder_that_crashes_or_hangs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    crashing = Decoder()
    process = crashing._running()
    process.kill()
    with pytest.raises(AssertionError, match=r"crashed \(exit -9\)"):
        crashing.answer(b"anything")
    monkeypatch.setattr("tests.torture.test_sounds.ANSWER_S", 0.0)
    monkeypatch.setitem(globals(), "ANSWER_S", 0.0)
    with pytest.raises(AssertionError, match="is not read after"):
        crashing.answer(sounds()["m4a"])
    crashing.close()


@pytest.mark.timeout(time_limit("audio"))
def test_any_damage_is_read_or_told(decoder: Decoder) -> None:
    fuzz("audio", 250, lambda data: _decodes(decoder, data), data=ANYTHING)


@pytest.mark.timeout(time_limit("pipe"))
def test_any_damage_in_a_pipe_is_read_or_told() -> None:
    decoder = Decoder("pipe")
    try:
        fuzz("pipe", 150, lambda data: _decodes(decoder, data), data=PIPED)
    finally:
        decoder.close()
