"""Stores to run one test body over, and attempts to put into them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.postgres import new_database, postgres_server, postgres_template
from voice_trainer.attempt import (
    Attempt,
    Attunement,
    Dimension,
    Evidence,
    Feedback,
    Point,
    Scored,
    Sentence,
    Timings,
    Transcript,
    VoiceCurves,
    VoiceMeasures,
    Word,
    Wording,
)
from voice_trainer.store import Store, new_attempt_id, open_store

__all__ = ["postgres_server", "postgres_template"]

NOBODY = 65534
STARTED = datetime(2025, 3, 9, 18, 30, 0, 250000, tzinfo=UTC)


def make_attempt(
    *, level: int | None = 4, wording: float | None = 0.7, voice: float | None = 0.6, **own: Any
) -> Attempt:
    """A reply with something in every record; ``own`` are fields of the attempt."""
    words = tuple(
        Word(text=text, start_s=i * 0.4, end_s=i * 0.4 + 0.3, probability=0.9)
        for i, text in enumerate(["You", "waited,", "and", "it", "hurt."])
    )
    scored = Scored(
        transcript=Transcript(words=words),
        voice=VoiceMeasures(duration_s=2.1, speech_s=1.9, pause_count=0, not_rated={"f0_median_hz": "too short"}),
        curves=VoiceCurves(level_times_s=(0.0, 0.1), level_dbfs=(-30.5, -28.25)),
        wording=Wording(
            behavior="reflection",
            moves={"names_feeling": 0.91, "advice": 0.02},
            mechanisms={"interpretation": 1.6},
            level=level,
            wording=wording,
            sentences=(Sentence(text="You waited, and it hurt.", start_s=0.0, end_s=1.9, feelings=("hurt",)),),
        ),
        attunement=Attunement(
            wording=wording,
            voice=voice,
            dimensions=(Dimension(name="feeling", level=4, reason="You named it.", evidence=(Evidence(text="hurt"),)),),
            scoring_version="1",
        ),
        feedback=Feedback(strength=Point(text="You named the hurt.", dimension="feeling"), next_step=None),
        timings_s=Timings(transcribe=0.3, voice=0.05, wording=0.02, feedback_after_speech=0.4),
    )
    started = own.pop("started_at", STARTED)
    fields: dict[str, Any] = {
        "id": new_attempt_id(started),
        "exercise_id": "cold-dinner",
        "turn": "start",
        "person": "",
        "recording": None,
        **own,
    }
    return Attempt(started_at=started, scored=scored, **fields)


@pytest.fixture
def new_attempt() -> Callable[..., Attempt]:
    return make_attempt


def with_person(attempt: Attempt, person: str) -> Attempt:
    return msgspec.structs.replace(attempt, person=person)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store on each database; it does not exist yet, unless the test has it opened by ``store``."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'home' / 'practice.sqlite3'}"
        return
    template = request.getfixturevalue("postgres_template") if "store" in request.fixturenames else "template1"
    with new_database(request.getfixturevalue("postgres_server"), template) as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[tuple[Store, Path]]:
    """A store in a SQLite file, and that file."""
    file = tmp_path / "home" / "practice.sqlite3"
    opened = open_store(f"sqlite:///{file}")
    yield opened, file
    opened.close()


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """A folder of an unprivileged user; the test runs as that user, since root ignores modes."""
    folder = Path(tempfile.mkdtemp(prefix="voice-trainer-"))
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        for each in (folder, *folder.rglob("*")):
            each.chmod(0o700)
        shutil.rmtree(folder)
