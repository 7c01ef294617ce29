"""The voice measures in words and units, and whether they are judged or only described. Pure."""

from __future__ import annotations

from ..speech.measures import VoiceMeasures
from ..vocabulary import DESCRIBED, JUDGED, MEASURES

__all__ = ["DESCRIBED", "JUDGED", "MEASURES", "reason", "written"]


def written(voice: VoiceMeasures | None, measure: str, form: str) -> str:
    """The value in its unit, or a dash."""
    value = getattr(voice, measure) if voice is not None else None
    return "–" if value is None else form.format(value)


def reason(voice: VoiceMeasures, measure: str) -> str:
    """Why it was not measured; "" where it was."""
    if getattr(voice, measure) is not None:
        return ""
    return voice.not_rated.get(measure, "could not be measured")
