"""Who sits with whom, and who does what: for any number of people, whoever leaves and whoever comes."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_trainer.coach.drills import STAGES, parts, reseated, rounds_of, seated
from voice_trainer.errors import RequestInvalid
from voice_trainer.session import DRILLS, DrillKind

numbers = st.integers(3, 200)


def people(count: int) -> list[str]:
    return [f"p{at}" for at in range(count)]


@given(st.sampled_from([None, *DRILLS]), numbers)
def test_everybody_sits_somewhere_once(kind: DrillKind | None, count: int) -> None:
    groups = seated(kind, people(count))
    assert sorted(one for group in groups for one in group) == sorted(people(count))


@given(numbers)
def test_threes_are_three_where_it_comes_out_and_never_fewer(count: int) -> None:
    sizes = [len(group) for group in seated("threes", people(count))]
    assert min(sizes) >= 3
    assert max(sizes) <= (5 if count == 5 else 4)
    assert sizes.count(3) >= len(sizes) - 2 or count == 5
    if count % 3 == 0:
        assert set(sizes) == {3}


@given(numbers)
def test_in_threes_everybody_has_every_place_once_it_is_through(count: int) -> None:
    groups = seated("threes", people(count))
    roles = {one: Counter[str]() for one in people(count)}
    for round in range(rounds_of("threes", groups)):
        found = parts("threes", groups, round)
        assert Counter(part.group for part in found if part.role == "listener") == Counter(range(len(groups)))
        assert len({part.person for part in found}) == count
        for part in found:
            roles[part.person][part.role] += 1
            assert part.person not in part.partners
    assert all({"speaker", "listener", "observer"} <= set(each) for each in roles.values())


def test_in_threes_who_spoke_listens_next_and_who_listened_observes() -> None:
    groups = seated("threes", ["ann", "ben", "cem"])
    at = [{part.person: part.role for part in parts("threes", groups, round)} for round in range(3)]
    assert at[0] == {"ann": "speaker", "ben": "listener", "cem": "observer"}
    for before, after in itertools.pairwise(at):
        for person, role in before.items():
            assert after[person] == {"speaker": "listener", "listener": "observer", "observer": "speaker"}[role]


def test_the_speaker_is_told_whose_line_it_is() -> None:
    (speaker,) = [one for one in parts("threes", (("ann", "ben", "cem"),), 0, speaker="Maya") if one.role == "speaker"]
    assert "Maya" in speaker.line


@given(numbers)
def test_dodge_ball_has_two_teams_and_the_other_one_answers(count: int) -> None:
    groups = seated("dodge_ball", people(count))
    assert abs(len(groups[0]) - len(groups[1])) <= 1
    answered = Counter[str]()
    for round in range(rounds_of("dodge_ball", groups)):
        thrower, answerer = parts("dodge_ball", groups, round, prompts=3)
        assert (thrower.role, answerer.role, answerer.up) == ("speaker", "listener", True)
        assert thrower.person in groups[round % 2]
        assert answerer.person in groups[1 - round % 2]
        assert answerer.prompt == round % 3, "one line after another"
        answered[answerer.person] += 1
    assert set(answered) == set(people(count))


@given(numbers)
def test_in_rounds_everybody_has_the_turn_once(count: int) -> None:
    groups = seated("rounds", people(count))
    turns = [parts("rounds", groups, round) for round in range(rounds_of("rounds", groups))]
    assert [part.person for each in turns for part in each] == people(count)
    assert all(part.up and part.prompt == 0 for each in turns for part in each)


@given(numbers)
def test_sustained_are_pairs_that_change_places(count: int) -> None:
    groups = seated("sustained", people(count))
    assert sorted({len(group) for group in groups}) in ([2], [2, 3], [3])
    assert sum(len(group) == 3 for group in groups) == count % 2
    first = {part.person: part.role for part in parts("sustained", groups, 0, minutes=5)}
    second = {part.person: part.role for part in parts("sustained", groups, 1, minutes=5)}
    assert all(first[a] == second[b] for a, b, *rest in groups if not rest)
    assert any("5 minutes" in part.line for part in parts("sustained", groups, 0, minutes=5))


def test_progressive_goes_from_simple_to_complex_to_a_question() -> None:
    groups = seated("progressive", people(4))
    assert rounds_of("progressive", groups) == 3
    lines = [{part.line for part in parts("progressive", groups, round)} for round in range(3)]
    assert lines == [{stage} for stage in STAGES]
    assert [any(word in stage for word in ("simple", "complex", "question")) for stage in STAGES] == [True] * 3


@pytest.mark.parametrize(("kind", "count"), [("threes", 2), ("dodge_ball", 1), ("sustained", 1), ("rounds", 0)])
def test_too_few_is_said_in_a_sentence(kind: DrillKind, count: int) -> None:
    with pytest.raises(RequestInvalid, match=r"takes \d people or more"):
        seated(kind, people(count))


@given(st.sampled_from(DRILLS), numbers, st.data())
def test_whoever_leaves_or_comes_nobody_is_lost_and_nobody_sits_alone(
    kind: DrillKind, count: int, data: st.DataObject
) -> None:
    groups = seated(kind, people(count))
    stay = data.draw(st.lists(st.sampled_from(people(count)), unique=True, min_size=2))
    now = [*stay, "new1", "new2"]
    after = reseated(kind, groups, now)
    sitting = [one for group in after for one in group]
    assert len(sitting) == len(set(sitting))
    assert set(now) <= set(sitting)
    if kind != "rounds":
        assert set(sitting) == set(now)
    if kind in ("threes", "sustained"):
        assert min(len(group) for group in after) >= 2


def test_in_rounds_nobody_is_passed_over_when_somebody_before_them_leaves() -> None:
    groups = seated("rounds", ["ann", "ben", "cem"])
    after = reseated("rounds", groups, ["ben", "cem"])
    assert [part.person for part in parts("rounds", after, 1)] == ["ben"]
