"""What of a reply goes to the coach: the part that was agreed to, and nothing that would tell the rest.

Scores are levels, measures and moves. The transcript is every word, wherever it stands: sentences, evidence, reasons
and advice that quote, feelings that were named. The recording is the sound, and the curves that trace it. What a
microphone is called, and when by whose clock, goes to nobody.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from ..attempt import (
    Attempt,
    Attunement,
    Dimension,
    Feedback,
    Point,
    Scored,
    Sentence,
    Timings,
    Transcript,
    VoiceCurves,
    VoiceMeasures,
    Wording,
)
from ..errors import RequestInvalid
from ..listening.dimensions import VOICE_DIMENSIONS, WORDING_DIMENSIONS
from ..session import Sharing
from ..vocabulary import DIMENSIONS

WORDS_KEPT = "The words were not shared, so what it rests on is not told."
KEPT: dict[Sharing, str] = {
    "scores": "The scores were not shared.",
    "transcript": "The words were not shared.",
    "recording": "The sound was not shared.",
}
"""In ``not_rated`` under the thing's name, so that whoever looks at the reply later knows why it is not there."""
LONGEST_TEXT = 20_000
"""Characters of any one text in a reply: of a word, a sentence, a reason."""
LARGEST = 1e9
LONGEST_REPLY_S = 3600.0


def shared_part(attempt: Attempt, shared: Collection[Sharing]) -> Attempt:
    """``attempt`` cut down to what was agreed to; cutting it down again changes nothing.

    The person's name is left out: the coach puts in the one that they are known by in the session. The recording's
    file name stays where the recording is shared, so that it can be found; the coach gives it another.
    """
    scores, words, sound = ("scores" in shared), ("transcript" in shared), ("recording" in shared)
    scored = attempt.scored
    voice = scored.voice if scores else VoiceMeasures(duration_s=scored.voice.duration_s)
    wording = _wording(scored.wording, words) if scores else _no_wording()
    return Attempt(
        id=attempt.id,
        exercise_id=attempt.exercise_id,
        turn=attempt.turn,
        started_at=attempt.started_at,
        person="",
        recording=attempt.recording if sound else None,
        scored=Scored(
            transcript=scored.transcript if words else Transcript(),
            voice=voice,
            curves=scored.curves if sound else VoiceCurves(),
            wording=wording,
            attunement=_attunement(scored.attunement, scores, words),
            feedback=_feedback(scored.feedback, scores, words),
            timings_s=scored.timings_s if scores else _NO_TIMINGS,
            prompt_voice=scored.prompt_voice if scores else None,
            prompt_curves=scored.prompt_curves if sound else None,
            not_rated={**(_reasons(scored, words) if scores else {}), **_kept(shared)},
        ),
        heard=attempt.heard if words else (),
        outcome=attempt.outcome if scores else None,
    )


def check_reply(attempt: Attempt, shared: Collection[Sharing]) -> None:
    """See that a reply that came in holds what was agreed to and nothing else, and figures that can be.

    Raises:
        RequestInvalid: with what is wrong in one sentence, nothing of the reply quoted.
    """
    if attempt != shared_part(attempt, shared):
        agreed = " and ".join(sorted(shared)) or "nothing"
        raise RequestInvalid(f"The reply holds more than was agreed to ({agreed}), so it was not kept.")
    for fault in _faults(attempt):
        raise RequestInvalid(f"The reply can't be kept: {fault}.")


def _wording(wording: Wording, words: bool) -> Wording:
    if words:
        return wording
    return Wording(
        behavior=wording.behavior,
        moves=wording.moves,
        mechanisms=wording.mechanisms,
        level=wording.level,
        wording=wording.wording,
        sentences=tuple(
            Sentence(text="", start_s=one.start_s, end_s=one.end_s, moves=one.moves, behavior=one.behavior)
            for one in wording.sentences
        ),
        dimensions=_dimensions(wording.dimensions),
        not_rated=dict.fromkeys(wording.not_rated, WORDS_KEPT),
        model_version=wording.model_version,
    )


def _no_wording() -> Wording:
    return Wording(
        behavior=None,
        moves={},
        mechanisms={},
        level=None,
        wording=None,
        sentences=(),
        not_rated={"level": KEPT["scores"]},
    )


def _dimensions(dimensions: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    """Without evidence, and without the reasons that quote it; those of the voice tell figures only."""
    return tuple(
        Dimension(name=one.name, level=one.level, reason=one.reason if one.name in VOICE_DIMENSIONS else WORDS_KEPT)
        for one in dimensions
    )


def _attunement(attunement: Attunement, scores: bool, words: bool) -> Attunement:
    if not scores:
        return Attunement(wording=None, voice=None, dimensions=(), scoring_version=attunement.scoring_version)
    if words:
        return attunement
    return msgspec.structs.replace(attunement, dimensions=_dimensions(attunement.dimensions))


def _feedback(feedback: Feedback, scores: bool, words: bool) -> Feedback:
    if not scores:
        return Feedback(strength=None, next_step=None)
    if words:
        return feedback
    return Feedback(
        strength=_point(feedback.strength, "What stood out: {}."),
        next_step=_point(feedback.next_step, "Worth practising next: {}."),
    )


def _point(point: Point | None, form: str) -> Point | None:
    """What it was about, without the sentence, which may quote."""
    if point is None:
        return None
    name = DIMENSIONS.get(point.dimension)
    return Point(text=form.format(name.lower()), dimension=point.dimension) if name is not None else None


def _reasons(scored: Scored, words: bool) -> dict[str, str]:
    kept = {name: why for name, why in scored.not_rated.items() if name not in KEPT}
    if words:
        return kept
    return {name: scored.voice.not_rated.get(name, WORDS_KEPT) for name in kept}


def _kept(shared: Collection[Sharing]) -> dict[str, str]:
    return {str(name): why for name, why in KEPT.items() if name not in shared}


_NO_TIMINGS = Timings(transcribe=0.0, voice=0.0, wording=0.0, feedback_after_speech=0.0)


# figures that can be


def _faults(attempt: Attempt) -> Iterator[str]:
    scored = attempt.scored
    yield from _unfit(msgspec.to_builtins(attempt))
    if not 0 <= scored.voice.duration_s <= LONGEST_REPLY_S:
        yield f"it is {scored.voice.duration_s:g} s long, and at most {LONGEST_REPLY_S:.0f} are kept"
    for share in (scored.attunement.wording, scored.attunement.voice, scored.wording.wording):
        if share is not None and not 0 <= share <= 1:
            yield f"a score is {share:g}, and scores are 0 to 1"
    dimensions = (*scored.attunement.dimensions, *scored.wording.dimensions)
    for level in (scored.wording.level, *(one.level for one in dimensions)):
        if level is not None and not 1 <= level <= 5:
            yield f"a level is {level}, and levels are 1 to 5"
    if len(dimensions) > 2 * len((*WORDING_DIMENSIONS, *VOICE_DIMENSIONS)):
        yield "it rates a dimension twice"
    for moves in (scored.wording.moves, *(one.moves for one in scored.wording.sentences)):
        if any(not 0 <= probability <= 1 for probability in moves.values()):
            yield "a probability of a move is not between 0 and 1"


def _unfit(value: Any) -> Iterator[str]:
    """Numbers that are none, and texts without an end, anywhere in it."""
    if isinstance(value, float) and not math.isfinite(value):
        yield "a figure in it is no number"
    elif isinstance(value, float | int) and abs(value) > LARGEST:
        yield f"a figure in it is {value:.3g}, which can't be measured"
    elif isinstance(value, str) and len(value) > LONGEST_TEXT:
        yield f"a text in it has {len(value)} characters, and at most {LONGEST_TEXT} are kept"
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _unfit(name)
            yield from _unfit(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _unfit(inner)
