"""Where speech begins and pauses: cuts a reply into segments while it is still being spoken.

Pure: works on the speech probabilities of 32 ms frames alone. A segment can be transcribed as soon as it is finished,
so that at the end of a reply only its last words are left. A cut costs accuracy (the recognizer loses the sentence
around it), so short segments wait for a longer pause than long ones. One that grows long is told of at a short pause
already, uncut: the sentences that are finished by then can be settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.032
"""What a probability stands for: Silero's frame of 512 samples at 16 kHz."""

Probabilities = Sequence[float] | NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class EndpointOptions:
    """When a pause cuts.

    Attributes:
        threshold: probability from which a frame is speech (Silero's own default).
        release: once speech has begun, it lasts while the probability stays at or above this (Silero: threshold
            − 0.15).
        pad_s: kept before and after speech, since soft onsets and last consonants fall below the threshold. A pause
            of this length makes ``Endpointer.candidate``: the segment as it stands if nothing more is said.
        pause_s: the pause that cuts a segment with at least ``least_segment_s`` between first and last speech.
        short_pause_s: the pause that cuts one of at least ``long_segment_s``.
        any_pause_s: the pause that cuts any.
        open_after_s, open_again_s: a segment this long is told of at a pause that makes a candidate, where so much was
            said since it was told of last. Word errors on sixty rendered minutes are 3.2 % with these, 3.3 % from 5 s
            or 6 s on and 3.1 % where none is told of (2.7 % by transcribe() over the whole), on four clips of
            spontaneous speech 5.1, 5.1 and 6.6 % (4.6 %). They were chosen on these same sounds.
        longest_s: a segment this long without such a pause is cut at its quietest place.
        least_speech_s: a segment with less speech than this is dropped: a recognizer invents words for it.
        least_peak, least_weak_speech_s: one whose highest probability stays below ``least_peak`` needs more speech.
            Five recordings of noise peak at 0.66, for 0.5 s at most; a hoarse "alright, thanks" at 0.68 for 0.9 s.
    """

    threshold: float = 0.5
    release: float = 0.35
    pad_s: float = 0.25
    pause_s: float = 0.7
    short_pause_s: float = 0.4
    any_pause_s: float = 1.2
    least_segment_s: float = 7.0
    long_segment_s: float = 10.0
    open_after_s: float = 7.0
    open_again_s: float = 3.0
    longest_s: float = 20.0
    least_speech_s: float = 0.12
    least_peak: float = 0.75
    least_weak_speech_s: float = 0.6


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A stretch of speech with its padding, in seconds from the first frame.

    Attributes:
        start_s, end_s: padding included; ``end_s`` may pass the end of the sound by a frame.
        speech_end_s: end of its last frame of speech.
        speech_s: time of its frames of speech.
        closed: whether it ends there. One that is still open may go on, and is told of again, from the same start.
    """

    start_s: float
    end_s: float
    speech_end_s: float
    speech_s: float
    closed: bool = True

    @property
    def span(self) -> tuple[float, float]:
        return self.start_s, self.end_s


class Endpointer:
    """Cuts speech into segments, frame by frame.

    Example:
        >>> cut = Endpointer()
        >>> cut.push([0.9] * 250 + [0.01] * 40)
        (Segment(start_s=0.0, end_s=8.256, speech_end_s=8.0, speech_s=8.0),)
    """

    def __init__(self, options: EndpointOptions | None = None) -> None:
        self.options = options or EndpointOptions()
        self._pad = round(self.options.pad_s / FRAME_S)
        self._frame = 0  # frames taken
        self._floor = 0  # no segment reaches before this frame
        self._last_heard: int | None = None
        self._begin(None)

    def push(self, probabilities: Probabilities) -> tuple[Segment, ...]:
        """Take the next frames' probabilities; return the segments that are now closed, and the open one at pauses."""
        done: list[Segment] = []
        for probability in probabilities:
            done.extend(self._take(float(probability)))
        return tuple(done)

    @property
    def candidate(self) -> Segment | None:
        """The open segment as it would be if nothing more were said; None while somebody speaks, or nobody has.

        Stays the same while the pause lasts, and spans what ``push`` or ``finish`` then return.
        """
        if self._start is None or self._frame - self._end < self._pad:
            return None
        return self._segment(self._end + self._pad)

    @property
    def silence_s(self) -> float | None:
        """How long nobody has spoken; None where nobody has spoken yet."""
        return None if self._last_heard is None else (self._frame - self._last_heard) * FRAME_S

    @property
    def open_from_s(self) -> float:
        """Sound before this time can't be part of a segment any more."""
        start = self._frame if self._start is None else self._start
        return max(0, self._floor, start - self._pad) * FRAME_S

    def finish(self) -> tuple[Segment, ...]:
        """The sound is over: the last segment, if there is one."""
        if self._start is None:
            return ()
        segment = self._segment(min(self._end + self._pad, self._frame))
        self._begin(None)
        return (segment,) if segment else ()

    def _begin(self, start: int | None) -> None:
        self._start = start
        self._end = start or 0  # after the last frame of speech
        self._told = start or 0  # where it ended when it was last told of
        self._speech = 0
        self._peak = 0.0
        self._probabilities: list[float] = []
        self._speaking = False

    def _take(self, probability: float) -> list[Segment]:
        frame = self._frame
        self._frame += 1
        self._speaking = probability >= (self.options.release if self._speaking else self.options.threshold)
        if self._speaking:
            if self._start is None:
                self._begin(frame)
                self._speaking = True
            self._end = self._last_heard = frame + 1
            self._speech += 1
            self._peak = max(self._peak, probability)
        if self._start is None:
            return []
        self._probabilities.append(probability)
        if not self._speaking and (self._frame - self._end) * FRAME_S >= self._pause_needed_s():
            return self._close(self._end + self._pad)
        if (self._frame - self._start) * FRAME_S >= self.options.longest_s:
            return self._cut_at_quietest()
        return self._tell() if self._frame - self._end == self._pad else []

    def _tell(self) -> list[Segment]:
        """The open segment, if it is long and much was said since it was last told of."""
        length_s, more_s = ((self._end - since) * FRAME_S for since in (self._start or 0, self._told))
        segment = self._segment(self._frame)
        if segment is None or length_s < self.options.open_after_s or more_s < self.options.open_again_s:
            return []
        self._told = self._end
        return [replace(segment, closed=False)]

    def _pause_needed_s(self) -> float:
        length_s = (self._end - (self._start or 0)) * FRAME_S
        if length_s >= self.options.long_segment_s:
            return self.options.short_pause_s
        return self.options.pause_s if length_s >= self.options.least_segment_s else self.options.any_pause_s

    def _close(self, end: int) -> list[Segment]:
        segment = self._segment(end)
        self._floor = end
        self._begin(None)
        return [segment] if segment else []

    def _segment(self, end: int) -> Segment | None:
        start = self._start or 0
        weak = self._peak < self.options.least_peak
        if self._speech * FRAME_S < (self.options.least_weak_speech_s if weak else self.options.least_speech_s):
            return None
        return Segment(
            start_s=round(max(self._floor, start - self._pad) * FRAME_S, 3),
            end_s=round(end * FRAME_S, 3),
            speech_end_s=round(min(self._end, end) * FRAME_S, 3),
            speech_s=round(self._speech * FRAME_S, 3),
        )

    def _cut_at_quietest(self) -> list[Segment]:
        """Cut in the second half, where three frames in a row are least like speech; the rest begins a new segment.

        Never before what was told of: that may be settled.
        """
        probabilities = np.array(self._probabilities)
        smooth = np.convolve(probabilities, np.ones(3) / 3, mode="same")
        least = max(len(smooth) // 2, self._told - (self._start or 0))
        place = least + int(np.argmin(smooth[least:-3]))
        cut, rest = (self._start or 0) + place, self._probabilities[place:]
        done = self._close(cut)
        self._frame = cut
        for probability in rest:
            done.extend(self._take(probability))
        return done


def silence_since(probabilities: Probabilities, options: EndpointOptions | None = None) -> float | None:
    """Seconds of silence at the end of ``probabilities``; None where there was no speech before it.

    What automatic stop waits for: it must never end a reply that has not begun.
    """
    cut = Endpointer(options)
    cut.push(probabilities)
    return cut.silence_s
