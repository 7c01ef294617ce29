"""`exercises new` at a terminal and without one: what is asked, what is asked again, and what is never written over."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from voice_trainer.cli.app import run
from voice_trainer.exercise import Exercise, check_file
from voice_trainer.exercise_files import read

OPTIONS = {
    "--title": "The bus",
    "--context": "friend",
    "--skill": "reflect feeling",
    "--speaker": "Ana",
    "--relation": "your friend",
    "--text": "I waited.",
    "--feelings": "hurt, alone",
    "--meaning": "She wants to count.",
    "--listen-for": "The end.",
    "--reply": "4 | You waited. | It stays.",
}
Say = Callable[..., tuple[int, str, str]]


def options(**other: str | None) -> list[str]:
    chosen = OPTIONS | {f"--{name.replace('_', '-')}": value for name, value in other.items()}
    return [part for name, value in chosen.items() if value is not None for part in (name, value)]


class Typed(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run ``exercises new`` with ``typed`` lines at a terminal; None: without one."""
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(tmp_path))

    def command(*arguments: str, typed: list[str] | None = None) -> tuple[int, str, str]:
        lines = "".join(f"{line}\n" for line in typed or [])
        monkeypatch.setattr(sys, "stdin", io.StringIO() if typed is None else Typed(lines))
        code = run(["exercises", "new", *arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "broke" not in err
        return code, out, err

    return command


def written(tmp_path: Path, name: str = "the-bus") -> dict:
    document, faults = read(tmp_path / "exercises" / f"{name}.yaml")
    assert not faults
    assert document is not None
    assert isinstance(document.data, dict)
    return document.data


def test_options_answer_every_question(say: Say, tmp_path: Path) -> None:
    code, out, err = say(*options(), "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["id"] == "the-bus"
    assert told["next"] == "voice-trainer exercises record the-bus"
    found = written(tmp_path)
    assert set(found) == set(Exercise.__struct_fields__) - {"folder"}
    assert found["skill"] == "reflect_feeling"
    assert found["attachment"] == "secure"
    assert found["difficulty"] == 2
    assert found["turns"][0]["feelings"] == ["hurt", "alone"]
    assert [fault.key for fault in check_file(Path(told["file"]))] == ["turns[0].audio"]


def test_without_a_terminal_all_that_lacks_is_told_at_once(say: Say, tmp_path: Path) -> None:
    code, _, err = say(*options(title=None, meaning=None, reply=None))
    assert code == 2
    assert err == "There is no terminal to ask at; give --title, --meaning for start, --reply for start.\n"
    assert not (tmp_path / "exercises").exists()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("context", "freind", 'did you mean "friend"?\n'),
        ("difficulty", "9", "--difficulty is 9, but needs a whole number from 1 to 5"),
        ("difficulty", "hard", '--difficulty is "hard"'),
        ("feelings", " , ", "--feelings is empty"),
        ("title", "", "--title is"),
        ("reply", "4 | words", "LEVEL | WORDS | WHY"),
        ("reply", "9 | words | why", "its level is 9"),
        ("reply", "ends | 4 | words | why", "the turns are start"),
        ("turns", "9", "--turns is 9, and must be from 1 to 5"),
    ],
)
def test_an_option_that_does_not_fit_is_one_sentence(
    name: str, value: str, said: str, say: Say, tmp_path: Path
) -> None:
    code, _, err = say(*options(**{name: value}))
    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "exercises").exists()


def test_more_texts_than_turns_are_told(say: Say) -> None:
    code, _, err = say(*options(), "--text", "And again.")
    assert code == 2
    assert "--text is given 2 times, and --turns is 1; make it --turns 2" in err


def test_at_a_terminal_bad_answers_are_asked_again(say: Say, tmp_path: Path) -> None:
    typed = [
        "The bus", "cold dinner", "cold-dinner", "",  # title; two ids that can't be, then the one proposed
        "bus stop", "Friend", "Stay-Curious", "", "11", "3", "Ana", "your friend", "", "A long wait.",
        "I waited.", "gloomy", "hurt", "3", ",", "hurt,alone ", "She wants to count.", "The end.",
        "You waited.", "5", "It stays.", "Take a taxi.", "", "It fixes.",
    ]  # fmt: skip
    code, _, err = say(typed=typed)
    assert code == 0, err
    found = written(tmp_path)
    assert err.count("Once more:") == 6
    assert (found["context"], found["skill"], found["difficulty"]) == ("friend", "stay_curious", 3)
    assert found["content_note"] == "A long wait."
    assert found["turns"][0]["delivery"] == {"emotion": "hurt", "intensity": 3}
    assert [(reply["level"], reply["why"]) for reply in found["turns"][0]["model_replies"]] == [
        (5, "It stays."),
        (1, "It fixes."),
    ]


def test_leaving_writes_nothing(say: Say, tmp_path: Path) -> None:
    code, _, err = say(typed=["The bus", "", "friend"])
    assert code == 130
    assert err.endswith("Nothing was written.\n")
    assert not (tmp_path / "exercises").exists()


def test_turns_lead_on_to_each_other(say: Say, tmp_path: Path) -> None:
    more: list[str] = []
    for turn in ("opens", "waits", "withdraws", "comes-back"):
        more += ["--text", f"It {turn}.", "--feelings", "sad", "--meaning", "That.", "--listen-for", "This."]
        more += ["--reply", f"{turn} | 4 | I see. | It sees."]
    code, _, err = say("the-bus", *options(), *more, "--turns", "5")
    assert code == 0, err
    turns = written(tmp_path)["turns"]
    assert [turn["id"] for turn in turns] == ["start", "opens", "waits", "withdraws", "comes-back"]
    assert turns[0]["next"] == {"attuned": "opens", "partly": "waits", "missed": "withdraws"}
    assert turns[3]["next"] == {"attuned": "comes-back", "partly": "comes-back", "missed": None}


def test_what_is_there_is_never_written_over_unasked(say: Say, tmp_path: Path) -> None:
    assert say("the-bus", *options())[0] == 0
    file = tmp_path / "exercises" / "the-bus.yaml"
    before = file.read_bytes()
    code, _, err = say("the-bus", *options(title="Another"))
    assert (code, file.read_bytes()) == (2, before)
    assert "--force" in err
    assert say("the-bus", *options(title="Another"), "--force")[0] == 0
    assert written(tmp_path)["title"] == "Another"


@pytest.mark.parametrize(
    ("name", "said"),
    [("cold-dinner", "comes with the program"), ("The Bus", "lower-case"), ("../x", "lower-case"), ("", "lower-case")],
)
def test_an_id_that_can_not_be_is_told(name: str, said: str, say: Say, tmp_path: Path) -> None:
    code, _, err = say(name, *options(), "--force")
    assert code == 2
    assert said in err
    assert not (tmp_path / "exercises").exists()
