"""The real listening model: what it says of plain examples, its shapes, its speed, and its errors."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from voice_trainer.engines.listener import FOLDER, OnnxListener
from voice_trainer.errors import ModelCorrupt, ModelMissing
from voice_trainer.listening.moves import BEHAVIORS, MECHANISMS, MOVES, Reading

pytestmark = pytest.mark.model
PROMPT = "I came home late again and she had already gone to bed. She didn't even leave the light on for me."
REFLECTION = "It sounds like you felt shut out when you saw the dark house."
OPEN = "What was it like for you to walk in?"
CLOSED = "Did you talk to her yet?"
ADVICE = "You should just call her and apologize, and next time set an alarm."


@pytest.fixture(scope="module")
def listener() -> OnnxListener:
    listener = OnnxListener()
    listener.warm()
    return listener


def bare(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum() or c == " ")


def as_said(text: str) -> str:
    return text


@pytest.mark.parametrize("written", [as_said, bare], ids=["written", "without marks"])
def test_plain_examples_go_the_right_way(listener: OnnxListener, written) -> None:  # type: ignore[no-untyped-def]
    replies = [written(text) for text in (REFLECTION, OPEN, CLOSED, ADVICE)]
    spans = [r.reply for r in listener.listen_many([(written(PROMPT), [reply]) for reply in replies])]
    reflected = [s.moves["simple_reflection"] + s.moves["complex_reflection"] for s in spans]
    assert max(reflected) == reflected[0] > 0.5
    assert max(s.behavior["reflection"] for s in spans) == spans[0].behavior["reflection"]
    assert max(s.moves["open_question"] for s in spans) == spans[1].moves["open_question"] > 0.5
    assert max(s.moves["closed_question"] for s in spans) == spans[2].moves["closed_question"]
    assert max(s.moves["advice"] for s in spans) == spans[3].moves["advice"] > 0.5


def test_a_back_channel_is_neither_reflection_nor_question(listener: OnnxListener) -> None:
    span = listener.listen(PROMPT, ["Mm-hmm."]).reply
    assert max(span.behavior, key=lambda name: span.behavior[name]) == "other"
    assert all(value < 0.5 for value in span.moves.values())


@pytest.mark.parametrize("written", [as_said, bare], ids=["written", "without marks"])
@pytest.mark.parametrize("said", ["It really does.", "Yeah.", "I'm sorry.", "I see.", "That makes sense."])
def test_a_short_statement_is_no_question_alone_or_beside_one(listener: OnnxListener, said, written) -> None:  # type: ignore[no-untyped-def]
    alone = listener.listen(written(PROMPT), [written(said)]).reply
    beside = listener.listen(written(PROMPT), [written(text) for text in (REFLECTION, said, OPEN)]).sentences[1]
    for span in (alone, beside):
        assert span.moves["open_question"] + span.moves["closed_question"] < 0.5
        assert span.moves["advice"] < 0.5


def test_a_question_is_heard_beside_a_short_statement(listener: OnnxListener) -> None:
    last = listener.listen(PROMPT, [REFLECTION, "Yeah.", OPEN]).sentences[2]
    assert last.moves["open_question"] > 0.5


def test_a_question_without_marks_is_heard_beside_i_see(listener: OnnxListener) -> None:
    last = listener.listen(bare(PROMPT), [bare(REFLECTION), "i see", bare(OPEN)]).sentences[2]
    assert last.moves["open_question"] > 0.5


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Have you considered couples therapy?", as_said),
        ("Have you considered couples therapy?", bare),
        ("Have you tried just talking to him?", as_said),
        ("Have you tried just talking to him?", bare),
        ("Why don't you call her?", as_said),
        ("Why don't you call her?", bare),
    ],
)
def test_advice_put_as_a_question_is_advice_only(listener: OnnxListener, asked, written) -> None:  # type: ignore[no-untyped-def]
    moves = listener.listen(written(PROMPT), [written(asked)]).reply.moves
    assert moves["advice"] >= 0.5 > moves["open_question"] + moves["closed_question"]


def test_sentences_answer_for_themselves(listener: OnnxListener) -> None:
    reading = listener.listen(PROMPT, [REFLECTION, ADVICE])
    first, second = reading.sentences
    assert first.moves["advice"] < 0.5 < second.moves["advice"]
    assert first.behavior["reflection"] > second.behavior["reflection"]
    assert reading.reply.moves["advice"] > 0.5


def test_warmth_and_exploration_are_mechanisms(listener: OnnxListener) -> None:
    post = "I feel like nobody wants me around anymore. I don't know what to do."
    warm, asking = listener.listen_many([(post, ["I'm so sorry you're going through this."]), (post, [OPEN])])
    assert warm.reply.mechanisms["emotional_reaction"] > asking.reply.mechanisms["emotional_reaction"]
    assert asking.reply.mechanisms["exploration"] > warm.reply.mechanisms["exploration"]


def check(reading: Reading) -> None:
    taught = set(MOVES) - set(reading.not_taught)
    for span in (reading.reply, *reading.sentences):
        assert set(span.behavior) == set(BEHAVIORS)
        assert sum(span.behavior.values()) == pytest.approx(1, abs=1e-4)
        assert set(span.moves) == taught
        assert all(0 <= value <= 1 for value in (*span.behavior.values(), *span.moves.values()))
        assert set(span.mechanisms) == set(MECHANISMS)
        assert all(0 <= value <= 2 for value in span.mechanisms.values())


def test_probabilities_and_moves_are_whole(listener: OnnxListener) -> None:
    reading = listener.listen(PROMPT, [REFLECTION, OPEN, ADVICE])
    assert len(reading.sentences) == 3
    check(reading)
    assert reading.model_version == listener.model_version
    assert reading.not_taught == listener.not_taught
    assert all(reason for reason in reading.not_taught.values())


def test_an_empty_reply_has_nothing_to_rate(listener: OnnxListener) -> None:
    reading = listener.listen(PROMPT, [])
    assert reading.sentences == ()
    assert (reading.reply.behavior, reading.reply.moves, reading.reply.mechanisms) == ({}, {}, {})


def test_a_blank_sentence_keeps_its_place(listener: OnnxListener) -> None:
    reading = listener.listen("", ["  ", OPEN])
    assert reading.sentences[0].moves == {}
    assert reading.sentences[1].moves["open_question"] > 0.5


def test_a_very_long_reply_is_read_to_its_end(listener: OnnxListener) -> None:
    filler = ["We went to the shop and then we came back and it rained."] * 60
    reading = listener.listen(PROMPT * 30, [*filler, OPEN])
    check(reading)
    assert len(reading.sentences) == 61
    assert reading.sentences[-1].moves["open_question"] > 0.5
    check(listener.listen("", ["and then " * 1000]))


def test_odd_text_is_no_error(listener: OnnxListener) -> None:
    check(listener.listen("\x00 \u202e \t\n", ["😀😀", "¿Qué?", "…"]))


def test_many_is_the_same_as_one_by_one(listener: OnnxListener) -> None:
    """What stands beside a reply must not change how it is read."""
    items = [(PROMPT, [REFLECTION, OPEN]), ("", [ADVICE]), (PROMPT, [CLOSED]), ("", [])]
    for many, one in zip(listener.listen_many(items), [listener.listen(*item) for item in items], strict=True):
        assert many == one


def test_throughput(listener: OnnxListener, capsys: pytest.CaptureFixture[str]) -> None:
    reply = [REFLECTION, "And part of you wonders whether she still wants you there at all."]
    items = [(PROMPT, reply)] * 200
    clock, cpu = time.perf_counter(), time.process_time()
    listener.listen_many(items)
    wall, used = time.perf_counter() - clock, time.process_time() - cpu
    with capsys.disabled():
        print(f"\n[listener] one thread: {200 / wall:.0f} replies a second, {used / 200 * 1000:.1f} ms of CPU each")
    assert used / 200 < 0.1


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    return folder


def test_a_damaged_network_is_named(copied: Path) -> None:
    network = copied / "model.onnx"
    content = bytearray(network.read_bytes())
    content[len(content) // 2] ^= 0xFF
    network.write_bytes(content)
    with pytest.raises(ModelCorrupt, match=r"model\.onnx is damaged"):
        OnnxListener(copied).warm()


@pytest.mark.parametrize("name", ["model.onnx", "model.json", "tokenizer.json"])
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(ModelMissing, match=name):
        OnnxListener(copied).listen("", ["Hm."])


@pytest.mark.parametrize("name", ["model.json", "tokenizer.json"])
def test_an_unreadable_description_is_named(copied: Path, name: str) -> None:
    (copied / name).write_text("{", encoding="utf-8")
    with pytest.raises(ModelCorrupt):
        OnnxListener(copied).warm()


def test_nothing_is_loaded_before_it_is_needed(tmp_path: Path) -> None:
    OnnxListener(tmp_path)  # would raise if it looked
