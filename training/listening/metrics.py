"""Macro-F1, its interval by group, and calibration. numpy alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000


def macro_f1(confusion: NDArray[np.float64]) -> float:
    """Over classes that occur in truth or guess. ``confusion`` has shape (truth, guess)."""
    hits = np.diag(confusion)
    both = confusion.sum(0) + confusion.sum(1)
    there = both > 0
    return float((2 * hits[there] / both[there]).mean())


def positive_f1(confusion: NDArray[np.float64]) -> float:
    """F1 of the second class of two."""
    both = confusion[1].sum() + confusion[:, 1].sum()
    return float(2 * confusion[1, 1] / both) if both else 0.0


def confusion_of(truth: NDArray[np.int64], guess: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    table = np.zeros((classes, classes))
    np.add.at(table, (truth, guess), 1)
    return table


def interval(
    truth: NDArray[np.int64],
    guess: NDArray[np.int64],
    groups: Sequence[str],
    classes: int,
    score: Callable[[NDArray[np.float64]], float] = macro_f1,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % interval of ``score`` over a confusion, whole groups drawn with replacement."""
    names = sorted(set(groups))
    place = np.array([names.index(group) for group in groups])
    tables = np.stack([confusion_of(truth[place == g], guess[place == g], classes) for g in range(len(names))])
    rng = np.random.default_rng(seed)
    values = [
        score(np.tensordot(np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names)), tables, 1))
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def calibration_error(probabilities: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """Expected calibration error of each class's probability against its being true, 10 equal bins."""
    p = probabilities.ravel()
    hit = (np.arange(probabilities.shape[1]) == truth[:, None]).ravel()
    bins = np.minimum((p * 10).astype(int), 9)
    gaps = [
        abs(p[bins == b].mean() - hit[bins == b].mean()) * (bins == b).mean() for b in range(10) if (bins == b).any()
    ]
    return float(sum(gaps))
