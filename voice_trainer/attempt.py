"""An attempt: what is stored, sent and shown of one spoken reply."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from .exercise import Outcome
from .listening.attunement import Attunement, Dimension, Evidence
from .listening.feedback import Feedback, Point
from .listening.moves import Sentence
from .listening.wording import Wording
from .speech.measures import VoiceCurves, VoiceMeasures
from .speech.transcript import Transcript, Word

__all__ = [
    "Attempt",
    "Attunement",
    "Dimension",
    "Evidence",
    "Feedback",
    "Point",
    "Scored",
    "Sentence",
    "Step",
    "Timings",
    "Transcript",
    "VoiceCurves",
    "VoiceMeasures",
    "Word",
    "Wording",
]


Step = Literal["breath", "pause"]


class Timings(msgspec.Struct, frozen=True, kw_only=True):
    """How long the answer took, in seconds, by the program's own clock.

    Attributes:
        transcribe, voice, wording: computing time of each part after the last sample.
        feedback_after_speech: last sample handed in to the complete answer.
    """

    transcribe: float
    voice: float
    wording: float
    feedback_after_speech: float


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """The complete answer to one reply; with an identity it becomes an ``Attempt``.

    Attributes:
        voice: of the reply. prompt_voice: the same measures of the speaker, where the prompt's sound is known.
        curves, prompt_curves: for drawing.
        not_rated: everything that wasn't, with its reason.
    """

    transcript: Transcript
    voice: VoiceMeasures
    curves: VoiceCurves
    wording: Wording
    attunement: Attunement
    feedback: Feedback
    timings_s: Timings
    prompt_voice: VoiceMeasures | None = None
    prompt_curves: VoiceCurves | None = None
    not_rated: dict[str, str] = {}


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One stored reply.

    Attributes:
        id: 26 characters, sortable by time. turn: id of the turn that was answered.
        started_at: UTC. person: who spoke ("" where nobody said).
        recording: file name under the recordings folder; None where the sound was not kept.
        device: the microphone's name; None for a file. headphones: whether the user said that they wear them.
        heard: the feelings that the trainee named before answering, as picked.
        steps: taken between hearing and answering, in their order: "breath", "pause".
        outcome: how the speaker was met: attuned, partly or missed; None where it could not be told.
    """

    id: str
    exercise_id: str
    turn: str
    started_at: datetime
    person: str
    recording: str | None
    scored: Scored
    device: str | None = None
    headphones: bool = False
    heard: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    outcome: Outcome | None = None
