"""Replies of public sets, by id: judgements are kept here, the words stay in the data folder.

    python -m training.corpus.public --data FOLDER              judged replies whose words are not in FOLDER
    python -m training.corpus.public --data FOLDER --draw 100   replies that nobody has judged yet, with their words

An id is ``SET/GROUP/HASH``: the group that must not be split (source video or post), and a hash of the words, so that
it holds however the file is ordered.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.corpus.check import read
from training.corpus.schema import PROMPT_WORDS, REPLY_WORDS, word_count

FILES = {"annomi": "annomi_train.jsonl", "epitome": "epitome_train.jsonl"}
SEED = 7


@dataclass(frozen=True)
class PublicText:
    """The words behind an id. ``group``: source video (AnnoMI) or post (EPITOME)."""

    id: str
    group: str
    prompt: str
    reply: str


def public_id(name: str, row: Mapping[str, Any]) -> str:
    """The id of a row of the set ``name`` (annomi, epitome)."""
    digest = hashlib.sha256(f"{row['prompt']}\n{row['reply']}".encode()).hexdigest()[:10]
    return f"{name}/{row['group']}/{digest}"


def public_texts(data: Path) -> dict[str, PublicText]:
    """Id → words, of every reply in the sets under ``data``/text.

    Raises FileNotFoundError where a set is not there.
    """
    found: dict[str, PublicText] = {}
    for name, file in FILES.items():
        for line in (data / "text" / file).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = PublicText(public_id(name, row), str(row["group"]), row["prompt"], row["reply"])
            found[text.id] = text
    return found


def draw(texts: dict[str, PublicText], judged: set[str], count: int, seed: int = SEED) -> list[PublicText]:
    """Up to ``count`` replies not judged yet, half of each set, of the lengths that our own have, in a seeded order."""

    def fits(text: PublicText) -> bool:
        low, high = REPLY_WORDS
        return low <= word_count(text.reply) <= high and word_count(text.prompt) >= PROMPT_WORDS[0]

    drawn: list[PublicText] = []
    for name in FILES:
        open_ = sorted(i for i, text in texts.items() if i.startswith(name) and i not in judged and fits(text))
        random.Random(f"{seed} {name}").shuffle(open_)
        drawn += [texts[i] for i in open_[: count // len(FILES)]]
    random.Random(seed).shuffle(drawn)
    return drawn


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.corpus.public", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with text/annomi_train.jsonl and the others")
    parser.add_argument("--draw", type=int, metavar="N", help="print N replies to judge, as JSON lines")
    options = parser.parse_args(arguments)
    texts = public_texts(options.data)
    judged = {item.id for item in read().public}
    if options.draw:
        for text in draw(texts, judged, options.draw):
            print(json.dumps({"id": text.id, "prompt": text.prompt, "reply": text.reply}, ensure_ascii=False))
        return 0
    lost = sorted(judged - set(texts))
    for name in lost:
        print(f"{name} is judged, but its words are not in {options.data}", file=sys.stderr)
    print(f"{len(judged) - len(lost)} of {len(judged)} judged replies found in {options.data}")
    return int(bool(lost))


if __name__ == "__main__":
    raise SystemExit(main())
