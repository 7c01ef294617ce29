"""A participant's part in a session, whatever shows it: answering what was assigned, and sharing what was agreed to.

The practice itself is the ordinary one (``practice``): the reply is recorded, scored and stored on this machine first,
and belongs to whoever gave it. What goes to the coach is cut down here (``sharing.shared_part``) before it is even
put into the outbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime

from ..attempt import Attempt
from ..errors import RequestInvalid, UnknownAttempt, VoiceTrainerError
from ..practice import Practice
from ..session import SHARINGS, ConsentRules, Sharing
from ..store import new_attempt_id
from ..store.recordings import Recordings
from .client import CoachClient
from .protocol import (
    MOST_PARTS,
    PART_BYTES,
    Assignment,
    Consenting,
    Say,
    SayConsents,
    SayLeave,
    SayPart,
    SayReply,
    SayWithdraw,
    View,
)
from .sharing import shared_part


def new_id() -> str:
    """Of something that is said."""
    return new_attempt_id(datetime.now(UTC))


def share_of(attempt: Attempt, assignment_id: str, consents: Collection[Sharing], recordings: Recordings) -> list[Say]:
    """What to say of an answered assignment: the recording's parts, then the reply; nothing where nothing is agreed to.

    A recording that is gone, or too long to send, is left out.

    Raises:
        RequestInvalid: the file name in ``attempt`` is none. StoreError: its sound can't be read.
    """
    shared = tuple(one for one in SHARINGS if one in consents)
    parts: list[Say] = []
    if "recording" in shared:
        parts = _parts(attempt, recordings)
        if not parts:
            shared = tuple(one for one in shared if one != "recording")
    if not shared:
        return []
    reply = SayReply(id=new_id(), assignment_id=assignment_id, attempt=shared_part(attempt, shared), shared=shared)
    return [*parts, reply]


def _parts(attempt: Attempt, recordings: Recordings) -> list[Say]:
    path = recordings.path(attempt.recording) if attempt.recording is not None else None
    if path is None or not path.is_file() or path.stat().st_size > MOST_PARTS * PART_BYTES:
        return []
    sound = path.read_bytes()
    digest = hashlib.sha256(sound).hexdigest()
    pieces = [sound[start : start + PART_BYTES] for start in range(0, len(sound), PART_BYTES)]
    return [
        SayPart(id=new_id(), attempt_id=attempt.id, index=index, count=len(pieces), sha256=digest, data=piece)
        for index, piece in enumerate(pieces)
    ]


class Participant:
    """One person's part. Any thread may call.

    Args:
        client: their place in the session.
    """

    def __init__(self, practice: Practice, client: CoachClient) -> None:
        self.practice = practice
        self.client = client

    # what is agreed to

    def agree(self, given: Collection[Sharing], rules: ConsentRules) -> str:
        """Say yes to these of what is asked for, and no to the others. Returns the message's id. Raises StoreError."""
        consents = tuple(
            Consenting(
                sharing=one,
                given=one in given,
                listeners=rules.listeners if one in given else (),
                days=rules.days,
            )
            for one in rules.asks
        )
        if not consents:
            raise RequestInvalid("The coach asks for nothing to be shared, so there is nothing to agree to.")
        return self.client.say(SayConsents(id=new_id(), consents=consents))

    def take_back(self, sharing: Collection[Sharing] = SHARINGS, attempt_ids: Collection[str] = ()) -> str:
        """Have it removed at the coach; ``attempt_ids``: of these replies, none means of all. Raises StoreError."""
        chosen = tuple(one for one in SHARINGS if one in sharing)
        return self.client.say(SayWithdraw(id=new_id(), sharing=chosen, attempt_ids=tuple(attempt_ids)))

    def leave(self) -> str:
        """Out of the session; what was shared stays. Raises StoreError."""
        return self.client.say(SayLeave(id=new_id()))

    # answering

    def begun(self, assignment: Assignment, attempt_id: str) -> None:
        """Call when a reply to the assignment begins to be recorded: from here on it is the answer, even if this
        program is killed in the middle of it (``left_over``). Raises StoreError."""
        self.client.outbox.note_answer(assignment.id, attempt_id)

    def answered(self, assignment: Assignment, attempt: Attempt, consents: Collection[Sharing]) -> str | None:
        """Share a stored reply. Returns the id of what was said, None where nothing is agreed to. Raises StoreError."""
        said = share_of(attempt, assignment.id, consents, self.practice.recordings)
        return self.client.say(*said) if said else None

    def left_over(self, view: View) -> Attempt | None:
        """The reply to what is assigned now, where it was given already by a program that ended before it was shared.

        A recording that was broken off is finished and scored as far as it goes. None where there is none.
        Raises VoiceTrainerError where it is there and can't be scored now; it can be asked for again.
        """
        assignment = view.assignment
        if assignment is None or assignment.done or self.client.outbox.has_reply_to(assignment.id):
            return None
        attempt_id = self.client.outbox.answer_of(assignment.id)
        if attempt_id is None:
            return None
        try:
            return self.practice.store.attempt(attempt_id)
        except UnknownAttempt:
            pass
        for unfinished in self.practice.unfinished():
            if unfinished.attempt_id == attempt_id:
                return self.practice.recover(unfinished)
        return None


def can_answer(practice: Practice, assignment: Assignment) -> bool:
    """Whether the exercise is on this machine; the coach may have one of their own that is not."""
    try:
        practice.library.get(assignment.exercise_id).turn(assignment.turn or None)
    except VoiceTrainerError:
        return False
    return True
