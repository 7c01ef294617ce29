# ruff: noqa: E501  (lines of a page stand here as they will stand there)
"""Writes RESULTS.md and MODEL_CARD.md from measured figures. No torch here."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from voice_trainer.engines.listener import Manifest, OnnxListener

from .evaluate import Figure
from .levels import LevelFigure
from .schema import HEADS
from .split import Split

ANCHORS = {
    "AnnoMI behavior": "linear .74; human .86; reader .81",
    "reflection present": "linear .74; human .88; reader .89",
    "question none/open/closed": "linear .73; human .84; reader .87",
    "advice, AskParents": "linear .64; reader .77",
    "advice, needadvice": "linear .75; reader .85",
    "EPITOME emotional reaction": "linear .75; reader .80",
    "EPITOME interpretation": "linear .55; reader .63",
    "EPITOME exploration": "linear .71; reader .72",
    "BOLT 3-way (evaluation only)": "linear .60; reader .65",
}
"""Figures known before, on other splits, and what a blind reader reached on a sample of this test side
(training/README.md): for orientation, not for comparison to the second digit."""
REPLY_WORDS = range(20, 31)


def throughput(listener: OnnxListener, splits: dict[str, Split]) -> tuple[float, float]:
    """Replies of about 25 words with their real prompts: (a second of the clock, ms of CPU a reply)."""
    items = [
        (s.prompt, s.sentences)
        for name in ("annomi", "epitome")
        for s in splits[name].test
        if len(" ".join(s.sentences).split()) in REPLY_WORDS
    ]
    listener.warm()
    clock, cpu = time.perf_counter(), time.process_time()
    listener.listen_many(items)
    wall, used = time.perf_counter() - clock, time.process_time() - cpu
    return len(items) / wall, used / len(items) * 1000


def _table(figures: Sequence[Figure]) -> list[str]:
    lines = [
        "| measure | replies (groups) | **model** | 95 % interval | model, marks removed | linear floor | floor, marks removed "
        "| cue words | cues, marks removed | calibration error | anchors |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for f in figures:
        low, high = f.interval
        ece = "" if f.measure.corpus == "bolt" else f"{f.ece:.3f}"
        lines.append(
            f"| {f.measure.name} | {f.count} ({f.groups}) | **{f.f1:.3f}** | {low:.3f}–{high:.3f} | {f.stripped:.3f} "
            f"| {f.floor:.3f} | {f.floor_stripped:.3f} | {f.cue:.3f} | {f.cue_stripped:.3f} | {ece} "
            f"| {ANCHORS.get(f.measure.name, '')} |"
        )
    return lines


def _level_table(figures: Sequence[LevelFigure]) -> list[str]:
    lines = [
        "| replies | number | **quadratic κ** | 95 % interval | the same | within one | κ of the network's head | rated |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for f in figures:
        low, high = f.interval
        lines.append(
            f"| {f.name} | {f.count} | **{f.kappa:.3f}** | {low:.3f}–{high:.3f} | {f.same:.0%} | {f.within_one:.1%} "
            f"| {f.head:.3f} | {f.coverage:.1%} |"
        )
    return lines


def write_results(
    path: Path,
    figures: Sequence[Figure],
    level_figures: Sequence[LevelFigure],
    splits: dict[str, Split],
    rate: tuple[float, float],
    minutes: float,
    notes: Sequence[str],
    folder: Path,
) -> None:
    manifest = msgspec.json.decode((folder / "model.json").read_bytes(), type=Manifest)
    size = (folder / "model.onnx").stat().st_size / 1e6
    lines = [
        "# Results of the listening model",
        "",
        f"Written by `training/listening/report.py`. Model {manifest.version}, {size:.1f} MB int8, "
        f"SHA-256 {manifest.sha256[:16]}…",
        "",
        "A fit in two parts: the first sees the fitting groups alone, and **every figure here is its own**, read through the",
        "product's engine as int8. What ships went on from there with the development and test groups as well, so nothing of",
        "them can measure it any more; it keeps the first part's calibration.",
        "",
        "Macro-F1 on groups that were used neither for fitting nor for choosing: source videos (AnnoMI), posts (EPITOME),",
        "the published development threads (advice), speakers (own corpus: there F1 of the move's being there). Intervals: 1000 bootstrap draws of whole groups. *Marks removed*: the",
        "same replies and prompts in lower case, with all punctuation and apostrophes gone. *Linear floor*: word and",
        "character n-grams with balanced logistic regression, fitted on the same replies with and without marks. *Reader*: a",
        "language model that read 180 to 260 replies of each test side blind (training/README.md).",
        "",
        *_table(figures),
        "",
        "BOLT is never fitted; its rows carry no prompt, and many are whole speeches with one label. Its floor is the one",
        "fitted on AnnoMI. AnnoMI's simple against complex reflection is a distinction on which human raters reach κ .50.",
        "",
        "## The level",
        "",
        "1–5 as the product gives it (its formula, told the speaker's feelings and meaning where they are known), beside the",
        "network's own reading of it. Two raters of one kind agree at κ .93, 99.3 % within one.",
        "",
        *_level_table(level_figures),
        "",
        "## The run",
        "",
        *(f"* {note}" for note in notes),
        f"* this run: {minutes:.1f} minutes by the clock ({platform.machine()}, other work on the machine not excluded)",
        f"* throughput, one thread, replies of 20–30 words with their prompts: {rate[0]:.0f} a second "
        f"(wall clock); {rate[1]:.1f} ms of CPU a reply",
        "* split sizes (train/dev/test): "
        + "; ".join(f"{n} {len(s.train)}/{len(s.dev)}/{len(s.test)}" for n, s in splits.items()),
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def _not_taught(manifest: Manifest) -> list[str]:
    if not manifest.not_taught:
        return []
    reasons = [f"* `{move}`: {reason}." for move, reason in manifest.not_taught.items()]
    return ["## What it was not taught, and why", "", *reasons, ""]


def write_card(path: Path, figures: Sequence[Figure], splits: dict[str, Split], folder: Path) -> None:
    manifest = msgspec.json.decode((folder / "model.json").read_bytes(), type=Manifest)
    by_name = {f.measure.name: f for f in figures}

    def at(name: str) -> str:
        return f"{by_name[name].f1:.2f}"

    def counted(*names: str) -> int:
        return sum(len(splits[name].all_to_fit().train) for name in names)

    public = [sample for name in ("annomi", "epitome") for sample in splits[name].all_to_fit().train]
    lines = [
        f"# Model card: {manifest.version}",
        "",
        "Reads what somebody in distress said and what was answered, and tells what the answer does. A MiniLM encoder",
        f"(6 layers, 384 wide) with {len(HEADS)} heads pooled over the reply and over each sentence, exported as int8 ONNX.",
        "It runs on the trainee's machine, on onnxruntime, and sends nothing anywhere.",
        "",
        "## Fitted on",
        "",
        "| what | how much | words of its licence |",
        "|---|---|---|",
        "| encoder: all-MiniLM-L6-v2 (sentence-transformers) | 22 M weights | Apache 2.0 |",
        f"| AnnoMI (uccollab/AnnoMI), therapist turns | {counted('annomi')} | none stated; "
        '"publicly and freely available" |',
        f"| EPITOME, Reddit part | {counted('epitome')} | none stated for this part |",
        f"| Advice-EMNLP2020 | drawn from {counted('askparents', 'needadvice')} sentences | MIT |",
        f"| this project's corpus of spoken replies (training/corpus) | {counted('own')} replies, "
        f"{counted('sessions')} session turns, {counted('peers')} peers' replies | MIT |",
        "| judgements of this project on replies of AnnoMI and EPITOME | "
        f"{sum('level' in sample.labels for sample in public)} | MIT |",
        "| a second reader's codes of replies of their fitting side | "
        f"{sum(sample.spans[0].weight < 1 for sample in public)} | MIT |",
        "",
        "The figures below are of the fit's first part, which saw less: the groups they were measured on were kept away from it.",
        "",
        "BOLT (BSD 3-Clause) is read for evaluation only. Nothing whose words forbid commercial use is in the weights.",
        "",
        "## What it gives",
        "",
        "* `behavior`: AnnoMI's main behavior (reflection, question, therapist input, other), probabilities that sum to 1.",
        "* `moves`, calibrated on development groups with one temperature a head and a shift a class:",
        *(f"  * `{move}` from {source.replace('.', ': ')}" for move, source in manifest.taught.items()),
        "* `level`: 1–5 as a rater of the corpus would give it, an expectation over five classes; the product joins it with a",
        "  formula over what the reply takes up of this speaker.",
        "* `mechanisms`: EPITOME's emotional reaction, interpretation, exploration as expected levels 0–2. They are not",
        "  renamed into moves: warmth is not validation, and *interpretation* in EPITOME includes telling of like experience.",
        "* Convention: advice put as a question is advice only. Where a sentence's advice reaches 0.5, its question moves are",
        "  multiplied by the chance that it is none. AnnoMI's *negotiation* and *options* are read but are no move.",
        "* A reflection is there when simple and complex together reach 0.5; each alone may stay below it.",
        "",
        *_not_taught(manifest),
        "## Figures",
        "",
        f"Macro-F1 on unseen groups: behavior {at('AnnoMI behavior')}, reflection present {at('reflection present')}, "
        f"question {at('question none/open/closed')}, advice {at('advice, AskParents')} and {at('advice, needadvice')}, "
        f"EPITOME {at('EPITOME emotional reaction')} / {at('EPITOME interpretation')} / {at('EPITOME exploration')}, "
        f"BOLT 3-way {at('BOLT 3-way (evaluation only)')}. Intervals, baselines and the rest: RESULTS.md.",
        "",
        "## Limits",
        "",
        "* AnnoMI is counselling about changing habits, mostly demonstrations; EPITOME and the advice sets are Reddit. None",
        "  is an intimate quarrel: expect lower figures there. English only.",
        "* One rater coded each AnnoMI turn. Ten raters agree on simple against complex only at κ .50: do not grade by it.",
        "* Sentences are taught mostly through replies' labels, so a sentence's probabilities are weaker than the reply's.",
        "* Judging, defending, minimizing, repair and the other moves of intimate talk were taught by replies that one language",
        "  model wrote and judged; on words of real people they are untested but for the judged public replies, on which the",
        "  level agrees far less (see RESULTS.md). It does not know whether a reflected feeling is the right one.",
        *(
            f"* No better than word counts yet ({f.f1:.2f} against {f.floor:.2f}): {f.measure.name}."
            for f in figures
            if f.f1 < f.floor
        ),
        "* It judges text. A wrong transcript is read as it is written.",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
