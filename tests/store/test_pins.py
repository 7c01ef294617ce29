"""Notes at a moment of a recording: kept, listed by their moment, gone with their attempt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from voice_trainer.attempt import Attempt
from voice_trainer.errors import RequestInvalid
from voice_trainer.session import Pin
from voice_trainer.store import Store, new_attempt_id, open_store

NewAttempt = Callable[..., Attempt]
NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)


def pin(attempt: Attempt, at_s: float = 1.0, **own: Any) -> Pin:
    fields: dict[str, Any] = {"note": "Here I rushed.", "author": "Ada", "made_at": NOON, **own}
    return Pin(id=own.get("id") or new_attempt_id(NOON), attempt_id=attempt.id, at_s=at_s, **fields)


@pytest.fixture
def attempt(store: Store, new_attempt: NewAttempt) -> Attempt:
    made = new_attempt(recording="a.flac")
    store.add_attempt(made)
    return made


def test_pins_come_back_by_their_moment(store: Store, attempt: Attempt) -> None:
    late, early = pin(attempt, 2.5), pin(attempt, 0.0, author="", note="“Ünïcode” — and\ntwo lines")
    store.add_pin(late)
    store.add_pin(early)
    assert store.pins(attempt.id) == (early, late)
    assert store.pins(new_attempt_id(NOON)) == ()


def test_pins_outlive_scoring_again_and_closing(store: Store, store_url: str, attempt: Attempt) -> None:
    kept = pin(attempt)
    store.add_pin(kept)
    store.replace_attempt(msgspec.structs.replace(attempt, person="Bo"))
    store.close()
    again = open_store(store_url)
    assert again.pins(attempt.id) == (kept,)
    again.close()


def test_a_pin_is_removed_alone_and_with_its_attempt(store: Store, attempt: Attempt, new_attempt: NewAttempt) -> None:
    other = new_attempt()
    store.add_attempt(other)
    first, second, theirs = pin(attempt), pin(attempt, 2.0), pin(other)
    for each in (first, second, theirs):
        store.add_pin(each)
    assert store.remove_pin(first.id)
    assert not store.remove_pin(first.id)
    assert store.pins(attempt.id) == (second,)
    store.remove_attempts([attempt.id])
    assert store.pins(attempt.id) == ()
    assert store.pins(other.id) == (theirs,)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"note": "  "}, "1 to 500"),
        ({"note": "x" * 501}, "501 characters"),
        ({"at_s": -0.1}, "-0.1 s"),
        ({"at_s": float("nan")}, "nan s"),
        ({"made_at": datetime(2025, 3, 9)}, "time zone"),
        ({"attempt_id": "0" * 26}, "not stored"),
    ],
)
def test_what_can_not_be_pinned_is_one_sentence(
    store: Store, attempt: Attempt, wrong: dict[str, Any], says: str
) -> None:
    with pytest.raises(RequestInvalid, match=says):
        store.add_pin(msgspec.structs.replace(pin(attempt), **wrong))
    assert store.pins(attempt.id) == ()


def test_an_id_is_taken_once(store: Store, attempt: Attempt) -> None:
    kept = pin(attempt)
    store.add_pin(kept)
    with pytest.raises(RequestInvalid, match="there already"):
        store.add_pin(msgspec.structs.replace(kept, note="Another."))
    assert store.pins(attempt.id) == (kept,)


def test_nothing_of_a_removed_pin_is_left_in_the_files(file_store: tuple[Store, Path], new_attempt: NewAttempt) -> None:
    store, file = file_store
    attempt = new_attempt()
    store.add_attempt(attempt)
    secret = "Here my voice broke, and I know why."
    kept = pin(attempt, note=secret)
    store.add_pin(kept)
    store.remove_pin(kept.id)
    for each in file.parent.iterdir():
        assert secret.encode() not in each.read_bytes()
