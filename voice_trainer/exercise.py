"""Exercises: who speaks, what they say, and what there is to hear; the records and the reader of their files."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

Context = Literal["partner", "parent", "child", "friend", "family", "work", "therapy", "care"]
Skill = Literal[
    "notice",
    "reflect_feeling",
    "reflect_meaning",
    "validate",
    "stay_curious",
    "regulate",
    "stay_present",
    "repair",
]
Attachment = Literal["secure", "anxious", "avoidant", "disorganized"]
Emotion = Literal[
    "neutral",
    "hurt",
    "sad",
    "angry",
    "anxious",
    "ashamed",
    "numb",
    "relieved",
    "tender",
    "contemptuous",
    "hopeful",
]
Outcome = Literal["attuned", "partly", "missed"]


class Speaker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is heard. ``relation`` is said from the trainee's side ("your partner"); ``voice`` names a rendered voice."""

    name: str
    relation: str
    voice: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a turn is spoken: the emotion, and its intensity 1–3."""

    emotion: Emotion = "neutral"
    intensity: int = 2


class ModelReply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of answering, at a level 1–5 (Carkhuff–Truax), with why it lands there.

    ``audio`` is relative to the folder of the exercise file; "" where the reply is not spoken.
    """

    level: int
    text: str
    why: str
    audio: str = ""


class Next(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ids of the turns that follow, by how this one was met; None ends the exercise there."""

    attuned: str | None = None
    partly: str | None = None
    missed: str | None = None


class Turn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing the speaker says. ``audio`` is relative to the folder of the exercise file."""

    id: str
    text: str
    audio: str
    delivery: Delivery = Delivery()
    feelings: tuple[str, ...]
    meaning: str
    listen_for: str
    model_replies: tuple[ModelReply, ...] = ()
    next: Next = Next()


class Exercise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One exercise, as DESIGN of the files has it; ``folder`` is where its sounds lie (not in the file)."""

    id: str
    title: str
    context: Context
    skill: Skill
    attachment: Attachment
    difficulty: int
    content_note: str = ""
    speaker: Speaker
    turns: tuple[Turn, ...]
    folder: Path = Path()
