"""Splits by group, so that no source video, post or thread is on both sides. No torch here."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .data import Sample

SEED = 20240
SIDES = ("train", "dev", "test")


@dataclass(frozen=True)
class Split:
    train: list[Sample]
    dev: list[Sample]
    test: list[Sample]

    def all_to_fit(self) -> Split:
        """Every side to fit on, none kept for testing."""
        return Split([*self.train, *self.dev, *self.test], [], [])


def by_group(samples: Sequence[Sample], dev: float, test: float, seed: int = SEED) -> Split:
    """Deal whole groups, in a seeded order, to test until it holds the share ``test``, then to dev, then to train.

    A group that would be more than half of a side is passed on, so that one long video can't be the test.
    """
    sizes = Counter(sample.group for sample in samples)
    order = sorted(sizes)
    random.Random(seed).shuffle(order)
    place: dict[str, str] = {}
    for name, share in (("test", test), ("dev", dev)):
        room = share * len(samples)
        for group in order:
            if group not in place and sizes[group] <= room and sizes[group] <= share * len(samples) / 2:
                place[group] = name
                room -= sizes[group]
    sides: dict[str, list[Sample]] = {"train": [], "dev": [], "test": []}
    for sample in samples:
        sides[place.get(sample.group, "train")].append(sample)
    return Split(**sides)


def split_all(corpora: dict[str, list[Sample]]) -> dict[str, Split]:
    """AnnoMI and EPITOME 70/10/20; the advice sets keep their published development file as test, our own replies their
    sides; our own session turns and peers' replies are for fitting alone."""
    splits = {name: by_group(corpora[name], dev=0.1, test=0.2) for name in ("annomi", "epitome")}
    for name in ("askparents", "needadvice"):
        parts = by_group(corpora[name], dev=0.08, test=0.0)
        splits[name] = Split(parts.train, parts.dev, corpora[f"{name}_test"])
    splits["bolt"] = Split([], [], corpora["bolt"])
    splits["own"] = Split(corpora["own_train"], corpora["own_dev"], corpora["own_test"])
    for name in ("sessions", "peers"):
        splits[name] = Split(corpora[name], [], [])
    return splits
