"""A session run without a screen: by its plan, or by commands, one a line. What happens is told, an object each."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import RequestInvalid, VoiceTrainerError
from .narration import happened
from .session import LiveSession
from .snapshot import Change, PersonNow, ReplyNow, Snapshot

Tell = Callable[[dict[str, Any]], None]
LOOK_S = 0.2
"""Time runs out without anything being changed, so it is looked at this often."""
LINGER_S = 10.0
"""For what is still on its way, and for everybody to see that it is over."""
UNKNOWN = "-"
"""In place of a rating that the coach can't give."""
COMMANDS = """\
send STEP [NAME …]              begin a step of the plan (from 1), for everybody or for some
to NAME                         send the step that is on to one person
next                            the next round of the drill, or the next step
turn NAME                       it is this person's turn
minutes N                       more time for the step, or less (-N)
rate NAME WORDING VOICE         1-5 each, or -, for their newest reply, before it is revealed
reveal NAME                     uncover the machine's view of their newest reply
pin NAME SECONDS NOTE           a note at a moment of their newest reply
remove NAME                     somebody leaves
people N                        go on once so many are here
replies                         go on once everybody's part is in, or the time is up
debrief                         from practising to looking back
end                             the session is over"""


class Narrator:
    """Tells everything that changes, in a thread of its own, so that nobody waits for whoever reads it."""

    def __init__(self, live: LiveSession, tell: Tell) -> None:
        self._live = live
        self._tell = tell
        self._before: Snapshot | None = None
        self._wake = threading.Condition()
        self._changed = True
        self._stopped = False
        self._unsubscribe = live.subscribe(self._note)
        self._thread = threading.Thread(target=self._run, name="coach-narrator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Tell what there is to tell, and no more."""
        self._unsubscribe()
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        self._thread.join()
        self._look()

    def wait_until(self, true: Callable[[], bool]) -> None:
        """Look at every change, and now and then."""
        while not true():
            with self._wake:
                self._wake.wait(LOOK_S)

    def _note(self, _: Change) -> None:
        with self._wake:
            self._changed = True
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._changed or self._stopped):
                    self._wake.wait()
                if self._stopped:
                    return
                self._changed = False
            self._look()

    def _look(self) -> None:
        after = self._live.snapshot
        for line in happened(self._before, after):
            self._tell(line)
        self._before = after


class Plan:
    """Goes through the plan by itself.

    Args:
        people: how many must be here before it begins.
    """

    def __init__(self, live: LiveSession, narrator: Narrator, *, people: int) -> None:
        self._live = live
        self._narrator = narrator
        self._people = people

    def run(self) -> None:
        """Every step and round, each until everybody's part is in or its time is up; goes on where it stood."""
        live, wait_until = self._live, self._narrator.wait_until
        if live.snapshot.phase == "waiting":
            wait_until(lambda: here(live.snapshot) >= self._people)
        while (now := live.snapshot).phase not in ("debrief", "ended"):
            if now.step >= 0:
                wait_until(lambda: complete(live.snapshot))
                if live.next_round():
                    continue
            if now.step + 1 >= len(live.session.steps):
                return
            live.send(now.step + 1)


def here(now: Snapshot) -> int:
    return sum(one.here and not one.left for one in now.people)


def complete(now: Snapshot) -> bool:
    """Time is up, or everybody who belongs to it, connected or not, is done."""
    if now.remaining_s is not None and now.remaining_s <= 0:
        return True
    parts = [one.assignment for one in now.people if not one.left and one.assignment is not None]
    return bool(parts) and all(one.done for one in parts)


class Commands:
    """Does what it is told, a line each."""

    def __init__(self, live: LiveSession, narrator: Narrator, tell: Tell, *, debrief: Callable[[], None]) -> None:
        self._live = live
        self._narrator = narrator
        self._tell = tell
        self._debrief = debrief

    def run(self, lines: Iterable[str]) -> bool:
        """Whether ``end`` was said; False where no more lines come. What can't be done is told."""
        for line in lines:
            try:
                words = shlex.split(line, comments=True)
                if words and self._do(words[0], words[1:]):
                    return True
            except VoiceTrainerError as error:
                self._tell({"event": "error", "why": str(error)})
            except ValueError as error:
                self._tell({"event": "error", "why": f"{line.strip()[:80]!r} can't be understood ({error})."})
        return False

    def _do(self, verb: str, words: list[str]) -> bool:
        """Whether that was the end."""
        live = self._live
        match verb, words:
            case "send", [step, *names]:
                live.send(_number(step) - 1, tuple(self._person(name).id for name in names) or None)
            case "to", [name]:
                live.send(max(0, live.snapshot.step), (self._person(name).id,))
            case "next", []:
                if not live.next_round():
                    live.send(live.snapshot.step + 1)
            case "turn", [name]:
                live.give_turn(self._person(name).id)
            case "minutes", [minutes]:
                live.add_minutes(_figure(minutes))
            case "rate", [name, wording, voice]:
                live.rate(self._reply(name).attempt_id, _rating(wording), _rating(voice))
            case "reveal", [name]:
                live.reveal(self._reply(name).attempt_id)
            case "pin", [name, seconds, *note] if note:
                live.pin(self._reply(name).attempt_id, _figure(seconds), " ".join(note))
            case "remove", [name]:
                live.remove_person(self._person(name).id)
            case "people", [count]:
                wanted = _number(count)
                self._narrator.wait_until(lambda: here(live.snapshot) >= wanted)
            case "replies", []:
                self._narrator.wait_until(lambda: complete(live.snapshot))
            case "debrief", []:
                live.debrief()
                self._debrief()
            case "end", []:
                return True
            case "help", _:
                self._tell({"event": "help", "commands": COMMANDS.splitlines()})
            case _:
                raise RequestInvalid(f'There is no command "{" ".join([verb, *words])[:80]}"; help lists them.')
        return False

    def _person(self, name: str) -> PersonNow:
        people = [one for one in self._live.snapshot.people if not one.left]
        found = next((one for one in people if one.name.casefold() == name.casefold()), None)
        if found is None:
            known = ", ".join(one.name for one in people) or "nobody yet"
            raise RequestInvalid(f'Nobody here is called "{name[:60]}"; here are: {known}.')
        return found

    def _reply(self, name: str) -> ReplyNow:
        person = self._person(name)
        found = next((one for one in self._live.snapshot.replies if one.person_id == person.id), None)
        if found is None:
            raise RequestInvalid(f"{person.name} has shared no reply yet.")
        return found


def finish(live: LiveSession, narrator: Narrator) -> None:
    """End the session, and give everybody a moment to see it and to send what is on its way."""
    live.end()
    until = time.monotonic() + LINGER_S
    narrator.wait_until(lambda: not any(one.here for one in live.snapshot.people) or time.monotonic() > until)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise RequestInvalid(f"{text[:40]!r} is no whole number.") from error


def _figure(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise RequestInvalid(f"{text[:40]!r} is no number.") from error


def _rating(text: str) -> int | None:
    return None if text == UNKNOWN else _number(text)
