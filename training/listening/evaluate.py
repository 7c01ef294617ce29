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
from .metrics import calibration_error, confusion_of, interval, macro_f1, positive_f1
from .schema import HEADS, OF_CORPUS
from .split import Split


@dataclass(frozen=True)
class Measure:
    """What is measured where: ``merge`` maps a head's classes to coarser ones (None: as they are).

    ``positive``: the F1 of what is there, not the mean over there and not there.
    """

    name: str
    corpus: str
    head: str
    merge: tuple[int, ...] | None = None
    positive: bool = False


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
    Measure("own corpus: reflection present", "own", "reflection", (0, 1, 1), positive=True),
    Measure("own corpus: question present", "own", "question", (0, 1, 1), positive=True),
    Measure("own corpus: information", "own", "input", (0, 1, 0, 0), positive=True),
    *(Measure(f"own corpus: {move.replace('_', ' ')}", "own", move, positive=True) for move in ("advice", *OF_CORPUS)),
)
"""BOLT has no *other*: the likeliest of the three that remain is taken. In our own corpus a move is there or not, and
most are rare: macro-F1 would flatter."""


@dataclass(frozen=True)
class Figure:
    """Macro-F1 (F1 where ``measure.positive``) with the 95 % bootstrap interval over groups; ``ece`` is the expected
    calibration error in 10 bins."""

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


Floors = dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Measure's name → the linear floor's probabilities on its test replies, with marks and without."""


def tested(measure: Measure, splits: dict[str, Split]) -> list[Sample]:
    return [sample for sample in splits[measure.corpus].test if measure.head in sample.labels]


def floors_of(splits: dict[str, Split]) -> Floors:
    """BOLT's floor is the one fitted on AnnoMI."""
    fitted: dict[tuple[str, str], LinearFloor] = {}
    found: Floors = {}
    for measure in MEASURES:
        source = "annomi" if measure.corpus == "bolt" else measure.corpus
        key = (source, measure.head)
        if key not in fitted:
            known = [sample for sample in splits[source].train if measure.head in sample.labels]
            fitted[key] = LinearFloor(measure.head).fit(known)
        samples = tested(measure, splits)
        found[measure.name] = (fitted[key].probabilities(samples), fitted[key].probabilities(stripped(samples)))
    return found


def measure_all(listener: OnnxListener, splits: dict[str, Split], floors: Floors) -> list[Figure]:
    """Every measure on its test groups, with marks and without, beside both baselines."""
    readings: dict[str, tuple[list[Probabilities], list[Probabilities]]] = {}
    figures = []
    for measure in MEASURES:
        everything = splits[measure.corpus].test
        if measure.corpus not in readings:
            readings[measure.corpus] = (read(listener, everything), read(listener, stripped(everything)))
        known = [i for i, sample in enumerate(everything) if measure.head in sample.labels]
        full, bare = (np.stack([side[i][measure.head][0] for i in known]) for side in readings[measure.corpus])
        figures.append(_figure(measure, tested(measure, splits), full, bare, floors[measure.name]))
    return figures


def bolt_of(listener: OnnxListener, splits: dict[str, Split]) -> float:
    """Macro-F1 on BOLT, which is never fitted, by any model."""
    (measure,) = (one for one in MEASURES if one.corpus == "bolt")
    samples = tested(measure, splits)
    table = np.stack([found[measure.head][0] for found in read(listener, samples)])
    truth = _merged(measure, np.array([sample.labels[measure.head] for sample in samples]))
    return macro_f1(confusion_of(truth, _classes(measure, table), max(measure.merge or ()) + 1))


def _figure(
    measure: Measure,
    samples: list[Sample],
    full: NDArray[np.float32],
    bare: NDArray[np.float32],
    floor: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> Figure:
    raw = np.array([sample.labels[measure.head] for sample in samples])
    truth = _merged(measure, raw)
    guess = _classes(measure, full)
    size = len(HEADS[measure.head]) if measure.merge is None else max(measure.merge) + 1

    rate = positive_f1 if measure.positive else macro_f1

    def score(found: NDArray[np.int64]) -> float:
        return rate(confusion_of(truth, found, size))

    def cue(texts: list[Sample]) -> float:
        """Cues have no second choice: an *other* where there is none counts as the first class."""
        merged = _merged(measure, cues(measure.head, texts))
        return score(np.where(merged < 0, 0, merged))

    return Figure(
        measure=measure,
        count=len(samples),
        groups=len({sample.group for sample in samples}),
        f1=score(guess),
        interval=interval(truth, guess, [sample.group for sample in samples], size, rate),
        stripped=score(_classes(measure, bare)),
        floor=score(_classes(measure, floor[0])),
        floor_stripped=score(_classes(measure, floor[1])),
        cue=cue(samples),
        cue_stripped=cue(stripped(samples)),
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
