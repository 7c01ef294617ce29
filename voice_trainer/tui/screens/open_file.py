"""Choose a recording made elsewhere as the answer to a turn; it is scored as a spoken one is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import DirectoryTree, Footer, Input, Static

from ...errors import VoiceTrainerError
from ..messages import AttemptOpened

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...exercise import Exercise, Turn
    from ..app import VoiceTrainerApp

SUFFIXES = frozenset((".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".aac", ".webm", ".aiff", ".aif"))
KINDS = "WAV, FLAC, Ogg, MP3, M4A"
HINT = f"A recording of your answer ({KINDS}). It is copied into your history; the file stays as it is."


class SoundTree(DirectoryTree):
    """Folders and sound files; what is hidden stays hidden."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open"),
        Binding("backspace", "parent", "Folder above", key_display="⌫"),
    ]
    ICON_NODE, ICON_NODE_EXPANDED, ICON_FILE = "▸ ", "▾ ", "♪ "

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        return [path for path in paths if not path.name.startswith(".") and (path.is_dir() or _is_sound(path))]

    def action_parent(self) -> None:
        self.path = Path(self.path).resolve().parent


def _is_sound(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


class FileScored(Message):
    def __init__(self, attempt: Attempt) -> None:
        super().__init__()
        self.attempt = attempt


class FileRefused(Message):
    """The file could not be used: one plain sentence."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class OpenFileScreen(ModalScreen[None]):
    """Over the practice screen.

    Args:
        folder: where to begin; None for the home folder.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "type", "Type a path", key_display="/"),
        Binding("escape", "leave", "Back", key_display="esc"),
    ]
    AUTO_FOCUS = "SoundTree"
    CSS = """
    OpenFileScreen {
        & .dialog { height: 90%; }
        & SoundTree { height: 1fr; background: transparent; padding: 0; margin-top: 1; }
        & #path { margin-top: 1; }
        & #file-told { height: auto; max-height: 5; margin-top: 1; color: $quiet; }
        & #file-told.-failed { color: $warning; }
    }
    """

    last_folder: ClassVar[Path | None] = None
    """Where a file was chosen before, in this run."""

    def __init__(self, exercise: Exercise, turn: Turn, folder: Path | None = None) -> None:
        super().__init__()
        self.exercise = exercise
        self.turn = turn
        self._folder = folder or self.last_folder or Path.home()
        self.scoring = False

    @property
    def busy(self) -> bool:
        return self.scoring

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = f"Answer {self.exercise.speaker.name} with a recording"
            yield Input(placeholder="/ path of a file or a folder", id="path", compact=True)
            yield SoundTree(self._folder)
            yield Static(Content(HINT), id="file-told")
        yield Footer(show_command_palette=False, compact=True)

    def action_type(self) -> None:
        self.query_one("#path").focus()

    def action_leave(self) -> None:
        """From the path back to the folders; from there away. What is being scored is waited for."""
        if self.scoring:
            self._say("It is being listened to; a moment.")
        elif self.query_one("#path").has_focus:
            self.query_one(SoundTree).focus()
        else:
            self.dismiss()

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        self._use(event.path)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        path = Path(event.value.strip()).expanduser()
        if not event.value.strip():
            return
        if path.is_dir():
            self.query_one(SoundTree).path = path
            self.query_one(SoundTree).focus()
        else:
            self._use(path)

    def _use(self, path: Path) -> None:
        if self.scoring:
            return
        self.scoring = True
        OpenFileScreen.last_folder = path.parent
        self._say(f"Listening to {path.name}…")
        self.run_worker(lambda: self._score(path), thread=True, group="file", exclusive=True)

    def _score(self, path: Path) -> None:
        from ...engines.audio_file import read_audio
        from ...scoring import blocks

        practice = cast("VoiceTrainerApp", self.app).practice
        try:
            sound = read_audio(path)
            review = practice.review(self.exercise, self.turn, sound.rate_hz)
            try:
                for block in blocks(sound.samples, sound.rate_hz):
                    review.push(block)
            except BaseException:
                review.cancel()
                raise
            self.post_message(FileScored(review.finish()))
        except VoiceTrainerError as error:
            self.post_message(FileRefused(str(error)))

    def on_file_refused(self, message: FileRefused) -> None:
        self.scoring = False
        self._say(message.text, failed=True)

    def on_file_scored(self, message: FileScored) -> None:
        self.scoring = False
        self.app.post_message(AttemptOpened(message.attempt))

    def _say(self, text: str, *, failed: bool = False) -> None:
        told = self.query_one("#file-told", Static)
        told.set_class(failed, "-failed")
        told.update(Content(text))
