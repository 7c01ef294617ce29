"""A served session, people who come to it, strangers, and a network that can be cut."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.coach.meeting import LIBRARY, flac, id_of, new_session, parts_of, spoken
from voice_trainer.attempt import Attempt
from voice_trainer.coach.address import Address
from voice_trainer.coach.certificate import Certificate, own_certificate
from voice_trainer.coach.client import ClientEvent, CoachClient, Connected, Lost, NotTaken, Over, Patience, Told
from voice_trainer.coach.limits import Limits
from voice_trainer.coach.outbox import session_folder
from voice_trainer.coach.protocol import (
    PROTOCOL,
    Consenting,
    FromCoach,
    FromParticipant,
    Join,
    Refused,
    Say,
    SayConsents,
    SayReply,
    View,
    Welcome,
    decode_from_coach,
    encode,
)
from voice_trainer.coach.server import CoachServer
from voice_trainer.coach.session import LiveSession
from voice_trainer.coach.sharing import shared_part
from voice_trainer.session import SHARINGS, Sharing, Step
from voice_trainer.store import Store, open_store
from voice_trainer.store.recordings import Recordings

_Result = TypeVar("_Result")
CODE = "7K3M-Q2XN"
QUICK = Patience(open_s=5, answer_s=5, ping_s=1, first_wait_s=0.05, longest_wait_s=0.3)
TOKEN = "t" * 43
LONG_S = 20.0


def until(true: Callable[[], object], *, within_s: float = LONG_S, what: str = "") -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, f"waited {within_s} s in vain {what}"
        time.sleep(0.005)


class Someone:
    """A participant's client, with all that it was told."""

    def __init__(
        self,
        served: Served,
        name: str,
        *,
        code: str = CODE,
        fingerprint: str | None = "",
        address: Address | None = None,
        folder: Path | None = None,
        patience: Patience = QUICK,
    ) -> None:
        self.views: list[View] = []
        self.events: list[ClientEvent] = []
        self.client = CoachClient(
            address or served.address,
            code,
            name,
            fingerprint=served.certificate.fingerprint if fingerprint == "" else fingerprint,
            folder=folder or session_folder(served.folder / "joined", code, name),
            on_view=self.views.append,
            on_event=self.events.append,
            patience=patience,
        )

    def come(self) -> Someone:
        self.client.start()
        return self

    def come_in(self, share: Sequence[Sharing] | None = SHARINGS) -> Someone:
        """In, seen, and with what was asked for answered."""
        self.come()
        until(lambda: self.views, what=f"for a view: {self.events}")
        if share is not None:
            self.say(consents(*share))
        return self

    def say(self, *messages: Say) -> ClientEvent:
        """Say it, and wait for the answer."""
        said = self.client.say(*messages)
        until(lambda: self.answer_to(said), what=f"for an answer: {self.events}")
        answer = self.answer_to(said)
        assert answer is not None
        return answer

    def answer_to(self, said: str) -> ClientEvent | None:
        return next((one for one in self.events if isinstance(one, Told | NotTaken) and one.id == said), None)

    def all(self, kind: type[Any]) -> list[Any]:
        return [one for one in self.events if isinstance(one, kind)]

    @property
    def welcome(self) -> Welcome:
        until(lambda: self.all(Connected), what=f"to come in: {self.events}")
        return self.all(Connected)[-1].welcome

    @property
    def over(self) -> Over:
        until(lambda: self.all(Over), what=f"for the end: {self.events}")
        return self.all(Over)[0]

    @property
    def lost(self) -> list[Lost]:
        return self.all(Lost)

    @property
    def view(self) -> View:
        return self.views[-1]

    def assigned(self, after: str = "") -> Any:
        """What they are to do, once it is something new."""
        until(lambda: self.views and self.view.assignment is not None and self.view.assignment.id != after)
        return self.view.assignment

    def close(self) -> None:
        self.client.close()


class Served:
    """A session on a real store, served on this machine."""

    def __init__(
        self,
        folder: Path,
        *,
        steps: Sequence[Step] = (Step(exercise_id="cold-dinner", turn="start", minutes=5),),
        limits: Limits = Limits(),
        live: LiveSession | None = None,
        port: int = 0,
        gate_clock: Callable[[], float] = time.monotonic,
        **clock: Any,
    ) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.store: Store = open_store(f"sqlite:///{self.home / 'practice.sqlite3'}")
        self.recordings = Recordings(self.home / "recordings")
        self.certificate: Certificate = own_certificate(folder / "coach")
        self.faults: list[str] = []
        self.live = live or LiveSession.begin(
            new_session(steps, code=CODE), self.store, self.recordings, LIBRARY, **clock
        )
        self.limits = limits
        self.gate_clock = gate_clock
        self.server = self._server(port)
        self.address = self.server.start()
        self.people: list[Someone] = []

    def _server(self, port: int) -> CoachServer:
        return CoachServer(
            self.live,
            host="127.0.0.1",
            port=port,
            certificate=self.certificate,
            limits=self.limits,
            on_fault=self.faults.append,
            clock=self.gate_clock,
        )

    def restart(self, while_away: Callable[[], None] = lambda: None) -> None:
        """The same session at the same address, taken up from the store."""
        self.server.stop()
        while_away()
        self.live = LiveSession.open(self.live.session.id, self.store, self.recordings, LIBRARY)
        self.server = self._server(self.address.port)
        self.server.start()

    def someone(self, name: str, **own: Any) -> Someone:
        one = Someone(self, name, **own)
        self.people.append(one)
        return one

    def stranger(self) -> Stranger:
        return Stranger(self.address)

    def close(self) -> None:
        for one in self.people:
            one.close()
        self.server.stop()
        self.store.close()


class _Loop:
    """One loop in the background, for all strangers."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def do(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONG_S * 2)


_LOOP = _Loop()


class Stranger:
    """A connection that says whatever it is told to."""

    def __init__(self, address: Address, **own: Any) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._open = AsyncExitStack()
        connecting = connect(
            f"wss://{address}/",
            ssl=context,
            compression=None,
            proxy=None,
            ping_interval=None,
            close_timeout=2,
            **own,
        )
        self.socket: ClientConnection = _LOOP.do(self._open.enter_async_context(connecting))

    def send(self, message: FromParticipant | bytes | str) -> None:
        with suppress(ConnectionClosed):
            _LOOP.do(self.socket.send(message if isinstance(message, bytes | str) else encode(message)))

    def read(self, timeout_s: float = LONG_S) -> FromCoach | None:
        """What comes next; None where the connection has ended."""
        try:
            return decode_from_coach(_LOOP.do(asyncio.wait_for(self.socket.recv(), timeout_s)))
        except ConnectionClosed:
            return None

    def answer(self, *kinds: type[Any]) -> Any:
        """The next of these, views left aside; None at the end."""
        while (message := self.read()) is not None:
            if isinstance(message, kinds or (Refused,)):
                return message
        return None

    def come_in(self, name: str, token: str = TOKEN, code: str = CODE) -> Welcome:
        self.send(Join(protocol=PROTOCOL, code=code, name=name, token=token))
        welcome = self.read()
        assert isinstance(welcome, Welcome), welcome
        return welcome

    def refused(self) -> Refused:
        """The one line with which this connection is ended."""
        refused = self.answer(Refused)
        assert isinstance(refused, Refused)
        assert refused.why
        assert "\n" not in refused.why
        return refused

    def abort(self) -> None:
        """Gone, without a word."""
        _LOOP.do(_aborted(self.socket))

    def close(self) -> None:
        _LOOP.do(self._open.aclose())


async def _aborted(connection: ClientConnection) -> None:
    connection.transport.abort()


def consents(*given: Sharing) -> SayConsents:
    return SayConsents(
        id=id_of(), consents=tuple(Consenting(sharing=one, given=one in given, listeners=()) for one in SHARINGS)
    )


def reply_to(
    assignment: Any, *shared: Sharing, sound: bytes | None = None, attempt: Attempt | None = None
) -> list[Say]:
    """An answer as an honest program sends it: the recording's parts, then the reply."""
    things = shared or SHARINGS
    whole = attempt or spoken(assignment.exercise_id, assignment.turn)
    parts: list[Say] = []
    if "recording" in things:
        whole = msgspec.structs.replace(whole, recording=f"{whole.id}.flac")
        parts = [*parts_of(whole.id, sound or flac())]
    return [
        *parts,
        SayReply(id=id_of(), assignment_id=assignment.id, attempt=shared_part(whole, things), shared=tuple(things)),
    ]


class Network:
    """Between participants and the coach; while it is ``gone`` nothing gets through, and nobody is told."""

    def __init__(self, to: Address) -> None:
        self._to = to
        self._loop = asyncio.new_event_loop()
        self._through = asyncio.Event()
        self._through.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait()

    def gone(self) -> None:
        self._loop.call_soon_threadsafe(self._through.clear)

    def back(self) -> None:
        self._loop.call_soon_threadsafe(self._through.set)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connection, "127.0.0.1", 0))
        self.address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
        self._ready.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        server.close()
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._through.wait()
        try:
            there, back = await asyncio.open_connection(self._to.host, self._to.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer), return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._through.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
