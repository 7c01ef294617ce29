"""Texts that are nearly the same: Jaccard similarity of their character 5-grams, every pair that shares any."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from training.corpus.schema import plain

GRAM = 5
NEAR = 0.6
"""From this Jaccard similarity on two texts are near-duplicates: about one word in five changed."""


def grams(text: str) -> frozenset[str]:
    """Character 5-grams of the text as a recognizer would write it, word ends marked."""
    padded = f" {plain(text)} "
    return frozenset(padded[i : i + GRAM] for i in range(max(1, len(padded) - GRAM + 1)))


def near_pairs(texts: Sequence[str], threshold: float = NEAR) -> Iterator[tuple[int, int, float]]:
    """Every pair (first, second, similarity) at or over the threshold; equal texts are at 1."""
    seen: defaultdict[str, list[int]] = defaultdict(list)
    sizes: list[int] = []
    for second, text in enumerate(texts):
        own = grams(text)
        shared = Counter(first for gram in own for first in seen[gram])
        for first, common in shared.items():
            similarity = common / (len(own) + sizes[first] - common)
            if similarity >= threshold:
                yield first, second, similarity
        for gram in own:
            seen[gram].append(second)
        sizes.append(len(own))
