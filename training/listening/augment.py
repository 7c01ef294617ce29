"""What makes written samples look like speech, and single sentences like replies. No torch here."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from .data import Sample, Span, states
from .schema import HEADS, WHOLE

JOINED_WORDS = 80
"""Two replies put together are at most so long, so that both fit into one row."""
_FILLER = re.compile(r"(?:,\s*)?\b(?:uh|um|er|erm|mm)\b,?", re.IGNORECASE)
_STUTTER = re.compile(r"\b(\w{1,4})(?:-+\s?\1\b)+", re.IGNORECASE)
_MARK = re.compile(r"\[[^\]]*\]")


def strip_marks(text: str, *, keep_apostrophes: bool = False) -> str:
    """Lower case without punctuation, as a poor recognizer writes. Dashes part words; apostrophes vanish or stay."""
    text = text.lower().replace("’", "'")
    text = re.sub(r"[-–—/]", " ", text)
    text = re.sub(r"[^\w\s']" if keep_apostrophes else r"[^\w\s]", "", text)
    return " ".join(text.split())


def as_recognized(text: str) -> str:
    """Drop fillers, stutters and transcriber's marks, which Whisper doesn't write; keep the text if nothing is left."""
    short = " ".join(_FILLER.sub("", _STUTTER.sub(r"\1", _MARK.sub("", text))).split())
    return short if re.search(r"\w", short) else text


def speechlike(sample: Sample, rng: random.Random, *, stripped: float = 0.5, bare: float = 0.15) -> Sample:
    """A variant of ``sample``: half of them stripped of marks, half without fillers, some without the prompt."""
    prompt, sentences = sample.prompt, sample.sentences
    if rng.random() < 0.5:
        prompt, sentences = as_recognized(prompt), tuple(as_recognized(s) for s in sentences)
    if rng.random() < stripped:
        keep = rng.random() < 0.5
        prompt = strip_marks(prompt, keep_apostrophes=keep)
        sentences = tuple(strip_marks(s, keep_apostrophes=keep) or s for s in sentences)
    if rng.random() < bare:
        prompt = ""
    return replace(sample, prompt=prompt, sentences=sentences)


GIVEN = {
    "advice": 1,
    "behavior": HEADS["behavior"].index("therapist_input"),
    "reflection": 0,
    "question": 0,
    "input": HEADS["input"].index("advice"),
}
"""What AnnoMI's coders would call a sentence that three people called advice. A question that advises is no question:
the convention that advice put as a question is advice only. Without it the network, which meets little advice in
AnnoMI, takes "You should call her" for a reflection, for its "you"."""


def _labels(advice: Sample) -> dict[str, int]:
    return dict(GIVEN) if advice.labels["advice"] else {"advice": 0}


def join_advice(samples: Sequence[Sample], prompts: Sequence[str], rng: random.Random) -> list[Sample]:
    """Replies of one to three advice-corpus sentences, each sentence still labelled; advice anywhere is advice overall.

    Half get the prompt of another corpus: else "no prompt" would come to mean "this may be advice".
    """
    order = list(samples)
    rng.shuffle(order)
    replies = []
    while order:
        taken = [order.pop() for _ in range(min(rng.choice((1, 2, 3)), len(order)))]
        labels = [_labels(sample) for sample in taken]
        given = max(label["advice"] for label in labels)
        spans = [Span(0, len(taken), labels[0] if len(taken) == 1 else {"advice": given})]
        if len(taken) > 1:
            spans += [Span(i, i + 1, label) for i, label in enumerate(labels)]
        prompt = rng.choice(prompts) if prompts and rng.random() < 0.5 else ""
        sentences = tuple(sample.sentences[0] for sample in taken)
        replies.append(replace(taken[0], prompt=prompt, sentences=sentences, spans=tuple(spans)))
    return replies


def with_advice(sample: Sample, advice: Sample) -> Sample:
    """``sample`` with a sentence of advice put after it: its own labels hold for its own span alone.

    Teaches a span to answer for itself: the reflection must not take the advice's label from its neighbour.
    """
    n = len(sample.sentences)
    label = advice.labels["advice"]
    own = Span(0, n, sample.labels)
    known = {"advice": 1} if label else {k: v for k, v in sample.labels.items() if k == "advice"}
    spans = (Span(0, n + 1, known), own, Span(n, n + 1, _labels(advice)))
    return replace(sample, sentences=(*sample.sentences, advice.sentences[0]), spans=spans, weak=False)


def with_aside(sample: Sample, aside: Sample, rng: random.Random) -> Sample:
    """``sample`` with a short turn ("Yeah.", "I see.") before or after it, which keeps its own labels.

    Teaches that a few words said beside a question or a reflection are not one. The reply as a whole keeps its labels.
    """
    n, before = len(sample.sentences), rng.random() < 0.5
    at, own = (0, 1) if before else (n, 0)
    sentences = (aside.sentences[0], *sample.sentences) if before else (*sample.sentences, aside.sentences[0])
    moved = [replace(span, first=span.first + own, last=span.last + own) for span in sample.spans]
    spans = (Span(0, n + 1, sample.labels), *moved, Span(at, at + 1, aside.labels))
    return replace(sample, sentences=sentences, spans=spans, weak=False)


def with_another(sample: Sample, others: Sequence[Sample], rng: random.Random) -> Sample:
    """Two judged replies to one speaker as one: each keeps its labels on its own span, the whole has the moves of both.

    Teaches a span to answer for itself where a reply turns, as from comfort to a verdict, and shows every move in more
    company than it was written in. How far both reach together nobody judged: the whole has no level, and no question
    or reflection where both have one of different kinds. Where no other is short enough, ``sample`` stays alone.
    """
    short = [other for other in others if other is not sample and sample.words + other.words <= JOINED_WORDS]
    if not short:
        return sample
    other = rng.choice(short)
    n, more = len(sample.sentences), len(other.sentences)
    labels = {}
    for head in HEADS.keys() & sample.labels.keys() & other.labels.keys() - {"level", "behavior"}:
        pair = {sample.labels[head], other.labels[head]}
        if len(pair) == 1 or 0 in pair:
            labels[head] = max(pair)
    moved = [replace(span, first=span.first + n, last=span.last + n) for span in other.spans]
    sentences = (*sample.sentences, *other.sentences)
    return replace(sample, sentences=sentences, spans=(Span(0, n + more, labels), *sample.spans, *moved), weak=False)


def excerpt(sample: Sample, rng: random.Random) -> Sample | None:
    """One plainly stating sentence of a reply, as a reply: no question, and without all that the whole is without.

    None where the reply has no such sentence beside others. What the whole does have may lie elsewhere: unknown.
    """
    found = [sentence for sentence in sample.sentences if states(sentence)]
    if not found or len(sample.sentences) < 2:
        return None
    absent = {head: 0 for head, label in sample.labels.items() if label == 0 and head not in ("behavior", *WHOLE)}
    span = Span(0, 1, absent | {"question": 0})
    return replace(sample, sentences=(rng.choice(found),), spans=(span,), weak=False)
