"""Voice activity: Silero's network, carried over from one block to the next.

The ONNX file is the one in faster-whisper's assets. Its own wrapper forgets everything at each call, so a stream of
small blocks would hear every block as a beginning; here the recurrent state and the 64 samples of context are kept. In
one block or in many, the probabilities are those of faster-whisper's wrapper over the whole sound, levelled.

The network's probability depends on level: of a slow, quiet reader it loses half of the words. So each frame is brought
up by what the loudest lately lacks to full scale; on audio/mfa this takes the pauses from F1 .74 to .83, whatever the
constants within 0.5–1 dB a second and 12–30 dB at most.
"""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelCorrupt, ModelMissing
from ..speech import SAMPLE_RATE

FRAME = 512
"""Samples of a frame at 16 kHz: what the network was trained on."""
CONTEXT = 64
STATE_SHAPE = (1, 1, 128)
FALL_DB_PER_S = 0.5
"""The loudest lately is forgotten this slowly: a pause must not be brought up to the words around it."""
MOST_GAIN_DB = 24.0
EXPECTED_DBFS = -40.0
"""Peak that is assumed before anything was heard; a room's own noise is not brought up by more than this leaves."""
ASSET = "silero_vad_v6.onnx"


class SileroVoiceActivity:
    """Speech probabilities of 32 ms frames. Cheap to make; the network is loaded by ``warm`` or at first use."""

    FRAME_S = FRAME / SAMPLE_RATE

    def __init__(self) -> None:
        self._session: Any = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Load the network. Raises ModelMissing, ModelCorrupt."""
        with self._lock:
            if self._session is None:
                self._session = _load()
                self._session.run(None, {"input": np.zeros((1, CONTEXT + FRAME), np.float32), **_blank_state()})

    def stream(self) -> SileroStream:
        self.warm()
        return SileroStream(self._session)


class Leveller:
    """Brings 32 ms frames up to full scale by their loudest peak lately; turns nothing down, and looks only back."""

    def __init__(self) -> None:
        self._loudest_dbfs = EXPECTED_DBFS

    def __call__(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (n, ``FRAME``) to the same; the frames of a stream in their order."""
        fallen = FALL_DB_PER_S * FRAME / SAMPLE_RATE * np.arange(1, len(frames) + 1)
        peaks = 20 * np.log10(np.maximum(np.abs(frames).max(axis=1), 1e-6))
        loudest = np.maximum(np.maximum.accumulate(peaks + fallen), self._loudest_dbfs) - fallen
        self._loudest_dbfs = float(loudest[-1])
        gain_db = np.clip(-loudest, 0.0, MOST_GAIN_DB)
        return np.asarray(frames * 10 ** (gain_db[:, None] / 20), np.float32)


class SileroStream:
    """One sound on its way through the network."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._state = _blank_state()
        self._context = np.zeros(CONTEXT, np.float32)
        self._rest = np.zeros(0, np.float32)
        self._levelled = Leveller()

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take 16 kHz samples, shape (n,); return the probability (0–1) of each frame they complete, shape (m,)."""
        waiting = np.concatenate([self._rest, np.asarray(samples, np.float32)])
        count = len(waiting) // FRAME
        self._rest = waiting[count * FRAME :]
        if count == 0:
            return np.zeros(0, np.float32)
        frames = self._levelled(waiting[: count * FRAME].reshape(count, FRAME))
        contexts = np.concatenate([self._context[None], frames[:-1, -CONTEXT:]])
        self._context = frames[-1, -CONTEXT:].copy()
        out, h, c = self._session.run(None, {"input": np.concatenate([contexts, frames], axis=1), **self._state})
        self._state = {"h": h, "c": c}
        return np.asarray(out, np.float32).reshape(-1)

    def finish(self) -> NDArray[np.float32]:
        """The probability of the last frame, padded with silence; nothing where the sound ended on a whole frame."""
        if len(self._rest) == 0:
            return np.zeros(0, np.float32)
        return self.push(np.zeros(FRAME - len(self._rest), np.float32))


def _blank_state() -> dict[str, NDArray[np.float32]]:
    return {"h": np.zeros(STATE_SHAPE, np.float32), "c": np.zeros(STATE_SHAPE, np.float32)}


def _load() -> Any:
    import onnxruntime

    # Found without importing faster-whisper, whose own imports take half a second.
    spec = importlib.util.find_spec("faster_whisper")
    asset = Path(spec.origin).parent / "assets" / ASSET if spec and spec.origin else None
    if asset is None or not asset.is_file():
        raise ModelMissing(
            f"The voice activity network {ASSET} is missing in faster-whisper; reinstall it with: "
            "pip install --force-reinstall faster-whisper==1.2.1."
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(asset), providers=["CPUExecutionProvider"], sess_options=options)
    except Exception as error:  # onnxruntime's own exceptions share no public root
        raise ModelCorrupt(
            f"The voice activity network {ASSET} can't be loaded; reinstall faster-whisper==1.2.1."
        ) from error
