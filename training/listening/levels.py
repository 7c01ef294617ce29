"""The level 1–5 as the product gives it, against the raters', on replies it was not fitted on. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.corpus.check import read
from training.corpus.cue_only import quadratic_kappa
from training.corpus.public import public_texts
from training.corpus.schema import Reply
from training.corpus.sides import Side, group_of, side_of
from voice_trainer.engines.listener import OnnxListener
from voice_trainer.listening.wording import spoken_sentences
from voice_trainer.scoring import Heard, assess_texts
from voice_trainer.speech.transcript import untimed

from .split import Split

ROUNDS = 1000


@dataclass(frozen=True)
class Judged:
    """A reply with the level that its rater gave. ``group``: whose replies are drawn together."""

    group: str
    heard: Heard
    reply: str
    level: int


@dataclass(frozen=True)
class LevelFigure:
    """``kappa`` is quadratic, with its 95 % interval over groups; ``within_one`` and ``same`` are shares of what was
    rated; ``head`` is the κ of the network's own reading of the level; ``coverage`` is the share that was rated."""

    name: str
    count: int
    kappa: float
    interval: tuple[float, float]
    same: float
    within_one: float
    head: float
    coverage: float


def own(side: Side) -> list[Judged]:
    """The replies of our own corpus on one side; the product is told the speaker's feelings and meaning, as it is by an
    exercise."""
    return [_of_corpus(reply) for reply in read().own if side_of(reply) == side]


def _of_corpus(reply: Reply) -> Judged:
    heard = Heard(prompt=reply.prompt, feelings=tuple(reply.feelings), meaning=reply.meaning)
    return Judged(group_of(reply), heard, reply.reply, reply.level)


def public(data: Path, splits: dict[str, Split]) -> list[Judged]:
    """Judged replies of real people in the groups kept for testing; nothing is known of the speaker but the words."""
    kept = {sample.id for name in ("annomi", "epitome") for sample in splits[name].test}
    texts = public_texts(data if (data / "text").is_dir() else data.parent)
    found = []
    for item in read().public:
        if item.id in kept and item.id in texts:
            text = texts[item.id]
            found.append(Judged(text.group, Heard(prompt=text.prompt, feelings=(), meaning=""), text.reply, item.level))
    return found


def measure(listener: OnnxListener, name: str, judged: Sequence[Judged]) -> LevelFigure:
    """How far the product's level is from the rater's."""
    wordings = assess_texts(listener, [(one.heard, one.reply) for one in judged])
    texts = [(one.heard.prompt, spoken_sentences(untimed(one.reply))) for one in judged]
    heads = [reading.level for reading in listener.listen_many(texts)]
    rated = [i for i, wording in enumerate(wordings) if wording.level is not None]
    truth = np.array([judged[i].level for i in rated])
    guess = np.array([wordings[i].level or 0 for i in rated])
    head = np.array([round(heads[i] or 0.0) for i in rated])
    off = np.abs(truth - guess)
    return LevelFigure(
        name=name,
        count=len(judged),
        kappa=quadratic_kappa(truth, guess),
        interval=_interval(truth, guess, [judged[i].group for i in rated]),
        same=float(np.mean(off == 0)),
        within_one=float(np.mean(off <= 1)),
        head=quadratic_kappa(truth, head),
        coverage=len(rated) / len(judged),
    )


def _interval(truth: NDArray[np.int64], guess: NDArray[np.int64], groups: Sequence[str]) -> tuple[float, float]:
    """95 % interval of the quadratic κ, whole groups drawn with replacement."""
    names = sorted(set(groups))
    members = [np.flatnonzero(np.array(groups) == name) for name in names]
    rng = np.random.default_rng(0)
    values = []
    for _ in range(ROUNDS):
        drawn = np.concatenate([members[i] for i in rng.integers(0, len(names), len(names))])
        values.append(quadratic_kappa(truth[drawn], guess[drawn]))
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
