"""What the tests of a session share: a store, a library, people, replies, and what their programs say."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import soundfile

from tests.store.conftest import make_attempt
from voice_trainer.attempt import Attempt, Evidence, Sentence, Transcript, VoiceCurves, Word
from voice_trainer.coach.protocol import (
    PART_BYTES,
    Accepted,
    Consenting,
    Refused,
    SayConsents,
    SayPart,
    SayReply,
    SayTally,
    SayWithdraw,
)
from voice_trainer.coach.session import LiveSession
from voice_trainer.coach.sharing import shared_part
from voice_trainer.exercise import Library, library_folder, load_library
from voice_trainer.session import SHARINGS, ConsentRules, Session, Sharing, Step
from voice_trainer.store import Store, new_attempt_id
from voice_trainer.store.recordings import Recordings

BEGUN = datetime(2026, 5, 4, 18, 0, tzinfo=UTC)
LIBRARY = load_library(library_folder())
STEPS = (
    Step(exercise_id="cold-dinner", turn="start", minutes=5),
    Step(exercise_id="cold-dinner", drill="threes", minutes=9),
    Step(exercise_id="the-clock", drill="rounds", minutes=8),
    Step(exercise_id="cold-dinner", drill="dodge_ball", minutes=8),
    Step(exercise_id="cold-dinner", drill="progressive", minutes=8),
    Step(exercise_id="cold-dinner", drill="sustained", minutes=3),
)
WORDS = "You waited by the candles, and it stung; zephyrlike hopes went quiet."
"""Words that stand nowhere in the product's own sentences."""


class Clock:
    """Time that goes when it is told to; both the wall's and the one that measures."""

    def __init__(self) -> None:
        self.at = BEGUN

    def now(self) -> datetime:
        return self.at

    def clock(self) -> float:
        return (self.at - BEGUN).total_seconds()

    def wait(self, **lengths: float) -> None:
        self.at += timedelta(**lengths)


def id_of(clock: Clock | None = None) -> str:
    return new_attempt_id(clock.now() if clock else datetime.now(UTC))


def new_session(steps: Sequence[Step] = STEPS, **own: Any) -> Session:
    fields: dict[str, Any] = {
        "id": id_of(),
        "title": "Tuesday",
        "coach": "Ruth",
        "place": "network",
        "made_at": BEGUN,
        "steps": tuple(steps),
        "rules": ConsentRules(listeners=("Ben",), days=30),
        "code": "ABCD-EFGH",
    }
    return Session(**(fields | own))


def spoken(exercise_id: str = "cold-dinner", turn: str = "start", *, text: str = WORDS, **own: Any) -> Attempt:
    """A reply with its words quoted wherever scoring quotes them."""
    base = make_attempt(exercise_id=exercise_id, turn=turn, person="somebody", **own)
    words = tuple(Word(text=one, start_s=i * 0.2, end_s=i * 0.2 + 0.15) for i, one in enumerate(text.split()))
    scored, longest = base.scored, max(text.split(), key=len)
    quoting = tuple(
        msgspec.structs.replace(
            one, reason=f"It says “{text}”.", evidence=(Evidence(text=text, start_s=0.0, end_s=1.0),)
        )
        for one in scored.attunement.dimensions
    )
    sentence = Sentence(
        text=text,
        start_s=0.0,
        end_s=1.9,
        moves={"complex_reflection": 0.9, "names_feeling": 0.8, "advice": 0.1},
        feelings=(longest,),
        cues=(longest,),
        behavior="reflection",
    )
    scored = msgspec.structs.replace(
        scored,
        transcript=Transcript(words=words, edited_from=text + " or so"),
        curves=VoiceCurves(level_times_s=(0.0, 0.1), level_dbfs=(-30.5, -28.25)),
        wording=msgspec.structs.replace(
            scored.wording,
            sentences=(sentence,),
            dimensions=quoting,
            feelings_met={longest: "met"},
            not_rated={"repair": f"Nothing in “{text}” to rate."},
        ),
        attunement=msgspec.structs.replace(scored.attunement, dimensions=quoting),
        feedback=msgspec.structs.replace(
            scored.feedback,
            strength=msgspec.structs.replace(scored.feedback.strength, text=f"“{text}” lets them feel seen."),
            next_step=msgspec.structs.replace(
                scored.feedback.strength,
                dimension="curiosity",
                text=f"After “{text}”, ask.",
                evidence=Evidence(text=text),
            ),
            notes=(f"Not rated: {text}",),
        ),
        not_rated={"repair": f"Nothing in “{text}” to rate.", "f0_median_hz": "too short"},
    )
    return msgspec.structs.replace(base, scored=scored, heard=(longest,), device="Somebody's headset")


def flac(seconds: float = 2.0, rate_hz: int = 16_000, *, noise: float = 0.1) -> bytes:
    """A recording as it goes over the wire."""
    samples = np.random.default_rng(7).normal(0, noise, int(seconds * rate_hz)).astype(np.float32)
    out = io.BytesIO()
    soundfile.write(out, samples, rate_hz, format="FLAC", subtype="PCM_24")
    return out.getvalue()


def parts_of(attempt_id: str, sound: bytes, sha256: str | None = None) -> list[SayPart]:
    pieces = [sound[at : at + PART_BYTES] for at in range(0, len(sound), PART_BYTES)]
    whole = sha256 or hashlib.sha256(sound).hexdigest()
    return [
        SayPart(id=id_of(), attempt_id=attempt_id, index=at, count=len(pieces), sha256=whole, data=piece)
        for at, piece in enumerate(pieces)
    ]


@dataclass
class Meeting:
    """A session with its store, and short words for what happens in it."""

    home: Path
    store: Store
    recordings: Recordings
    time: Clock = field(default_factory=Clock)
    library: Library = field(default_factory=lambda: LIBRARY)
    live: LiveSession = field(init=False)

    def begin(self, **own: Any) -> LiveSession:
        self.live = LiveSession.begin(
            new_session(**own), self.store, self.recordings, self.library, now=self.time.now, clock=self.time.clock
        )
        return self.live

    def again(self) -> LiveSession:
        """The program ended, and is started once more."""
        self.live = LiveSession.open(
            self.live.session.id, self.store, self.recordings, self.library, now=self.time.now, clock=self.time.clock
        )
        return self.live

    def come(self, *names: str, share: Sequence[Sharing] | None = SHARINGS) -> list[str]:
        """Ids of those who came in, were here, and answered what they were asked (None: they did not answer)."""
        found = []
        for name in names:
            self.time.wait(seconds=1)
            person, _ = self.live.admit(name, "")
            self.live.here(person.id, True)
            if share is not None:
                assert isinstance(self.agree(person.id, *share), Accepted)
            found.append(person.id)
        return found

    def come_to(self, coach: str, name: str) -> list[str]:
        """As ``come``, sharing scores, where ``coach`` leads."""
        self.time.wait(seconds=1)
        person, _ = self.live.admit(name, "")
        self.live.here(person.id, True)
        answer = Consenting(sharing="scores", given=True, listeners=(coach,))
        self.live.hear(person.id, SayConsents(id=id_of(), consents=(answer,)))
        return [person.id]

    def agree(self, person_id: str, *things: Sharing, days: int = 30) -> Accepted | Refused:
        answers = tuple(
            Consenting(sharing=one, given=one in things, listeners=("Ruth",) if one in things else (), days=days)
            for one in SHARINGS
        )
        return self.live.hear(person_id, SayConsents(id=id_of(), consents=answers))

    def assignment(self, person_id: str) -> Any:
        assignment = self.live.view(person_id).assignment
        assert assignment is not None
        return assignment

    def reply(
        self,
        person_id: str,
        *shared: Sharing,
        attempt: Attempt | None = None,
        sound: bytes | None = None,
        assignment: Any = None,
        said: str | None = None,
    ) -> tuple[Attempt, Accepted | Refused]:
        """Send a reply as an honest program does; the attempt before it was cut down."""
        self.time.wait(seconds=1)
        to = assignment or self.assignment(person_id)
        whole = attempt or spoken(to.exercise_id, to.turn)
        things = shared or SHARINGS
        if "recording" in things:
            whole = msgspec.structs.replace(whole, recording=f"{whole.id}.flac")
            for part in parts_of(whole.id, sound or flac()):
                answer = self.live.hear(person_id, part)
                if isinstance(answer, Refused):
                    return whole, answer
        say = SayReply(
            id=said or id_of(), assignment_id=to.id, attempt=shared_part(whole, things), shared=tuple(things)
        )
        return whole, self.live.hear(person_id, say)

    def tally(self, person_id: str, **counts: int) -> Accepted | Refused:
        to = self.assignment(person_id)
        return self.live.hear(person_id, SayTally(id=id_of(), assignment_id=to.id, counts=counts))  # type: ignore[arg-type]

    def withdraw(self, person_id: str, *things: Sharing, attempts: Sequence[str] = ()) -> Accepted | Refused:
        return self.live.hear(person_id, SayWithdraw(id=id_of(), sharing=things, attempt_ids=tuple(attempts)))

    def bytes_hold(self, text: str) -> list[Path]:
        """Files under the data folder that hold ``text`` anywhere."""
        wanted = text.encode()
        return [one for one in self.home.rglob("*") if one.is_file() and wanted in one.read_bytes()]
