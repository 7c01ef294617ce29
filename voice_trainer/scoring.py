"""Sound or words plus engines → the complete answer: the only place that joins them.

Practice, review, rescoring, the coach and the cohort all come here, so that a reply is worth the same everywhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .attempt import Scored, Timings, Transcript, VoiceCurves, VoiceMeasures, Wording
from .engines.audio_file import read_audio
from .engines.base import Listener, PitchTracker, Samples, Transcriber, VoiceActivity
from .engines.resample import Resampler
from .exercise import Exercise, Turn
from .listening.attunement import attune
from .listening.feedback import give
from .listening.wording import assess, spoken_sentences
from .speech import prosody
from .speech.baseline import Baseline
from .speech.prosody import Level, Meter, Spoken, by_known_words, measure
from .speech.transcript import untimed

FROM_A_FILE = "a file does not tell when the speaker ended"
"""Why latency and interruption of a recorded file are not rated."""
SPEECH = 0.5
"""Speech probability from which a frame counts as speech: Silero's own default threshold."""


@dataclass(frozen=True, kw_only=True)
class Engines:
    """The models that scoring asks; each loads at its first use or in ``warm``."""

    voice_activity: VoiceActivity
    transcriber: Transcriber
    pitch: PitchTracker
    listener: Listener

    def warm(self, report: Callable[[str], None] = lambda _: None) -> None:
        """Load every model now, and tell ``report`` what is being loaded. Raises ModelMissing, ModelCorrupt."""
        for what, engine in (
            ("voice activity", self.voice_activity),
            ("pitch", self.pitch),
            ("listening model", self.listener),
            (f"Whisper {self.transcriber.model_name}", self.transcriber),
        ):
            report(what)
            engine.warm()


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the reply answers: the speaker's words, and what lies in them.

    Attributes:
        difficulty: of the exercise, 1–5: on hard ones the feedback gives no feeling away.
        voice, curves: how the speaker said it; None where the prompt's sound is not known.
    """

    prompt: str
    feelings: tuple[str, ...] = ()
    meaning: str = ""
    difficulty: int = 1
    voice: VoiceMeasures | None = None
    curves: VoiceCurves | None = None


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When the reply came, as the one who recorded it knows; None with the reason where it can't be known.

    Attributes:
        prompt_end_s: the prompt's last audible sample, in seconds from the recording's start (below 0: before it);
            the latency is then read off the first speech.
        interruption_s: how long the trainee spoke while the prompt still sounded.
    """

    prompt_end_s: float | None = None
    latency_reason: str = FROM_A_FILE
    interruption_s: float | None = None
    interruption_reason: str = FROM_A_FILE


def assess_words(listener: Listener, heard: Heard, transcript: Transcript) -> Wording:
    """What the words do, from a transcript alone: rescoring after a correction, and the ``wording`` verb."""
    reading = listener.listen(heard.prompt, spoken_sentences(transcript))
    return assess(heard.prompt, transcript, reading, feelings=heard.feelings, meaning=heard.meaning)


def assess_texts(listener: Listener, items: Sequence[tuple[Heard, str]]) -> list[Wording]:
    """``assess_words`` for many typed replies at once."""
    transcripts = [untimed(reply) for _, reply in items]
    readings = listener.listen_many(
        [(heard.prompt, spoken_sentences(script)) for (heard, _), script in zip(items, transcripts, strict=True)]
    )
    return [
        assess(heard.prompt, script, reading, feelings=heard.feelings, meaning=heard.meaning, timed=False)
        for (heard, _), script, reading in zip(items, transcripts, readings, strict=True)
    ]


@dataclass
class VoiceInProgress:
    """How a voice sounds, measured while it comes in: level, voice activity and pitch.

    ``push`` takes samples at ``rate_hz`` of any length; ``spoken`` ends it.
    """

    voice_activity: VoiceActivity
    pitch: PitchTracker
    rate_hz: int
    _kept: list[Samples] = field(default_factory=list)
    _speech: list[Samples] = field(default_factory=list)
    _silent_frames: int | None = None

    def __post_init__(self) -> None:
        self.meter = Meter(self.rate_hz)
        self._resampler = Resampler(self.rate_hz)
        self._activity = self.voice_activity.stream()
        self._pitch = self.pitch.stream()

    def push(self, samples: Samples, *, last: bool = False) -> tuple[Level, Samples, Samples]:
        """Take samples; return their level, the same at 16 kHz, and the speech probabilities that they complete."""
        level = self.meter.push(samples)
        resampled = self._resampler.push(samples, last=last)
        speech = self._activity.push(resampled)
        self._pitch.push(resampled)
        self._kept.append(resampled)
        self._hear(speech)
        return level, resampled, speech

    def _hear(self, speech: Samples) -> None:
        self._speech.append(speech)
        for probability in speech:
            if probability >= SPEECH:
                self._silent_frames = 0
            elif self._silent_frames is not None:
                self._silent_frames += 1

    def end(self) -> tuple[Samples, Samples]:
        """Flush the resampler and the voice activity; return what came out of them."""
        _, resampled, speech = self.push(np.zeros(0, np.float32), last=True)
        rest = self._activity.finish()
        self._hear(rest)
        return resampled, np.concatenate([speech, rest])

    def spoken(self, timing: Timing, transcript: Transcript | None = None) -> Spoken:
        """Everything that ``measure`` asks for; ends the pitch."""
        first_speech_s = self.first_speech_s
        latency = None
        if timing.prompt_end_s is not None and first_speech_s is not None:
            latency = max(0.0, first_speech_s - timing.prompt_end_s)
        return Spoken(
            samples=_joined(self._kept),
            contour=self._pitch.finish(),
            speech=_joined(self._speech),
            transcript=transcript,
            clipping_ratio=self.meter.clipping_ratio,
            response_latency_s=latency,
            latency_reason=timing.latency_reason if timing.prompt_end_s is None else "nobody was heard to speak",
            interruption_s=timing.interruption_s,
            interruption_reason=timing.interruption_reason,
        )

    @property
    def speech(self) -> Samples:
        """Speech probabilities so far, one a voice activity frame."""
        return _joined(self._speech)

    @property
    def silence_s(self) -> float | None:
        """Seconds since the last speech; None before the first."""
        return None if self._silent_frames is None else self._silent_frames * self.voice_activity.FRAME_S

    @property
    def first_speech_s(self) -> float | None:
        """Start of the first frame that is more likely speech than not, in seconds; None where there is none."""
        frames = np.flatnonzero(self.speech >= SPEECH)
        return float(frames[0]) * self.voice_activity.FRAME_S if frames.size else None


def _joined(parts: list[Samples]) -> Samples:
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


class ReplyInProgress:
    """A reply that is being spoken: everything is computed as it comes, so that little is left at its end."""

    def __init__(self, engines: Engines, rate_hz: int) -> None:
        self._engines = engines
        self._voice = VoiceInProgress(engines.voice_activity, engines.pitch, rate_hz)
        self._words = engines.transcriber.stream()

    def push(self, samples: Samples) -> Level:
        """Take samples at the rate given; returns their level."""
        level, resampled, speech = self._voice.push(samples)
        self._words.push(resampled, speech)
        return level

    @property
    def silence_s(self) -> float | None:
        """Seconds since the last speech; None before the first."""
        return self._voice.silence_s

    def cancel(self) -> None:
        self._words.cancel()

    def finish(self, heard: Heard, *, baseline: Baseline | None = None, timing: Timing | None = None) -> Scored:
        """The complete answer. Raises ModelMissing, ModelCorrupt."""
        ended = time.monotonic()
        resampled, speech = self._voice.end()
        self._words.push(resampled, speech)
        self._words.end()
        # The voice is heard while the last words are still on their way.
        spoken = self._voice.spoken(timing or Timing())
        sound = prosody.Heard(spoken)
        transcript = self._words.finish()
        transcribed = time.monotonic()
        voice, curves = measure(replace(spoken, transcript=transcript), baseline=baseline, heard=sound)
        measured = time.monotonic()
        wording = assess_words(self._engines.listener, heard, transcript)
        read = time.monotonic()
        attunement = attune(wording, voice, baseline=baseline, prompt=heard.voice)
        feedback = give(attunement, wording, voice, difficulty=heard.difficulty)
        return Scored(
            transcript=transcript,
            voice=voice,
            curves=curves,
            wording=wording,
            attunement=attunement,
            feedback=feedback,
            prompt_voice=heard.voice,
            prompt_curves=heard.curves,
            not_rated={**voice.not_rated, **wording.not_rated},
            timings_s=Timings(
                transcribe=transcribed - ended,
                voice=measured - transcribed,
                wording=read - measured,
                feedback_after_speech=time.monotonic() - ended,
            ),
        )


BLOCK_S = 0.1
"""Sound that is already there is fed in blocks of this length: the same path as from a microphone."""


def blocks(samples: Samples, rate_hz: int) -> list[Samples]:
    step = max(1, int(rate_hz * BLOCK_S))
    return [samples[start : start + step] for start in range(0, len(samples), step)]


def score(
    engines: Engines, heard: Heard, samples: Samples, rate_hz: int, *, baseline: Baseline | None = None
) -> Scored:
    """The complete answer to a recorded reply: ``samples`` mono float32 (n,) at ``rate_hz``, finite.

    Raises ModelMissing, ModelCorrupt.
    """
    reply = ReplyInProgress(engines, rate_hz)
    try:
        for block in blocks(samples, rate_hz):
            reply.push(block)
    except BaseException:
        reply.cancel()
        raise
    return reply.finish(heard, baseline=baseline)


def measure_voice(
    voice_activity: VoiceActivity,
    pitch: PitchTracker,
    samples: Samples,
    rate_hz: int,
    *,
    baseline: Baseline | None = None,
) -> tuple[VoiceMeasures, VoiceCurves]:
    """How a voice sounds, from the sound alone: the ``voice`` verb, baselines, and the speaker's prompts.

    ``samples`` are mono float32 (n,), finite.
    """
    voice = VoiceInProgress(voice_activity, pitch, rate_hz)
    for block in blocks(samples, rate_hz):
        voice.push(block)
    voice.end()
    return measure(voice.spoken(Timing()), baseline=baseline)


def hear(engines: Engines, exercise: Exercise, turn: Turn) -> Heard:
    """What a turn says and how: reads and measures its spoken prompt. Raises AudioUnreadable, AudioInvalid."""
    prompt = read_audio(exercise.folder / turn.audio)
    voice, curves = measure_voice(engines.voice_activity, engines.pitch, prompt.samples, prompt.rate_hz)
    voice = by_known_words(voice, turn.text)  # so that its rate and the reply's are told in the same way
    return Heard(
        prompt=turn.text,
        feelings=turn.feelings,
        meaning=turn.meaning,
        difficulty=exercise.difficulty,
        voice=voice,
        curves=curves,
    )
