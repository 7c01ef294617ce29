"""One turn being practised: the prompt is heard, the reply recorded, and a moment later answered.

``TurnRun.events`` is an iterator of frozen events (``practice_events``); whoever draws runs it in a worker and steers
it from any thread with ``start_recording``, ``stop_recording`` and the rest. Only frozen values cross.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from .attempt import Attempt, Step
from .engines.base import Block, Microphone, Playback, Samples, VoiceActivity
from .engines.preroll import PreRoll
from .engines.resample import Resampler
from .errors import DeviceLost, StoreError, VoiceTrainerError
from .exercise import Exercise, Turn
from .practice_events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Level,
    MicrophoneOpened,
    Notice,
    PromptEnded,
    PromptPosition,
    PromptStarted,
    RecordingStarted,
    RecordingStopped,
)
from .scoring import SPEECH, Heard, ReplyInProgress, Timing
from .speech.prosody import Meter
from .store import new_attempt_id

if TYPE_CHECKING:
    from .practice import Practice
    from .store.recordings import RecordingWriter

METER_PERIOD_S = 0.05
"""Level and position are told this often; a screen needs no more."""
LONGEST_REPLY_S = 20 * 60.0
"""A recording that was forgotten ends here, and is kept and scored."""
ENVELOPE_POINTS = 240
WITHOUT_HEADPHONES = "without headphones the microphone hears the prompt itself"
AFTER_A_STEP = "a step was taken between the prompt and the reply"
PROMPT_SKIPPED = "the prompt was not heard to its end"


def envelope(samples: Samples, points: int = ENVELOPE_POINTS) -> tuple[float, ...]:
    """Peak level, 0–1 of the loudest, of ``points`` equal slices; fewer where there are fewer samples."""
    if not len(samples):
        return ()
    edges = np.linspace(0, len(samples), min(points, len(samples)), endpoint=False).astype(int)
    peaks = np.maximum.reduceat(np.abs(samples), edges)
    top = float(peaks.max())
    return tuple(float(peak) / top if top > 0 else 0.0 for peak in peaks)


class _Cancelled(Exception):
    """The trainee cancelled; leaves the phase it happens in."""


class _Throttle:
    """Says at most every ``period_s`` that something is due."""

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._next = -math.inf

    def due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._period_s
        return True


class _Interruption:
    """How long the trainee spoke while the prompt still sounded, from the microphone's blocks (headphones on)."""

    def __init__(self, voice_activity: VoiceActivity, rate_hz: int) -> None:
        self._frame_s = voice_activity.FRAME_S
        self._resampler = Resampler(rate_hz)
        self._stream = voice_activity.stream()
        self.spoken_s = 0.0

    def push(self, block: Block) -> None:
        speech = self._stream.push(self._resampler.push(block.samples))
        self.spoken_s += float(np.count_nonzero(speech >= SPEECH)) * self._frame_s


class TurnRun:
    """One turn being practised. Iterate ``events`` in one thread; steer it from any other."""

    def __init__(self, practice: Practice, exercise: Exercise, turn: Turn) -> None:
        self.exercise = exercise
        self.turn = turn
        self.attempt_id = new_attempt_id(datetime.now(UTC))
        self._practice = practice
        self._preferences = practice.preferences
        self._heard: tuple[str, ...] = ()
        self._stepped = False
        self._steps: tuple[Step, ...] = ()
        self._skip_at = self._start_at = self._stop_at = math.inf
        self._cancelled = threading.Event()
        self._throttle = _Throttle(METER_PERIOD_S)
        self._mic: Microphone | None = None
        self._playback: Playback | None = None
        self._writer: RecordingWriter | None = None
        self._recording: Future[str] | None = None
        self._reply: ReplyInProgress | None = None
        self._prompt_ended_at: float | None = None
        self._prompt_skipped = False
        self._interruption: _Interruption | None = None
        self._recorded_from: float = 0.0
        self._recorded_s = 0.0
        self._overflows = 0

    # steering, from any thread

    def skip_prompt(self) -> None:
        """Stop the prompt where it is and go on."""
        self._skip_at = time.monotonic()

    def start_recording(self) -> None:
        """Keep what the microphone hears, from up to a second before now, never from before the prompt's end."""
        self._start_at = time.monotonic()

    def stop_recording(self) -> None:
        """Keep what the microphone heard until now, and answer it."""
        self._stop_at = time.monotonic()

    def cancel(self) -> None:
        """End the turn; nothing is kept."""
        self._cancelled.set()

    def note_heard(self, feelings: tuple[str, ...]) -> None:
        """The feelings that the trainee named before answering."""
        self._heard = feelings
        self._stepped = True

    def note_step(self, step: Step) -> None:
        """A step was taken between prompt and reply, such as a breath: the latency then says nothing."""
        self._steps = (*self._steps, step)
        self._stepped = True

    def next_turn(self, attempt: Attempt) -> str | None:
        """Id of the turn with which the speaker answers back; None where the exercise ends."""
        following = self.exercise.following(self.turn, attempt.outcome)
        return following.id if following else None

    # the turn itself

    def events(self) -> Iterator[Event]:
        """All that happens, in order, until Finished, Cancelled or Failed."""
        try:
            yield from self._run()
        except _Cancelled:
            if self._writer is not None:
                self._writer.discard()
                self._writer = None
            yield Cancelled()
        except VoiceTrainerError as error:
            yield Failed(str(error), self._keep())
        finally:
            self._close()

    def _run(self) -> Iterator[Event]:
        practice, preferences = self._practice, self._preferences
        prompt, rate_hz = practice.sound_of(self.exercise, self.turn.audio)
        speaker = practice.speaker_voice(self.exercise, self.turn)
        self._mic = practice.sound.open_microphone(preferences.input_device)
        yield MicrophoneOpened(self._mic.name, self._mic.fallback)
        if preferences.headphones:
            self._interruption = _Interruption(practice.engines.voice_activity, self._mic.rate_hz)
        self._playback = practice.sound.play(prompt, rate_hz, preferences.output_device)
        yield PromptStarted(len(prompt) / rate_hz, envelope(prompt), self._playback.fallback)
        blocks = self._mic.blocks()
        yield from self._hear_prompt(blocks, self._playback)
        before = PreRoll(self._mic.rate_hz)
        yield from self._wait_for_start(blocks, before)
        yield from self._record(blocks, before)
        yield from self._answer(speaker)

    def _hear_prompt(self, blocks: Iterator[Block], playback: Playback) -> Iterator[Event]:
        for block in blocks:
            self._check_cancelled()
            if self._skip_at < math.inf or self._start_at < math.inf:
                playback.stop()
                self._prompt_skipped = True
            elif self._interruption is not None:
                self._interruption.push(block)
            if playback.wait(0):
                break
            if self._throttle.due():
                yield PromptPosition(playback.position_s)
        self._prompt_ended_at = playback.last_audible_at or time.monotonic()
        yield PromptEnded(self._prompt_skipped)

    def _wait_for_start(self, blocks: Iterator[Block], before: PreRoll) -> Iterator[Event]:
        assert self._mic is not None
        meter = Meter(self._mic.rate_hz)
        for block in blocks:
            self._check_cancelled()
            before.push(block)
            level = meter.push(block.samples)
            if self._start_at < math.inf:
                return
            if self._throttle.due():
                yield Level(level.rms_dbfs, level.peak_dbfs, level.clipping, None)

    def _record(self, blocks: Iterator[Block], before: PreRoll) -> Iterator[Event]:
        assert self._mic is not None
        assert self._prompt_ended_at is not None
        practice, rate_hz = self._practice, self._mic.rate_hz
        kept = before.since(self._prompt_ended_at)
        self._recorded_from = kept[0].captured_at if kept else time.monotonic()
        self._writer = practice.recordings.begin(
            self.attempt_id,
            rate_hz,
            device=self._mic.name,
            exercise_id=self.exercise.id,
            turn=self.turn.id,
            person=self._preferences.person,
        )
        self._reply = ReplyInProgress(practice.engines, rate_hz)
        yield RecordingStarted(max(0.0, self._start_at - self._recorded_from))
        for block in kept:
            self._keep_block(block, rate_hz)
        try:
            for block in blocks:
                self._check_cancelled()
                level = self._keep_block(block, rate_hz)
                if self._over(block, rate_hz):
                    return
                if self._throttle.due():
                    yield level
        except DeviceLost as error:
            yield Notice(f"{error} What you said until then is kept.")

    def _keep_block(self, block: Block, rate_hz: int) -> Level:
        """To disk first, then to the engines; returns what the meter shows."""
        assert self._writer is not None
        assert self._reply is not None
        self._writer.write(block.samples)
        self._overflows += block.overflowed
        self._recorded_s += len(block.samples) / rate_hz
        level = self._reply.push(block.samples)
        return Level(level.rms_dbfs, level.peak_dbfs, level.clipping, self._recorded_s, self._stops_in_s())

    def _stops_in_s(self) -> float | None:
        """Countdown of the automatic stop; None where none was asked for, or nothing was said yet."""
        assert self._reply is not None
        silence_s = self._reply.silence_s
        if self._preferences.auto_stop_s is None or silence_s is None:
            return None
        return max(0.0, self._preferences.auto_stop_s - silence_s)

    def _over(self, block: Block, rate_hz: int) -> bool:
        until = block.captured_at + len(block.samples) / rate_hz
        return until >= self._stop_at or self._stops_in_s() == 0.0 or self._recorded_s >= LONGEST_REPLY_S

    def _answer(self, speaker: Future[Heard]) -> Iterator[Event]:
        assert self._mic is not None
        assert self._reply is not None
        device = self._mic.name
        self._mic.close()
        yield RecordingStopped(self._recorded_s)
        if self._overflows:
            yield Notice(f"The microphone dropped sound {self._overflows} times; a busier machine does that.")
        assert self._writer is not None
        self._recording = self._practice.finish_recording(self._writer)  # while the last words are transcribed
        self._writer = None
        baseline = self._practice.store.baseline(self._preferences.person, device)
        scored = self._reply.finish(speaker.result(), baseline=baseline, timing=self._timing())
        self._reply = None
        attempt = self._practice.attempt_of(self.exercise, self.turn, scored, attempt_id=self.attempt_id)
        attempt = msgspec.structs.replace(
            attempt,
            device=device,
            headphones=self._preferences.headphones,
            heard=self._heard,
            steps=tuple(dict.fromkeys(self._steps)),
            recording=self._recording.result(),
        )
        try:
            self._practice.keep(attempt)
        except StoreError as error:
            yield Notice(f"This attempt could not be added to your history: {error}")
            yield Finished(attempt, stored=False)
        else:
            yield Finished(attempt)

    def _timing(self) -> Timing:
        """When the reply came, as far as this run can know."""
        assert self._prompt_ended_at is not None
        heard = self._interruption.spoken_s if self._interruption is not None else None
        reason = PROMPT_SKIPPED if self._prompt_skipped else AFTER_A_STEP if self._stepped else ""
        return Timing(
            prompt_end_s=None if reason else self._prompt_ended_at - self._recorded_from,
            latency_reason=reason,
            interruption_s=heard,
            interruption_reason=WITHOUT_HEADPHONES,
        )

    def _check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise _Cancelled

    def _keep(self) -> str | None:
        """Path of the recording, finished if it can be; None where nothing was recorded."""
        if self._writer is not None:
            self._recording = self._practice.finish_recording(self._writer)
            self._writer = None
        if self._recording is None:
            return None
        try:
            return str(self._practice.recordings.path(self._recording.result()))
        except VoiceTrainerError:
            return None  # its raw samples stay where they are
        finally:
            self._practice.recordings.leave(self.attempt_id)  # without an attempt, it is offered on the first screen

    def _close(self) -> None:
        if self._playback is not None:
            self._playback.stop()
        if self._mic is not None:
            self._mic.close()
        if self._reply is not None:
            self._reply.cancel()
        self._keep()
