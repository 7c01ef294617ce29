"""Taking part without a screen: what is assigned is answered with recordings, by the same pipeline and shared the same.

For tests, and for a kiosk whose microphone somebody else records.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..attempt import Attempt
from ..engines.audio_file import read_audio
from ..engines.base import Samples
from ..errors import RequestInvalid, VoiceTrainerError
from ..practice import Practice
from ..scoring import blocks
from ..session import Sharing
from .client import ClientEvent, Connected, Delayed, Lost, NotTaken, Over, Told
from .participant import Participant, can_answer
from .protocol import Assignment, View

Tell = Callable[[dict[str, Any]], None]
LINGER_S = 10.0
"""After the session's end, for what is not acknowledged yet."""


class Inbox:
    """Hands what the client tells to the thread that acts on it; of the views only the newest counts."""

    def __init__(self) -> None:
        self._told: queue.SimpleQueue[ClientEvent | View] = queue.SimpleQueue()

    def event(self, event: ClientEvent) -> None:
        self._told.put(event)

    def view(self, view: View) -> None:
        self._told.put(view)

    def next(self, timeout_s: float | None = None) -> ClientEvent | View | None:
        """None where nothing came in time."""
        try:
            return self._told.get(timeout=timeout_s)
        except queue.Empty:
            return None


class Attending:
    """Args:
    replies: recordings; the first answers the first assignment, and so on, the last one all that follow.
    share: what to agree to, of what is asked for. tell: what happens, an object each.
    realtime: feed recordings at the pace of speech.
    """

    def __init__(
        self,
        participant: Participant,
        inbox: Inbox,
        *,
        replies: Sequence[Path],
        share: Collection[Sharing],
        tell: Tell,
        realtime: bool = False,
    ) -> None:
        self._participant = participant
        self._inbox = inbox
        self._replies = list(replies)
        self._share = frozenset(share)
        self._tell = tell
        self._realtime = realtime
        self._agreed: tuple[Sharing, ...] | None = None
        self._handled: set[str] = set()
        self._ended_at: float | None = None
        self._said: dict[str, str] = {}

    def run(self) -> None:
        """Until the session is over. Raises VoiceTrainerError where it ends otherwise."""
        client = self._participant.client
        client.start()
        try:
            while not self._over():
                told = self._inbox.next(0.5 if self._ended_at is not None else None)
                if isinstance(told, Over):
                    self._tell({"event": "over", "why": told.why})
                    if told.error is not None:
                        raise told.error
                    return
                self._take(told)
        finally:
            client.close()

    def _over(self) -> bool:
        """The session has ended, and what was said has arrived, or nobody is there to take it any more."""
        if self._ended_at is None:
            return False
        if self._participant.client.waiting == 0 or time.monotonic() - self._ended_at > LINGER_S:
            self._tell({"event": "over", "why": "The session is over.", "waiting": self._participant.client.waiting})
            return True
        return False

    def _take(self, told: ClientEvent | View | None) -> None:
        match told:
            case Connected(welcome):
                self._tell(
                    {"event": "joined", "session": welcome.session_id, "title": welcome.title, "coach": welcome.coach}
                )
                if self._agreed is None:
                    self._agreed = tuple(one for one in welcome.rules.asks if one in self._share)
                    if welcome.rules.asks:
                        self._said[self._participant.agree(self._agreed, welcome.rules)] = "consents"
            case Lost(why):
                self._tell({"event": "lost", "why": why})
            case Told(said, text) if said in self._said:  # not each part of a recording
                self._tell({"event": "acknowledged", "what": self._said.pop(said), "told": text})
            case Delayed(said, why):
                self._tell({"event": "delayed", "id": said, "why": why})
            case NotTaken(said, why):
                self._tell({"event": "not taken", "id": said, "why": why})
            case View():
                self._see(self._participant.client.view or told)

    def _see(self, view: View) -> None:
        if view.phase == "ended":
            if self._ended_at is None:
                self._ended_at = time.monotonic()
                if view.debrief is not None:
                    self._tell({"event": "debrief", "debrief": view.debrief})
            return
        assignment = view.assignment
        if assignment is None or assignment.done or assignment.id in self._handled or self._agreed is None:
            return
        self._handled.add(assignment.id)
        self._tell(
            {
                "event": "assigned",
                "assignment": assignment.id,
                "exercise": assignment.exercise_id,
                "role": assignment.role,
                "line": assignment.line,
            }
        )
        if assignment.role == "listener":
            try:
                self._answer(assignment, view)
            except VoiceTrainerError as error:
                self._tell({"event": "error", "assignment": assignment.id, "why": str(error)})
            finally:
                self._participant.client.state("ready")

    def _answer(self, assignment: Assignment, view: View) -> None:
        participant = self._participant
        if participant.client.outbox.has_reply_to(assignment.id):
            return
        if not can_answer(participant.practice, assignment):
            raise RequestInvalid(
                f"The exercise {assignment.exercise_id} is not on this machine; ask your coach for it."
            )
        attempt = participant.left_over(view)
        if attempt is None:
            attempt = self._speak(participant.practice, assignment)
        said = participant.answered(assignment, attempt, self._agreed or ())
        if said is not None:
            self._said[said] = "reply"
        self._tell(
            {
                "event": "answered",
                "assignment": assignment.id,
                "attempt": attempt.id,
                "level": attempt.scored.wording.level,
                "shared": said is not None,
            }
        )

    def _speak(self, practice: Practice, assignment: Assignment) -> Attempt:
        exercise = practice.library.get(assignment.exercise_id)
        sound = read_audio(self._replies.pop(0) if len(self._replies) > 1 else self._replies[0])
        client = self._participant.client
        client.state("answering")
        reply = practice.review(exercise, exercise.turn(assignment.turn or None), sound.rate_hz)
        self._participant.begun(assignment, reply.attempt_id)
        self._tell({"event": "answering", "assignment": assignment.id, "attempt": reply.attempt_id})
        parts: Iterator[Samples] = iter(blocks(sound.samples, sound.rate_hz))
        for part in _paced(parts, sound.rate_hz) if self._realtime else parts:
            reply.push(part)
        client.state("scoring")
        return reply.finish()


def _paced(parts: Iterator[Samples], rate_hz: int) -> Iterator[Samples]:
    """Each part when its last sample would have been spoken."""
    started, fed_s = time.monotonic(), 0.0
    for part in parts:
        fed_s += len(part) / rate_hz
        time.sleep(max(0.0, started + fed_s - time.monotonic()))
        yield part
