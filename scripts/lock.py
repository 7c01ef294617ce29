"""Writes requirements/*.lock: every package that is installed anywhere, at one version, with the hash of each file.

``python scripts/lock.py`` keeps the versions that are locked and resolves what ``pyproject.toml`` has new;
``--upgrade`` takes the newest of all, ``--upgrade-package NAME`` of one. Needs uv (requirements/audit.lock).

All of it is resolved at once, for Python 3.11 and newer on every platform, so that the same version is installed
everywhere; then each file gets its part. A file that builds on another names it and holds only what that has not.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "requirements"
EDITABLE = "editables"
"""What hatchling asks for once it is to install a checkout as it lies (``pip install -e``)."""
ARM_LINUX = "; sys_platform == 'linux' and platform_machine == 'aarch64'"
FROM_SOURCE = (
    "setuptools<81",
    *(f"{name} {ARM_LINUX}" for name in ("cmake", "nanobind", "ninja", "scikit-build-core", "wheel")),
)
"""Builds srt, which comes as source only, and on Linux on ARM python-stretch and the tests' praat-parselmouth, which
have no wheel there.

Newer setuptools have no pkg_resources, which pyworld (the voices) imports."""
FILES: dict[str, tuple[tuple[str, ...], str | None, str]] = {
    "build": ((), None, "what builds the package itself, and the few that come as source only"),
    "run": (("model",), "build", "the trainer with its embedded model"),
    "extras": (("model", "postgres", "cluster"), "run", "and the extras: a store on PostgreSQL, a cohort on a cluster"),
    "dev": (("model", "postgres", "cluster", "dev"), "extras", "and what the tests need"),
    "voices": (("model", "voices"), "run", "and what renders the spoken prompts"),
    "audit": (("model", "audit"), "run", "and what writes and audits these files"),
}
"""File → extras in it, the file that it builds on, what it is for."""
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)


def resolve(arguments: list[str], out: Path, extra_lines: list[str]) -> dict[str, str]:
    """Package → its lines. uv keeps what ``out`` already pins."""
    more = out.with_suffix(".in")
    more.write_text("\n".join(extra_lines) + "\n", encoding="utf-8")
    # No annotations and no header: they would carry the paths and the index of the machine that wrote the file.
    subprocess.run(
        [
            *(
                "uv",
                "pip",
                "compile",
                "--quiet",
                "--universal",
                "--python-version",
                "3.11",
                "--fork-strategy",
                "fewest",
            ),
            *("--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"),
            *arguments,
            *(str(more), "--output-file", str(out)),
        ],
        check=True,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    return blocks(out.read_text(encoding="utf-8"))


def blocks(text: str) -> dict[str, str]:
    """The lines of each package in a lock file."""
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", text):
        if pin := PIN.match(block):
            above = f"{found[pin['name']]}\n" if pin["name"] in found else ""  # another version, for other platforms
            found[pin["name"]] = above + block.rstrip("\n")
    return found


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    backend = [*project["build-system"]["requires"], EDITABLE, *FROM_SOURCE]
    before = "\n".join(path.read_text(encoding="utf-8") for path in sorted(LOCKS.glob("*.lock")))
    with tempfile.TemporaryDirectory() as folder:
        everything = Path(folder) / "all.lock"
        everything.write_text("\n".join(blocks(before).values()) + "\n", encoding="utf-8")
        whole = resolve(["pyproject.toml", "--all-extras", *sys.argv[1:]], everything, backend)
        held: dict[str, set[str]] = {}
        for name, (wanted, below, about) in FILES.items():
            chosen = [each for extra in wanted if extra in extras for each in ("--extra", extra)]
            source = ["pyproject.toml", *chosen] if wanted else []
            part = resolve([*source, "--constraint", str(everything)], Path(folder) / f"{name}.lock", backend)
            inherited = held[below] if below else set()
            held[name] = set(part)
            # The lines of the whole: there a package's marker is as wide as its widest use.
            lines = [whole[each] for each in sorted(set(part) - inherited)]
            head = f"# {about[0].upper()}{about[1:]}. Written by make lock; don't edit.\n"
            head += f"-r {below}.lock\n" if below else ""
            (LOCKS / f"{name}.lock").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
            print(f"requirements/{name}.lock: {len(part)} packages, {len(lines)} of them here")


if __name__ == "__main__":
    main()
