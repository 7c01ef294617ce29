"""The steps of a plan, made and changed by keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ...session import MOST_STEPS, Step
from ..session_words import DRILL_CHOICES, drill_word, minutes_word

MINUTES: tuple[float, ...] = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90)
TITLE_WIDTH = 34


class StepList(OptionList):
    """``fixed``: how many of the first steps stay as they are, since they were begun."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add"),
        Binding("d", "drill", "Drill"),
        Binding("minus,underscore", "minutes(-1)", "Minutes", key_display="-+"),
        Binding("plus,equals_sign", "minutes(1)", show=False),
        Binding("left_square_bracket", "shift(-1)", "Move", key_display="[]"),
        Binding("right_square_bracket", "shift(1)", show=False),
        Binding("x,delete", "drop", "Remove", key_display="x"),
    ]

    class Wanted(Message):
        """Another step is to be added."""

    class Changed(Message):
        def __init__(self, steps: tuple[Step, ...]) -> None:
            super().__init__()
            self.steps = steps

    def __init__(
        self, steps: tuple[Step, ...] = (), *, titles: Mapping[str, str], fixed: int = 0, at: int = 0, id: str
    ) -> None:
        super().__init__(id=id)
        self.steps = steps
        self.fixed = fixed
        self._titles = titles
        self._first = at

    def on_mount(self) -> None:
        self._draw(self._first)

    def add(self, exercise_id: str) -> None:
        """Behind the last one."""
        if len(self.steps) < MOST_STEPS:
            self._set((*self.steps, Step(exercise_id=exercise_id)), len(self.steps))

    def _draw(self, at: int) -> None:
        self.set_options(
            [
                Option(step_option(number, step, self._titles, done=number <= self.fixed), id=str(number))
                for number, step in enumerate(self.steps, 1)
            ]
        )
        self.highlighted = min(max(0, at), len(self.steps) - 1) if self.steps else None

    def _set(self, steps: tuple[Step, ...], at: int) -> None:
        self.steps = steps
        self._draw(at)
        self.post_message(self.Changed(steps))

    @property
    def at(self) -> int | None:
        """The marked step, where it may be changed."""
        at = self.highlighted
        return at if at is not None and self.fixed <= at < len(self.steps) else None

    def _change(self, **changes: object) -> None:
        at = self.at
        if at is not None:
            changed = msgspec.structs.replace(self.steps[at], **changes)
            self._set((*self.steps[:at], changed, *self.steps[at + 1 :]), at)

    def action_add(self) -> None:
        self.post_message(self.Wanted())

    def action_drill(self) -> None:
        """The next way of going about it."""
        if self.at is not None:
            now = DRILL_CHOICES.index(self.steps[self.at].drill)
            self._change(drill=DRILL_CHOICES[(now + 1) % len(DRILL_CHOICES)])

    def action_minutes(self, by: int) -> None:
        if self.at is not None:
            now = self.steps[self.at].minutes
            further = [one for one in MINUTES if (one > now if by > 0 else one < now)]
            if further:
                self._change(minutes=(min if by > 0 else max)(further))

    def action_shift(self, by: int) -> None:
        at = self.at
        if at is None or not self.fixed <= at + by < len(self.steps):
            return
        steps = list(self.steps)
        steps[at], steps[at + by] = steps[at + by], steps[at]
        self._set(tuple(steps), at + by)

    def action_drop(self) -> None:
        at = self.at
        if at is not None:
            self._set((*self.steps[:at], *self.steps[at + 1 :]), at)


def step_option(number: int, step: Step, titles: Mapping[str, str], *, done: bool) -> Content:
    """ "1  The dinner that got cold   Threes   10 min"."""
    title = titles.get(step.exercise_id, step.exercise_id)
    shown = title if len(title) <= TITLE_WIDTH else f"{title[: TITLE_WIDTH - 1]}…"
    drill = drill_word(step.drill)
    return Content.assemble(
        (f"{number:2} ", "$quiet" if done else "bold $primary"),
        (f"{shown:{TITLE_WIDTH}}", "$quiet" if done else ""),
        (f" {minutes_word(step.minutes):>7}  ", "$quiet"),
        (drill, "$quiet" if step.drill is None or done else "$accent"),
    )
