"""What every screen shares: the top line, the keys below, and the ways between the rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer

from ..widgets.topbar import TopBar

if TYPE_CHECKING:
    from ..app import VoiceTrainerApp

TO_HOME = Binding("h", "app.home", "Home")
TO_LIBRARY = Binding("l", "app.library", "Library")
TO_SETTINGS = Binding("s", "app.settings", "Settings")
TO_HELP = Binding("question_mark,f1", "app.help", "Help", key_display="?")
QUIT = Binding("q", "app.quit", "Quit")
ROOM_FOR_PALETTE = 112
ROOMS: tuple[BindingType, ...] = (TO_HOME, TO_LIBRARY, TO_SETTINGS, TO_HELP, QUIT)


class Page(Screen[None]):
    """A screen with the top line and the keys."""

    WHERE: ClassVar[str] = ""

    @property
    def busy(self) -> bool:
        """Whether nothing should come between now: help and quitting wait."""
        return False

    @property
    def trainer(self) -> VoiceTrainerApp:
        return cast("VoiceTrainerApp", self.app)

    def compose(self) -> ComposeResult:
        yield TopBar(self.where())
        yield from self.body()
        yield Footer(show_command_palette=False, compact=True)

    def on_resize(self, event: Resize) -> None:
        """Where there is room, the palette's key is shown as well."""
        footer = self.query_one(Footer)
        roomy = event.size.width >= ROOM_FOR_PALETTE
        footer.show_command_palette = roomy
        footer.compact = not roomy

    def where(self) -> str:
        """What the top line says about this screen."""
        return self.WHERE

    def body(self) -> ComposeResult:
        """What stands between the top line and the keys."""
        yield from ()
