"""Reads an exercise file as people write it by hand, and tells every fault of it with its line.

YAML is composed into nodes, which know their lines, and turned into plain values here; what a value has to be is
read from the records (``shape``), and what the turns have to be to each other is checked below. Nothing here knows the
records themselves, so that ``exercise`` can use it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from .shape import Misfit, key_name, near
from .shape import Path as Key

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

LARGEST_FILE_BYTES = 250_000
"""An exercise is a few pages of dialogue; more than this is something else, and would only hold up the library."""
DEEPEST = 20
"""Levels of nesting; an exercise has five. Reading thousands of them takes seconds."""
TOO_DEEP = f"is nested deeper than {DEEPEST} levels; an exercise needs five"
HEAD = "tag:yaml.org,2002:"
PLAIN_TAGS = frozenset({"str", "int", "float", "bool", "null", "timestamp", "seq", "map"})
"""What YAML finds by itself in what people write; anything else was asked for by a tag."""
OUTCOMES = ("attuned", "partly", "missed")
LONGEST_NAME = 255
"""Of what a file names, as it is told; no file has a longer name."""


class Fault(msgspec.Struct, frozen=True):
    """One fault of an exercise file; ``str`` gives the line that is printed.

    Attributes:
        file: as it was asked for. line: from 1. key: such as ``turns[0].next.attuned``; "" for the file as a whole.
        text: what is wrong, and what to do.
    """

    file: Path
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key + ': ' if self.key else ''}{self.text}"


class Document(msgspec.Struct, frozen=True):
    """The plain values of a file, and the line of every key and entry in it."""

    data: object
    lines: dict[Key, int]

    def line(self, key: Key) -> int:
        """Where ``key`` stands; for one that is missing, where what should hold it begins."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


class Sound(msgspec.Struct, frozen=True):
    """A sound that the file names, relative to its folder."""

    audio: str
    key: str
    line: int


def read(path: Path) -> tuple[Document | None, tuple[Fault, ...]]:
    """The document in ``path``, or None with the reason; a document may have faults too (such as a key given twice)."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            return None, (Fault(path, 1, "", f"is {size / 1e3:.0f} kB; an exercise is text of less than 250 kB"),)
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return None, (Fault(path, line, "", "is not text in UTF-8 here; save it as UTF-8"),)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        return None, (Fault(path, 1, "", f"can't be read: {why}"),)
    return _parse(path, text)


def _parse(path: Path, text: str) -> tuple[Document | None, tuple[Fault, ...]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        yaml = YAML(typ="safe", pure=True)
        yaml.max_depth = DEEPEST
        root = yaml.compose(text)
        if root is None:
            return None, (Fault(path, 1, "", "is empty; copy another exercise into it to start from"),)
        faults: list[Misfit] = []
        lines: dict[Key, int] = {(): root.start_mark.line + 1}
        data = _plain(root, (), lines, faults, set())
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        if type(error).__name__ == "MaxDepthExceededError":  # older ruamel.yaml has none, and recurses
            return None, (Fault(path, line, "", TOO_DEEP),)
        said = " ".join(part for part in (error.context, error.problem) if part)
        return None, (Fault(path, line, "", f"is not YAML: {_short(said or str(error))}"),)
    except RecursionError:
        return None, (Fault(path, 1, "", TOO_DEEP),)
    except (YAMLError, ValueError, AttributeError, TypeError, IndexError, KeyError) as error:
        # ruamel answers some malformed input with Python's own errors
        where = getattr(error, "position", None)
        line = text[:where].count("\n") + 1 if isinstance(where, int) else 1
        said = str(error).partition("\n")[0] or "it can't be read"
        return None, (Fault(path, line, "", f"is not YAML: {_short(said)}"),)
    document = Document(data, lines)
    return document, located(path, document, faults)


def located(path: Path, document: Document, misfits: Iterator[Misfit] | list[Misfit]) -> tuple[Fault, ...]:
    """The faults for ``misfits``, each with its line."""
    return tuple(Fault(path, document.line(each.path), key_name(each.path), each.text) for each in misfits)


def _plain(node: Node, key: Key, lines: dict[Key, int], faults: list[Misfit], seen: set[int]) -> object:
    """``node`` as mappings, lists and scalars; fills ``lines``. An aliased node is a fault: it may hold itself."""
    if id(node) in seen:
        faults.append(Misfit(key, "is an alias (*); write it out"))
        return None
    seen.add(id(node))
    if str(node.tag).removeprefix(HEAD) not in PLAIN_TAGS:
        faults.append(Misfit(key, f"has a tag ({_short(str(node.tag))}); leave it out"))
    kind = type(node).__name__
    if kind == "ScalarNode":
        return _scalar(str(node.tag).removeprefix(HEAD), node.value)
    if kind == "SequenceNode":
        entries = []
        for place, each in enumerate(node.value):
            lines[(*key, place)] = each.start_mark.line + 1
            entries.append(_plain(each, (*key, place), lines, faults, seen))
        return entries
    found: dict[str, object] = {}
    for name_node, value_node in node.value:
        name = str(name_node.value) if type(name_node).__name__ == "ScalarNode" else "?"
        if name in found:
            again = name_node.start_mark.line + 1
            faults.append(Misfit((*key, name), f"is given twice, again in line {again}; keep one"))
            continue
        lines[(*key, name)] = name_node.start_mark.line + 1
        found[name] = _plain(value_node, (*key, name), lines, faults, seen)
    return found


def _scalar(tag: str, text: str) -> object:
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    try:
        if tag == "int":
            return int(text.replace("_", ""))
        if tag == "float":
            return float(text.replace("_", ""))
    except ValueError:  # 0x1F, .inf: not what an exercise holds; the shape says what it should be
        return text
    return text.strip()


def story_misfits(data: object, stem: str) -> Iterator[Misfit]:
    """What is wrong between the parts: names, turns that lead nowhere, in circles, or are never reached."""
    if not isinstance(data, dict):
        return
    name = data.get("id")
    if isinstance(name, str) and name != stem:
        yield Misfit(("id",), f'is "{_short(name)}", but the file is called {stem}; give both the same name')
    turns = data.get("turns")
    if not isinstance(turns, list):
        return
    places: dict[str, int] = {}
    for place, turn in enumerate(turns):
        if not isinstance(turn, dict):
            continue
        if turn.get("model_replies", []) == []:
            text = "no model replies; write at least one, with level, text and why"
            yield Misfit(("turns", place, "model_replies"), text)
        own = turn.get("id")
        if isinstance(own, str) and own in places:
            text = f'"{_short(own)}" is already turns[{places[own]}]; give each turn its own id'
            yield Misfit(("turns", place, "id"), text)
        elif isinstance(own, str):
            places[own] = place
    yield from _way_misfits(turns, places)


def _way_misfits(turns: list[Any], places: dict[str, int]) -> Iterator[Misfit]:
    leads: dict[int, list[tuple[str, int]]] = {}
    for place, turn in enumerate(turns):
        following = turn.get("next") if isinstance(turn, dict) else None
        leads[place] = []
        for outcome in OUTCOMES:
            target = following.get(outcome) if isinstance(following, dict) else None
            if isinstance(target, str) and target in places:
                leads[place].append((outcome, places[target]))
            elif isinstance(target, str):
                hint = near(target, places) or f"; turns here: {_short(', '.join(places))}"
                yield Misfit(("turns", place, "next", outcome), f'there is no turn "{_short(target)}"{hint}')
    reached: set[int] = set()
    for place, outcome in _walk(0, leads, reached, []):
        yield Misfit(("turns", place, "next", outcome), "leads in a circle; every branch has to end")
    for place, turn in enumerate(turns):
        if place not in reached and isinstance(turn, dict):
            yield Misfit(("turns", place, "id"), "no turn leads here; name it in a next, or take it out")


def _walk(
    place: int, leads: dict[int, list[tuple[str, int]]], reached: set[int], above: list[int]
) -> Iterator[tuple[int, str]]:
    """Depth first from ``place``; gives the steps that close a circle."""
    reached.add(place)
    for outcome, target in leads.get(place, []):
        if target == place or target in above:
            yield place, outcome
        elif target not in reached:
            yield from _walk(target, leads, reached, [*above, place])


def sounds(document: Document) -> tuple[Sound, ...]:
    """Every sound that the document names, in its order."""
    found: list[Sound] = []

    def note(holder: object, key: Key) -> None:
        audio = holder.get("audio") if isinstance(holder, dict) else None
        if isinstance(audio, str) and audio:
            found.append(Sound(audio, key_name((*key, "audio")), document.line((*key, "audio"))))

    turns = document.data.get("turns") if isinstance(document.data, dict) else None
    for place, turn in enumerate(turns if isinstance(turns, list) else []):
        note(turn, ("turns", place))
        replies = turn.get("model_replies") if isinstance(turn, dict) else None
        for number, reply in enumerate(replies if isinstance(replies, list) else []):
            note(reply, ("turns", place, "model_replies", number))
    return tuple(found)


def sound_faults(path: Path, named: tuple[Sound, ...]) -> Iterator[Fault]:
    """The sounds that are not there, or that lie outside the folder of ``path`` (an exercise may come from anybody)."""
    for sound in named:
        audio = PurePosixPath(sound.audio)
        if audio.is_absolute() or ".." in audio.parts or "\\" in sound.audio or "\0" in sound.audio:
            yield Fault(
                path, sound.line, sound.key, f'"{_short(sound.audio)}" has to lie below the folder of this file'
            )
        elif not _is_file(path.parent / audio):
            text = f"there is no sound file {path.parent / _short(sound.audio)}; record or render it"
            yield Fault(path, sound.line, sound.key, text)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have, or a folder that may not be entered
        return False


def _short(name: str) -> str:
    line = " ".join(name.splitlines())
    return line if len(line) <= LONGEST_NAME else f"{line[:LONGEST_NAME]}…"
