"""What the trainee is told: one strength and one next step, with their own words as evidence."""

from __future__ import annotations

import msgspec

from .attunement import Evidence


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said to the trainee, about one dimension."""

    text: str
    dimension: str
    evidence: Evidence | None = None


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One strength, one next step; ``notes`` say what was not rated, and why."""

    strength: Point | None
    next_step: Point | None
    notes: tuple[str, ...] = ()
