"""Fits the network on several corpora at once, seeded."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from voice_trainer.engines.listener import Encoder, pad

from .augment import join_advice, speechlike, with_advice
from .data import Sample
from .model import ListeningNet
from .schema import HEADS
from .split import Split


@dataclass(frozen=True)
class Recipe:
    """How to fit. Defaults stay under 40 minutes on two cores.

    Attributes:
        advice: sentences of each advice corpus used in an epoch (a new draw every epoch).
        weak_weight: of the sentence loss on AnnoMI, where only the reply's label is known.
        trivial: share of AnnoMI turns of one or two words ("Mm-hmm.") used in an epoch; a quarter of all, soon learnt.
        beside_advice: share of AnnoMI and EPITOME replies that get an advice sentence put after them.
        frozen_layers: lowest layers left as pre-trained.
    """

    seed: int = 7
    epochs: int = 4
    batch: int = 32
    rate: float = 8e-5
    head_rate: float = 8e-4
    advice: int = 1200
    weak_weight: float = 0.4
    trivial: float = 0.4
    beside_advice: float = 0.15
    frozen_layers: int = 2
    threads: int = 2
    minutes: float = 28.0


Target = tuple[int, dict[str, int]]


def epoch_samples(splits: dict[str, Split], recipe: Recipe, rng: random.Random) -> list[Sample]:
    """One epoch's samples, drawn and augmented anew."""
    talk = splits["annomi"].train + splits["epitome"].train
    talk = [s for s in talk if sum(len(t.split()) for t in s.sentences) > 2 or rng.random() < recipe.trivial]
    prompts = [sample.prompt for sample in talk if sample.prompt]
    advice = [
        sample
        for name in ("askparents", "needadvice")
        for sample in rng.sample(splits[name].train, min(recipe.advice, len(splits[name].train)))
    ]
    beside = [with_advice(s, rng.choice(advice)) if rng.random() < recipe.beside_advice else s for s in talk]
    return [speechlike(sample, rng) for sample in beside + join_advice(advice, prompts, rng)]


def batches(
    samples: Sequence[Sample], encoder: Encoder, size: int, rng: random.Random | None
) -> Iterator[tuple[list[Sample], dict[str, torch.Tensor], list[list[Target]]]]:
    """Length-bucketed batches. Targets are (span, labels); a reply longer than one row keeps its first row."""
    encoded = []
    for sample in samples:
        rows = encoder.rows(sample.prompt, sample.sentences)
        if rows:
            encoded.append((sample, rows[0]))
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i][1].ids) + (rng.random() * 4 if rng else 0))
    groups = [order[at : at + size] for at in range(0, len(order), size)]
    if rng:
        rng.shuffle(groups)
    for group in groups:
        rows, targets = [], []
        for i in group:
            row, target = _targets(*encoded[i])
            rows.append(row)
            targets.append(target)
        inputs = {name: torch.from_numpy(array) for name, array in pad(rows).items()}
        yield [encoded[i][0] for i in group], inputs, targets


def _targets(sample: Sample, row: object) -> tuple[object, list[Target]]:
    """Put the labelled spans first, then the sentences (which a weak sample needs)."""
    ranges = {part: row.spans[1 + at] for at, part in enumerate(row.parts)}  # type: ignore[attr-defined]
    spans, targets = [], []
    for span in sample.spans:
        inside = [ranges[i] for i in range(span.first, span.last) if i in ranges]
        if inside:
            targets.append((len(spans), span.labels))
            spans.append((inside[0][0], inside[-1][1]))
    if sample.weak and len(ranges) > 1:
        spans += list(ranges.values())
    return type(row)(row.ids, row.types, spans, row.parts), targets  # type: ignore[attr-defined,call-arg]


def loss_of(
    logits: torch.Tensor, samples: Sequence[Sample], targets: Sequence[list[Target]], spans: torch.Tensor, weak: float
) -> torch.Tensor:
    """Mean cross-entropy of each head over the spans where it is known, summed over heads.

    Weak samples: where the reply has nothing of a head, no sentence has; where it has, the sentence that shows it most
    is asked to (multiple-instance learning with a hard maximum).
    """
    total = logits.new_zeros(())
    at = 0
    for head, classes in HEADS.items():
        part = functional.log_softmax(logits[..., at : at + len(classes)], dim=-1)
        at += len(classes)
        known = [(r, s, labels[head], 1.0) for r, row in enumerate(targets) for s, labels in row if head in labels]
        for r, sample in enumerate(samples):
            count = int(spans[r].any(-1).sum())
            if not sample.weak or head not in sample.labels or count < 2:
                continue
            label = sample.labels[head]
            absent = (label == 0 and head != "behavior") or (head == "behavior" and label == 3)
            best = int(part[r, 1:count, label].argmax()) + 1
            chosen = range(1, count) if absent else (best,)
            known += [(r, s, label, weak / len(chosen)) for s in chosen]
        if known:
            rows, columns, labels_, weights = zip(*known, strict=True)
            weight = torch.tensor(weights)
            total = total - (part[list(rows), list(columns), list(labels_)] * weight).sum() / weight.sum()
    return total


def fit(net: ListeningNet, encoder: Encoder, splits: dict[str, Split], recipe: Recipe) -> list[str]:
    """Fit in place; returns a line an epoch for the log.

    The rate rises over the first steps and falls to nothing at the last. Where the machine is too slow to get there in
    ``minutes``, it falls by the clock instead, so that the fit still lands; the log then says that it stopped early.
    """
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    rng = random.Random(recipe.seed)
    net.freeze(recipe.frozen_layers)
    body = [p for p in net.encoder.parameters() if p.requires_grad]
    top = [p for module in (net.queries, net.heads) for p in module.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": recipe.rate}, {"params": top, "lr": recipe.head_rate}], weight_decay=0.01
    )
    per_epoch = len(epoch_samples(splits, recipe, random.Random(0))) / recipe.batch
    steps, step, started, log = int(per_epoch * recipe.epochs), 0, time.monotonic(), []

    def share(at: int) -> float:
        used = (time.monotonic() - started) / (recipe.minutes * 60)
        late = at > 0 and used * steps / at > 1
        return min((at + 1) / (0.08 * steps), max(0.02, 1 - (used if late else at / steps)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, share)
    for epoch in range(recipe.epochs):
        net.train()
        losses = []
        for samples, inputs, targets in batches(epoch_samples(splits, recipe, rng), encoder, recipe.batch, rng):
            loss = loss_of(net(**inputs), samples, targets, inputs["spans"], recipe.weak_weight)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            losses.append(loss.item())
            step += 1
            if (time.monotonic() - started) / 60 > recipe.minutes:
                log.append(f"stopped by the clock at step {step} of {steps}")
                return log
        log.append(f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.3f}, {time.monotonic() - started:.0f} s")
        print(log[-1], flush=True)
    return log
