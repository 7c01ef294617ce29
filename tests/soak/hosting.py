"""The coach's side of the soak, in a process of its own: ``python -m tests.soak.hosting FOLDER PEOPLE SECONDS``.

Prints where it serves, and at its end what it told when, and how much memory it held.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import msgspec

from tests.coach.meeting import LIBRARY, new_session
from voice_trainer.coach.certificate import own_certificate
from voice_trainer.coach.server import CoachServer
from voice_trainer.coach.session import LiveSession
from voice_trainer.session import Step
from voice_trainer.store import open_store
from voice_trainer.store.recordings import Recordings

BETWEEN_S = 1.0
"""One broadcast and the next."""
STEP_S = 60.0
"""One step and the next, which gives everybody something to answer."""


class Hosted(msgspec.Struct):
    """Attributes:
    broadcasts: (seconds by the monotonic clock before the change was made, version after it).
    rss: (seconds since the beginning, resident bytes). replies: stored. faults: of the server.
    """

    broadcasts: list[tuple[float, int]]
    rss: list[tuple[float, int]]
    replies: int
    people: int
    cpu_s: float
    faults: list[str]


def main(folder: Path, people: int, seconds: float) -> None:
    os.sched_setaffinity(0, _cores())
    store = open_store(f"sqlite:///{folder / 'practice.sqlite3'}")
    steps = tuple(Step(exercise_id="cold-dinner", turn="start", minutes=60) for _ in range(2 + int(seconds / STEP_S)))
    live = LiveSession.begin(new_session(steps, code="7K3M-Q2XN"), store, Recordings(folder / "recordings"), LIBRARY)
    faults: list[str] = []
    certificate = own_certificate(folder / "coach")
    server = CoachServer(live, host="127.0.0.1", port=0, certificate=certificate, on_fault=faults.append)
    address = server.start()
    print(address, certificate.fingerprint, flush=True)
    while sum(one.here and one.asked for one in live.snapshot.people) < people:
        time.sleep(0.2)
    print("everybody", flush=True)
    broadcasts, rss = [], []
    began, cpu = time.monotonic(), time.process_time()
    live.send(0)
    while (now := time.monotonic() - began) < seconds:
        if now >= STEP_S * (live.snapshot.step + 1):
            live.send(live.snapshot.step + 1)
        at = time.monotonic()
        live.add_minutes(1 if len(broadcasts) % 2 else -1)
        broadcasts.append((at, live.version))
        rss.append((now, _rss()))
        time.sleep(max(0.0, at + BETWEEN_S - time.monotonic()))
    print("told", flush=True)
    sys.stdin.readline()  # until everybody has said that all arrived
    snapshot = live.snapshot
    hosted = Hosted(
        broadcasts=broadcasts,
        rss=rss,
        replies=len(snapshot.replies),
        people=len(snapshot.people),
        cpu_s=time.process_time() - cpu,
        faults=faults,
    )
    (folder / "hosted.json").write_bytes(msgspec.json.encode(hosted))
    server.stop()
    store.close()


def _cores() -> set[int]:
    """At most two, as the requirement has it."""
    return set(sorted(os.sched_getaffinity(0))[:2])


def _rss() -> int:
    """Resident memory of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
