"""Keys and marks, what scoring can't know, and privacy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from ..care import looking_after_you
from ..words import MARK_STYLES, MARK_WORDS, VOICE_LEVELS, WORDING_LEVELS, bar

if TYPE_CHECKING:
    from ..app import VoiceTrainerApp

KEYS: tuple[tuple[str, str], ...] = (
    ("Enter", "go on: begin, play, skip, open"),
    ("Space", "start your answer, and end it"),
    ("R", "hear the speaker again"),
    ("C", "show or hide the speaker's words"),
    ("1–8", "pick what you heard"),
    ("B", "breathe before answering"),
    ("O", "answer with a recording made elsewhere"),
    ("Esc", "cancel or go back; a recording that is cancelled is not kept"),
    ("P  M  O", "on the feedback: play yours, a model answer, the speaker"),
    ("T  A  D", "try again, let the speaker answer back, all details"),
    ("V  E", "on the feedback: replay with a playhead, correct the words"),
    ("← →  [ ]  , .", "in a replay: by word, by sentence, by mark"),
    ("- +  B E L X", "in a replay: slower and faster; begin, end, repeat and drop a passage"),
    ("Tab  1–9  C", "in a replay: another take; two attempts side by side"),
    ("P  Del", "in a replay: pin a note to this moment; remove it"),
    ("W", "on the feedback: the way through the talk, and the other ways"),
    ("H  L  P  S  Y", "home, library, paths, settings, history"),
    ("G", "together: coach a group, or join one"),
    ("↵ O [ ] A C W X", "a coach, on people: turn, only them, their place, add, consent, take back, out"),
    ("N Space - + P I", "a coach: next round or step, the time, the plan, the invitation"),
    ("1–5  0  Tab  V", "a coach, on a reply: rate words and voice, the other one, uncover; PgDn"),
    ("Ctrl+P", "every command by name"),
    ("Q", "quit"),
)
CANNOT_KNOW = (
    "A program reads the words and measures the sound; it does not know the two of you. It can miss irony, a silence "
    "that was right, or a plain “yes” that meant everything. Words and voice are two readings, never one mark, and "
    "what could not be told is left open. If your sense of it differs, trust that, and try it with a person."
)
PRIVACY = (
    "Everything stays on this machine: your voice, the words, the history; nothing is sent anywhere. You can delete "
    "any recording, or all of it, with “voice-trainer forget”."
)


class HelpScreen(ModalScreen[None]):
    """Over whatever was there; Escape goes back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,enter,q", "dismiss", "Back", key_display="esc")
    ]
    AUTO_FOCUS = "VerticalScroll"

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -tall-dialog") as box:
            box.border_title = "Help"
            yield Static(_help(self._help_line()))
        yield Footer(show_command_palette=False, compact=True)

    def _help_line(self) -> str:
        trainer = cast("VoiceTrainerApp", self.app)
        return trainer.practice.preferences.help_line if trainer.opened else ""


def _help(help_line: str) -> Content:
    lines = [Content.assemble((f"{key:9}", "bold $primary"), what) for key, what in KEYS]
    lines += [Content(""), Content.assemble(("What the marks mean", "bold"))]
    lines += [Content.assemble((f"{mark}        ", MARK_STYLES[mark]), text) for mark, text in MARK_WORDS.items()]
    lines += [Content(""), Content.assemble(("What the bars mean", "bold"), ("  words, and voice", "$quiet"))]
    lines += [
        Content.assemble((f"{bar(i)}    ", "$primary"), f"{word:16}", VOICE_LEVELS[i - 1])
        for i, word in enumerate(WORDING_LEVELS, 1)
    ]
    last = (
        ("What scoring can't know", CANNOT_KNOW),
        ("Privacy", PRIVACY),
        ("Looking after you", looking_after_you(help_line)),
    )
    for title, text in last:
        lines += [Content(""), Content.assemble((title, "bold")), Content(text)]
    return Content("\n").join(lines)
