"""A session that is live on this machine: what the coach's screens share while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .together import Hand, Serving

if TYPE_CHECKING:
    from textual.app import App

    from ..coach.session import LiveSession


class CoachRoom:
    """Args:
    serving: None in one room. why: why it is not served, where it should be.
    """

    def __init__(self, app: App[None], live: LiveSession, serving: Serving | None, why: str = "") -> None:
        self.live = live
        self.serving = serving
        self.why = why
        self.hand = Hand(app)
        self._closed = False

    @property
    def one_room(self) -> bool:
        return self.live.session.place == "room"

    def close(self) -> None:
        """Serve no more; the session itself stays as it is, in the store. May block for a moment."""
        if self._closed:
            return
        self._closed = True
        if self.serving is not None:
            self.serving.stop()
