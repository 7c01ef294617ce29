"""What the page of a session shows: plain values, each text cleaned, nothing left to work out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..debrief import Agreement, Coefficient, Debrief, Pairing, PersonPart, Practised, ReplyPart, TallyCompared
from ..listening.moves import MOVES
from ..session import Rating, Sharing
from ..vocabulary import KIND_MARKS, KINDS, level_of, level_word, move_word
from .content import Reply, Sound
from .view import Line, ReplyView, view
from .words import clean, day, sentence, short_day

DRILLS: dict[str, str] = {
    "threes": "in threes",
    "dodge_ball": "dodge ball",
    "rounds": "in rounds",
    "sustained": "sustained listening",
    "progressive": "simple, complex, then a question",
}
THINGS: dict[Sharing, str] = {"scores": "scores", "transcript": "words", "recording": "sound"}
KEPT_ALL = "This stays with the one who gave it."


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note at a moment of a reply."""

    at_s: float
    author: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One move in a tally: times that the observer heard it, and that the machine did ("–" where it isn't known)."""

    kind: str
    sign: str
    move: str
    observed: int
    machine: str


@dataclass(frozen=True, kw_only=True)
class Beside:
    """An observer's tally beside the machine's."""

    observer: str
    rows: tuple[Counted, ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The words, or the voice, as one listener heard them."""

    label: str
    who: str
    level: int | None
    word: str


@dataclass(frozen=True, kw_only=True)
class GivenReply:
    """One reply. ``whole``: with its transcript; None where the words were not shared."""

    name: str
    title: str
    place: str
    when: str
    when_iso: str
    sound: Sound
    duration_s: float
    whole: ReplyView | None
    said: tuple[Line, ...]
    heard: tuple[Heard, ...]
    strength: str
    next_step: str
    tallies: tuple[Beside, ...]
    notes: tuple[Note, ...]
    kept: str


@dataclass(frozen=True, kw_only=True)
class Participant:
    """One person's part; ``name`` begins its ids."""

    name: str
    called: str
    practised: tuple[str, ...]
    strength: str
    next_step: str
    replies: tuple[GivenReply, ...]


@dataclass(frozen=True, kw_only=True)
class AgreementRow:
    """Wording or voice, in one session or in all."""

    label: str
    pairs: int
    same: int
    within_one: int
    kappa: str
    icc: str


@dataclass(frozen=True, kw_only=True)
class AgreementTable:
    title: str
    rows: tuple[AgreementRow, ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """The page. ``own``: it is one person's own part; ``moves``: (sign, kind, move, replies) of the group."""

    title: str
    coach: str
    when: str
    when_iso: str
    own: str
    people: tuple[Participant, ...]
    nearer: str
    practise: str
    moves: tuple[tuple[str, str, str, int], ...]
    rated: int
    agreements: tuple[AgreementTable, ...]
    session_id: str


def session_view(debrief: Debrief, replies: Mapping[str, Reply]) -> SessionView:
    """``replies``: by attempt, with their sound where it was shared; one that is missing is shown without."""
    group = debrief.group
    return SessionView(
        title=clean(debrief.title),
        coach=clean(debrief.coach),
        when=day(debrief.made_at),
        when_iso=debrief.made_at.isoformat(timespec="seconds"),
        own=clean(debrief.only),
        people=tuple(
            _participant(part, f"person-{at}", replies, own=bool(debrief.only))
            for at, part in enumerate(debrief.people, 1)
        ),
        nearer=sentence(group.nearer) if group else "",
        practise=sentence(group.practise) if group else "",
        moves=tuple(
            (KIND_MARKS[KINDS[one.move]], KINDS[one.move], move_word(one.move), one.replies) for one in group.moves
        )
        if group
        else (),
        rated=group.rated if group else 0,
        agreements=tuple(
            _agreement(title, one)
            for title, one in (("This session", debrief.agreement), ("All your sessions", debrief.every_session))
            if one is not None and (one is debrief.agreement or one.sessions > 1)
        ),
        session_id=debrief.session_id,
    )


def _participant(part: PersonPart, name: str, replies: Mapping[str, Reply], *, own: bool) -> Participant:
    return Participant(
        name=name,
        called=clean(part.name),
        practised=tuple(_practised(one) for one in part.practised),
        strength=sentence(part.strength),
        next_step=sentence(part.next_step),
        replies=tuple(
            _reply(one, f"{name}-reply-{at}", replies.get(one.attempt_id), own=own)
            for at, one in enumerate(part.replies, 1)
        ),
    )


def _practised(one: Practised) -> str:
    drill = f", {DRILLS[one.drill]}" if one.drill else ""
    roles = f" (as {', '.join(one.roles)})" if one.drill in ("threes", "sustained") and one.roles else ""
    count = f": {one.replies} repl{'y' if one.replies == 1 else 'ies'}" if one.replies else ""
    return clean(f"{one.title}{drill}{roles}{count}")


def _reply(part: ReplyPart, name: str, reply: Reply | None, *, own: bool) -> GivenReply:
    whole = view(reply, name=name, whole=False) if reply is not None and "transcript" in part.shared else None
    missing = [THINGS[one] for one in THINGS if one not in part.shared]
    sound = reply.sound if reply is not None and "recording" in part.shared else Sound(uri=None)
    return GivenReply(
        name=name,
        title=clean(part.title),
        place=f"step {part.step + 1}" + (f", round {part.round + 1}" if part.round else ""),
        when=short_day(part.arrived_at),
        when_iso=part.arrived_at.isoformat(timespec="seconds"),
        sound=sound,
        duration_s=sound.duration_s or part.duration_s,
        whole=whole,
        said=whole.said if whole is not None else (),
        heard=_heard(part, own=own),
        strength=sentence(part.strength),
        next_step=sentence(part.next_step),
        tallies=tuple(_beside(one) for one in part.tallies),
        notes=tuple(Note(at_s=pin.at_s, author=clean(pin.author), text=clean(pin.note)) for pin in part.pins),
        kept=f"Not shared: {' and '.join(missing)}. {KEPT_ALL}" if missing else "",
    )


def _heard(part: ReplyPart, *, own: bool) -> tuple[Heard, ...]:
    found: list[Heard] = []
    if part.wording is not None or part.voice is not None:
        level = part.level if part.level is not None else level_of(part.wording)
        voice = level_of(part.voice)
        found = [
            Heard(label="The words", who="the machine", level=level, word=level_word(level, "wording")),
            Heard(label="The voice", who="the machine", level=voice, word=level_word(voice, "voice")),
        ]
    rating = next((one for one in reversed(part.ratings) if one.role == "coach"), None)
    if rating is not None:
        found += _rated(rating, own=own)
    return tuple(found)


def _rated(rating: Rating, *, own: bool) -> list[Heard]:
    who = clean(rating.rater) + ("" if own or not rating.blind else ", before the reveal")
    given = (("The words", rating.wording, "wording"), ("The voice", rating.voice, "voice"))
    return [
        Heard(label=label, who=who, level=level, word=level_word(level, side))
        for label, level, side in given
        if level is not None
    ]


def _beside(one: TallyCompared) -> Beside:
    moves = [move for move in MOVES if one.observed.get(move) or (one.machine or {}).get(move)]
    return Beside(
        observer=clean(one.observer),
        rows=tuple(
            Counted(
                kind=KINDS[move],
                sign=KIND_MARKS[KINDS[move]],
                move=move_word(move),
                observed=one.observed.get(move, 0),
                machine="–" if one.machine is None else str(one.machine.get(move, 0)),
            )
            for move in moves
        ),
        note="The scores were not shared, so the machine's count is not known." if one.machine is None else "",
    )


def _agreement(title: str, one: Agreement) -> AgreementTable:
    notes = [f"From {one.sessions} session{'' if one.sessions == 1 else 's'}."] if one.sessions else []
    if one.not_blind:
        notes.append(
            f"{one.not_blind} rating{' was' if one.not_blind == 1 else 's were'} given after the reveal and left out."
        )
    return AgreementTable(
        title=title, rows=(_row("The words", one.wording), _row("The voice", one.voice)), note=" ".join(notes)
    )


def _row(label: str, one: Pairing) -> AgreementRow:
    return AgreementRow(
        label=label,
        pairs=one.pairs,
        same=one.same,
        within_one=one.within_one,
        kappa=_coefficient(one.kappa),
        icc=_coefficient(one.icc),
    )


def _coefficient(one: Coefficient) -> str:
    if one.value is None:
        return one.why
    if one.low is None or one.high is None:
        return f"{one.value:.2f}. {one.why}"
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})".replace("-", "−")
