"""One file to one row: what every worker does, wherever it runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from ..engines.audio_file import read_audio_quietly
from ..engines.base import Samples, Transcriber, TranscriptStream
from ..errors import AudioUnreadable, ModelCorrupt, ModelMissing, VoiceTrainerError
from ..exercise import Exercise
from ..scoring import Engines, Heard, hear, score
from ..speech.transcript import Transcript
from .columns import Row, failed_row, row_of
from .plan import Key, Task

MakeEngines = Callable[[], Engines]
"""Makes the engines of one process, one thread each; it is pickled, so it is a function or object of a module."""

Stamp = tuple[int, int]
"""Size in bytes and time of change in ns: another one is another recording."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """One file that is through, scored or not. ``stamp``: of the file that was read; None where there is none."""

    key: Key
    stamp: Stamp | None
    row: Row

    @property
    def error(self) -> str | None:
        found = self.row["error"]
        return None if found is None else str(found)


def stamp_of(path: str) -> Stamp | None:
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


class Scorer:
    """Scores files one after another, on one thread, with engines that are loaded once.

    Args:
        exercises: by id, all that tasks name.
    """

    def __init__(self, make: MakeEngines, exercises: Mapping[str, Exercise]) -> None:
        engines = make()
        self._engines = dataclasses.replace(engines, transcriber=Afterwards(engines.transcriber))
        self._exercises = exercises
        self._heard: dict[tuple[str, str], Heard] = {}

    def warm(self) -> None:
        """Load every model. Raises ModelMissing, ModelCorrupt."""
        self._engines.warm()

    @property
    def model_version(self) -> str:
        """Of the listening model. Raises ModelMissing, ModelCorrupt."""
        return self._engines.listener.model_version

    def score(self, task: Task) -> Done:
        """The row of one file; what is wrong with the file is told in it.

        Raises:
            ModelMissing, ModelCorrupt: no file can be scored.
        """
        stamp = stamp_of(task.path)
        try:
            row = self._row(task)
        except (ModelMissing, ModelCorrupt):
            raise
        except VoiceTrainerError as error:
            row = failed_row(task, str(error))
        except Exception as error:  # among thousands of files, one that shows a fault of ours must not stop the others
            why = f"{type(error).__name__}: {error}"
            row = failed_row(task, f"Something inside voice-trainer broke on {task.path} ({why}); score it on its own.")
        return Done(key=task.key, stamp=stamp, row=row)

    def _row(self, task: Task) -> Row:
        path = Path(task.path)
        if path.exists() and not path.is_file():  # a pipe that nobody writes to is read for ever
            raise AudioUnreadable(f"{task.file} is a pipe or a device, not a recording; leave it out.")
        sound = read_audio_quietly(task.path)
        scored = score(self._engines, self._prompt(task), sound.samples, sound.rate_hz)
        return row_of(task, scored, self._engines.transcriber.model_name)

    def _prompt(self, task: Task) -> Heard:
        """What the task answers; its sound is measured once for all the replies to it."""
        place = (task.exercise, task.turn)
        if place not in self._heard:
            exercise = self._exercises[task.exercise]
            self._heard[place] = hear(self._engines, exercise, exercise.turn(task.turn))
        return self._heard[place]


class Afterwards:
    """A transcriber that begins when the sound is over.

    A live one works beside the voice measures, on a second thread, to be done when the speaker is; where as many files
    are scored at once as there are processors, that thread would only take another file's.
    """

    def __init__(self, transcriber: Transcriber) -> None:
        self._transcriber = transcriber
        self.model_name = transcriber.model_name

    def warm(self) -> None:
        self._transcriber.warm()

    def stream(self, *, live: bool = False) -> TranscriptStream:  # noqa: ARG002
        return _Kept(self._transcriber)


class _Kept:
    def __init__(self, transcriber: Transcriber) -> None:
        self._transcriber = transcriber
        self._parts: list[tuple[Samples, Samples]] = []

    def push(self, samples: Samples, speech: Samples) -> None:
        self._parts.append((samples, speech))

    def end(self) -> None:
        pass

    def finish(self) -> Transcript:
        stream = self._transcriber.stream()
        for samples, speech in self._parts:
            stream.push(samples, speech)
        return stream.finish()

    def cancel(self) -> None:
        self._parts.clear()
