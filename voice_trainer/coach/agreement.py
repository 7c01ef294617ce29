"""How far the coach's blind ratings and the machine's levels agree.

Two coefficients, since each says what the other doesn't: Cohen's κ weighted quadratically (Cohen 1968), on whole
levels, is agreement beyond what the two raters' habits would give by chance; ICC(A,1) (McGraw & Wong 1996, two-way,
absolute agreement, single rating) is the share of variance that lies in the replies, on the finer scale. Both with 95 %
intervals; below ``LEAST`` pairs neither is told, since any value would be an accident.

``icc`` and ``kappa`` import scipy and scikit-learn when they are called.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..debrief import Agreement, Coefficient, Pairing
from ..session import Rating
from ..store.base import AttemptSummary

LEAST = 5
RESAMPLES = 2000
SEED = 1968
"""The same ratings give the same interval."""
ALPHA = 0.05
MOST_UNDEFINED = 0.1
"""Share of resamples without a κ (one level only) beyond which the interval would be of other replies than these."""
FEW = "It takes {least} replies that were rated blind to say anything; there {are} {count}."
ALIKE = "All of them were given the same level, so agreement beyond chance can't be told."


@dataclass(frozen=True, kw_only=True)
class MachineScore:
    """What the machine said of a reply: whole levels 1–5, and the finer scores on the same scale; None: not rated."""

    wording_level: int | None
    voice_level: int | None
    wording: float | None
    voice: float | None


def machine_score(summary: AttemptSummary) -> MachineScore:
    """From how an attempt is listed."""
    from ..vocabulary import level_of

    return MachineScore(
        wording_level=summary.level,
        voice_level=level_of(summary.voice),
        wording=None if summary.wording is None else 1.0 + 4.0 * summary.wording,
        voice=None if summary.voice is None else 1.0 + 4.0 * summary.voice,
    )


def warm() -> None:
    """Load what the coefficients need (a second), so that nobody waits for it under a lock."""
    import scipy.stats  # noqa: F401
    import sklearn.metrics  # noqa: F401


def agreement(ratings: Collection[Rating], machine: Mapping[str, MachineScore]) -> Agreement:
    """Pair the coach's blind ratings with the machine's; of several blind ones of a reply the latest counts.

    Args:
        ratings: of whichever sessions. machine: by attempt; a reply that is not in it (withdrawn) is left out.
    """
    by_coach = sorted((one for one in ratings if one.role == "coach"), key=lambda one: (one.made_at, one.id))
    latest = {one.attempt_id: one for one in by_coach if one.blind and one.attempt_id in machine}
    pairs = [(one, machine[attempt_id]) for attempt_id, one in latest.items()]
    wording = [
        (one.wording, score.wording_level, score.wording)
        for one, score in pairs
        if one.wording is not None and score.wording_level is not None and score.wording is not None
    ]
    voice = [
        (one.voice, score.voice_level, score.voice)
        for one, score in pairs
        if one.voice is not None and score.voice_level is not None and score.voice is not None
    ]
    seen_first = {one.attempt_id for one in by_coach if not one.blind} - latest.keys()
    return Agreement(
        wording=_pairing(wording),
        voice=_pairing(voice),
        sessions=len({one.session_id for one, _ in pairs}),
        not_blind=len(seen_first),
    )


def _pairing(rated: Sequence[tuple[int, int, float]]) -> Pairing:
    gaps = [abs(coach - level) for coach, level, _ in rated]
    return Pairing(
        pairs=len(rated),
        same=sum(gap == 0 for gap in gaps),
        within_one=sum(gap <= 1 for gap in gaps),
        kappa=kappa([coach for coach, _, _ in rated], [level for _, level, _ in rated]),
        icc=icc([[coach, score] for coach, _, score in rated]),
    )


def kappa(first: Sequence[int], second: Sequence[int], *, seed: int = SEED) -> Coefficient:
    """Cohen's κ with quadratic weights of two raters' whole levels, its interval by bootstrap over the replies."""
    if len(first) < LEAST:
        return _too_few(len(first))
    one, other = np.asarray(first, float), np.asarray(second, float)
    if np.ptp(np.concatenate([one, other])) == 0:
        return Coefficient(value=None, why=ALIKE)
    from sklearn.metrics import cohen_kappa_score

    value = float(cohen_kappa_score(first, second, labels=[1, 2, 3, 4, 5], weights="quadratic"))
    drawn = np.random.default_rng(seed).integers(0, len(one), (RESAMPLES, len(one)))
    resampled = quadratic_kappas(one[drawn], other[drawn])
    defined = resampled[np.isfinite(resampled)]
    if len(defined) < (1 - MOST_UNDEFINED) * RESAMPLES:
        return Coefficient(value=value, why="The levels vary too little for an interval.")
    low, high = np.quantile(defined, [ALPHA / 2, 1 - ALPHA / 2])
    return Coefficient(value=value, low=float(low), high=float(high))


def quadratic_kappas(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """κ of each row of pairs: 1 − mean (a − b)² over what chance gives, which for squared distances is
    var a + var b + (mean a − mean b)²; not a number where that is 0."""
    seen = np.mean((first - second) ** 2, axis=-1)
    by_chance = first.var(axis=-1) + second.var(axis=-1) + (first.mean(axis=-1) - second.mean(axis=-1)) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(by_chance > 0, 1.0 - seen / by_chance, np.nan))


def icc(ratings: ArrayLike) -> Coefficient:
    """ICC(A,1) with its interval after McGraw & Wong (1996, table 7), as ICC(2,1) of Shrout & Fleiss (1979).

    Args:
        ratings: targets × raters, all there.
    """
    table = np.asarray(ratings, float)
    if len(table) < LEAST:
        return _too_few(len(table))
    n, k = table.shape
    if np.ptp(table) == 0:
        return Coefficient(value=None, why=ALIKE)
    rows, columns, error = mean_squares(table)
    value = (rows - error) / (rows + (k - 1) * error + k / n * (columns - error))
    low, high = _icc_interval(value, n, k, rows, columns, error)
    return Coefficient(value=float(value), low=low, high=high, why="" if low is not None else NO_INTERVAL)


NO_INTERVAL = "The ratings leave no error to make an interval of."


def mean_squares(table: NDArray[np.float64]) -> tuple[float, float, float]:
    """Of rows (targets), columns (raters) and what is left, in a two-way table with one rating a cell."""
    n, k = table.shape
    whole = table.mean()
    by_row, by_column = table.mean(axis=1), table.mean(axis=0)
    left = table - by_row[:, None] - by_column[None, :] + whole
    return (
        float(k * np.sum((by_row - whole) ** 2) / (n - 1)),
        float(n * np.sum((by_column - whole) ** 2) / (k - 1)),
        float(np.sum(left**2) / ((n - 1) * (k - 1))),
    )


def _icc_interval(
    value: float, n: int, k: int, rows: float, columns: float, error: float
) -> tuple[float | None, float | None]:
    """F-based, with Satterthwaite's degrees of freedom for rater and error variance together."""
    from scipy.stats import f

    if value >= 1 or (columns == 0 and error == 0):
        return None, None
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    spread = (a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    if spread <= 0:
        return None, None
    freedom = (a * columns + b * error) ** 2 / spread
    lower = float(f.ppf(1 - ALPHA / 2, n - 1, freedom))
    upper = float(f.ppf(1 - ALPHA / 2, freedom, n - 1))
    both = k * columns + (k * n - k - n) * error
    low = n * (rows - lower * error) / (lower * both + n * rows)
    high = n * (upper * rows - error) / (both + n * upper * rows)
    if not (np.isfinite(low) and np.isfinite(high)):
        return None, None
    return float(low), float(high)


def _too_few(count: int) -> Coefficient:
    return Coefficient(value=None, why=FEW.format(least=LEAST, are="is" if count == 1 else "are", count=count))
