"""Does what the guide to writing exercises says, command by command, as they stand in it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from ruamel.yaml import YAML

REPO = Path(__file__).parents[2]
GUIDE = (REPO / "docs" / "exercises.md").read_text(encoding="utf-8")
SOUNDS = REPO / "exercises" / "cold-dinner"
PROGRAM = Path(sys.executable).parent / "voice-trainer"
MOST_BYTES_PER_S = 4000


def commands(section: int) -> list[str]:
    """The commands of the guide's shell block of that number, one a command."""
    block = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)[section]
    return [line for line in block.replace("\\\n", " ").splitlines() if line.strip()]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    found = {key: value for key, value in os.environ.items() if not key.startswith("VOICE_TRAINER_")}
    path = f"{PROGRAM.parent}{os.pathsep}{found.get('PATH', '')}"
    return found | {"VOICE_TRAINER_HOME": str(tmp_path / "home"), "PATH": path}


def test_from_a_script_every_command_of_the_guide_works(env: dict[str, str], tmp_path: Path) -> None:
    for name, sound in (("start.wav", "opens-2.opus"), ("reply.wav", "start-3.opus")):
        samples, rate = soundfile.read(SOUNDS / sound)
        soundfile.write(tmp_path / name, samples * 0.2, rate)
    said = []
    for command in commands(1):
        done = subprocess.run(
            shlex.split(command), cwd=tmp_path, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, (command, done.stderr)
        said.append(done.stdout)
    assert len(said) == 5
    assert "exercises record the-lift-home" in said[0]
    assert "1 exercise file checked, 0 with faults." in said[3]
    assert "The lift home" in said[4]

    folder = tmp_path / "home" / "exercises"
    written = YAML(typ="safe", pure=True).load(folder / "the-lift-home.yaml")
    turn = written["turns"][0]
    assert turn["feelings"] == ["hurt", "let down", "alone"]
    assert [reply["level"] for reply in turn["model_replies"]] == [4, 1]
    assert turn["model_replies"][0]["audio"] == "the-lift-home/start-4.opus"
    assert "audio" not in turn["model_replies"][1]
    for sound in ("start.opus", "start-4.opus"):
        info = soundfile.info(folder / "the-lift-home" / sound)
        assert (info.subtype, info.samplerate, info.channels) == ("OPUS", 24_000, 1)
        assert (folder / "the-lift-home" / sound).stat().st_size < MOST_BYTES_PER_S * info.duration
    listed = subprocess.run(
        [PROGRAM, "exercises", "list", "--json"], env=env, capture_output=True, text=True, check=True
    )
    assert "the-lift-home" in [json.loads(line)["id"] for line in listed.stdout.splitlines()]


@pytest.mark.model
def test_the_reply_that_the_guide_tries_gets_its_level(env: dict[str, str]) -> None:
    (command,) = commands(2)
    done = subprocess.run(["bash", "-c", command], env=env, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["level"] in (3, 4, 5)
    assert len(re.findall(r"^```sh$", GUIDE, re.MULTILINE)) == 3  # a new block needs a test, too


ANSWERS = (
    ("Title", "The recital"),
    ("Where it happens", "son"),  # none of them: it is asked again
    ("Once more", "child"),
    ("What is practised", "stay curious"),
    ("Whose pull", ""),
    ("Difficulty", "3"),
    ("Name of the one who speaks", "Leo"),
    ("Who they are", "your son, 9"),
    ("The scene", "You were on the phone when he played."),
    ("heavy", ""),
    ("Word for word", "You weren't even… it's okay. I played it wrong anyway."),
    ("What is in the voice", "ashamed"),
    ("How strongly", ""),
    ("What they feel", "hurt, ashamed"),
    ("What it is about", "He wants to be worth looking up for."),
    ("What can be heard", "It gets quieter at the end."),
    ("A reply that meets them", "You looked for me, and I was on the phone. What was that like?"),
    ("Its level", ""),
    ("What it does to them", "It owns it, and asks to know."),
    ("A reply that misses them", ""),
)


@pytest.mark.sound
@pytest.mark.model
@pytest.mark.alone
@pytest.mark.slow
def test_at_the_terminal_the_ten_minutes_of_the_guide(
    env: dict[str, str], pulse, models_folder: Path, tmp_path: Path
) -> None:
    from terminal import Terminal, missing

    reason = missing()
    if reason:
        pytest.skip(reason)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(models_folder, target_is_directory=True)
    ten_minutes = [shlex.split(command) for command in commands(0)]
    verbs = [command[1:3] for command in ten_minutes]
    assert [verb[-1] for verb in verbs] == ["new", "check", "record", "record", "check", "the-recital"]
    new, first_check, record, replies, last_check, practice = ten_minutes
    file = tmp_path / "home" / "exercises" / "the-recital.yaml"
    turn, reply = file.parent / "the-recital" / "start.opus", file.parent / "the-recital" / "start-4.opus"
    with Terminal(env | pulse.env, 110, 40) as terminal:
        terminal.run(new)
        for question, answer in ANSWERS:
            terminal.see(question)
            terminal.press(*([answer] if answer else []), "Enter")
        terminal.see("Written to", "exercises record the-recital")
        assert terminal.wait_over() == 0

        terminal.run(first_check)
        terminal.see("there is no sound file", "voice-trainer exercises record the-recital")
        assert terminal.wait_over() == 2

        for command, sound, spoken in ((record, turn, "opens-2.opus"), (replies, reply, "start-3.opus")):
            terminal.run(command)
            terminal.see("1 of 1", "Enter begins")
            terminal.press("Enter")
            terminal.see("Enter ends.", "▯")
            samples, rate = soundfile.read(SOUNDS / spoken)
            soundfile.write(tmp_path / "spoken.wav", samples, rate)
            pulse.play_into_microphone(tmp_path / "spoken.wav")
            terminal.press("Enter")
            terminal.see("Enter keeps it")
            assert not sound.exists()
            terminal.press("Enter")
            terminal.see("1 recorded")
            assert terminal.wait_over() == 0
            length_s = soundfile.info(SOUNDS / spoken).duration
            assert soundfile.info(sound).duration == pytest.approx(length_s, abs=0.5)

        terminal.run(last_check)
        terminal.see("1 exercise file checked, 0 with faults.")
        assert terminal.wait_over() == 0

        terminal.run(practice)
        terminal.see("The recital")
    assert "audio: the-recital/start-4.opus" in file.read_text(encoding="utf-8")
