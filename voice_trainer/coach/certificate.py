"""The certificate that the coach's program shows, and the fingerprint by which a participant knows it.

A participant who was given the fingerprint needs no authority: whoever shows another certificate is not the coach.
"""

from __future__ import annotations

import hashlib
import hmac
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ..errors import RequestInvalid
from ..private_files import write_whole

FILE = "certificate.pem"
"""The key and the certificate in one file, so that neither is ever there without the other."""
COMMON_NAME = "Voice Trainer coach"
VALID = timedelta(days=3650)
EARLIER = timedelta(days=7)
"""A participant's clock may be behind; a pinned certificate is known by its fingerprint, whatever its dates."""
FINGERPRINT_DIGITS = 32
"""Of SHA-256, in hexadecimal: 128 bits. Finding another certificate with the same ones takes 2^128 tries, and this many
can still be read out over a telephone."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """PEM files of a certificate (with its chain) and of its key, and the ``fingerprint`` of the first in it."""

    cert_path: Path
    key_path: Path
    fingerprint: str

    def context(self) -> ssl.SSLContext:
        """For a server: TLS 1.2 or newer, nothing else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.cert_path, self.key_path)
        return context


def fingerprint_of(der: bytes) -> str:
    """The beginning of the SHA-256 of a certificate (DER), in groups of four digits."""
    digits = hashlib.sha256(der).hexdigest()[:FINGERPRINT_DIGITS]
    return "-".join(digits[start : start + 4] for start in range(0, FINGERPRINT_DIGITS, 4))


def checked_fingerprint(text: str) -> str:
    """A fingerprint as somebody typed or pasted it, as ``fingerprint_of`` writes it.

    The whole SHA-256 with colons, as other programs print it, is fine too. Raises RequestInvalid.
    """
    digits = "".join(one for one in text.lower() if one not in "-: \t\n")
    if len(digits) not in (FINGERPRINT_DIGITS, 64) or set(digits) - set("0123456789abcdef"):
        raise RequestInvalid(
            f"The fingerprint must be {FINGERPRINT_DIGITS} digits from 0 to f (dashes do not matter), as the "
            f"invitation shows it; it was {text[:80]!r}."
        )
    digits = digits[:FINGERPRINT_DIGITS]
    return "-".join(digits[start : start + 4] for start in range(0, FINGERPRINT_DIGITS, 4))


def is_of(fingerprint: str, der: bytes) -> bool:
    """Whether this is the certificate (DER) with that fingerprint."""
    return hmac.compare_digest(fingerprint, fingerprint_of(der))


def own_certificate(folder: Path) -> Certificate:
    """The certificate kept in ``folder``, made there the first time; only its owner can read it.

    Raises:
        RequestInvalid: what lies there is no certificate with its key.
        StoreError: it can't be written.
    """
    path = folder / FILE
    if not path.exists():
        write_whole(path, _new())
    return certificate_of(path, path)


def certificate_of(cert_path: Path, key_path: Path) -> Certificate:
    """One's own certificate and key, PEM. Raises RequestInvalid: unreadable, a pass phrase, or no pair."""
    try:
        found = x509.load_pem_x509_certificate(cert_path.read_bytes())
    except OSError as error:
        raise _unreadable(cert_path, error) from error
    except ValueError as error:
        raise RequestInvalid(
            f"{cert_path} holds no certificate in PEM form; give the file that your CA sent."
        ) from error
    try:
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    except OSError as error:
        raise _unreadable(key_path, error) from error
    except TypeError as error:
        raise RequestInvalid(f"The key {key_path} asks for a pass phrase; give one without.") from error
    except Exception as error:  # cryptography names its own kinds for each sort of damage
        raise RequestInvalid(f"{key_path} holds no private key in PEM form; give the certificate's key.") from error
    if _public(key.public_key()) != _public(found.public_key()):
        raise RequestInvalid(
            f"The key {key_path} is not that of the certificate {cert_path}; give the two of one pair."
        )
    der = found.public_bytes(serialization.Encoding.DER)
    certificate = Certificate(cert_path=cert_path, key_path=key_path, fingerprint=fingerprint_of(der))
    try:
        certificate.context()
    except (ssl.SSLError, OSError) as error:
        raise RequestInvalid(f"The certificate {cert_path} can't be used for TLS ({error}); give another.") from error
    return certificate


def _public(key: object) -> bytes:
    found: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return found


def _unreadable(path: Path, error: OSError) -> RequestInvalid:
    why = (error.strerror or str(error)).lower()
    return RequestInvalid(f"{path} can't be read ({why}); give a file that can.")


def _new() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COMMON_NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + made.public_bytes(serialization.Encoding.PEM)
