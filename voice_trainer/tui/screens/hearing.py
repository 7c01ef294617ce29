"""A page on which one sound is heard: a waveform with a playhead, play and pause, a little back and on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message

from ...errors import VoiceTrainerError
from ...playing import Sounding, TakePlayer
from ...turn_run import envelope
from ..messages import Trouble
from ..widgets.waveform import Waveform
from .page import Page
from .replay import Heard

if TYPE_CHECKING:
    from ...engines.base import Samples

STEP_S = 2.0


class SoundLoaded(Message):
    """Mono float32 at ``rate_hz``."""

    def __init__(self, samples: Samples, rate_hz: int) -> None:
        super().__init__()
        self.samples = samples
        self.rate_hz = rate_hz


class HearingPage(Page):
    """Has a ``#reply`` with a ``Waveform`` as its body, which is shown once there is a sound."""

    CSS_PATH = "../coach.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", "Play", key_display="space", priority=True),
        Binding("left", "seek(-1)", "Seek", key_display="←→", priority=True),
        Binding("right", "seek(1)", show=False, priority=True),
        Binding("pagedown", "look(1)", show=False, priority=True),
        Binding("pageup", "look(-1)", show=False, priority=True),
    ]

    def __init__(self, at_s: float = 0.0) -> None:
        super().__init__()
        self.duration_s = 0.0
        self._at_s = at_s
        self._loading = False
        self._player: TakePlayer | None = None

    @property
    def player(self) -> TakePlayer:
        assert self._player is not None, "there is a player from mounting on"
        return self._player

    def on_mount(self) -> None:
        practice = self.trainer.practice
        self.query_one(Waveform).display = False
        self._player = TakePlayer(practice.sound, practice.preferences.output_device)
        self.run_worker(self._follow, thread=True, group="player")

    def on_unmount(self) -> None:
        if self._player is not None:
            self._player.close()

    def load(self, recording: str | None) -> None:
        """Have this recording before the player; once only. None has no sound."""
        if recording is not None and not self._loading:
            self._loading = True
            self.run_worker(lambda: self._load(recording), thread=True, group="sound")

    def _load(self, recording: str) -> None:
        try:
            samples, rate_hz = self.trainer.practice.recordings.load(recording)
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
        else:
            self.post_message(SoundLoaded(samples, rate_hz))

    def on_sound_loaded(self, message: SoundLoaded) -> None:
        self.duration_s = len(message.samples) / message.rate_hz
        waveform = self.query_one(Waveform)
        waveform.display = True
        waveform.begin(envelope(message.samples), self.duration_s)
        waveform.position_s = self._at_s
        self.player.choose(Sounding("reply", message.samples, message.rate_hz), self._at_s)
        self.refresh_bindings()

    def _follow(self) -> None:
        for state in self.player.states():
            self.post_message(Heard(state))

    def on_heard(self, message: Heard) -> None:
        for text in (message.state.trouble, message.state.notice):
            if text:
                self.app.post_message(Trouble(text))
        if self.duration_s:
            self.query_one(Waveform).position_s = message.state.position_s

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        return self.duration_s > 0 if action in ("play", "seek", "pin") else True

    def action_look(self, by: int) -> None:
        """Further down the page, or up: what lies below is reached without a mouse."""
        page = self.query_one("#reply", VerticalScroll)
        page.scroll_relative(y=by * max(1, page.size.height - 2), animate=False)

    def action_play(self) -> None:
        self.player.toggle()

    def action_seek(self, by: int) -> None:
        self.player.seek(self.player.position_s + by * STEP_S)
