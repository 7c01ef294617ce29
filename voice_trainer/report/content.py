"""What goes into a report: attempts with the exercise that they answer, and their sound."""

from __future__ import annotations

import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ..attempt import Attempt
from ..engines.audio_file import read_audio, write_audio
from ..errors import AudioInvalid, AudioUnreadable, DiskFull, StoreUnwritable
from ..exercise import Exercise, ModelReply, Turn

SoundFormat = Literal["opus", "flac"]
SOUND_FORMATS: tuple[SoundFormat, ...] = get_args(SoundFormat)
MEDIA_TYPES: dict[str, str] = {
    ".opus": "audio/ogg",
    ".ogg": "audio/ogg",
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
}
NOT_KEPT = "The sound of this reply was not kept, so it can't be heard here."


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A sound as a page carries it: ``uri`` is a data: URI; None where there is none, with the reason in ``missing``.

    ``duration_s`` is None where it was not measured, as for sounds that come with an exercise.
    """

    uri: str | None
    missing: str = ""
    duration_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One attempt as it is reported.

    Attributes:
        exercise: None where it is no longer there. sound: of the reply.
    """

    attempt: Attempt
    exercise: Exercise | None
    sound: Sound

    @property
    def turn(self) -> Turn | None:
        """The turn that was answered; None where the exercise has changed since."""
        turns = self.exercise.turns if self.exercise is not None else ()
        return next((turn for turn in turns if turn.id == self.attempt.turn), None)


def sound_of(path: Path | None, sound_format: SoundFormat = "opus") -> Sound:
    """The recording at ``path`` for a page, encoded anew; FLAC where it can't be encoded as Opus.

    A recording that is gone or can't be read is told in ``missing``: the page is worth making without it.

    Raises:
        DiskFull, StoreUnwritable: the temporary folder can't be written.
    """
    if path is None:
        return Sound(uri=None, missing=NOT_KEPT)
    try:
        audio = read_audio(path)
    except (AudioUnreadable, AudioInvalid) as error:
        return Sound(uri=None, missing=f"This reply can't be heard here. {error}")
    formats: tuple[SoundFormat, ...] = ("opus", "flac") if sound_format == "opus" else ("flac",)
    with tempfile.TemporaryDirectory(prefix="voice-trainer-") as folder:
        for each in formats:
            encoded = Path(folder) / f"reply.{each}"
            try:
                write_audio(encoded, audio.samples, audio.rate_hz, each)
            except DiskFull:
                raise
            except StoreUnwritable:
                if each == formats[-1]:
                    raise
                continue  # libsndfile before 1.0.29 has no Opus
            return Sound(uri=_uri(encoded), duration_s=audio.duration_s)
    raise AssertionError("one of the formats was written, or an error raised")


def spoken_sound(exercise: Exercise, spoken: Turn | ModelReply) -> Sound:
    """The sound of a turn or of a model reply, as its file has it."""
    path = exercise.audio_path(spoken)
    if path is None or path.suffix not in MEDIA_TYPES:
        return Sound(uri=None)
    try:
        return Sound(uri=_uri(path))
    except OSError:
        return Sound(uri=None)


def _uri(path: Path) -> str:
    return f"data:{MEDIA_TYPES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
