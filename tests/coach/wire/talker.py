"""A participant's program that can be killed: ``python -m tests.coach.wire.talker ADDRESS CODE FINGERPRINT FOLDER``.

Agrees to everything, answers what is assigned with a recording of some parts, and prints what happens, a word a line.
Started again in the same folder it goes on: what it answered is not answered again.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.coach.meeting import flac
from voice_trainer.coach.address import parsed
from voice_trainer.coach.attending import Inbox
from voice_trainer.coach.client import CoachClient, Connected, Over, Patience, Told
from voice_trainer.coach.protocol import View
from voice_trainer.session import SHARINGS

from .serving import consents, reply_to

SECONDS = 60
"""Of noise: about thirty parts."""


def main(address: str, code: str, fingerprint: str, folder: str) -> None:
    inbox = Inbox()
    client = CoachClient(
        parsed(address),
        code,
        "Ann",
        fingerprint=fingerprint,
        folder=Path(folder),
        on_view=inbox.view,
        on_event=inbox.event,
        patience=Patience(first_wait_s=0.05, longest_wait_s=0.3),
    )
    client.start()
    while True:
        told = inbox.next()
        if isinstance(told, Over):
            print("over", told.why, flush=True)
            return
        if isinstance(told, Connected):
            client.say(consents(*SHARINGS))
            print("in", flush=True)
        elif isinstance(told, Told):
            print("told", flush=True)
        elif isinstance(told, View) and told.assignment is not None and not told.assignment.done:
            assignment = told.assignment
            if client.outbox.answer_of(assignment.id) is None:
                said = reply_to(assignment, sound=flac(SECONDS))
                client.say(*said)
                client.outbox.note_answer(assignment.id, said[-1].attempt.id)  # type: ignore[union-attr]
                print("answered", len(said), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:5])
