"""What the speaker would have heard: the words and the voice, one strength, one next step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from ...branches import has_branches
from ...errors import VoiceTrainerError
from ..beside import after_a_breath
from ..care import after_heavy
from ..messages import Played, Trouble
from ..player import Player
from ..widgets.curves import Curves
from ..widgets.dimensions import DimensionList
from ..widgets.transcript import TranscriptView
from ..words import VOICE_DIMENSIONS, WORDING_DIMENSIONS, clock, level_word, who
from .page import TO_HELP, Page

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...engines.base import Playback
    from ...exercise import Exercise, Turn
    from ...listening.feedback import Point

NOTHING_SAID = (
    "No words were heard. Sometimes silence is an answer; if it wasn't one, check the microphone in Settings."
)
ENDS = "W shows the way you came, and what another reply would have opened."


class BesideFound(Message):
    """What stands beside a reply with a breath before it: one plain sentence, or two."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class FeedbackScreen(Page):
    """One attempt. ``stored`` is False where it could not be kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,enter", "go_on", "Go on", key_display="a"),
        Binding("t", "again", "Again"),
        Binding("p", "mine", "Mine"),
        Binding("m", "model", "Model"),
        Binding("o", "speaker", "Speaker"),
        Binding("v", "replay", "Replay"),
        Binding("d", "details", "Details"),
        Binding("e", "correct", "Correct the words", show=False),
        Binding("w", "way", "The way you came", show=False),
        Binding("escape,h", "app.home", "Home", key_display="esc"),
        TO_HELP,
    ]
    AUTO_FOCUS = "#feedback"

    def __init__(self, attempt: Attempt, exercise: Exercise, *, stored: bool = True) -> None:
        super().__init__()
        self.attempt = attempt
        self.exercise = exercise
        self.stored = stored
        self.turn = self._find_turn()
        following = exercise.following(self.turn, attempt.outcome) if self.turn else None
        self.next_turn = following.id if following else None
        self._model = -1
        self.beside = ""
        self.player = Player(self)

    def _find_turn(self) -> Turn | None:
        """The turn that was answered; None where the exercise has changed since."""
        return next((turn for turn in self.exercise.turns if turn.id == self.attempt.turn), None)

    def where(self) -> str:
        return f"What {self.exercise.speaker.name} heard  ·  {self.exercise.title}"

    def body(self) -> ComposeResult:
        scored = self.attempt.scored
        with VerticalScroll(id="feedback"), Horizontal(id="columns"):
            with Vertical(id="told"):
                with Vertical(id="points"):
                    if scored.feedback.strength is not None:
                        yield _point("A strength", scored.feedback.strength, "strength")
                    if scored.feedback.next_step is not None:
                        yield _point("A next step", scored.feedback.next_step, "next-step")
                    if scored.feedback.strength is None and scored.feedback.next_step is None:
                        yield Static(
                            Content.assemble(
                                "There was nothing to tell yet. ", ("T", "bold $primary"), " tries again."
                            ),
                            classes="point",
                        )
                yield TranscriptView(scored.wording.sentences, NOTHING_SAID)
                yield Static("", id="model", classes="box")
                yield Static("", classes="notes -beside")
            with Vertical(id="shown"):
                with Horizontal(id="sides"):
                    dimensions, not_rated = scored.attunement.dimensions, scored.not_rated
                    yield DimensionList(
                        "Words",
                        "wording",
                        scored.attunement.wording,
                        dimensions,
                        WORDING_DIMENSIONS,
                        not_rated.get("wording", not_rated.get("level", "")),
                    )
                    yield DimensionList(
                        "Voice",
                        "voice",
                        scored.attunement.voice,
                        dimensions,
                        VOICE_DIMENSIONS,
                        not_rated.get("voice", ""),
                    )
                yield Curves(self.exercise.speaker.name, scored.prompt_curves, scored.curves)
                yield Static("", classes="notes -below")
        yield Static("", id="playing", markup=False)

    def on_mount(self) -> None:
        if not self.query("#model"):  # opened and closed at once: there is nothing left to draw on
            return
        self.query_one("#model").display = False
        if self.check_action("correct", ()):
            self.query_one("#transcript").border_subtitle = "E corrects the words"
        self._show_notes()
        if "breath" in self.attempt.steps:
            self.run_worker(self._find_beside, thread=True, group="beside")

    def _find_beside(self) -> None:
        try:
            told = after_a_breath(self.attempt, self.trainer.practice.store)
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(str(error)))
        else:
            self.post_message(BesideFound(told))

    def on_beside_found(self, message: BesideFound) -> None:
        self.beside = message.text
        self._show_notes()

    def on_unmount(self) -> None:
        self.player.stop()

    def _show_notes(self) -> None:
        notes = [*self.attempt.scored.feedback.notes]
        if not self.stored:
            notes.append("This attempt is not in your history; it could not be kept.")
        if self.attempt.heard and self.turn is not None:
            both = [feeling for feeling in self.attempt.heard if feeling in self.turn.feelings]
            heard, felt = ", ".join(self.attempt.heard), ", ".join(self.turn.feelings)
            tail = " You were with them." if both else " Close listening is a guess, and guesses get corrected."
            notes.append(f"You heard {heard}. {self.exercise.speaker.name} felt {felt}.{tail}")
        if self.beside:
            notes.append(self.beside)
        if self.check_action("way", ()) and self.next_turn is None:
            notes.append(ENDS)
        if self.exercise.content_note:
            notes.append(after_heavy(self.trainer.practice.preferences.help_line))
        told = Content("\n").join([Content.assemble(("· ", "$quiet"), (note, "$quiet")) for note in notes])
        for widget in self.query(".notes").results(Static):  # one of the two is shown, as the width has it
            widget.update(told)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action == "correct":
            return self.stored and self.turn is not None
        if action in ("mine", "replay"):
            return self.attempt.recording is not None
        if action == "model":
            return self.turn is not None and bool(self.turn.model_replies)
        if action == "way":
            return self.turn is not None and has_branches(self.exercise)
        if action in ("speaker", "again"):
            return self.turn is not None
        return True

    # hearing again

    def action_mine(self) -> None:
        self._play("your answer", lambda: self.trainer.practice.play_attempt(self.attempt))

    def action_speaker(self) -> None:
        turn = self.turn
        if turn is not None:
            self._play(self.exercise.speaker.name, lambda: self.trainer.practice.play_prompt(self.exercise, turn))

    def action_model(self) -> None:
        """The next model reply: its words and why, and its sound where it is spoken."""
        if self.turn is None or not self.turn.model_replies:
            return
        replies = self.turn.model_replies
        self._model = (self._model + 1) % len(replies)
        reply = replies[self._model]
        box = self.query_one("#model", Static)
        box.border_title = f"One way of answering  ·  {level_word(reply.level, 'wording')}"
        box.border_subtitle = f"M {self._model + 1} of {len(replies)}"
        box.update(Content.assemble(f"“{' '.join(reply.text.split())}”\n", (reply.why, "$quiet")))
        box.display = True
        self.call_after_refresh(lambda: box.scroll_visible(animate=False))
        if reply.audio:
            self._play("one way of answering", lambda: self.trainer.practice.play_model(self.exercise, reply))
        else:
            self.player.stop()

    def _play(self, what: str, start: Callable[[], Playback | None]) -> None:
        self.player.play(what, start)

    def on_played(self, message: Played) -> None:
        line = "" if message.over else f"▶ {message.what}  {clock(message.position_s)}"
        self.query_one("#playing", Static).update(line)

    # going on

    def action_again(self) -> None:
        if self.turn is not None:
            self.trainer.practise(self.exercise, self.turn.id)

    def action_go_on(self) -> None:
        """Let the speaker answer back; where a talk ends, look back on it, and where there was none, home."""
        if self.next_turn is not None:
            self.trainer.practise(self.exercise, self.next_turn, at_once=True)
        elif self.check_action("way", ()):
            self.action_way()
        else:
            self.trainer.action_home()

    def action_way(self) -> None:
        from .way import WayScreen

        self.player.stop()
        self.app.push_screen(WayScreen(self.attempt, self.exercise))

    def action_replay(self) -> None:
        from .replay import ReplayScreen

        self.player.stop()
        self.app.push_screen(ReplayScreen(self.attempt, self.exercise))

    def action_correct(self) -> None:
        from .correct import CorrectScreen

        self.app.push_screen(CorrectScreen(self.attempt, self.exercise))

    def action_details(self) -> None:
        from .details import DetailsScreen

        self.app.push_screen(DetailsScreen(self.attempt, who(self.exercise)))

    def show_trouble(self, error: VoiceTrainerError) -> None:
        self.app.post_message(Trouble(str(error)))


def _point(title: str, point: Point, name: str) -> Static:
    """A card with one thing told, and the trainee's own words that it rests on."""
    parts: list[tuple[str, str] | str] = [
        (f"{title}\n", "bold $primary" if name == "strength" else "bold $accent"),
        point.text,
    ]
    evidence = point.evidence.text if point.evidence is not None else ""
    if evidence and evidence.rstrip(".!?…,") not in point.text:
        parts.append((f"  “{evidence}”", "$quiet"))
    return Static(Content.assemble(*parts), id=name, classes="point")
