"""What is to be spoken: every turn and model reply of the exercises, and the extra replies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML

from training.voices.errors import VoiceError
from training.voices.settings import Mood, VoiceSettings


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
    data = _read(path)
    try:
        for turn in data["turns"]:
            yield Clip(
                path=f"exercises/{turn['audio']}",
                exercise=data["id"],
                text=_one_line(turn["text"]),
                voice=data["speaker"]["voice"],
                mood=Mood(**turn["delivery"]),
                is_prompt=True,
            )
            for reply in turn["model_replies"]:
                yield Clip(
                    path=f"exercises/{reply['audio']}",
                    exercise=data["id"],
                    text=_one_line(reply["text"]),
                    voice=settings.model_replies.voice,
                    mood=settings.model_replies.delivery_by_level[reply["level"]],
                    is_prompt=False,
                )
    except (KeyError, TypeError) as error:
        raise VoiceError(f"{path} cannot be spoken ({error!r}): check it with `voice-trainer exercises check`.") from error


def _of_reply(root: Path, reply: Any) -> Clip:
    data = _read(root / reply.text_from)
    return Clip(
        path=reply.audio,
        exercise=data["exercise"],
        text=_one_line(data["text"]),
        voice=reply.voice,
        mood=reply.delivery,
        is_prompt=False,
    )


def _read(path: Path) -> dict[str, Any]:
    data = YAML(typ="safe").load(path)
    if not isinstance(data, dict):
        raise VoiceError(f"{path} holds no exercise.")
    return data


def _one_line(text: str) -> str:
    return " ".join(text.split())
