"""Who comes in: the first message of a connection decides, and anything but a right one ends it with one line."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from websockets.asyncio.server import ServerConnection

from ..errors import NotAdmitted, RequestInvalid, VoiceTrainerError
from ..session import Person
from .gate import Gate, origin
from .limits import Limits
from .protocol import MOST_BYTES, PROTOCOL, Join, Refused, Welcome, decode_from_participant, encode
from .session import LiveSession

NOT_ALLOWED = 1008
TRY_LATER = 1013
LONGEST_WHY = 500
"""Characters, as the protocol has it."""
BROKEN = "Something inside the coach's program broke; it is tried again."


class TurnedAway(Exception):
    """The connection is to end, with a sentence; ``again``: whether to try later."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.again = again


async def turn_away(connection: ServerConnection, error: TurnedAway) -> None:
    """One line, and the end of the connection."""
    await connection.send(encode(Refused(id="", why=str(error)[:LONGEST_WHY], again=error.again)))
    await connection.close(TRY_LATER if error.again else NOT_ALLOWED)


class Door:
    """Args:
    work: where what may block is done. fault: told when something inside broke.
    """

    def __init__(
        self,
        live: LiveSession,
        limits: Limits,
        *,
        work: Executor,
        fault: Callable[[object], None],
        clock: Callable[[], float],
    ) -> None:
        self._live = live
        self._limits = limits
        self._work = work
        self._fault = fault
        self._clock = clock
        self._gate = Gate(live.session.code)
        self._known: set[bytes] = set()

    async def let_in(self, connection: ServerConnection) -> Person:
        """Whoever this is, once they were welcomed. Raises TurnedAway, ConnectionClosed."""
        join = await self._first(connection)
        where, now = where_from(connection), self._clock()
        wait_s = self._gate.wait_s(where, now)
        if wait_s > 0 and _digest(join.token) not in self._known:
            soon = f"{max(1, round(wait_s))} s" if wait_s < 90 else f"{round(wait_s / 60)} minutes"
            raise TurnedAway(f"Wrong codes came from your address; the next is looked at in {soon}.", again=True)
        if wait_s == 0 and not self._gate.admits(where, join.code, now):
            raise TurnedAway("The code is not that of this session; see the invitation.")
        person, token = await self._admitted(join)
        session = self._live.session
        welcome = Welcome(
            session_id=session.id,
            title=session.title,
            coach=session.coach,
            person_id=person.id,
            token=token,
            rules=session.rules,
        )
        _allow(connection, MOST_BYTES)  # before they know, since they may answer at once
        await connection.send(encode(welcome))
        return person

    async def _first(self, connection: ServerConnection) -> Join:
        try:
            async with asyncio.timeout(self._limits.join_s):
                frame = await connection.recv()
        except TimeoutError as error:
            raise TurnedAway("Nothing was said; the first message must say who comes in.") from error
        try:
            join = decode_from_participant(frame)
        except RequestInvalid as error:
            raise TurnedAway(str(error)) from error
        if not isinstance(join, Join):
            raise TurnedAway("The first message must say who comes in, and with which code.")
        if join.protocol != PROTOCOL:
            older = "an older" if join.protocol < PROTOCOL else "a newer"
            raise TurnedAway(f"This trainer is of {older} version than the coach's; bring both to the same one.")
        return join

    async def _admitted(self, join: Join) -> tuple[Person, str]:
        try:
            person, token = await asyncio.get_running_loop().run_in_executor(
                self._work, self._live.admit, join.name, join.token
            )
        except NotAdmitted as error:
            raise TurnedAway(str(error)) from error
        except VoiceTrainerError as error:
            raise TurnedAway(str(error), again=True) from error
        except Exception as error:
            self._fault(error)
            raise TurnedAway(BROKEN, again=True) from error
        self._known.add(_digest(token))
        return person, token


def where_from(connection: ServerConnection) -> str:
    """What counts as the address of the other side."""
    peer = connection.remote_address
    return origin(str(peer[0])) if peer else ""


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest() if token else b""


def _allow(connection: ServerConnection, size: int) -> None:
    """Longer messages, from somebody who is in; the library has no setting for it that changes later."""
    protocol: Any = connection.protocol
    if hasattr(protocol, "max_message_size"):
        protocol.max_message_size = size
    else:
        protocol.max_size = size  # before websockets 15.1
