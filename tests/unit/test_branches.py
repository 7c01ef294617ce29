"""The way through a talk: which turns, how each was met, and what lay on the other ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from voice_trainer.branches import has_branches, opening, way
from voice_trainer.exercise import Exercise, Next, Speaker, Turn, library_folder, load_library

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def turn(name: str, **following: str) -> Turn:
    return Turn(
        id=name,
        text=f"This is {name}. " * 6,
        audio="a.wav",
        feelings=("sad",),
        meaning="…",
        listen_for="…",
        next=Next(**following),
    )


TALK = Exercise(
    id="talk",
    title="Talk",
    context="friend",
    skill="repair",
    attachment="secure",
    difficulty=1,
    speaker=Speaker(name="Ada", relation="your friend", voice="ada"),
    turns=(
        turn("start", attuned="opens", partly="waits", missed="closes"),
        turn("opens"),
        turn("waits", attuned="opens", partly="opens", missed="closes"),
        turn("closes", attuned="opens", partly="waits"),
    ),
)


@dataclass
class Reply:
    turn: str
    outcome: str | None
    minute: float

    @property
    def started_at(self) -> datetime:
        return NOON + timedelta(minutes=self.minute)


def told(last: Reply, *earlier: Reply) -> list[tuple[str, str | None, list[str]]]:
    return [(one.turn.id, one.met, [other.turn.id for other in one.others]) for one in way(TALK, last, earlier)]


def test_the_way_has_every_turn_and_what_lay_beside_it() -> None:
    first, second = Reply("start", "missed", 0), Reply("closes", "partly", 1)
    assert told(Reply("waits", "attuned", 2), second, first) == [
        ("start", "missed", ["opens", "waits"]),
        ("closes", "partly", ["opens"]),
        ("waits", "attuned", ["closes"]),
    ]
    stretch = way(TALK, Reply("waits", "missed", 2), (first, second))[-1]
    assert stretch.led_to is not None
    assert stretch.led_to.id == "closes"
    assert [(other.turn.id, other.outcomes) for other in stretch.others] == [("opens", ("attuned", "partly"))]


def test_a_turn_that_was_tried_again_counts_as_it_went_last() -> None:
    replies = Reply("start", "missed", 0), Reply("closes", "missed", 1), Reply("start", "attuned", 2)
    assert told(Reply("opens", "attuned", 3), *replies) == [
        ("start", "attuned", ["waits", "closes"]),
        ("opens", "attuned", []),
    ]


@pytest.mark.parametrize(
    "earlier",
    [
        (),
        (Reply("start", "attuned", -31),),  # a talk that was left
        (Reply("start", "missed", -1),),  # it led elsewhere
        (Reply("start", None, -1),),
        (Reply("start", "attuned", 1),),  # later than this one
        (Reply("gone-since", "attuned", -1),),
    ],
)
def test_what_did_not_lead_here_is_not_on_the_way(earlier: tuple[Reply, ...]) -> None:
    assert [one[0] for one in told(Reply("opens", "partly", 0), *earlier)] == ["opens"]


def test_what_could_not_be_told_ends_there_and_names_all_ways() -> None:
    assert told(Reply("start", None, 0)) == [("start", None, ["opens", "waits", "closes"])]
    assert way(TALK, Reply("gone-since", "attuned", 0), ()) == ()


def test_opening_words_are_the_first_and_say_that_more_follows() -> None:
    assert opening(TALK.first_turn) == "This is start. This is start. This is start…"
    assert opening(TALK.first_turn, 100) == TALK.first_turn.text.strip()


def test_the_real_exercises_tell_which_have_branches() -> None:
    exercises = {one.id: one for one in load_library(library_folder()).exercises}
    assert has_branches(exercises["cold-dinner"])
    assert has_branches(TALK)
    assert not has_branches(exercises["no-more-driving"])
