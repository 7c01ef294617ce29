"""The room that practice happens in: engines, store, exercises and preferences, put together once.

A turn is run by ``turn_run``; here are the ways into it, the replies that come as files, and hearing things again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec

from .attempt import Attempt, Scored
from .engines.audio_file import read_audio
from .engines.base import Block, Device, Microphone, Playback, Samples, Sound
from .errors import UnknownAttempt
from .exercise import Exercise, Library, ModelReply, Turn
from .listening.repair import outcome
from .practice_events import Level
from .preferences import Preferences
from .scoring import Engines, Heard, ReplyInProgress, hear, score
from .speech.prosody import Meter
from .store import Store, new_attempt_id
from .store.recordings import Recordings, RecordingWriter, Unfinished
from .today import Suggestion, suggest
from .turn_run import TurnRun

FROM_FILES = ""
"""The device of an everyday voice that was read from a file."""


class Review:
    """A reply that comes from a file or a pipe: kept on disk as it comes, like one from the microphone."""

    def __init__(self, practice: Practice, exercise: Exercise, turn: Turn, rate_hz: int) -> None:
        self._practice = practice
        self._exercise = exercise
        self._turn = turn
        self._heard = practice.speaker_voice(exercise, turn)
        self._reply = ReplyInProgress(practice.engines, rate_hz)
        self._id = new_attempt_id(datetime.now(UTC))
        self._writer: RecordingWriter = practice.recordings.begin(
            self._id,
            rate_hz,
            device="",
            exercise_id=exercise.id,
            turn=turn.id,
            person=practice.preferences.person,
        )

    @property
    def attempt_id(self) -> str:
        """Of the attempt that it will be."""
        return self._id

    def push(self, samples: Samples) -> None:
        """Take samples at the rate given: to disk first, then to the engines. Raises StoreError."""
        self._writer.write(samples)
        self._reply.push(samples)

    def finish(self) -> Attempt:
        """The complete answer, stored. Raises ModelMissing, ModelCorrupt, StoreError; the sound is kept."""
        recording = self._practice.finish_recording(self._writer)  # while the last words are transcribed
        baseline = self._practice.store.baseline(self._practice.preferences.person, FROM_FILES)
        scored = self._reply.finish(self._heard.result(), baseline=baseline)
        attempt = self._practice.attempt_of(self._exercise, self._turn, scored, attempt_id=self._id)
        attempt = msgspec.structs.replace(attempt, recording=recording.result())
        self._practice.keep(attempt)
        return attempt

    def cancel(self) -> None:
        """Nothing is kept."""
        self._reply.cancel()
        self._writer.discard()


class Practice:
    """Everything that practising needs, put together once; used by the screen and by the command line.

    Args:
        save: writes preferences for the next start.
        folders: what → where, to be shown.
    """

    def __init__(
        self,
        *,
        engines: Engines,
        sound: Sound,
        store: Store,
        recordings: Recordings,
        library: Library,
        preferences: Preferences,
        save: Callable[[Preferences], None] = lambda _: None,
        folders: dict[str, str] | None = None,
    ) -> None:
        self.engines = engines
        self.sound = sound
        self.store = store
        self.recordings = recordings
        self.library = library
        self.preferences = preferences
        self.folders = folders or {}
        self._save = save
        self._background = ThreadPoolExecutor(1, thread_name_prefix="practice")
        self._speakers: dict[tuple[str, str], Future[Heard]] = {}
        self._meter: Microphone | None = None

    def warm(self, report: Callable[[str], None] = lambda _: None) -> None:
        """Load every model; blocks. Raises ModelMissing, ModelCorrupt."""
        self.engines.warm(report)

    def set_preferences(self, preferences: Preferences) -> None:
        """Use ``preferences`` from the next turn on, and save them."""
        self.preferences = preferences
        self._save(preferences)

    def begin(self, exercise: Exercise, turn_id: str | None = None) -> TurnRun:
        """A run of one turn (None: the first). Raises UnknownExercise for a turn that is not there."""
        return TurnRun(self, exercise, exercise.turn(turn_id))

    def today(self) -> Suggestion | None:
        """Today's practice and why; None where there are no exercises."""
        return suggest(self.library, self.store, self.preferences.person)

    # the speaker

    def sound_of(self, exercise: Exercise, audio: str) -> tuple[Samples, int]:
        """Samples and rate of a sound of the exercise. Raises AudioUnreadable."""
        sound = read_audio(exercise.folder / audio)
        return sound.samples, sound.rate_hz

    def speaker_voice(self, exercise: Exercise, turn: Turn) -> Future[Heard]:
        """The turn with the measures of its spoken prompt, computed once and off the way."""
        key = (exercise.id, turn.id)
        known = self._speakers.get(key)
        failed = known is not None and known.done() and known.exception() is not None
        if known is None or failed:  # a model that was missing may be here now
            self._speakers[key] = self._background.submit(hear, self.engines, exercise, turn)
        return self._speakers[key]

    # replies

    def attempt_of(self, exercise: Exercise, turn: Turn, scored: Scored, *, attempt_id: str | None = None) -> Attempt:
        """The record of a scored reply, not stored yet."""
        now = datetime.now(UTC)
        return Attempt(
            id=attempt_id or new_attempt_id(now),
            exercise_id=exercise.id,
            turn=turn.id,
            started_at=now,
            person=self.preferences.person,
            recording=None,
            scored=scored,
            outcome=outcome(scored.attunement, scored.wording),
        )

    def review(self, exercise: Exercise, turn: Turn, rate_hz: int) -> Review:
        """A reply to be fed with samples at ``rate_hz`` and stored. Raises StoreError."""
        return Review(self, exercise, turn, rate_hz)

    def finish_recording(self, writer: RecordingWriter) -> Future[str]:
        """Encode a recording off the way; its name, or what went wrong. The sound is safe either way."""
        return self._background.submit(writer.finish)

    def keep(self, attempt: Attempt) -> None:
        """Store ``attempt``; from here on its recording is in good hands. Raises StoreError."""
        self.store.add_attempt(attempt)
        if attempt.recording is not None:
            self.recordings.settle(attempt.recording)

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Recordings whose attempt was never stored, oldest first: a crash, a power cut, a model that was missing."""
        found = []
        for one in self.recordings.unfinished():
            if self._stored(one.attempt_id):  # the program ended between the last two steps of keeping it
                self.recordings.settle(self.recordings.recover(one))
            else:
                found.append(one)
        return tuple(found)

    def _stored(self, attempt_id: str) -> bool:
        try:
            self.store.attempt(attempt_id)
        except UnknownAttempt:
            return False
        return True

    def recover(self, unfinished: Unfinished) -> Attempt:
        """Finish a recording that was broken off, and score it. Raises VoiceTrainerError; it is then offered again."""
        try:
            return self._recover(unfinished)
        finally:
            self.recordings.leave(unfinished.attempt_id)

    def _recover(self, unfinished: Unfinished) -> Attempt:
        exercise = self.library.get(unfinished.exercise_id)
        turn = exercise.turn(unfinished.turn)
        name = self.recordings.recover(unfinished)
        samples, rate_hz = self.recordings.load(name)
        heard = self.speaker_voice(exercise, turn).result()
        baseline = self.store.baseline(unfinished.person, unfinished.device or FROM_FILES)
        scored = score(self.engines, heard, samples, rate_hz, baseline=baseline)
        attempt = self.attempt_of(exercise, turn, scored, attempt_id=unfinished.attempt_id)
        attempt = msgspec.structs.replace(
            attempt,
            recording=name,
            device=unfinished.device,
            person=unfinished.person,
            started_at=unfinished.started_at,
        )
        self.keep(attempt)
        return attempt

    def dismiss(self, unfinished: Unfinished) -> None:
        """Remove a recording that was broken off, because the trainee said so."""
        self.recordings.remove(self.recordings.recover(unfinished))

    # hearing again

    def play_prompt(self, exercise: Exercise, turn: Turn) -> Playback:
        return self._play(*self.sound_of(exercise, turn.audio))

    def play_model(self, exercise: Exercise, reply: ModelReply) -> Playback:
        return self._play(*self.sound_of(exercise, reply.audio))

    def play_attempt(self, attempt: Attempt) -> Playback | None:
        """One's own take; None where its sound was not kept."""
        return self._play(*self.recordings.load(attempt.recording)) if attempt.recording else None

    def play_samples(self, samples: Samples, rate_hz: int) -> Playback:
        return self._play(samples, rate_hz)

    def _play(self, samples: Samples, rate_hz: int) -> Playback:
        return self.sound.play(samples, rate_hz, self.preferences.output_device)

    # devices

    def devices(self) -> tuple[Device, ...]:
        return self.sound.devices()

    def meter(self, input_device: str | None) -> Iterator[tuple[Level, Block]]:
        """Levels of a microphone until ``stop_meter``, with the blocks they were read from (for a test recording)."""
        self._meter = microphone = self.sound.open_microphone(input_device)
        meter, heard_s = Meter(microphone.rate_hz), 0.0
        try:
            for block in microphone.blocks():
                level = meter.push(block.samples)
                heard_s += len(block.samples) / microphone.rate_hz
                yield Level(level.rms_dbfs, level.peak_dbfs, level.clipping, heard_s), block
        finally:
            microphone.close()

    def stop_meter(self) -> None:
        if self._meter is not None:
            self._meter.close()
