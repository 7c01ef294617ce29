"""Home: today's practice and why, what was left unfinished, and the last attempts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...errors import VoiceTrainerError
from .. import messages
from ..messages import HomeSnapshot
from ..widgets.lately import Lately, attempt_line, unfinished_line
from ..widgets.today import TodayCard
from ..words import greeting
from .page import QUIT, TO_HELP, TO_LIBRARY, TO_SETTINGS, Page

if TYPE_CHECKING:
    from ...store.recordings import Unfinished

ATTEMPTS_SHOWN = 12
ATTEMPT, UNFINISHED = "attempt", "unfinished"


class HomeScreen(Page):
    """The first screen; it paints before anything is loaded, and fills in once ``load`` was told to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "practise", "Practise"),
        Binding("delete,d", "delete", "Delete", key_display="del"),
        TO_LIBRARY,
        Binding("p", "app.paths", "Paths"),
        Binding("y", "history", "History"),
        Binding("g", "app.together", "Group"),
        Binding("h", "first", "Home", show=False),
        Binding("v", "replay", "Replay", show=False),
        TO_SETTINGS,
        TO_HELP,
        QUIT,
    ]
    AUTO_FOCUS = "TodayCard"

    def __init__(self) -> None:
        super().__init__()
        self.snapshot: HomeSnapshot | None = None
        self._asked_early = False
        self._unfinished: dict[str, Unfinished] = {}

    def body(self) -> ComposeResult:
        with Container(id="home"):
            yield Static("", id="greeting", markup=False)
            with Container(id="rooms"):
                yield TodayCard()
                with Vertical(id="lately-box", classes="box"):
                    yield Lately(id="lately")
                    yield Static("Your attempts will be listed here, for you alone.", id="nothing", markup=False)

    def on_mount(self) -> None:
        self.query_one("#lately-box").border_title = "Lately"
        self._greet()

    def on_screen_resume(self) -> None:
        if self.trainer.opened:
            self.load()

    def _greet(self) -> None:
        person = self.trainer.practice.preferences.person if self.trainer.opened else ""
        now = datetime.now().astimezone()
        self.query_one("#greeting", Static).update(f"{greeting(now, person)} Take a breath; a few minutes are plenty.")

    def load(self) -> None:
        """Read anew what there is to show."""
        self.run_worker(self._read, thread=True, group="home", exclusive=True)

    def _read(self) -> None:
        practice = self.trainer.practice
        try:
            snapshot = HomeSnapshot(
                today=practice.today(),
                attempts=tuple(practice.store.attempts(limit=ATTEMPTS_SHOWN)),
                unfinished=practice.unfinished(),
                titles={exercise.id: exercise.title for exercise in practice.library.exercises},
                faults=tuple(str(fault) for fault in practice.library.faults),
            )
        except VoiceTrainerError as error:
            self.post_message(messages.Trouble(str(error)))
        else:
            self.post_message(messages.HomeLoaded(snapshot))

    def show_failure(self, text: str) -> None:
        """The practice could not be opened: say why, for as long as the screen is open."""
        self.query_one(TodayCard).update(Content(f"The trainer could not be opened.\n\n{text}"))

    def on_home_loaded(self, message: messages.HomeLoaded) -> None:
        self.snapshot = snapshot = message.snapshot
        self._greet()
        self.query_one(TodayCard).show(snapshot.today, snapshot.faults)
        now = datetime.now(UTC)
        self._unfinished = {f"{UNFINISHED}:{i}": one for i, one in enumerate(snapshot.unfinished)}
        options = [
            Option(unfinished_line(one, snapshot.titles, now), id=key) for key, one in self._unfinished.items()
        ] + [Option(attempt_line(row, snapshot.titles, now), id=f"{ATTEMPT}:{row.id}") for row in snapshot.attempts]
        lately = self.query_one("#lately", Lately)
        at = lately.highlighted
        lately.set_options(options)
        lately.highlighted = at if at is not None and at < len(options) else (0 if options else None)
        lately.display = bool(options)
        self.query_one("#nothing").display = not options
        self.refresh_bindings()
        asked, self._asked_early = self._asked_early, False
        if asked and self.is_current:
            self.action_practise()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        kind, _, key = (event.option.id or "").partition(":")
        if kind == ATTEMPT:
            self.trainer.open_attempt(key)
        elif event.option.id in self._unfinished:
            self.trainer.recover(self._unfinished[event.option.id])

    def on_option_list_option_highlighted(self) -> None:
        self.refresh_bindings()

    def on_descendant_focus(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        if action == "delete":
            return self._chosen_unfinished() is not None
        return True

    def _chosen_unfinished(self) -> Unfinished | None:
        lately = self.query_one("#lately", Lately)
        option = lately.highlighted_option if lately.has_focus else None
        return self._unfinished.get(option.id or "") if option else None

    def action_practise(self) -> None:
        """Today's exercise; asked for before it is known, as soon as it is."""
        if self.snapshot is None:
            self._asked_early = True
        elif self.snapshot.today is not None:
            self.trainer.practise(self.snapshot.today.exercise)

    def action_history(self) -> None:
        from .history import HistoryScreen

        self.trainer.once_opened(lambda: self.trainer.show(HistoryScreen()))

    def action_replay(self) -> None:
        """The attempt that is marked in the list, as it sounded."""
        from .replay import open_replay

        option = self.query_one("#lately", Lately).highlighted_option
        kind, _, key = ((option.id if option else None) or "").partition(":")
        if kind == ATTEMPT:
            open_replay(self.trainer, key)

    def action_first(self) -> None:
        self.query_one(TodayCard).focus()

    def action_delete(self) -> None:
        chosen = self._chosen_unfinished()
        if chosen is None:
            return
        from .confirm import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(lambda: self._dismiss_recording(chosen), thread=True, group="dismiss")

        self.app.push_screen(ConfirmScreen("Delete this unfinished recording? It can't be brought back."), answered)

    def _dismiss_recording(self, chosen: Unfinished) -> None:
        try:
            self.trainer.practice.dismiss(chosen)
        except VoiceTrainerError as error:
            self.post_message(messages.Trouble(str(error)))
        self._read()
