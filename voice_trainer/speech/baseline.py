"""The trainee's everyday voice: what a reply is compared with, and whether there is one to compare with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from .measures import VoiceMeasures

OLD_AFTER = timedelta(days=180)
"""Voices and rooms change; after half a year it is worth a minute to read again."""
CHECKED = (
    "loudness_mean_dbfs",
    "loudness_sd_db",
    "alpha_ratio_db",
    "spectral_flux",
    "f0_median_hz",
    "f0_range_semitones",
    "articulation_rate_syll_per_s",
)
"""What replies are compared in; an everyday voice that lacks one of them is read again."""


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """The same measures in the trainee's own everyday voice, on one microphone.

    Attributes:
        person: whose voice. device: the microphone's name; "" for replies that come as files. recorded_at: UTC.
    """

    person: str
    device: str
    recorded_at: datetime
    measures: VoiceMeasures


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Whether there is an everyday voice to compare with.

    Attributes:
        kind: ``other_device``: there is one, read into another microphone; it is not used, since levels and timbre
            differ. An ``old`` one is still used.
        sentence: what to tell the trainee; "" where it is ready. recorded_at: of the one that the sentence is about.
    """

    kind: Literal["ready", "missing", "old", "other_device"]
    sentence: str = ""
    recorded_at: datetime | None = None


def standing(known: Iterable[Baseline], device: str, now: datetime) -> Standing:
    """What ``known``, one person's everyday voices, are worth for a reply into ``device`` at ``now`` (with a zone)."""
    newest_first = sorted(known, key=lambda one: one.recorded_at, reverse=True)
    here = next((one for one in newest_first if one.device == device), None)
    if here is not None:
        days = (now - here.recorded_at).days
        if now - here.recorded_at <= OLD_AFTER:
            return Standing(kind="ready", recorded_at=here.recorded_at)
        told = f"Your everyday voice was read {days} days ago; it is still used, and a new reading would be truer."
        return Standing(kind="old", sentence=told, recorded_at=here.recorded_at)
    if newest_first:
        other = newest_first[0]
        told = (
            f"Your everyday voice was read into {_name(other.device)}, not into {_name(device)}; "
            "read it once more with this one."
        )
        return Standing(kind="other_device", sentence=told, recorded_at=other.recorded_at)
    told = "Your everyday voice isn't known yet; read a short text once, and your replies are compared with it."
    return Standing(kind="missing", sentence=told)


def _name(device: str) -> str:
    return f"“{device}”" if device else "a file"
