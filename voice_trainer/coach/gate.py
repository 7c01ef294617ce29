"""Who may knock, and how often: codes that can't be guessed by trying, and a measure for what one connection may send.

A wrong code makes the next try from the same address wait, longer each time, and after some there is no trying for a
while. Tries that come too early are answered without looking at their code. Nobody else's address is slowed by it.
"""

from __future__ import annotations

import hmac
import ipaddress
import random
import secrets
from collections import OrderedDict
from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which are misread."""
CODE_LETTERS = 8
"""40 bits: at ``LOCKED_AFTER`` tries every ``LOCKED_S``, an address has even odds after two million years."""
_MISREAD = str.maketrans("OIL", "011")


def new_code(rng: random.Random | None = None) -> str:
    """A code such as ``7K3M-Q2XN``. ``rng``: only for tests; by default the operating system's."""
    chosen = rng or secrets.SystemRandom()
    letters = "".join(chosen.choice(ALPHABET) for _ in range(CODE_LETTERS))
    return f"{letters[:4]}-{letters[4:]}"


def plain_code(typed: str) -> str:
    """A code as it is compared: case, dashes, blanks, and O for 0 or I and L for 1 do not matter."""
    return "".join(typed.upper().translate(_MISREAD).replace("-", "").split())


def same_code(typed: str, code: str) -> bool:
    """Whether they are the same, in a time that does not tell how much of it was right."""
    return hmac.compare_digest(plain_code(typed).encode(), plain_code(code).encode())


FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 16.0
LOCKED_AFTER = 8
LOCKED_S = 15 * 60.0
FORGOTTEN_S = 60 * 60.0
"""After this long without a wrong code an address begins anew."""
MOST_ADDRESSES = 20_000
"""That are remembered; the one that was quiet longest is let go first."""


@dataclass
class _Tries:
    wrong: int = 0
    not_before: float = 0.0
    last: float = 0.0


class Gate:
    """Knows the code, and who tried wrong ones. For use by one thread; ``now`` is any clock in seconds."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def wait_s(self, address: str, now: float) -> float:
        """Seconds until a code from ``address`` is looked at; 0 where it is now."""
        tries = self._tries.get(origin(address))
        return max(0.0, tries.not_before - now) if tries is not None else 0.0

    def admits(self, address: str, typed: str, now: float) -> bool:
        """Whether the code is right. A wrong one is remembered of the address; one before its time is not looked at."""
        where = origin(address)
        if self.wait_s(address, now) > 0:
            return False
        if same_code(typed, self._code):
            self._tries.pop(where, None)
            return True
        self._remember(where, now)
        return False

    def _remember(self, where: str, now: float) -> None:
        tries = self._tries.pop(where, _Tries())
        if now - tries.last > FORGOTTEN_S:
            tries = _Tries()
        tries.wrong += 1
        tries.last = now
        if tries.wrong % LOCKED_AFTER == 0:
            tries.not_before = now + LOCKED_S
        else:
            tries.not_before = now + min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (tries.wrong % LOCKED_AFTER - 1))
        self._tries[where] = tries
        while len(self._tries) > MOST_ADDRESSES:
            self._tries.popitem(last=False)


def origin(address: str) -> str:
    """What counts as one address: for IPv6 the /64 that a household is given."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class Rate:
    """A bucket that fills at ``per_s`` up to ``burst``, and is emptied by what is taken."""

    def __init__(self, per_s: float, burst: float, now: float) -> None:
        self._per_s = per_s
        self._burst = burst
        self._held = burst
        self._at = now

    def take(self, amount: float, now: float) -> float:
        """Take ``amount``; returns for how many seconds it was taken too early, 0 where there was enough."""
        self._held = min(self._burst, self._held + (now - self._at) * self._per_s)
        self._at = now
        self._held -= amount
        return max(0.0, -self._held / self._per_s)
