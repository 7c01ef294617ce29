"""A session's plan as somebody writes it in a YAML file; every fault is told with its line.

title: Thursday group
minutes: 10                 # of a step that does not say
asks: [scores, transcript]  # of scores, transcript and recording; nobody has to agree
listeners: [Ana]            # who would hear or read it, beside the coach
days: 30                    # after which it is removed
steps:
  - exercise: cold-dinner
  - exercise: late-report
    drill: threes
    minutes: 15
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from ..errors import RequestInvalid
from ..exercise_files import located, read
from ..session import LONGEST_TITLE, MOST_STEPS, SHARINGS, DrillKind, Name, Sharing, Step
from ..shape import misfits

Minutes = Annotated[float, msgspec.Meta(gt=0, le=600)]


class PlanStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    exercise: str
    turn: str = ""
    drill: DrillKind | None = None
    minutes: Minutes | None = None


class PlanFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file, key by key."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TITLE)] = "Practising together"
    minutes: Minutes = 10.0
    asks: tuple[Sharing, ...] = SHARINGS
    listeners: tuple[Name, ...] = ()
    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 30
    steps: Annotated[tuple[PlanStep, ...], msgspec.Meta(min_length=1, max_length=MOST_STEPS)]

    def planned(self) -> tuple[Step, ...]:
        return tuple(
            Step(exercise_id=one.exercise, turn=one.turn, drill=one.drill, minutes=one.minutes or self.minutes)
            for one in self.steps
        )


def read_plan(path: Path) -> PlanFile:
    """Raises RequestInvalid with every fault of the file, a line each."""
    document, faults = read(path)
    found = [str(fault) for fault in faults]
    if document is not None:
        found += [str(fault) for fault in located(path, document, misfits(document.data, PlanFile))]
    if found or document is None:
        raise RequestInvalid("\n".join(found))
    return msgspec.convert(document.data, PlanFile)
