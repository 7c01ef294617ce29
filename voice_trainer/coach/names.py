"""Names of people in a session: what can be one, and whether it is free."""

from __future__ import annotations

import unicodedata

from ..errors import RequestInvalid
from ..session import LONGEST_NAME
from .held import Held, same_name


def plain_name(name: str) -> str:
    """``name`` in one form of Unicode, on one line, without what can't be seen. Raises RequestInvalid."""
    text = unicodedata.normalize("NFC", name)
    shown = "".join(" " if one.isspace() else one for one in text if one.isspace() or _seen(one))
    plain = " ".join(shown.split())
    if not any(one.isalnum() for one in plain):
        raise RequestInvalid("That is no name that can be called out; come in with one of a few letters.")
    if len(plain) > LONGEST_NAME:
        raise RequestInvalid(f"That name has {len(plain)} characters; come in with one of {LONGEST_NAME} at most.")
    return plain


def check_free(held: Held, name: str) -> None:
    """Raises RequestInvalid where the name is the coach's, or is or was somebody's here."""
    if same_name(name) == same_name(held.session.coach):
        raise RequestInvalid(f"{name} is the name of who leads this session; come in under another one.")
    if held.named(name) is not None:
        raise RequestInvalid(f"There is a {name} in this session already; come in under another name.")


def _seen(character: str) -> bool:
    """Not a control character, a mark of direction, or anything else without a form of its own."""
    return unicodedata.category(character)[0] != "C"
