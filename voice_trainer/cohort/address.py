"""Where a cluster may be reached: on this machine, or over TLS."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from ..errors import RequestInvalid

PLAIN, ENCRYPTED = "tcp", "tls"


def checked(address: str) -> str:
    """``address`` with its protocol.

    Whoever reaches a scheduler can have its workers run anything, and replies are personal; so plain TCP is refused
    unless it stays on this machine.

    Raises:
        RequestInvalid: no address, another protocol, or plain TCP to another machine.
    """
    whole = address if "://" in address else f"{PLAIN}://{address}"
    try:
        parts = urlsplit(whole)
        port = parts.port
    except ValueError as error:
        raise RequestInvalid(f"{address[:80]} is no address of a scheduler ({error}); give tls://HOST:PORT.") from error
    if not parts.hostname or port is None or parts.username is not None or parts.path.strip("/") or parts.query:
        raise RequestInvalid(f"{address[:80]} is no address of a scheduler; give one such as tls://HOST:PORT.")
    if parts.scheme not in (PLAIN, ENCRYPTED):
        raise RequestInvalid(
            f"{parts.scheme}:// is not used here; give tls://HOST:PORT, or tcp://127.0.0.1:PORT on this machine."
        )
    if not private(whole):
        raise RequestInvalid(
            f"{whole} is plain TCP to another machine, where anybody on the way could listen, and have the workers run "
            f"what they like; start the cluster with TLS and give tls://{parts.netloc}."
        )
    return whole


def private(address: str) -> bool:
    """Whether what is sent to ``address`` is encrypted or stays on this machine."""
    parts = urlsplit(address)
    return parts.scheme in (ENCRYPTED, "inproc") or (parts.scheme == PLAIN and _here(parts.hostname or ""))


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
