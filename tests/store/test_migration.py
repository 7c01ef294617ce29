"""A store of the version before this one opens with all that was in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sql
from alembic import command
from alembic.config import Config

from tests.store.meeting import Meeting
from voice_trainer.attempt import Attempt
from voice_trainer.session import Pin
from voice_trainer.speech.baseline import Baseline
from voice_trainer.speech.measures import VoiceMeasures
from voice_trainer.store import Export, open_store, opening
from voice_trainer.store.database import DatabaseStore
from voice_trainer.store.schema import SCHEMA_VERSION

NOW = datetime(2025, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def older_url(store_url: str) -> str:
    """A store with the tables of 0004."""
    address = opening._address(store_url)
    if address.get_backend_name() == "sqlite":
        file = opening._file(address)
        opening._prepare(file)
        engine = opening._sqlite_engine(file)
    else:
        engine = opening._server_engine(address)
    with engine.execution_options(voice_trainer_writes=True).begin() as connection:
        config = Config()
        config.set_main_option("script_location", "voice_trainer.store:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
    engine.dispose()
    return store_url


def test_a_store_of_0004_keeps_its_data_and_holds_sessions_then(
    older_url: str, new_attempt: Callable[..., Attempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "SCHEMA_VERSION", "0004")  # written as that version wrote it
    older = open_store(older_url)
    assert isinstance(older, DatabaseStore)
    assert not sql.inspect(older._engine).has_table("sessions")
    attempts = [new_attempt(person="Ana", level=level) for level in (2, 5)]
    for attempt in attempts:
        older.add_attempt(attempt)
    older.replace_attempt(corrected := new_attempt(person="Ana", id=attempts[0].id, heard=("hurt",)))
    pin = Pin(id=attempts[1].id, attempt_id=attempts[1].id, at_s=0.5, author="Cleo", note="here", made_at=NOW)
    older.add_pin(pin)
    export = Export(path="/a.srt", attempt_ids=(attempts[1].id,), format="srt", sha256="0" * 64, written_at=NOW)
    older.add_export(export)
    baseline = Baseline(person="Ana", device="USB", recorded_at=NOW, measures=VoiceMeasures(duration_s=5.0))
    older.save_baseline(baseline)
    older.close()
    monkeypatch.undo()

    store = open_store(older_url)
    assert isinstance(store, DatabaseStore)
    with store._engine.connect() as connection:
        assert opening._version(connection) == SCHEMA_VERSION == "0006"
    assert store.attempt(attempts[0].id) == corrected
    assert store.original(attempts[0].id) == attempts[0]
    assert store.attempt(attempts[1].id) == attempts[1]
    assert store.count() == len(store.attempts()) == len(store.history()) == 2
    assert [one.person for one in store.people()] == ["Ana"]
    assert store.pins(attempts[1].id) == (pin,)
    assert store.exports() == (export,)
    assert store.baseline("Ana", "USB") == baseline
    meeting = Meeting(store)
    shared = meeting.shares(meeting.joins("Bo"))
    assert store.count() == 2
    assert store.attempt(shared.id) == shared
    store.close()
