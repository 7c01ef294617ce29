"""Two attempts at the same turn side by side, a model reply beside them, and what moved in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import Static

from ...comparing import compare
from ...errors import ModelError, VoiceTrainerError
from ...scoring import measure_voice
from ..messages import Played, Trouble
from ..player import Player
from ..widgets.moved import moved_content
from ..widgets.side import Side, common_scale, said
from ..words import clock, day, level_word
from .page import TO_HELP, Page

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...exercise import Exercise, ModelReply
    from ...speech.measures import VoiceCurves
    from ...store import AttemptSummary

LOOKED_THROUGH = 500
ALONE = "There is one attempt at this so far. Try again, and see here what moved."
NO_WORDS = "No words were heard."


@dataclass(frozen=True)
class Pair:
    """All that is drawn."""

    then: Attempt
    now: Attempt
    then_number: int
    now_number: int


class RowsFound(Message):
    def __init__(self, rows: tuple[AttemptSummary, ...]) -> None:
        super().__init__()
        self.rows = rows


class PairRead(Message):
    def __init__(self, pair: Pair) -> None:
        super().__init__()
        self.pair = pair


class ModelMeasured(Message):
    def __init__(self, at: int, curves: VoiceCurves | None) -> None:
        super().__init__()
        self.at = at
        self.curves = curves


class CompareScreen(Page):
    """``attempt`` is the later one to begin with, the one before it the earlier."""

    CSS_PATH = "../replay.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "then(-1)", "Earlier one", priority=True, key_display="←→"),
        Binding("right", "then(1)", show=False, priority=True),
        Binding("right_square_bracket", "now(1)", "Later one", key_display="[]"),
        Binding("left_square_bracket", "now(-1)", show=False),
        Binding("1", "hear_then", "Hear then"),
        Binding("2", "hear_now", "Hear now"),
        Binding("m", "model", "Model"),
        Binding("escape,c", "back", "Back", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#compare"

    def __init__(self, attempt: Attempt, exercise: Exercise) -> None:
        super().__init__()
        self.attempt = attempt
        self.exercise = exercise
        turn = next((turn for turn in exercise.turns if turn.id == attempt.turn), None)
        self.models: tuple[ModelReply, ...] = turn.model_replies if turn else ()
        self.rows: tuple[AttemptSummary, ...] = ()
        self.pair: Pair | None = None
        self._then = self._now = 0
        self._model = 0
        self._model_heard = False
        self._curves: dict[int, VoiceCurves | None] = {}
        self.player = Player(self)

    def where(self) -> str:
        return f"What moved  ·  {self.exercise.title}"

    def body(self) -> ComposeResult:
        with VerticalScroll(id="compare"):
            yield Static("", id="pair", markup=False)
            yield Static("", id="moved", classes="box")
            with Container(id="sides-of-pair"):
                yield Side("then", "$secondary")
                yield Side("now", "$primary")
                yield Side("model", "$accent")
        yield Static("", id="playing", markup=False)

    def on_mount(self) -> None:
        self.query_one("#moved").border_title = "What moved"
        self.query_one("#sides-of-pair").display = False
        self.query_one("#side-model").display = bool(self.models)
        self.run_worker(self._find, thread=True, group="compare")

    def on_unmount(self) -> None:
        self.player.stop()

    # reading

    def _find(self) -> None:
        attempt = self.attempt
        try:
            rows = self.trainer.practice.store.attempts(
                person=attempt.person, exercise_id=attempt.exercise_id, limit=LOOKED_THROUGH
            )
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
        else:
            self.post_message(RowsFound(tuple(row for row in reversed(rows) if row.turn == attempt.turn)))

    def on_rows_found(self, message: RowsFound) -> None:
        self.rows = message.rows
        if len(self.rows) < 2:
            self.query_one("#moved", Static).update(ALONE)
            return
        here = next((i for i, row in enumerate(self.rows) if row.id == self.attempt.id), len(self.rows) - 1)
        self._now = max(1, here)
        self._then = self._now - 1
        self._read()
        self.refresh_bindings()

    def _read(self) -> None:
        then, now = self._then, self._now
        self.run_worker(lambda: self._read_pair(then, now), thread=True, group="compare", exclusive=True)

    def _read_pair(self, then: int, now: int) -> None:
        store = self.trainer.practice.store
        try:
            pair = Pair(store.attempt(self.rows[then].id), store.attempt(self.rows[now].id), then + 1, now + 1)
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
        else:
            self.post_message(PairRead(pair))

    def on_pair_read(self, message: PairRead) -> None:
        if (message.pair.then_number, message.pair.now_number) != (self._then + 1, self._now + 1):
            return
        self.pair = message.pair
        self.query_one("#sides-of-pair").display = True
        if self.models and self._model not in self._curves:
            self._measure_model(self._model)
        self._draw()
        self.refresh_bindings()

    def _measure_model(self, at: int) -> None:
        reply, practice = self.models[at], self.trainer.practice

        def work() -> None:
            curves = None
            try:
                if reply.audio:
                    sound = practice.sound_of(self.exercise, reply.audio)
                    curves = measure_voice(practice.engines.voice_activity, practice.engines.pitch, *sound)[1]
            except ModelError:  # its words are there all the same
                curves = None
            except VoiceTrainerError as error:
                self.app.post_message(Trouble(str(error)))
            self.post_message(ModelMeasured(at, curves))

        self.run_worker(work, thread=True, group="model")

    def on_model_measured(self, message: ModelMeasured) -> None:
        self._curves[message.at] = message.curves
        self._draw()

    # drawing

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        pair = self.pair
        if pair is None:
            return
        moment = datetime.now(UTC)
        then_day, now_day = day(pair.then.started_at, moment), day(pair.now.started_at, moment)
        self.query_one("#pair", Static).update(
            f" Attempt {pair.then_number}, {then_day}  →  attempt {pair.now_number}, {now_day}"
        )
        moved = self.query_one("#moved", Static)
        moved.update(moved_content(compare(pair.then, pair.now), moved.content_size.width))
        model_curves = self._curves.get(self._model)
        scale = common_scale(pair.then.scored.curves, pair.now.scored.curves, model_curves)
        for name, number, attempt in (
            ("then", pair.then_number, pair.then),
            ("now", pair.now_number, pair.now),
        ):
            text = said(attempt.scored.wording.sentences, NO_WORDS)
            self.query_one(f"#side-{name}", Side).show(f"Attempt {number}", text, attempt.scored.curves, scale)
        if self.models:
            reply = self.models[self._model]
            text = Content.assemble(f"“{' '.join(reply.text.split())}”\n", (reply.why, "$quiet"))
            title = f"Model {self._model + 1} of {len(self.models)}  ·  {level_word(reply.level, 'wording')}"
            self.query_one("#side-model", Side).show(title, text, model_curves, scale)

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action in ("then", "now"):
            return len(self.rows) > 2
        if action in ("hear_then", "hear_now"):
            return self.pair is not None
        return bool(self.models) if action == "model" else True

    def action_then(self, by: int) -> None:
        """Another earlier one, never the later one itself or beyond it."""
        to = self._then + by
        if 0 <= to < self._now:
            self._then = to
            self._read()

    def action_now(self, by: int) -> None:
        """Another later one; the earlier one gives way."""
        to = self._now + by
        if 1 <= to < len(self.rows):
            self._now, self._then = to, min(self._then, to - 1)
            self._read()

    def action_hear_then(self) -> None:
        if self.pair is not None:
            self._hear(f"attempt {self.pair.then_number}", self.pair.then)

    def action_hear_now(self) -> None:
        if self.pair is not None:
            self._hear(f"attempt {self.pair.now_number}", self.pair.now)

    def _hear(self, what: str, attempt: Attempt) -> None:
        self.player.play(what, lambda: self.trainer.practice.play_attempt(attempt))

    def action_model(self) -> None:
        """Hear the model reply that is shown; the next press shows and plays the next."""
        if self._model_heard:
            self._model = (self._model + 1) % len(self.models)
        self._model_heard = True
        if self._model not in self._curves:
            self._measure_model(self._model)
        self._draw()
        reply = self.models[self._model]
        if reply.audio:
            self.player.play("one way of answering", lambda: self.trainer.practice.play_model(self.exercise, reply))
        else:
            self.player.stop()

    def on_played(self, message: Played) -> None:
        line = "" if message.over else f"▶ {message.what}  {clock(message.position_s)}"
        self.query_one("#playing", Static).update(line)

    def action_back(self) -> None:
        self.dismiss()
