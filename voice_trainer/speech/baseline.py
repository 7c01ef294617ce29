"""The trainee's everyday voice: what a reply is compared with."""

from __future__ import annotations

from datetime import datetime

import msgspec

from .measures import VoiceMeasures


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """The same measures in the trainee's own everyday voice, on one microphone.

    Attributes:
        person: whose voice. device: the microphone's name. recorded_at: UTC.
    """

    person: str
    device: str
    recorded_at: datetime
    measures: VoiceMeasures
