"""CSV, xAPI and JSON, read back by the csv module, by ralph's xAPI models, and by msgspec."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_takes import MOVES, awkward_takes, hostile_text, make_take
from ralph.models.xapi.base.statements import BaseXapiStatement

from voice_trainer.attempt import Attempt, Word
from voice_trainer.exercise import Exercise
from voice_trainer.export import Take, companion, render
from voice_trainer.export.csv_columns import COLUMNS
from voice_trainer.export.csv_table import as_said, neutral
from voice_trainer.export.take import clean

ANNOMI = [
    "mi_quality",
    "transcript_id",
    "video_title",
    "video_url",
    "topic",
    "utterance_id",
    "interlocutor",
    "timestamp",
    "utterance_text",
    "annotator_id",
    "therapist_input_exists",
    "therapist_input_subtype",
    "reflection_exists",
    "reflection_subtype",
    "question_exists",
    "question_subtype",
    "main_therapist_behaviour",
    "client_talk_type",
]
"""The columns of AnnoMI-full.csv, as its README lists them."""
DOCUMENTATION = Path(__file__).parents[3] / "docs" / "exports.md"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_csv_has_annomis_columns_and_then_our_own(take: Take) -> None:
    header = render(take, "csv").split("\r\n")[0].split(",")
    assert header[: len(ANNOMI)] == ANNOMI
    assert header == [column.name for column in COLUMNS]


def test_a_csv_has_the_speakers_words_and_the_reply(take: Take, exercise: Exercise) -> None:
    client, therapist = rows(render(take, "csv"))
    assert client["utterance_text"] == clean(exercise.first_turn.text)
    assert [client[name] for name in ("interlocutor", "utterance_id", "main_therapist_behaviour")] == [
        "client",
        "0",
        "n/a",
    ]
    wanted = {
        "transcript_id": take.attempt.id,
        "topic": "partner",
        "utterance_id": "1",
        "interlocutor": "therapist",
        "utterance_text": "You waited, and it hurt. What was it like?",
        "timestamp": "00:00:00",
        "therapist_input_exists": "False",
        "therapist_input_subtype": "n/a",
        "reflection_exists": "True",
        "reflection_subtype": "complex",
        "question_exists": "True",
        "question_subtype": "open",
        "main_therapist_behaviour": "reflection",
        "client_talk_type": "n/a",
        "start_s": "0.5",
        "end_s": "4.002",
        "moves": "complex_reflection names_feeling open_question",
        "level": "4",
        "wording": "0.7125",
        "person": "Ana",
    }
    assert {name: therapist[name] for name in wanted} == wanted


def test_what_was_not_rated_is_empty_and_not_false() -> None:
    (row,) = rows(render(make_take([], behavior=None), "csv"))
    assert {row[name] for name in ANNOMI[10:17]} == {""}
    assert (row["level"], row["wording"], row["start_s"]) == ("", "", "")
    untaught = {"open_question": 0.1}
    (row,) = rows(render(make_take([], moves=untaught), "csv"))  # a closed question could not have been seen
    assert (row["question_exists"], row["therapist_input_exists"], row["reflection_exists"]) == ("", "", "True")
    (row,) = rows(render(make_take([], behavior="other", moves=MOVES | {"complex_reflection": 0.1}), "csv"))
    assert (row["reflection_exists"], row["reflection_subtype"]) == ("False", "n/a")


def test_the_data_dictionary_tells_every_column(take: Take) -> None:
    beside = companion("csv", "reply.csv")
    assert beside is not None
    name, text = beside
    assert name == "reply.csv-metadata.json"
    document = json.loads(text)
    assert document["url"] == "reply.csv"
    told = {column["name"]: column["dc:description"] for column in document["tableSchema"]["columns"]}
    header = render(take, "csv").split("\r\n")[0].split(",")
    assert list(told) == header
    written = DOCUMENTATION.read_text(encoding="utf-8")
    for column, meaning in told.items():
        assert f"| `{column}` | {meaning} |" in written
    assert companion("srt", "reply.srt") is None


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", "\r\n=1", "'=1", "＝1"]
)
def test_no_cell_is_a_formula(text: str, exercise: Exercise) -> None:
    take = make_take([Word(text=text, start_s=0.1, end_s=0.2)], person=text, exercise=exercise)
    reply = rows(render(take, "csv"))[1]
    for cell in (reply["utterance_text"], reply["person"]):
        assert cell.startswith("'")
        assert as_said(cell) == clean(text)


@given(text=hostile_text | st.text())
def test_a_neutral_cell_gives_back_what_was_said(text: str) -> None:
    cell = neutral(text)
    assert as_said(cell) == text
    assert cell.lstrip()[:1] not in {"=", "+", "-", "@"} or cell == ""


@settings(max_examples=200, deadline=None)
@given(take=awkward_takes())
def test_a_csv_of_any_text_reads_back(take: Take) -> None:
    (row,) = rows(render(take, "csv"))
    assert set(row) == {column.name for column in COLUMNS}
    assert as_said(row["utterance_text"]) == take.text
    assert as_said(row["person"]) == clean(take.attempt.person)
    if take.words:
        assert float(row["start_s"]) * 1000 == pytest.approx(min(word.start_ms for word in take.words))
        assert float(row["end_s"]) * 1000 == pytest.approx(max(word.end_ms for word in take.words))
    assert all(cell[:1] not in {"=", "+", "-", "@", "\t", "\r"} for cell in row.values())


def test_a_statement_says_who_answered_what_and_how(take: Take) -> None:
    text = render(take, "xapi")
    read = BaseXapiStatement.model_validate_json(text)
    assert str(read.actor.account.homePage) == "urn:voice-trainer:people"
    assert read.actor.account.name == "Ana"
    assert "mbox" not in text
    assert str(read.object.id) == "urn:voice-trainer:exercise:cold-dinner:start"
    assert read.timestamp == take.attempt.started_at
    assert read.version == "1.0.3"
    assert read.result.response == "You waited, and it hurt. What was it like?"
    assert read.result.duration == timedelta(seconds=6.5)
    score = read.result.score
    assert (score.min, score.max) == (1, 5)
    assert float(score.scaled) == pytest.approx(0.7125)
    assert float(score.raw) == pytest.approx(1 + 4 * 0.7125)
    assert json.loads(text)["result"]["extensions"]["urn:voice-trainer:extension:dimensions"] == {
        "feeling": 4,
        "repair": None,
    }
    assert uuid.UUID(str(read.id)).version == 5
    assert render(take, "xapi") == text


def test_a_statement_of_what_was_not_rated_has_no_score() -> None:
    read = json.loads(render(make_take([], behavior=None, person=""), "xapi"))
    BaseXapiStatement.model_validate(read)
    assert "score" not in read["result"]
    assert "response" not in read["result"]
    assert read["result"]["extensions"]["urn:voice-trainer:extension:not-rated"] == {"level": "Nothing was said."}
    assert read["actor"]["account"]["name"] == "anonymous"


@settings(max_examples=200, deadline=None)
@given(take=awkward_takes())
def test_a_statement_of_any_text_is_valid(take: Take) -> None:
    read = BaseXapiStatement.model_validate_json(render(take, "xapi"))
    assert (read.result.response or "") == take.text


@settings(max_examples=200, deadline=None)
@given(take=awkward_takes())
def test_json_is_the_whole_attempt(take: Take) -> None:
    text = render(take, "json")
    assert text.count("\n") == 1
    assert msgspec.json.decode(text, type=Attempt) == take.attempt
