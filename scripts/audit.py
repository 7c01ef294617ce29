"""Asks a public service for known weaknesses of every package in requirements/*.lock. Nothing but names and versions
leaves this machine.

OSV first, then PyPI's own service. Exit 0: none known. 1: some, each printed. 3: no service could be asked, or the one
that answered does not know all of them, which says nothing about those. What is known and does not concern us goes into
ACCEPTED, with why.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("osv", "pypi")
ACCEPTED: dict[str, str] = {}
"""Id of a weakness → why it is none here."""
NOT_ASKED = 3


def main() -> int:
    # One flat file: a package that several lock files pin has one version in all of them.
    lines = {
        line.rstrip(" \\")
        for path in sorted((ROOT / "requirements").glob("*.lock"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith((" ", "#", "-"))
    }
    with tempfile.TemporaryDirectory() as folder:
        flat, answer = Path(folder) / "all.txt", Path(folder) / "answer.json"
        flat.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
        for service in SERVICES:
            command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner", "off"]
            command += ["--vulnerability-service", service, "--format", "json", "--output", str(answer)]
            for each in ACCEPTED:
                command += ["--ignore-vuln", each]
            run = subprocess.run([*command, "--requirement", str(flat)], capture_output=True, text=True)
            if answer.is_file():
                packages = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
                if any("skip_reason" not in each for each in packages):
                    return tell(service, packages)
                answer.unlink()
                said = "it knows none of the packages"
            else:
                said = (run.stderr.strip().splitlines() or ["it said nothing"])[-1][:200]
            print(f"{service} could not be asked: {said}", file=sys.stderr)
    print("No service could be asked, so nothing is known about these packages; try where there is a network.")
    return NOT_ASKED


def tell(service: str, packages: list[dict]) -> int:  # type: ignore[type-arg]
    found = [(each, weak) for each in packages for weak in each.get("vulns", [])]
    passed = [each for each in packages if "skip_reason" in each]
    for each, weak in found:
        mended = ", ".join(weak["fix_versions"]) or "no release yet"
        print(f"{each['name']} {each['version']}: {weak['id']} (mended in {mended}): {weak['description'][:200]}")
    if passed:
        print(f"not looked at, since {service} does not know them: {', '.join(each['name'] for each in passed)}")
    print(f"{service}: {len(packages) - len(passed)} packages looked at, {len(found)} known weaknesses.")
    return 1 if found else NOT_ASKED if passed else 0


if __name__ == "__main__":
    sys.exit(main())
