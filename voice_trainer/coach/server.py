"""The coach's side of the network: lets people in, hands what they say to the session, and tells everybody their view.

The server runs in a thread of its own, with its own loop. One task reads a connection and one writes to it where the
network does not take a view at once, so that somebody slow holds up nobody else; of the views that wait for somebody
only the newest is kept. What may block (the store) is done by other threads, and views are made by one, for everybody
whom a change concerns.

Only TLS is spoken. A stranger costs a handshake that must end soon, a place among the few that wait, and one short
message. The library's own server is used rather than a web framework's: it bounds the handshakes in time.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import ParamSpec, TypeVar

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ..errors import RequestInvalid, Unreachable, VoiceTrainerError
from ..session import Person
from .address import Address, Invitation, shown_host
from .certificate import Certificate
from .door import BROKEN, Door, TurnedAway, turn_away, where_from
from .gate import Rate
from .limits import STRANGERS_BYTES, Limits
from .protocol import (
    Accepted,
    FromCoach,
    Join,
    Refused,
    Say,
    SayLeave,
    State,
    decode_from_participant,
    encode,
)
from .session import LiveSession
from .telling import Teller

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
GOING = 1001
REPLACED = 4000
"""Close code: the same person came in by another connection."""
LEAVING_S = 1.0
"""Between a person's last acknowledgement and the end of their connection."""
GONE = "You are no longer in this session."


class _Place:
    """One participant's connection, and the newest view that is not sent yet."""

    def __init__(self, connection: ServerConnection, person: Person) -> None:
        self.connection = connection
        self.person = person
        self.view: bytes | None = None
        self.fresh = asyncio.Event()
        self.sending = False

    def hand(self, view: bytes | None) -> None:
        """Send it at once where nothing is on its way; else, and to say farewell (None), leave it to who sends."""
        waiting = self.sending or self.fresh.is_set() or self.connection.transport.get_write_buffer_size() > 0
        if view is None or waiting:
            self.view = view
            self.fresh.set()
        else:
            broadcast((self.connection,), view)


class CoachServer:
    """Serves one session.

    Args:
        host: to listen on; "0.0.0.0" for every network of this machine. port: 0 picks a free one.
        on_fault: called with a sentence when something inside broke; whoever was affected is asked to try again.
    """

    def __init__(
        self,
        live: LiveSession,
        *,
        host: str,
        port: int,
        certificate: Certificate,
        limits: Limits = Limits(),
        on_fault: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._live = live
        self._host = host
        self._port = port
        self._certificate = certificate
        self._limits = limits
        self._on_fault = on_fault
        self._clock = clock
        self._places: dict[str, _Place] = {}
        self._waiting: Counter[str] = Counter()
        self._open = 0
        self._work = ThreadPoolExecutor(4, thread_name_prefix="coach-session")
        self._presence = ThreadPoolExecutor(1, thread_name_prefix="coach-presence")  # who comes and goes, in order
        self._door = Door(live, limits, work=self._work, fault=self._broke, clock=clock)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._bound: Address | None = None
        self._failed: Exception | None = None

    # from any thread

    def start(self) -> Address:
        """Serve from here on; returns where. Raises Unreachable where the port can't be had."""
        listening = self._listen()
        host, port = listening.getsockname()[:2]
        self._bound = Address(str(host), int(port))
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listening, started), name="coach-server", daemon=True)
        self._thread.start()
        started.wait()
        if self._failed is not None:
            raise Unreachable(f"{self._bound} can't be served ({self._failed}).") from self._failed
        return self._bound

    def stop(self) -> None:
        """Tell everybody, and let go of the port; the session stays as it is."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None:
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(stopping.set)
        thread.join()
        self._work.shutdown(wait=True)
        self._presence.shutdown(wait=True)

    def __enter__(self) -> CoachServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def invitation(self) -> Invitation:
        """What to tell participants; only once it was started."""
        if self._bound is None:
            raise RequestInvalid("The session is not served yet, so there is no address to invite to; start it first.")
        return Invitation(
            address=Address(shown_host(self._host), self._bound.port),
            code=self._live.session.code,
            fingerprint=self._certificate.fingerprint,
        )

    # the loop

    def _listen(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self._host or None, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            family, _, _, _, where = found[0]
            return socket.create_server(where[:2], family=family, backlog=512)
        except (OSError, OverflowError) as error:
            why = (getattr(error, "strerror", None) or str(error)).lower()
            raise Unreachable(
                f"{self._host}:{self._port} can't be served ({why}); choose another with --port or --host."
            ) from error

    def _run(self, listening: socket.socket, started: threading.Event) -> None:
        try:
            asyncio.run(self._serve(listening, started))
        except Exception as error:
            self._failed = error
            self._broke(error)
        finally:
            started.set()

    async def _serve(self, listening: socket.socket, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(lambda _, context: self._broke(context.get("exception") or context["message"]))
        self._stopping = asyncio.Event()
        limits = self._limits
        async with serve(
            self._connection,
            sock=listening,
            ssl=self._certificate.context(),
            origins=[None],  # no page in a browser may speak for somebody
            compression=None,
            process_request=self._request,
            server_header=None,
            open_timeout=limits.join_s,
            ping_interval=limits.ping_s,
            ping_timeout=limits.ping_s,
            close_timeout=2,
            max_size=STRANGERS_BYTES,
            max_queue=4,
            logger=_silent(),
        ):
            teller = self._teller = Teller(
                self._live,
                connected=lambda: {one: place.person.name for one, place in list(self._places.items())},
                deliver=self._deliver,
                fault=self._on_fault,
                passing_s=limits.passing_s,
            )
            teller.start()
            purging = asyncio.create_task(self._purge())
            started.set()
            await self._stopping.wait()
            purging.cancel()
            going = [
                place.connection.close(GOING, "The coach's program ends; it may be back.")
                for place in self._places.values()
            ]
            await asyncio.gather(*going, return_exceptions=True)
            await asyncio.to_thread(teller.stop)

    async def _purge(self) -> None:
        while True:
            await asyncio.sleep(self._limits.purge_s)
            with suppress(VoiceTrainerError):  # a store that can't be written now is tried again
                await self._elsewhere(self._work, self._live.purge)

    def _broke(self, error: object) -> None:
        self._on_fault(f"{type(error).__name__}: {error}" if isinstance(error, Exception) else str(error))

    async def _elsewhere(
        self, where: Executor, call: Callable[_Given, _Result], *args: _Given.args, **named: _Given.kwargs
    ) -> _Result:
        """Do what may block in another thread."""
        return await asyncio.get_running_loop().run_in_executor(where, lambda: call(*args, **named))

    # a connection

    def _request(self, connection: ServerConnection, _: Request) -> Response | None:
        """Too many at once are turned away before they cost more."""
        if self._open >= self._limits.connections or self._waiting[where_from(connection)] >= self._limits.waiting:
            return connection.respond(503, "Too many are coming in just now; try again in a moment.\n")
        return None

    async def _connection(self, connection: ServerConnection) -> None:
        where = where_from(connection)
        self._open += 1
        try:
            self._waiting[where] += 1
            try:
                person = await self._door.let_in(connection)
            finally:
                self._waiting[where] -= 1
                self._waiting += Counter()  # forgets those at 0
            await self._stay(_Place(connection, person))
        except TurnedAway as error:
            with suppress(ConnectionClosed):
                await turn_away(connection, error)
        except ConnectionClosed:
            pass
        finally:
            self._open -= 1

    async def _stay(self, place: _Place) -> None:
        """From the welcome to the end of the connection."""
        person_id = place.person.id
        before = self._places.get(person_id)
        self._places[person_id] = place
        if before is not None:
            closing = asyncio.create_task(before.connection.close(REPLACED, "You came in by another connection."))
            closing.add_done_callback(lambda task: task.exception())
        sending = asyncio.create_task(self._send_views(place))
        try:
            await self._now_here(person_id, True)
            self._teller.tell([person_id])
            await self._hear(place)
        finally:
            sending.cancel()
            if self._places.get(person_id) is place:
                del self._places[person_id]
                await self._now_here(person_id, False)

    async def _now_here(self, person_id: str, connected: bool) -> None:
        try:
            await self._elsewhere(self._presence, self._live.here, person_id, connected)
        except Exception as error:
            self._broke(error)

    # what they say

    async def _hear(self, place: _Place) -> None:
        """Until the connection ends. Raises TurnedAway for what no trainer says."""
        limits, connection = self._limits, place.connection
        messages = Rate(limits.messages_per_s, limits.messages_burst, self._clock())
        sizes = Rate(limits.bytes_per_s, limits.bytes_burst, self._clock())
        async for frame in connection:
            await asyncio.sleep(sizes.take(len(frame), self._clock()))
            if messages.take(1, self._clock()) > 0:
                raise TurnedAway(f"More than {limits.messages_per_s:g} messages a second came in.", again=True)
            try:
                message = decode_from_participant(frame)
            except RequestInvalid as error:
                raise TurnedAway(str(error)) from error
            if isinstance(message, Join):
                raise TurnedAway("You are in already; a connection comes in once.")
            answer = await self._take_in(place, message)
            if answer is not None:
                await connection.send(encode(answer))

    async def _take_in(self, place: _Place, message: State | Say) -> FromCoach | None:
        person_id = place.person.id
        try:
            if isinstance(message, State):
                await self._elsewhere(self._presence, self._live.doing, person_id, message.doing)
                return None
            answer = await self._elsewhere(self._work, self._live.hear, person_id, message)
            if isinstance(message, SayLeave) and isinstance(answer, Accepted):
                await self._elsewhere(self._work, self._gone, person_id)
            return answer
        except Exception as error:
            self._broke(error)
            return Refused(id="" if isinstance(message, State) else message.id, why=BROKEN, again=True)

    def _gone(self, person_id: str) -> None:
        """Whoever came back only to have their leaving acknowledged leaves again."""
        person = self._live.snapshot.person(person_id)
        if person is not None and not person.left:
            self._live.remove_person(person_id)

    # what they are told

    def _deliver(self, views: dict[str, bytes | None], handed_on: Callable[[], None]) -> None:
        """From the thread that makes views."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._hand_on, views, handed_on)

    def _hand_on(self, views: dict[str, bytes | None], handed_on: Callable[[], None]) -> None:
        for person_id, view in views.items():
            place = self._places.get(person_id)
            if place is not None:
                place.hand(view)
        asyncio.get_running_loop().call_soon(handed_on)  # behind those who send them

    async def _send_views(self, place: _Place) -> None:
        connection = place.connection
        with suppress(ConnectionClosed):
            while await place.fresh.wait():
                place.fresh.clear()
                place.sending = True
                view, place.view = place.view, None
                if view is None:
                    await asyncio.sleep(LEAVING_S)
                    await turn_away(connection, TurnedAway(GONE))
                    return
                try:
                    async with asyncio.timeout(self._limits.send_s):
                        await connection.send(view)
                except TimeoutError:
                    connection.transport.abort()
                place.sending = False


def _silent() -> logging.Logger:
    """Strangers do not write on the coach's screen."""
    logger = logging.getLogger("voice_trainer.coach.server")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
