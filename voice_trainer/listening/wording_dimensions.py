"""The six dimensions of the wording, each 1–5 with the trainee's own words and a reason, or None with the reason.

Level 3 is what a present listener does. What can't be seen yet is said, not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable

from .dimensions import Dimension, Evidence
from .evidence import Spoken
from .feeling_families import BY_NAME
from .feeling_fit import FeelingFit
from .level import HARMS, Signals
from .moves import MOVE_WORDS, PRESENT, REFLECTIONS, Move, Reading

VALIDATES = (0.2, 0.45, 0.7)
"""Warmth or validation, 0–1, from which on validation is 3, 4 and 5."""
RESTRAINS = (0.2, 0.4, 0.55, 0.75)
"""Harm, 0–1, from which on restraint is 4, 3, 2 and 1."""
INVITES = 0.5
SAYS_MEANING = 0.5
HOLDS_MEANING = 0.75


def rate(spoken: tuple[Spoken, ...], reading: Reading, fit: FeelingFit, signals: Signals) -> tuple[Dimension, ...]:
    """All six, in the order of ``WORDING_DIMENSIONS``."""
    return (
        _feeling(spoken, fit, signals),
        _meaning(spoken, signals),
        _validation(spoken, reading, signals),
        _curiosity(spoken, reading, signals),
        _restraint(spoken, reading, signals),
        _repair(spoken, reading),
    )


def said(families: Iterable[str]) -> str:
    """Families as words in a sentence: "hurt and lonely"."""
    words = [BY_NAME[one].sayable if one in BY_NAME else one for one in families]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def _feeling(spoken: tuple[Spoken, ...], fit: FeelingFit, signals: Signals) -> Dimension:
    if fit.denied and not fit.met:
        reason = f"It talks them out of feeling {said(fit.denied)}, and that is what they feel."
        return Dimension(name="feeling", level=1, reason=reason, evidence=_named(spoken, fit.denied, negated=True))
    if not fit.named:
        sensed = signals.meaning >= SAYS_MEANING or signals.validation >= VALIDATES[1]
        reason = (
            "No feeling is named, though the reply reaches toward one."
            if sensed
            else "No feeling of theirs is named yet."
        )
        return Dimension(name="feeling", level=2 if sensed else 1, reason=reason)
    shown = _named(spoken, fit.met or fit.near or fit.mistaken or fit.named)
    if fit.listed:
        reason = f"{len(fit.named)} feelings in a row; the one that fits would be heard better alone."
        return Dimension(name="feeling", level=2, reason=reason, evidence=_named(spoken, fit.named))
    if fit.wrong >= 0.5:
        reason = f"It names {said(fit.mistaken)}, which isn't where they seem to be."
        return Dimension(name="feeling", level=1, reason=reason, evidence=_named(spoken, fit.mistaken))
    if fit.met:
        more = len(fit.met) > 1
        level = (5 if more else 4) - (1 if fit.mistaken else 0)
        reason = f"It names {said(fit.met)}, and that is what they feel."
    elif fit.near:
        level, reason = 3, f"It names {said(_families(fit))}, close to what they feel."
    elif fit.known:
        level, reason = 3, f"It names {said(fit.named)}; that may be there too, beside what weighs most."
    else:
        level, reason = 3, f"It names {said(fit.named)}; what they feel wasn't given, so the fit isn't known."
    return Dimension(name="feeling", level=level, reason=reason, evidence=shown or _named(spoken, fit.named))


def _families(fit: FeelingFit) -> tuple[str, ...]:
    return tuple(one for one in fit.named if one not in fit.mistaken)


def _meaning(spoken: tuple[Spoken, ...], signals: Signals) -> Dimension:
    shown = _strongest(spoken, REFLECTIONS)
    reflects = signals.reflecting >= PRESENT
    if signals.parroting:
        reason = "It says their words back almost as they were; what they mean can be said in yours."
        return Dimension(name="meaning", level=2, reason=reason, evidence=shown)
    if not reflects and signals.meaning < SAYS_MEANING:
        level = 2 if signals.reflecting >= PRESENT / 2 else 1
        return Dimension(name="meaning", level=level, reason="Little of what they told comes back to them.")
    if signals.meaning >= HOLDS_MEANING and reflects:
        return Dimension(name="meaning", level=5, reason="It says what lies under their words.", evidence=shown)
    if signals.meaning >= SAYS_MEANING:
        return Dimension(name="meaning", level=4, reason="It reaches under their words.", evidence=shown)
    return Dimension(name="meaning", level=3, reason="It gives back what they said.", evidence=shown)


def _validation(spoken: tuple[Spoken, ...], reading: Reading, signals: Signals) -> Dimension:
    taught = "validation" in reading.reply.moves
    warm = signals.validation >= VALIDATES[0]
    if not taught and not warm:  # without warmth a reply can still tell them that it makes sense
        reason = _unknown(reading, "validation")
        return Dimension(name="validation", level=None, reason=reason)
    level = 2 + sum(signals.validation >= bound for bound in VALIDATES)
    reason = (
        "Nothing yet tells them that what they feel makes sense.",
        "There is some warmth in it.",
        "It answers their feeling with warmth.",
        "It tells them clearly that they matter in this.",
    )[level - 2]
    if not taught:
        reason += " Judged from its warmth alone."
    shown = _warmest(spoken, taught) if level > 2 else ()
    return Dimension(name="validation", level=level, reason=reason, evidence=shown)


def _curiosity(spoken: tuple[Spoken, ...], reading: Reading, signals: Signals) -> Dimension:
    moves = reading.reply.moves
    if signals.inviting >= INVITES:
        level = 5 if moves.get("open_question", 0.0) >= PRESENT and signals.inviting >= HOLDS_MEANING else 4
        shown = _strongest(spoken, ("open_question", "closed_question"))
        return Dimension(name="curiosity", level=level, reason="It invites them to say more.", evidence=shown)
    if moves.get("closed_question", 0.0) >= PRESENT:
        shown = _strongest(spoken, ("closed_question",))
        reason = "The question can be answered with a yes or a no."
        return Dimension(name="curiosity", level=2, reason=reason, evidence=shown)
    if signals.reflecting >= PRESENT:
        return Dimension(name="curiosity", level=3, reason="No question; a reflection invites too.")
    return Dimension(name="curiosity", level=2, reason="Nothing in it invites them to say more.")


def _restraint(spoken: tuple[Spoken, ...], reading: Reading, signals: Signals) -> Dimension:
    moves = reading.reply.moves
    seen = [move for move in HARMS if move in moves]
    if not seen:
        return Dimension(name="restraint", level=None, reason="This listening model doesn't tell advice and its kin.")
    level = 5 - sum(signals.harm >= bound for bound in RESTRAINS)
    worst = max(seen, key=lambda move: HARMS[move] * moves[move])
    unseen = [MOVE_WORDS[move] for move in HARMS if move in reading.not_taught]
    if level >= 4:
        reason = "It leaves the solving to them."
        level = 4 if unseen else level
    else:
        reason = f"It {MOVE_WORDS[worst].replace('own story', 'tells an own story')} where it could have listened."
    if unseen:
        reason += f" Whether it {_either(unseen)} can't be seen yet."
    return Dimension(
        name="restraint", level=level, reason=reason, evidence=_strongest(spoken, (worst,)) if level < 4 else ()
    )


def _repair(spoken: tuple[Spoken, ...], reading: Reading) -> Dimension:
    probability = reading.reply.moves.get("repair")
    if probability is None:
        reason = _unknown(reading, "repair")
        return Dimension(name="repair", level=None, reason=reason)
    if probability < PRESENT:
        return Dimension(name="repair", level=None, reason="There is no repair in this reply to rate.")
    level = 5 if probability >= 0.8 else 4
    shown = _strongest(spoken, ("repair",))
    return Dimension(name="repair", level=level, reason="It owns what went wrong and comes back.", evidence=shown)


def _unknown(reading: Reading, move: Move) -> str:
    """Why a move can't be told, as a sentence."""
    why = reading.not_taught.get(move, "").strip().rstrip(".")
    return f"The listening model can't tell {move} yet" + (f": {why}." if why else ".")


def _either(words: list[str]) -> str:
    words = [word.replace("own story", "tells an own story") for word in words]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _named(spoken: tuple[Spoken, ...], families: Iterable[str], *, negated: bool = False) -> tuple[Evidence, ...]:
    wanted = set(families)
    return tuple(
        part.part(one.start, one.end)
        for part in spoken
        for one in part.named
        if one.family in wanted and one.owner == "you" and one.negated == negated
    )


def _strongest(spoken: tuple[Spoken, ...], moves: tuple[Move, ...]) -> tuple[Evidence, ...]:
    """The sentence in which one of ``moves`` is most likely."""
    if not spoken:
        return ()
    best = max(spoken, key=lambda part: max(part.span.moves.get(move, 0.0) for move in moves))
    return (best.whole(),)


def _warmest(spoken: tuple[Spoken, ...], taught: bool) -> tuple[Evidence, ...]:
    best = max(
        spoken,
        key=lambda part: max(
            part.span.moves.get("validation", 0.0) if taught else 0.0,
            part.span.mechanisms.get("emotional_reaction", 0.0) / 2.0,
        ),
    )
    return (best.whole(),)
