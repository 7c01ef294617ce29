"""How well the feelings that a reply names fit this speaker, as one figure with its grounds."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from .feeling_families import BY_NAME
from .feelings import NamedFeeling, family_of, match, named_feelings, near

NEAR = 0.6
UNLISTED = 0.5
"""Named, and on the same side as what the speaker feels, but not listed; or the speaker's feelings aren't known."""
DENIED = 0.5
"""How wrong it is to talk the speaker out of a feeling that they have ("don't be sad")."""
LIST_OF_FEELINGS = 3
"""More families than this in one reply is a list, not a guess at one speaker's heart: it earns at most ``UNLISTED``."""


class FeelingFit(msgspec.Struct, frozen=True, kw_only=True):
    """How the named feelings fit.

    Attributes:
        value: 0–1; a list of feelings or more of them doesn't add up, the best one counts.
        wrong: share of the named families that are wrong, 0–1; at least ``DENIED`` where one of theirs is denied.
        named: families said of the speaker, in order. met, near, missed, mistaken, denied: families.
        listed: more than ``LIST_OF_FEELINGS``. known: whether the speaker's feelings were given.
    """

    value: float
    wrong: float
    named: tuple[str, ...]
    met: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    mistaken: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    listed: bool = False
    known: bool = True


def fit_feelings(named: Sequence[NamedFeeling], feelings: Sequence[str], prompt: str) -> FeelingFit:
    """Fit what was named to ``feelings``; where these aren't known, to the feelings that the prompt itself names."""
    said = tuple(dict.fromkeys(one.family for one in named if one.owner == "you" and not one.negated))
    return _to_known(named, said, feelings) if feelings else _to_prompt(said, prompt)


def _to_known(named: Sequence[NamedFeeling], said: tuple[str, ...], feelings: Sequence[str]) -> FeelingFit:
    fits = match(named, feelings)
    by_fit = {fit: tuple(family for family, one in fits.items() if one == fit) for fit in set(fits.values())}
    met, close, mistaken = by_fit.get("met", ()), by_fit.get("near", ()), by_fit.get("wrong", ())
    theirs = tuple(map(family_of, feelings))
    turned = (one.family for one in named if one.negated and one.owner == "you")
    denied = tuple(dict.fromkeys(one for one in turned if one in theirs and one not in said))
    best = 1.0 if met else NEAR if close else UNLISTED if len(mistaken) < len(said) else 0.0
    listed = len(said) > LIST_OF_FEELINGS
    return FeelingFit(
        value=min(best, UNLISTED) if listed else best,
        wrong=max(len(mistaken) / len(said) if said else 0.0, DENIED if denied else 0.0),
        named=said,
        met=met,
        near=close,
        missed=tuple(family for family in by_fit.get("missed", ()) if family in theirs),
        mistaken=mistaken,
        denied=denied,
        listed=listed,
    )


def _to_prompt(said: tuple[str, ...], prompt: str) -> FeelingFit:
    theirs = {one.family for one in named_feelings(prompt) if not one.negated}
    met = tuple(family for family in said if family in theirs)
    close = tuple(family for family in said if family not in met and any(near(family, other) for other in theirs))
    sides = {BY_NAME[family].valence > 0 for family in theirs if family in BY_NAME}
    opposite = tuple(
        family for family in said if sides and family in BY_NAME and (BY_NAME[family].valence > 0) not in sides
    )
    best = 1.0 if met else NEAR if close else UNLISTED if len(opposite) < len(said) else 0.0
    listed = len(said) > LIST_OF_FEELINGS
    return FeelingFit(
        value=min(best, UNLISTED) if listed else best,
        wrong=len(opposite) / len(said) if said else 0.0,
        named=said,
        met=met,
        near=close,
        mistaken=opposite,
        listed=listed,
        known=False,
    )
