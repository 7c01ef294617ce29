"""Exercise files: every fault with its line and what to do, and a broken one hides no other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voice_trainer import exercise_files
from voice_trainer.errors import ExerciseInvalid, UnknownExercise
from voice_trainer.exercise import (
    SKILLS,
    Exercise,
    Fault,
    Library,
    check_file,
    library_folder,
    load_exercise,
    load_library,
)

GOOD = """\
# Mina, 40. A comment that people may write.
id: lost-keys
title: The keys
context: friend
skill: reflect_feeling
attachment: anxious
difficulty: 2
content_note: ""
speaker: {name: Mina, relation: your friend, voice: mina}
turns:
  - id: start
    text: >
      I looked everywhere.
      And nobody helped me.
    audio: lost-keys/start.opus
    delivery: {emotion: hurt, intensity: 2}
    feelings: [hurt, alone]
    meaning: She was alone with it.
    listen_for: The pause before nobody.
    model_replies:
      - {level: 4, text: "You were alone with it.", why: "It finds her.", audio: lost-keys/start-4.opus}
      - {level: 1, text: "Just buy new ones.", why: "It fixes."}
    next: {attuned: opens, partly: null}
  - id: opens
    text: Yes. Alone.
    audio: lost-keys/opens.opus
    feelings: [alone]
    meaning: It was about being alone.
    listen_for: She breathes out.
    model_replies:
      - {level: 3, text: "Alone.", why: "It stays."}
"""
SOUNDS = ("start.opus", "start-4.opus", "opens.opus")

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes an exercise with its sounds; ``name`` is its id, put into the text too."""

    def write_file(text: str = GOOD, name: str = "lost-keys", folder: Path = tmp_path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).mkdir(exist_ok=True)
        for sound in SOUNDS:
            (folder / name / sound).write_bytes(b"sound")
        file = folder / f"{name}.yaml"
        file.write_text(text.replace("lost-keys", name), encoding="utf-8")
        return file

    return write_file


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_good_file_is_read_as_it_was_written(write: Write) -> None:
    file = write()
    assert check_file(file) == ()
    exercise = load_exercise(file)
    assert (exercise.id, exercise.skill, exercise.difficulty) == ("lost-keys", "reflect_feeling", 2)
    assert exercise.first_turn.text == "I looked everywhere. And nobody helped me."
    assert exercise.turn() is exercise.first_turn
    opens = exercise.turn("opens")
    assert opens.delivery.emotion == "neutral"
    assert exercise.following(exercise.first_turn, "attuned") == opens
    assert [exercise.following(exercise.first_turn, how) for how in ("partly", "missed", None)] == [None] * 3
    assert exercise.audio_path(opens) == file.parent / "lost-keys" / "opens.opus"
    spoken, silent = exercise.first_turn.model_replies
    assert exercise.audio_path(spoken) == file.parent / "lost-keys" / "start-4.opus"
    assert exercise.audio_path(silent) is None


def test_its_plain_form_is_json_and_reads_back(write: Write) -> None:
    exercise = load_exercise(write())
    plain = json.loads(json.dumps(exercise.plain()))
    assert plain["folder"] == str(exercise.folder)
    assert plain["turns"][0]["next"] == {"attuned": "opens", "partly": None, "missed": None}
    assert msgspec.convert(plain, Exercise, dec_hook=lambda kind, value: kind(value)) == exercise


CHANGES = {
    "an unknown key": ("title: The keys", "titel: The keys", "titel", 'unknown key; did you mean "title"?'),
    "an unknown nested key": ("voice: mina}", "voice: mina, age: 40}", "speaker.age", "unknown key; known here: name"),
    "an unknown key of a reply": ("It fixes.", 'It fixes.", lvel: "', "turns[0].model_replies[1].lvel", "did you mean"),
    "the folder, which is not written": ("title: The", "folder: /\ntitle: The", "folder", "unknown key"),
    "a missing key": ("context: friend\n", "", "context", "missing; write one of care, child"),
    "a missing nested key": ("relation: your friend, ", "", "speaker.relation", "missing; write some text"),
    "a number where text is needed": ("title: The keys", "title: 12", "title", "is 12, but needs some text"),
    "text where a number is needed": ("difficulty: 2", "difficulty: hard", "difficulty", "a whole number from 1 to 5"),
    "a difficulty out of range": ("difficulty: 2", "difficulty: 6", "difficulty", "is 6, but needs a whole number"),
    "a level out of range": ("level: 4", "level: 0", "turns[0].model_replies[0].level", "is 0, but needs"),
    "an intensity out of range": ("intensity: 2", "intensity: 9", "turns[0].delivery.intensity", "from 1 to 3"),
    "a half level": ("level: 4", "level: 3.5", "turns[0].model_replies[0].level", "is 3.5, but needs a whole number"),
    "a skill that is none": ("reflect_feeling", "reflect_feelings", "skill", 'did you mean "reflect_feeling"'),
    "an emotion that is none": ("emotion: hurt", "emotion: hurting", "turns[0].delivery.emotion", 'mean "hurt"?'),
    "an empty value": ("meaning: She was alone with it.", "meaning:", "turns[0].meaning", "is empty, but needs"),
    "an empty text": ("title: The keys", 'title: "  "', "title", "but needs some text"),
    "no feelings": ("[hurt, alone]", "[]", "turns[0].feelings", "is empty; write a list with at least one"),
    "feelings that are no list": ("[hurt, alone]", "hurt", "turns[0].feelings", 'is "hurt", but needs a list'),
    "a speaker that is a name": ("{name: Mina, relation: your friend, voice: mina}", "Mina", "speaker", "needs keys"),
    "an id that is no name": ("- id: opens", "- id: Opens up", "turns[1].id", "lower-case words joined by hyphens"),
    "an id of another file": ("id: lost-keys", "id: lost-key", "id", "but the file is called lost-keys"),
    "a dangling next": (
        "attuned: opens",
        "attuned: opnes",
        "turns[0].next.attuned",
        'no turn "opnes"; did you mean "op',
    ),
    "a turn id twice": ("- id: opens", "- id: start", "turns[1].id", '"start" is already turns[0]'),
    "a turn that leads to itself": ("partly: null", "partly: start", "turns[0].next.partly", "leads in a circle"),
    "a turn that is never reached": ("{attuned: opens, partly: null}", "{}", "turns[1].id", "no turn leads here"),
    "a missing sound": ("start.opus", "begin.opus", "turns[0].audio", "there is no sound file"),
    "a missing sound of a reply": ("start-4.opus", "start-5.opus", "turns[0].model_replies[0].audio", "no sound file"),
    "a sound from elsewhere": ("lost-keys/opens.opus", "../../etc/x", "turns[1].audio", "below the folder"),
    "a sound from the root": ("lost-keys/opens.opus", "/etc/passwd", "turns[1].audio", "below the folder"),
    "a key twice": ("title: The keys", "title: A\ntitle: The keys", "title", "is given twice, again in line 4"),
    "a tag": ("title: The", "title: !!python/object:os.system The", "title", "has a tag"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_fault_is_told_with_file_line_and_key(write: Write, change: tuple[str, str, str, str]) -> None:
    before, after, key, said = change
    assert before in GOOD
    text = GOOD.replace(before, after, 1)
    file = write(text)
    file.write_text(text)  # as it stands, the name in it too
    faults = check_file(file)
    (fault,) = [fault for fault in faults if fault.key == key and said in fault.text]
    assert str(fault).startswith(f"{file}:{fault.line}: {key}: ")
    parts = re.findall(r"[a-z_]+", key)
    at = text.splitlines()[fault.line - 1]
    assert parts[-1] in at or "missing" in fault.text, "the line is where the key stands"
    with pytest.raises(ExerciseInvalid) as told:
        load_exercise(file)
    assert told.value.faults == tuple(str(each) for each in faults)


def test_a_turn_without_model_replies_is_told(write: Write) -> None:
    start = GOOD.index("    model_replies:\n      - {level: 3")
    (fault,) = check_file(write(GOOD[:start]))
    assert (fault.key, fault.line) == ("turns[1].model_replies", line_of(GOOD, "- id: opens"))
    assert "no model replies; write at least one" in fault.text


def test_no_turns_are_told(write: Write) -> None:
    (fault,) = check_file(write(GOOD[: GOOD.index("turns:")] + "turns: []\n"))
    assert (fault.key, fault.line) == ("turns", line_of(GOOD, "turns:"))


def test_a_longer_circle_is_told_where_it_closes(write: Write) -> None:
    (fault,) = check_file(write(GOOD + "    next: {missed: start}\n"))
    assert (fault.key, fault.line) == ("turns[1].next.missed", GOOD.count("\n") + 1)
    assert "every branch has to end" in fault.text


def test_ways_that_meet_again_are_no_circle(write: Write) -> None:
    text = GOOD.replace("partly: null", "partly: opens, missed: closes") + "    next: {missed: closes}\n"
    end = GOOD[GOOD.index("  - id: opens") :].replace("id: opens", "id: closes")
    assert check_file(write(text + end)) == ()


def test_all_faults_of_a_file_are_told_at_once_in_order(write: Write) -> None:
    text = GOOD
    for before, after in (
        ("skill: reflect_feeling", "skill: listening"),
        ("difficulty: 2", "difficulty: 9"),
        ("partly: null", "partly: nowhere"),
        ("lost-keys/opens.opus", "lost-keys/none.opus"),
        ("level: 3", "level: 33"),
    ):
        text = text.replace(before, after)
    faults = check_file(write(text))
    assert [fault.key for fault in faults] == [
        "skill",
        "difficulty",
        "turns[0].next.partly",
        "turns[1].audio",
        "turns[1].model_replies[0].level",
    ]
    assert [fault.line for fault in faults] == sorted(fault.line for fault in faults)


WHOLE = {
    "empty": (b"", 1, "is empty"),
    "only a comment": (b"# soon\n", 1, "is empty"),
    "no YAML": (b"id: a\ntitle: [unclosed\nskill: x\n", 3, "is not YAML"),
    "a tab": (b"id: a\n\ttitle: b\n", 2, "is not YAML"),
    "two documents": (b"id: a\n---\nid: b\n", 2, "is not YAML"),
    "not UTF-8": (b"id: a\ntitle: caf\xe9\n", 2, "is not text in UTF-8"),
    "a control character": (b"id: a\ntitle: \x00\n", 2, "is not YAML"),
    "a word": (b"hello\n", 1, 'is "hello", but needs keys: id, title'),
    "a list": (b"- id: a\n", 1, "is a list, but needs keys"),
    "an alias that holds itself": (b"id: a\nturns: &x [*x]\n", 2, "is an alias"),
    "depth": (b"[" * 3000, 1, "is nested deeper than 20 levels"),
    "an unknown alias": (b"id: *nobody\n", 1, "is not YAML"),
    "a directive": (b"%YAML 9.9\n---\nid: a\n", 1, ""),
}


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
def test_a_file_that_is_no_exercise_at_all_is_told(write: Write, whole: tuple[bytes, int, str]) -> None:
    content, line, said = whole
    file = write()
    file.write_bytes(content)
    faults = check_file(file)
    assert any(fault.line == line and said in fault.text for fault in faults), faults
    assert all("\n" not in str(fault) for fault in faults)


LONG = "x" * 5000


@pytest.mark.parametrize(
    "whole",
    [
        f"id: {LONG}",
        f"title: !{LONG} a",
        f"title: *{LONG}",
        f"{LONG}: 1",
        f"id: {LONG}\nid: {LONG}",
        f"turns: [{{id: {LONG}}}, {{id: {LONG}}}]",
        f"turns: [{{id: {LONG}, next: {{missed: {LONG[:-1]}y}}}}, {{id: a, next: {{missed: y{LONG}}}}}]",
        f"turns: [{{id: a, audio: {LONG}, feelings: [{LONG}]}}]",
        f"skill: {LONG}",
    ],
)
def test_what_is_far_too_long_is_cut_short_where_it_is_told(write: Write, whole: str) -> None:
    with pytest.raises(ExerciseInvalid) as told:
        load_exercise(write(whole))
    assert all(len(line) < 1000 for line in str(told.value).splitlines())


@pytest.mark.parametrize(
    "whole", ["|\n  id: a\n  title: b\n", 'id: "a\\nb"\n', 'title: !"a\\nb" c\n', 'id: a\nskill: "b\\nc"\n']
)
def test_a_fault_is_one_line_whatever_it_quotes(write: Write, whole: str) -> None:
    faults = check_file(write(whole))
    assert faults
    assert all("\n" not in str(fault) for fault in faults)


def test_a_file_that_is_not_there_or_far_too_large_is_told(write: Write, tmp_path: Path) -> None:
    (fault,) = check_file(tmp_path / "none.yaml")
    assert "can't be read: no such file" in fault.text
    (fault,) = check_file(tmp_path)
    assert "can't be read" in fault.text
    file = write()
    file.write_bytes(b"#" * 3_000_000)
    (fault,) = check_file(file)
    assert "is 3000 kB; an exercise is text of less than 250 kB" in fault.text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, len(GOOD) - 1), length=st.integers(0, 60), put=st.text(max_size=8) | st.binary(max_size=4))
def test_no_change_of_a_file_gets_past_as_another_error(
    write: Write, place: int, length: int, put: str | bytes
) -> None:
    content = GOOD.encode()
    new = put if isinstance(put, bytes) else put.encode("utf-8", "surrogatepass")
    file = write()
    file.write_bytes(content[:place] + new + content[place + length :])
    faults = check_file(file)
    if not faults:
        assert load_exercise(file).id == "lost-keys"


def test_a_broken_exercise_hides_no_other(write: Write, tmp_path: Path) -> None:
    write()
    write(name="too-late")
    broken = write(GOOD.replace("level: 4", "level: 44"), name="half-done")
    (tmp_path / "notes.txt").write_text("not an exercise")
    library = load_library(tmp_path)
    assert [exercise.id for exercise in library.exercises] == ["lost-keys", "too-late"]
    assert [(fault.file, fault.key) for fault in library.faults] == [(broken, "turns[0].model_replies[0].level")]
    with pytest.raises(UnknownExercise, match=r'"half-done" has faults.*exercises check'):
        library.get("half-done")


def test_an_id_that_is_there_twice_is_told_and_the_first_stays(write: Write, tmp_path: Path) -> None:
    write(folder=tmp_path / "shipped")
    second = write(GOOD.replace("The keys", "Mine"), folder=tmp_path / "own")
    library = load_library(tmp_path / "shipped", tmp_path / "own")
    assert [exercise.title for exercise in library.exercises] == ["The keys"]
    (fault,) = library.faults
    assert (fault.file, fault.line, fault.key) == (second, 2, "id")
    assert f"already the exercise in {tmp_path / 'shipped' / 'lost-keys.yaml'}" in fault.text


def test_a_name_that_is_nearly_right_is_answered(write: Write, tmp_path: Path) -> None:
    write()
    library = load_library(tmp_path, tmp_path / "not there")
    assert library.get("lost-keys").title == "The keys"
    with pytest.raises(UnknownExercise, match=r'no exercise "lost-key"; did you mean "lost-keys"\?'):
        library.get("lost-key")
    with pytest.raises(UnknownExercise, match=r"exercises list"):
        library.get("zzz")
    with pytest.raises(UnknownExercise, match=r'no turn "open"; did you mean "opens"\?'):
        library.get("lost-keys").turn("open")


def test_exercises_are_in_the_order_in_which_skills_build_on_each_other(write: Write, tmp_path: Path) -> None:
    write(GOOD.replace("skill: reflect_feeling", "skill: repair").replace("difficulty: 2", "difficulty: 1"), name="c")
    write(GOOD.replace("difficulty: 2", "difficulty: 3"), name="b")
    write(name="a")
    assert [exercise.id for exercise in load_library(tmp_path).exercises] == ["a", "b", "c"]


def read_count(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    read: list[Path] = []
    real = exercise_files.read

    def counted(path: Path) -> tuple[exercise_files.Document | None, tuple[Fault, ...]]:
        read.append(path)
        return real(path)

    monkeypatch.setattr("voice_trainer.exercise.read", counted)
    return read


def test_a_file_is_read_once_until_it_changes(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, cache = write(), tmp_path / "cache"
    write(name="too-late")
    first = load_library(tmp_path, cache=cache)
    read = read_count(monkeypatch)
    assert load_library(tmp_path, cache=cache) == first
    assert read == []
    (tmp_path / "too-late" / "opens.opus").unlink()
    (fault,) = load_library(tmp_path, cache=cache).faults  # sounds are looked for every time
    assert fault.key == "turns[1].audio"
    file.write_text(GOOD.replace("The keys", "The kays"))
    os.utime(file, ns=(1, 1))
    assert load_library(tmp_path, cache=cache).get("lost-keys").title == "The kays"
    assert read == [file]


@pytest.mark.parametrize("content", [b"", b"\xff" * 100, msgspec.msgpack.encode((b"old", {"/x": [1, 2, 3]}))])
def test_a_damaged_cache_is_as_none(write: Write, tmp_path: Path, content: bytes) -> None:
    write()
    cache = tmp_path / "cache"
    fresh = load_library(tmp_path, cache=cache)
    (kept,) = cache.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_bytes(content)
    assert load_library(tmp_path, cache=cache) == fresh
    assert len(fresh.exercises) == 1


def test_a_cache_that_can_not_be_written_is_done_without(write: Write, tmp_path: Path) -> None:
    write()
    (tmp_path / "cache").write_text("a file in the way")
    assert len(load_library(tmp_path, cache=tmp_path / "cache").exercises) == 1


@pytest.mark.slow
def test_a_hundred_exercises_are_there_at_once(write: Write, tmp_path: Path) -> None:
    for number in range(100):
        write(name=f"exercise-{number}", folder=tmp_path / "library")
    first = load_library(tmp_path / "library", cache=tmp_path / "cache")
    taken = []
    for _ in range(5):  # the quickest counts: other programs may hold the processor
        before = time.perf_counter()
        again = load_library(tmp_path / "library", cache=tmp_path / "cache")
        taken.append(time.perf_counter() - before)
    assert again == first
    assert len(again.exercises) == 100
    assert min(taken) < 0.3


def test_every_exercise_that_comes_with_the_program_can_be_practised() -> None:
    library = load_library(library_folder())
    assert library.faults == (), "\n".join(map(str, library.faults))
    assert {exercise.skill for exercise in library.exercises} == set(SKILLS)
    branching = [exercise for exercise in library.exercises if len(exercise.turns) > 1]
    assert len(branching) >= 3


def test_importing_it_loads_no_yaml() -> None:
    code = "import sys, voice_trainer.exercise; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {name for name in loaded if name.startswith(("ruamel", "numpy", "sqlalchemy"))}


def test_an_empty_library_answers() -> None:
    with pytest.raises(UnknownExercise):
        Library(()).get("cold-dinner")
