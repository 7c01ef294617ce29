"""Playing a take with a playhead: anywhere, slower and faster at equal pitch, a passage over and over.

``TakePlayer.states`` is an iterator of frozen states; whoever draws runs it in a worker and steers it from any thread
with ``play``, ``seek`` and the rest, which return at once. The position is what is audible, as the loudspeaker tells
it, never what was handed over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from .engines.base import Playback, Samples, Sound
from .engines.stretch import FASTEST, SLOWEST, stretch
from .errors import RequestInvalid, VoiceTrainerError

SPEEDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)
FOLLOW_S = 0.02
"""How often the position is told: four times within the 80 ms in which a word must light up."""
PIECE_S = 120.0
"""Sound is stretched in pieces of this length, so that a long take need not be waited for; the first sound comes after
about 3 s of work in the worst case (48 kHz, half speed), mostly after a few tenths."""
LEAST_LOOP_S = 0.2
LOOPED_FOR_S = 120.0
"""A passage is handed over as often as fits into this time, so that it comes round without a gap."""
SEAM_S = 0.005
"""Ends of a passage are faded over this long, or they would click."""
AT_THE_END_S = 0.02
STOPPING_S = 0.5
PIECES_KEPT = 4

Stretch = Callable[[Samples, int, float], Samples]


@dataclass(frozen=True, eq=False)
class Sounding:
    """What is to be played: mono float32 (n,) at ``rate_hz``; ``key`` tells it from others."""

    key: str
    samples: Samples
    rate_hz: int

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True)
class Passage:
    """Seconds from the start of a take."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def holds(self, position_s: float) -> bool:
        return self.start_s <= position_s < self.end_s


@dataclass(frozen=True)
class State:
    """How the player is; all that a screen draws of it.

    Attributes:
        key: of the take; "" before one was chosen. position_s: of the take, whatever the speed.
        preparing: the sound is being stretched or the loudspeaker opened; nothing is heard yet.
        loop: the passage that is played over and over, None where none is; it may be kept with ``looping`` off.
        trouble: one plain sentence, where playing failed; notice: where another loudspeaker was opened.
    """

    key: str = ""
    position_s: float = 0.0
    playing: bool = False
    preparing: bool = False
    speed: float = 1.0
    loop: Passage | None = None
    looping: bool = False
    trouble: str | None = None
    notice: str | None = None


@dataclass(frozen=True, eq=False)
class _Wish:
    """What was asked for last. A new one is made at every command; the worker plays whichever stands."""

    take: Sounding | None = None
    position_s: float = 0.0
    playing: bool = False
    speed: float = 1.0
    loop: Passage | None = None
    looping: bool = False

    @property
    def passage(self) -> Passage | None:
        """The passage, where it is being looped and the position lies in it."""
        return self.loop if self.looping and self.loop is not None and self.loop.holds(self.position_s) else None


@dataclass(eq=False)
class _Heard:
    """What a playback's position means in the take."""

    wish: _Wish
    playback: Playback
    end_s: float
    """Where the sound handed over ends, in the take's time; of a loop, the passage's end."""
    loop: Passage | None = None

    @property
    def position_s(self) -> float:
        at = self.wish.position_s + self.playback.position_s * self.wish.speed
        if self.loop is not None:
            return self.loop.start_s + (at - self.loop.start_s) % self.loop.duration_s
        return min(at, self.end_s)


@dataclass
class _Stretched:
    """Pieces that were stretched lately."""

    stretch: Stretch
    kept: dict[tuple[str, float, int, int], Samples] = field(default_factory=dict)

    def piece(self, take: Sounding, speed: float, start: int, end: int) -> Samples:
        if speed == 1:
            return take.samples[start:end]
        key = (take.key, speed, start, end)
        found = self.kept.pop(key, None)
        if found is None:
            found = self.stretch(take.samples[start:end], take.rate_hz, speed)
        self.kept[key] = found
        while len(self.kept) > PIECES_KEPT:
            del self.kept[next(iter(self.kept))]
        return found


class TakePlayer:
    """Plays one take at a time. Commands may come from any thread; ``states`` is iterated in one.

    Args:
        device: the loudspeaker's name; None for the default. stretch: how speed is changed.
    """

    def __init__(self, sound: Sound, device: str | None = None, *, stretch: Stretch = stretch) -> None:
        self._sound = sound
        self._device = device
        self._stretched = _Stretched(stretch)
        self._changed = threading.Condition()
        self._wish = _Wish()
        self._heard: _Heard | None = None
        self._closed = False

    # commands

    def choose(self, take: Sounding, position_s: float = 0.0) -> None:
        """Play, or stand, at ``position_s`` of another take; the passage is let go."""
        self._set(lambda wish: _Wish(take=take, position_s=position_s, playing=wish.playing, speed=wish.speed))

    def play(self) -> None:
        """From where it stands; from the start (of the passage) where it stands at the end."""

        def begin(wish: _Wish) -> _Wish:
            if wish.take is None:
                return wish
            at_end = wish.position_s >= wish.take.duration_s - AT_THE_END_S
            return replace(wish, playing=True, position_s=0.0 if at_end else wish.position_s)

        self._set(begin)

    def pause(self) -> None:
        self._set(lambda wish: replace(wish, playing=False))

    def toggle(self) -> None:
        """Pause what plays, play what doesn't."""
        with self._changed:
            playing = self._wish.playing
        (self.pause if playing else self.play)()

    def seek(self, position_s: float) -> None:
        """Go to ``position_s``, within the take. Outside the passage that is looped, the looping ends."""

        def go(wish: _Wish) -> _Wish:
            to = min(max(0.0, position_s), wish.take.duration_s if wish.take else 0.0)
            inside = wish.loop is None or wish.loop.holds(to)
            return replace(wish, position_s=to, looping=wish.looping and inside)

        self._set(go)

    def set_speed(self, speed: float) -> None:
        """Raises RequestInvalid outside 0.5–2."""
        if not SLOWEST <= speed <= FASTEST:
            raise RequestInvalid(f"The speed is {speed:g}; give {SLOWEST:g} to {FASTEST:g}.")
        self._set(lambda wish: replace(wish, speed=speed))

    def step_speed(self, by: int) -> None:
        """The next faster (1) or slower (−1) of ``SPEEDS``; nothing beyond the last."""

        def step(wish: _Wish) -> _Wish:
            further = [s for s in SPEEDS if (s > wish.speed if by > 0 else s < wish.speed)]
            return replace(wish, speed=(min if by > 0 else max)(further)) if further else wish

        self._set(step)

    def set_loop(self, start_s: float, end_s: float) -> bool:
        """Play from ``start_s`` to ``end_s`` over and over; False, and nothing, where that is shorter than 0.2 s."""
        if end_s - start_s < LEAST_LOOP_S:
            return False
        loop = Passage(start_s, end_s)

        def begin(wish: _Wish) -> _Wish:
            to = wish.position_s if loop.holds(wish.position_s) else loop.start_s
            return replace(wish, loop=loop, looping=True, position_s=to)

        self._set(begin)
        return True

    def toggle_loop(self) -> None:
        """Loop the passage that was set, or play on past it."""

        def toggle(wish: _Wish) -> _Wish:
            if wish.loop is None:
                return wish
            if wish.looping:
                return replace(wish, looping=False)
            to = wish.position_s if wish.loop.holds(wish.position_s) else wish.loop.start_s
            return replace(wish, looping=True, position_s=to)

        self._set(toggle)

    def clear_loop(self) -> None:
        self._set(lambda wish: replace(wish, loop=None, looping=False))

    def close(self) -> None:
        """Stop; ``states`` ends."""
        with self._changed:
            self._closed = True
            if self._heard is not None:
                self._heard.playback.stop()
            self._changed.notify_all()

    @property
    def position_s(self) -> float:
        """What is audible now, in seconds of the take; where it stands while it doesn't play."""
        with self._changed:
            return self._position()

    @property
    def state(self) -> State:
        with self._changed:
            return self._state()

    # the worker

    def states(self) -> Iterator[State]:
        """How it is, at every change, and every 20 ms while it plays, until ``close``. Waits in between."""
        while True:
            with self._changed:
                if self._closed:
                    return
                wish, state = self._wish, self._state()
            if wish.playing and wish.take is not None:
                yield from self._play(wish, wish.take)
                continue
            yield state
            with self._changed:
                self._changed.wait_for(lambda now=wish: self._closed or self._wish is not now)  # type: ignore[misc]

    def _play(self, wish: _Wish, take: Sounding) -> Iterator[State]:
        yield replace(self.state, preparing=True)
        try:
            heard = self._start(wish, take)
            if heard is None:
                return
            notice, over = heard.playback.fallback, False
            while not over and self._stands(wish):
                over = heard.playback.wait(FOLLOW_S)
                if not over:
                    yield replace(self.state, notice=notice)
            if over:
                self._go_on(wish, take, heard)
            else:
                self._stop(heard)
        except VoiceTrainerError as error:
            self._instead(wish, replace(wish, playing=False))
            yield replace(self.state, trouble=str(error))
        finally:
            with self._changed:
                self._heard = None

    def _start(self, wish: _Wish, take: Sounding) -> _Heard | None:
        """None where something else was asked for meanwhile."""
        samples, end_s = self._samples(wish, take)
        if not self._stands(wish):
            return None
        playback = self._sound.play(samples, take.rate_hz, self._device)
        heard = _Heard(wish, playback, end_s, wish.passage)
        with self._changed:
            self._heard = heard
        return heard

    def _samples(self, wish: _Wish, take: Sounding) -> tuple[Samples, float]:
        """What to hand over from the position on, and where that ends in the take's time."""
        at = round(wish.position_s * take.rate_hz)
        passage = wish.passage
        if passage is not None:
            start, end = round(passage.start_s * take.rate_hz), round(passage.end_s * take.rate_hz)
        elif wish.speed == 1:
            start, end = 0, len(take.samples)
        else:
            step = round(PIECE_S * take.rate_hz)
            start = at // step * step
            end = min(start + step, len(take.samples))
        piece = self._stretched.piece(take, wish.speed, start, end)
        if passage is not None:
            piece = _seamless(piece, take.rate_hz)
        rest = piece[round((at - start) / wish.speed) :]
        if passage is not None:
            rounds = int(LOOPED_FOR_S * take.rate_hz // max(1, len(piece)))
            rest = np.concatenate([rest, *[piece] * rounds])
        return rest, end / take.rate_hz

    def _stop(self, heard: _Heard) -> None:
        heard.playback.stop()
        heard.playback.wait(STOPPING_S)

    def _go_on(self, wish: _Wish, take: Sounding, heard: _Heard) -> None:
        """All that was handed over was heard: the passage again, the next piece, or the end."""
        if heard.loop is not None:
            self._instead(wish, replace(wish, position_s=heard.loop.start_s))
        elif heard.end_s < take.duration_s - AT_THE_END_S:
            self._instead(wish, replace(wish, position_s=heard.end_s))
        else:
            self._instead(wish, replace(wish, position_s=take.duration_s, playing=False))

    # under the lock

    def _set(self, change: Callable[[_Wish], _Wish]) -> None:
        with self._changed:
            here = replace(self._wish, position_s=self._position())
            wish = change(here)
            if _told(wish) != _told(here):  # or the sound would begin anew for nothing
                self._wish = wish
                self._changed.notify_all()

    def _instead(self, old: _Wish, new: _Wish) -> None:
        """Put ``new`` in place of ``old``, unless something else was asked for meanwhile."""
        with self._changed:
            if self._wish is old:
                self._wish = new

    def _stands(self, wish: _Wish) -> bool:
        with self._changed:
            return self._wish is wish and not self._closed

    def _position(self) -> float:
        heard = self._heard
        return heard.position_s if heard is not None and heard.wish is self._wish else self._wish.position_s

    def _state(self) -> State:
        wish = self._wish
        return State(
            key=wish.take.key if wish.take else "",
            position_s=self._position(),
            playing=wish.playing,
            speed=wish.speed,
            loop=wish.loop,
            looping=wish.looping,
        )


def _told(wish: _Wish) -> tuple[object, ...]:
    """All that a wish asks for."""
    return id(wish.take), wish.position_s, wish.playing, wish.speed, wish.loop, wish.looping


def _seamless(piece: Samples, rate_hz: int) -> Samples:
    """Faded in and out over 5 ms, so that its end meets its start without a click."""
    ramp = np.linspace(0, 1, min(round(SEAM_S * rate_hz), len(piece) // 2), dtype=np.float32)
    faded = piece.copy()
    if len(ramp):
        faded[: len(ramp)] *= ramp
        faded[-len(ramp) :] *= ramp[::-1]
    return faded
