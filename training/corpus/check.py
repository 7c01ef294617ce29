"""The checker: faults (format, conventions, duplicates, leaks between sides), and how much of the goal is there.

Faults exit 1. What is merely missing yet is told as "x of y", and exits 1 under ``--complete`` only.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from training.corpus.cue_only import CEILING, cross_validated_kappa
from training.corpus.near import NEAR, near_pairs
from training.corpus.schema import (
    CONTEXTS,
    TRAPS,
    Fault,
    MechanismCodes,
    PeerReply,
    PublicReply,
    Reply,
    SecondJudgement,
    SessionTurn,
    TurnCodes,
    plain,
    read_lines,
    word_count,
)
from training.corpus.sides import side_of

Name = TypeVar("Name")
FOLDER = Path(__file__).resolve().parent
OWN, EACH_TRAP, SESSIONS, PEERS, PUBLIC, TWICE = 2000, 120, 1200, 500, 800, 0.15
ASR_SHARE = (0.28, 0.39)
TEST_SHARE = (0.17, 0.23)
"""The sides come from a hash of the speaker, so a fifth is met only nearly."""
LEAST_LEVEL, LEAST_CONTEXT = 0.08, 0.05
SITUATION_REPLIES = (4, 10)


@dataclass(frozen=True)
class Corpus:
    """What lies in the folder: replies, session turns and peers' replies of our own, public replies judged by id,
    second judgements, second codes of public replies, and the faults met."""

    own: list[Reply] = field(default_factory=list)
    sessions: list[SessionTurn] = field(default_factory=list)
    peers: list[PeerReply] = field(default_factory=list)
    public: list[PublicReply] = field(default_factory=list)
    second: list[SecondJudgement] = field(default_factory=list)
    codes: list[TurnCodes | MechanismCodes] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Goal:
    """One line of the table. ``have`` and ``want`` in words; ``met`` says whether it is reached."""

    name: str
    have: str
    want: str
    met: bool


def read(folder: Path = FOLDER) -> Corpus:
    """All parts of every kind; a line that can't be read is a fault."""
    corpus = Corpus()
    for kind, record, into in (
        ("replies", Reply, corpus.own),
        ("sessions", SessionTurn, corpus.sessions),
        ("peers", PeerReply, corpus.peers),
        ("public", PublicReply, corpus.public),
        ("second", SecondJudgement, corpus.second),
        ("codes/annomi", TurnCodes, corpus.codes),
        ("codes/epitome", MechanismCodes, corpus.codes),
    ):
        for path in sorted((folder / kind).glob("*.jsonl")):
            found, faults = read_lines(path, record)
            into.extend(item for _, item in found)  # type: ignore[attr-defined]
            corpus.faults.extend(faults)
    return corpus


def checked(folder: Path = FOLDER) -> Corpus:
    """``read``, with every fault of what it holds: every pair of texts is looked at, which takes seconds."""
    corpus = read(folder)
    corpus.faults.extend(_faults(corpus))
    return corpus


def goals(corpus: Corpus) -> list[Goal]:
    """The goals of the corpus with what is there; none is rounded up."""
    own = corpus.own
    judged = len(own) + len(corpus.public)
    asr = sum(reply.style == "asr" for reply in own)
    test = sum(side_of(reply) == "test" for reply in own)
    table = [_at_least("replies of our own", len(own), OWN)]
    table += [_at_least(f"kind {trap}", n, EACH_TRAP) for trap, n in _counted(TRAPS, (r.trap for r in own))]
    table += [
        _share(f"level {level}", n, len(own), (LEAST_LEVEL, 1))
        for level, n in _counted(range(1, 6), (r.level for r in own))
    ]
    table += [
        _share(f"context {context}", n, len(own), (LEAST_CONTEXT, 1))
        for context, n in _counted(CONTEXTS, (r.context for r in own))
    ]
    table.append(_share("as a recognizer writes (asr)", asr, len(own), ASR_SHARE))
    table.append(_share("for testing only", test, len(own), TEST_SHARE))
    table.append(_at_least("turns of sessions", len(corpus.sessions), SESSIONS))
    table.append(_at_least("peers' replies", len(corpus.peers), PEERS))
    table.append(_at_least("public replies judged", len(corpus.public), PUBLIC))
    table.append(_at_least("judged twice", len(corpus.second), math.ceil(TWICE * judged) or 1))
    if len(own) >= 100:
        kappa = cross_validated_kappa(own)
        table.append(Goal("level from cues alone, κ", f"{kappa:.3f}", f"below {CEILING}", kappa < CEILING))
    else:
        table.append(Goal("level from cues alone, κ", "not measured", f"below {CEILING}, from 100 replies on", False))
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Print faults and table; 0 sound, 1 faulty (or, with ``--complete``, not finished)."""
    parser = argparse.ArgumentParser(prog="python -m training.corpus", description=__doc__)
    parser.add_argument("--complete", action="store_true", help="exit 1 unless every goal is met, too")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where replies/, public/ and second/ lie")
    options = parser.parse_args(arguments)
    corpus = checked(options.folder)
    table = goals(corpus)
    _print_spread(corpus.own)
    width = max(len(goal.name) for goal in table)
    for goal in table:
        print(f"{'met ' if goal.met else 'open'}  {goal.name:<{width}}  {goal.have} of {goal.want}")
    met = sum(goal.met for goal in table)
    for fault in corpus.faults:
        print(f"fault  {fault}")
    print(f"{len(corpus.faults)} faults; {met} of {len(table)} goals met.")
    return int(bool(corpus.faults) or (options.complete and met < len(table)))


def _faults(corpus: Corpus) -> Iterator[Fault]:
    for reply in (*corpus.own, *corpus.sessions, *corpus.peers):
        yield from (Fault(reply.id, what) for what in reply.departures())
    yield from _repeated_ids(corpus)
    yield from _situation_faults(corpus.own)
    yield from _duplicate_faults(corpus.own, (*corpus.sessions, *corpus.peers))
    known = {item.id for item in (*corpus.own, *corpus.public)}
    yield from (Fault(item.id, "judged twice, but not in the corpus") for item in corpus.second if item.id not in known)


def _repeated_ids(corpus: Corpus) -> Iterator[Fault]:
    for items in ((*corpus.own, *corpus.sessions, *corpus.peers, *corpus.public), corpus.second, corpus.codes):
        for name, count in Counter(item.id for item in items).items():
            if count > 1:
                yield Fault(name, f"this id stands {count} times; give each its own")


def _situation_faults(own: Sequence[Reply]) -> Iterator[Fault]:
    by_situation: defaultdict[str, list[Reply]] = defaultdict(list)
    for reply in own:
        by_situation[reply.situation].append(reply)
    for situation, replies in by_situation.items():
        first = replies[0]
        for other in replies[1:]:
            if (other.speaker, other.prompt, other.context) != (first.speaker, first.prompt, first.context):
                yield Fault(other.id, f"situation {situation} has another speaker, prompt or context in {first.id}")
        if not SITUATION_REPLIES[0] <= len(replies) <= SITUATION_REPLIES[1]:
            low, high = SITUATION_REPLIES
            yield Fault(situation, f"has {len(replies)} replies; a situation should have {low}–{high}")


def _duplicate_faults(own: Sequence[Reply], fitted: Sequence[SessionTurn | PeerReply]) -> Iterator[Fault]:
    texts = [*own, *fitted]
    used = [side_of(text) if isinstance(text, Reply) else "train" for text in texts]
    for first, second, similarity in near_pairs([text.reply for text in texts]):
        one, two = texts[first], texts[second]
        if plain(one.reply) == plain(two.reply):
            yield Fault(two.id, f"says the same as {one.id}")
        elif used[first] != used[second]:
            yield Fault(two.id, f"is nearly {one.id}, on another side ({similarity:.2f}, allowed below {NEAR})")
    prompts = list({reply.situation: reply for reply in own}.values())
    for first, second, similarity in near_pairs([reply.prompt for reply in prompts]):
        one, two = prompts[first], prompts[second]
        yield Fault(two.id, f"its prompt is nearly that of {one.id} ({similarity:.2f}, allowed below {NEAR})")


def _counted(names: Sequence[Name], found: Iterator[Name | None]) -> list[tuple[Name, int]]:
    counts = Counter(found)
    return [(name, counts[name]) for name in names]


def _at_least(name: str, have: int, want: int) -> Goal:
    return Goal(name, str(have), str(want), have >= want)


def _share(name: str, have: int, whole: int, bounds: tuple[float, float]) -> Goal:
    share = have / whole if whole else 0.0
    low, high = (f"{bound:.0%}" for bound in bounds)
    want = f"at least {low}" if bounds[1] == 1 else f"{low}–{high}"
    return Goal(name, f"{have} ({share:.1%})", want, bounds[0] <= share <= bounds[1])


def _print_spread(own: Sequence[Reply]) -> None:
    """Length and marks by level: where a level could be told by its looks, it shows here first."""
    print(f"{len(own)} replies, {len({r.situation for r in own})} situations, {len({r.speaker for r in own})} speakers")
    for part, count in sorted(Counter(reply.id.split("-")[0] for reply in own).items()):
        print(f"  part {part}: {count}")
    print("level  replies  words (quartiles)  with ?  train dev test")
    for level in range(1, 6):
        group = [reply for reply in own if reply.level == level]
        if not group:
            continue
        words = sorted(word_count(reply.reply) for reply in group)
        quartiles = "/".join(str(words[int(share * (len(words) - 1))]) for share in (0.25, 0.5, 0.75))
        marks = sum("?" in reply.reply for reply in group) / len(group)
        sides = Counter(side_of(reply) for reply in group)
        spread = f"{sides['train']:>5} {sides['dev']:>3} {sides['test']:>4}"
        print(f"{level:>5}  {len(group):>7}  {quartiles:>17}  {marks:>6.0%}  {spread}")
