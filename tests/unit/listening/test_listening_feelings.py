"""Which feelings a reply names, whose they are, and how they fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_trainer.listening.feeling_families import BY_NAME, FAMILIES, SPEAKER_WORDS
from voice_trainer.listening.feelings import family_of, match, named_feelings, near


def theirs(text: str) -> list[str]:
    return [one.family for one in named_feelings(text) if one.owner == "you" and not one.negated]


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("You sound gutted.", ["hurt"]),
        ("So you're on edge all day.", ["anxious"]),
        ("It's as if you're walking on eggshells at home.", ["anxious"]),
        ("It’s like you don’t matter to them.", ["invisible"]),
        ("You felt let down by all of us.", ["let down"]),
        ("You felt hurt and a bit stupid.", ["hurt", "foolish"]),
        ("You feel lost.", ["lost"]),
        ("You lost your job.", []),
        ("You moved the call.", []),
        ("You felt moved.", ["tender"]),
        ("No wonder you're angry.", ["angry"]),
        ("You're not only sad.", ["sad"]),
        ("I can hear how angry you are.", ["angry"]),
        ("I hear a lot of sadness in that.", ["sad"]),
        ("What he said was humiliating.", ["humiliated"]),
        ("You must feel so happy.", ["happy"]),
        ("I feel that you are being unfair.", []),
        ("It sounds like you're overreacting.", []),
        ("That's awful.", []),
        ("I'm sorry you feel that way.", []),
        ("Tell me more about the kitchen.", []),
    ],
)
def test_a_feeling_is_found_as_it_is_spoken(text: str, families: list[str]) -> None:
    assert theirs(text) == families


@pytest.mark.parametrize(
    "text", ["You're not angry.", "Don't be sad, Harold.", "You mustn't be ashamed.", "You were never jealous."]
)
def test_a_feeling_that_is_denied_is_negated(text: str) -> None:
    assert [one.negated for one in named_feelings(text)] == [True]


def test_a_comma_ends_the_reach_of_a_not() -> None:
    assert [(one.family, one.negated) for one in named_feelings("You're not angry, you're hurt.")] == [
        ("angry", True),
        ("hurt", False),
    ]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("I'm sad to hear that.", "I"),
        ("That makes me angry.", "I"),
        ("She was furious with you.", "other"),
        ("I hurt you.", "you"),
        ("That hurts.", "you"),
    ],
)
def test_whose_feeling_it_is(text: str, owner: str) -> None:
    assert [one.owner for one in named_feelings(text)] == [owner]


def test_intensity_follows_the_word() -> None:
    assert [named_feelings(f"You're {word}.")[0].intensity for word in ("miffed", "angry", "livid")] == [1, 2, 3]


def test_the_fit_to_a_speaker() -> None:
    named = named_feelings("You're furious, and you felt thrown away.")
    assert match(named, ("angry", "abandoned", "exhausted")) == {
        "angry": "met",
        "abandoned": "near",
        "exhausted": "missed",
    }


def test_a_feeling_from_the_other_side_is_wrong() -> None:
    assert match(named_feelings("You must feel so happy!"), ("ashamed",)) == {"ashamed": "missed", "happy": "wrong"}


def test_a_feeling_beside_those_listed_is_neither_met_nor_wrong() -> None:
    assert match(named_feelings("That sounds exhausting."), ("ashamed",)) == {"ashamed": "missed"}


def test_a_denied_feeling_and_a_feeling_of_mine_meet_nothing() -> None:
    named = named_feelings("Don't be sad. I'm hurt too.")
    assert match(named, ("sad", "hurt")) == {"sad": "missed", "hurt": "missed"}


def test_a_word_that_no_family_knows_stands_as_its_own() -> None:
    assert family_of("saudade") == "saudade"
    named = named_feelings("There's saudade in that.", also=("saudade",))
    assert match(named, ("saudade",)) == {"saudade": "met"}


def test_without_the_speakers_feelings_nothing_is_told() -> None:
    assert match(named_feelings("You're sad."), ()) == {}


def test_the_table_holds_together() -> None:
    assert len(FAMILIES) == len(BY_NAME) >= 40
    assert {kin for family in FAMILIES for kin in family.kin} <= set(BY_NAME)
    assert set(SPEAKER_WORDS.values()) <= set(BY_NAME)
    forms = [form.strip() for family in FAMILIES for line in family[3:6] for form in line.split(",")]
    assert len(forms) == len({form.removeprefix("~") for form in forms})
    assert all(forms)


@given(st.sampled_from(sorted(BY_NAME)), st.sampled_from(sorted(BY_NAME)))
def test_near_goes_both_ways(one: str, other: str) -> None:
    assert near(one, other) == near(other, one)


@given(st.text(alphabet=st.sampled_from("İßABi you're not hurt, sad. feel lost’“”\n"), max_size=80))
def test_places_are_places_in_the_text(text: str) -> None:
    for one in named_feelings(text):
        assert text[one.start : one.end] == one.words
