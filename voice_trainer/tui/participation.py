"""One's own part in somebody's session, as the screens share it: what was told last, and what can be said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..coach.participant import Participant, new_id
from ..coach.protocol import Consenting, SayConsents, SayPin, SayTally, View
from .session_messages import Acknowledged, LeftOver, ViewCame
from .together import Hand

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from ..attempt import Attempt
    from ..coach.client import CoachClient
    from ..coach.protocol import Assignment, Doing, Welcome
    from ..listening.moves import Move
    from ..practice import Practice
    from ..session import Sharing

KEPT_TO_YOURSELF = "Nothing of this answer was shared; it is in your own history alone."


class Participation:
    """Used on the app's thread; what may block is done by ``hand``."""

    def __init__(self, practice: Practice, client: CoachClient, hand: Hand, name: str) -> None:
        self.participant = Participant(practice, client)
        self.client = client
        self.hand = hand
        self.name = name
        self.began_at = datetime.now(UTC)
        self.welcome: Welcome | None = None
        self.view: View | None = None
        self._followers: list[Screen[None]] = []

    @property
    def coach(self) -> str:
        return self.welcome.coach if self.welcome is not None else "the coach"

    # who draws it

    def follow(self, screen: Screen[None]) -> None:
        """From here on ``screen`` gets ``ViewCame`` at every change."""
        self._followers.append(screen)

    def leave_alone(self, screen: Screen[None]) -> None:
        if screen in self._followers:
            self._followers.remove(screen)

    def see(self, view: View) -> None:
        """The newest view; who follows is told."""
        self.view = view
        for screen in self._followers:
            screen.post_message(ViewCame(view))

    # saying

    def agree(self, consents: tuple[Consenting, ...]) -> None:
        self.hand.do(lambda: self.client.say(SayConsents(id=new_id(), consents=consents)))

    def take_back(self, sharing: tuple[Sharing, ...], attempt_ids: tuple[str, ...] = ()) -> None:
        self.hand.do(lambda: self.participant.take_back(sharing, attempt_ids))

    def tally(self, assignment: Assignment, counts: dict[Move, int]) -> None:
        self.hand.do(lambda: self.client.say(SayTally(id=new_id(), assignment_id=assignment.id, counts=counts)))

    def pin(self, attempt_id: str, at_s: float, note: str) -> None:
        self.hand.do(lambda: self.client.say(SayPin(id=new_id(), attempt_id=attempt_id, at_s=at_s, note=note)))

    def leave(self) -> None:
        self.hand.do(self.participant.leave)

    def doing(self, doing: Doing) -> None:
        self.client.state(doing)

    # answering

    def begun(self, assignment: Assignment, attempt_id: str) -> None:
        self.hand.do(lambda: self.participant.begun(assignment, attempt_id))

    def answered(self, assignment: Assignment, attempt: Attempt, tell: Callable[[object], object]) -> None:
        """Share what is agreed to; ``tell`` gets a message where nothing is."""
        consents = self.view.consents if self.view is not None else ()

        def told(said: str | None) -> None:
            if said is None:
                tell(Acknowledged(KEPT_TO_YOURSELF))

        self.hand.do(lambda: self.participant.answered(assignment, attempt, consents), told)

    def look_for_left_over(self, view: View, tell: Callable[[object], object]) -> None:
        """An answer that was given before this program was ended; ``tell`` gets ``LeftOver`` where there is one."""
        assignment = view.assignment
        if assignment is None or assignment.done:
            return

        def told(attempt: Attempt | None) -> None:
            if attempt is not None:
                tell(LeftOver(assignment, attempt))

        self.hand.do(lambda: self.participant.left_over(view), told)

    def close(self) -> None:
        """Out of the connection; what is not acknowledged yet stays on disk. May block for a moment."""
        self.client.close()
