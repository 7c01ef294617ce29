"""A PulseAudio of the tests' own: a loudspeaker that can be listened to and a microphone that can be spoken into.

Both are null sinks. What a program plays to its default loudspeaker is recorded from the monitor of ``speaker``; what
is played into ``mic`` is what a program hears from its default microphone. Nothing of the machine's own sound is
touched. Used by ``conftest.py`` beside this, and by the tests of the sound engine.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48000
START_S = 10.0
ALSA_CONFIG = Path("/usr/share/alsa/alsa.conf")
ALSA_PLUGIN = "libasound_module_pcm_pulse.so"


def missing() -> str | None:
    """What keeps the sound tests from running here, as one sentence; None where all is there."""
    programs = [name for name in ("pulseaudio", "pactl", "paplay", "parecord") if shutil.which(name) is None]
    plugins = [path for root in ("/usr/lib", "/usr/lib64") for path in Path(root).glob(f"**/alsa-lib/{ALSA_PLUGIN}")]
    lacking = programs + ([] if plugins else [ALSA_PLUGIN])
    lacking += [] if ctypes.util.find_library("portaudio") else ["libportaudio"]
    if lacking:
        return f"sound tests need {', '.join(lacking)}: run scripts/install-sound --test"
    return None


def until(what: str, true: object, timeout_s: float = START_S) -> None:
    """Wait until ``true()``; fails with ``what`` after ``timeout_s``."""
    assert callable(true)
    end = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout_s:.0f} s for {what}")
        time.sleep(0.02)


class SpeakerRecording:
    """What came out of the loudspeaker between ``record_speaker`` and ``stop``: mono float32 at 48 kHz."""

    def __init__(self, process: subprocess.Popen[bytes], path: Path) -> None:
        self._process = process
        self._path = path

    def so_far(self) -> NDArray[np.float32]:
        data = self._path.read_bytes()
        return np.frombuffer(data[: len(data) // 4 * 4], "<f4")

    def stop(self) -> NDArray[np.float32]:
        self._process.terminate()
        self._process.wait()
        return self.so_far()


class PulseAudio:
    """A daemon with its sockets and configuration in a folder of its own; a context manager.

    Attributes:
        env: what a program's environment needs so that it plays to ``speaker`` and hears ``mic``.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vt-pulse-"))  # a short path: sockets allow 107 characters
        self._server = f"unix:{self.folder}/native"
        self._alsa = self.folder / "asound.conf"
        self.env = {
            "PULSE_SERVER": self._server,
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_STATE_PATH": str(self.folder),
            "ALSA_CONFIG_PATH": str(self._alsa),
        }
        self._daemon: subprocess.Popen[bytes] | None = None
        self._modules: dict[str, str] = {}

    def __enter__(self) -> PulseAudio:
        self._alsa.write_text(f"<{ALSA_CONFIG}>\n{self._pcm('!default')}")
        script = self.folder / "default.pa"
        script.write_text(f"load-module module-native-protocol-unix auth-anonymous=1 socket={self.folder}/native\n")
        log = (self.folder / "log").open("wb")
        # Run as root it warns, and runs; without a home and a session bus of its own it would meet the user's daemon.
        self._daemon = subprocess.Popen(
            [
                "pulseaudio", "-n", "-F", str(script), "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
                "--disable-shm=yes", "--high-priority=no", "--realtime=no",
            ],
            env={**os.environ, **self.env, "HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder),
                 "XDG_CONFIG_HOME": str(self.folder), "DBUS_SESSION_BUS_ADDRESS": "disabled:"},
            stdout=log, stderr=log,
        )  # fmt: skip
        until("PulseAudio", lambda: self._control("info", check=False).returncode == 0)
        self.add_sink("speaker")
        self.add_sink("mic")
        self._control("set-default-sink", "speaker")
        self._control("set-default-source", "mic.monitor")
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_sink(self, name: str, device: str | None = None) -> None:
        """Add a null sink; with ``device``, also an ALSA device of that name that hears the sink."""
        made = self._control("load-module", "module-null-sink", f"sink_name={name}", f"rate={RATE_HZ}", "channels=1")
        self._modules[name] = made.stdout.strip()
        if device:
            self.add_device(device, f"{name}.monitor")

    def add_device(self, name: str, source: str) -> None:
        """Add an ALSA device that hears ``source``, as if it had just been plugged in."""
        with self._alsa.open("a") as file:
            file.write(self._pcm(name, source))

    def remove_sink(self, name: str) -> None:
        """Take a sink away. PulseAudio moves whoever uses it to the default one, if there is another."""
        self._control("unload-module", self._modules.pop(name))

    def freeze_sink(self, name: str) -> None:
        """Let a sink stand still under whoever uses it: it stays there and gives nothing, as a dying device does."""
        self._control("suspend-sink", name, "1")

    def kill(self) -> None:
        """End the daemon at once."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None

    def play_into_microphone(self, path: Path) -> None:
        """Speak a sound file into the microphone, and wait until it is all said."""
        with self.playing_into_microphone(path) as process:
            assert process.wait() == 0

    @contextlib.contextmanager
    def playing_into_microphone(self, path: Path) -> Iterator[subprocess.Popen[bytes]]:
        """The same without waiting: it goes on in the background, and is cut off at the end of the block."""
        command = ["paplay", "--device=mic", "--latency-msec=50", str(path)]
        process = subprocess.Popen(command, env={**os.environ, **self.env})
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    @contextlib.contextmanager
    def record_speaker(self, sink: str = "speaker") -> Iterator[SpeakerRecording]:
        """Record what is played to the loudspeaker from now on, until ``stop`` or the end of the block."""
        handle, name = tempfile.mkstemp(suffix=".f32", dir=self.folder)
        command = ["parecord", f"--device={sink}.monitor", "--raw", "--format=float32le", f"--rate={RATE_HZ}"]
        command += ["--channels=1", "--latency-msec=20"]
        with os.fdopen(handle, "wb") as out:
            process = subprocess.Popen(command, env={**os.environ, **self.env}, stdout=out)
        recording = SpeakerRecording(process, Path(name))
        try:
            until("parecord", lambda: len(recording.so_far()) > 0)
            yield recording
        finally:
            process.kill()
            process.wait()

    def microphone_in_use(self) -> bool:
        """Whether a program listens to the microphone just now."""
        return "mic.monitor" in self._sources_heard()

    def _sources_heard(self) -> set[str]:
        sources = {row[0]: row[1] for row in self._rows("sources")}
        return {sources.get(row[1], "") for row in self._rows("source-outputs")}

    def _rows(self, what: str) -> list[list[str]]:
        return [line.split("\t") for line in self._control("list", "short", what).stdout.splitlines()]

    def _control(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pactl", *arguments], env={**os.environ, **self.env}, capture_output=True, text=True, check=check
        )

    def _pcm(self, name: str, source: str | None = None) -> str:
        device = f'device "{source}"' if source else ""
        return f'pcm.{name} {{ type pulse server "{self._server}" {device} hint.description "{name.strip("!")}" }}\n'
