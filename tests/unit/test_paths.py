"""Paths: their order, how far one has come, and words that are kind."""

from __future__ import annotations

import pytest
from test_today import Attempts

from voice_trainer.errors import RequestInvalid
from voice_trainer.exercise import ATTACHMENTS, SKILLS, Exercise, Library, Speaker, Turn, library_folder, load_library
from voice_trainer.paths import ABOUT, PATH_NAMES, all_paths, path_named, path_of


def exercise(name: str, skill: str, difficulty: int = 1, attachment: str = "secure") -> Exercise:
    turn = Turn(id="start", text="…", audio="a.wav", feelings=("sad",), meaning="…", listen_for="…")
    return Exercise(
        id=name,
        title=name,
        context="friend",
        skill=skill,  # type: ignore[arg-type]
        attachment=attachment,  # type: ignore[arg-type]
        difficulty=difficulty,
        speaker=Speaker(name="Ada", relation="your friend", voice="ada"),
        turns=(turn,),
    )


LIBRARY = Library(
    (
        exercise("r", "repair", 1, "anxious"),
        exercise("v", "validate", 3, "anxious"),
        exercise("n2", "notice", 2),
        exercise("n1", "notice", 1, "anxious"),
    )
)


def ids(name: str) -> list[str]:
    return [step.exercise.id for step in path_of(name, LIBRARY, ()).steps]  # type: ignore[arg-type]


def test_the_main_path_goes_by_skill_and_a_pull_goes_by_difficulty() -> None:
    assert ids("main") == ["n1", "n2", "v", "r"]
    assert ids("anxious") == ["n1", "r", "v"]
    assert ids("secure") == ["n2"]
    assert ids("avoidant") == []
    assert path_of("avoidant", LIBRARY, ()).next_step is None


def test_how_far_one_has_come_counts_exercises_however_they_went() -> None:
    store = Attempts().at("n1", 3, "Ana", level=1).at("n1", 2, "Ana", level=5).at("v", 1, "Bo")
    main, anxious, *_ = all_paths(LIBRARY, store, "Ana")  # type: ignore[arg-type]
    assert (main.practised, len(main.steps)) == (1, 4)
    assert (anxious.practised, len(anxious.steps)) == (1, 3)
    assert main.next_step is not None
    assert main.next_step.id == "n2"
    assert anxious.next_step is not None
    assert anxious.next_step.id == "r"
    assert all_paths(LIBRARY, store)[0].practised == 2  # type: ignore[arg-type]


def test_a_path_that_was_walked_begins_again() -> None:
    path = path_of("anxious", LIBRARY, {"n1", "r", "v"})
    assert path.practised == 3
    assert path.next_step is not None
    assert path.next_step.id == "n1"


def test_every_pull_has_its_path_and_the_real_library_is_on_them() -> None:
    assert set(PATH_NAMES) == {"main", *ATTACHMENTS} == set(ABOUT)
    library = load_library(library_folder())
    by_name = {path.name: path for path in all_paths(library, Attempts())}  # type: ignore[arg-type]
    assert [step.exercise for step in by_name["main"].steps] == list(library.exercises)
    of_pulls = [step.exercise.id for name in ATTACHMENTS for step in by_name[name].steps]
    assert sorted(of_pulls) == sorted(one.id for one in library.exercises)
    skills = [SKILLS.index(step.exercise.skill) for step in by_name["main"].steps]
    assert skills == sorted(skills)
    for name in ATTACHMENTS:
        difficulties = [step.exercise.difficulty for step in by_name[name].steps]
        assert difficulties == sorted(difficulties)


@pytest.mark.parametrize("name", ATTACHMENTS)
def test_a_pull_is_no_kind_of_person_and_is_told_in_two_or_three_sentences(name: str) -> None:
    about = ABOUT[name]  # type: ignore[index]
    assert "not a kind of person" in about.about
    for text in (about.about, about.to_try):
        assert 2 <= sum(text.count(end) for end in (". ", ".”")) + text.endswith(".") <= 4, text


def test_a_name_that_is_none_says_what_it_may_have_been() -> None:
    assert path_named(" Anxious ") == "anxious"
    with pytest.raises(RequestInvalid, match='did you mean "avoidant"'):
        path_named("avoidand")
    with pytest.raises(RequestInvalid, match="main, anxious"):
        path_named("xyz")
