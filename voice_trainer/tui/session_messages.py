"""What workers and a client's thread tell the screens of practising together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from ..attempt import Attempt
    from ..coach.client import ClientEvent, CoachClient
    from ..coach.protocol import Assignment, View
    from ..coach.session import LiveSession
    from ..coach.snapshot import Snapshot
    from ..debrief import Debrief
    from ..session import Session
    from .together import Serving


class SessionsFound(Message):
    """The coach's own sessions, newest first."""

    def __init__(self, sessions: tuple[Session, ...]) -> None:
        super().__init__()
        self.sessions = sessions


class SessionOpened(Message):
    """A session is live; ``serving`` is None in one room, and where it can't be served (``why`` says so).

    ``debrief``: it is only looked back on.
    """

    def __init__(self, live: LiveSession, serving: Serving | None, why: str = "", *, debrief: bool = False) -> None:
        super().__init__()
        self.debrief = debrief
        self.live = live
        self.serving = serving
        self.why = why


class SessionChanged(Message):
    """Something in the session changed; one that waits says it for all."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SessionChanged)


class SnapshotTaken(Message):
    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SnapshotTaken) and message.snapshot.version >= self.snapshot.version


class DebriefMade(Message):
    def __init__(self, debrief: Debrief) -> None:
        super().__init__()
        self.debrief = debrief


class Written(Message):
    """A debrief was exported, or (``why``) it could not be."""

    def __init__(self, files: tuple[str, ...], why: str = "") -> None:
        super().__init__()
        self.files = files
        self.why = why


class Acknowledged(Message):
    """A sentence on what came of something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class RoomReplyKept(Message):
    """A reply that was given at this machine belongs to the session, or (``why``) it could not be put there."""

    def __init__(self, attempt: Attempt, why: str = "") -> None:
        super().__init__()
        self.attempt = attempt
        self.why = why


class ViewCame(Message):
    """What the coach shows this person now; the newest is all there is."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ViewCame)


class ClientTold(Message):
    def __init__(self, event: ClientEvent) -> None:
        super().__init__()
        self.event = event


class ClientMade(Message):
    """A client that is not started yet."""

    def __init__(self, client: CoachClient) -> None:
        super().__init__()
        self.client = client


class JoiningFailed(Message):
    """The session can't be joined: one plain sentence."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class LeftOver(Message):
    """An answer to what is assigned now, found from before."""

    def __init__(self, assignment: Assignment, attempt: Attempt) -> None:
        super().__init__()
        self.assignment = assignment
        self.attempt = attempt
