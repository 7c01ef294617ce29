"""A new exercise file: whatever is typed comes back from it, and every key in it is explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voice_trainer.errors import ExerciseInvalid
from voice_trainer.exercise import check_file
from voice_trainer.exercise_draft import MOST_TURNS, WAYS, fault_of, id_from, text_of, write_exercise
from voice_trainer.exercise_files import read
from voice_trainer.exercise_keys import KEYS


def values(turns: int = 1, text: str = "I waited for you. Again.") -> dict[str, Any]:
    return {
        "id": "the-bus",
        "title": "The bus",
        "context": "friend",
        "skill": "reflect_feeling",
        "attachment": "secure",
        "difficulty": 2,
        "content_note": "",
        "scene": "",
        "speaker": {"name": "Ana", "relation": "your friend", "voice": "own"},
        "turns": [
            {
                "id": name,
                "text": text,
                "audio": f"the-bus/{name}.opus",
                "delivery": {"emotion": "hurt", "intensity": 2},
                "feelings": ["hurt"],
                "meaning": "She wants to count.",
                "listen_for": "The last word.",
                "model_replies": [{"level": 4, "text": "You waited, and nobody came.", "why": "It is with her."}],
                **({"next": {"attuned": None, "partly": None, "missed": None, **way}} if way else {}),
            }
            for name, way in WAYS[turns].items()
        ],
    }


@pytest.mark.parametrize("turns", range(1, MOST_TURNS + 1))
def test_a_new_exercise_lacks_its_sounds_and_nothing_else(turns: int, tmp_path: Path) -> None:
    file = write_exercise(tmp_path, values(turns))
    faults = check_file(file)
    assert [fault.key for fault in faults] == [f"turns[{place}].audio" for place in range(turns)]
    assert all("no sound file" in fault.text for fault in faults)
    assert (file.stat().st_mode & 0o777) == 0o600
    assert (tmp_path / "exercise.schema.json").is_file()


def test_every_key_is_explained_and_no_line_is_too_long(tmp_path: Path) -> None:
    text = text_of(values(4, "It is a long story, and I don't know. " * 20))
    assert max(len(line) for line in text.splitlines()) <= 110
    said = " ".join(line.strip("# ") for line in text.splitlines())
    for key, sentence in KEYS["Exercise"].items():
        assert sentence in said, key
    assert "One of: notice, reflect_feeling," in said


words = st.text(min_size=1, max_size=300).filter(lambda text: " ".join(text.split()))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=words, short=words, feelings=st.lists(words, min_size=1, max_size=4))
def test_whatever_is_typed_comes_back(text: str, short: str, feelings: list[str], tmp_path: Path) -> None:
    text, short = " ".join(text.split()), " ".join(short.split())
    feelings = [" ".join(feeling.split()) for feeling in feelings]
    refused = [fault_of(("title",), short), fault_of(("turns", 0, "feelings"), feelings), fault_of(("scene",), text)]
    given_values = values(2, text) | {"title": short, "scene": text}
    given_values["turns"][0]["feelings"] = feelings
    if any(refused):
        return
    file = tmp_path / "the-bus.yaml"
    file.write_text(text_of(given_values), encoding="utf-8")
    document, faults = read(file)
    assert not faults
    assert document is not None
    assert document.data == given_values


@pytest.mark.parametrize(
    "word", ["no", "Null", "1e3", "~", "# hush", "- so", "a: b", "'", '"', "{x}", "on", "0x1F", "=", "*a", "%"]
)
def test_words_that_yaml_takes_for_something_else_stay_words(word: str, tmp_path: Path) -> None:
    file = write_exercise(tmp_path, values() | {"title": word})
    document, _ = read(file)
    assert document is not None
    assert isinstance(document.data, dict)
    assert document.data["title"] == word


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (("difficulty",), 7, "from 1 to 5"),
        (("skill",), "listening", "one of notice"),
        (("context",), "freind", 'did you mean "friend"'),
        (("title",), "", "some text"),
        (("title",), "a\x07b", "no text"),
        (("turns", 0, "feelings"), [], "at least one"),
        (("turns", 0, "model_replies", 0, "level"), 0, "from 1 to 5"),
        (("speaker", "name"), "", "some text"),
    ],
)
def test_an_answer_that_does_not_fit_is_told(key: tuple[str | int, ...], value: object, said: str) -> None:
    assert said in (fault_of(key, value) or "")


def test_what_does_not_fit_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ExerciseInvalid, match="difficulty: is 9"):
        write_exercise(tmp_path, values() | {"difficulty": 9})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The dinner that got cold", "the-dinner-that-got-cold"),
        ("Ruth's chair!", "ruths-chair"),
        ("Où es-tu ?", "ou-es-tu"),
        ("我", ""),
    ],
)
def test_an_id_is_made_of_the_title(title: str, name: str) -> None:
    assert id_from(title) == name
