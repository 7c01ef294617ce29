"""What the trainee is told: one strength and one next step, with their own words as evidence.

Wording leads and voice supports: the voice becomes the next step only where it is clearly hard, loud or over the
speaker's (level 1 or 2), or where the wording is already good. Sentences are chosen by dimension and level, and among
several by the reply itself, so that the same reply always hears the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import msgspec

from ..speech.measures import VoiceMeasures
from .attunement import Attunement
from .dimensions import VOICE_DIMENSIONS, Dimension, Evidence
from .feedback_words import NEXT_STEPS, STRENGTHS, TRIES
from .feeling_families import BY_NAME
from .moves import MOVE_WORDS
from .wording import Wording

GOOD = 4
"""Level from which a dimension needs no next step, and the wording lets the voice come first."""
CLEARLY = 2
"""Level at and below which a hard, loud or interrupting voice is the next step, whatever the wording."""
KEEPS_FEELING_FROM = 4
"""From this difficulty of an exercise on, no feeling is given away: the trainee is asked to find the word."""
LEADS: tuple[str, ...] = ("restraint", "feeling", "validation", "meaning", "curiosity")
"""Among equal levels, what is worth practising first."""
SHOWS: tuple[str, ...] = ("repair", "feeling", "meaning", "validation", "curiosity", "restraint")
"""Among equal levels, what is worth being told first."""
CLEAR_VOICE: tuple[str, ...] = ("harshness", "presence", "loudness")
MOST_NOTES = 5
CLIPPED = 0.01
"""Share of clipped samples from which the trainee is told."""
NO_REPAIR = "There is no repair in this reply to rate."


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said to the trainee, about one dimension."""

    text: str
    dimension: str
    evidence: Evidence | None = None


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One strength, one next step; ``notes`` say what was not rated, and why."""

    strength: Point | None
    next_step: Point | None
    notes: tuple[str, ...] = ()


def give(
    attunement: Attunement, wording: Wording, voice: VoiceMeasures | None = None, *, difficulty: int = 1
) -> Feedback:
    """Choose one strength and one next step.

    Args:
        voice: of the reply; None for typed words.
        difficulty: of the exercise, 1–5; from ``KEEPS_FEELING_FROM`` on the next step gives no feeling away.
    """
    rated: dict[str, Dimension] = {one.name: one for one in attunement.dimensions if one.level is not None}
    seed = zlib.crc32(" ".join(one.text for one in wording.sentences).encode())
    strength = _strength(rated, wording, seed)
    return Feedback(
        strength=strength,
        next_step=_next_step(rated, wording, difficulty, seed),
        notes=_notes(attunement, wording, voice),
    )


def _strength(rated: dict[str, Dimension], wording: Wording, seed: int) -> Point | None:
    if not rated:
        return None
    words = [rated[name] for name in SHOWS if name in rated and _shines(rated[name], wording, rated)]
    voices = [rated[name] for name in VOICE_DIMENSIONS if name in rated and _level(rated[name]) >= GOOD]
    if words:
        best = max(words, key=lambda one: (_level(one) - (one.name == "restraint"), -SHOWS.index(one.name)))
    elif voices:
        best = max(voices, key=_level)
    else:
        return Point(text=_pick(STRENGTHS["stayed"], seed), dimension="presence") if wording.level is not None else None
    evidence = best.evidence[0] if best.evidence else None
    warm = best.name == "validation" and "validation" not in wording.moves
    words_for = STRENGTHS["warmth" if warm else best.name]
    return Point(text=_pick(words_for, seed, words=_quote(evidence)), dimension=best.name, evidence=evidence)


def _shines(one: Dimension, wording: Wording, rated: Mapping[str, Dimension]) -> bool:
    """Worth being told: from 3 on where there are words to show, in a reply that met them; from 4 on in any other.

    In a reply that missed them, leaving something out is no strength, nor is giving words back, and a question is none
    beside advice: praise must not be for what closed them down.
    """
    met = wording.level is not None and wording.level >= 3
    if one.name == "restraint":
        return met and _level(one) >= GOOD
    if met:
        return _level(one) >= 3 and bool(one.evidence)
    solving = "restraint" in rated and _level(rated["restraint"]) < 3
    closed = one.name == "meaning" or (one.name == "curiosity" and solving)
    return _level(one) >= GOOD and bool(one.evidence) and not closed


def _next_step(rated: dict[str, Dimension], wording: Wording, difficulty: int, seed: int) -> Point | None:
    worst_voice = min((rated[name] for name in VOICE_DIMENSIONS if name in rated), key=_level, default=None)
    clear = min((rated[name] for name in CLEAR_VOICE if name in rated), key=_level, default=None)
    if clear is not None and _level(clear) <= CLEARLY:
        return _voice_step(clear, seed)
    if wording.level is None:
        return _voice_step(worst_voice, seed) if worst_voice is not None and _level(worst_voice) < 3 else None
    if wording.level >= GOOD and worst_voice is not None and _level(worst_voice) <= CLEARLY:
        return _voice_step(worst_voice, seed)
    steps = [
        rated[name]
        for name in LEADS
        if name in rated and _level(rated[name]) < GOOD and (name != "validation" or "validation" in wording.moves)
    ]  # without that move, warmth alone doesn't show whether they were told that it makes sense
    if not steps or wording.level == 5:
        return Point(text=_say("stay", seed, offer=_pick(TRIES["stay"], seed)), dimension="meaning")
    return _wording_step(min(steps, key=lambda one: (_level(one), LEADS.index(one.name))), wording, difficulty, seed)


def _wording_step(one: Dimension, wording: Wording, difficulty: int, seed: int) -> Point:
    key: str = one.name
    if one.name == "feeling" and one.evidence and _level(one) == 1:
        key = "feeling_mistaken"
    elif one.name == "feeling" and _level(one) == 2 and one.evidence:
        key = "feeling_list"
    elif one.name == "meaning" and _level(one) == 2 and one.evidence:
        key = "meaning_parrot"
    evidence = one.evidence[0] if one.evidence else None
    offers_feeling = one.name in ("feeling", "restraint")
    offer = (
        _feeling_try(wording, difficulty, seed, key == "feeling_list")
        if offers_feeling
        else _pick(TRIES[one.name], seed)
    )
    return Point(text=_say(key, seed, words=_quote(evidence), offer=offer), dimension=one.name, evidence=evidence)


def _feeling_try(wording: Wording, difficulty: int, seed: int, listed: bool) -> str:
    wanted = ("met",) if listed else ("missed", "near")
    missed = [family for family, fit in wording.feelings_met.items() if fit in wanted]
    if not missed or difficulty >= KEEPS_FEELING_FROM:
        return TRIES["feeling_open"][0]
    family = missed[0]
    return _pick(TRIES["feeling"], seed, feeling=BY_NAME[family].sayable if family in BY_NAME else family)


def _voice_step(one: Dimension, seed: int) -> Point:
    reason = one.reason[0].lower() + one.reason[1:] if one.name == "loudness" else one.reason
    return Point(text=_say(one.name, seed, reason=reason, offer=_pick(TRIES["voice"], seed)), dimension=one.name)


def _say(key: str, seed: int, *, words: str = "", offer: str, reason: str = "") -> str:
    text = NEXT_STEPS[key][seed % len(NEXT_STEPS[key])]
    return (
        text.replace("{try_low}", f"try: {offer}")
        .replace("{try}", f"Try: {offer}")
        .replace("{reason}", reason)
        .replace("{words}", words)
    )


def _pick(choices: Sequence[str], seed: int, **filled: str) -> str:
    text = choices[seed % len(choices)]
    for name, value in filled.items():
        text = text.replace("{" + name + "}", value)
    return text


def _quote(evidence: Evidence | None) -> str:
    return f"“{evidence.text.rstrip('.,;:')}”" if evidence is not None else ""


def _level(one: Dimension) -> int:
    return one.level if one.level is not None else 0


def _notes(attunement: Attunement, wording: Wording, voice: VoiceMeasures | None) -> tuple[str, ...]:
    """What wasn't rated, one note a reason."""
    notes: list[str] = []
    if voice is not None and voice.clipping_ratio is not None and voice.clipping_ratio >= CLIPPED:
        notes.append("Part of the recording was too loud for the microphone; sit a little further away.")
    if "level" in wording.not_rated:
        notes.append(f"The words weren't rated. {wording.not_rated['level']}")
    else:
        unseen = [MOVE_SEEN.get(move, word) for move, word in MOVE_WORDS.items() if _untaught(move, wording)]
        if unseen:
            notes.append(
                f"Not rated: whether the reply {_joined(unseen, 'or')}; the listening model can't tell it yet."
            )
        others = {name: why for name, why in wording.not_rated.items() if name not in MOVE_WORDS}
        notes += [f"Not rated: {_joined(names, 'and')}. {why}" for why, names in _by_reason(others)]
    silent: dict[str, str] = {
        one.name: one.reason for one in attunement.dimensions if one.level is None and one.name in VOICE_DIMENSIONS
    }
    notes += [f"Not rated in the voice: {_joined(names, 'and')}. {why}" for why, names in _by_reason(silent)]
    return tuple(notes[:MOST_NOTES])


def _untaught(move: str, wording: Wording) -> bool:
    return wording.not_rated.get(move, NO_REPAIR) != NO_REPAIR


MOVE_SEEN = {"self_disclosure": "tells a story of your own"}


def _by_reason(reasons: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    merged: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        if reason != NO_REPAIR:
            merged.setdefault(reason, []).append(name)
    return list(merged.items())


def _joined(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
