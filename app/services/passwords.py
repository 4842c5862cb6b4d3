"""Passwords and recovery keys: Argon2id with its cost in the stored text, how strong one is, what is too weak."""

from __future__ import annotations

import secrets
from enum import IntEnum
from itertools import pairwise
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.common.errors import UserProblem

SHORTEST: Final = 8
"""Characters that a password has at least."""
LONGEST: Final = 128
_KEY_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters of a recovery key: none that is read as another."""
_KEY_GROUPS: Final = 5
_GROUP: Final = 4
_LONG: Final = (12, 16)
_FEW: Final = 4
_COMMON: Final = frozenset(
    {"password", "passw0rd", "12345678", "123456789", "1234567890", "11111111", "88888888", "qwertyui", "abcd1234"}
)


class Strength(IntEnum):
    """How hard a password is to guess; its words stand in ``people.strength``."""

    TOO_SHORT = 0
    WEAK = 1
    FAIR = 2
    STRONG = 3


def strength_of(secret: str, login: str = "") -> Strength:
    """Return how strong a password is: by length and kinds of characters; common ones and the login are weak."""
    if len(secret) < SHORTEST:
        return Strength.TOO_SHORT
    folded = secret.casefold()
    steps = {ord(b) - ord(a) for a, b in pairwise(secret)}
    if folded in _COMMON or (login and login in folded) or len(set(secret)) < _FEW or steps in ({1}, {-1}):
        return Strength.WEAK
    tests = (str.islower, str.isupper, str.isdigit, lambda one: not one.isascii() or not one.isalnum())
    kinds = sum(any(test(one) for one in secret) for test in tests)
    points = kinds + sum(len(secret) >= length for length in _LONG)
    if points > 3:
        return Strength.STRONG
    return Strength.FAIR if points > 1 else Strength.WEAK


def must_be_good(secret: str, login: str = "") -> None:
    """Raise :class:`UserProblem` for a password that is too short, too long, or weak."""
    strength = strength_of(secret, login)
    if strength is Strength.TOO_SHORT or len(secret) > LONGEST:
        raise UserProblem("people.bad_length", remedy="people.remedy.bad_length", least=SHORTEST, most=LONGEST)
    if strength is Strength.WEAK:
        raise UserProblem("people.weak", remedy="people.remedy.weak")


def new_recovery_key() -> str:
    """Return a fresh key such as ``7KQM-…`` of five groups, 99 bits; it is shown once and kept as a hash."""
    groups = ("".join(secrets.choice(_KEY_LETTERS) for _ in range(_GROUP)) for _ in range(_KEY_GROUPS))
    return "-".join(groups)


def plain_key(typed: str) -> str:
    """Return a recovery key as it is hashed: upper case, without blanks and dashes."""
    return "".join(one for one in typed.upper() if one.isalnum())


class Passwords:
    """Hashes and verifies. The default cost is that of the library: 64 MiB, three rounds, 0.15 s on an office PC."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash(secrets.token_hex(16))

    def hash(self, secret: str) -> str:
        """Return the Argon2id text of a password, with salt and cost."""
        return self._hasher.hash(secret)

    def fits(self, stored: str | None, secret: str) -> bool:
        """Tell whether a password is the stored one. Without one the same time goes by and the answer is no."""
        try:
            fits = self._hasher.verify(stored or self._nobodys, secret)
        except (VerificationError, InvalidHashError):
            return False
        return fits and stored is not None

    def is_stale(self, stored: str) -> bool:
        """Tell whether a hash was made at another cost than today's and is to be made anew."""
        return self._hasher.check_needs_rehash(stored)
