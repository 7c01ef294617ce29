"""Files that people write by hand, damaged in every way: settings and exercises. Understood, or told; never changed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import strategies as st

from voice_trainer import config
from voice_trainer.errors import ExerciseInvalid, SettingsInvalid
from voice_trainer.exercise import check_file, library_folder, load_exercise, load_library
from voice_trainer.preferences import Preferences

from .budget import fuzz, time_limit

pytestmark = pytest.mark.slow

SETTINGS = b"""\
# mine
person = "Ana"
input_device = 'The "blue" one'
headphones = true
whisper_model = "base"
language = "en"
captions = false
theme = "dark"
auto_stop_s = 4.5
threads = 2
breathing = true
help_line = "Call 116 123."
keep_days = 365
"""
TOML = st.sampled_from(
    [
        b"[",
        b"]",
        b"[[",
        b"]]",
        b"{",
        b"}",
        b'"',
        b"'",
        b'"""',
        b"'''",
        b"=",
        b"\n",
        b"\r",
        b"#",
        b".",
        b",",
        b"\\u0000",
        b"\\uD800",
        b"\xff",
        b"\x00",
        b"\xef\xbb\xbf",
        b"nan",
        b"-inf",
        b"1e999",
        b"-1",
        b"0",
        b"65",
        b"0x7f",
        b"1979-05-27",
        b"1979-05-27T07:32:00Z",
        b"99:99:99",
        b"true",
        b"[1, 2]",
        b"{a = 1}",
        b"threads",
        b"person",
        b"theme",
        b"auto_stop_s",
        b"9" * 5_000,
        b"[" * 3_000,
        b"{a=" * 1_500,
        b"a." * 2_000,
        b"[a]\n" * 50,
        "é😀\u202e".encode(),
    ]
)
YAML = st.sampled_from(
    [
        b"- ",
        b"[",
        b"]",
        b"{",
        b"}",
        b": ",
        b"\n",
        b"  ",
        b"\t",
        b"&a ",
        b"*a",
        b"!!python/object:os.system ",
        b"!!binary ",
        b"!!int ",
        b"<<: ",
        b"? ",
        b"|\n",
        b">\n",
        b"%YAML 9.9\n",
        b"---\n",
        b"...\n",
        b"null",
        b"~",
        b"yes",
        b".nan",
        b".inf",
        b"2001-13-99",
        b"2001-01-01 99:99:99",
        b"1:99:99",
        b"0o9",
        b"0x",
        b"1e999",
        b"9" * 5_000,
        b"[" * 3_000,
        b"{a: " * 1_500,
        b"- " * 3_000,
        b"&a [*a, *a]",
        b'"',
        b"'",
        b"\xff",
        b"\x00",
        b"\xef\xbb\xbf",
        b"\xfe\xff",
        "\u2028é\u202e".encode(),
        b"../../x.opus",
        b"/etc/passwd",
        b"start",
        b"opens",
        b"level: 44",
        b"next: {attuned: start}",
        b"feelings: []",
        b"id: " + b"x" * 300,
    ]
)


@st.composite
def damaged(draw: st.DrawFn, wholes: tuple[bytes, ...], parts: st.SearchStrategy[bytes]) -> bytes:
    """A file with lines or parts of lines taken out, doubled and put elsewhere, and things put in."""
    data = bytearray(draw(st.sampled_from(wholes)))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(["put", "put", "value", "cut", "line", "double", "byte", "end"])):
            case "put":
                data[at:at] = draw(parts)
            case "value":  # of the key on this line
                start = max(data.find(b"=", at), data.find(b":", at)) + 1
                end = data.find(b"\n", start)
                data[start : max(start, end)] = b" " + draw(parts)
            case "cut":
                del data[at : at + draw(st.integers(1, 40))]
            case "line":
                start = data.rfind(b"\n", 0, at) + 1
                del data[start : max(start, data.find(b"\n", start)) + 1]
            case "double":
                data[at:at] = data[at : at + draw(st.integers(1, 80))]
            case "byte" if data:
                data[at] = draw(st.integers(0, 255))
            case "end":
                del data[at:]
    return bytes(data)


def _sentences(text: str, about: Path | None = None) -> None:
    assert text.strip()
    assert about is None or str(about) in text
    assert "Traceback" not in text
    assert len(text) < 20_000
    assert all(len(line) < 1_500 for line in text.splitlines()), "a sentence that nobody can read"


@pytest.mark.timeout(time_limit("settings"))
def test_any_settings_are_understood_or_told_and_stay(tmp_path: Path) -> None:
    environment = {config.HOME_VARIABLE: str(tmp_path)}
    file = tmp_path / config.SETTINGS_FILE
    assert msgspec.to_builtins(_loaded(file, SETTINGS, environment))["threads"] == 2

    def check(data: bytes) -> None:
        try:
            preferences = _loaded(file, data, environment)
        except SettingsInvalid as error:
            _sentences(str(error), file)
        else:
            config.save(preferences, environment)  # what was understood can be kept again
            assert config.load(environment).preferences == preferences

    fuzz("settings", 250, check, data=st.one_of(damaged((SETTINGS,), TOML), st.binary(max_size=200)))


def _loaded(file: Path, data: bytes, environment: dict[str, str]) -> Preferences:
    file.write_bytes(data)
    try:
        return config.load(environment).preferences
    finally:
        assert file.read_bytes() == data
        assert [each.name for each in file.parent.iterdir()] == [file.name]


def _shipped() -> tuple[bytes, ...]:
    return tuple(file.read_bytes() for file in sorted(library_folder().glob("*.yaml"))[:6])


@pytest.mark.timeout(time_limit("exercises"))
def test_any_exercise_is_understood_or_told_and_hides_no_other(tmp_path: Path) -> None:
    broken, whole = tmp_path / "own" / "mine.yaml", tmp_path / "own" / "whole.yaml"
    (tmp_path / "own" / "sounds").mkdir(parents=True)
    (tmp_path / "own" / "sounds" / "start.opus").write_bytes(b"sound")
    whole.write_text(WHOLE.replace("ID", "whole"), encoding="utf-8")
    mine = WHOLE.replace("ID", "mine").encode()
    assert load_library(tmp_path / "own").exercises[0].id == "whole"

    def check(data: bytes) -> None:
        broken.write_bytes(data)
        faults = check_file(broken)
        if faults:
            _sentences("\n".join(str(fault) for fault in faults))
            assert all("\n" not in str(fault) and fault.line >= 1 for fault in faults)
            with pytest.raises(ExerciseInvalid):
                load_exercise(broken)
        else:
            assert load_exercise(broken).id == "mine"
        library = load_library(tmp_path / "own", cache=tmp_path / "cache")
        assert library.get("whole").title == "Whole"
        assert bool(library.faults) == bool(faults)
        assert broken.read_bytes() == data

    fuzz("exercises", 80, check, data=st.one_of(damaged((mine, mine, *_shipped()), YAML), st.binary(max_size=200)))


WHOLE = """\
id: ID
title: Whole
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
    audio: sounds/start.opus
    delivery: {emotion: hurt, intensity: 2}
    feelings: [hurt, alone]
    meaning: She was alone with it.
    listen_for: The pause before nobody.
    model_replies:
      - {level: 4, text: "You were alone with it.", why: "It finds her."}
    next: {attuned: opens, partly: null}
  - id: opens
    text: Yes. Alone.
    audio: sounds/start.opus
    feelings: [alone]
    meaning: It was about being alone.
    listen_for: She breathes out.
    model_replies:
      - {level: 3, text: "Alone.", why: "It stays."}
"""
