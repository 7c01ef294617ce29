"""Correct the words that were heard; they are scored again, and what that changed is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from ...errors import VoiceTrainerError
from ...rescoring import Change, changes, correct, corrected, restore, unsure, word_changes
from ..messages import Trouble
from ..player import Player
from ..widgets.word_editor import WordEditor
from ..words import BESIDE, DIMENSIONS, MARK_STYLES, MARKS, bar, level_of, level_word, move_word
from .page import Page

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...engines.base import Playback
    from ...exercise import Exercise

UNSURE = 0.6
"""A word below this probability is underlined."""
HEAR_BEFORE_S, HEAR_AFTER_S = 0.6, 0.8
HINT = "Type over a word, Space adds one after it, Backspace mends its end. What you leave keeps its time."
WRITING = "Enter or an arrow takes it, Escape lets it go."
MOST_CHANGES = 6


class Rescored(Message):
    """The words were scored again: the attempt before and after."""

    def __init__(self, before: Attempt, after: Attempt) -> None:
        super().__init__()
        self.before = before
        self.after = after


class NotRescored(Message):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class CorrectScreen(Page):
    """The words of one attempt.

    Enter scores them again; then the change is shown, and Enter goes on to the feedback.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "Score again"),
        Binding("ctrl+r", "as_heard", "As heard"),
        Binding("ctrl+t", "hear", "Hear it"),
        Binding("escape", "leave", "Back", key_display="esc"),
        Binding("f1", "app.help", "Help", show=False),
    ]
    AUTO_FOCUS = "#editor"
    CSS = """
    CorrectScreen {
        & #correct { height: 1fr; padding: 0 1; }
        & #editor-hint { padding: 0 2; height: auto; color: $quiet; }
        & #edits { height: auto; }
        & #moved { height: auto; border: round $accent; border-title-color: $accent; display: none; }
        &.-tall #correct { padding: 1 2; }
        &.-wide #correct { padding: 1 8; }
    }
    """

    def __init__(self, attempt: Attempt, exercise: Exercise) -> None:
        super().__init__()
        self.attempt = attempt
        self.exercise = exercise
        self.change: Change | None = None
        self._first = attempt
        self._scoring = False
        self._player = Player(self)

    @property
    def busy(self) -> bool:
        return self._scoring

    def where(self) -> str:
        return f"Correct the words  ·  {self.exercise.title}"

    def body(self) -> ComposeResult:
        words = self.attempt.scored.transcript.words
        with VerticalScroll(id="correct", can_focus=False), Vertical():
            yield WordEditor([word.text for word in words], {word.text for word in words if word.probability < UNSURE})
            yield Static(HINT, id="editor-hint", markup=False)
            yield Static("", id="edits", classes="box")
            yield Static("", id="moved", classes="box")

    def on_mount(self) -> None:
        try:
            self._first = self.trainer.practice.store.original(self.attempt.id)
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(f"{error} Corrections of this attempt can't be kept."))
        self._show_edits()

    def on_unmount(self) -> None:
        self._player.stop()

    @property
    def editor(self) -> WordEditor:
        return self.query_one(WordEditor)

    # what the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action == "hear":
            return self.attempt.recording is not None
        return True

    def on_word_editor_changed(self) -> None:
        self.change = None
        self.query_one("#moved").display = False
        self._show_edits()

    def action_go_on(self) -> None:
        """What is being written is taken; else the words are scored; else, once they are, on to the feedback."""
        if self._scoring:
            return
        if self.editor.writing:
            self.editor.buffer.settle()
            self.editor.draw()
            self.on_word_editor_changed()
        elif self.change is not None:
            self._to_feedback()
        else:
            self._score()

    def action_leave(self) -> None:
        if self.editor.writing:
            self.editor.buffer.drop()
            self.editor.draw()
            self.on_word_editor_changed()
        elif self.change is not None:
            self._to_feedback()
        else:
            self.app.pop_screen()

    def action_as_heard(self) -> None:
        """All words as they were first heard; Enter then brings the first record back."""
        self.editor.buffer.reset([word.text for word in self._first.scored.transcript.words])
        self.editor.draw()
        self.on_word_editor_changed()

    def action_hear(self) -> None:
        """The recording around the word that the cursor is on."""
        at_s = self._moment()
        practice, name = self.trainer.practice, self.attempt.recording
        if name is None:
            return

        def start() -> Playback:
            samples, rate_hz = practice.recordings.load(name)
            from_s, to_s = (0.0, len(samples) / rate_hz) if at_s is None else at_s
            first = max(0, int((from_s - HEAR_BEFORE_S) * rate_hz))
            return practice.play_samples(samples[first : int((to_s + HEAR_AFTER_S) * rate_hz)], rate_hz)

        self._player.play("your answer", start)

    def _moment(self) -> tuple[float, float] | None:
        """When the word at the cursor was said, so far as it is one that was heard."""
        buffer = self.editor.buffer
        if not buffer.words:
            return None
        try:
            script = corrected(self._first.scored.transcript, buffer.words, self._first.scored.voice.duration_s)
        except VoiceTrainerError:
            return None
        word = script.words[buffer.at]
        return word.start_s, word.end_s

    # scoring

    def _score(self) -> None:
        words, now = list(self.editor.buffer.words), self.attempt.scored.transcript
        doubted = unsure(self.attempt) and now.edited_from is None
        if words == [word.text for word in now.words] and not doubted:
            self._say("Nothing is changed yet, so there is nothing to score again. Escape goes back.")
            return
        self._scoring = True
        self._say("Reading it again…")
        practice, attempt, first = self.trainer.practice, self.attempt, self._first
        as_heard = words == [word.text for word in first.scored.transcript.words] and not unsure(first)

        def work() -> None:
            try:
                after = restore(practice, attempt) if as_heard else correct(practice, attempt, words)
            except VoiceTrainerError as error:
                self.post_message(NotRescored(str(error)))
            else:
                self.post_message(Rescored(attempt, after))

        self.run_worker(work, thread=True, group="rescore", exclusive=True)

    def on_not_rescored(self, message: NotRescored) -> None:
        self._scoring = False
        self._say(f"{message.text} Nothing was changed.")

    def on_rescored(self, message: Rescored) -> None:
        self._scoring = False
        self.change = changes(message.before.scored, message.after.scored)
        self.attempt = message.after
        moved = self.query_one("#moved", Static)
        moved.border_title = "What that changed"
        moved.border_subtitle = "Enter goes on"
        moved.update(change_content(self.change))
        moved.display = True
        self._show_edits()
        self._say("Scored again. The first reading is kept: Ctrl+R and Enter bring it back.")
        self.call_after_refresh(lambda: moved.scroll_visible(animate=False))

    def _to_feedback(self) -> None:
        self.trainer.show_feedback(self.attempt)

    # drawing

    def _say(self, text: str) -> None:
        self.query_one("#editor-hint", Static).update(text)

    def _show_edits(self) -> None:
        """How the words differ from what was first heard."""
        self._say(WRITING if self.editor.writing else HINT)
        box = self.query_one("#edits", Static)
        told = word_changes([word.text for word in self._first.scored.transcript.words], self.editor.buffer.words)
        box.border_title = "Against what was heard"
        if not told:
            box.update(Content.assemble(("As it was heard.", "$quiet")))
            return
        lines = [edit_line(one.before, one.after) for one in told[:MOST_CHANGES]]
        if len(told) > MOST_CHANGES:
            lines.append(Content.assemble((f"and {len(told) - MOST_CHANGES} more", "$quiet")))
        box.update(Content("\n").join(lines))


def edit_line(before: str, after: str) -> Content:
    """ "heard “candels”, now “candles”"."""
    if not before:
        return Content.assemble(("added   ", "$quiet"), (f"“{after}”", "$primary"))
    if not after:
        return Content.assemble(("removed ", "$quiet"), (f"“{before}”", "$warning"))
    return Content.assemble(("heard   ", "$quiet"), f"“{before}”", (", now ", "$quiet"), (f"“{after}”", "$primary"))


def change_content(change: Change) -> Content:
    """The change in words: the whole, the moves, the dimensions."""
    lines = []
    before, after = level_of(change.wording_before), level_of(change.wording_after)
    lines.append(Content.assemble(("Words as a whole ", "$quiet"), *_from_to(before, after, "wording")))
    for what, moves in (("now ", change.moves_gained), ("gone ", change.moves_lost)):
        for move in moves:
            mark = MARKS.get(move, BESIDE)
            lines.append(Content.assemble((f"{what:5}", "$quiet"), (f"{mark} {move_word(move)}", MARK_STYLES[mark])))
    for one in change.dimensions:
        name = DIMENSIONS.get(one.name, one.name)
        lines.append(Content.assemble((f"{name:12}", "$quiet"), *_from_to(one.before, one.after, one.name)))
    if change.nothing_moved:
        lines.append(Content.assemble(("The new words come to the same.", "$quiet")))
    if change.reread:
        lines.append(
            Content.assemble(("It was first scored by an older version, so not all of this is yours.", "$quiet"))
        )
    return Content("\n").join(lines)


def _from_to(before: int | None, after: int | None, dimension: str) -> list[tuple[str, str] | str]:
    if before == after:
        return [(bar(after), "$primary"), f" {level_word(after, dimension)}", ("  as before", "$quiet")]
    return [
        (f"{bar(before)} {level_word(before, dimension)}", "$quiet"),
        "  →  ",
        (bar(after), "$primary"),
        (f" {level_word(after, dimension)}", "bold"),
    ]
