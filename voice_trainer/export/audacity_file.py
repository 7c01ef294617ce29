"""Audacity labels (File > Import > Labels): begin, end and text, parted by tabs.

A file is one label track, so what a label is stands before it: ``sentence:``, ``word:`` or ``pause:``. Labels may
overlap; Audacity draws them in rows.
"""

from __future__ import annotations

from .take import Take


def render(take: Take) -> str:
    """Labels by time; at the same time a sentence before its words."""
    labels = [(pause[0], 2, pause[1], f"pause: {(pause[1] - pause[0]) / 1000:.2f} s") for pause in take.pauses]
    labels += [(word.start_ms, 1, word.end_ms, f"word: {word.text}") for word in take.words]
    for line in take.lines:
        moves = f" [{line.move_words}]" if line.moves else ""
        labels.append((line.start_ms, 0, line.end_ms, f"sentence: {line.text}{moves}"))
    labels.sort(key=lambda label: label[:2])
    return "".join(f"{start / 1000:.6f}\t{end / 1000:.6f}\t{text}\n" for start, _, end, text in labels)
