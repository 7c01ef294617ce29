"""Fits the network on several corpora at once, seeded."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.nn import functional

from voice_trainer.engines.listener import Encoder, pad

from .augment import excerpt, join_advice, speechlike, with_advice, with_another, with_aside
from .data import Sample
from .model import ListeningNet
from .schema import HEADS, OF_CORPUS, WHOLE
from .split import Split


@dataclass(frozen=True)
class Recipe:
    """How to fit. Defaults stay under 40 minutes on two cores.

    Attributes:
        epochs, minutes: passes over the fitting groups, and the clock's minutes after which the fit ends.
        epochs_on_all, minutes_on_all, rate_on_all: how it goes on with all groups: passes, minutes, and the part of
            each rate that it begins with.
        advice: sentences of each advice corpus used in an epoch (a new draw every epoch).
        weak_weight: of the sentence loss on AnnoMI, where only the reply's label is known.
        trivial: share of AnnoMI turns of one or two words ("Mm-hmm.") used in an epoch; a quarter of all, soon learnt.
        asking: share of those that are written as a question where there are as many; few are, and advice put as a
            question is what a plain draw misses.
        beside_advice: share of AnnoMI and EPITOME replies that get an advice sentence put after them.
        beside_aside: share of AnnoMI replies that get a short turn put before or after them.
        joined: share of our own replies that get another one to the same speaker put after them.
        excerpts: share of AnnoMI replies of which one stating sentence is read alone as well.
        epitome, own: times that EPITOME, and our own replies, are read in an epoch.
        sessions, peers: the same of our session turns and peers' replies: they are many beside the public sets whose
            codes they carry, coded by one writer, and hold more of what is rare than there is in life.
        own_weight: of the losses of the heads that our own corpus teaches, so that they don't drown the public codes.
        rare: power of a class's inverse frequency by which its loss is weighed in ``WEIGHED`` heads and our own.
        decay: of the rate from one layer of the encoder to the one below it.
        frozen_layers: lowest layers left as pre-trained.
    """

    seed: int = 7
    epochs: int = 6
    minutes: float = 24
    epochs_on_all: int = 2
    minutes_on_all: float = 10
    rate_on_all: float = 0.5
    batch: int = 32
    rate: float = 1.5e-4
    head_rate: float = 1e-3
    decay: float = 0.85
    rare: float = 0.5
    epitome: float = 1.0
    own: float = 1.0
    sessions: float = 0.75
    peers: float = 0.5
    own_weight: float = 1.0
    advice: int = 3500
    asking: float = 0.15
    weak_weight: float = 0.4
    trivial: float = 0.3
    beside_advice: float = 0.15
    beside_aside: float = 0.15
    joined: float = 0.2
    excerpts: float = 0.2
    frozen_layers: int = 2
    threads: int = 2

    def on_all(self) -> Recipe:
        """To go on with all groups from the weights that this recipe gave."""
        return replace(
            self,
            epochs=self.epochs_on_all,
            minutes=self.minutes_on_all,
            rate=self.rate * self.rate_on_all,
            head_rate=self.head_rate * self.rate_on_all,
            seed=self.seed + 1,
        )


WEIGHED = ("reflection", "input", "emotional_reaction", "interpretation", "exploration")
"""Heads with rare classes: without weights some are never the likeliest."""


Target = tuple[int, dict[str, int], float]
"""Which span of the row, its labels, its weight."""


def epoch_samples(splits: dict[str, Split], recipe: Recipe, rng: random.Random) -> list[Sample]:
    """One epoch's samples, drawn and augmented anew."""
    annomi, sessions = splits["annomi"].train, splits["sessions"].train
    epitome = _times(splits["epitome"].train, recipe.epitome, rng) + _times(splits["peers"].train, recipe.peers, rng)
    talk = [s for s in annomi if s.words > 2 or rng.random() < recipe.trivial] + _times(sessions, recipe.sessions, rng)
    own = splits["own"].train
    to_one = defaultdict(list)
    for sample in own:
        to_one[sample.group].append(sample)
    own = _times(own, recipe.own, rng)
    own = [with_another(s, to_one[s.group], rng) if rng.random() < recipe.joined else s for s in own]
    prompts = [sample.prompt for sample in annomi + epitome if sample.prompt]
    advice = [s for name in ("askparents", "needadvice") for s in _advice_drawn(splits[name].train, recipe, rng)]
    other = HEADS["behavior"].index("other")
    asides = [s for s in annomi if len(s.sentences) == 1 and s.words <= 6 and s.labels["behavior"] == other]
    asides = [s for s in asides if not s.labels["question"]]
    parts = [part for s in talk if rng.random() < recipe.excerpts and (part := excerpt(s, rng))]
    beside = []
    for sample in talk + epitome:
        chance = rng.random()
        if chance < recipe.beside_advice:
            beside.append(with_advice(sample, rng.choice(advice)))
        elif chance < recipe.beside_advice + recipe.beside_aside and sample.corpus == "annomi":
            beside.append(with_aside(sample, rng.choice(asides), rng))
        else:
            beside.append(sample)
    return [speechlike(sample, rng) for sample in beside + parts + own + join_advice(advice, prompts, rng)]


def _times(samples: list[Sample], times: float, rng: random.Random) -> list[Sample]:
    """All as often as ``times`` is whole, and a part for the rest, drawn anew."""
    return samples * int(times) + rng.sample(samples, round(len(samples) * (times % 1)))


def _advice_drawn(samples: Sequence[Sample], recipe: Recipe, rng: random.Random) -> list[Sample]:
    asking = [sample for sample in samples if sample.sentences[0].rstrip().endswith("?")]
    others = [sample for sample in samples if not sample.sentences[0].rstrip().endswith("?")]
    chosen = rng.sample(asking, min(round(recipe.asking * recipe.advice), len(asking)))
    return chosen + rng.sample(others, min(recipe.advice - len(chosen), len(others)))


def class_weights(splits: dict[str, Split], power: float) -> dict[str, list[float]]:
    """Head → weight of each class in the loss: inverse frequency to ``power``, with a mean of 1 over the replies."""
    found = {head: [1.0] * len(classes) for head, classes in HEADS.items()}
    for head in (*WEIGHED, *OF_CORPUS):
        sources = ("own",) if head in OF_CORPUS else ("annomi", "epitome", "sessions", "peers")
        labels = [s.labels[head] for name in sources for s in splits[name].train if head in s.labels]
        counts = [max(1, labels.count(label)) for label in range(len(HEADS[head]))]
        raw = [(len(labels) / count) ** power for count in counts]
        mean = sum(weight * count for weight, count in zip(raw, counts, strict=True)) / sum(counts)
        found[head] = [weight / mean for weight in raw]
    return found


def batches(
    samples: Sequence[Sample], encoder: Encoder, size: int, rng: random.Random | None
) -> Iterator[tuple[list[Sample], dict[str, torch.Tensor], list[list[Target]]]]:
    """Length-bucketed batches. A reply longer than one row keeps its first row."""
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
            targets.append((len(spans), span.labels, span.weight))
            spans.append((inside[0][0], inside[-1][1]))
    if sample.weak and len(ranges) > 1:
        spans += list(ranges.values())
    return type(row)(row.ids, row.types, spans, row.parts), targets  # type: ignore[attr-defined,call-arg]


def loss_of(
    logits: torch.Tensor,
    samples: Sequence[Sample],
    targets: Sequence[list[Target]],
    spans: torch.Tensor,
    weak: float,
    classes_weigh: dict[str, list[float]],
    own_weight: float = 1.0,
) -> torch.Tensor:
    """Weighted mean cross-entropy of each head over the spans where it is known, summed over heads.

    Weak samples: where the reply has nothing of a head, no sentence has; where it has, the sentence that shows it most
    is asked to (multiple-instance learning with a hard maximum).
    """
    total = logits.new_zeros(())
    at = 0
    for head, classes in HEADS.items():
        part = functional.log_softmax(logits[..., at : at + len(classes)], dim=-1)
        at += len(classes)
        known = [(r, s, labels[head], w) for r, row in enumerate(targets) for s, labels, w in row if head in labels]
        for r, sample in enumerate(samples):
            count = int(spans[r].any(-1).sum())
            first = len(targets[r])  # the sentences stand after the labelled spans
            if not sample.weak or head not in sample.labels or count <= first or head in WHOLE:
                continue
            label = sample.labels[head]
            absent = (label == 0 and head != "behavior") or (head == "behavior" and label == 3)
            best = int(part[r, first:count, label].argmax()) + first
            chosen = range(first, count) if absent else (best,)
            known += [(r, s, label, weak / len(chosen)) for s in chosen]
        if known:
            rows, columns, labels_, weights = zip(*known, strict=True)
            span, rare = torch.tensor(weights), torch.tensor([classes_weigh[head][label] for label in labels_])
            share = own_weight if head in OF_CORPUS else 1.0
            total = total - share * (part[list(rows), list(columns), list(labels_)] * span * rare).sum() / span.sum()
    return total


def _rates(net: ListeningNet, recipe: Recipe) -> list[dict[str, Any]]:
    """Heads at their rate, the encoder's top layer at its own, each layer below at a part of the one above."""
    layers = list(net.encoder.encoder.layer)[recipe.frozen_layers :]
    top = [p for module in (net.queries, net.heads) for p in module.parameters()]
    return [{"params": top, "lr": recipe.head_rate}] + [
        {"params": list(layer.parameters()), "lr": recipe.rate * recipe.decay**depth}
        for depth, layer in enumerate(reversed(layers))
    ]


def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 by itself: a step then takes 0.27 s in place of 0.68.

    The recipe of listening-8, fitted so, came within .02 of its figures on every public set. Where a processor doesn't,
    torch would imitate it, slower than float32.
    """
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def fit(net: ListeningNet, encoder: Encoder, splits: dict[str, Split], recipe: Recipe) -> list[str]:
    """Fit in place; returns a line an epoch for the log.

    The rate rises over the first steps and falls to nothing at the last. Where the machine is too slow to get there in
    ``minutes``, it falls by the clock instead, so that the fit still lands; the log then says that it stopped early.
    """
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    rng = random.Random(recipe.seed)
    net.freeze(recipe.frozen_layers)
    optimizer = torch.optim.AdamW(_rates(net, recipe), weight_decay=0.01)
    weigh = class_weights(splits, recipe.rare)
    per_epoch = len(epoch_samples(splits, recipe, random.Random(0))) / recipe.batch
    steps, step, started, log = int(per_epoch * recipe.epochs), 0, time.monotonic(), []
    halves = has_bfloat16()

    def share(at: int) -> float:
        used = (time.monotonic() - started) / (recipe.minutes * 60)
        late = at > 0 and used * steps / at > 1
        return min((at + 1) / (0.08 * steps), max(0.02, 1 - (used if late else at / steps)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, share)
    for epoch in range(recipe.epochs):
        net.train()
        losses = []
        for samples, inputs, targets in batches(epoch_samples(splits, recipe, rng), encoder, recipe.batch, rng):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=halves):
                logits = net(**inputs).float()
            loss = loss_of(logits, samples, targets, inputs["spans"], recipe.weak_weight, weigh, recipe.own_weight)
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
