"""Hearing something again: one playback at a time, followed in a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen

from ..errors import VoiceTrainerError
from .messages import Played, Trouble

if TYPE_CHECKING:
    from ..engines.base import Playback

FOLLOW_S = 0.1


class Player:
    """Plays for ``screen``, which gets ``Played`` messages; a new sound ends the one before."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._playback: Playback | None = None
        self._turn = 0

    def play(self, what: str, start: Callable[[], Playback | None]) -> None:
        """Start in a worker what ``start`` returns; None plays nothing."""
        self.stop()
        self._turn += 1
        turn = self._turn

        def work() -> None:
            try:
                playback = start()
                if playback is None:
                    return
                if turn != self._turn:  # another was asked for while this one was loading
                    playback.stop()
                    return
                self._playback = playback
                self._screen.post_message(Played(what, 0.0))
                while not playback.wait(FOLLOW_S):
                    self._screen.post_message(Played(what, playback.position_s))
            except VoiceTrainerError as error:
                self._screen.app.post_message(Trouble(str(error)))
            if turn == self._turn:
                self._screen.post_message(Played(what, 0.0, over=True))

        self._screen.run_worker(work, thread=True, group="player")

    def stop(self) -> None:
        self._turn += 1
        if self._playback is not None:
            self._playback.stop()
            self._playback = None
