"""A session as a group lives it: one coach and three participants, each the real program in a terminal of their own.

Each participant has a microphone of their own, a null sink, into which their reply is spoken.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import soundfile
import terminal
from pulse import PulseAudio
from terminal import Terminal

from voice_trainer.config import DATABASE_FILE
from voice_trainer.exercise import library_folder, load_library
from voice_trainer.store import open_store

EXERCISE = "cold-dinner"
COACH = "Robin"
NAMES = ("Ana", "Ben", "Chen")
PROGRAM = (sys.executable, "-m", "voice_trainer")
ANSWERED_S = 180.0
"""Four programs with their models on a machine that may have two cores."""

pytestmark = [pytest.mark.alone, pytest.mark.model, pytest.mark.sound, pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass
class Group:
    """Everybody's terminal and home; ``sinks`` are the participants' microphones."""

    pulse: PulseAudio
    folder: Path
    models: Path
    screens: dict[str, Terminal]

    def home(self, name: str) -> Path:
        return self.folder / name

    def start(self, stack: ExitStack, name: str, *arguments: str) -> Terminal:
        home = self.home(name)
        home.mkdir()
        (home / "models").symlink_to(self.models, target_is_directory=True)
        env = {key: value for key, value in os.environ.items() if key != "VOICE_TRAINER_STORE"}
        env |= {
            **self.pulse.env,
            "VOICE_TRAINER_HOME": str(home),
            "PULSE_SOURCE": f"mic_{name}.monitor",
            "HOME": str(home),
        }
        screen = stack.enter_context(Terminal(env, 110, 40))
        screen.run([*PROGRAM, "--person", name, *arguments])
        self.screens[name] = screen
        return screen

    def speak(self, name: str, path: Path) -> None:
        command = ["paplay", f"--device=mic_{name}", "--latency-msec=50", str(path)]
        assert os.spawnvpe(os.P_WAIT, "paplay", command, {**os.environ, **self.pulse.env}) == 0


@pytest.fixture
def group(pulse: PulseAudio, models_folder: Path, tmp_path: Path) -> Iterator[Group]:
    reason = terminal.missing()
    if reason:
        pytest.skip(reason)
    for name in NAMES:
        pulse.add_sink(f"mic_{name}")
    yield Group(pulse, tmp_path, models_folder, {})
    for name in NAMES:
        pulse.remove_sink(f"mic_{name}")


@pytest.fixture
def replies(tmp_path: Path) -> dict[str, Path]:
    """A model reply of the first turn for each participant: 5, 3 and 1."""
    exercise = load_library(library_folder()).get(EXERCISE)
    found = {}
    for name, model in zip(NAMES, exercise.first_turn.model_replies, strict=True):
        samples, rate_hz = soundfile.read(exercise.folder / model.audio, dtype="float32")
        found[name] = tmp_path / f"{name}.wav"
        soundfile.write(found[name], samples, rate_hz, subtype="PCM_16")
    return found


def invitation(screen: Terminal) -> tuple[str, str, str]:
    """Address, code and fingerprint as the coach's screen shows them, whatever line they stand on."""
    screen.see("To read out", "voice-trainer join")
    shown = screen.screen()
    found = re.search(r"join\s+(\S+:\d+)\s+(\S{4}-\S{4})", shown)
    fingerprint = re.search(r"(?:[0-9a-f]{4}-){7}[0-9a-f]{4}", shown)
    assert found is not None, shown
    assert fingerprint is not None, shown
    return found[1], found[2], fingerprint[0]


def agree(screen: Terminal, *answers: str) -> None:
    """Answer the three questions of consent (scores, words, recording) by Y or N."""
    for place, key in zip(("●○○", "✓●○", "✓✓●"), answers, strict=True):
        screen.see(place, "Who gets it")
        screen.press(key)
        screen.see_no(place)


def answer(group: Group, name: str, reply: Path) -> None:
    screen = group.screens[name]
    screen.see("From Robin", "The dinner that got cold", "Enter begins")
    screen.press("Enter")
    screen.see("plays Maya")
    screen.press("Enter")
    screen.see("Listen to Maya")
    screen.press("Enter")
    screen.see("starts your answer")
    screen.press("Space")
    screen.see("Recording")
    group.speak(name, reply)
    screen.press("Space")
    screen.see("What Maya heard", "Words", "Voice", within_s=ANSWERED_S)
    screen.press("a")
    screen.see("Together")


def test_a_coach_and_three_participants_from_invitation_to_export(group: Group, replies: dict[str, Path]) -> None:
    with ExitStack() as stack:
        plan = ("--title", "Tuesday group", "--exercise", EXERCISE, "--minutes", "20")
        coach = group.start(stack, COACH, "coach", *plan, "--host", "127.0.0.1", "--port", "0")
        invited = invitation(coach)
        for name in NAMES:
            screen = group.start(stack, name, "join", *invited)
            screen.see("Tuesday group", within_s=ANSWERED_S)
            agree(screen, "y", "y" if name != "Chen" else "n", "y" if name == "Ana" else "n")
            screen.see("You are in")
            coach.see(name, "ready")
        coach.press("n")
        coach.see("1 of 1", "lentil thing")
        for name in NAMES:
            answer(group, name, replies[name])
            coach.see("done ✓", f"{NAMES.index(name) + 1} to rate", within_s=ANSWERED_S)
        rate(coach, words="2", voice="3")
        coach.press("d")
        coach.see("looking back", "3 people, 3 replies", "A next step")
        for name in NAMES:
            group.screens[name].see("A strength", "A next step")
        coach.press("w")
        coach.see("Take the debrief along")
        coach.press("C-s")
        coach.see_no("Take the debrief along")
        coach.press("e")
        coach.see("yes, end it")
        coach.press("y")
        for name in NAMES:
            group.screens[name].see("That was it")
    page = (group.home(COACH) / "tuesday-group.html").read_text(encoding="utf-8")
    assert all(name in page for name in NAMES)
    kept(group)


def rate(coach: Terminal, *, words: str, voice: str) -> None:
    """Every reply, the first that came is marked: one's own rating, and only then the machine's view."""
    coach.press("Tab")
    for place in range(len(NAMES)):
        coach.press("Enter")
        coach.see("Hidden until", "What you heard", "▸ Words")
        coach.press(words)
        coach.press(voice)
        coach.see(f"●{words}", f"●{voice}")
        coach.press("v")
        if "and sound" in coach.see("given before the reveal", "Words ▰"):
            coach.press("p")
            coach.see("What do you hear here?")
            coach.press("w", "a", "r", "m", "Enter")
            coach.see("Pins", "warm")
        coach.press("Escape")
        coach.see("Replies", "machine")
        if place + 1 < len(NAMES):
            coach.press("Up")


def kept(group: Group) -> None:
    """What the coach's machine holds is what each agreed to, and nothing else."""
    store = open_store(f"sqlite:///{group.home(COACH) / DATABASE_FILE}")
    try:
        (session,) = store.sessions.sessions(COACH)
        people = {person.id: person.name for person in store.sessions.people(session.id)}
        entries = {people[entry.person_id]: entry for entry in store.sessions.entries(session.id)}
        attempts = {name: store.attempt(entry.attempt_id) for name, entry in entries.items()}
        ratings = store.sessions.ratings(session.id)
    finally:
        store.close()
    assert session.ended_at is not None
    assert sorted(attempts) == sorted(NAMES)
    assert [entries[name].shared for name in NAMES] == [
        ("scores", "transcript", "recording"),
        ("scores", "transcript"),
        ("scores",),
    ]
    assert attempts["Ana"].recording is not None
    assert (attempts["Ben"].recording, attempts["Chen"].recording) == (None, None)
    assert "waited" in attempts["Ben"].scored.transcript.text.lower()
    assert attempts["Chen"].scored.transcript.words == ()
    assert "late" not in json.dumps(msgspec.to_builtins(attempts["Chen"].scored.wording)).lower()
    assert [one.name for one in (group.home(COACH) / "recordings").iterdir()] == [attempts["Ana"].recording]
    assert len(ratings) == len(NAMES)
    assert all(rating.blind and (rating.wording, rating.voice) == (2, 3) for rating in ratings)
