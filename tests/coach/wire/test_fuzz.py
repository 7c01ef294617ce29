"""Whatever comes over the wire is a message or one line; nothing inside breaks, and the honest notice nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voice_trainer.coach.protocol import (
    Accepted,
    Consenting,
    FromCoach,
    FromParticipant,
    Join,
    Refused,
    Say,
    SayConsents,
    SayLeave,
    SayPart,
    SayPin,
    SayReply,
    SayTally,
    SayWithdraw,
    State,
    View,
    decode_from_coach,
    decode_from_participant,
    encode,
)
from voice_trainer.coach.sharing import shared_part
from voice_trainer.errors import RequestInvalid
from voice_trainer.session import SHARINGS

from ..meeting import flac, id_of, parts_of, spoken
from .serving import Served, Someone, Stranger, consents, until

IDS = st.one_of(
    st.just("0" * 26), st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26), st.text(max_size=30)
)
SHARED = st.lists(st.sampled_from(SHARINGS), min_size=1, max_size=3).map(tuple)
SPOKEN = spoken()
TEXT = st.text(max_size=600)


def saying(kind: Any, **fields: Any) -> st.SearchStrategy[Any]:
    """A message of this kind, its bounds not checked: what a hostile program may build."""
    return st.builds(kind, id=IDS, **fields)


SAYINGS: st.SearchStrategy[Say] = st.one_of(
    saying(
        SayConsents,
        consents=st.lists(
            st.builds(
                Consenting,
                sharing=st.sampled_from(SHARINGS),
                given=st.booleans(),
                listeners=st.lists(TEXT, max_size=3).map(tuple),
                days=st.integers(-5, 5000),
            ),
            max_size=4,
        ).map(tuple),
    ),
    saying(
        SayPart,
        attempt_id=IDS,
        index=st.integers(-1, 2000),
        count=st.integers(-1, 2000),
        sha256=st.one_of(st.just("0" * 64), TEXT),
        data=st.binary(max_size=2000),
    ),
    saying(SayTally, assignment_id=IDS, counts=st.dictionaries(TEXT, st.integers(-3, 200), max_size=3)),
    saying(SayPin, attempt_id=IDS, at_s=st.floats(), note=TEXT),
    saying(SayWithdraw, sharing=SHARED, attempt_ids=st.lists(IDS, max_size=5).map(tuple)),
    saying(SayLeave),
    saying(
        SayReply,
        assignment_id=IDS,
        attempt=st.builds(
            lambda shared, recording, **own: msgspec.structs.replace(
                shared_part(SPOKEN, shared), recording=recording, **own
            ),
            SHARED,
            st.one_of(st.none(), TEXT),
            id=IDS,
            exercise_id=TEXT,
            turn=TEXT,
            person=TEXT,
        ),
        shared=SHARED,
    ),
)
MESSAGES: st.SearchStrategy[FromParticipant] = st.one_of(
    st.builds(Join, protocol=st.integers(-1, 3), code=TEXT, name=TEXT, token=TEXT),
    st.builds(State, doing=st.sampled_from(["ready", "away", "answering", "flying", ""])),
    SAYINGS,
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A message with a few bytes changed, cut out or put in."""
    data = bytearray(encode(draw(MESSAGES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(["change", "cut", "put", "end"])):
            case "change" if data:
                data[at] = draw(st.integers(0, 255))
            case "cut":
                del data[at : at + draw(st.integers(1, 8))]
            case "put":
                data[at:at] = draw(st.binary(min_size=1, max_size=8))
            case "end":
                del data[at:]
    return bytes(data)


FRAMES = st.one_of(MESSAGES.map(encode), damaged(), st.binary(max_size=300), st.text(max_size=50))


def one_line(decode: Callable[[Any], Any], frame: Any) -> Any:
    """The message, or the one line of what is wrong with it."""
    try:
        return decode(frame)
    except RequestInvalid as error:
        why = str(error)
    assert why
    assert "\n" not in why
    assert len(why) <= 500
    return why


def has_nan(message: Any) -> bool:
    return b"\xcb\x7f\xf8" in encode(message) or b"\xcb\xff\xf8" in encode(message)


@settings(max_examples=600, deadline=None)
@given(FRAMES)
def test_the_coach_reads_a_message_or_one_line(frame: bytes | str) -> None:
    message = one_line(decode_from_participant, frame)
    if not isinstance(message, str):
        assert one_line(decode_from_participant, encode(message)) == message or has_nan(message)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=50), damaged()))
def test_a_participant_reads_a_message_or_one_line(frame: bytes | str) -> None:
    assert isinstance(one_line(decode_from_coach, frame), str | FromCoach)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Someone]]:
    hours = itertools.count(step=3600)  # wrong codes among what is said must not lock everybody here out
    served = Served(tmp_path_factory.mktemp("fuzz"), gate_clock=lambda: float(next(hours)))
    ann = served.someone("Ann").come_in()
    served.live.send(0)
    yield served, ann
    served.close()


_numbers = itertools.count()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=st.lists(FRAMES, min_size=1, max_size=6), comes_in=st.booleans())
def test_nothing_inside_breaks_whatever_is_said(
    fuzzed: tuple[Served, Someone], frames: list[bytes | str], comes_in: bool
) -> None:
    served, ann = fuzzed
    number = next(_numbers)
    stranger = Stranger(served.address)
    if comes_in:
        stranger.come_in(f"Eve {number % 50}", token=f"{number % 50:043d}")
    for frame in frames:
        stranger.send(frame)
        if isinstance(_answer(stranger), Refused | None):
            break
    stranger.close()
    assert served.faults == []
    before = served.live.version
    served.live.add_minutes(1 if number % 2 else -1)
    until(lambda: ann.view.version > before)
    assert ann.lost == []
    assert [one.person for one in served.live.snapshot.replies] == []


def _answer(stranger: Stranger) -> Any:
    """What came of a frame; a state has no answer, and an assignment's view may come first."""
    try:
        while isinstance(message := stranger.read(0.05), View):
            continue
    except TimeoutError:
        return "nothing"
    return message


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(5)), again=st.integers(0, 4), cut=st.integers(0, 200))
def test_parts_in_any_order_and_any_state_store_a_reply_once_or_not_at_all(
    fuzzed: tuple[Served, Someone], order: list[int], again: int, cut: int
) -> None:
    served, _ = fuzzed
    live = served.live
    person, _ = live.admit(f"Order {next(_numbers)}", "o" * 43)
    live.hear(person.id, consents(*SHARINGS))
    assignment = live.view(person.id).assignment
    assert assignment is not None
    whole = spoken(assignment.exercise_id, assignment.turn)
    whole = msgspec.structs.replace(whole, recording=f"{whole.id}.flac")
    sound = flac(5.0)
    said: list[Say] = [*parts_of(whole.id, sound)]
    assert len(said) >= 4, "several parts"
    reply = SayReply(id=id_of(), assignment_id=assignment.id, attempt=shared_part(whole, SHARINGS), shared=SHARINGS)
    steps = [said[at] if at < len(said) else reply for at in order]
    steps.insert(again, steps[again])
    if cut < 100:  # a part that was damaged on purpose
        part = said[cut % len(said)]
        assert isinstance(part, SayPart)
        steps.insert(0, msgspec.structs.replace(part, id=id_of(), data=part.data[: max(1, cut)]))
    for step in steps:
        assert isinstance(live.hear(person.id, step), Accepted | Refused)
    for step in [*said, reply]:  # and then as an honest program says it
        answer = live.hear(person.id, step)
    stored = [one for one in live.snapshot.replies if one.person_id == person.id]
    assert len(stored) <= 1
    if isinstance(answer, Accepted) and stored:
        assert stored[0].recording is not None
        assert served.recordings.path(stored[0].recording).read_bytes() == sound
    live.remove_person(person.id)
