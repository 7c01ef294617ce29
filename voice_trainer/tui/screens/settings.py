"""Settings: the microphone with its level and a three-second test, the loudspeaker, and how things look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Select, Static
from textual.worker import get_current_worker

from ...errors import VoiceTrainerError
from ...preferences import LONGEST_HELP_LINE
from ..messages import DevicesFound, MeterLevel, Played, TestOver, Trouble
from ..player import Player
from ..widgets.recorder import level_bar
from ..widgets.toggle import Toggle
from .page import ROOMS, Page

if TYPE_CHECKING:
    from ...engines.base import Device
    from ...preferences import Preferences

TEST_S = 3.0
THEME_CHOICES = (("as the terminal is (dark)", "auto"), ("light", "light"), ("dark", "dark"))
AUTO_STOP_CHOICES = (("by hand only", 0), *((f"after {s} s of silence", s) for s in (3, 4, 5, 6, 8, 10)))
WHISPER_CHOICES = ("tiny", "base", "small", "medium")
SYSTEM = "system default"


class SettingsScreen(Page):
    """Every change is used from the next turn on, and saved at once."""

    WHERE = "Settings"
    AUTO_FOCUS = "#input_device"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "test", "Test the microphone"),
        Binding("v", "everyday_voice", "Everyday voice"),
        Binding("escape", "app.home", "Home"),
        *ROOMS[1:2],
        *ROOMS[3:],
        Binding("h", "app.home", "Home", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.player = Player(self)
        self._test_wanted = False

    @property
    def preferences(self) -> Preferences:
        return self.trainer.practice.preferences

    def body(self) -> ComposeResult:
        chosen = self.preferences
        with VerticalScroll(id="settings", can_focus=False):
            yield _row("Microphone", Select[str]([], prompt=SYSTEM, id="input_device", compact=True))
            yield _row("", Static("", id="meter"))
            yield _row("Loudspeaker", Select[str]([], prompt=SYSTEM, id="output_device", compact=True))
            yield _row("Headphones", Toggle(chosen.headphones, id="headphones"), "rates speaking over them")
            yield _row("Captions", Toggle(chosen.captions, id="captions"), "words from the start")
            yield _row("Steps", Toggle(chosen.breathing, id="breathing"), "a breath or a pause first")
            yield _row("Ask me after", Toggle(chosen.ask_pull, id="ask_pull"), "what happened in you")
            yield _row(
                "Stop recording",
                Select(AUTO_STOP_CHOICES, value=_stop(chosen), allow_blank=False, id="auto_stop_s", compact=True),
            )
            yield _row("Your name", Input(chosen.person, placeholder="nobody in particular", id="person", compact=True))
            yield _row(
                "Where to turn",
                Input(
                    chosen.help_line,
                    placeholder="somebody you trust, or a line",
                    max_length=LONGEST_HELP_LINE,
                    id="help_line",
                    compact=True,
                ),
                "shown in Help",
            )
            yield _row(
                "Colours", Select(THEME_CHOICES, value=chosen.theme, allow_blank=False, id="theme", compact=True)
            )
            models = dict.fromkeys((*WHISPER_CHOICES, chosen.whisper_model))
            yield _row(
                "Whisper model",
                Select(
                    [(name, name) for name in models],
                    value=chosen.whisper_model,
                    allow_blank=False,
                    id="whisper_model",
                    compact=True,
                ),
                "after a restart",
            )
            yield Static(self._folders(), id="folders")

    def _folders(self) -> Content:
        folders = self.trainer.practice.folders
        return Content("\n").join(
            [Content.assemble((f"{what:20}", "$quiet"), where) for what, where in folders.items()]
        )

    def on_mount(self) -> None:
        self.run_worker(self._find_devices, thread=True, group="devices")
        self._start_meter()

    def on_unmount(self) -> None:
        self.workers.cancel_node(self)
        self.trainer.practice.stop_meter()
        self.player.stop()

    # devices

    def _find_devices(self) -> None:
        try:
            self.post_message(DevicesFound(self.trainer.practice.devices()))
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))

    def on_devices_found(self, message: DevicesFound) -> None:
        for kind, field in (("input", "input_device"), ("output", "output_device")):
            remembered = getattr(self.preferences, field)
            names = [device.name for device in message.devices if device.kind == kind]
            options = [(_device_words(device), device.name) for device in message.devices if device.kind == kind]
            if remembered and remembered not in names:
                options.append((f"{remembered}  (not here now)", remembered))
            select = self.query_one(f"#{field}", Select)
            with self.prevent(Select.Changed):
                select.set_options(options)
                if remembered:
                    select.value = remembered

    # the meter and the test

    def _start_meter(self) -> None:
        self.workers.cancel_group(self, "meter")
        self.trainer.practice.stop_meter()
        self.run_worker(self._follow_meter, thread=True, group="meter")

    def _follow_meter(self) -> None:
        """Levels until the worker is cancelled or the meter stopped; collects a test when one is wanted."""
        worker, practice = get_current_worker(), self.trainer.practice
        kept: list[Any] = []
        began_s = heard_s = 0.0
        try:
            for level, block in practice.meter(self.preferences.input_device):
                if worker.is_cancelled:
                    return
                if self._test_wanted:
                    if not kept:
                        began_s = heard_s
                    kept.append(block.samples)
                heard_s = level.elapsed_s or 0.0
                self.post_message(MeterLevel(level.rms_dbfs, level.clipping, heard_s - began_s if kept else None))
                if kept and heard_s - began_s >= TEST_S:
                    self._test_wanted = False
                    self.post_message(TestOver(tuple(kept), heard_s - began_s))
                    kept = []
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))

    def action_test(self) -> None:
        """Record three seconds, then play them back."""
        self.player.stop()
        self._test_wanted = True

    def action_everyday_voice(self) -> None:
        """Read a short text once, so that replies are compared with one's own voice."""
        from .baseline import BaselineScreen

        self.trainer.show(BaselineScreen())

    def on_meter_level(self, message: MeterLevel) -> None:
        parts: list[tuple[str, str] | str] = [(level_bar(message.rms_dbfs), "$primary")]
        if message.clipping:
            parts.append(("  too loud", "bold $warning"))
        if message.test_s is not None:
            parts.append((f"  ● say something, {max(0.0, TEST_S - message.test_s):.0f} s", "bold"))
        elif not message.clipping:
            parts.append(("  M tests it for 3 s", "$quiet"))
        self.query_one("#meter", Static).update(Content.assemble(*parts), layout=False)

    def on_test_over(self, message: TestOver) -> None:
        practice = self.trainer.practice

        def start() -> Any:
            import numpy as np

            samples = np.concatenate(message.blocks)
            return practice.play_samples(samples, round(len(samples) / message.duration_s))

        self.player.play("your test", start)

    def on_played(self, message: Played) -> None:
        if message.over:
            self.notify("That is how you sound to the trainer.", timeout=3)

    # changes

    def on_select_changed(self, event: Select.Changed) -> None:
        field = event.select.id or ""
        value: Any = None if event.select.is_blank() else event.value
        if field == "auto_stop_s":
            value = float(value) if value else None
        self._change(field, value)

    def on_toggle_changed(self, event: Toggle.Changed) -> None:
        self._change(event.toggle.id or "", event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._change(event.input.id or "", event.value.strip())

    def on_input_blurred(self, event: Input.Blurred) -> None:
        self._change(event.input.id or "", event.value.strip())

    def _change(self, field: str, value: Any) -> None:
        if getattr(self.preferences, field) == value:
            return
        try:
            self.trainer.practice.set_preferences(msgspec.structs.replace(self.preferences, **{field: value}))
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
        if field == "theme":
            self.trainer.use_theme(value)
        if field == "input_device":
            self._start_meter()


def _row(label: str, widget: Widget, hint: str = "") -> Horizontal:
    parts: list[Widget] = [Static(label, classes="label"), widget]
    if hint:
        parts.append(Static(hint, classes="hint"))
    return Horizontal(*parts, classes="setting")


def _device_words(device: Device) -> str:
    return f"{device.name}  (default)" if device.is_default else device.name


def _stop(preferences: Preferences) -> float:
    """The choice nearest to what was set."""
    wanted = preferences.auto_stop_s or 0
    return min((value for _, value in AUTO_STOP_CHOICES), key=lambda value: abs(value - wanted))
