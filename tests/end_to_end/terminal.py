"""A real terminal for the end-to-end tests: tmux, on a socket of its own, driven by keys and read as a person reads it.

Nothing of the user's own tmux is touched: neither its server nor its configuration.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LOOK_S = 60.0
"""How long to look for something on the screen: generous, since a busy machine is slow and not wrong."""
_PERIOD_S = 0.02


def missing() -> str | None:
    """What keeps the terminal tests from running here, as one sentence; None where all is there."""
    return None if shutil.which("tmux") else "terminal tests need tmux: run scripts/install-sound --test"


class Terminal:
    """A terminal of ``width`` × ``height`` cells; a context manager that leaves no process behind.

    Args:
        env: the whole environment of what runs in it.
    """

    def __init__(self, env: Mapping[str, str], width: int = 100, height: int = 32) -> None:
        # A terminal that says of itself what most do, whatever the tests are started from.
        self._env = {key: value for key, value in env.items() if key not in ("TMUX", "TMUX_PANE", "NO_COLOR")}
        self._env |= {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._folder = Path(tempfile.mkdtemp(prefix="vt-tmux-"))  # a short path: sockets allow 107 characters
        self._env["TMUX_TMPDIR"] = str(self._folder)
        self._size = ["-x", str(width), "-y", str(height)]
        self.width, self.height = width, height

    def __enter__(self) -> Terminal:
        # An idle program first: what is timed later is the program's own start, not tmux's.
        options = {"remain-on-exit": "on", "escape-time": "0", "status": "off", "default-terminal": "tmux-256color"}
        settings = [part for option, value in options.items() for part in ("set", "-g", option, value, ";")]
        self._tmux(*settings, "new-session", "-d", *self._size, "--", "cat")
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            if not self.over():
                os.kill(self.process_id, signal.SIGKILL)
        self._tmux("kill-server", check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, command: Sequence[str]) -> None:
        """Start ``command`` in place of whatever runs there."""
        self._tmux("respawn-pane", "-k", "--", *command)

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names: ``Enter``, ``Space``, ``Escape``, ``Down``, ``c``."""
        self._tmux("send-keys", *keys)

    def screen(self) -> str:
        """The lines that are shown."""
        return self._tmux("capture-pane", "-p")

    def see(self, *texts: str, within_s: float = LOOK_S) -> str:
        """Wait until all ``texts`` are on the screen at once; returns the screen. A line's end counts as a space."""
        end = time.monotonic() + within_s
        while True:
            shown = self.screen()
            flat = " ".join(shown.split())
            lacking = [text for text in texts if text not in flat]
            if not lacking:
                return shown
            if self.over():
                raise AssertionError(f"the program ended ({self.exit_status}) before {lacking} was shown:\n{shown}")
            if time.monotonic() > end:
                raise AssertionError(f"waited {within_s:.0f} s for {lacking}; shown is:\n{shown}")
            time.sleep(_PERIOD_S)

    def see_no(self, text: str, within_s: float = LOOK_S) -> None:
        """Wait until ``text`` is gone from the screen."""
        end = time.monotonic() + within_s
        while text in (shown := self.screen()):
            if time.monotonic() > end:
                raise AssertionError(f"waited {within_s:.0f} s for “{text}” to go; shown is:\n{shown}")
            time.sleep(_PERIOD_S)

    def wait_over(self, within_s: float = LOOK_S) -> int:
        """Wait until the program has ended; its exit status, negative for a signal."""
        end = time.monotonic() + within_s
        while not self.over():
            if time.monotonic() > end:
                raise AssertionError(f"the program still runs after {within_s:.0f} s:\n{self.screen()}")
            time.sleep(_PERIOD_S)
        return self.exit_status

    def over(self) -> bool:
        """Whether the program has ended, and how is known."""
        dead, how = self._ask("#{pane_dead},#{pane_dead_status}#{pane_dead_signal}").split(",")
        if dead == "1" and not how:
            # tmux 3.3 may sleep through the end of a program whose terminal closed first; another child's end wakes it.
            self._tmux("run-shell", "-b", "true")
        return how != ""

    @property
    def exit_status(self) -> int:
        """Once it is ``over``."""
        by_signal = self._ask("#{pane_dead_signal}")
        return -int(by_signal) if by_signal else int(self._ask("#{pane_dead_status}"))

    @property
    def process_id(self) -> int:
        return int(self._ask("#{pane_pid}"))

    def _ask(self, what: str) -> str:
        return self._tmux("display-message", "-p", what).strip()

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-L", "trainer", "-f", "/dev/null", *arguments],
            env=self._env,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"tmux {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout
