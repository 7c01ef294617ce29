"""``voice-trainer`` and ``python -m voice_trainer``."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from voice_trainer.cli.app import run

    for stream in (sys.stdout, sys.stderr):
        # Where the locale has no letter for a quotation mark, a mark in its place is better than no answer.
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
