"""The JSON Schema that editors check exercise files by: it holds what the reader of the files holds."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from voice_trainer.cli.app import run
from voice_trainer.exercise import library_folder

KEPT = Path(__file__).parents[2] / "docs" / "exercise.schema.json"
SHIPPED = sorted(library_folder().glob("*.yaml"))


def plain(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file)


@pytest.fixture(scope="module")
def checker() -> jsonschema.Draft202012Validator:
    schema = json.loads(KEPT.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_kept_schema_is_the_one_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["exercises", "schema"]) == 0
    printed = capsys.readouterr().out
    assert printed == KEPT.read_text(encoding="utf-8"), (
        "run: voice-trainer exercises schema > docs/exercise.schema.json"
    )


def test_every_exercise_that_comes_with_the_program_passes(checker: jsonschema.Draft202012Validator) -> None:
    assert SHIPPED
    for file in SHIPPED:
        assert not list(checker.iter_errors(plain(file))), file.name


BROKEN: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "an unknown key": (("colour",), "red"),
    "no such skill": (("skill",), "listening"),
    "a difficulty out of range": (("difficulty",), 6),
    "a difficulty in words": (("difficulty",), "two"),
    "an id with spaces": (("id",), "cold dinner"),
    "no turns": (("turns",), []),
    "an empty text": (("turns", 0, "text"), ""),
    "no feelings": (("turns", 0, "feelings"), []),
    "a level out of range": (("turns", 0, "model_replies", 0, "level"), 0),
    "no model replies": (("turns", 0, "model_replies"), []),
    "an emotion nobody can render": (("turns", 0, "delivery", "emotion"), "grumpy"),
    "a key of next that is none": (("turns", 0, "next", "met"), "opens"),
    "the folder, which is the program's own": (("folder",), "/tmp"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_one_fails_where_it_is_broken(what: str, checker: jsonschema.Draft202012Validator) -> None:
    path, value = BROKEN[what]
    whole = copy.deepcopy(plain(library_folder() / "cold-dinner.yaml"))
    holder = whole
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    (error,) = checker.iter_errors(whole)
    assert list(path)[: len(error.absolute_path)] == list(error.absolute_path)


@pytest.mark.parametrize("missing", ["id", "title", "speaker", "turns", "skill"])
def test_a_missing_key_fails(missing: str, checker: jsonschema.Draft202012Validator) -> None:
    whole = plain(library_folder() / "cold-dinner.yaml")
    del whole[missing]
    assert [error.message for error in checker.iter_errors(whole)] == [f"'{missing}' is a required property"]


def test_every_key_says_what_it_is_for(checker: jsonschema.Draft202012Validator) -> None:
    parts = [checker.schema, *checker.schema["$defs"].values()]
    said = [key.get("description", "") for part in parts for key in part["properties"].values()]
    assert len(said) > 25
    assert all(len(sentence) > 10 for sentence in said)
