"""A coach and two hundred people, for a quarter of a minute, or (``make soak``) for ten.

VOICE_TRAINER_SOAK_MINUTES and _PEOPLE say how long, and how many. What was measured is printed (``pytest -s``).
"""

from __future__ import annotations

import os
import subprocess
import sys
from bisect import bisect_left
from pathlib import Path
from typing import TextIO

import msgspec
import pytest

from .crowd import Came
from .hosting import STEP_S, Hosted

PEOPLE = int(os.environ.get("VOICE_TRAINER_SOAK_PEOPLE") or 200)
MINUTES = float(os.environ.get("VOICE_TRAINER_SOAK_MINUTES") or 0.25)
REPO = Path(__file__).resolve().parents[2]
WITHIN_S = 0.1
OF_ALL = 0.99
WARM = 0.25
"""Share of the time after which memory must have come to rest."""
GROWTH = 1.10
pytestmark = [
    pytest.mark.alone,
    pytest.mark.slow,
    pytest.mark.timeout(MINUTES * 60 + 240),
    pytest.mark.skipif(sys.platform != "linux", reason="reads memory from /proc"),
]


def test_two_hundred_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hosted, came = _session(tmp_path)
    latencies = sorted(_latencies(hosted, came))
    expected = len(hosted.broadcasts) * PEOPLE
    within = sum(one <= WITHIN_S for one in latencies) / expected
    rested = [size for at, size in hosted.rss if at >= MINUTES * 60 * WARM]
    first, last = _median(rested[:5]), _median(rested[-5:])
    with capsys.disabled():
        print(
            f"\n{PEOPLE} people, {MINUTES:g} min: {len(hosted.broadcasts)} broadcasts, {expected} views awaited, "
            f"{len(latencies)} came, {within:.2%} within {WITHIN_S * 1000:.0f} ms (median "
            f"{_at(latencies, 0.5):.0f}, 99 % {_at(latencies, 0.99):.0f}, most {latencies[-1] * 1000:.0f} ms); "
            f"{hosted.replies} replies of {came.said}; memory {first / 1e6:.0f} MB, then {last / 1e6:.0f} MB; "
            f"{hosted.cpu_s:.0f} s of processor time"
        )
    assert hosted.faults == []
    assert came.lost == 0
    assert came.refused == []
    assert hosted.people == PEOPLE
    assert hosted.replies == came.said
    assert came.accepted == came.said + PEOPLE  # and everybody's consents
    assert len(latencies) == expected, "a broadcast did not arrive"
    assert within >= OF_ALL
    assert last <= first * GROWTH


def _session(folder: Path) -> tuple[Hosted, Came]:
    environment = {**os.environ, "PYTHONPATH": str(REPO), "OMP_NUM_THREADS": "1"}

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=REPO,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    outs = [folder / f"came-{half}.json" for half in range(2)]
    with start("tests.soak.hosting", str(folder), str(PEOPLE), str(MINUTES * 60)) as host:
        address = _line(host.stdout).split()[0]
        crowds = [
            start("tests.soak.crowd", str(out), str(first), str(people), address)
            for out, first, people in zip(outs, (0, PEOPLE // 2), (PEOPLE // 2, PEOPLE - PEOPLE // 2), strict=True)
        ]
        try:
            assert _line(host.stdout) == "everybody"
            assert _line(host.stdout) == "told"
            for crowd in crowds:
                crowd.communicate("\n", timeout=120)
            host.communicate("\n", timeout=60)
        finally:
            for one in (*crowds, host):
                if one.poll() is None:
                    one.kill()
                one.wait()
    hosted = msgspec.json.decode((folder / "hosted.json").read_bytes(), type=Hosted)
    halves = [msgspec.json.decode(out.read_bytes(), type=Came) for out in outs]
    return hosted, Came(
        views=[views for half in halves for views in half.views],
        said=sum(half.said for half in halves),
        accepted=sum(half.accepted for half in halves),
        refused=[why for half in halves for why in half.refused],
        lost=sum(half.lost for half in halves),
    )


def _line(out: TextIO | None) -> str:
    assert out is not None
    line = out.readline()
    assert line, "the process ended"
    return line.strip()


def _latencies(hosted: Hosted, came: Came) -> list[float]:
    """Of each broadcast and person, seconds from before the change to the first view that holds it."""
    found = []
    for views in came.views:
        versions = [version for version, _ in views]
        for at, version in hosted.broadcasts:
            place = bisect_left(versions, version)
            if place < len(versions):
                found.append(views[place][1] - at)
    return found


def _median(sizes: list[int]) -> float:
    return sorted(sizes)[len(sizes) // 2]


def _at(latencies: list[float], share: float) -> float:
    """In milliseconds."""
    return latencies[min(len(latencies) - 1, int(share * len(latencies)))] * 1000


def test_the_steps_leave_time_to_answer() -> None:
    from .crowd import ANSWER_WITHIN_S

    assert ANSWER_WITHIN_S + 5 < STEP_S
