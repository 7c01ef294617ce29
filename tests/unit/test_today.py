"""Today's practice: what has waited longest comes first, and it says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from voice_trainer.exercise import Exercise, Library, Speaker, Turn
from voice_trainer.store import AttemptSummary
from voice_trainer.today import suggest

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def exercise(name: str, skill: str, difficulty: int = 1) -> Exercise:
    turn = Turn(id="start", text="…", audio="a.wav", feelings=("sad",), meaning="…", listen_for="…")
    return Exercise(
        id=name,
        title=name,
        context="friend",
        skill=skill,  # type: ignore[arg-type]
        attachment="secure",
        difficulty=difficulty,
        speaker=Speaker(name="Ada", relation="your friend", voice="ada"),
        turns=(turn,),
    )


@dataclass
class Attempts:
    """A store that only lists."""

    rows: list[AttemptSummary] = field(default_factory=list)

    def at(self, exercise_id: str, days_ago: float, person: str = "") -> Attempts:
        summary = AttemptSummary(
            id=str(len(self.rows)),
            exercise_id=exercise_id,
            turn="start",
            started_at=NOW - timedelta(days=days_ago),
            person=person,
            wording=0.5,
            voice=0.5,
            level=3,
            recording=None,
        )
        return Attempts([*self.rows, summary])

    def attempts(self, *, person: str | None = None, limit: int | None = None) -> tuple[AttemptSummary, ...]:
        return tuple(row for row in self.rows if person in (None, row.person))[:limit]


LIBRARY = Library((exercise("a", "notice"), exercise("b", "validate", 2), exercise("c", "validate", 1)))


def test_an_empty_library_suggests_nothing() -> None:
    assert suggest(Library(()), Attempts()) is None  # type: ignore[arg-type]


def test_the_first_skill_that_was_never_practised_comes_first() -> None:
    first = suggest(LIBRARY, Attempts(), now=NOW)  # type: ignore[arg-type]
    assert first is not None
    assert (first.exercise.id, first.reason) == ("a", "You have not practised noticing yet.")
    then = suggest(LIBRARY, Attempts().at("a", 0), now=NOW)  # type: ignore[arg-type]
    assert then is not None
    assert then.exercise.id == "c"  # the easier of two


def test_then_the_one_that_waited_longest_and_was_practised_least() -> None:
    store = Attempts().at("a", 1).at("c", 3).at("c", 4)
    found = suggest(LIBRARY, store, now=NOW)  # type: ignore[arg-type]
    assert found is not None
    assert found.exercise.id == "b"
    assert "3 days ago" in found.reason


def test_somebody_else_practising_changes_nothing() -> None:
    store = Attempts().at("a", 0, person="Bo")
    found = suggest(LIBRARY, store, "Ada", now=NOW)  # type: ignore[arg-type]
    assert found is not None
    assert found.exercise.id == "a"
