"""The lit word against the sound, by one clock: the real app in a terminal of its own, heard at the loudspeaker.

A take of 25 s, of a minute in ``make soak``, has a burst of tone at the start of each word. The app is driven by keys;
each word is taken for lit when the bytes that light it reach the terminal, each burst for heard when the loudspeaker's
monitor has it.
"""

from __future__ import annotations

import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from fcntl import ioctl
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pulse import RATE_HZ, PulseAudio

from voice_trainer.attempt import (
    Attempt,
    Attunement,
    Feedback,
    Scored,
    Timings,
    Transcript,
    VoiceCurves,
    VoiceMeasures,
    Word,
    Wording,
)
from voice_trainer.store import new_attempt_id, open_store
from voice_trainer.store.recordings import Recordings

LASTS_S = 60.0 if os.environ.get("VOICE_TRAINER_SOAK") else 25.0
STEP_S = 0.6
WORD_S = 0.35
WITHIN_S = 0.080
SHARE = 0.95
"""Of the words, lit within that time. On two free cores all of 98 were, in three runs (at most 77 ms late)."""
MEDIAN_WITHIN_S = 0.020
"""Half of the words; the figures are printed, and with them how busy the machine was."""
LIT_MARK = "▸"
pytestmark = [pytest.mark.alone, pytest.mark.sound, pytest.mark.slow, pytest.mark.timeout(180)]


def the_words() -> tuple[Word, ...]:
    """Forty, or a hundred, at uneven distances so that a shift by one would show."""
    random = np.random.default_rng(3)
    starts = np.arange(0.5, LASTS_S - 1, STEP_S)
    starts += random.uniform(-0.08, 0.08, len(starts))
    return tuple(
        Word(text=f"w{i:03d}", start_s=round(float(at), 4), end_s=round(float(at) + WORD_S, 4))
        for i, at in enumerate(starts)
    )


def bursts(words: tuple[Word, ...], rate_hz: int) -> np.ndarray:
    samples = np.zeros(int(LASTS_S * rate_hz), np.float32)
    burst = 0.5 * np.sin(2 * np.pi * 800 * np.arange(int(0.12 * rate_hz)) / rate_hz)
    for word in words:
        at = round(word.start_s * rate_hz)
        samples[at : at + len(burst)] = burst
    return samples


def keep_take(home: Path, words: tuple[Word, ...]) -> None:
    now = datetime.now(UTC)
    attempt = Attempt(
        id=new_attempt_id(now),
        exercise_id="cold-dinner",
        turn="start",
        started_at=now,
        person="",
        recording=None,
        scored=Scored(
            transcript=Transcript(words=words),
            voice=VoiceMeasures(duration_s=LASTS_S),
            curves=VoiceCurves(),
            wording=Wording(behavior=None, moves={}, mechanisms={}, level=None, wording=None, sentences=()),
            attunement=Attunement(wording=None, voice=None, dimensions=(), scoring_version="1"),
            feedback=Feedback(strength=None, next_step=None),
            timings_s=Timings(transcribe=0, voice=0, wording=0, feedback_after_speech=0),
        ),
    )
    recordings = Recordings(home / "recordings")
    writer = recordings.begin(attempt.id, RATE_HZ, device="", exercise_id="cold-dinner", turn="start", person="")
    writer.write(bursts(words, RATE_HZ))
    attempt = msgspec.structs.replace(attempt, recording=writer.finish())
    store = open_store(f"sqlite:///{home / 'practice.sqlite3'}")
    store.add_attempt(attempt)
    recordings.settle(attempt.recording or "")
    store.close()


class Terminal:
    """The app in a pseudo-terminal; every piece of what it writes is kept with the clock at which it came."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "voice_trainer"],
            stdin=slave, stdout=slave, stderr=slave, env={**os.environ, **environment},
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.pieces: list[tuple[float, bytes]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                select.select([self.master], [], [])
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            self.pieces.append((time.monotonic(), data))

    def text(self) -> str:
        return b"".join(data for _, data in list(self.pieces)).decode(errors="replace")

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def wait_for(self, words: str, timeout_s: float = 30.0) -> None:
        end = time.monotonic() + timeout_s
        while words not in self.text():
            assert self.process.poll() is None, "the app ended"
            assert time.monotonic() < end, f"“{words}” never came: {plain(self.text())[-3000:]}"
            time.sleep(0.02)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        os.close(self.master)

    def lit_at(self) -> dict[str, float]:
        """Word → clock at which it was first written with the mark of the lit word."""
        found: dict[str, float] = {}
        tail = ""
        for clock, data in self.pieces:
            text = tail + data.decode(errors="ignore")
            for word in re.findall(f"{LIT_MARK}(w\\d{{3}})", text):
                found.setdefault(word, clock)
            tail = text[-16:]
        return found


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


class Ear:
    """Follows a recording as it grows, to know when each of its samples came: the least late arrival counts."""

    def __init__(self, recording: object) -> None:
        self._recording = recording
        self.began_at = np.inf
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        path = self._recording._path  # type: ignore[attr-defined]
        while not self._over.wait(0.002):
            size = path.stat().st_size // 4
            self.began_at = min(self.began_at, time.monotonic() - size / RATE_HZ)

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


def onsets_s(samples: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    first = np.insert(np.diff(loud) > 0.2 * RATE_HZ, 0, True)
    return loud[first] / RATE_HZ


@pytest.fixture
def unhindered(pulse: PulseAudio) -> Iterator[bool]:
    """What is measured goes before other programs of the machine, where that is allowed; whether it was."""
    assert pulse._daemon is not None
    tasks = [0, *(int(task.name) for task in Path(f"/proc/{pulse._daemon.pid}/task").iterdir())]
    try:
        for task in tasks:
            os.setpriority(os.PRIO_PROCESS, task, -15)
    except PermissionError:
        yield False
        return
    yield True
    for task in tasks:
        os.setpriority(os.PRIO_PROCESS, task, 0)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "settings.toml").write_text('whisper_model = "base"\n')
    return folder


def test_each_word_is_lit_within_80_ms_of_its_sound(pulse: PulseAudio, unhindered: bool, home: Path) -> None:
    words = the_words()
    keep_take(home, words)
    terminal = Terminal({**pulse.env, "VOICE_TRAINER_HOME": str(home), "TERM": "xterm-256color"})
    try:
        terminal.wait_for("dinner that got cold")
        time.sleep(1.0)  # what is warmed in the background is no part of what is measured
        terminal.press("\t")
        terminal.press("\x1b[B\r")
        terminal.wait_for("Replay")
        terminal.press("v")
        terminal.wait_for("w000")
        with pulse.record_speaker() as recording:
            ear = Ear(recording)
            terminal.press(" ")
            terminal.wait_for(f"{LIT_MARK}{words[-1].text}", timeout_s=LASTS_S + 20)
            time.sleep(0.5)
            ear.stop()
            heard = onsets_s(recording.so_far()) + ear.began_at
    finally:
        terminal.close()
    lit = terminal.lit_at()
    missing = [word.text for word in words if word.text not in lit]
    assert len(missing) <= 1, missing  # the first may be lit by the picture of the screen before
    late = np.array([lit[word.text] - nearest(heard, lit[word.text]) for word in words if word.text in lit])
    off = np.abs(late)
    print(
        f"lit after the sound: median {np.median(late) * 1e3:+.0f} ms, from {late.min() * 1e3:+.0f} to "
        f"{late.max() * 1e3:+.0f} ms over {len(late)} words in {LASTS_S:.0f} s; {len(heard)} bursts heard; "
        f"{np.mean(off <= WITHIN_S):.0%} within 80 ms, 95 % within {np.quantile(off, 0.95) * 1e3:.0f} ms; "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, "
        f"{'before' if unhindered else 'among'} other programs"
    )
    assert np.median(off) <= MEDIAN_WITHIN_S
    assert np.mean(off <= WITHIN_S) >= SHARE


def nearest(clocks: np.ndarray, clock: float) -> float:
    return float(clocks[np.argmin(np.abs(clocks - clock))])
