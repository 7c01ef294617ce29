"""Harshness on acted speech, which nothing was chosen on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from voice_trainer.speech import prosody
from voice_trainer.speech.baseline import Baseline
from voice_trainer.speech.harshness import Cues
from voice_trainer.speech.measures import VoiceMeasures

from .recordings import heard, ravdess
from .table import Row

CUES = tuple(field.name for field in fields(Cues))
NEUTRAL, CALM, ANGRY, DISGUST = "01", "02", "05", "07"


def harshness(data: Path) -> Iterator[Row]:
    paths = ravdess(data, NEUTRAL, CALM, ANGRY, DISGUST)
    alone = {path: prosody.measure(heard(path))[0] for path in paths}
    everyday = {actor: _everyday(actor, alone) for actor in {path.stem[-2:] for path in paths}}
    against = {path: prosody.measure(heard(path), baseline=everyday[path.stem[-2:]])[0] for path in paths}
    for name, measured, reach in (("own neutral as baseline", against, 0.98), ("no baseline", alone, 0.95)):
        values = {path: one.harshness for path, one in measured.items()}
        rated = [value for path, value in values.items() if path.name[6:8] != NEUTRAL and value is not None]
        calm, angry, disgust = (
            [value for path, value in values.items() if path.name[6:8] == emotion and value is not None]
            for emotion in (CALM, ANGRY, DISGUST)
        )
        both = auc(calm, angry + disgust)
        asked = sum(path.name[6:8] != NEUTRAL for path in paths)
        yield Row(
            figure=f"harshness, calm against angry and disgust, {name}",
            reference="RAVDESS actors 1–8, acted",
            reach=f"AUC ≥ {reach}",
            got=f"{both:.3f} (angry alone {auc(calm, angry):.3f}, disgust alone {auc(calm, disgust):.3f}), "
            f"{len(rated)} of {asked} clips rated",
            met=both >= reach,
        )


def _everyday(actor: str, alone: dict[Path, VoiceMeasures]) -> Baseline:
    own = [one for path, one in alone.items() if path.stem[-2:] == actor and path.name[6:8] == NEUTRAL]
    middle = {cue: float(np.median([v for one in own if (v := getattr(one, cue)) is not None])) for cue in CUES}
    return Baseline(
        person=actor,
        device="studio",
        recorded_at=datetime(2018, 1, 1, tzinfo=UTC),
        measures=VoiceMeasures(duration_s=3.0, **middle),
    )


def auc(low: Iterable[float], high: Iterable[float]) -> float:
    a, b = np.asarray(list(low))[:, None], np.asarray(list(high))[None]
    return float(np.mean((b > a) + 0.5 * (b == a)))
