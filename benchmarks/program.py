"""What the program itself takes: its help, its memory, and what somebody would put together without it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from voice_trainer.engines import models
from voice_trainer.scoring import Engines, score
from voice_trainer.speech import SAMPLE_RATE

from .feedback import HEARD
from .recordings import VOICE_ACTIVITY
from .spoken import replies
from .table import Row
from .warm import warm_engines

HELP_S, PAINT_S, MEMORY_MB, ATTEMPTS = 0.2, 0.6, 700, 200
PAGE = 4096
STARTS = 7
PAINTED = "a few minutes are plenty"
"""Stands on home's page and on no other."""
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)")
LONGEST_START_S = 30.0


def help_takes() -> Row:
    """Of seven starts, the middle one."""
    command = [sys.executable, "-m", "voice_trainer", "--help"]
    took = []
    for _ in range(STARTS):
        began = time.monotonic()
        subprocess.run(command, check=True, capture_output=True)
        took.append(time.monotonic() - began)
    return _starts("--help", took, HELP_S, "by the clock outside")


def _starts(figure: str, took: list[float], most_s: float, how: str) -> Row:
    median = statistics.median(took)
    return Row(
        figure=figure,
        reference=f"{len(took)} starts {how}",
        reach=f"≤ {most_s} s",
        got=f"median {median:.2f} s, {min(took):.2f}–{max(took):.2f}",
        met=median <= most_s,
    )


def first_paint() -> Row:
    """From the start to home's words, in a terminal of 80 × 24 and a home of its own; of seven, the middle."""
    with tempfile.TemporaryDirectory() as home:
        took = [_painted_after(home) for _ in range(STARTS)]
    return _starts("start to first paint", took, PAINT_S, "in a pseudo-terminal, by the clock outside")


def _painted_after(home: str) -> float:
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "HOME": home, "TERM": "xterm-256color"}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        environment.pop(name, None)
    began = time.monotonic()
    program = subprocess.Popen(
        [sys.executable, "-m", "voice_trainer"],
        stdin=its,
        stdout=its,
        stderr=its,
        env=environment,
        start_new_session=True,
    )
    os.close(its)
    try:
        shown = b""
        while PAINTED not in ESCAPES.sub("", shown.decode(errors="replace")):
            if time.monotonic() - began > LONGEST_START_S or not select.select([ours], [], [], LONGEST_START_S)[0]:
                raise RuntimeError(f"Home was not painted within {LONGEST_START_S:g} s; run `voice-trainer` and look.")
            shown += os.read(ours, 65536)
        return time.monotonic() - began
    finally:
        program.kill()
        program.wait()
        os.close(ours)


def memory(folder: Path) -> Row:
    """In a process of its own: what other parts have loaded before is none of the program's memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(_memory, folder).result()


def _memory(folder: Path) -> Row:
    """Resident, with every model loaded, after few replies and after many."""
    engines = warm_engines(folder)
    sounds = list(replies(5, 4, VOICE_ACTIVITY))
    told = []
    for attempt in range(ATTEMPTS):
        score(engines, HEARD, sounds[attempt % len(sounds)], SAMPLE_RATE)
        if attempt + 1 in (10, ATTEMPTS // 2, ATTEMPTS):
            told.append(_resident_mb())
    return Row(
        figure=f"resident memory, everything loaded, after 10, {ATTEMPTS // 2} and {ATTEMPTS} replies",
        reference="the kernel's own count, of a process of its own",
        reach=f"≤ {MEMORY_MB} MB, flat",
        got=", ".join(f"{mb:.0f} MB" for mb in told),
        met=told[-1] <= MEMORY_MB and told[-1] <= told[0] * 1.05,
    )


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    return pages * PAGE / 1e6


def put_together(engines: Engines, folder: Path) -> Iterator[Row]:
    """The finished sound through faster-whisper, librosa's pYIN and its spectral features, against this pipeline's."""
    import librosa
    from faster_whisper import WhisperModel

    threads = max(1, (os.cpu_count() or 1) - 1)
    whisper: Any = WhisperModel(str(models.ready(folder)), device="cpu", compute_type="int8", cpu_threads=threads)
    for length_s in (5, 15, 30, 60):
        theirs, ours = [], []
        for sound in replies(length_s, 3, VOICE_ACTIVITY):
            began = time.monotonic()
            list(whisper.transcribe(sound, language="en", beam_size=5, word_timestamps=True)[0])
            librosa.pyin(sound, fmin=65, fmax=500, sr=SAMPLE_RATE)
            librosa.feature.rms(y=sound)
            librosa.feature.spectral_centroid(y=sound, sr=SAMPLE_RATE)
            librosa.feature.mfcc(y=sound, sr=SAMPLE_RATE)
            theirs.append(time.monotonic() - began)
            began = time.monotonic()
            score(engines, HEARD, sound, SAMPLE_RATE)
            ours.append(time.monotonic() - began)
        other, own = float(np.median(theirs)), float(np.median(ours))
        yield Row(
            figure=f"a finished recording of {length_s} s, scored whole",
            reference=f"transcribe() + librosa.pyin + librosa features, nothing judged: {other:.2f} s",
            reach="shown",
            got=f"{own:.2f} s with words, voice, wording and feedback: {other / own:.1f} × as fast",
            met=None,
        )
