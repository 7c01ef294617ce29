"""What a C library prints goes elsewhere, what Python prints stays."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

CODE = """
    import os, sys
    from pathlib import Path
    from voice_trainer.engines.native_noise import native_noise_to
    os.write(2, b"before,")
    with native_noise_to(Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        os.write(2, b"noise")
        print("python,", file=sys.stderr, end="")
        print("screen,", file=sys.__stderr__, end="")
    os.write(2, b"after")
"""


def run(*arguments: str) -> str:
    command = [sys.executable, "-c", textwrap.dedent(CODE), *arguments]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True).stderr


def test_only_pythons_own_words_reach_the_screen(tmp_path: Path) -> None:
    assert run() == "before,python,screen,after"
    assert run(str(tmp_path / "noise.log")) == "before,python,screen,after"
    assert (tmp_path / "noise.log").read_text() == "noise"
    assert (tmp_path / "noise.log").stat().st_mode & 0o077 == 0
