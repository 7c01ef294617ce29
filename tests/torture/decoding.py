"""Reads sounds in a process of its own, so that a decoder that crashes is seen; run as a program.

Each line of standard input is a length in bytes, followed by that many: a sound. Each answer is a line: ``read`` with
how many samples, ``told`` with the error's sentence, or ``broke`` with a traceback. With ``pipe`` as its argument each
is read as it would arrive on standard input.
"""

from __future__ import annotations

import io
import sys
import traceback
from typing import BinaryIO

import numpy as np

from voice_trainer.engines.audio_file import read_audio
from voice_trainer.engines.wav_stream import wav_stream
from voice_trainer.errors import AudioInvalid, AudioUnreadable


def _read(source: BinaryIO, as_pipe: bool) -> int:
    if not as_pipe:
        audio = read_audio(source)
        samples = audio.samples
        assert 8_000 <= audio.rate_hz <= 192_000
    else:
        samples = np.concatenate(list(wav_stream(source)))
    assert samples.ndim == 1
    assert len(samples)
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    return len(samples)


def _answer(data: bytes, as_pipe: bool) -> str:
    try:
        return f"read {_read(io.BytesIO(data), as_pipe)}"
    except (AudioInvalid, AudioUnreadable) as error:
        return f"{'broke' if chr(10) in str(error) else 'told'} {str(error)!r}"
    except BaseException:
        return f"broke {traceback.format_exc()!r}"


def main() -> None:
    """Answer until standard input ends."""
    given = sys.stdin.buffer
    as_pipe = sys.argv[1:] == ["pipe"]
    while line := given.readline():
        data = given.read(int(line))
        print(_answer(data, as_pipe), flush=True)


if __name__ == "__main__":
    main()
