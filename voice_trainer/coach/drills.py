"""How a group goes about a step: who sits with whom, and who does what in each round. Pure.

Seats are people's ids in groups, made once when the step begins. Whoever leaves is taken out of their group, whoever
comes in later joins the smallest one; nobody is ever left sitting alone where two can sit together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import RequestInvalid
from ..session import DrillKind, Role

Group: TypeAlias = tuple[str, ...]
Groups: TypeAlias = tuple[Group, ...]

LEAST: dict[DrillKind, int] = {"threes": 3, "dodge_ball": 2, "rounds": 1, "sustained": 2, "progressive": 1}
"""People that a drill takes at least."""
CALLED: dict[DrillKind, str] = {
    "threes": "Threes",
    "dodge_ball": "Dodge ball",
    "rounds": "Rounds",
    "sustained": "Sustained listening",
    "progressive": "Simple, complex, and a question",
}
TURN = "It is your turn: answer in your own words."
STAGES: tuple[str, ...] = (
    "Answer with one simple reflection: give back what you heard, in your own words.",
    "Answer with a complex reflection: say what lies under the words, as a guess.",
    "Answer with a reflection, and then an open question that follows from it.",
)
"""Of ``progressive``, round by round."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one person does in one round.

    Attributes:
        person: id. group: which one they sit in. prompt: index of the exercise's turn, of as many as there are.
        up: whether they are the ones to be heard now (one at a time in rounds and dodge ball).
    """

    person: str
    group: int
    role: Role
    prompt: int = 0
    partners: tuple[str, ...] = ()
    line: str = ""
    up: bool = False


def seated(kind: DrillKind | None, people: Sequence[str]) -> Groups:
    """Seat ``people`` (ids, each once).

    Threes: groups of three; where the number is no multiple of three, some have four, so that nobody is alone, and
    five sit together. Sustained: pairs, and a three where the number is odd. Dodge ball: two teams of the same size,
    or one more in the first. Otherwise everybody is in one group.

    Raises:
        RequestInvalid: too few people for the drill.
    """
    names = tuple(people)
    if kind is not None and len(names) < LEAST[kind]:
        raise RequestInvalid(
            f"{CALLED[kind]} takes {LEAST[kind]} people or more, and {_there(len(names))}; wait for more, or choose "
            "another step."
        )
    if kind == "dodge_ball":
        return (names[0::2], names[1::2])
    if kind == "threes":
        return _dealt(names, max(1, len(names) // 3))
    if kind == "sustained":
        return _dealt(names, max(1, len(names) // 2))
    return (names,) if names else ()


def reseated(kind: DrillKind | None, groups: Groups, people: Sequence[str]) -> Groups:
    """``groups`` without those who left and with those who came: ``people`` are all who are in it now, in order.

    In rounds the seat of who left stays empty, since otherwise somebody after it would be passed over.
    """
    there = set(people)
    kept = [tuple(one for one in group if one in there or kind == "rounds") for group in groups]
    if kind in ("threes", "sustained"):
        kept = _none_alone([group for group in kept if group])
    placed = {one for group in kept for one in group}
    for one in people:
        if one not in placed:
            if not kept:
                kept = [()]
            smallest = min(range(len(kept)), key=lambda at: len(kept[at]))
            kept[smallest] = (*kept[smallest], one)
    return tuple(kept)


def rounds_of(kind: DrillKind | None, groups: Groups) -> int:
    """How many rounds it takes until everybody had every place, 1 at least."""
    sizes = [len(group) for group in groups] or [1]
    if kind in ("threes", "sustained"):
        return max(sizes)
    if kind == "dodge_ball":
        return 2 * max(sizes)
    if kind == "rounds":
        return max(1, sizes[0])
    return len(STAGES) if kind == "progressive" else 1


def parts(
    kind: DrillKind | None,
    groups: Groups,
    round: int,
    *,
    prompts: int = 1,
    speaker: str = "the speaker",
    minutes: float = 0.0,
) -> tuple[Part, ...]:
    """What everybody does in ``round`` (from 0); who has nothing to do is left out.

    Args:
        prompts: how many turns the exercise has. speaker: who is heard in it, by name. minutes: of the step.
    """
    if kind == "dodge_ball":
        return _dodge_ball(groups, round, prompts, speaker)
    found: list[Part] = []
    for at, group in enumerate(groups):
        if kind == "threes":
            found += _three(at, group, round, speaker)
        elif kind == "sustained":
            found += _pair(at, group, round, minutes)
        else:
            found += _everybody(kind, at, group, round)
    return tuple(found)


def _three(at: int, group: Group, round: int, speaker: str) -> list[Part]:
    """Places move on by one each round: who spoke listens next, who listened observes."""
    size = len(group)
    turned = [group[(place - round) % size] for place in range(size)]
    heard, listens, observe = turned[0], turned[1 % size], turned[2:]
    if size == 1:
        return [Part(person=heard, group=at, role="listener", line=_answer(), up=True)]
    lines: list[tuple[str, Role, str]] = [
        (heard, "speaker", f"Be {speaker}: say it in your own voice, as if it had happened to you."),
        (listens, "listener", "Listen, and answer in your own words. No fixing; let them hear what you heard."),
    ]
    lines += [
        (one, "observer", "Listen to the listener, and count what you hear: each move, as it comes.") for one in observe
    ]
    return [
        Part(
            person=person,
            group=at,
            role=role,
            partners=tuple(one for one in turned if one != person),
            line=line,
            up=role == "listener",
        )
        for person, role, line in lines
    ]


def _pair(at: int, group: Group, round: int, minutes: float) -> list[Part]:
    size = len(group)
    turned = [group[(place + round) % size] for place in range(size)]
    if size == 1:
        return [Part(person=turned[0], group=at, role="listener", line=_answer(), up=True)]
    time = f"for {minutes:g} minute{'' if minutes == 1 else 's'}" if minutes > 0 else "until the time is up"
    lines: list[tuple[str, Role, str]] = [
        (turned[0], "listener", f"Stay with them {time}: mostly quiet, now and then a reflection, nothing to solve."),
        (turned[1], "speaker", f"Tell them about something on your mind, {time}; the line is there to begin with."),
    ]
    lines += [(one, "observer", "Keep them company, and count what you hear the listener do.") for one in turned[2:]]
    return [
        Part(
            person=person,
            group=at,
            role=role,
            partners=tuple(one for one in turned if one != person),
            line=line,
            up=role == "listener",
        )
        for person, role, line in lines
    ]


def _dodge_ball(groups: Groups, round: int, prompts: int, speaker: str) -> tuple[Part, ...]:
    """One team throws a line, the next of the other answers; then the other way round."""
    if len(groups) < 2 or not all(groups):
        alone = tuple(one for group in groups for one in group)
        return tuple(_everybody("rounds", 0, alone, round))
    throwing, answering = round % 2, 1 - round % 2
    turn = round // 2
    throws = groups[throwing][turn % len(groups[throwing])]
    answers = groups[answering][turn % len(groups[answering])]
    prompt = round % max(1, prompts)
    return (
        Part(
            person=throws,
            group=throwing,
            role="speaker",
            prompt=prompt,
            partners=(answers,),
            line=f"Throw the line to the other team: be {speaker}.",
        ),
        Part(
            person=answers,
            group=answering,
            role="listener",
            prompt=prompt,
            partners=(throws,),
            line="This one comes to you. Answer it as it lands, in a sentence or two.",
            up=True,
        ),
    )


def _everybody(kind: DrillKind | None, at: int, group: Group, round: int) -> list[Part]:
    if kind == "rounds":
        return [Part(person=group[round % len(group)], group=at, role="listener", line=TURN, up=True)] if group else []
    line = STAGES[round % len(STAGES)] if kind == "progressive" else _answer()
    return [Part(person=one, group=at, role="listener", line=line, up=False) for one in group]


def _answer() -> str:
    return "Listen, and answer in your own words."


def _dealt(names: Sequence[str], count: int) -> Groups:
    """``count`` groups of neighbours, the first ones one larger where it doesn't come out even."""
    size, more = divmod(len(names), count)
    found, start = [], 0
    for at in range(count):
        end = start + size + (at < more)
        found.append(tuple(names[start:end]))
        start = end
    return tuple(found)


def _none_alone(groups: list[Group]) -> list[Group]:
    """Somebody alone sits down with the smallest other group."""
    while len(groups) > 1 and any(len(group) == 1 for group in groups):
        alone = next(at for at, group in enumerate(groups) if len(group) == 1)
        (one,) = groups.pop(alone)
        smallest = min(range(len(groups)), key=lambda at: len(groups[at]))
        groups[smallest] = (*groups[smallest], one)
    return groups


def _there(count: int) -> str:
    return "there is 1" if count == 1 else f"there are {count}"
