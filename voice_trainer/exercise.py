"""Exercises: who speaks, what they say, and what there is to hear; the records and the reader of their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec

from .errors import ExerciseInvalid, StoreError, UnknownExercise
from .exercise_files import Fault, Sound, located, read, sound_faults, sounds, story_misfits
from .private_files import write_whole
from .shape import misfits, near

__all__ = [
    "Delivery",
    "Exercise",
    "Fault",
    "Library",
    "ModelReply",
    "Next",
    "Speaker",
    "Turn",
    "check_file",
    "library_folder",
    "load_exercise",
    "load_library",
]

Name = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*\Z", description="lower-case words joined by hyphens, such as cold-dinner"
    ),
]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Level = Annotated[int, msgspec.Meta(ge=1, le=5)]

Context = Literal["partner", "parent", "child", "friend", "family", "work", "therapy", "care"]
Skill = Literal[
    "notice",
    "reflect_feeling",
    "reflect_meaning",
    "validate",
    "stay_curious",
    "regulate",
    "stay_present",
    "repair",
]
Attachment = Literal["secure", "anxious", "avoidant", "disorganized"]
Emotion = Literal[
    "neutral",
    "hurt",
    "sad",
    "angry",
    "anxious",
    "ashamed",
    "numb",
    "relieved",
    "tender",
    "contemptuous",
    "hopeful",
]
Outcome = Literal["attuned", "partly", "missed"]


class Speaker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is heard. ``relation`` is said from the trainee's side ("your partner"); ``voice`` names a rendered voice."""

    name: Text
    relation: Text
    voice: Text


class Delivery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a turn is spoken: the emotion, and its intensity 1–3."""

    emotion: Emotion = "neutral"
    intensity: Annotated[int, msgspec.Meta(ge=1, le=3)] = 2


class ModelReply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of answering, at a level 1–5 (Carkhuff–Truax), with why it lands there.

    ``audio`` is relative to the folder of the exercise file; "" where the reply is not spoken.
    """

    level: Level
    text: Text
    why: Text
    audio: str = ""


class Next(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ids of the turns that follow, by how this one was met; None ends the exercise there."""

    attuned: str | None = None
    partly: str | None = None
    missed: str | None = None


class Turn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing the speaker says. ``audio`` is relative to the folder of the exercise file."""

    id: Name
    text: Text
    audio: Text
    delivery: Delivery = Delivery()
    feelings: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    meaning: Text
    listen_for: Text
    model_replies: tuple[ModelReply, ...] = ()
    next: Next = Next()


class Exercise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One exercise, key by key as its file has it; ``folder`` is where its sounds lie (not in the file).

    ``content_note`` warns of what is heavy in it, ``scene`` says where the trainee stands and what they did; both are
    shown before anything plays, and "" says nothing.
    """

    id: Name
    title: Text
    context: Context
    skill: Skill
    attachment: Attachment
    difficulty: Level
    content_note: str = ""
    scene: str = ""
    speaker: Speaker
    turns: Annotated[tuple[Turn, ...], msgspec.Meta(min_length=1)]
    folder: Path = Path()

    @property
    def first_turn(self) -> Turn:
        """Where the exercise begins."""
        return self.turns[0]

    def turn(self, turn_id: str | None = None) -> Turn:
        """The turn of that id; the first one for None.

        Raises:
            UnknownExercise: no such turn.
        """
        if turn_id is None:
            return self.first_turn
        ids = [turn.id for turn in self.turns]
        if turn_id in ids:
            return self.turns[ids.index(turn_id)]
        hint = near(turn_id, ids) or f"; it has {', '.join(ids)}"
        raise UnknownExercise(f'The exercise {self.id} has no turn "{turn_id}"{hint}')

    def following(self, turn: Turn, outcome: Outcome | None) -> Turn | None:
        """The turn that comes after ``turn`` was met so; None where the exercise ends, or it could not be told."""
        target = getattr(turn.next, outcome) if outcome else None
        return self.turn(target) if target else None

    def audio_path(self, spoken: Turn | ModelReply) -> Path | None:
        """Where the sound of a turn or of a model reply lies; None where it is not spoken."""
        return self.folder / spoken.audio if spoken.audio else None

    def plain(self) -> dict[str, Any]:
        """As mappings, lists and scalars, for JSON; ``folder`` as text."""
        found: dict[str, Any] = msgspec.to_builtins(self, enc_hook=str)
        return found


class Library(msgspec.Struct, frozen=True):
    """The exercises that can be practised, and what is wrong with the others.

    Attributes:
        exercises: by skill in the order of ``SKILLS``, then by difficulty, then by title.
        faults: by file and line.
    """

    exercises: tuple[Exercise, ...]
    faults: tuple[Fault, ...] = ()

    def get(self, exercise_id: str) -> Exercise:
        """The exercise of that id.

        Raises:
            UnknownExercise: none, with what it may have been meant to be.
        """
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        if any(fault.file.stem == exercise_id for fault in self.faults):
            raise UnknownExercise(
                f'The exercise "{exercise_id}" has faults, so it can\'t be practised; '
                f"`voice-trainer exercises check` names them."
            )
        hint = near(exercise_id, [exercise.id for exercise in self.exercises])
        raise UnknownExercise(
            f'There is no exercise "{exercise_id}"{hint or "; `voice-trainer exercises list` names them all."}'
        )


SKILLS: tuple[Skill, ...] = get_args(Skill)
CONTEXTS: tuple[Context, ...] = get_args(Context)
ATTACHMENTS: tuple[Attachment, ...] = get_args(Attachment)
NOT_WRITTEN = frozenset({"folder"})
ENDINGS = (".yaml", ".yml")
CACHE_FILE = "exercises.msgpack"


def library_folder() -> Path:
    """Where the exercises that come with the program lie: inside the package, or in a checkout beside it.

    Raises:
        UnknownExercise: neither is there.
    """
    package = Path(__file__).parent
    for folder in (package / "exercises", package.parent / "exercises"):
        if folder.is_dir():
            return folder
    raise UnknownExercise(f"The exercises that come with the program are missing from {package}; install it again.")


def load_exercise(path: Path) -> Exercise:
    """Read and check one exercise file.

    Raises:
        ExerciseInvalid: with all of its faults, missing sounds among them.
    """
    entry, faults = _checked(path)
    if entry is None or faults:
        raise ExerciseInvalid(tuple(str(fault) for fault in faults))
    return entry.exercise


def check_file(path: Path) -> tuple[Fault, ...]:
    """Every fault of an exercise file, by line; none where it can be practised."""
    return _checked(path)[1]


def load_library(*folders: Path, cache: Path | None = None) -> Library:
    """Read every exercise file in ``folders``; a broken one is told in ``faults`` and hides no other.

    Args:
        folders: where an id is there twice, the folder named first wins. One that does not exist is empty.
        cache: a folder in which read exercises are kept, since YAML is slow to read (100 files: see the tests);
            a file is read again when its time or its size changed, and its sounds are looked for every time.
    """
    known = _Cache(cache)
    exercises: dict[str, Exercise] = {}
    faults: list[Fault] = []
    for path in _files(folders, faults):
        entry, of_file = known.load(path)
        if entry is not None:
            of_file = (*of_file, *sound_faults(path, entry.sounds))
            first = exercises.get(entry.exercise.id)
            if first is not None:
                there = first.folder / path.name
                text = f'"{first.id}" is already the exercise in {there}; give this one another name'
                of_file = (*of_file, Fault(path, entry.id_line, "id", text))
            elif not of_file:
                exercises[entry.exercise.id] = entry.exercise
        faults.extend(of_file)
    known.keep()
    by_use = sorted(exercises.values(), key=lambda each: (SKILLS.index(each.skill), each.difficulty, each.title))
    return Library(tuple(by_use), tuple(sorted(faults, key=lambda fault: (str(fault.file), fault.line))))


def _files(folders: tuple[Path, ...], faults: list[Fault]) -> Iterator[Path]:
    for folder in folders:
        try:
            files = sorted(folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            faults.append(Fault(folder, 1, "", f"can't be read: {(error.strerror or str(error)).lower()}"))
            continue
        yield from (file for file in files if file.suffix in ENDINGS and not file.name.startswith("."))


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of a file without faults, sounds aside."""

    changed_ns: int
    size: int
    id_line: int
    sounds: tuple[Sound, ...]
    exercise: Exercise


def _checked(path: Path) -> tuple[_Entry | None, tuple[Fault, ...]]:
    entry, faults = _load(path)
    return entry, (*faults, *(sound_faults(path, entry.sounds) if entry else ()))


def _load(path: Path) -> tuple[_Entry | None, tuple[Fault, ...]]:
    try:
        status = path.stat()
    except OSError:
        status = None  # ``read`` says why
    document, faults = read(path)
    if document is None or status is None:
        return None, faults
    shape = located(path, document, misfits(document.data, Exercise, leave_out=NOT_WRITTEN))
    story = located(path, document, story_misfits(document.data, path.stem))
    if faults or shape or story:
        found = (*faults, *shape, *story, *sound_faults(path, sounds(document)))
        return None, tuple(sorted(found, key=lambda fault: fault.line))
    written = document.data if isinstance(document.data, dict) else {}  # it is one: the shape was right
    exercise = msgspec.convert({**written, "folder": str(path.parent)}, Exercise, dec_hook=_path)
    return _Entry(status.st_mtime_ns, status.st_size, document.line(("id",)), sounds(document), exercise), ()


def _path(kind: type, value: Any) -> Any:
    return kind(value)


class _Cache:
    """Entries by file, in one MessagePack file. Whatever is wrong with it, it is as if it were not there."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / CACHE_FILE if folder else None
        self._before: dict[str, _Entry] = {}
        self._now: dict[str, _Entry] = {}
        if self._file is not None:
            with suppress(OSError, msgspec.MsgspecError, ValueError):
                version, kept = msgspec.msgpack.decode(
                    self._file.read_bytes(), type=tuple[bytes, dict[str, _Entry]], dec_hook=_path
                )
                self._before = kept if version == _version() else {}

    def load(self, path: Path) -> tuple[_Entry | None, tuple[Fault, ...]]:
        name = str(path.absolute())
        entry = self._before.get(name)
        with suppress(OSError):
            status = path.stat()
            if entry is not None and (entry.changed_ns, entry.size) == (status.st_mtime_ns, status.st_size):
                self._now[name] = entry
                return entry, ()
        entry, faults = _load(path)
        if entry is not None:
            self._now[name] = entry
        return entry, faults

    def keep(self) -> None:
        if self._file is None or self._now == self._before:
            return
        with suppress(StoreError, OSError):  # a library that can't be remembered is read again
            write_whole(self._file, msgspec.msgpack.encode((_version(), self._now), enc_hook=str))


def _version() -> bytes:
    """Changes whenever the code that reads and checks changes, so that no entry outlives its rules."""
    code = (Path(__file__).with_name(name) for name in ("exercise.py", "exercise_files.py", "shape.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in code)).digest()[:16]
