"""What every store does, whatever database is under it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal, Protocol, get_args

import msgspec

from voice_trainer.attempt import Attempt
from voice_trainer.session import Consent, Entry, Person, Pin, Rating, Session, Sharing, Tally
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


Pull = Literal["fix", "defend", "please", "leave", "nothing"]
"""What a moment pulled the trainee to do: put it right, defend themselves, please, get away; or nothing much."""
PULLS: tuple[Pull, ...] = get_args(Pull)


class PullSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What the trainee said about themselves after a reply. It is theirs: nothing scores, sends or exports it.

    Attributes:
        attempt_id: the reply. said_at: UTC.
    """

    attempt_id: str
    pull: Pull
    said_at: datetime


class Sessions(Protocol):
    """Sessions and what belongs to them. Any thread may call; only ``StoreError`` is raised, unless said.

    Each ``add_…`` that takes ``said``, a participant's message id, stores it in the same transaction; where that
    message was heard before, nothing is added and the answer is False. RequestInvalid is raised by every writer for
    what can't be kept: a value out of its bounds, a time without zone, an id that is there already.
    """

    def add(self, session: Session) -> None:
        """Keep a new session. Raises RequestInvalid."""

    def update(self, session: Session) -> None:
        """Put ``session`` in place of the one of its id. Raises UnknownSession, RequestInvalid."""

    def session(self, session_id: str, *, coach: str | None = None) -> Session:
        """The session of this id.

        Args:
            coach: whose it must be; then the beginning of the id is enough, and case does not matter.

        Raises:
            UnknownSession: none, or more than one. StoreCorrupt: it can't be read.
        """

    def sessions(self, coach: str | None) -> tuple[Session, ...]:
        """The sessions of ``coach`` (None: of every coach, to forget them), newest first."""

    def remove(self, session_id: str) -> None:
        """Remove a session with all that hangs on it, and, where it was over the network, the attempts shared in it;
        leaves no byte of it. Sound and exports are the caller's (``forgetting.select_session``). Raises UnknownSession.
        """

    def remove_all(self, session_ids: Collection[str]) -> int:
        """As ``remove`` for the sessions of these whole ids; how many there were. Call ``wipe`` after it."""

    def add_person(self, person: Person, said: str = "") -> bool:
        """Somebody comes into a session.

        Raises:
            RequestInvalid: the name is, or was, somebody's in this session, whatever its case; no such session.
        """

    def update_person(self, person: Person) -> None:
        """Put ``person`` in place of the one of its id. Raises RequestInvalid."""

    def people(self, session_id: str) -> tuple[Person, ...]:
        """Everybody who was ever in it, by ``joined_at``."""

    def add_consents(self, consents: tuple[Consent, ...], said: str = "") -> bool:
        """Keep all of them or none. Raises RequestInvalid."""

    def consents(self, session_id: str) -> tuple[Consent, ...]:
        """All that was said to what was asked for, the oldest first."""

    def add_entry(self, entry: Entry, attempt: Attempt, said: str = "") -> bool:
        """Keep a reply and that it belongs to the session, both or neither.

        In a room the attempt may be stored already; it is left as it is then.

        Returns:
            False where this reply of this person is in the session already; nothing is changed then.

        Raises:
            RequestInvalid: the attempt is stored already as somebody's practice (network), or in another session or
                under another person; or it is not the entry's, or does not bear the person's name (network).
        """

    def entries(self, session_id: str) -> tuple[Entry, ...]:
        """By ``arrived_at``."""

    def update_entry(self, entry: Entry) -> None:
        """Put ``entry`` in place of the one of its attempt. Raises RequestInvalid."""

    def update_entries(self, changed: tuple[Entry, ...]) -> None:
        """``update_entry`` for all of them or none. Raises RequestInvalid."""

    def entry_of(self, attempt_id: str) -> Entry | None:
        """Where the attempt of this whole id belongs to a session."""

    def add_rating(self, rating: Rating, said: str = "") -> bool:
        """Raises RequestInvalid where the attempt is not in the session."""

    def ratings(self, session_id: str) -> tuple[Rating, ...]:
        """The oldest first."""

    def every_rating(self, coach: str) -> tuple[Rating, ...]:
        """Of all the sessions of ``coach``, the oldest first."""

    def add_tally(self, tally: Tally, said: str = "") -> bool:
        """Raises RequestInvalid where the attempt is not in the session."""

    def tallies(self, session_id: str) -> tuple[Tally, ...]:
        """The oldest first."""

    def heard(self, message_id: str) -> bool:
        """Whether something was stored with this message id as ``said``."""

    def keep_state(self, session_id: str, state: bytes) -> None:
        """Keep where the session stands, in place of what was kept before. Raises UnknownSession."""

    def state(self, session_id: str) -> bytes | None:
        """What ``keep_state`` kept last."""

    def expired(self, now: datetime) -> tuple[Consent, ...]:
        """The consents that have run out while something that they allowed is still stored.

        The latest that was given of a person and a thing counts; saying no later does not make it last longer.
        """

    def strip(self, attempt_id: str, keep: tuple[Sharing, ...], attempt: Attempt) -> None:
        """Put ``attempt``, cut down to ``keep``, in place of every record of it; of the longer ones nothing is kept.

        Call ``wipe`` when all that is to go is gone.

        Raises:
            RequestInvalid: it is in no session, or ``attempt`` is another.
        """

    def remove_name(self, name: str) -> int:
        """Remove people of this name from every session, with what they said and tallied; how many there were.

        Ratings they gave go, too, their name among other people's listeners, and where those sessions stood. Sessions
        that they coached, and the attempts, are removed by their ids before. Call ``wipe`` after it.
        """

    def names(self) -> frozenset[str]:
        """Every name in any session: of coaches, people, raters, observers and listeners."""

    def idle_since(self, moment: datetime) -> tuple[Session, ...]:
        """Sessions in which nothing happened since ``moment``."""


class Store(Protocol):
    """Attempts and baselines, and sessions. Any thread may call; only ``StoreError`` is raised, unless said.

    Lists of attempts hold what was practised here; what others shared in a session over the network is left out of
    them unless it is asked for.
    """

    @property
    def sessions(self) -> Sessions:
        """The sessions of the same database."""

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
        session_id: str | None = None,
        include_shared: bool = False,
    ) -> tuple[AttemptSummary, ...]:
        """Attempts, newest first; each argument that is not None narrows them.

        Args:
            exercise_ids: any of these, such as those of one skill. since, before: by ``started_at``, with zone.
            session_id: of this session alone (the whole id), whoever shared them.
            include_shared: also what others shared over the network.
        """

    def history(self, *, limit: int | None = None, session_id: str | None = None) -> tuple[HistoryRow, ...]:
        """Attempts with what trends are made of, newest first (``limit`` None: all)."""

    def count(
        self,
        *,
        person: str | None = None,
        exercise_id: str | None = None,
        exercise_ids: Collection[str] | None = None,
        session_id: str | None = None,
        include_shared: bool = False,
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

    def say_pull(self, said: PullSaid) -> None:
        """Keep it, in place of what was said of the same reply before; it goes when its attempt goes.

        Raises:
            RequestInvalid: its attempt is not stored, it is no pull, or its time has no zone.
        """

    def pulls(self) -> tuple[PullSaid, ...]:
        """All that was said, the oldest first."""

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
        """Everybody who practised or has a baseline here, by name; not those who shared over the network alone."""

    def recordings(self) -> frozenset[str]:
        """The names of all recordings that an attempt holds."""

    def close(self) -> None:
        """Let go of every connection; the store is not used after it."""
