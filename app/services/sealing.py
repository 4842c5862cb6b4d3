"""Files for other PCs, readable to one reader only: by a pass phrase, or by the key of whoever asked.

A phrase is stretched by scrypt (RFC 7914; 32 MiB, a tenth of a second), a key agreed on by X25519 (RFC 7748) and HKDF
(RFC 5869); the content is AES-256-GCM (NIST SP 800-38D) and covers the head of the file: no changed byte is read.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_MARK: Final = b"BGSEAL1"
_BY_PHRASE: Final = _MARK + b"P"
_BY_KEY: Final = _MARK + b"K"
_SALT: Final = 16
_PUBLIC: Final = 32
_NONCE: Final = 12
_COST: Final = {"n": 2**15, "r": 8, "p": 1}


class CannotOpen(ValueError):
    """The phrase or the key does not fit, or the file was changed on its way: the three cannot be told apart."""


def is_by_phrase(data: bytes) -> bool:
    """Tell whether some bytes, or the first eight of them, are those of a file that a phrase opens."""
    return data.startswith(_BY_PHRASE)


def is_by_key(data: bytes) -> bool:
    """Tell whether some bytes are those of a file that a key opens."""
    return data.startswith(_BY_KEY)


def seal_by_phrase(data: bytes, phrase: str) -> bytes:
    """Return ``data`` so that only whoever knows the phrase can read it."""
    head = _BY_PHRASE + os.urandom(_SALT)
    return _sealed(head, _stretched(phrase, head[len(_MARK) + 1 :]), data)


def open_by_phrase(sealed: bytes, phrase: str) -> bytes:
    """Return what was sealed by a phrase. Raises :class:`CannotOpen`."""
    head = _head(sealed, _BY_PHRASE, _SALT)
    return _opened(sealed, head, _stretched(phrase, head[len(_MARK) + 1 :]))


def seal_to(data: bytes, public: bytes) -> bytes:
    """Return ``data`` so that only the holder of a key's private half can read it. Raises ``ValueError`` for no key."""
    own = X25519PrivateKey.generate()
    reader = X25519PublicKey.from_public_bytes(public)
    head = _BY_KEY + own.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _sealed(head, _agreed(own.exchange(reader), head + public), data)


def open_with(sealed: bytes, key: X25519PrivateKey) -> bytes:
    """Return what was sealed to a key. Raises :class:`CannotOpen`."""
    head = _head(sealed, _BY_KEY, _PUBLIC)
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(head[len(_MARK) + 1 :]))
    except ValueError as error:
        raise CannotOpen from error
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _opened(sealed, head, _agreed(shared, head + public))


def _head(sealed: bytes, mark: bytes, length: int) -> bytes:
    if not sealed.startswith(mark):
        raise CannotOpen
    return sealed[: len(mark) + length]


def _stretched(phrase: str, salt: bytes) -> bytes:
    return Scrypt(salt, 32, **_COST).derive(phrase.strip().encode())


def _agreed(shared: bytes, between: bytes) -> bytes:
    return HKDF(SHA256(), 32, between, b"bingan answers").derive(shared)


def _sealed(head: bytes, key: bytes, data: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return head + nonce + AESGCM(key).encrypt(nonce, data, head)


def _opened(sealed: bytes, head: bytes, key: bytes) -> bytes:
    nonce, content = sealed[len(head) : len(head) + _NONCE], sealed[len(head) + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, content, head)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error
