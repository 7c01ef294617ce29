"""Reads the corpora into samples. No torch here.

A sample is a prompt, a reply cut into sentences, and labelled spans of those sentences. A head that a corpus says
nothing about is simply missing from a span's labels: missing is unknown, never "absent".
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from training.corpus.check import Corpus
from training.corpus.check import read as read_corpus
from training.corpus.public import public_id
from training.corpus.schema import MechanismCodes, PeerReply, PublicReply, Reply, SessionTurn, TurnCodes
from training.corpus.sides import group_of, side_of
from voice_trainer.listening.moves import MECHANISMS, Move

from .schema import HEADS, OF_CORPUS

ANNOMI_HEADS = ("behavior", "reflection", "question", "input")
INPUT_OF_ANNOMI = {
    "n/a": "none",
    "information": "information",
    "advice": "advice",
    "negotiation": "planning",
    "options": "planning",
}
BOLT_BEHAVIOR = {
    "Questions": "question",
    "Reflections": "reflection",
    "Problem-Solving": "therapist_input",
    "Planning": "therapist_input",
    "Psychoeducation": "therapist_input",
    "Normalizing": "therapist_input",
}
"""First word of BOLT's intent → AnnoMI behavior. BOLT is read for evaluation only and never reaches the weights."""
SHORT = 8
"""Words of a Reddit sentence short enough that its final mark can be trusted to say that it is no question."""
GUESSED = 0.4
"""Weight of a sentence whose label was read off its punctuation."""
SECOND = 0.35
"""Weight of a second reader's codes of a public reply where there are some; its own have the rest."""
_ASKS = re.compile(
    r"\b(?:tell me|say more|describe|walk me|wonder\w*|curious|how|what|why|who|where|when|which)\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+")
_TREEBANK = (
    (re.compile(r"\s+n\s?[’']t\b"), "n't"),
    (re.compile(r"\s+([’'](?:s|m|re|ve|ll|d|S))\b"), r"\1"),
    (re.compile(r"\s+([.,!?;:%)\]}…])"), r"\1"),
    (re.compile(r"([(\[{$#])\s+"), r"\1"),
    (re.compile(r"\b(gon|wan|got) (na|ta)\b"), r"\1\2"),
    (re.compile(r"\bca n't\b"), "can't"),
)


@dataclass(frozen=True)
class Span:
    """Sentences ``first`` up to, not including, ``last``, and the class index of each head that is known there.

    ``weight`` is its share in the loss.
    """

    first: int
    last: int
    labels: dict[str, int]
    weight: float = 1.0


@dataclass(frozen=True)
class Sample:
    """One reply. ``spans[0]`` is always the whole of it.

    Attributes:
        corpus: annomi, epitome, askparents, needadvice, bolt, own, sessions or peers.
        group: what must not be split across fitting and testing (source video, post, thread, speaker).
        weak: the whole reply's labels hold for at least one sentence each, but nobody said which.
        id: of a reply of a public set, as the corpus knows it.
    """

    corpus: str
    group: str
    prompt: str
    sentences: tuple[str, ...]
    spans: tuple[Span, ...] = field(default=())
    weak: bool = False
    id: str = ""

    @property
    def labels(self) -> dict[str, int]:
        return self.spans[0].labels

    @property
    def words(self) -> int:
        return sum(len(sentence.split()) for sentence in self.sentences)


def split_sentences(text: str) -> tuple[str, ...]:
    """Cut at final punctuation; a text without any is one sentence."""
    parts = [part.strip() for part in _SENTENCE_END.split(text.strip())]
    return tuple(part for part in parts if re.search(r"\w", part)) or (text.strip(),)


def untokenize(text: str) -> str:
    """Undo Penn Treebank spacing ("do n't go ." → "don't go."), in which the advice corpus is written."""
    for pattern, written in _TREEBANK:
        text = pattern.sub(written, text)
    return text.strip()


def _class(head: str, name: str) -> int:
    return HEADS[head].index(name)


def states(sentence: str) -> bool:
    """Whether a written sentence is plainly no question: neither a mark of one nor a word that may ask without it."""
    return "?" not in sentence and not _ASKS.search(sentence)


def _asked(sentences: tuple[str, ...], question: int) -> list[Span]:
    """In a reply that asks, the sentences that plainly state are no question; the only one with a mark is its question.

    Corpora that are written with care have this; the marks are taken away later, so that the words alone must do.
    """
    marked = [i for i, sentence in enumerate(sentences) if sentence.rstrip().endswith("?")]
    if not question or not marked or len(sentences) < 2:
        return []
    asking = [Span(i, i + 1, {"question": question}, GUESSED) for i in marked if len(marked) == 1]
    return asking + [Span(i, i + 1, {"question": 0}, GUESSED) for i, s in enumerate(sentences) if states(s)]


def read_annomi(path: Path) -> list[Sample]:
    samples = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        codes = {
            "behavior": row["behavior"],
            "reflection": row["reflection"].replace("n/a", "none"),
            "question": row["question"].replace("n/a", "none"),
            "input": INPUT_OF_ANNOMI[row["input"]],
        }
        turn = _turn("annomi", str(row["group"]), row["prompt"], row["reply"], codes)
        samples.append(replace(turn, id=public_id("annomi", row)))
    return samples


def _turn(corpus: str, group: str, prompt: str, reply: str, codes: dict[str, str]) -> Sample:
    """A turn of a session with its codes, head → class."""
    labels = {head: _class(head, name) for head, name in codes.items()}
    if codes["input"] in ("none", "advice"):  # information and planning often shade into advice: unknown there
        labels["advice"] = int(codes["input"] == "advice")
    sentences = split_sentences(reply)
    spans = (Span(0, len(sentences), labels), *_asked(sentences, labels["question"]))
    return Sample(corpus, group, prompt, sentences, spans, weak=True)


def read_epitome(path: Path) -> list[Sample]:
    """A sentence that shares words with a rationale carries its level, the others level 0.

    Sentences weigh together as much as the reply: they are many and mostly 0, and alone would drown its levels.
    """
    samples = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentences = split_sentences(row["reply"])
        spans = [Span(0, len(sentences), {head: int(row[head]) for head in MECHANISMS})]
        if len(sentences) > 1:
            for i, sentence in enumerate(sentences):
                found = {h: int(row[h]) if _touches(sentence, row[f"{h}_rationales"]) else 0 for h in MECHANISMS}
                if len(sentence.split()) <= SHORT and states(sentence):
                    found["question"] = 0
                spans.append(Span(i, i + 1, found, 1 / len(sentences)))
        known = public_id("epitome", row)
        samples.append(Sample("epitome", str(row["group"]), row["prompt"], sentences, tuple(spans), id=known))
    return samples


def _touches(sentence: str, rationales: list[str]) -> bool:
    plain = sentence.lower().strip(" .!?")
    return any(r and (plain in r.lower() or r.lower().strip(" .!?") in sentence.lower()) for r in rationales)


def read_advice(path: Path, corpus: str) -> list[Sample]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Sample(corpus, row["ID"].split("-")[0], "", (text,), (Span(0, 1, {"advice": int(row["Majority_label"])}),))
        for row in rows
        if (text := untokenize(row["Sentence"]))
    ]


def read_bolt(path: Path) -> list[Sample]:
    """For evaluation only."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    samples = []
    for index, row in enumerate(rows):
        name = BOLT_BEHAVIOR[row["completion"].split()[0]]
        sentences = split_sentences(row["prompt"])
        whole = Span(0, len(sentences), {"behavior": _class("behavior", name)})
        samples.append(Sample("bolt", str(index), "", sentences, (whole,)))
    return samples


def judged_labels(moves: list[Move], level: int) -> dict[str, int]:
    """What a judgement of the corpus says of the heads; of the main behavior only where one kind of move is all."""
    have = set(moves)
    labels = {move: int(move in have) for move in OF_CORPUS}
    labels["level"] = level - 1
    labels["advice"] = int("advice" in have)
    labels["reflection"] = 2 if "complex_reflection" in have else int("simple_reflection" in have)
    labels["question"] = 1 if "open_question" in have else 2 * int("closed_question" in have)
    if not {"advice", "information"} <= have:  # one class can't be both
        kind = "information" if "information" in have else "advice" if "advice" in have else "none"
        labels["input"] = _class("input", kind)
    reflects, asks = labels["reflection"] > 0, labels["question"] > 0
    if reflects and not asks and not have & {"advice", "information"}:
        labels["behavior"] = _class("behavior", "reflection")
    elif asks and not reflects and not have & {"advice", "information"}:
        labels["behavior"] = _class("behavior", "question")
    elif have and have <= {"advice", "information"}:
        labels["behavior"] = _class("behavior", "therapist_input")
    return labels


def read_own(replies: list[Reply]) -> dict[str, list[Sample]]:
    """The corpus of this project by side; what a recognizer wrote is one sentence, as the product would take it."""
    sides: dict[str, list[Sample]] = {"train": [], "dev": [], "test": []}
    for reply in replies:
        sentences = split_sentences(reply.reply)
        labels = judged_labels(reply.moves, reply.level)
        spans = (Span(0, len(sentences), labels), *_asked(sentences, labels["question"]))
        sample = Sample("own", group_of(reply), reply.prompt, sentences, spans, weak=True)
        sides[side_of(reply)].append(sample)
    return sides


def read_sessions(turns: list[SessionTurn]) -> list[Sample]:
    """Session turns of our own, coded as AnnoMI's are."""
    return [
        _turn("sessions", turn.session, turn.prompt, turn.reply, {head: getattr(turn, head) for head in ANNOMI_HEADS})
        for turn in turns
    ]


def read_peers(replies: list[PeerReply]) -> list[Sample]:
    """Peers' replies of our own, coded as EPITOME's are, but without the words that made the code."""
    samples = []
    for reply in replies:
        sentences = split_sentences(reply.reply)
        labels = {head: getattr(reply, head) for head in MECHANISMS}
        whole = Span(0, len(sentences), labels)
        samples.append(Sample("peers", reply.thread, reply.post, sentences, (whole,), weak=True))
    return samples


def with_judgements(samples: list[Sample], judged: list[PublicReply]) -> list[Sample]:
    """``samples`` of a public set, with what was judged of some beside their own labels, which stay as they are."""
    by_id = {item.id: judged_labels(item.moves, item.level) for item in judged}
    found = []
    for sample in samples:
        more = by_id.get(sample.id)
        if more is not None:
            whole = replace(sample.spans[0], labels=more | sample.labels)
            found.append(replace(sample, spans=(whole, *sample.spans[1:])))
        else:
            found.append(sample)
    return found


def with_second_codes(samples: list[Sample], codes: list[TurnCodes | MechanismCodes]) -> list[Sample]:
    """``samples`` of a public set with a second reader's codes of the whole beside their own.

    One rater coded each. Where two readers differ, the truth is rather between them than with either: both count.
    """
    by_id = {item.id: item for item in codes}
    found = []
    for sample in samples:
        item = by_id.get(sample.id)
        if item is not None:
            codes_of = {head: code for head, code in msgspec.structs.asdict(item).items() if head != "id"}
            whole = sample.spans[0]
            own = replace(whole, weight=1 - SECOND)
            labels = {head: _index(head, code) for head, code in codes_of.items()}
            other = Span(whole.first, whole.last, labels, SECOND)
            found.append(replace(sample, spans=(own, *sample.spans[1:], other)))
        else:
            found.append(sample)
    return found


def _judged_again(samples: list[Sample], corpus: Corpus) -> list[Sample]:
    """With all that we say of a public set's replies ourselves."""
    return with_second_codes(with_judgements(samples, corpus.public), corpus.codes)


def _index(head: str, code: str | int) -> int:
    return code if isinstance(code, int) else _class(head, code)


def read_all(folder: Path) -> dict[str, list[Sample]]:
    """Every corpus of ``folder`` (laid out as training/README.md says); advice keeps its own train and dev files."""
    text = folder / "text" if (folder / "text").is_dir() else folder
    advice = text / "advice"
    corpus = read_corpus()
    own = read_own(corpus.own)
    return {
        "annomi": _judged_again(read_annomi(text / "annomi_train.jsonl"), corpus),
        "epitome": _judged_again(read_epitome(text / "epitome_train.jsonl"), corpus),
        **{f"own_{side}": samples for side, samples in own.items()},
        "sessions": read_sessions(corpus.sessions),
        "peers": read_peers(corpus.peers),
        "askparents": read_advice(advice / "askparents_train.tsv", "askparents"),
        "needadvice": read_advice(advice / "needadvice_train.tsv", "needadvice"),
        "askparents_test": read_advice(advice / "askparents_dev.tsv", "askparents"),
        "needadvice_test": read_advice(advice / "needadvice_dev.tsv", "needadvice"),
        "bolt": read_bolt(text / "bolt" / "therapist_train.csv"),
    }
