"""The key that this home folder signs rule packs with, and fingerprints of keys. Ed25519 (RFC 8032)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic

_FILE: Final = "rule-pack-key.pem"
_GROUP: Final = 4
_SHOWN: Final = 32


class PackKey:
    """The private key in the home folder; made at the first use and kept for this user's eyes only."""

    def __init__(self, home: Path) -> None:
        self._path = home / "keys" / _FILE

    def public(self) -> bytes:
        """Return the public key (32 bytes). Raises :class:`UserProblem` for a key file that cannot be read."""
        return self._private().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, data: bytes) -> bytes:
        """Return the signature (64 bytes) of some bytes. Raises :class:`UserProblem` as :meth:`public` does."""
        return self._private().sign(data)

    def reply_key(self) -> X25519PrivateKey:
        """Return the key that answers to this home folder are sealed to, derived from its own (HKDF, RFC 5869)."""
        own = self._private().private_bytes_raw()
        return X25519PrivateKey.from_private_bytes(HKDF(SHA256(), 32, None, b"bingan reply key").derive(own))

    def _private(self) -> Ed25519PrivateKey:
        if not self._path.exists():
            self._make()
        try:
            key = load_pem_private_key(self._path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise UserProblem("packs.key", remedy="packs.remedy.key", where=Where(_FILE)) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise UserProblem("packs.key", remedy="packs.remedy.key", where=Where(_FILE))
        return key

    def _make(self) -> None:
        key = Ed25519PrivateKey.generate()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with write_atomic(self._path, private=True) as out:
            out.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def is_signed(public: bytes, signature: bytes, data: bytes) -> bool:
    """Tell whether a signature of some bytes was made with the private half of a public key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint_of(public: bytes) -> str:
    """Return the first half of a public key's SHA-256 in groups of four, as people compare it."""
    digest = hashlib.sha256(public).hexdigest()[:_SHOWN].upper()
    return " ".join(digest[start : start + _GROUP] for start in range(0, _SHOWN, _GROUP))
