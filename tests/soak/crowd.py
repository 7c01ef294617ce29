"""Participants, many in one process: ``python -m tests.soak.crowd OUT FIRST PEOPLE ADDRESS``.

Each comes in over TLS, agrees to scores and transcript, answers each assignment at a moment of their own, says what
they are at, and notes when each view came. No Whisper: what is sent is a reply as a trainer makes it.
"""

from __future__ import annotations

import asyncio
import os
import random
import ssl
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.coach.meeting import id_of, spoken
from voice_trainer.coach.protocol import (
    PROTOCOL,
    Consenting,
    Doing,
    FromParticipant,
    Join,
    SayConsents,
    SayReply,
    State,
    encode,
)
from voice_trainer.coach.sharing import shared_part
from voice_trainer.session import SHARINGS

ANSWER_WITHIN_S = 45.0
SHARED = ("scores", "transcript")


class Given(msgspec.Struct):
    id: str
    exercise_id: str
    turn: str
    done: bool = False


class Glance(msgspec.Struct, tag_field="type", tag="View"):
    """What is looked at of a view."""

    version: int
    assignment: Given | None = None


class Other(msgspec.Struct, tag_field="type"):
    """Anything else."""


class Came(msgspec.Struct):
    """Attributes:
    views: of each person (version, seconds by the monotonic clock when it came).
    said, accepted, refused: replies. lost: connections.
    """

    views: list[list[tuple[int, float]]]
    said: int
    accepted: int
    refused: list[str]
    lost: int


class Crowd:
    def __init__(self, address: str, first: int, people: int) -> None:
        self._address = address
        self._first = first
        self._rng = random.Random(first)
        self._context = ssl.create_default_context()
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE
        self._over = asyncio.Event()
        self.came = Came(views=[[] for _ in range(people)], said=0, accepted=0, refused=[], lost=0)

    async def run(self) -> None:
        everybody = [asyncio.create_task(self._person(number)) for number in range(len(self.came.views))]
        ending = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        await ending
        self._over.set()
        await asyncio.gather(*everybody)

    async def _person(self, number: int) -> None:
        await asyncio.sleep(number * 0.1)
        while not self._over.is_set():
            try:
                await self._here(number)
                return
            except (InvalidStatus, OSError, TimeoutError):  # too many at once: a moment later
                await asyncio.sleep(0.5 + self._rng.random())

    async def _here(self, number: int) -> None:
        async with connect(
            f"wss://{self._address}/", ssl=self._context, compression=None, proxy=None, ping_interval=20
        ) as connection:
            await self._say(
                connection,
                Join(
                    protocol=PROTOCOL,
                    code="7K3M-Q2XN",
                    name=f"Person {self._first + number}",
                    token=f"{self._first + number:043d}",
                ),
            )
            await connection.recv()
            agreed = tuple(Consenting(sharing=one, given=one in SHARED) for one in SHARINGS)
            await self._say(connection, SayConsents(id=id_of(), consents=agreed))
            reading = asyncio.create_task(self._read(connection, number))
            await asyncio.wait([reading, asyncio.create_task(self._over.wait())], return_when=asyncio.FIRST_COMPLETED)
            if not self._over.is_set():
                self.came.lost += 1
            reading.cancel()

    async def _read(self, connection: ClientConnection, number: int) -> None:
        views, handled = self.came.views[number], set()
        answering: set[asyncio.Task[None]] = set()
        try:
            while True:
                frame = await connection.recv()
                at = time.monotonic()
                assert isinstance(frame, bytes)
                if b"View" not in frame[:12]:
                    self._answered(frame)
                    continue
                view = msgspec.msgpack.decode(frame, type=Glance)
                views.append((view.version, at))
                given = view.assignment
                if given is not None and not given.done and given.id not in handled:
                    handled.add(given.id)
                    answering.add(asyncio.create_task(self._answer(connection, given)))
        except ConnectionClosed:
            return
        finally:
            for task in answering:
                task.cancel()

    async def _answer(self, connection: ClientConnection, given: Given) -> None:
        await asyncio.sleep(self._rng.random() * ANSWER_WITHIN_S)
        doing: Doing
        for doing in ("answering", "scoring", "ready"):
            await self._say(connection, State(doing=doing))
            await asyncio.sleep(self._rng.random())
        attempt = shared_part(spoken(given.exercise_id, given.turn), SHARED)  # type: ignore[arg-type]
        self.came.said += 1
        await self._say(
            connection,
            SayReply(id=id_of(), assignment_id=given.id, attempt=attempt, shared=SHARED),  # type: ignore[arg-type]
        )

    def _answered(self, frame: bytes) -> None:
        told: dict[str, Any] = msgspec.msgpack.decode(frame)
        if told["type"] == "Refused":
            self.came.refused.append(told["why"])
        elif told["type"] == "Accepted":
            self.came.accepted += 1

    async def _say(self, connection: ClientConnection, message: FromParticipant) -> None:
        await connection.send(encode(message))


def main(out: Path, first: int, people: int, address: str) -> None:
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    crowd = Crowd(address, first, people)
    asyncio.run(crowd.run())
    out.write_bytes(msgspec.json.encode(crowd.came))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
