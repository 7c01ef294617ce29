"""Today's practice: what is due, new or hard, and why."""

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

    def at(self, exercise_id: str, days_ago: float, person: str = "", level: int = 3) -> Attempts:
        summary = AttemptSummary(
            id=str(len(self.rows)),
            exercise_id=exercise_id,
            turn="start",
            started_at=NOW - timedelta(days=days_ago),
            person=person,
            wording=0.5,
            voice=0.5,
            level=level,
            recording=None,
        )
        return Attempts(sorted([*self.rows, summary], key=lambda row: row.started_at, reverse=True))

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


def test_what_is_due_comes_before_what_is_new() -> None:
    found = suggest(LIBRARY, Attempts().at("a", 40), now=NOW)  # type: ignore[arg-type]
    assert found is not None
    assert found.exercise.id == "a"
    assert found.reason == "You last practised noticing 40 days ago; it is due again."


def test_of_two_that_are_due_the_one_that_was_missed_comes_first() -> None:
    store = Attempts().at("a", 40, level=5).at("c", 40, level=1)
    found = suggest(LIBRARY, store, now=NOW)  # type: ignore[arg-type]
    assert found is not None
    assert found.exercise.skill == "validate"


def test_with_nothing_due_and_nothing_new_the_hardest_gets_another_turn() -> None:
    store = Attempts().at("a", 0.1, level=2).at("c", 0.1, level=4)
    found = suggest(LIBRARY, store, now=NOW)  # type: ignore[arg-type]
    assert found is not None
    assert (found.exercise.id, found.reason) == (
        "a",
        "Nothing is due today; noticing has come hardest lately, so it gets another turn.",
    )


def test_the_exercise_is_one_that_was_practised_least_and_then_the_nearest_in_difficulty() -> None:
    store = Attempts().at("c", 40, level=4)
    found = suggest(LIBRARY, store, now=NOW)  # type: ignore[arg-type]
    assert found is not None
    assert found.exercise.id == "b"  # the other of that skill
    library = Library(tuple(exercise(name, "notice", level) for name, level in (("e", 1), ("f", 3), ("g", 5))))
    store = Attempts().at("e", 40, level=3)
    found = suggest(library, store, now=NOW)  # type: ignore[arg-type]
    assert found is not None
    assert found.exercise.id == "f"


def test_a_skill_that_goes_well_is_due_later_than_one_that_was_missed() -> None:
    only = Library((exercise("a", "notice"), exercise("b", "validate")))
    for days, skill in ((1.5, "notice"), (40, "notice")):
        store = Attempts().at("a", days, level=1).at("b", days, level=5)
        found = suggest(only, store, now=NOW)  # type: ignore[arg-type]
        assert found is not None
        assert found.exercise.skill == skill


def test_somebody_else_practising_changes_nothing() -> None:
    store = Attempts().at("a", 0, person="Bo")
    found = suggest(LIBRARY, store, "Ada", now=NOW)  # type: ignore[arg-type]
    assert found is not None
    assert found.exercise.id == "a"
