"""What a coach's program and a participant's say to each other: pure records and their codec, no socket.

One message a WebSocket frame, MessagePack, always over TLS. The coach sends a person's whole ``View`` at every change
of it, so that nothing has to be caught up with: the newest is all there is. A participant's ``Say`` is repeated until
it is ``Accepted`` (stored) or ``Refused`` for good; its id makes a second arrival harmless. Times that go over the wire
are lengths, never clocks: two machines need not agree what time it is.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec

from ..attempt import Attempt
from ..errors import RequestInvalid
from ..listening.moves import Move
from ..session import ConsentRules, DrillKind, Id, Name, Note, Role, Sharing

PROTOCOL = 1
MOST_BYTES = 1 << 20
"""Of one message; a longer one is refused unread."""
PART_BYTES = 64 * 1024
"""Of a recording in one message."""
MOST_PARTS = 1024
"""So a recording has at most 64 MB."""
Doing = Literal["ready", "listening", "answering", "scoring", "away"]
Phase = Literal["waiting", "practice", "debrief", "ended"]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Sentence = Annotated[str, msgspec.Meta(max_length=500)]


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """Tagged by its class name."""


# participant → coach


class Join(_Message, frozen=True, kw_only=True):
    """The first message of a connection.

    ``token``: from an earlier ``Welcome``; of somebody new a secret of their own, 32 to 64 letters, or "" for the coach
    to make one.
    """

    protocol: int
    code: Annotated[str, msgspec.Meta(max_length=32)]
    name: Name
    token: Annotated[str, msgspec.Meta(max_length=64)] = ""


class State(_Message, frozen=True, kw_only=True):
    """What the participant is doing; not stored, not answered."""

    doing: Doing


class _Say(_Message, frozen=True, kw_only=True):
    """Something that must arrive, once. ``id`` is the participant's own, unique."""

    id: Id


class Consenting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer to one thing that is asked for; ``days``: after how many it is removed."""

    sharing: Sharing
    given: bool
    listeners: Annotated[tuple[Name, ...], msgspec.Meta(max_length=20)] = ()
    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 30


class SayConsents(_Say, frozen=True, kw_only=True):
    consents: Annotated[tuple[Consenting, ...], msgspec.Meta(min_length=1, max_length=3)]


class SayReply(_Say, frozen=True, kw_only=True):
    """An answered assignment: the attempt with what was agreed to and nothing else (``sharing.shared_part``).

    Its recording, where that is shared, comes before it in ``SayPart``s.
    """

    assignment_id: Id
    attempt: Attempt
    shared: Annotated[tuple[Sharing, ...], msgspec.Meta(min_length=1, max_length=3)]


class SayPart(_Say, frozen=True, kw_only=True):
    """A piece of an attempt's recording (FLAC). ``index`` from 0; ``sha256`` is of the whole."""

    attempt_id: Id
    index: Annotated[int, msgspec.Meta(ge=0, lt=MOST_PARTS)]
    count: Annotated[int, msgspec.Meta(ge=1, le=MOST_PARTS)]
    sha256: Digest
    data: Annotated[bytes, msgspec.Meta(min_length=1, max_length=PART_BYTES)]


class SayTally(_Say, frozen=True, kw_only=True):
    """What an observer heard in the reply that is, or was, given in this round of the drill."""

    assignment_id: Id
    counts: dict[Move, Annotated[int, msgspec.Meta(ge=0, le=99)]]


class SayPin(_Say, frozen=True, kw_only=True):
    """A note at a moment of one of the person's own replies, or of one that they observe."""

    attempt_id: Id
    at_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)]
    note: Note


class SayWithdraw(_Say, frozen=True, kw_only=True):
    """Take back what was shared. ``attempt_ids``: of which replies; none means of all."""

    sharing: Annotated[tuple[Sharing, ...], msgspec.Meta(min_length=1, max_length=3)]
    attempt_ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=1000)] = ()


class SayLeave(_Say, frozen=True, kw_only=True):
    """Out of the session; what was shared stays, unless it was withdrawn."""


# coach → participant


class Welcome(_Message, frozen=True, kw_only=True):
    """They are in. ``token`` is a secret that lets this person come back under this name."""

    session_id: Id
    title: str
    coach: str
    person_id: Id
    token: str
    rules: ConsentRules


class PlanLine(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    drill: DrillKind | None
    minutes: float


class PersonLine(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    here: bool
    doing: Doing


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """What one person is to do now.

    Attributes:
        role: a speaker voices the prompt themselves (``exercise_id`` tells which), a listener answers, an observer
            tallies. partners: names of the others in it. line: one sentence that says what to do.
        done: whether their part of it is stored at the coach.
    """

    id: Id
    step: int
    round: int
    exercise_id: str
    turn: str
    role: Role
    partners: tuple[str, ...] = ()
    line: str = ""
    done: bool = False


class OwnReply(msgspec.Struct, frozen=True, kw_only=True):
    """One of the person's own replies as it stands at the coach. Ratings are told only once it is revealed."""

    attempt_id: Id
    title: str
    shared: tuple[Sharing, ...]
    coach_wording: int | None = None
    coach_voice: int | None = None


class PinLine(msgspec.Struct, frozen=True, kw_only=True):
    attempt_id: Id
    at_s: float
    author: str
    note: str


class OwnDebrief(msgspec.Struct, frozen=True, kw_only=True):
    """A person's own part of the debrief: what they practised, a strength, a next step."""

    practised: tuple[str, ...]
    strength: str
    next_step: str


class View(_Message, frozen=True, kw_only=True):
    """All that one person's screen shows of the session. ``version`` grows with every change, over restarts too.

    Attributes:
        step: index into ``plan``, −1 before the first. remaining_s: left of the step; None while no time runs.
        queue: names, the next first. up: whose turn it is, "" for everybody's or nobody's.
    """

    version: int
    phase: Phase
    plan: tuple[PlanLine, ...]
    step: int
    remaining_s: float | None
    people: tuple[PersonLine, ...]
    queue: tuple[str, ...]
    up: str
    assignment: Assignment | None
    consents: tuple[Sharing, ...]
    replies: tuple[OwnReply, ...]
    pins: tuple[PinLine, ...]
    debrief: OwnDebrief | None = None


class Accepted(_Message, frozen=True, kw_only=True):
    """The saying of this id is stored, now or before. ``told``: what came of it, "" where there is nothing to say."""

    id: Id
    told: Sentence = ""


class Refused(_Message, frozen=True, kw_only=True):
    """It was not taken. ``id``: of which saying, "" for the connection. ``again``: whether to try later."""

    id: str
    why: Sentence
    again: bool = False


Say: TypeAlias = SayConsents | SayReply | SayPart | SayTally | SayPin | SayWithdraw | SayLeave
FromParticipant: TypeAlias = Join | State | Say
FromCoach: TypeAlias = Welcome | View | Accepted | Refused

_Read = TypeVar("_Read")
_encoder = msgspec.msgpack.Encoder()
_from_participant: msgspec.msgpack.Decoder[FromParticipant] = msgspec.msgpack.Decoder(FromParticipant)
_from_coach: msgspec.msgpack.Decoder[FromCoach] = msgspec.msgpack.Decoder(FromCoach)


def encode(message: FromParticipant | FromCoach) -> bytes:
    """One frame. Raises RequestInvalid where it is longer than ``MOST_BYTES``."""
    data = _encoder.encode(message)
    if len(data) > MOST_BYTES:
        raise RequestInvalid(f"A message of {len(data)} bytes is too long; at most {MOST_BYTES} are sent.")
    return data


def decode_from_participant(frame: bytes | str) -> FromParticipant:
    """What a participant sent. Raises RequestInvalid, in one line that says what is wrong with it."""
    return _decode(_from_participant, frame)


def decode_from_coach(frame: bytes | str) -> FromCoach:
    """What the coach sent. Raises RequestInvalid."""
    return _decode(_from_coach, frame)


def _decode(decoder: msgspec.msgpack.Decoder[_Read], frame: bytes | str) -> _Read:
    if isinstance(frame, str):
        raise RequestInvalid("A message came as text; messages are MessagePack, in binary frames.")
    if len(frame) > MOST_BYTES:
        raise RequestInvalid(f"A message of {len(frame)} bytes is too long; at most {MOST_BYTES} are read.")
    try:
        return decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError, ValueError) as error:
        raise RequestInvalid(f"A message can't be read: {' '.join(str(error).split())[:200]}.") from error
