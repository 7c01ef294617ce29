"""What every store does, whatever database is under it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

import msgspec

from voice_trainer.attempt import Attempt
from voice_trainer.session import Pin
from voice_trainer.speech.baseline import Baseline


class AttemptSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a list of attempts; read without the whole record, so it is there even when that is damaged.

    Attributes:
        started_at: UTC. wording, voice: 0–1, None where not rated. level: 1–5, None where not rated.
        recording: file name under the recordings folder; None where the sound was not kept.
        outcome: how the speaker was met.
    """

    id: str
    exercise_id: str
    turn: str
    started_at: datetime
    person: str
    wording: float | None
    voice: float | None
    level: int | None
    recording: str | None
    outcome: str | None = None

    @property
    def has_recording(self) -> bool:
        return self.recording is not None


class HistoryRow(AttemptSummary, frozen=True, kw_only=True):
    """An attempt as it counts in trends; read without the whole record.

    Attributes:
        scoring_version: only scores of one version can be compared.
        reflections, complex_reflections, questions: 0 or 1 (see ``listening.move_counts``); None where not counted.
        dimensions: name → level 1–5, of those that were rated.
    """

    scoring_version: str
    reflections: int | None = None
    complex_reflections: int | None = None
    questions: int | None = None
    dimensions: dict[str, int] = {}


class PersonSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who practised here: how often, and when last (UTC; None with a baseline only)."""

    person: str
    attempts: int
    last_at: datetime | None


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was written from attempts and lies outside the store.

    Attributes:
        path: absolute. attempt_ids: whose words are in it. format: such as "srt".
        sha256: of its bytes as they were written, hexadecimal. written_at: UTC.
    """

    path: str
    attempt_ids: tuple[str, ...]
    format: str
    sha256: str
    written_at: datetime


class Store(Protocol):
    """Attempts and baselines. Any thread may call; only ``StoreError`` is raised, unless said."""

    def add_attempt(self, attempt: Attempt) -> None:
        """Keep ``attempt``.

        Raises:
            RequestInvalid: its id is there already, or it holds what can't be kept (NaN, a time without zone).
        """

    def attempt(self, attempt_id: str) -> Attempt:
        """The attempt whose id is, or alone begins with, ``attempt_id`` (case does not matter).

        Raises:
            UnknownAttempt: none, or more than one.
            StoreCorrupt: its record can't be read.
        """

    def summary(self, attempt_id: str) -> AttemptSummary:
        """How the same attempt is listed; there even when its record is damaged. Raises UnknownAttempt."""

    def original(self, attempt_id: str) -> Attempt:
        """The same attempt as it was first stored, before anything was scored again. Raises as ``attempt``."""

    def attempts(
        self,
        *,
        person: str | None = None,
        exercise_id: str | None = None,
        exercise_ids: Collection[str] | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[AttemptSummary, ...]:
        """Attempts, newest first; each argument that is not None narrows them.

        Args:
            exercise_ids: any of these, such as those of one skill. since, before: by ``started_at``, with zone.
        """

    def history(self, *, limit: int | None = None) -> tuple[HistoryRow, ...]:
        """Attempts with what trends are made of, newest first (``limit`` None: all)."""

    def count(
        self, *, person: str | None = None, exercise_id: str | None = None, exercise_ids: Collection[str] | None = None
    ) -> int:
        """How many ``attempts`` would give."""

    def replace_attempt(self, attempt: Attempt) -> None:
        """Put ``attempt`` in place of the one of its id; the first record is kept for ``original``.

        Raises:
            UnknownAttempt: there is none of that id. RequestInvalid: as ``add_attempt``.
        """

    def remove_attempt(self, attempt_id: str) -> AttemptSummary:
        """Remove an attempt with all of its records, leaving nothing of it in the file; its sound is the caller's.

        Raises:
            UnknownAttempt: none, or more than one, of that id or beginning.
        """

    def remove_attempts(self, attempt_ids: Collection[str]) -> int:
        """Remove the attempts of these whole ids with all of their records; how many there were.

        Call ``wipe`` when all that is to go is gone.
        """

    def add_export(self, export: Export) -> None:
        """Know of a file from here on; one at the same path is known in its place.

        Raises:
            RequestInvalid: one of its attempts is not stored, or it has none.
        """

    def exports(self, attempt_ids: Collection[str] | None = None) -> tuple[Export, ...]:
        """The files that hold any of these attempts (None: all files), the oldest first, each with all its attempts."""

    def remove_exports(self, paths: Collection[str]) -> int:
        """Know of these files no more; how many were known. The files themselves are the caller's."""

    def add_pin(self, pin: Pin) -> None:
        """Keep ``pin``; it goes when its attempt goes.

        Raises:
            RequestInvalid: its id is there already, its attempt is not stored, its note is empty or too long, or its
                moment lies before the start.
        """

    def pins(self, attempt_id: str) -> tuple[Pin, ...]:
        """The pins of the attempt of this whole id, by their moment; none for one that is not stored."""

    def remove_pins_of(self, author: str) -> int:
        """Remove every note that ``author`` wrote, on whose attempts ever; how many there were."""

    def pin_authors(self) -> frozenset[str]:
        """Everybody who wrote a note."""

    def remove_pin(self, pin_id: str) -> bool:
        """Remove a pin, leaving nothing of it in the file; whether there was one."""

    def wipe(self) -> None:
        """Leave no byte of what was removed in the store's files, whatever program has it open.

        Raises:
            StoreUnwritable: another program was reading or writing all the while; it can be tried again.
        """

    def save_baseline(self, baseline: Baseline) -> None:
        """Keep the everyday voice of a person on a device, in place of the one before."""

    def baseline(self, person: str, device: str) -> Baseline | None:
        """The everyday voice of ``person`` on ``device``, or None. Raises StoreCorrupt where it can't be read."""

    def baselines(self, person: str | None = None) -> tuple[Baseline, ...]:
        """All of them, newest first."""

    def remove_baselines(self, person: str) -> int:
        """Remove every baseline of ``person``; how many there were."""

    def people(self) -> tuple[PersonSummary, ...]:
        """Everybody who practised or has a baseline here, by name."""

    def recordings(self) -> frozenset[str]:
        """The names of all recordings that an attempt holds."""

    def close(self) -> None:
        """Let go of every connection; the store is not used after it."""
