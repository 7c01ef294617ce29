"""How far length, stems and question marks alone get at the level: if far, the corpus teaches cues, not listening.

Ridge regression on the level, cut so that the levels come out as often as in the fitting folds: a plain rounded
ridge would guess 3 everywhere and flatter the corpus. Folds by speaker. numpy alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.corpus.schema import Reply, plain, word_count
from training.corpus.sides import group_of

CEILING = 0.35
"""Quadratic κ that a model of cues alone must stay below."""
FOLDS = 5
PENALTY = 5.0
OPENERS_FROM = 4
"""An opening of two words is a stem of its own from so many replies on in the fitting folds."""

_STEMS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bsounds? (?:like|as if|as though|so|really|pretty)\b",
        r"\bseems? (?:like|as if|that|to me)\b",
        r"\bi(?:'m)? hear(?:ing)?\b",
        r"\bi (?:totally |completely |really )?(?:get|understand)\b",
        r"\bi can (?:see|imagine|hear|tell)\b",
        r"\byou(?:'re| are)? feel(?:ing)?\b",
        r"\bso you(?:'re|'ve)?\b",
        r"\b(?:makes|make) sense\b",
        r"\b(?:i'm|i am|so) sorry\b",
        r"\bof course\b",
        r"\bat least\b",
        r"\bhave you\b",
        r"\b(?:what|how)(?:'s)?\b",
        r"\bi (?:feel|think|know)\b",
        r"\bno wonder\b",
        r"\bbut\b",
    )
)
_LENGTHS = (6, 10, 15, 20, 27, 35, 45)


def cross_validated_kappa(replies: Sequence[Reply], seed: int = 0) -> float:
    """Quadratic κ of the level guessed from cues, each speaker guessed by a model that never met them."""
    folds = _folds(replies, seed)
    levels = np.array([reply.level for reply in replies])
    guessed = np.zeros(len(replies), dtype=np.int64)
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(inside) or not len(outside):
            continue
        openers = _common_openers([replies[i] for i in inside])
        design = np.array([cues(reply, openers) for reply in replies])
        guessed[outside] = _fit_and_guess(design[inside], levels[inside], design[outside])
    return quadratic_kappa(levels, guessed)


def quadratic_kappa(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Cohen's κ with quadratic weights (Cohen 1968). 0 where neither ever differs from one constant level."""
    spread = ((first[:, None] - second[None, :]) ** 2).mean()
    return 0.0 if spread == 0 else float(1 - ((first - second) ** 2).mean() / spread)


def cues(reply: Reply, openers: Sequence[str]) -> NDArray[np.float64]:
    """1, length, stems, question marks of the reply, and how length and marks go together. Shape (features,)."""
    text, words, marks = plain(reply.reply), word_count(reply.reply), reply.reply.count("?")
    asks, ends = float(marks > 0), float(reply.reply.endswith("?"))
    own = _opener(text)
    return np.array(
        [
            1.0,
            np.log(words),
            words / 30,
            (words / 30) ** 2,
            *(float(words <= bound) for bound in _LENGTHS),
            marks,
            asks,
            ends,
            float(marks > 1),
            asks * np.log(words),
            float(reply.style == "asr"),
            *(float(stem.search(text) is not None) for stem in _STEMS),
            *(float(own == opener) for opener in openers),
        ]
    )


def _opener(text: str) -> str:
    return " ".join(text.split()[:2])


def _common_openers(replies: Sequence[Reply]) -> list[str]:
    counts = Counter(_opener(plain(reply.reply)) for reply in replies)
    return sorted(opener for opener, count in counts.items() if count >= OPENERS_FROM)


def _folds(replies: Sequence[Reply], seed: int) -> NDArray[np.int64]:
    groups = sorted({group_of(reply) for reply in replies})
    order = np.random.default_rng(seed).permutation(len(groups))
    fold_of = {group: int(place) % FOLDS for group, place in zip(groups, order, strict=True)}
    return np.array([fold_of[group_of(reply)] for reply in replies])


def _fit_and_guess(
    design: NDArray[np.float64], levels: NDArray[np.int64], unseen: NDArray[np.float64]
) -> NDArray[np.int64]:
    penalty = PENALTY * np.eye(design.shape[1])
    penalty[0, 0] = 0.0
    weights = np.linalg.solve(design.T @ design + penalty, design.T @ levels)
    shares = np.cumsum(np.bincount(levels, minlength=6)[1:5]) / len(levels)
    cuts = np.quantile(design @ weights, shares)
    return 1 + np.searchsorted(cuts, unseen @ weights)
