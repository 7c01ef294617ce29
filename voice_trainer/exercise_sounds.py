"""The sounds of an exercise file: what has to be recorded for it, where it lies, and its key where that is missing."""

from __future__ import annotations

import copy
from io import StringIO
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from .errors import ExerciseInvalid, RequestInvalid
from .exercise import NOT_WRITTEN, Exercise
from .exercise_files import located, read, story_misfits
from .private_files import write_whole
from .shape import Path as Key
from .shape import key_name, misfits, near

ENDING = ".opus"


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is said.

    Attributes:
        turn: its id. reply: "" for what the speaker says, else the name of a model reply: its level, with b, c, …
            after it where the turn has more of that level.
        delivery: such as "hurt, 2 of 3"; "" for a reply.
        audio: from the file's folder. named: whether the file says so; else it is where the sound would lie.
        key: of the turn or the reply.
    """

    turn: str
    reply: str
    text: str
    delivery: str
    audio: str
    named: bool
    key: Key

    @property
    def name(self) -> str:
        """As it is told: ``start``, or ``start, reply 4``."""
        return f"{self.turn}, reply {self.reply}" if self.reply else self.turn


def clips(file: Path) -> tuple[Clip, ...]:
    """Everything that is said in ``file``, in its order; the sounds need neither be named nor be there.

    Raises:
        ExerciseInvalid: any other fault; with all of them.
    """
    document, faults = read(file)
    if document is None:
        raise ExerciseInvalid(tuple(str(fault) for fault in faults))
    data, found = _with_sounds(document.data, file.stem)
    shape = located(file, document, misfits(data, Exercise, leave_out=NOT_WRITTEN))
    faults = (*faults, *shape, *located(file, document, story_misfits(data, file.stem)))
    if faults:
        raise ExerciseInvalid(tuple(str(fault) for fault in sorted(faults, key=lambda fault: fault.line)))
    wrong = [f"{file}:{document.line(clip.key)}: {_misplaced(clip)}" for clip in found if _misplaced(clip)]
    if wrong:
        raise ExerciseInvalid(tuple(wrong))
    return tuple(found)


def chosen(found: tuple[Clip, ...], turn: str | None, reply: str | None, replies: bool) -> tuple[Clip, ...]:
    """Those of ``turn`` (None: of all), replies only where they are wanted. Raises RequestInvalid: none is such."""
    turns = list(dict.fromkeys(clip.turn for clip in found))
    if turn is not None and turn not in turns:
        hint = near(turn, turns) or f"; it has {', '.join(turns)}"
        raise RequestInvalid(f'The exercise has no turn "{turn}"{hint}.')
    if reply is None:
        return tuple(clip for clip in found if turn in (None, clip.turn) and (replies or not clip.reply))
    at = turn or (turns[0] if len(turns) == 1 else None)
    if at is None:
        raise RequestInvalid(f"--reply needs --turn, one of {', '.join(turns)}.")
    of_turn = [clip for clip in found if clip.turn == at and clip.reply]
    one = tuple(clip for clip in of_turn if clip.reply == reply)
    if not one:
        there = ", ".join(clip.reply for clip in of_turn)
        raise RequestInvalid(f'The turn {at} has no model reply "{reply}"; it has {there}.')
    return one


def name_sound(file: Path, clip: Clip) -> None:
    """Write ``audio:`` for ``clip`` into ``file``, which keeps its comments and its other lines.

    Raises:
        ExerciseInvalid: the file is written so that nothing else can stay as it is; it says which line to add.
        StoreUnwritable, DiskFull.
    """
    if clip.named:
        return
    before = file.read_text(encoding="utf-8-sig")
    after = _named(before, clip)
    if not _only_added(before, after, clip):
        raise ExerciseInvalid(
            (f"{file}: add the line `audio: {clip.audio}` to {key_name(clip.key)}; it can't be put in safely.",)
        )
    write_whole(file, after.encode())


def _with_sounds(data: object, stem: str) -> tuple[object, list[Clip]]:
    """A copy of ``data`` in which every turn has an audio, and what is said in it, as far as its shape is right."""
    whole: Any = copy.deepcopy(data)
    found: list[Clip] = []
    turns = whole.get("turns") if isinstance(whole, dict) else None
    for place, turn in enumerate(turns if isinstance(turns, list) else []):
        if not isinstance(turn, dict):
            continue
        name = str(turn.get("id", place))
        given = turn.get("audio")
        turn["audio"] = given or f"{stem}/{name}{ENDING}"
        found.append(_clip(turn, ("turns", place), name, "", bool(given)))
        replies = turn.get("model_replies")
        taken: list[str] = []
        for number, reply in enumerate(replies if isinstance(replies, list) else []):
            if not isinstance(reply, dict):
                continue
            level = str(reply.get("level"))
            suffix = "" if level not in taken else chr(ord("a") + taken.count(level))
            taken.append(level)
            of_reply = dict(reply) | {"audio": reply.get("audio") or f"{stem}/{name}-{level}{suffix}{ENDING}"}
            key = ("turns", place, "model_replies", number)
            found.append(_clip(of_reply, key, name, level + suffix, bool(reply.get("audio"))))
    return whole, found


def _clip(said: dict[str, Any], key: Key, turn: str, reply: str, named: bool) -> Clip:
    how = said.get("delivery")
    how = how if isinstance(how, dict) else {}
    emotion = how.get("emotion", "neutral")
    delivery = "" if reply or emotion == "neutral" else f"{emotion}, {how.get('intensity', 2)} of 3"
    text, audio = " ".join(str(said.get("text", "")).split()), str(said["audio"])
    return Clip(turn=turn, reply=reply, text=text, delivery=delivery, audio=audio, named=named, key=key)


def _misplaced(clip: Clip) -> str:
    audio, key = PurePosixPath(clip.audio), key_name((*clip.key, "audio"))
    if audio.is_absolute() or ".." in audio.parts or "\\" in clip.audio or "\0" in clip.audio:
        return f'{key}: "{clip.audio}" has to lie below the folder of this file'
    if audio.suffix != ENDING:
        return f'{key}: "{clip.audio}" is no Opus; a recording is, so name it {audio.with_suffix(ENDING)}'
    return ""


def _named(text: str, clip: Clip) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()  # the one kind that keeps comments, quotes and line breaks
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    whole = yaml.load(text)
    said = whole
    for part in clip.key:
        said = said[part]
    if "audio" in said:
        said["audio"] = clip.audio
    else:
        above = "level" if clip.reply else "id"  # both fit on a line, so what follows them can be told
        said.insert(list(said).index(above) + 1, "audio", clip.audio)
        _pass_on_comment(said, above, "audio")
    out = StringIO()
    yaml.dump(whole, out)
    return out.getvalue()


def _pass_on_comment(said: Any, above: str, below: str) -> None:
    """ruamel.yaml keeps a comment line with the key above it; it stays above the key that it explains."""
    from ruamel.yaml.tokens import CommentToken

    held = said.ca.items.get(above)
    if not held or held[2] is None:
        return
    beside, _, lines = held[2].value.partition("\n")
    if lines:
        said.ca.items[below] = [None, None, CommentToken("\n" + lines, held[2].start_mark, None), None]
        if beside:
            held[2].value = beside + "\n"
        else:
            del said.ca.items[above]


def _only_added(text: str, after: str, clip: Clip) -> bool:
    """Whether ``after`` is ``text`` with one audio more: the same values, and every other line as it was."""
    from ruamel.yaml import YAML

    wholes: list[Any] = [YAML(typ="safe", pure=True).load(each) for each in (text, after)]
    audios = []
    for whole in wholes:
        said = whole
        for part in clip.key:
            said = said[part]
        audios.append(said.pop("audio", None))
    comments = [[line.strip() for line in each.splitlines() if line.lstrip().startswith("#")] for each in (text, after)]
    return audios[1] == clip.audio and wholes[0] == wholes[1] and comments[0] == comments[1]
