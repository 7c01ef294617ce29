"""``python -m training.listening.sums [FOLDER]``: write SHA256SUMS anew after the model in FOLDER was replaced.

Fitting writes it by itself; this needs neither torch nor the data.
"""

from __future__ import annotations

import sys
from pathlib import Path

from voice_trainer.engines.listener import FOLDER, SUMS, sums_of


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    (folder / SUMS).write_text(sums_of(folder), encoding="ascii")
    print((folder / SUMS).read_text(encoding="ascii"), end="")


if __name__ == "__main__":
    main()
