"""Figures on groups the fit never saw, read through the product's own engine. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voice_trainer.engines.listener import OnnxListener, Probabilities

from .augment import strip_marks
from .baselines import LinearFloor, cues
from .data import Sample
from .metrics import calibration_error, confusion_of, interval, macro_f1
from .schema import HEADS
from .split import Split


@dataclass(frozen=True)
class Measure:
    """What is measured where: ``merge`` maps a head's classes to coarser ones (None: as they are)."""

    name: str
    corpus: str
    head: str
    merge: tuple[int, ...] | None = None


MEASURES = (
    Measure("AnnoMI behavior", "annomi", "behavior"),
    Measure("reflection present", "annomi", "reflection", (0, 1, 1)),
    Measure("reflection none/simple/complex", "annomi", "reflection"),
    Measure("question none/open/closed", "annomi", "question"),
    Measure("input none/information/advice/planning", "annomi", "input"),
    Measure("advice, AskParents", "askparents", "advice"),
    Measure("advice, needadvice", "needadvice", "advice"),
    Measure("EPITOME emotional reaction", "epitome", "emotional_reaction"),
    Measure("EPITOME interpretation", "epitome", "interpretation"),
    Measure("EPITOME exploration", "epitome", "exploration"),
    Measure("BOLT 3-way (evaluation only)", "bolt", "behavior", (0, 1, 2, -1)),
)
"""BOLT has no *other*: the likeliest of the three that remain is taken."""


@dataclass(frozen=True)
class Figure:
    """Macro-F1 with the 95 % bootstrap interval over groups; ``ece`` is the expected calibration error in 10 bins."""

    measure: Measure
    count: int
    groups: int
    f1: float
    interval: tuple[float, float]
    stripped: float
    floor: float
    floor_stripped: float
    cue: float
    cue_stripped: float
    ece: float


def stripped(samples: Sequence[Sample]) -> list[Sample]:
    """The same replies as one unpunctuated lower-case run, which is also how they would be cut."""
    return [
        replace(s, prompt=strip_marks(s.prompt), sentences=(strip_marks(" ".join(s.sentences)) or s.sentences[0],))
        for s in samples
    ]


def read(listener: OnnxListener, samples: Sequence[Sample]) -> list[Probabilities]:
    return listener.probabilities([(sample.prompt, sample.sentences) for sample in samples])


def _classes(measure: Measure, table: NDArray[np.float32]) -> NDArray[np.int64]:
    """Likeliest class, after merging: probabilities of merged classes add up."""
    if measure.merge is None:
        return table.argmax(1)
    wide = np.zeros((len(table), max(measure.merge) + 1), np.float32)
    for at, to in enumerate(measure.merge):
        if to >= 0:
            wide[:, to] += table[:, at]
    return wide.argmax(1)


def _merged(measure: Measure, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    return labels if measure.merge is None else np.array(measure.merge)[labels]


def measure_all(listener: OnnxListener, splits: dict[str, Split]) -> list[Figure]:
    """Every measure on its test groups, with marks and without, beside both baselines."""
    readings: dict[str, tuple[list[Probabilities], list[Probabilities]]] = {}
    floors: dict[tuple[str, str], LinearFloor] = {}
    figures = []
    for measure in MEASURES:
        samples = [s for s in splits[measure.corpus].test if measure.head in s.labels]
        bare = stripped(samples)
        if measure.corpus not in readings:
            everything = splits[measure.corpus].test
            readings[measure.corpus] = (read(listener, everything), read(listener, stripped(everything)))
        source = "annomi" if measure.corpus == "bolt" else measure.corpus
        if (source, measure.head) not in floors:
            known = [s for s in splits[source].train if measure.head in s.labels]
            floors[source, measure.head] = LinearFloor(measure.head).fit(known)
        figures.append(_figure(measure, splits, samples, bare, readings[measure.corpus], floors[source, measure.head]))
    return figures


def _figure(
    measure: Measure,
    splits: dict[str, Split],
    samples: list[Sample],
    bare: list[Sample],
    readings: tuple[list[Probabilities], list[Probabilities]],
    floor: LinearFloor,
) -> Figure:
    known = [i for i, s in enumerate(splits[measure.corpus].test) if measure.head in s.labels]
    full = np.stack([readings[0][i][measure.head][0] for i in known])
    plain = np.stack([readings[1][i][measure.head][0] for i in known])
    raw = np.array([s.labels[measure.head] for s in samples])
    truth = _merged(measure, raw)
    guess = _classes(measure, full)
    size = len(HEADS[measure.head]) if measure.merge is None else max(measure.merge) + 1

    def score(found: NDArray[np.int64]) -> float:
        return macro_f1(confusion_of(truth, found, size))

    def hard(found: NDArray[np.int64]) -> float:
        """Cues have no second choice: an *other* where there is none counts as the first class."""
        merged = _merged(measure, found)
        return score(np.where(merged < 0, 0, merged))

    return Figure(
        measure=measure,
        count=len(samples),
        groups=len({s.group for s in samples}),
        f1=score(guess),
        interval=interval(truth, guess, [s.group for s in samples], size),
        stripped=score(_classes(measure, plain)),
        floor=score(_classes(measure, floor.probabilities(samples))),
        floor_stripped=score(_classes(measure, floor.probabilities(bare))),
        cue=hard(cues(measure.head, samples)),
        cue_stripped=hard(cues(measure.head, bare)),
        ece=calibration_error(full, raw),
    )


def agreement(plain: OnnxListener, int8: OnnxListener, samples: Sequence[Sample]) -> str:
    """How far int8 is from float on development replies, as a sentence."""
    a, b = read(plain, samples), read(int8, samples)
    same, gap = [], []
    for head in HEADS:
        left, right = np.stack([p[head][0] for p in a]), np.stack([p[head][0] for p in b])
        same.append(float((left.argmax(1) == right.argmax(1)).mean()))
        gap.append(float(np.abs(left - right).mean()))
    return (
        f"int8 against float on {len(samples)} development replies: same class {np.mean(same):.1%} "
        f"(worst head {min(same):.1%}), mean difference of a probability {np.mean(gap):.3f}"
    )
