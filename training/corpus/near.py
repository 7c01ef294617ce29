"""Texts that are nearly the same: Jaccard similarity of their character 5-grams, over every pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from math import ceil

from training.corpus.schema import plain

GRAM = 5
NEAR = 0.6
"""From this Jaccard similarity on two texts are near-duplicates: about one word in five changed."""

SHARED = 8
"""Any number finds the same pairs; with more, more is counted and fewer are compared."""


def grams(text: str) -> frozenset[str]:
    """Character 5-grams of the text as a recognizer would write it, word ends marked."""
    padded = f" {plain(text)} "
    return frozenset(padded[i : i + GRAM] for i in range(max(1, len(padded) - GRAM + 1)))


def near_pairs(texts: Sequence[str], threshold: float = NEAR) -> Iterator[tuple[int, int, float]]:
    """Every pair (first, second, similarity) at or over the threshold; equal texts are at 1.

    Where ``in_common`` grams must be in both, ``SHARED`` of them at least are among the rarest of each, taken as many
    as may differ and ``SHARED`` more (prefix filtering: Chaudhuri, Ganti & Kaushik 2006).
    """
    sets = [grams(text) for text in texts]
    often = Counter(gram for own in sets for gram in own)
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for second, own in enumerate(sets):
        in_common = ceil(threshold * len(own) - 1e-9)
        rarest = sorted(own, key=lambda gram: (often[gram], gram))[: len(own) - in_common + SHARED]
        shared = Counter(chain.from_iterable(seen[gram] for gram in rarest))
        for first in sorted(first for first, count in shared.items() if count >= min(SHARED, in_common)):
            common = len(own & sets[first])
            similarity = common / (len(own) + len(sets[first]) - common)
            if similarity >= threshold:
                yield first, second, similarity
        for gram in rarest:
            seen[gram].append(second)
