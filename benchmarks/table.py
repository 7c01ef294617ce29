"""One row a figure: what it is compared with, what is to be reached, and what was got."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "swift-f0", "onnxruntime", "faster-whisper", "librosa", "praat-parselmouth")


@dataclass(frozen=True, kw_only=True)
class Row:
    """``met`` is None for what is shown beside a figure without having to reach anything."""

    figure: str
    reference: str
    reach: str
    got: str
    met: bool | None

    @property
    def mark(self) -> str:
        return {True: "yes", False: "NO", None: ""}[self.met]

    def line(self) -> str:
        return f"| {self.figure} | {self.reference} | {self.reach} | {self.got} | {self.mark} |"


def machine() -> str:
    """What it was measured on."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        named = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = named[0] if named else model
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores{load}; Python {platform.python_version()}, {platform.system()}"


def write(path: Path, rows: Iterable[Row], took_s: float) -> None:
    """The whole table as Markdown."""
    used = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    lines = [
        "# Results",
        "",
        f"`make bench` on {datetime.now(UTC):%Y-%m-%d} in {took_s / 60:.0f} min: {machine()}; {used}.",
        "",
        "The recordings are not part of the project. RAVDESS and EMO-DB serve evaluation only: the thresholds of",
        "harshness, of the dimensions and of the syllables were chosen on other sounds (docs/voice.md says which).",
        "",
        "| figure | reference | reach | got | reached |",
        "|---|---|---|---|---|",
        *(row.line() for row in rows),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
