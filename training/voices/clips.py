"""What is to be spoken: every turn and model reply of the exercises, and the extra replies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from training.voices.errors import VoiceError
from training.voices.settings import Mood, Reply, VoiceSettings
from voice_trainer.exercise import Exercise


class Clip(msgspec.Struct, frozen=True):
    """One sound file: who says what, and how."""

    path: str
    """From the project's root."""
    exercise: str
    text: str
    voice: str
    mood: Mood
    is_prompt: bool
    """Whether a speaker in distress says it; model replies and the demo's reply are answers."""


def collect(root: Path, settings: VoiceSettings) -> list[Clip]:
    """All clips of the project at `root`, in the order of their files; `VoiceError` if there is none."""
    clips = [clip for path in sorted((root / "exercises").glob("*.yaml")) for clip in _of_exercise(path, settings)]
    if not clips:
        raise VoiceError(f"There is no exercise in {root / 'exercises'}: run this from the project's folder.")
    return clips + [_of_reply(root, reply) for reply in settings.replies]


def _of_exercise(path: Path, settings: VoiceSettings) -> Iterator[Clip]:
    # Not by `load_library`, which leaves out an exercise whose sounds aren't there yet.
    try:
        exercise = msgspec.convert(_read(path), Exercise)
    except msgspec.ValidationError as error:
        raise VoiceError(f"{path}: {error}; `voice-trainer exercises check` tells the line.") from error
    for turn in exercise.turns:
        yield Clip(
            path=f"exercises/{turn.audio}",
            exercise=exercise.id,
            text=_one_line(turn.text),
            voice=exercise.speaker.voice,
            mood=Mood(turn.delivery.emotion, turn.delivery.intensity),
            is_prompt=True,
        )
        for reply in turn.model_replies:
            if reply.audio:
                yield Clip(
                    path=f"exercises/{reply.audio}",
                    exercise=exercise.id,
                    text=_one_line(reply.text),
                    voice=settings.model_replies.voice,
                    mood=settings.model_replies.delivery_by_level[reply.level],
                    is_prompt=False,
                )


def _of_reply(root: Path, reply: Reply) -> Clip:
    data = _read(root / reply.text_from)
    return Clip(
        path=reply.audio,
        exercise=str(data["exercise"]),
        text=_one_line(str(data["text"])),
        voice=reply.voice,
        mood=reply.delivery,
        is_prompt=False,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        data = YAML(typ="safe").load(path)
    except (OSError, YAMLError) as error:
        raise VoiceError(f"{path} can't be read: {' '.join(str(error).split())}.") from error
    if not isinstance(data, dict):
        raise VoiceError(f"{path} should be a mapping of keys such as id, title and turns.")
    return data


def _one_line(text: str) -> str:
    return " ".join(text.split())
