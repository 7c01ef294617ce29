"""What moved between two attempts at the same turn, and by how much, in words. Pure.

A difference is told only where it is larger than what one measures, or hears, by chance; a measure that one of the two
lacks is told with the reason. Only levels and moves are judged; the voice is described.
"""

from __future__ import annotations

from math import log2
from typing import Literal

import msgspec

from .attempt import Attempt, Dimension
from .listening.moves import Move

Way = Literal["nearer", "away", "neither"]

FEWEST_WORDS_APART = 5
"""A reply is called longer or shorter from this many words on."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Something that moved.

    Attributes:
        what: the move, or the measure's name. text: in words ("names the feeling now").
        amount: now less then, in the measure's unit; +1 or −1 for a move that came or went.
        way: nearer to the speaker or away, where that is judged.
    """

    what: str
    text: str
    amount: float
    way: Way = "neither"


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """One dimension, then and now; a level is None where it was not rated."""

    name: str
    then: int | None
    now: int | None

    @property
    def by(self) -> int | None:
        """Levels it moved, above 0 nearer; None where one of the two was not rated."""
        return None if self.then is None or self.now is None else self.now - self.then


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """``now`` against ``then``.

    Attributes:
        words: what the words do otherwise. voice: how it is said otherwise. dimensions: in their order.
        not_compared: measure → why.
    """

    words: tuple[Change, ...]
    voice: tuple[Change, ...]
    dimensions: tuple[Shift, ...]
    not_compared: dict[str, str] = {}

    @property
    def moved(self) -> bool:
        """Whether anything did."""
        return bool(self.words or self.voice or any(shift.by for shift in self.dimensions))


class _Measure(msgspec.Struct, frozen=True):
    """How one measure's change is put into words.

    ``least`` is the smallest change that is told; ``more`` and ``less`` are filled with its size.
    """

    least: float
    more: str
    less: str
    form: str = "{:.1f}"


MEASURES: dict[str, _Measure] = {
    "response_latency_s": _Measure(0.3, "waited {} s longer before answering", "answered {} s sooner"),
    "interruption_s": _Measure(0.3, "spoke {} s longer over them", "spoke {} s less over them"),
    "articulation_rate_syll_per_s": _Measure(
        0.4, "{} syllables a second faster", "{} syllables a second slower"
    ),  # 5 to 10 % of 4–5 a second; a change of pace is heard from about 5 % on (Quené 2007)
    "pause_count": _Measure(2, "{} more pauses", "{} fewer pauses", "{:.0f}"),
    "pause_mean_s": _Measure(0.2, "{} s longer pauses", "{} s shorter pauses"),
    "longest_pause_s": _Measure(0.5, "longest pause {} s longer", "longest pause {} s shorter"),
    "filled_pause_count": _Measure(1, "{} more “um”", "{} fewer “um”", "{:.0f}"),
    "loudness_mean_dbfs": _Measure(2.0, "{} dB louder", "{} dB softer", "{:.0f}"),  # a step nearer to it changes 1 dB
    "loudness_sd_db": _Measure(1.0, "loudness less even by {} dB", "loudness more even by {} dB"),
    "f0_median_hz": _Measure(1.5, "{} semitones higher", "{} semitones lower"),  # compared in semitones
    "f0_range_semitones": _Measure(1.5, "{} semitones more melody", "{} semitones less melody"),
    "final_contour_semitones": _Measure(2.0, "ends {} semitones higher", "ends {} semitones lower"),
    "harshness": _Measure(0.1, "harder by {} of 1", "gentler by {} of 1", "{:.2f}"),
}
"""Measure → least change that is told, and its words; all differences in the measure's own unit but pitch's."""

OF_THE_DEVICE = ("loudness_mean_dbfs",)
"""Compared on the same microphone only."""

CAME: dict[Move, str] = {
    "simple_reflection": "reflects now",
    "complex_reflection": "reflects deeper now",
    "names_feeling": "names the feeling now",
    "validation": "validates now",
    "affirmation": "affirms now",
    "open_question": "asks an open question now",
    "closed_question": "asks a closed question now",
    "repair": "repairs now",
    "information": "informs now",
    "advice": "advises now",
    "self_disclosure": "brings in an own story now",
    "reassurance_minimizing": "minimizes now",
    "judging": "judges now",
    "defending": "defends now",
}
WENT: dict[Move, str] = {
    "simple_reflection": "no longer reflects",
    "complex_reflection": "reflects less deeply",
    "names_feeling": "names no feeling now",
    "validation": "no longer validates",
    "affirmation": "no longer affirms",
    "open_question": "asks no open question now",
    "closed_question": "asks no closed question now",
    "repair": "no longer repairs",
    "information": "informs no more",
    "advice": "gives no advice now",
    "self_disclosure": "keeps the own story out now",
    "reassurance_minimizing": "no longer minimizes",
    "judging": "no longer judges",
    "defending": "no longer defends",
}
NEARER: frozenset[Move] = frozenset(
    {"simple_reflection", "complex_reflection", "names_feeling", "validation", "affirmation", "repair"}
)
AWAY: frozenset[Move] = frozenset({"advice", "self_disclosure", "reassurance_minimizing", "judging", "defending"})


def compare(then: Attempt, now: Attempt) -> Comparison:
    """What moved from ``then`` to ``now``, two attempts at the same turn.

    Raises:
        ValueError: attempts at different turns, which answer different things.
    """
    if (then.exercise_id, then.turn) != (now.exercise_id, now.turn):
        raise ValueError(
            f"{then.exercise_id}/{then.turn} and {now.exercise_id}/{now.turn} are different turns; compare attempts at "
            "the same one"
        )
    voice, not_compared = _voice(then, now)
    if then.scored.attunement.scoring_version != now.scored.attunement.scoring_version:
        not_compared["levels"] = (
            f"scored by different rules (then {then.scored.attunement.scoring_version}, "
            f"now {now.scored.attunement.scoring_version})"
        )
        dimensions: tuple[Shift, ...] = ()
    else:
        dimensions = _dimensions(then, now)
    return Comparison(words=_words(then, now), voice=voice, dimensions=dimensions, not_compared=not_compared)


def _words(then: Attempt, now: Attempt) -> tuple[Change, ...]:
    """Moves that came or went, the surest first, then how much longer or shorter it is."""
    before, after = then.scored.wording.moves, now.scored.wording.moves
    made, makes = then.scored.wording.there, now.scored.wording.there
    found = []
    for move in before.keys() & after.keys():  # a move that one model was not taught can't have come or gone
        was, there = move in made, move in makes
        if was != there:
            way: Way = "neither"
            if move in NEARER or move in AWAY:
                way = "nearer" if there == (move in NEARER) else "away"
            text = CAME[move] if there else WENT[move]
            found.append((abs(after[move] - before[move]), move, text, 1.0 if there else -1.0, way))
    found.sort(key=lambda one: (-one[0], one[1]))
    changes = [Change(what=move, text=text, amount=amount, way=way) for _, move, text, amount, way in found]
    apart = len(now.scored.transcript.words) - len(then.scored.transcript.words)
    if abs(apart) >= FEWEST_WORDS_APART:
        text = f"{abs(apart)} words {'longer' if apart > 0 else 'shorter'}"
        changes.append(Change(what="words", text=text, amount=float(apart)))
    return tuple(changes)


def _voice(then: Attempt, now: Attempt) -> tuple[tuple[Change, ...], dict[str, str]]:
    changes, not_compared = [], {}
    for name, measure in MEASURES.items():
        before, after = getattr(then.scored.voice, name), getattr(now.scored.voice, name)
        if before is None and after is None:
            continue
        if before is None or after is None:
            lacking = then if before is None else now
            reason = lacking.scored.voice.not_rated.get(name, "could not be measured")
            not_compared[name] = f"{'then' if before is None else 'now'}: {reason}"
        elif name in OF_THE_DEVICE and then.device != now.device:
            not_compared[name] = "recorded on another microphone"
        else:
            amount = _apart(name, before, after)
            if round(abs(amount), 6) >= measure.least:
                words = (measure.more if amount > 0 else measure.less).format(measure.form.format(abs(amount)))
                changes.append(Change(what=name, text=words, amount=amount))
    return tuple(changes), not_compared


def _apart(name: str, before: float, after: float) -> float:
    """``after`` less ``before`` in the measure's unit; of pitch in semitones, since that is how it is heard."""
    return 12 * log2(after / before) if name == "f0_median_hz" else after - before


def _dimensions(then: Attempt, now: Attempt) -> tuple[Shift, ...]:
    """Every dimension that one of the two has, in the order in which the later one has them."""

    def levels(dimensions: tuple[Dimension, ...]) -> dict[str, int | None]:
        return {dimension.name: dimension.level for dimension in dimensions}

    before, after = levels(then.scored.attunement.dimensions), levels(now.scored.attunement.dimensions)
    return tuple(Shift(name=name, then=before.get(name), now=after.get(name)) for name in {**after, **before})
