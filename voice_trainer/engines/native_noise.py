"""Keeps what C libraries print away from the screen.

ALSA, JACK and PortAudio write their complaints ("Expression … failed in pa_linux_alsa.c") straight to file
descriptor 2, past Python, at any time: when a device vanishes, or its buffer runs over. Textual draws on that same
descriptor, and sounddevice sends it to nowhere while PortAudio starts, with whatever is drawn meanwhile.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def native_noise_to(path: Path | None = None) -> Iterator[None]:
    """Send what C libraries print to ``path`` (None: nowhere); Python's own standard error stays where it is.

    To be entered before a Textual app is made: ``sys.stderr`` and ``sys.__stderr__`` are new objects inside, on a
    descriptor of their own. Does nothing where there is no standard error.
    """
    try:
        screen = os.dup(2)
    except OSError:
        yield
        return
    before, before_original = sys.stderr, sys.__stderr__
    before.flush()
    target = os.open(path or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(target, 2)
    os.close(target)
    encoding, errors = before.encoding or "utf-8", before.errors or "backslashreplace"
    stream = os.fdopen(os.dup(screen), "w", buffering=1, encoding=encoding, errors=errors)
    sys.stderr = stream
    sys.__stderr__ = stream  # type: ignore[misc]
    try:
        yield
    finally:
        stream.flush()
        os.dup2(screen, 2)
        os.close(screen)
        sys.stderr, sys.__stderr__ = before, before_original  # type: ignore[misc]
        stream.close()
