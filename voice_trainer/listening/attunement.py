"""Two scores side by side, never averaged into one: the wording and the voice."""

from __future__ import annotations

from typing import Literal

import msgspec

WordingDimension = Literal["feeling", "meaning", "validation", "curiosity", "restraint", "repair"]
VoiceDimension = Literal["loudness", "steadiness", "pace", "range", "harshness", "presence"]


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


class Attunement(msgspec.Struct, frozen=True, kw_only=True):
    """Wording and voice of one reply, each 0–1 or None where it was not rated."""

    wording: float | None
    voice: float | None
    dimensions: tuple[Dimension, ...]
    scoring_version: str
