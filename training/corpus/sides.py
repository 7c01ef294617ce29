"""Which side a reply is on: all that answers one speaker is on one side, today and when the corpus has grown.

A hash of the speaker decides, not a seeded shuffle: adding replies must never move one from fitting to testing.
"""

from __future__ import annotations

import hashlib
from typing import Literal

from training.corpus.schema import Reply, plain

Side = Literal["train", "dev", "test"]
SALT = "corpus-1"
"""Chosen once, by the size of the sides alone, before anything was fitted. Never change it: testing would leak."""
SHARES: dict[Side, float] = {"test": 0.2, "dev": 0.1, "train": 0.7}


def group_of(reply: Reply) -> str:
    """The speaker: somebody who appears in two situations is still one person, and a situation has one speaker."""
    return plain(f"{reply.speaker.name} {reply.speaker.age} {reply.speaker.who}")


def side_of(reply: Reply) -> Side:
    digest = hashlib.sha256(f"{SALT} {group_of(reply)}".encode()).digest()
    at = int.from_bytes(digest[:8], "big") / 2**64
    if at < SHARES["test"]:
        return "test"
    return "dev" if at < SHARES["test"] + SHARES["dev"] else "train"
