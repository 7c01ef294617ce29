"""What was looked at in a reply, how it went, and the trainee's own words that it rests on."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

WordingDimension = Literal["feeling", "meaning", "validation", "curiosity", "restraint", "repair"]
VoiceDimension = Literal["loudness", "steadiness", "pace", "range", "harshness", "presence"]

WORDING_DIMENSIONS: tuple[WordingDimension, ...] = get_args(WordingDimension)
VOICE_DIMENSIONS: tuple[VoiceDimension, ...] = get_args(VoiceDimension)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The trainee's own words, and when they were said (seconds; None for typed words)."""

    text: str
    start_s: float | None = None
    end_s: float | None = None


class Dimension(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at.

    Attributes:
        level: 1–5, where 3 is what a present listener does; None where it was not rated.
        evidence: what it rests on. reason: one plain sentence.
    """

    name: WordingDimension | VoiceDimension
    level: int | None
    reason: str
    evidence: tuple[Evidence, ...] = ()
