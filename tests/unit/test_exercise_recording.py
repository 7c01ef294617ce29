"""Recording an exercise through the command line: from files, at a terminal, and what is said when it can't be."""

from __future__ import annotations

import io
import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from voice_trainer.cli.app import run
from voice_trainer.cli.context import Context
from voice_trainer.engines.base import Block
from voice_trainer.engines.scripted import ScriptedMicrophone, ScriptedSound
from voice_trainer.exercise import library_folder
from voice_trainer.speech.prompt_level import LEAD_S, TAIL_S, levelled, loudness_lufs, trimmed

SPOKEN = library_folder() / "cold-dinner" / "opens-2.opus"
NEW = (
    "exercises", "new", "the-bus", "--title", "The bus", "--context", "friend", "--skill", "validate", "--speaker",
    "Ana", "--relation", "your friend", "--turns", "2", "--text", "I waited.", "--text", "An hour.", "--feelings",
    "hurt", "--feelings", "alone", "--meaning", "She wants to count.", "--meaning", "She was alone.",
    "--listen-for", "The end.", "--listen-for", "The pause.", "--reply", "4 | You waited. | It stays.", "--reply",
    "4 | An hour? | It asks.", "--reply", "goes-on | 3 | A whole hour. | It says it back.",
)  # fmt: skip

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("VOICE_TRAINER_STORE", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return tmp_path / "home"


@pytest.fixture
def say(home: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run one command: exit code, standard output, standard error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "broke" not in err
        return code, out, err

    return command


@pytest.fixture
def bus(say: Say, home: Path) -> Path:
    """A new exercise of two turns, nothing of it recorded."""
    assert say(*NEW)[0] == 0
    return home / "exercises" / "the-bus.yaml"


class Typed(io.StringIO):
    """A terminal at which ``lines`` are typed; an event among them is an Enter that waits for it."""

    def __init__(self, *lines: str | threading.Event) -> None:
        super().__init__()
        self._lines = iter(lines)

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1) -> str:  # type: ignore[override]
        line = next(self._lines, None)
        if isinstance(line, threading.Event):
            line.wait(60)
            return "\n"
        return "" if line is None else f"{line}\n"


class Microphone(ScriptedSound):
    """Sets ``said`` once all of ``reply`` was heard."""

    def __init__(self, reply: np.ndarray, **more: object) -> None:
        super().__init__(reply=reply, **more)  # type: ignore[arg-type]
        self.said = threading.Event()

    def open_microphone(self, name: str | None = None) -> ScriptedMicrophone:
        self.said.clear()
        opened = super().open_microphone(name)
        blocks = opened.blocks

        def telling() -> Iterator[Block]:
            heard = 0
            for block in blocks():
                heard += len(block.samples)
                yield block
                if heard >= len(self.reply):
                    self.said.set()

        opened.blocks = telling  # type: ignore[method-assign]
        return opened


@pytest.fixture
def microphone(monkeypatch: pytest.MonkeyPatch) -> Microphone:
    """Somebody speaks into it."""
    import soxr

    samples, rate = speech()
    sound = Microphone(np.asarray(soxr.resample(samples, rate, 16_000), np.float32))
    monkeypatch.setattr(Context, "sound", sound)
    return sound


def speech(gain: float = 1.0, before_s: float = 1.0, after_s: float = 2.0) -> tuple[np.ndarray, int]:
    samples, rate = soundfile.read(SPOKEN, dtype="float32")
    whole = np.concatenate([np.zeros(int(before_s * rate)), samples * gain, np.zeros(int(after_s * rate))])
    room = np.random.default_rng(1).normal(0.0, 1e-4, len(whole))
    return (whole + room).astype(np.float32), rate


@pytest.mark.parametrize(("gain", "rate_hz"), [(0.03, 48_000), (0.3, 16_000), (2.5, 44_100)])
def test_however_loud_and_long_it_was_it_comes_out_like_the_others(
    gain: float, rate_hz: int, say: Say, bus: Path, tmp_path: Path
) -> None:
    import soxr

    samples, rate = speech(gain)
    soundfile.write(tmp_path / "take.wav", np.clip(soxr.resample(samples, rate, rate_hz), -1, 1), rate_hz)
    code, out, err = say("exercises", "record", "the-bus", "--turn", "start", "--from", tmp_path / "take.wav", "--json")
    assert code == 0, err
    told = json.loads(out)
    heard, heard_rate = soundfile.read(told["file"])
    assert heard_rate == 24_000
    assert pyloudnorm.Meter(heard_rate).integrated_loudness(heard) == pytest.approx(-23.0, abs=0.5)
    assert told["loudness_lufs"] == pytest.approx(-23.0, abs=0.2)
    assert np.abs(heard).max() < 10 ** (-1 / 20)
    assert told["duration_s"] == pytest.approx(soundfile.info(SPOKEN).duration, abs=0.3)
    sound = Path(told["file"])
    assert sound.stat().st_size < 4000 * told["duration_s"]
    assert (sound.stat().st_mode & 0o777) == 0o600


@pytest.mark.long
def test_two_minutes_are_written_and_read_back_whole(say: Say, bus: Path, tmp_path: Path) -> None:
    samples, rate = speech()
    long = np.tile(samples, int(118 * rate / len(samples)))
    soundfile.write(tmp_path / "long.wav", long, rate)
    code, out, _ = say("exercises", "record", "the-bus", "--turn", "start", "--from", tmp_path / "long.wav", "--json")
    assert code == 0
    assert soundfile.info(json.loads(out)["file"]).duration > 100


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (np.zeros(48_000, np.float32), "Nobody is heard to speak"),
        (np.random.default_rng(0).normal(0, 0.05, 48_000).astype(np.float32), "Nobody is heard to speak"),
        (np.full(16_000 * 130, 0.1, np.float32), "130 s long"),
    ],
    ids=["silence", "noise", "too long"],
)
def test_what_is_no_prompt_is_told_and_nothing_is_kept(
    sound: np.ndarray, said: str, say: Say, bus: Path, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "take.wav", sound, 16_000)
    before = bus.read_bytes()
    code, _, err = say("exercises", "record", "the-bus", "--turn", "start", "--from", tmp_path / "take.wav")
    assert code == 2
    assert said in err
    assert "take.wav" in err
    assert bus.read_bytes() == before
    assert not (bus.parent / "the-bus").exists()


def test_a_room_that_is_heard_and_a_voice_too_loud_are_told(say: Say, bus: Path, tmp_path: Path) -> None:
    samples, rate = speech(0.5)
    noisy = samples + np.random.default_rng(2).normal(0, 0.012, len(samples))
    soundfile.write(tmp_path / "noisy.wav", noisy, rate)
    assert (
        "The room is heard"
        in say("exercises", "record", "the-bus", "--turn", "start", "--from", tmp_path / "noisy.wav")[2]
    )
    soundfile.write(tmp_path / "loud.wav", np.clip(samples * 20, -1, 1), rate)
    assert "too loud" in say("exercises", "record", "the-bus", "--turn", "goes-on", "--from", tmp_path / "loud.wav")[2]


def test_what_is_there_is_kept_unless_it_is_asked_for_again(say: Say, bus: Path, tmp_path: Path) -> None:
    samples, rate = speech()
    soundfile.write(tmp_path / "take.wav", samples, rate)
    record = ("exercises", "record", "the-bus", "--turn", "start", "--from", tmp_path / "take.wav")
    assert say(*record)[0] == 0
    sound = bus.parent / "the-bus" / "start.opus"
    first = sound.stat().st_ino
    code, _, err = say(*record)
    assert (code, sound.stat().st_ino) == (2, first)
    assert "--again" in err
    assert say(*record, "--again")[0] == 0
    assert sound.stat().st_ino != first


def test_a_reply_is_named_in_the_file_and_no_other_line_changes(say: Say, bus: Path, tmp_path: Path) -> None:
    samples, rate = speech()
    soundfile.write(tmp_path / "take.wav", samples, rate)
    before = bus.read_text(encoding="utf-8").splitlines()
    for reply in ("4", "4b"):
        code, _, err = say(
            "exercises", "record", "the-bus", "--turn", "start", "--reply", reply, "--from", tmp_path / "take.wav"
        )
        assert code == 0, err
    after = bus.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == [
        "        audio: the-bus/start-4.opus",
        "        audio: the-bus/start-4b.opus",
    ]
    assert [line for line in after if "-4" not in line] == before


FLOW = """\
id: by-hand
title: 'By hand'   # in one's own way
context: friend
skill: notice
attachment: secure
difficulty: 1
speaker: {name: Ana, relation: your friend, voice: own}
turns:
- id: start   # the only one

  # What she says.
  text: >
    I waited.
    An hour.
  feelings: [hurt]

  meaning: She wants to count.
  listen_for: The end.
  model_replies: [{level: 3, text: "You waited.", why: "It is so."}]
"""


def test_a_file_by_hand_that_names_no_sound_is_told_recorded_and_kept_as_it_was_written(
    say: Say, home: Path, tmp_path: Path
) -> None:
    file = home / "exercises" / "by-hand.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(FLOW, encoding="utf-8")
    samples, rate = speech()
    soundfile.write(tmp_path / "take.wav", samples, rate)
    code, _, err = say("exercises", "check", "by-hand")
    assert code == 2
    assert "turns[0].audio: missing" in err
    assert "voice-trainer exercises record by-hand" in err
    assert say("exercises", "record", "by-hand", "--from", tmp_path / "take.wav")[0] == 0
    code, _, err = say("exercises", "check", "by-hand")
    assert (code, err) == (0, "")
    text = file.read_text(encoding="utf-8")
    assert re.search(r"^ +audio: by-hand/start.opus\n(\n)?  +# What she says\.$", text, re.MULTILINE)
    for comment in ("# in one's own way", "# the only one", "'By hand'"):
        assert comment in text


def test_other_faults_come_first(say: Say, bus: Path) -> None:
    bus.write_text(bus.read_text(encoding="utf-8").replace("difficulty: 2", "difficulty: 9"), encoding="utf-8")
    code, _, err = say("exercises", "record", "the-bus")
    assert code == 2
    assert re.search(r"the-bus\.yaml:\d+: difficulty: is 9", err)
    assert "audio" not in err


@pytest.mark.parametrize(
    ("audio", "said"),
    [
        ("../start.opus", "below the folder"),
        ("/tmp/start.opus", "below the folder"),
        ("the-bus/start.wav", "start.opus"),
    ],
)
def test_a_sound_is_never_written_elsewhere_nor_under_another_kind(audio: str, said: str, say: Say, bus: Path) -> None:
    bus.write_text(bus.read_text(encoding="utf-8").replace("the-bus/start.opus", audio), encoding="utf-8")
    code, _, err = say("exercises", "record", "the-bus", "--turn", "start", "--from", SPOKEN)
    assert code == 2
    assert said in err
    assert not (bus.parent.parent / "start.opus").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "exercises new nothing"),
        (("the-buss",), 'did you mean "the-bus"'),
        (("cold-dinner",), "comes with the program"),
        (("the-bus", "--turn", "strat"), 'did you mean "start"'),
        (("the-bus", "--reply", "4"), "--reply needs --turn, one of start, goes-on"),
        (("the-bus", "--turn", "start", "--reply", "5"), 'no model reply "5"; it has 4, 4b'),
        (("the-bus", "--from", "x.wav"), "name one with --turn: start, goes-on"),
        (("the-bus", "--turn", "start", "--from", "missing.wav"), "no file missing.wav"),
        (("the-bus",), "Recording needs a terminal"),
    ],
)
def test_what_can_not_be_done_is_one_sentence(arguments: tuple[str, ...], said: str, say: Say, bus: Path) -> None:
    code, _, err = say("exercises", "record", *arguments)
    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1


def test_at_a_terminal_enter_begins_ends_and_keeps(
    say: Say, bus: Path, microphone: Microphone, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = microphone.said
    monkeypatch.setattr(sys, "stdin", Typed("", end, "l", "a", "", end, "", "s"))
    code, out, err = say("exercises", "record", "the-bus")
    assert code == 0
    assert "1 of 2: start\n\n  I waited." in err
    assert "2 of 2: goes-on\n\n  An hour." in err
    assert len(microphone.played) == 1
    sound = bus.parent / "the-bus" / "start.opus"
    assert soundfile.info(sound).duration == pytest.approx(soundfile.info(SPOKEN).duration, abs=0.3)
    assert not (bus.parent / "the-bus" / "goes-on.opus").exists()
    assert "1 recorded" in out
    monkeypatch.setattr(sys, "stdin", Typed("", end, ""))
    code, out, err = say("exercises", "record", "the-bus")
    assert "1 of 1: goes-on" in err
    assert "1 was there before" in out
    assert say("exercises", "check", "the-bus")[0] == 0


def test_replies_are_recorded_after_their_turn(
    say: Say, bus: Path, microphone: Microphone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(*("", microphone.said, "") * 5))
    code, out, err = say("exercises", "record", "the-bus", "--replies", "--json")
    assert code == 0
    assert [(told["turn"], told["reply"]) for told in map(json.loads, out.splitlines())] == [
        ("start", None), ("start", "4"), ("start", "4b"), ("goes-on", None), ("goes-on", "3"),
    ]  # fmt: skip
    assert "2 of 5: start, reply 4" in err
    assert say("exercises", "check", "the-bus")[0] == 0
    assert bus.read_text(encoding="utf-8").count("audio:") == 5


def test_what_was_kept_stays_where_the_terminal_goes(
    say: Say, bus: Path, microphone: Microphone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed("", microphone.said, ""))
    code, _, err = say("exercises", "record", "the-bus")
    assert code == 130
    assert "Left; 1 kept." in err
    assert (bus.parent / "the-bus" / "start.opus").exists()


def test_nobody_speaking_may_try_again(say: Say, bus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Microphone(np.zeros(16_000, np.float32))
    monkeypatch.setattr(Context, "sound", silent)
    monkeypatch.setattr(sys, "stdin", Typed("", silent.said, "s"))
    code, _, err = say("exercises", "record", "the-bus", "--turn", "start")
    assert code == 0
    assert "Nobody is heard" in err
    assert err.count("Enter begins") == 2


@pytest.mark.parametrize("how", [{"lost_after_s": 0.5}, {"microphone": None}])
def test_a_microphone_that_is_not_there_is_one_sentence(
    how: dict[str, object], say: Say, bus: Path, microphone: Microphone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Context, "sound", Microphone(microphone.reply, **how))
    monkeypatch.setattr(sys, "stdin", Typed("", threading.Event()))
    code, _, err = say("exercises", "record", "the-bus", "--turn", "start")
    assert code == 1
    assert "icrophone" in err.splitlines()[-1]
    assert not (bus.parent / "the-bus").exists()


def test_trimming_leaves_a_breath_at_both_ends_and_fades() -> None:
    rate = 24_000
    tone = np.sin(np.arange(3 * rate) * 0.1)
    kept = trimmed(tone, rate, 1.0, 2.0)
    assert len(kept) == pytest.approx((1.0 + LEAD_S + TAIL_S) * rate, abs=2)
    assert kept[0] == 0.0
    assert abs(kept[-1]) < 0.01
    assert len(trimmed(tone, rate, 0.0, 3.0)) == len(tone)


def test_peaks_stay_under_the_ceiling_where_loudness_asks_for_more() -> None:
    rate = 24_000
    samples = np.random.default_rng(3).normal(0, 0.001, 3 * rate)
    samples[::4000] = 0.9  # clicks far above the rest
    out = levelled(samples, rate)
    assert np.abs(out).max() <= 10 ** (-2 / 20) + 1e-6


def test_the_measure_is_bs_1770() -> None:
    rate = 48_000
    sine = np.sin(2 * np.pi * 997 * np.arange(5 * rate) / rate)
    assert loudness_lufs(sine, rate) == pytest.approx(
        -3.01, abs=0.05
    )  # ITU-R BS.1770-4: 0 dB FS at 997 Hz, one channel
    assert loudness_lufs(sine[: rate // 4], rate) is None
    assert loudness_lufs(np.zeros(rate), rate) is None
