"""The history: attempts by day, trends with how sure they are, pooled counts, and what came back.

Read in a worker, the newest page first; what is drawn is computed there, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Select, Static

from ...errors import VoiceTrainerError
from ..history_view import DAYS, HistoryFilters, HistoryView, view
from ..messages import Trouble
from ..widgets.attempt_list import AttemptList
from ..widgets.counted import Counted, Returned
from ..widgets.pulled import Pulled
from ..widgets.trend_list import TrendList, TrendPlot
from ..words import CONTEXTS, SKILLS
from .feedback import FeedbackScreen
from .page import ROOMS, TO_HELP, Page

if TYPE_CHECKING:
    from ...attempt import Attempt
    from ...store import HistoryRow, PullSaid

FIRST_PAGE = 200
FIELDS: tuple[tuple[str, str, Iterable[tuple[str, object]]], ...] = (
    ("person", "Everybody", ()),
    ("skill", "Any skill", [(word, key) for key, word in SKILLS.items()]),
    ("context", "Context", [(word, key) for key, word in CONTEXTS.items()]),
    ("exercise", "Exercise", ()),
    ("days", "Any time", [(word, key) for key, word in DAYS.items()]),
)
VIEWS = ("attempts", "trends", "counts")
SEVERAL = "A trend is one person's. Choose whose with F, and it is drawn here."
NOTHING = "Nothing is here yet. Once you have practised, you can look back on it here."
NAMELESS = "–"


class HistoryLoaded(Message):
    """The attempts were read; ``whole`` once all of them were."""

    def __init__(
        self,
        rows: tuple[HistoryRow, ...],
        said: tuple[PullSaid, ...],
        filters: HistoryFilters,
        drawn: HistoryView,
        *,
        whole: bool,
    ) -> None:
        super().__init__()
        self.rows = rows
        self.said = said
        self.filters = filters
        self.drawn = drawn
        self.whole = whole


class HistoryAttemptRead(Message):
    def __init__(self, attempt: Attempt) -> None:
        super().__init__()
        self.attempt = attempt


class FeedbackFromHistory(FeedbackScreen):
    """The feedback of an attempt, from which Escape leads back to the history."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back", key_display="esc"),
        Binding("h", "app.home", "Home", show=False),
        TO_HELP,
    ]


class HistoryScreen(Page):
    """Look back. At narrow sizes V goes from the attempts to the trends and on to what was counted."""

    WHERE = "History"
    AUTO_FOCUS = "#past"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "View"),
        Binding("f", "narrow", "Filter"),
        Binding("c", "clear", "Clear"),
        Binding("escape", "back", "Home"),
        *ROOMS[1:],
        Binding("h", "app.home", "Home", show=False),
    ]
    CSS = """
    HistoryScreen {
        & #history-filters { height: 1; margin: 1 2; }
        & #history-filters Select { width: 1fr; margin-right: 1; }
        & #history { height: 1fr; padding: 0 1; }
        & #past-box { width: 1fr; height: 1fr; display: none; }
        & #seen { width: 1fr; height: 1fr; display: none; scrollbar-gutter: auto; }
        & #trend-box { height: auto; display: none; }
        & #counts-box { height: auto; display: none; }
        & #history-note { height: 1; padding: 0 3; color: $quiet; }
        &.-see-attempts #past-box { display: block; }
        &.-see-trends #seen { display: block; }
        &.-see-counts #seen { display: block; }
        &.-see-trends #trend-box { display: block; }
        &.-see-counts #counts-box { display: block; }
        &.-short #history-filters { margin: 0 2; }
        &.-wide #past-box { display: block; }
        &.-wide #seen { display: block; margin-left: 1; }
        &.-wide #trend-box { display: block; }
        &.-wide #counts-box { display: block; }
        &.-wide #history-filters { margin: 1 3; }
        &.-tiny #history-filters { display: none; }
        &.-tiny #history-note { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.filters = HistoryFilters()
        self.rows: tuple[HistoryRow, ...] = ()
        self.said: tuple[PullSaid, ...] = ()
        self.drawn: HistoryView | None = None
        self.whole = False
        self._view = 0
        self._offered: dict[str, list[tuple[str, str]]] = {}

    def body(self) -> ComposeResult:
        with Horizontal(id="history-filters"):
            for name, prompt, options in FIELDS:
                yield Select(options, prompt=prompt, id=f"of-{name}", compact=True)
        with Horizontal(id="history"):
            with Vertical(id="past-box", classes="box"):
                yield AttemptList(id="past")
            with VerticalScroll(id="seen"):
                with Vertical(id="trend-box"):
                    yield TrendList(id="trends")
                    yield TrendPlot(id="trend-plot")
                with Vertical(id="counts-box"):
                    yield Counted(id="counted")
                    yield Pulled(id="pulled")
                    yield Returned(id="returned")
        yield Static("", id="history-note", markup=False)

    def on_mount(self) -> None:
        past = self.query_one("#past-box")
        past.border_title, past.border_subtitle = "Attempts", "words · voice"
        self.add_class(f"-see-{VIEWS[self._view]}")

    def on_screen_resume(self) -> None:
        self.load()

    # reading

    def load(self) -> None:
        """Read everything anew; what is there stays until then. The first time a page comes before all the rest."""
        limit = None if self.rows else FIRST_PAGE
        self.run_worker(lambda: self._read(limit), thread=True, group="history", exclusive=True)

    def _read(self, limit: int | None) -> None:
        try:
            store = self.trainer.practice.store
            rows, said = store.history(limit=limit), store.pulls()
        except VoiceTrainerError as error:
            self.post_message(Trouble(str(error)))
        else:
            self._tell(rows, said, whole=limit is None or len(rows) < limit)

    def _tell(self, rows: tuple[HistoryRow, ...], said: tuple[PullSaid, ...], *, whole: bool) -> None:
        exercises = {one.id: one for one in self.trainer.practice.library.exercises}
        filters = self.filters
        drawn = view(rows, filters, exercises, datetime.now(UTC), said)
        self.post_message(HistoryLoaded(rows, said, filters, drawn, whole=whole))

    async def on_history_loaded(self, message: HistoryLoaded) -> None:
        first = not self.rows
        self.rows, self.said, self.whole = message.rows, message.said, message.whole
        if first:
            self._begin_with_me()
        self._offer()
        if message.filters == self.filters:
            await self._draw(message.drawn)
        else:  # they changed while it was read
            self._narrow()
        if not self.whole:  # once the page is on the screen: reading all would keep it from being drawn
            self.call_after_refresh(self.load)

    def _begin_with_me(self) -> None:
        """Where several people practise here, begin with the one who does now."""
        me = self.trainer.practice.preferences.person
        people = {row.person for row in self.rows}
        if me in people and len(people) > 1:
            self.filters = self.filters.with_field("person", me)

    def _offer(self) -> None:
        """Whom and what the history has, to choose from."""
        titles = self._titles()
        people = sorted({row.person for row in self.rows}, key=lambda person: person.casefold())
        exercises = sorted({row.exercise_id for row in self.rows}, key=lambda one: str(titles.get(one, one)).casefold())
        self._set_options("person", [(person or NAMELESS, person) for person in people])
        self._set_options("exercise", [(titles.get(one, one), one) for one in exercises])

    def _set_options(self, name: str, options: list[tuple[str, str]]) -> None:
        if self._offered.get(name) == options:
            return
        self._offered[name] = options
        select = self.query_one(f"#of-{name}", Select)
        chosen = getattr(self.filters, name)
        with self.prevent(Select.Changed):
            select.set_options(options)
            if chosen is not None and chosen in [key for _, key in options]:
                select.value = chosen

    def _titles(self) -> dict[str, str]:
        return {one.id: one.title for one in self.trainer.practice.library.exercises}

    # drawing

    async def _draw(self, drawn: HistoryView) -> None:
        self.drawn = drawn
        now, titles = datetime.now().astimezone(), self._titles()
        several = self.filters.person is None and len({row.person for row in self.rows}) > 1
        self.query_one(AttemptList).show(drawn.days, titles, now, people=several)
        trends = self.query_one(TrendList)
        trends.show(drawn.trends, SEVERAL if len(drawn.compared.people) > 1 else "" if drawn.shown else NOTHING)
        await self.query_one(TrendPlot).show(trends.chosen)
        self.query_one(Counted).show(drawn.pooled, drawn.compared)
        self.query_one(Pulled).show(drawn.pulls, now.date())
        self.query_one(Returned).show(drawn.returns, titles, now)
        self.query_one("#history-note", Static).update(self._note(drawn))

    def _note(self, drawn: HistoryView) -> str:
        if not self.rows:
            return NOTHING
        if not drawn.shown:
            return "Nothing matches; C clears the filters."
        text = f"{drawn.shown} of {drawn.of} attempts"
        return text if self.whole else f"{text}, reading on…"

    async def on_trend_list_chosen(self, message: TrendList.Chosen) -> None:
        await self.query_one(TrendPlot).show(message.trend)

    # narrowing

    def on_select_changed(self, event: Select.Changed) -> None:
        name = (event.select.id or "").removeprefix("of-")
        self.filters = self.filters.with_field(name, None if event.select.is_blank() else event.value)
        self._narrow()

    def _narrow(self) -> None:
        rows, said, whole = self.rows, self.said, self.whole
        self.run_worker(lambda: self._tell(rows, said, whole=whole), thread=True, group="narrow", exclusive=True)

    def action_narrow(self) -> None:
        """To the first filter, and from one to the next."""
        selects = list(self.query(Select))
        at = next((i for i, select in enumerate(selects) if select is self.focused), -1)
        self.set_focus(selects[(at + 1) % len(selects)])  # at once: the next key may be there already

    def action_clear(self) -> None:
        with self.prevent(Select.Changed):
            for select in self.query(Select):
                select.clear()
        self.filters = HistoryFilters()
        self._narrow()
        self._to_what_is_seen()

    # going places

    def action_view(self) -> None:
        """Where not all is seen at once, the next part of it; where it is, the cursor goes there."""
        self.remove_class(f"-see-{VIEWS[self._view]}")
        steps = VIEWS[:2] if self.has_class("-wide") else VIEWS
        self._view = (self._view + 1) % len(steps)
        self.add_class(f"-see-{VIEWS[self._view]}")
        self.set_focus(None)
        self.call_after_refresh(self._follow_view)  # what is not displayed yet takes no focus

    def _follow_view(self) -> None:
        if self.focused is None:  # else another key was quicker
            self._to_what_is_seen()

    def _to_what_is_seen(self) -> None:
        self.set_focus(self.query_one({"attempts": "#past", "trends": "#trends", "counts": "#seen"}[VIEWS[self._view]]))

    def action_back(self) -> None:
        """From a filter to what is seen, from there home."""
        if isinstance(self.focused, Select):
            self._to_what_is_seen()
        else:
            self.trainer.action_home()

    def on_attempt_list_opened(self, message: AttemptList.Opened) -> None:
        chosen, store = message.row.id, self.trainer.practice.store

        def work() -> None:
            try:
                self.post_message(HistoryAttemptRead(store.attempt(chosen)))
            except VoiceTrainerError as error:
                self.post_message(Trouble(str(error)))

        self.run_worker(work, thread=True, group="open", exclusive=True)

    def on_history_attempt_read(self, message: HistoryAttemptRead) -> None:
        try:
            exercise = self.trainer.practice.library.get(message.attempt.exercise_id)
        except VoiceTrainerError as error:
            self.app.post_message(Trouble(f"This attempt can't be shown: {error}"))
            return
        self.app.push_screen(FeedbackFromHistory(message.attempt, exercise))
