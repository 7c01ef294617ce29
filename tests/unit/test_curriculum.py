"""The exercises as a whole: months of practice, in every skill, setting and pull, and every talk comes to an end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from voice_trainer.exercise import ATTACHMENTS, CONTEXTS, SKILLS, Exercise, Library, Turn, library_folder, load_library

EXERCISES, TURNS = 96, 300
EACH_SKILL, EACH_CONTEXT, EACH_ATTACHMENT = 10, 8, 12
LARGEST_BYTES = 40_000_000
LARGEST_BYTES_PER_S = 4000
SPEAKERS = 8
EMOTIONS = ("hurt", "sad", "angry", "anxious", "ashamed", "numb", "relieved", "tender", "contemptuous", "hopeful")


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(library_folder())


@pytest.fixture(scope="module")
def turns(library: Library) -> list[tuple[Exercise, Turn]]:
    return [(exercise, turn) for exercise in library.exercises for turn in exercise.turns]


def test_there_is_enough_for_months(library: Library, turns: list[tuple[Exercise, Turn]]) -> None:
    assert library.faults == ()
    assert len(library.exercises) >= EXERCISES
    assert len(turns) >= TURNS


def test_every_skill_setting_pull_and_depth_is_there(library: Library) -> None:
    found = library.exercises
    for names, counts, least in (
        (SKILLS, Counter(one.skill for one in found), EACH_SKILL),
        (CONTEXTS, Counter(one.context for one in found), EACH_CONTEXT),
        (ATTACHMENTS, Counter(one.attachment for one in found), EACH_ATTACHMENT),
        (range(1, 6), Counter(one.difficulty for one in found), EACH_CONTEXT),
    ):
        assert {name: counts[name] for name in names if counts[name] < least} == {}  # type: ignore[index,attr-defined]


def test_deliveries_and_speakers_are_many(library: Library, turns: list[tuple[Exercise, Turn]]) -> None:
    emotions = Counter(turn.delivery.emotion for _, turn in turns)
    assert [emotion for emotion in EMOTIONS if emotions[emotion] < 3] == []
    assert {turn.delivery.intensity for _, turn in turns} == {1, 2, 3}
    assert len({exercise.speaker.voice for exercise in library.exercises}) >= SPEAKERS


def test_every_turn_says_what_there_is_to_hear_and_shows_replies_of_different_level(
    turns: list[tuple[Exercise, Turn]],
) -> None:
    for exercise, turn in turns:
        levels = [reply.level for reply in turn.model_replies]
        where = f"{exercise.id}, {turn.id}"
        assert turn.listen_for.strip(), where
        assert turn.meaning.strip(), where
        assert len(levels) == len(set(levels)), where
        assert len(levels) >= 2 or (turn.id, levels) == ("shuts", [4]), where
        assert all(reply.why.strip() and reply.audio for reply in turn.model_replies), where


def test_every_way_through_a_talk_ends(library: Library) -> None:
    for exercise in library.exercises:
        open_ways: list[tuple[Turn, ...]] = [(exercise.first_turn,)]
        while open_ways:
            way = open_ways.pop()
            assert len(way) <= len(exercise.turns), f"{exercise.id} goes round"
            following = {exercise.following(way[-1], outcome) for outcome in ("attuned", "partly", "missed")}
            open_ways += [(*way, turn) for turn in following if turn is not None]


def test_a_miss_can_be_repaired_in_many_talks(library: Library) -> None:
    branching = [
        one for one in library.exercises if one.first_turn.next.missed not in (None, one.first_turn.next.attuned)
    ]
    assert len(branching) >= 40


def test_the_sounds_fit(library: Library) -> None:
    folder = library_folder()
    clips = msgspec.json.decode((folder / "voices.json").read_bytes())
    sizes = {path: (folder.parent / path).stat().st_size for path in clips if Path(path).parts[0] == folder.name}
    assert sum(sizes.values()) < LARGEST_BYTES
    dense = {path: size / clips[path]["seconds"] for path, size in sizes.items()}
    assert {path: rate for path, rate in dense.items() if rate > LARGEST_BYTES_PER_S} == {}
