"""What a reply pulled somebody to do: kept beside it, gone with it, and in nothing that leaves the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from voice_trainer.attempt import Attempt
from voice_trainer.errors import RequestInvalid
from voice_trainer.store import PullSaid, Store, new_attempt_id, open_store
from voice_trainer.store.forgetting import forget, select_all, select_attempt, select_person
from voice_trainer.store.recordings import Recordings

NewAttempt = Callable[..., Attempt]
NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)


def said(attempt: Attempt, pull: Any = "fix", at: datetime = NOON) -> PullSaid:
    return PullSaid(attempt_id=attempt.id, pull=pull, said_at=at)


@pytest.fixture
def attempt(store: Store, new_attempt: NewAttempt) -> Attempt:
    made = new_attempt(person="Ana")
    store.add_attempt(made)
    return made


def test_what_was_said_comes_back_the_oldest_first(
    store: Store, store_url: str, attempt: Attempt, new_attempt: NewAttempt
) -> None:
    other = new_attempt()
    store.add_attempt(other)
    late, early = said(attempt, "leave", NOON + timedelta(hours=1)), said(other, "please")
    store.say_pull(late)
    store.say_pull(early)
    assert store.pulls() == (early, late)
    store.replace_attempt(msgspec.structs.replace(attempt, heard=("hurt",)))
    store.close()
    again = open_store(store_url)
    assert again.pulls() == (early, late)
    again.close()


def test_of_one_reply_the_last_word_counts(store: Store, attempt: Attempt) -> None:
    store.say_pull(said(attempt, "fix"))
    store.say_pull(said(attempt, "nothing"))
    assert store.pulls() == (said(attempt, "nothing"),)


def test_it_is_in_no_record_and_in_no_list(store: Store, attempt: Attempt) -> None:
    before = store.attempt(attempt.id), store.attempts(), store.history()
    store.say_pull(said(attempt, "defend"))
    assert (store.attempt(attempt.id), store.attempts(), store.history()) == before


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"attempt_id": new_attempt_id(NOON)}, "not stored"),
        ({"pull": "shout"}, "no pull"),
        ({"said_at": datetime(2025, 3, 9)}, "time zone"),
    ],
)
def test_what_can_not_be_said_is_one_sentence(store: Store, attempt: Attempt, wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(RequestInvalid, match=says):
        store.say_pull(msgspec.structs.replace(said(attempt), **wrong))
    assert store.pulls() == ()


@pytest.mark.parametrize("which", ["attempt", "person", "all"])
def test_forgetting_takes_it_along(
    store: Store, tmp_path: Path, attempt: Attempt, new_attempt: NewAttempt, which: str
) -> None:
    other = new_attempt(person="Bo")
    store.add_attempt(other)
    store.say_pull(said(attempt))
    store.say_pull(said(other))
    recordings = Recordings(tmp_path / "recordings")
    selection = {
        "attempt": lambda: select_attempt(store, recordings, attempt.id),
        "person": lambda: select_person(store, recordings, "Ana"),
        "all": lambda: select_all(store, recordings),
    }[which]()
    forget(store, recordings, selection)
    assert store.pulls() == (() if which == "all" else (said(other),))
