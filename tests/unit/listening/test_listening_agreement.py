"""How far the wording formula, on the real listening model, agrees with levels known by how replies were written."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from voice_trainer.engines.listener import FOLDER, OnnxListener
from voice_trainer.listening.wording import Wording, assess, spoken_sentences
from voice_trainer.speech.transcript import untimed

HERE = Path(__file__).parent
EXERCISES = HERE.parents[2] / "exercises"
FLOORS = {"own": (0.8, 0.75), "exercises": (0.9, 0.94)}
"""Within one level, and pairs in order: floors under what was measured, so that a worse model or formula is noticed."""

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not (FOLDER / "model.json").exists(), reason="the listening model isn't here"),
]


def _replies(name: str) -> list[tuple[str, dict, int, str]]:
    """Prompt, its turn, level, reply."""
    if name == "own":
        turns = YAML(typ="safe").load((HERE / "replies.yaml").read_text(encoding="utf-8"))
        return [(turn["prompt"], turn, one["level"], one["text"]) for turn in turns for one in turn["replies"]]
    files = [YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in sorted(EXERCISES.glob("*.yaml"))]
    return [
        (turn["text"], turn, one["level"], one["text"])
        for file in files
        for turn in file["turns"]
        for one in turn["model_replies"]
    ]


def _read(replies: list[tuple[str, dict, int, str]]) -> list[Wording]:
    scripts = [untimed(text) for _, _, _, text in replies]
    readings = OnnxListener().listen_many(
        [(prompt, spoken_sentences(script)) for (prompt, _, _, _), script in zip(replies, scripts, strict=True)]
    )
    return [
        assess(prompt, script, reading, feelings=turn["feelings"], meaning=turn["meaning"])
        for (prompt, turn, _, _), script, reading in zip(replies, scripts, readings, strict=True)
    ]


@pytest.mark.parametrize("name", ["own", "exercises"])
def test_levels_agree(name: str, record_property) -> None:
    replies = _replies(name)
    rated = _read(replies)
    levels = [level for _, _, level, _ in replies]
    within = sum(abs(one.level - level) <= 1 for one, level in zip(rated, levels, strict=True)) / len(rated)
    pairs = [
        (rated[i].wording - rated[j].wording) * (levels[i] - levels[j]) > 0
        for i, j in combinations(range(len(rated)), 2)
        if replies[i][0] == replies[j][0] and levels[i] != levels[j]
    ]
    ordered = sum(pairs) / len(pairs)
    figures = f"{name}: {len(rated)} replies, within one {within:.2f}; {len(pairs)} pairs, in order {ordered:.2f}"
    record_property("agreement", figures)
    print(figures)
    least_within, least_ordered = FLOORS[name]
    assert within >= least_within, figures
    assert ordered >= least_ordered, figures
