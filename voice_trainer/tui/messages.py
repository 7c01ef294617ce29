"""What workers tell the screens. A fast one replaces its like that still waits, so a slow terminal never lags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from ..attempt import Attempt
    from ..engines.base import Device, Samples
    from ..practice import Practice
    from ..practice_events import Event
    from ..store import AttemptSummary
    from ..store.recordings import Unfinished
    from ..today import Suggestion
    from ..turn_run import TurnRun


class PracticeOpened(Message):
    """Exercises, store and engines are at hand; no model is loaded yet."""

    def __init__(self, practice: Practice) -> None:
        super().__init__()
        self.practice = practice


class OpeningFailed(Message):
    """The practice could not be put together: one plain sentence."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Warming(Message):
    """A sentence on the models that are being loaded; ``ready`` once all are."""

    def __init__(self, text: str, *, ready: bool = False) -> None:
        super().__init__()
        self.text = text
        self.ready = ready

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Warming)


class Trouble(Message):
    """Something could not be done: one plain sentence."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


@dataclass(frozen=True)
class HomeSnapshot:
    """All that the home screen draws."""

    today: Suggestion | None
    attempts: tuple[AttemptSummary, ...]
    unfinished: tuple[Unfinished, ...]
    titles: dict[str, str]
    faults: tuple[str, ...] = ()


class HomeLoaded(Message):
    def __init__(self, snapshot: HomeSnapshot) -> None:
        super().__init__()
        self.snapshot = snapshot


class AttemptOpened(Message):
    """An attempt was read from the store, or recovered."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__()
        self.attempt = attempt


class TurnEvent(Message):
    """An event of a turn that runs."""

    def __init__(self, run: TurnRun, event: Event) -> None:
        super().__init__()
        self.run = run
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """A later level or position stands in for an earlier one; nothing else is ever dropped."""
        return (
            isinstance(message, TurnEvent)
            and message.run is self.run
            and type(message.event) is type(self.event)
            and type(self.event).__name__ in {"Level", "PromptPosition"}
        )


class TurnOver(Message):
    """The worker of a turn has ended; its devices are closed."""

    def __init__(self, run: TurnRun) -> None:
        super().__init__()
        self.run = run


class Played(Message):
    """How far a playback is, and at last that it is over."""

    def __init__(self, what: str, position_s: float, *, over: bool = False) -> None:
        super().__init__()
        self.what = what
        self.position_s = position_s
        self.over = over

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Played) and message.what == self.what and not (self.over or message.over)


class DevicesFound(Message):
    def __init__(self, devices: tuple[Device, ...]) -> None:
        super().__init__()
        self.devices = devices


class MeterLevel(Message):
    """The microphone's level in settings; ``test_s`` is how long a test has been recorded, None without one."""

    def __init__(self, rms_dbfs: float, clipping: bool, test_s: float | None = None) -> None:
        super().__init__()
        self.rms_dbfs = rms_dbfs
        self.clipping = clipping
        self.test_s = test_s

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, MeterLevel)


class TestOver(Message):
    """The three seconds of a microphone test: blocks of samples, lasting ``duration_s`` together."""

    __test__ = False  # pytest collects by name

    def __init__(self, blocks: tuple[Samples, ...], duration_s: float) -> None:
        super().__init__()
        self.blocks = blocks
        self.duration_s = duration_s
