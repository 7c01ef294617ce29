"""Harshness, 0–1: loud, high, wide, fast and pressed, against the everyday voice.

The cues and their direction are those of anger in Juslin & Laukka's review of 104 studies (2003, Psychological Bulletin
129): high intensity, high F0, wide F0 range, fast rate, much high-frequency energy; spectral flux stands for the
pressed, hard-edged voice that their sources describe. The weights are set by hand, loudness and flux first; nothing is
fitted on recordings. Every cue is a difference in the unit people hear in (dB, semitones, ratio), over a difference
that is plainly audible, so that the index can be worked out by hand: 6 dB is a doubling of sound pressure, 4 semitones
a major third, 0.3 a third faster; the steps of timbre and range are about a third of what they are in everyday speech,
that of flux half of how it spreads there. RAVDESS and EMO-DB, whose words allow evaluation only, chose none of these
numbers; what is measured on them stands in docs/voice.md.

It is a mean weighted over the cues that could be measured, put through a logistic curve: the everyday voice itself
gives 0.12, one plainly audible difference in every cue 0.5, two 0.88.

Without a baseline, level and height mean nothing on an unknown microphone: only what is relative within the reply is
left, against figures typical of calm speech. That index is weaker.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

LEAST_CUES = 2
STEEPNESS = 2.0


@dataclass(frozen=True, kw_only=True)
class Cues:
    """What harshness is read from, named and in the units of ``VoiceMeasures``; None where not measured."""

    loudness_mean_dbfs: float | None
    f0_median_hz: float | None
    f0_range_semitones: float | None
    articulation_rate_syll_per_s: float | None
    alpha_ratio_db: float | None
    spectral_flux: float | None

    @staticmethod
    def of(measures: Mapping[str, Any]) -> Cues:
        return Cues(**{field.name: measures.get(field.name) for field in fields(Cues)})


@dataclass(frozen=True, kw_only=True)
class Scale:
    """``step``: a plainly audible difference. ``weight``: share among the cues."""

    step: float
    weight: float


AGAINST_BASELINE = {
    "loudness": Scale(step=6.0, weight=0.3),
    "flux": Scale(step=0.065, weight=0.3),
    "alpha": Scale(step=4.0, weight=0.15),
    "height": Scale(step=4.0, weight=0.1),
    "range": Scale(step=5.0, weight=0.1),
    "rate": Scale(step=0.3, weight=0.05),
}
"""dB, flux, dB, semitones, semitones, natural logarithm of the ratio. The step of flux is half of its standard
deviation (0.13) over the 29 everyday recordings told below."""
ALONE = {
    "flux": Scale(step=0.065, weight=0.5),
    "alpha": Scale(step=4.0, weight=0.2),
    "range": Scale(step=5.0, weight=0.2),
    "lift": Scale(step=3.0, weight=0.1),
}
TYPICAL_FLUX = 0.33
TYPICAL_ALPHA_DB = -12.0
TYPICAL_LIFT_SEMITONES = 4.0
TYPICAL_RANGE_SEMITONES = 9.0
"""Everyday speech: between the medians of 32 neutral recordings (audio/mfa, asr and pitch; 29 have enough voice in a
row for the flux) and of our own rendered voices: 0.32 and 0.35, −10 and −13 dB, 3 and 5, 9 and 9 semitones."""


def against(cues: Cues, baseline: Cues) -> float | None:
    """Harshness against the everyday voice; None with fewer than ``LEAST_CUES`` in common."""
    differences = {
        "loudness": _minus(cues.loudness_mean_dbfs, baseline.loudness_mean_dbfs),
        "flux": _minus(cues.spectral_flux, baseline.spectral_flux),
        "alpha": _minus(cues.alpha_ratio_db, baseline.alpha_ratio_db),
        "height": _log_ratio(cues.f0_median_hz, baseline.f0_median_hz, 12.0 / math.log(2.0)),
        "range": _minus(cues.f0_range_semitones, baseline.f0_range_semitones),
        "rate": _log_ratio(cues.articulation_rate_syll_per_s, baseline.articulation_rate_syll_per_s, 1.0),
    }
    return _index(differences, AGAINST_BASELINE)


def alone(cues: Cues, lift_semitones: float | None) -> float | None:
    """Harshness from the reply itself; ``lift_semitones``: median of F0 above its 5th percentile."""
    differences = {
        "flux": _minus(cues.spectral_flux, TYPICAL_FLUX),
        "alpha": _minus(cues.alpha_ratio_db, TYPICAL_ALPHA_DB),
        "lift": _minus(lift_semitones, TYPICAL_LIFT_SEMITONES),
        "range": _minus(cues.f0_range_semitones, TYPICAL_RANGE_SEMITONES),
    }
    return _index(differences, ALONE)


def _index(differences: dict[str, float | None], scales: dict[str, Scale]) -> float | None:
    known = {name: value for name, value in differences.items() if value is not None}
    if len(known) < LEAST_CUES:
        return None
    total = sum(scales[name].weight for name in known)
    # One cue alone, however extreme (a whispered or a shouted word), doesn't make the whole.
    steps = sum(scales[name].weight * max(-3.0, min(3.0, value / scales[name].step)) for name, value in known.items())
    return 1.0 / (1.0 + math.exp(-STEEPNESS * (steps / total - 1.0)))


def _minus(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _log_ratio(value: float | None, other: float | None, unit: float) -> float | None:
    if value is None or other is None or value <= 0 or other <= 0:
        return None
    return unit * math.log(value / other)
