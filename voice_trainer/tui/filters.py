"""What narrows the library. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ..exercise import Exercise


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Each that is not None must match; every word of ``text`` must begin a word of the title or the speaker."""

    text: str = ""
    skill: str | None = None
    context: str | None = None
    attachment: str | None = None
    difficulty: int | None = None

    def with_field(self, name: str, value: Any) -> Filters:
        """A copy with one field changed."""
        return msgspec.structs.replace(self, **{name: value})


def matching(exercises: Iterable[Exercise], filters: Filters) -> tuple[Exercise, ...]:
    """Those that match, in their order."""
    return tuple(exercise for exercise in exercises if _matches(exercise, filters))


def _matches(exercise: Exercise, filters: Filters) -> bool:
    for name in ("skill", "context", "attachment", "difficulty"):
        wanted = getattr(filters, name)
        if wanted is not None and getattr(exercise, name) != wanted:
            return False
    speaker = exercise.speaker
    words = f"{exercise.title} {speaker.name} {speaker.relation} {exercise.id.replace('-', ' ')}".casefold().split()
    return all(any(word.startswith(part) for word in words) for part in filters.text.casefold().split())
