"""The step that is on, its prompt, and the time that is left."""

from __future__ import annotations

import time

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from ...coach.snapshot import Snapshot
from ...exercise import Exercise, Library
from ..session_words import step_line, time_left
from ..words import who

TICK_S = 0.5


class SessionHead(Vertical):
    """Counts down by itself between snapshots."""

    def __init__(self, library: Library) -> None:
        super().__init__(id="session-head")
        self._library = library
        self._snapshot: Snapshot | None = None
        self._drawn_at = 0.0

    def compose(self) -> ComposeResult:
        yield Static("", id="step-line", markup=False)
        yield Static("", id="prompt", markup=False)

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self._draw_line)

    def show(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._drawn_at = time.monotonic()
        self._draw_line()
        self.query_one("#prompt", Static).update(self._prompt(snapshot))

    @property
    def remaining_s(self) -> float | None:
        """Of the step, now."""
        shown = self._snapshot
        if shown is None or shown.remaining_s is None:
            return None
        return shown.remaining_s - (time.monotonic() - self._drawn_at if shown.running else 0.0)

    def _draw_line(self) -> None:
        shown = self._snapshot
        if shown is None:
            return
        left, over = time_left(self.remaining_s)
        mark = "▶" if shown.running else "⏸"
        parts: list[tuple[str, str] | str] = [(step_line(shown.plan, shown.step), "bold")]
        if shown.rounds > 1:
            parts.append((f"  ·  round {shown.round + 1} of {shown.rounds}", "$accent"))
        if shown.phase == "debrief":
            parts.append(("  ·  looking back together", "$accent"))
        elif shown.phase == "ended":
            parts.append(("  ·  over", "$quiet"))
        elif shown.step >= 0:
            parts.append((f"   {mark} {left}", "bold $warning" if over else "$primary" if shown.running else "$quiet"))
        self.query_one("#step-line", Static).update(Content.assemble(*parts), layout=False)

    def _exercise(self, snapshot: Snapshot) -> Exercise | None:
        steps = snapshot.session.steps
        if not 0 <= snapshot.step < len(steps):
            return None
        wanted = steps[snapshot.step].exercise_id
        return next((one for one in self._library.exercises if one.id == wanted), None)

    def _prompt(self, snapshot: Snapshot) -> Content:
        exercise = self._exercise(snapshot)
        if exercise is None:
            first = snapshot.plan[0].title if snapshot.plan else ""
            return Content.assemble(("First: ", "$quiet"), (first, "$accent")) if snapshot.step < 0 else Content("")
        turns = self._turns(snapshot, exercise)
        turn = next((one for one in exercise.turns if one.id in turns), exercise.turns[0])
        return Content.assemble((f"{who(exercise)}: ", "$accent"), (f"“{' '.join(turn.text.split())}”", ""))

    @staticmethod
    def _turns(snapshot: Snapshot, exercise: Exercise) -> tuple[str, ...]:
        """The turns that people have before them now, the listeners' first."""
        given = [one.assignment for one in snapshot.people if one.assignment is not None]
        now = [one.turn for one in given if one.step == snapshot.step and one.exercise_id == exercise.id]
        return (*now, snapshot.session.steps[snapshot.step].turn)
