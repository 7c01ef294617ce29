"""Where a coach's program is reached, as it is written in an invitation."""

from __future__ import annotations

import ipaddress
import re
import socket
from contextlib import suppress
from dataclasses import dataclass

from ..errors import RequestInvalid

DEFAULT_PORT = 7463
ANYWHERE = ("0.0.0.0", "::", "")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\Z")


@dataclass(frozen=True)
class Address:
    """A host name or IP address (IPv6 without brackets), and a port 1–65535."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What a participant needs to come in."""

    address: Address
    code: str
    fingerprint: str

    def __str__(self) -> str:
        return f"voice-trainer join {self.address} {self.code} {self.fingerprint}"


def parsed(text: str) -> Address:
    """``host``, ``host:port``, ``[IPv6]:port`` or an IPv6 address alone. Raises RequestInvalid."""
    wrong = RequestInvalid(
        f"{text[:80]!r} is no address of a coach; give it as the invitation shows it, such as "
        f"192.168.1.20:{DEFAULT_PORT}."
    )
    given = text.strip().removeprefix("wss://").rstrip("/")
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::(\d{1,5}))?", given)
    if bracketed:
        host, port = bracketed[1], bracketed[2]
    elif given.count(":") > 1:
        host, port = given, None
    else:
        host, _, port = given.partition(":")
        if ":" in given and not re.fullmatch(r"[0-9]{1,5}", port):
            raise wrong
    number = int(port) if port else DEFAULT_PORT
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        if ":" in host or not _HOST.match(host):
            raise wrong from None
    if not 0 < number < 65536:
        raise wrong
    return Address(host, number)


def shown_host(host: str) -> str:
    """What others reach this machine by, where it serves on ``host``; its own name where that can't be told."""
    if host not in ANYWHERE:
        return host
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))  # picks the way out; a datagram socket sends nothing by it
            return str(probe.getsockname()[0])
    return socket.gethostname()
