"""Hearing oneself again: a take over time with its playhead, beside the other attempts, the models and the speaker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import OptionList, Static

from ...errors import ModelError, VoiceTrainerError
from ...playing import Sounding, State, TakePlayer
from ...session import LONGEST_NOTE, Pin
from ...store import new_attempt_id
from ...takes import Source, Take, load, sources, stepped, with_words
from ..messages import Trouble
from ..picture import marks
from ..widgets.pins import PinList
from ..widgets.playhead import status
from ..widgets.spoken import FINDING, UNKNOWN, SpokenWords
from ..widgets.takes import TakesLine, take_name, take_style
from ..widgets.timeline import Timeline
from ..words import clock
from .page import TO_HELP, Page

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...exercise import Exercise, Turn
    from ..app import VoiceTrainerApp

NOT_KEPT = "The sound of this attempt was not kept."
ONLY_OWN = "Pins go on your own takes; choose one with its digit."
DRAWN_AFTER_S = 0.04
"""From asking how far the sound is to the word standing on the terminal, at least (measured by
``test_replay_in_step``): words are lit that much ahead, so that eye and ear agree."""
MORE_KEYS = "[ ] sentence   , . mark   L loop on and off   X no loop"
TOO_SHORT = "That passage is shorter than a word; let it run a little before E."


class TakesFound(Message):
    """What can be heard here; ``chosen`` is the place of the attempt that was opened."""

    def __init__(self, found: tuple[Source, ...], chosen: int) -> None:
        super().__init__()
        self.found = found
        self.chosen = chosen


class TakeLoaded(Message):
    """A take, or None where its sound was not kept; ``pins`` of its attempt. ``placed``: its words were looked for."""

    def __init__(self, source: Source, take: Take | None, pins: tuple[Pin, ...] = (), *, placed: bool = False) -> None:
        super().__init__()
        self.source = source
        self.take = take
        self.pins = pins
        self.placed = placed


class PinsChanged(Message):
    def __init__(self, source: Source, pins: tuple[Pin, ...], mark: str | None) -> None:
        super().__init__()
        self.source = source
        self.pins = pins
        self.mark = mark


class Heard(Message):
    """How the player is now; a later state stands in for an earlier one unless that had something to say."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.state = state

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Heard) and self.state.trouble is None and self.state.notice is None


def open_replay(app: VoiceTrainerApp, attempt_id: str) -> None:
    """Read an attempt in a worker, and show its replay over the screen that is there."""

    def work() -> None:
        try:
            attempt = app.practice.store.attempt(attempt_id)
            exercise = app.practice.library.get(attempt.exercise_id)
        except VoiceTrainerError as error:
            app.post_message(Trouble(str(error)))
        else:
            app.call_from_thread(app.push_screen, ReplayScreen(attempt, exercise))

    app.run_worker(work, thread=True, group="read")


class ReplayScreen(Page):
    """One attempt, and what can be heard beside it."""

    CSS_PATH = "../replay.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", "Play", priority=True, key_display="space"),
        Binding("right", "word(1)", "Word", priority=True, key_display="←→"),
        Binding("left", "word(-1)", show=False, priority=True),
        Binding("right_square_bracket,shift+right", "sentence(1)", show=False, priority=True),
        Binding("left_square_bracket,shift+left", "sentence(-1)", show=False, priority=True),
        Binding("full_stop", "mark(1)", show=False),
        Binding("comma", "mark(-1)", show=False),
        Binding("plus,equals_sign", "speed(1)", "Speed", key_display="-+"),
        Binding("minus,underscore", "speed(-1)", show=False),
        Binding("b", "begin", "Loop", key_display="b e"),
        Binding("e", "end", show=False),
        Binding("l", "toggle_loop", show=False),
        Binding("x", "clear_loop", show=False),
        Binding("tab", "next_take(1)", "Take", priority=True, key_display="tab"),
        Binding("shift+tab", "next_take(-1)", show=False, priority=True),
        *(Binding(str(digit), f"take({digit - 1})", show=False) for digit in range(1, 10)),
        Binding("p", "pin", "Pin"),
        Binding("delete,d", "delete", show=False),
        Binding("c", "compare", "Compare"),
        Binding("escape", "back", "Back", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#pins"

    def __init__(self, attempt: Attempt, exercise: Exercise) -> None:
        super().__init__()
        self.attempt = attempt
        self.exercise = exercise
        self.turn: Turn | None = next((turn for turn in exercise.turns if turn.id == attempt.turn), None)
        self.found: tuple[Source, ...] = ()
        self.chosen = 0
        self._takes: dict[str, Take] = {}
        self._pins: dict[str, tuple[Pin, ...]] = {}
        self._positions: dict[str, float] = {}
        self._unplaced: set[str] = set()
        self._begin_s: float | None = None
        self._player: TakePlayer | None = None
        self.state = State()

    def where(self) -> str:
        return f"Replay  ·  {self.exercise.title}"

    def body(self) -> ComposeResult:
        with Vertical(id="replay"):
            yield TakesLine(self.exercise.speaker.name)
            yield Timeline()
            yield Static("", id="how", markup=False)
            with Horizontal(id="said"):
                yield SpokenWords()
                yield PinList()

    # what is at hand

    @property
    def source(self) -> Source | None:
        return self.found[self.chosen] if self.found else None

    @property
    def take(self) -> Take | None:
        """The take that is shown; None until it is loaded."""
        return self._takes.get(self.source.key) if self.source else None

    @property
    def pins(self) -> tuple[Pin, ...]:
        return self._pins.get(self.source.key, ()) if self.source else ()

    @property
    def player(self) -> TakePlayer:
        assert self._player is not None, "there is a player from mounting on"
        return self._player

    def on_mount(self) -> None:
        self.query_one(PinList).display = False
        self._player = TakePlayer(self.trainer.practice.sound, self.trainer.practice.preferences.output_device)
        self.run_worker(self._follow, thread=True, group="player")
        self.run_worker(self._find, thread=True, group="takes")

    def on_unmount(self) -> None:
        if self._player is not None:
            self._player.close()

    def _follow(self) -> None:
        for state in self.player.states():
            self.post_message(Heard(state))

    def _find(self) -> None:
        try:
            found = sources(self.trainer.practice, self.attempt, self.turn)
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
            return
        chosen = next(i for i, source in enumerate(found) if source.attempt_id == self.attempt.id)
        self.post_message(TakesFound(found, chosen))

    def on_takes_found(self, message: TakesFound) -> None:
        self.found = message.found
        self._choose(message.chosen)

    def _choose(self, at: int) -> None:
        if self.source is not None and self.state.key == self.source.key:
            self._positions[self.source.key] = self.player.position_s
        self.chosen = at
        self._begin_s = None
        source = self.found[at]
        self.query_one(TakesLine).show(self.found, at)
        if source.key in self._takes:
            self._show()
        else:
            self.player.pause()
            self.run_worker(lambda: self._load(source), thread=True, group="takes")

    def _load(self, source: Source) -> None:
        practice = self.trainer.practice
        try:
            take = load(practice, self.exercise, self.turn, source, self.attempt)
            pins = practice.store.pins(source.attempt_id) if source.attempt_id else ()
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
            return
        self.post_message(TakeLoaded(source, take, pins))
        if take is None or take.words:
            return
        try:
            placed = with_words(practice, take)
        except ModelError:
            placed = take  # it is heard and seen all the same, without the times of its words
        self.post_message(TakeLoaded(source, placed, placed=True))

    def on_take_loaded(self, message: TakeLoaded) -> None:
        if message.take is None:
            self.app.post_message(Trouble(NOT_KEPT))
            return
        key = message.source.key
        self._takes[key] = message.take
        if message.placed:
            self._unplaced.add(key)
        else:
            self._pins[key] = message.pins
        if self.source is None or self.source.key != key:
            return
        if message.placed:
            self._draw()
        else:
            self._show()

    def _show(self) -> None:
        """The chosen take is loaded: put it before the player and on the screen."""
        take, source = self.take, self.source
        if take is None or source is None:
            return
        sounding = Sounding(source.key, take.samples, take.rate_hz)
        self.player.choose(sounding, self._positions.get(source.key, 0.0))
        self._draw()

    def _draw(self, mark: str | None = None) -> None:
        take, source = self.take, self.source
        if take is None or source is None:
            return
        name = take_name(source, self.exercise.speaker.name)
        timeline = self.query_one(Timeline)
        timeline.border_title = name
        timeline.border_subtitle = MORE_KEYS
        timeline.show(take, self.pins, take_style(source))
        note = UNKNOWN if source.key in self._unplaced else FINDING if take.text else ""
        spoken = self.query_one(SpokenWords)
        spoken.show(take, f"{name} said" if source.kind == "speaker" else "What is said", note)
        self.query_one(PinList).show(self.pins, self.trainer.practice.preferences.person, mark)
        self._follow_state(self.player.state)
        self.refresh_bindings()

    # in step

    def on_heard(self, message: Heard) -> None:
        state = message.state
        for text in (state.trouble, state.notice):
            if text and text not in (self.state.trouble, self.state.notice):
                self.app.post_message(Trouble(text))
        if state.playing and not state.preparing:  # time went by since it was told
            state = replace(state, position_s=self.player.position_s)
        self._follow_state(state)

    def _follow_state(self, state: State) -> None:
        self.state = state
        take, source = self.take, self.source
        if take is None or source is None or state.key != source.key:
            return
        ahead_s = DRAWN_AFTER_S * state.speed if state.playing and not state.preparing else 0.0
        if self.query_one(SpokenWords).follow(state.position_s + ahead_s) and state.playing:
            return  # the word is drawn first; the rest follows with the next state
        self.query_one(Timeline).state = state
        line = status(state, take.duration_s, self._begin_s)
        how = self.query_one("#how", Static)
        if str(how.content) != line:
            how.update(line, layout=False)  # laying the screen out anew would hold up the words

    # keys

    def action_play(self) -> None:
        if self.take is not None:
            self.player.toggle()

    def _step(self, starts_s: tuple[float, ...], by: int) -> None:
        to = stepped(starts_s, self.player.position_s, by)
        if to is not None:
            self.player.seek(to)

    def action_word(self, by: int) -> None:
        if self.take is not None:
            self._step(self.take.word_starts_s, by)

    def action_sentence(self, by: int) -> None:
        if self.take is not None:
            self._step(self.take.sentence_starts_s, by)

    def action_mark(self, by: int) -> None:
        if self.take is not None:
            self._step(tuple(mark.at_s for mark in marks(self.take, self.pins)), by)

    def action_speed(self, by: int) -> None:
        self.player.step_speed(by)

    def action_begin(self) -> None:
        """The passage begins here; one that has an end already is looped at once."""
        here, loop = self.player.position_s, self.player.state.loop
        if loop is not None and self.player.set_loop(here, loop.end_s):
            self._begin_s = None
        else:
            self.player.clear_loop()
            self._begin_s = here
            self._follow_state(self.player.state)

    def action_end(self) -> None:
        """The passage ends here and is looped; without a beginning, from the start."""
        loop = self.player.state.loop
        begin_s = self._begin_s if self._begin_s is not None else loop.start_s if loop is not None else 0.0
        if self.player.set_loop(begin_s, self.player.position_s):
            self._begin_s = None
        else:
            self.notify(TOO_SHORT, timeout=5)

    def action_toggle_loop(self) -> None:
        self.player.toggle_loop()

    def action_clear_loop(self) -> None:
        self._begin_s = None
        self.player.clear_loop()
        self._follow_state(self.player.state)

    def action_next_take(self, by: int) -> None:
        if self.found:
            self._choose((self.chosen + by) % len(self.found))

    def action_take(self, at: int) -> None:
        if at < len(self.found) and at != self.chosen:
            self._choose(at)

    def action_compare(self) -> None:
        from .compare import CompareScreen

        self.player.pause()
        self.app.push_screen(CompareScreen(self.attempt, self.exercise))

    def action_back(self) -> None:
        self.dismiss()

    # pins

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action == "delete":
            return bool(self.pins)
        if action == "compare":
            return sum(source.kind == "own" for source in self.found) > 1
        return True

    def action_pin(self) -> None:
        from .note import NoteScreen

        source = self.source
        if source is None or self.take is None:
            return
        if source.attempt_id is None:
            self.notify(ONLY_OWN, timeout=5)
            return
        at_s, attempt_id = self.player.position_s, source.attempt_id
        self.player.pause()

        def written(note: str | None) -> None:
            if note:
                self.run_worker(lambda: self._add_pin(source, attempt_id, at_s, note), thread=True, group="pins")

        self.app.push_screen(NoteScreen(f"A note at {clock(at_s)}", "What do you hear here?", LONGEST_NOTE), written)

    def _add_pin(self, source: Source, attempt_id: str, at_s: float, note: str) -> None:
        now = datetime.now(UTC)
        author = self.trainer.practice.preferences.person
        pin = Pin(id=new_attempt_id(now), attempt_id=attempt_id, at_s=at_s, author=author, note=note, made_at=now)
        self._change_pins(source, lambda: self.trainer.practice.store.add_pin(pin), pin.id)

    def action_delete(self) -> None:
        from .confirm import ConfirmScreen

        pin, source = self.query_one(PinList).marked, self.source
        if pin is None or source is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(
                    lambda: self._change_pins(source, lambda: self.trainer.practice.store.remove_pin(pin.id)),
                    thread=True,
                    group="pins",
                )

        self.player.pause()
        self.app.push_screen(ConfirmScreen(f"Delete the note “{pin.note}” at {clock(pin.at_s)}?"), answered)

    def _change_pins(self, source: Source, change: Callable[[], object], mark: str | None = None) -> None:
        try:
            change()
            pins = self.trainer.practice.store.pins(source.attempt_id or "")
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
        else:
            self.post_message(PinsChanged(source, pins, mark))

    def on_pins_changed(self, message: PinsChanged) -> None:
        self._pins[message.source.key] = message.pins
        if self.source is not None and self.source.key == message.source.key:
            self._draw(message.mark)
            if message.pins:
                self.query_one(PinList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        pin = next((pin for pin in self.pins if pin.id == event.option.id), None)
        if pin is not None:
            self.player.seek(pin.at_s)
