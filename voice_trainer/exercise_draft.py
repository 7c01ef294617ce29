"""A new exercise: answers are checked one by one as they are given, and become a file that people go on writing."""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from .errors import ExerciseInvalid
from .exercise import ATTACHMENTS, CONTEXTS, SKILLS, Emotion, Exercise
from .exercise_files import story_misfits
from .exercise_keys import KEYS, SCHEMA_FILE, schema_text
from .private_files import write_whole
from .shape import Path as Key
from .shape import key_name, misfits

COLUMNS = 110
MOST_TURNS = 5
TEMPLATE = "exercise_file.yaml.j2"

EMOTIONS: tuple[str, ...] = get_args(Emotion)
CHOICES: dict[str, tuple[str, ...]] = {
    "context": CONTEXTS,
    "skill": SKILLS,
    "attachment": ATTACHMENTS,
    "emotion": EMOTIONS,
}
WAYS: dict[int, dict[str, dict[str, str]]] = {
    1: {"start": {}},
    2: {"start": {"attuned": "goes-on", "partly": "goes-on", "missed": "goes-on"}, "goes-on": {}},
    3: {"start": {"attuned": "opens", "partly": "withdraws", "missed": "withdraws"}, "opens": {}, "withdraws": {}},
    4: {
        "start": {"attuned": "opens", "partly": "waits", "missed": "withdraws"},
        "opens": {},
        "waits": {},
        "withdraws": {},
    },
    5: {
        "start": {"attuned": "opens", "partly": "waits", "missed": "withdraws"},
        "opens": {},
        "waits": {},
        "withdraws": {"attuned": "comes-back", "partly": "comes-back"},
        "comes-back": {},
    },
}
"""How the turns of a new exercise lead on, by how many there are."""
WHEN: dict[str, str] = {
    "start": "what they say first",
    "goes-on": "what they say then, however they were met",
    "opens": "what they say when they felt met",
    "waits": "what they say when they were partly met",
    "withdraws": "what they say when they were missed",
    "comes-back": "what they say when you repaired it",
}
PLAIN = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ0-9 ,.;!?()’'“”…–—-]*")
PLAIN_IN_LIST = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ0-9 ’'-]*")
NO_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""What some reader of YAML takes for something else than text."""
NOT_WRITABLE = frozenset({"Cc", "Cs", "Cn"})


def fault_of(key: Key, value: object) -> str | None:
    """What is wrong with ``value`` at ``key`` (such as ``("turns", 0, "feelings")``), as a file's reader would tell."""
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and any(unicodedata.category(each) in NOT_WRITABLE for each in text):
            return "holds characters that are no text; type it anew"
    whole: Any = value
    for part in reversed(key):
        whole = {part: whole} if isinstance(part, str) else [whole]
    found = (misfit for misfit in misfits(whole, Exercise) if misfit.path[: len(key)] == key)
    return next((misfit.text for misfit in found), None)


def id_from(title: str) -> str:
    """``The dinner that got cold`` as ``the-dinner-that-got-cold``; "" where no letter of it can stand in an id."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))[:60].strip("-")


def write_exercise(folder: Path, values: Mapping[str, Any]) -> Path:
    """Write a new exercise into ``folder``, and beside it the schema that editors check it by.

    Args:
        values: as the file has them (see ``exercise.Exercise``). A file of that id is replaced.

    Raises:
        ExerciseInvalid: with every fault of ``values``; nothing is written.
        StoreUnwritable, DiskFull.
    """
    file = folder / f"{values['id']}.yaml"
    faults = [*misfits(values, Exercise, leave_out=frozenset({"folder"})), *story_misfits(values, file.stem)]
    if faults:
        raise ExerciseInvalid(tuple(f"{key_name(fault.path)}: {fault.text}" for fault in faults))
    text = text_of(values)
    write_whole(folder / SCHEMA_FILE, schema_text().encode())
    write_whole(file, text.encode())
    return file


def text_of(values: Mapping[str, Any]) -> str:
    """The file for ``values``, with a comment that explains each key."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # it is YAML; every text goes through a filter below
    )
    environment.filters |= {"scalar": _scalar, "block": _block}
    return environment.get_template(TEMPLATE).render(**values, about=_about, schema_file=SCHEMA_FILE)


def _about(record: str, key: str, indent: int = 0) -> str:
    sentence = KEYS[record][key]
    if key in CHOICES:
        sentence += f" One of: {', '.join(CHOICES[key])}."
    lines = textwrap.wrap(sentence, COLUMNS - indent - 2)
    return ("\n" + " " * indent).join(f"# {line}" for line in lines)


def _scalar(text: str, flow: bool = False) -> str:
    safe = (PLAIN_IN_LIST if flow else PLAIN).fullmatch(text) and text.lower() not in NO_TEXT
    return text if safe and not text.endswith(" ") else json.dumps(text, ensure_ascii=False)


def _block(text: str, indent: int) -> str:
    """On the line of its key where it is short, else folded below it."""
    text = " ".join(text.split())
    if len(text) < COLUMNS - indent - 16:
        return _scalar(text)
    lines = textwrap.wrap(text, COLUMNS - indent, break_long_words=False, break_on_hyphens=False)
    return ">-\n" + "\n".join(" " * indent + line for line in lines)
