"""The corpus as it lies there can be read, and its checker sees each kind of fault it is there for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from training.corpus import check, cue_only, near, sides
from training.corpus.schema import Reply

REPLIES = (
    "You kept her coat all these years.",
    "Have you tried giving it away?",
    "It sounds like you can't let go, and that isn't healthy.",
    "What was it like to find it there?",
)


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"z-{number:04d}",
        "situation": "coat-in-the-hall",
        "speaker": {"name": "Lena", "age": 51, "who": "your neighbour, widowed in May"},
        "context": "friend",
        "prompt": "His coat still hangs in the hall. I say good morning to it. To a coat.",
        "feelings": ["grieving"],
        "meaning": "She isn't ready for him to be gone.",
        "reply": REPLIES[number % len(REPLIES)],
        "style": "spoken",
        "moves": [],
        "level": 3,
        "trap": None,
        "why": "For the test.",
    } | changes


def other(number: int, name: str, **changes: Any) -> dict[str, Any]:
    """Of another speaker in another situation, with words of their own."""
    own = {
        "situation": f"bridge-{name.lower()}",
        "speaker": {"name": name, "age": 20, "who": "a student in the house"},
        "prompt": f"{name} here, they closed the bridge, so I walk the long way round, alone, every single night.",
    }
    return row(number, **(own | changes))


def faults(folder: Path, *rows: dict[str, Any], kind: str = "replies") -> str:
    write(folder, *rows, kind=kind)
    return "\n".join(map(str, check.checked(folder).faults))


def write(folder: Path, *rows: dict[str, Any], kind: str = "replies") -> None:
    (folder / kind).mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(item) + "\n" for item in rows)
    (folder / kind / "z.jsonl").write_text(text, encoding="utf-8")


def four(**changes: Any) -> list[dict[str, Any]]:
    """A sound situation, with changes to its first reply."""
    return [row(0, **changes), row(1), row(2), row(3)]


def test_every_line_of_the_corpus_that_lies_there_is_read() -> None:
    """Its other faults are looked for by ``make check``, which compares every pair of texts."""
    corpus = check.read()
    assert corpus.own
    assert corpus.sessions
    assert corpus.peers
    assert not corpus.faults


def test_a_sound_situation_has_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, *four()) == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"level": 6}, "level"),
        ({"moves": ["sympathy"]}, "moves"),
        ({"trap": "gaslighting"}, "trap"),
        ({"note": "x"}, "note"),
        ({"speaker": {"name": "Lena", "age": 51}}, "who"),
        ({"reply": "Oh, Lena."}, "2 words"),
        ({"reply": " ".join(["well"] * 61)}, "61 words"),
        ({"style": "asr"}, "recognizer"),
        ({"style": "asr", "reply": "you kept it didn't you, all along"}, "recognizer"),
        ({"trap": "repair"}, "lacks repair"),
        ({"trap": "non_apology", "moves": ["defending", "repair"]}, "not repair"),
        ({"trap": "stem_free_reflection", "moves": ["validation"]}, "no reflection"),
        ({"moves": ["names_feeling"]}, "reflection is missing"),
        ({"moves": ["simple_reflection", "complex_reflection"]}, "not both"),
        ({"moves": ["validation", "validation"]}, "twice"),
        ({"context": "work"}, "another speaker, prompt or context"),
        ({"id": "z-0001"}, "stands 2 times"),
        ({"reply": "have you tried giving it away"}, "says the same as"),
    ],
)
def test_each_fault_is_seen(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    assert said in faults(tmp_path, *four(**changes))


def test_a_broken_line_is_told_with_its_place_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, *four())
    with (tmp_path / "replies" / "z.jsonl").open("a", encoding="utf-8") as file:
        file.write("{not json}\n")
    corpus = check.read(tmp_path)
    assert len(corpus.own) == 4
    assert [fault.where for fault in corpus.faults] == ["z.jsonl:5"]


def test_a_situation_with_too_few_replies_is_a_fault(tmp_path: Path) -> None:
    assert "has 3 replies" in faults(tmp_path, row(0), row(1), row(2))


def test_a_near_twin_is_a_fault_on_another_side_only(tmp_path: Path) -> None:
    twin = "You kept her coat all those years."
    here = sides.side_of(as_reply(row(0)))
    names = [f"N{n}" for n in range(60)]
    apart = next(name for name in names if sides.side_of(as_reply(other(9, name))) != here)
    beside = next(name for name in names if sides.side_of(as_reply(other(9, name))) == here)
    assert "is nearly z-0000" in faults(tmp_path, *four(), other(9, apart, reply=twin))
    assert "is nearly" not in faults(tmp_path, *four(), other(9, beside, reply=twin))


def test_one_speaker_is_on_one_side_whatever_the_situation() -> None:
    again = as_reply(row(7, situation="coat-given-away", prompt="I gave the coat away and then I ran after the van."))
    assert sides.side_of(again) == sides.side_of(as_reply(row(0)))


def test_sides_are_nearly_of_the_size_asked_over_many_speakers() -> None:
    where = [sides.side_of(as_reply(other(1, f"Name{n}"))) for n in range(2000)]
    assert where.count("test") / 2000 == pytest.approx(0.2, abs=0.03)
    assert where.count("dev") / 2000 == pytest.approx(0.1, abs=0.03)


def test_near_pairs_agree_with_the_definition() -> None:
    texts = ["a quiet house", "A quiet house!", "a quiet mouse", "nothing of the kind"]
    found = {(first, second): similarity for first, second, similarity in near.near_pairs(texts, 0.3)}
    one, two = near.grams(texts[0]), near.grams(texts[2])
    assert found[0, 1] == 1
    assert found[0, 2] == pytest.approx(len(one & two) / len(one | two))
    assert not any(3 in pair for pair in found)


def test_quadratic_kappa_of_known_tables() -> None:
    levels = np.array([1, 2, 3, 4, 5])
    assert cue_only.quadratic_kappa(levels, levels) == 1
    assert cue_only.quadratic_kappa(levels, levels[::-1]) == -1
    assert cue_only.quadratic_kappa(np.array([1, 1, 2, 2]), np.array([1, 2, 1, 2])) == 0
    assert cue_only.quadratic_kappa(np.array([3, 3]), np.array([3, 3])) == 0


def test_cues_that_give_the_level_away_are_found_out_and_others_are_not() -> None:
    rng = np.random.default_rng(1)
    levels = [int(level) for level in rng.integers(1, 6, 300)]

    def made(lengths: list[int]) -> list[Reply]:
        return [
            as_reply(other(n, f"Name{n // 5}", level=level, reply=" ".join(["word"] * length)))
            for n, (level, length) in enumerate(zip(levels, lengths, strict=True))
        ]

    assert cue_only.cross_validated_kappa(made([9 * level for level in levels])) > 0.9
    assert abs(cue_only.cross_validated_kappa(made([int(n) for n in rng.integers(3, 60, 300)]))) < 0.2


def test_what_is_missing_fails_only_when_all_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, *four())
    assert check.main(["--folder", str(tmp_path)]) == 0
    assert "4 of 2000" in capsys.readouterr().out
    assert check.main(["--folder", str(tmp_path), "--complete"]) == 1
    write(tmp_path, *four(level=0))
    assert check.main(["--folder", str(tmp_path)]) == 1


def test_public_and_second_judgements_are_counted_and_held_to_the_corpus(tmp_path: Path) -> None:
    write(tmp_path, *four())
    judged = {"id": "annomi/12-3", "moves": ["open_question"], "level": 3, "trap": None, "why": "Asks on the point."}
    write(tmp_path, judged, kind="public")
    again = {"id": "z-0000", "rater": "second", "moves": [], "level": 3}
    assert faults(tmp_path, again, kind="second") == ""
    have = {goal.name: goal.have for goal in check.goals(check.read(tmp_path))}
    assert (have["public replies judged"], have["judged twice"]) == ("1", "1")
    assert "not in the corpus" in faults(tmp_path, again | {"id": "z-0042"}, kind="second")


def test_second_codes_are_read_and_each_reply_has_them_once(tmp_path: Path) -> None:
    write(tmp_path, *four())
    code = {"id": "annomi/12/3f", "behavior": "question", "reflection": "none", "question": "open", "input": "none"}
    level = {"id": "epitome/p1/9c", "emotional_reaction": 1, "interpretation": 0, "exploration": 2}
    assert faults(tmp_path, code, kind="codes/annomi") == ""
    assert faults(tmp_path, level, kind="codes/epitome") == ""
    assert len(check.read(tmp_path).codes) == 2
    assert "stands 2 times" in faults(tmp_path, level, level, kind="codes/epitome")
    assert "exploration" in faults(tmp_path, level | {"exploration": 3}, kind="codes/epitome")
    assert "id" in faults(tmp_path, code | {"id": "z-0001"}, kind="codes/annomi")


def turn(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"sz-{number:04d}",
        "session": "sz-01",
        "topic": "smoking less",
        "prompt": "Yeah.",
        "reply": f"And mornings, um, mornings are the hard part, {number} of them a week.",
        "style": "spoken",
        "behavior": "reflection",
        "reflection": "simple",
        "question": "none",
        "input": "none",
    } | changes


def test_sound_session_turns_have_no_faults(tmp_path: Path) -> None:
    assert (
        faults(
            tmp_path,
            turn(0),
            turn(1, reply="okay so what would be different", style="asr", prompt="yeah"),
            kind="sessions",
        )
        == ""
    )
    assert len(check.read(tmp_path).sessions) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"behavior": "question"}, "behavior is question, but its code is none"),
        ({"behavior": "therapist_input"}, "behavior is therapist_input, but its code is none"),
        ({"behavior": "advice"}, "behavior"),
        ({"reply": " ".join(["well"] * 121)}, "121 words"),
        ({"style": "asr", "reply": "okay"}, "prompt has capitals"),
        ({"style": "asr", "prompt": "yeah"}, "reply has capitals"),
        ({"id": "sz-0001"}, "stands 2 times"),
        ({"reply": turn(1)["reply"].upper()}, "says the same as"),
    ],
)
def test_each_fault_of_a_session_turn_is_seen(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    assert said in faults(tmp_path, turn(0, **changes), turn(1), kind="sessions")


def peer(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"pz-{number:04d}",
        "thread": "pz-01",
        "post": "third night without sleep and i keep thinking about the call",
        "reply": f"that sounds awful, {number} nights is a lot. did you tell anybody?",
        "emotional_reaction": 0,
        "interpretation": 2,
        "exploration": 2,
    } | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"interpretation": 3}, "interpretation"),
        ({"exploration": -1}, "exploration"),
        ({"reply": " ".join(["well"] * 121)}, "121 words"),
        ({"id": "pz-0001"}, "stands 2 times"),
        ({"reply": peer(1)["reply"]}, "says the same as"),
    ],
)
def test_each_fault_of_a_peers_reply_is_seen(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    found = faults(tmp_path, peer(0, **changes), peer(1), kind="peers")
    assert said in found if changes else found == ""


def test_a_session_turn_is_nearly_no_reply_that_is_kept_for_testing(tmp_path: Path) -> None:
    names = [f"N{n}" for n in range(60)]
    kept = next(name for name in names if sides.side_of(as_reply(other(9, name))) == "test")
    write(tmp_path, other(9, kept, reply="You kept his old coat all of these long years."))
    near_it = turn(0, reply="You kept his old coat for all of these long years.")
    assert "is nearly z-0009, on another side" in faults(tmp_path, near_it, kind="sessions")


def as_reply(item: dict[str, Any]) -> Reply:
    return msgspec.convert(item, Reply)
