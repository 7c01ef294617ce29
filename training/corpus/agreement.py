"""How far two raters agree, one of them blind: κ of the level and of each move, and what was taken for what.

python -m training.corpus.agreement            the tables, as they stand in README.md
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.corpus.check import read
from training.corpus.cue_only import quadratic_kappa
from training.corpus.schema import PublicReply, Reply, SecondJudgement
from voice_trainer.listening.moves import MOVES, REFLECTIONS, Move

ROUNDS = 2000
SHOWN = 12
"""Confusions of moves that are told."""


@dataclass(frozen=True)
class Pair:
    """What two raters said of one reply. ``own``: written for the corpus, not met in public."""

    own: bool
    levels: tuple[int, int]
    moves: tuple[frozenset[Move], frozenset[Move]]


def pairs(judged: Sequence[Reply | PublicReply], second: Sequence[SecondJudgement]) -> list[Pair]:
    """Every reply that both raters judged."""
    first = {item.id: item for item in judged}
    return [
        Pair(
            own=isinstance(first[item.id], Reply),
            levels=(first[item.id].level, item.level),
            moves=(frozenset(first[item.id].moves), frozenset(item.moves)),
        )
        for item in second
        if item.id in first
    ]


def kappa_of_move(found: Sequence[Pair], move: Move) -> float | None:
    """Cohen's κ of a move's being there; None where neither rater ever saw it."""
    table = np.array([[move in moves for moves in pair.moves] for pair in found], dtype=np.int64)
    return quadratic_kappa(table[:, 0], table[:, 1]) if table.any() else None


def level_kappa(found: Sequence[Pair]) -> tuple[float, float, float]:
    """Quadratic κ of the level, and the 95 % interval of it over resampled replies."""
    levels = np.array([pair.levels for pair in found])
    draws = np.random.default_rng(0).integers(0, len(levels), (ROUNDS, len(levels)))
    spread = [quadratic_kappa(levels[draw, 0], levels[draw, 1]) for draw in draws]
    low, high = np.quantile(spread, (0.025, 0.975))
    return quadratic_kappa(levels[:, 0], levels[:, 1]), float(low), float(high)


def level_table(found: Sequence[Pair]) -> NDArray[np.int64]:
    """How often (first, second) said each pair of levels. Shape (5, 5)."""
    table = np.zeros((5, 5), dtype=np.int64)
    for pair in found:
        table[pair.levels[0] - 1, pair.levels[1] - 1] += 1
    return table


def confusions(found: Sequence[Pair]) -> Counter[tuple[str, str]]:
    """(only the first saw, only the second saw) → replies; "nothing" where the other saw nothing of its own instead."""
    counts: Counter[tuple[str, str]] = Counter()
    for pair in found:
        first, second = pair.moves[0] - pair.moves[1], pair.moves[1] - pair.moves[0]
        counts.update((one, other) for one in first or {"nothing"} for other in second or {"nothing"} if one != other)
    del counts["nothing", "nothing"]
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser(prog="python -m training.corpus.agreement", description=__doc__).parse_args(arguments)
    corpus = read()
    found = pairs([*corpus.own, *corpus.public], corpus.second)
    if not found:
        print("Nothing is judged twice yet.")
        return 0
    groups: list[tuple[str, Callable[[Pair], bool]]] = [
        ("all", lambda _: True),
        ("our own", lambda pair: pair.own),
        ("public", lambda pair: not pair.own),
    ]
    parts = {name: [pair for pair in found if belongs(pair)] for name, belongs in groups}
    parts = {name: part for name, part in parts.items() if part}
    _print_levels(parts)
    _print_moves(parts)
    print("\nlevels, first rater down, second across:")
    print("\n".join(f"  {row + 1}  " + "".join(f"{n:5d}" for n in line) for row, line in enumerate(level_table(found))))
    print("\nwhat only the first saw, what only the second saw in its place, replies:")
    for (one, other), count in confusions(found).most_common(SHOWN):
        print(f"  {one} / {other}: {count}")
    return 0


def _print_levels(parts: dict[str, list[Pair]]) -> None:
    print("| judged twice | replies | level, quadratic κ (95 %) | the same level | within one |\n|---|---|---|---|---|")
    for name, part in parts.items():
        kappa, low, high = level_kappa(part)
        off = np.abs(np.diff(np.array([pair.levels for pair in part]), axis=1))
        same, near = np.mean(off == 0), np.mean(off <= 1)
        print(f"| {name} | {len(part)} | {kappa:.3f} ({low:.3f}–{high:.3f}) | {same:.0%} | {near:.1%} |")


def _print_moves(parts: dict[str, list[Pair]]) -> None:
    heads = " | ".join(f"κ, {name}" for name in parts)
    print(f"\n| move | first | second | both | {heads} |\n|---|---|---|---|{'---|' * len(parts)}")
    everything = parts["all"]
    for move in MOVES:
        seen = [[move in moves for moves in pair.moves] for pair in everything]
        counts = (sum(one for one, _ in seen), sum(other for _, other in seen), sum(map(all, seen)))
        cells = [*map(str, counts), *(_told(kappa_of_move(part, move)) for part in parts.values())]
        print(f"| {move} | {' | '.join(cells)} |")
    cells = [_told(_reflection(part)) for part in parts.values()]
    print(f"| a reflection, simple or complex | | | | {' | '.join(cells)} |")


def _reflection(part: Sequence[Pair]) -> float:
    table = np.array([[bool(moves & set(REFLECTIONS)) for moves in pair.moves] for pair in part], dtype=np.int64)
    return quadratic_kappa(table[:, 0], table[:, 1])


def _told(kappa: float | None) -> str:
    return "—" if kappa is None else f"{kappa:.2f}"


if __name__ == "__main__":
    raise SystemExit(main())
