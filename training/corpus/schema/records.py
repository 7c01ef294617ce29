"""The records of the corpus, one JSON object a line, and the conventions a single record must keep.

Moves and conventions are those of ``docs/rating.md``; levels are Carkhuff's (1969), after Truax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args

import msgspec

from voice_trainer.listening.moves import REFLECTIONS, Move

Context = Literal["partner", "parent", "child", "friend", "family", "work", "therapy", "care"]
Style = Literal["spoken", "asr"]
Trap = Literal[
    "judging",
    "minimizing",
    "defending",
    "repair",
    "non_apology",
    "advice_as_question",
    "self_story",
    "wrong_feeling",
    "validation_while_disagreeing",
    "over_correcting",
    "withdrawing",
    "parroting",
    "stem_with_verdict",
    "stem_free_reflection",
    "open_question_alone",
    "blunt_but_attuned",
    "warm_but_dismissive",
]
Record = TypeVar("Record", bound=msgspec.Struct)
CONTEXTS: tuple[Context, ...] = get_args(Context)
TRAPS: tuple[Trap, ...] = get_args(Trap)

REPLY_WORDS = (3, 60)
PROMPT_WORDS = (10, 70)
TURN_WORDS = (1, 120)

Line = Annotated[str, msgspec.Meta(min_length=3, pattern=r"^\S(.*\S)?$")]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Mechanism = Annotated[int, msgspec.Meta(ge=0, le=2)]
Level = Annotated[int, msgspec.Meta(ge=1, le=5)]
Behavior = Literal["reflection", "question", "therapist_input", "other"]
Reflection = Literal["none", "simple", "complex"]
Question = Literal["none", "open", "closed"]
Input = Literal["none", "information", "advice", "planning"]

NEEDS: dict[Trap, frozenset[Move]] = {
    "judging": frozenset({"judging"}),
    "minimizing": frozenset({"reassurance_minimizing"}),
    "defending": frozenset({"defending"}),
    "repair": frozenset({"repair"}),
    "non_apology": frozenset({"defending"}),
    "advice_as_question": frozenset({"advice"}),
    "self_story": frozenset({"self_disclosure"}),
    "validation_while_disagreeing": frozenset({"validation"}),
    "open_question_alone": frozenset({"open_question"}),
}
"""Moves without which a reply can't be of that kind."""


class Speaker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who speaks. ``age`` in years; ``who`` in one line."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    age: Annotated[int, msgspec.Meta(ge=3, le=110)]
    who: Line


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reply of our own to somebody in distress, with what was judged about it.

    Attributes:
        id: PART-0001. situation: unique to one speaker and one event; 4–10 replies share it.
        context: who the speaker is to the one who replies.
        prompt: the speaker's words, 10–70 of them. feelings: the speaker's. meaning: what lies under the words.
        reply: the listener's words, 3–60 of them. style: written out, or as a recognizer writes (``asr``).
        moves: what the reply does. level: 1–5. trap: the kind of reply it is, if one of the named ones.
        why: one sentence for the level.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+-[0-9]{4}$")]
    situation: Name
    speaker: Speaker
    context: Context
    prompt: Line
    feelings: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=4)]
    meaning: Line
    reply: Line
    style: Style
    moves: list[Move]
    level: Level
    trap: Trap | None
    why: Line

    def departures(self) -> Iterator[str]:
        """What in this record goes against the format or the raters' conventions."""
        yield from _outside("reply", self.reply, REPLY_WORDS)
        yield from _outside("prompt", self.prompt, PROMPT_WORDS)
        if self.style == "asr":
            yield from _marks("reply", self.reply)
        yield from _move_departures(self.moves)
        missing = sorted(NEEDS.get(self.trap, frozenset()) - set(self.moves)) if self.trap else []
        if missing:
            yield f"trap is {self.trap}, but moves lacks {', '.join(missing)}"
        if self.trap == "stem_free_reflection" and not set(REFLECTIONS) & set(self.moves):
            yield "trap is stem_free_reflection, but moves holds no reflection"
        if self.trap == "non_apology" and "repair" in self.moves:
            yield "a non-apology is defending, not repair"


class PublicReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A judged reply of a public set, by its id there; the text stays outside the project."""

    id: Annotated[str, msgspec.Meta(pattern=r"^(annomi|epitome|bolt|offmychest)/\S+$")]
    moves: list[Move]
    level: Level
    trap: Trap | None
    why: Line


class TurnCodes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a second reader, who saw no label, coded of a turn of AnnoMI, by its id there."""

    id: Annotated[str, msgspec.Meta(pattern=r"^annomi/\S+$")]
    behavior: Behavior
    reflection: Reflection
    question: Question
    input: Input


class MechanismCodes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a second reader, who saw no label, coded of a reply of EPITOME, by its id there."""

    id: Annotated[str, msgspec.Meta(pattern=r"^epitome/\S+$")]
    emotional_reaction: Mechanism
    interpretation: Mechanism
    exploration: Mechanism


class SessionTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A professional's turn in a helping session, of our own, by the codes of motivational interviewing.

    Attributes:
        id: PART-0001. session: one client with one professional; its turns stay together. topic: the trouble.
        prompt: the client's turn before, however short; empty at the beginning. reply: the professional's.
        style: as a ``Reply``'s, of both.
        behavior: what the turn mainly is. reflection, question, input: what is in it, main or not.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+-[0-9]{4}$")]
    session: Name
    topic: Line
    prompt: Annotated[str, msgspec.Meta(pattern=r"^(\S(.*\S)?)?$")]
    reply: Line
    style: Style
    behavior: Behavior
    reflection: Reflection
    question: Question
    input: Input

    def departures(self) -> Iterator[str]:
        """What in this record goes against the format or the codes."""
        yield from _outside("reply", self.reply, TURN_WORDS)
        if self.style == "asr":
            yield from _marks("prompt", self.prompt)
            yield from _marks("reply", self.reply)
        codes = {"reflection": self.reflection, "question": self.question, "therapist_input": self.input}
        if codes.get(self.behavior) == "none":
            yield f"behavior is {self.behavior}, but its code is none"


class PeerReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person's reply, of our own, to a post in a support forum, by EPITOME's three mechanisms.

    Attributes:
        id: PART-0001. thread: one post, which some replies share. post: the poster's words. reply: the other person's.
        emotional_reaction, interpretation, exploration: of the whole reply; 0 none, 1 weak, 2 strong.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+-[0-9]{4}$")]
    thread: Name
    post: Line
    reply: Line
    emotional_reaction: Mechanism
    interpretation: Mechanism
    exploration: Mechanism

    def departures(self) -> Iterator[str]:
        """What in this record goes against the format."""
        yield from _outside("reply", self.reply, TURN_WORDS)


class SecondJudgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a second rater, seeing prompt and reply alone, said of the reply with this ``id``."""

    id: Annotated[str, msgspec.Meta(min_length=3)]
    rater: Line
    moves: list[Move]
    level: Level


@dataclass(frozen=True)
class Fault:
    """Something wrong at one place: ``where`` is file:line or an id."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def read_lines(path: Path, record: type[Record]) -> tuple[list[tuple[str, Record]], list[Fault]]:
    """Records of a JSON-lines file with their place, and every line that isn't one."""
    decoder = msgspec.json.Decoder(record)
    found: list[tuple[str, Record]] = []
    faults: list[Fault] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        where = f"{path.name}:{number}"
        try:
            found.append((where, decoder.decode(line)))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:  # a ValidationError is a DecodeError
            faults.append(Fault(where, str(error)))
    return found, faults


def word_count(text: str) -> int:
    return sum(1 for token in text.split() if re.search(r"\w", token))


def plain(text: str) -> str:
    """Lower case, letters, digits and apostrophes alone: what is left when a recognizer writes it down."""
    return " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower().replace("’", "'")))


def _outside(name: str, text: str, bounds: tuple[int, int]) -> Iterator[str]:
    words = word_count(text)
    if not bounds[0] <= words <= bounds[1]:
        yield f"{name} has {words} words; it should have {bounds[0]}–{bounds[1]}"


def _marks(name: str, text: str) -> Iterator[str]:
    if text != text.lower() or re.search(r"[^\w\s']", text):
        yield f"style is asr, but the {name} has capitals or punctuation; a recognizer writes neither"


def _move_departures(moves: list[Move]) -> Iterator[str]:
    have = set(moves)
    if len(have) < len(moves):
        yield "a move is listed twice"
    if have.issuperset(REFLECTIONS):
        yield "one reflection a reply: simple when unsure, not both"
    if "names_feeling" in have and not have & set(REFLECTIONS):
        yield "naming a feeling is names_feeling plus a reflection; the reflection is missing"
