"""A participant's side of the network: comes in, stays in, and comes back by itself.

Whatever is said is on disk before it is sent and until it is acknowledged (``outbox``), so neither a network that goes
nor a program that is killed loses or repeats it. The coach's certificate is checked before anything else is sent.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, WebSocketException

from ..errors import NotAdmitted, NotTrusted, RequestInvalid, SessionError, Unreachable, VoiceTrainerError
from .address import Address
from .certificate import checked_fingerprint, is_of
from .outbox import Outbox
from .protocol import (
    MOST_BYTES,
    PROTOCOL,
    Accepted,
    Doing,
    Join,
    Refused,
    Say,
    SayLeave,
    State,
    View,
    Welcome,
    decode_from_coach,
    encode,
)

REPLACED = 4000
"""Close code: this person came in by another connection."""
REWIND_AFTER = 3
"""Refusals "for now" in a row, after which what belongs together is sent again from its beginning."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds: to get in for the first time at all, for the handshakes, for an answer, between asking whether the coach
    is there, and between tries (growing). Who was in once tries for ever."""

    first_s: float = 60.0
    open_s: float = 10.0
    answer_s: float = 30.0
    ping_s: float = 5.0
    first_wait_s: float = 0.2
    longest_wait_s: float = 5.0


@dataclass(frozen=True)
class Connected:
    """They are in, for the first time or again."""

    welcome: Welcome


@dataclass(frozen=True)
class Lost:
    """The connection is gone, or could not be made; it is tried again by itself."""

    why: str


@dataclass(frozen=True)
class Told:
    """A saying is stored at the coach; ``text``: what came of it, "" where there is nothing to say."""

    id: str
    text: str


@dataclass(frozen=True)
class Delayed:
    """A saying could not be taken just now, such as while the coach's disk is full; it is said again by itself."""

    id: str
    why: str


@dataclass(frozen=True)
class NotTaken:
    """A saying was refused for good."""

    id: str
    why: str


@dataclass(frozen=True)
class Over:
    """This client has ended, and will not try again. ``error``: None where it ended as it should."""

    why: str
    error: VoiceTrainerError | None = None


ClientEvent: TypeAlias = Connected | Lost | Told | Delayed | NotTaken | Over


class _Ended(Exception):
    """There is nothing more to try."""

    def __init__(self, over: Over) -> None:
        self.over = over


class CoachClient:
    """One person's place in a session.

    Args:
        fingerprint: of the coach's certificate, from the invitation; without one the system's authorities decide.
        folder: where this person's part is kept (``outbox.session_folder``).
        on_view, on_event: called on this client's thread; the view is the newest, all there is.

    Raises:
        RequestInvalid: a fingerprint that is none.
        NotAdmitted: another window is in this session under this name. StoreError: the folder can't be written.
    """

    def __init__(
        self,
        address: Address,
        code: str,
        name: str,
        *,
        fingerprint: str | None,
        folder: Path,
        on_view: Callable[[View], None],
        on_event: Callable[[ClientEvent], None],
        patience: Patience = Patience(),
        rng: random.Random | None = None,
    ) -> None:
        self._address = address
        self._code = code
        self._name = name
        self._fingerprint = checked_fingerprint(fingerprint) if fingerprint else None
        self._on_view = on_view
        self._on_event = on_event
        self._patience = patience
        self._rng = rng or random.Random()
        self._outbox = Outbox(folder)
        self._doing: Doing = "ready"
        self._view: View | None = None
        self._asked: tuple[Say, asyncio.Future[Accepted | Refused]] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._something: asyncio.Event | None = None
        self._closing: asyncio.Event | None = None
        self._closed = False
        self._was_in = False
        self._thread = threading.Thread(target=self._run, name="coach-client", daemon=True)

    # from any thread

    def start(self) -> None:
        """Come in; what happens is told by ``on_event``."""
        self._thread.start()

    def say(self, *messages: Say) -> str:
        """Say this, once, whatever happens: kept on disk first, all of them or none. Returns the last one's id.

        Raises StoreError: nothing was kept. RequestInvalid: one is too long.
        """
        if not messages:
            raise ValueError("there is nothing to say")
        self._outbox.put(messages)
        self._nudge(lambda: self._something)
        return messages[-1].id

    def state(self, doing: Doing) -> None:
        """What this person is at; told again after the connection was lost."""
        self._doing = doing
        self._nudge(lambda: self._something)

    @property
    def view(self) -> View | None:
        """The newest; None before the first."""
        return self._view

    @property
    def waiting(self) -> int:
        """How much of what was said is not acknowledged yet."""
        return len(self._outbox)

    @property
    def outbox(self) -> Outbox:
        return self._outbox

    def close(self, timeout_s: float = 5.0) -> None:
        """Out of the connection, not out of the session; what is not acknowledged stays on disk."""
        self._closed = True
        self._nudge(lambda: self._closing)
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)
        self._outbox.close()

    def _nudge(self, which: Callable[[], asyncio.Event | None]) -> None:
        loop, event = self._loop, which()
        if loop is not None and event is not None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(event.set)

    # its own thread

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except _Ended as ended:
            self._on_event(ended.over)
        except VoiceTrainerError as error:
            self._on_event(Over(str(error), error))
        except Exception as error:
            why = f"Something inside broke ({type(error).__name__}: {error}); what you said is kept. Join again."
            self._on_event(Over(why, SessionError(why)))

    async def _live(self) -> None:
        self._something = asyncio.Event()
        self._closing = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        if self._closed:
            return
        trying = asyncio.create_task(self._keep_trying())
        closing = asyncio.create_task(self._closing.wait())
        await asyncio.wait([trying, closing], return_when=asyncio.FIRST_COMPLETED)
        for task in (trying, closing):
            if not task.done():
                task.cancel()
        with suppress(asyncio.CancelledError):
            await trying

    async def _keep_trying(self) -> None:
        clock, patience = asyncio.get_running_loop().time, self._patience
        first, tries = clock(), 0
        while True:
            began = clock()
            try:
                await self._once()
            except (SessionError, ConnectionClosed, OSError, TimeoutError, WebSocketException, RequestInvalid) as error:
                if isinstance(error, NotTrusted | NotAdmitted):
                    raise
                why = _sentence(error, self._address)
                if isinstance(error, ssl.SSLCertVerificationError):
                    raise NotTrusted(why) from error
                if not self._was_in and clock() - first > patience.first_s:
                    raise Unreachable(why.replace("; it is tried again.", ".")) from error
                if self._view is not None and self._view.phase == "ended":
                    raise _Ended(Over("The session is over.")) from error
                self._on_event(Lost(why))
            if clock() - began > patience.longest_wait_s:
                tries = 0
            wait_s = min(patience.longest_wait_s, patience.first_wait_s * 2**tries)
            tries = min(tries + 1, 16)
            await asyncio.sleep(wait_s * (0.5 + self._rng.random()))

    async def _once(self) -> None:
        """One connection, from its beginning to its end; always ends by an exception."""
        patience = self._patience
        async with connect(
            f"wss://{self._address}/",
            host=self._address.host,  # so that no redirection leads elsewhere
            port=self._address.port,
            ssl=_context(self._fingerprint),
            create_connection=_pinned(self._fingerprint, self._address),
            proxy=None,
            compression=None,
            user_agent_header=None,
            open_timeout=patience.open_s,
            ping_interval=patience.ping_s,
            ping_timeout=patience.ping_s * 2,
            close_timeout=1,
            max_size=MOST_BYTES,
            logger=_silent(),
        ) as connection:
            await self._come_in(connection)
            reading = asyncio.create_task(self._read(connection))
            sending = asyncio.create_task(self._send(connection))
            try:
                done, _ = await asyncio.wait([reading, sending], return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in (reading, sending):
                    task.cancel()
                await asyncio.gather(reading, sending, return_exceptions=True)
                self._asked = None

    async def _come_in(self, connection: ClientConnection) -> None:
        join = Join(protocol=PROTOCOL, code=self._code, name=self._name, token=self._outbox.token)
        await connection.send(encode(join))
        async with asyncio.timeout(self._patience.open_s + self._patience.answer_s):
            answer = decode_from_coach(await connection.recv())
        if isinstance(answer, Refused):
            raise Unreachable(answer.why) if answer.again else NotAdmitted(answer.why)
        if not isinstance(answer, Welcome):
            raise Unreachable("The coach's program answered something else than a welcome; it is tried again.")
        self._outbox.set_token(answer.token)
        self._was_in = True
        self._on_event(Connected(answer))

    async def _read(self, connection: ClientConnection) -> None:
        try:
            while True:
                message = decode_from_coach(await connection.recv())
                if isinstance(message, View):
                    self._view = message
                    self._on_view(message)
                elif isinstance(message, Accepted | Refused):
                    await self._answer(message)
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code == REPLACED:
                why = "You came into this session by another window, so this one has ended."
                raise _Ended(Over(why, NotAdmitted(why))) from error
            raise

    async def _answer(self, message: Accepted | Refused) -> None:
        """Settled before anything else is read: what was answered is not said again, though the connection ends now."""
        if message.id == "":
            if isinstance(message, Refused) and not message.again:
                raise _Ended(Over(message.why, NotAdmitted(message.why)))
            raise Unreachable(message.why if isinstance(message, Refused) else "The coach ended the connection.")
        if self._asked is None or self._asked[0].id != message.id:
            return
        (asked, waiting), self._asked = self._asked, None
        if isinstance(message, Accepted):
            await asyncio.to_thread(self._outbox.done)
            self._on_event(Told(message.id, message.told))
            if isinstance(asked, SayLeave):
                raise _Ended(Over(message.told or "You have left the session."))
        elif message.again:
            self._on_event(Delayed(message.id, message.why))
        else:
            await asyncio.to_thread(self._outbox.drop)
            self._on_event(NotTaken(message.id, message.why))
        if not waiting.done():
            waiting.set_result(message)

    async def _send(self, connection: ClientConnection) -> None:
        """What this person is at, and what waits in the outbox, one after the other."""
        assert self._something is not None
        told: Doing | None = None
        self._outbox.rewind()
        delays = 0
        while True:
            self._something.clear()
            if told != self._doing:
                told = self._doing
                await connection.send(encode(State(doing=told)))
            message = await asyncio.to_thread(self._outbox.first)
            if message is None:
                await self._something.wait()
                continue
            answer = await self._ask(connection, message)
            if isinstance(answer, Refused) and answer.again:
                delays += 1
                if delays % REWIND_AFTER == 0:
                    self._outbox.rewind()
                wait_s = min(self._patience.longest_wait_s, self._patience.first_wait_s * 2 ** min(delays, 16))
                await asyncio.sleep(wait_s * (0.5 + self._rng.random()))
                continue
            delays = 0

    async def _ask(self, connection: ClientConnection, message: Say) -> Accepted | Refused:
        waiting: asyncio.Future[Accepted | Refused] = asyncio.get_running_loop().create_future()
        self._asked = (message, waiting)
        await connection.send(encode(message))
        try:
            async with asyncio.timeout(self._patience.answer_s):
                return await waiting
        except TimeoutError as error:
            raise Unreachable("The coach's program does not answer; it is tried again.") from error


def _context(fingerprint: str | None) -> ssl.SSLContext:
    """For a pinned certificate its fingerprint is all that counts, neither names, nor dates, nor who signed it."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if fingerprint is not None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _pinned(fingerprint: str | None, address: Address) -> type[ClientConnection]:
    """A connection that looks at the certificate before it sends its first byte inside TLS."""

    class Pinned(ClientConnection):
        async def handshake(self, *args: Any, **named: Any) -> None:
            if fingerprint is not None:
                shown = self.transport.get_extra_info("ssl_object").getpeercert(binary_form=True) or b""
                if not is_of(fingerprint, shown):
                    raise NotTrusted(
                        f"Whoever answers at {address} shows another certificate than the invitation names "
                        f"({fingerprint}), so nothing was sent; ask your coach for the invitation again."
                    )
            await super().handshake(*args, **named)

    return Pinned


def _sentence(error: Exception, address: Address) -> str:
    """Why there is no connection, in one sentence."""
    if isinstance(error, VoiceTrainerError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"The certificate at {address} is vouched for by no authority that this machine knows "
            f"({error.verify_message}); join with the fingerprint of the invitation."
        )
    if isinstance(error, InvalidHandshake):
        return f"The coach's program at {address} lets nobody in just now; it is tried again."
    if isinstance(error, ConnectionClosed):
        return f"The connection to {address} is lost; it is tried again."
    why = (getattr(error, "strerror", None) or str(error) or "no answer").lower()
    return f"{address} can't be reached ({why}); it is tried again."


def _silent() -> logging.Logger:
    logger = logging.getLogger("voice_trainer.coach.client")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
