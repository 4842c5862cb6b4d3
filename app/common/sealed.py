"""Plain values as bytes for a cache, and back only when they are whole and of this program and Python."""

from __future__ import annotations

import hashlib
import marshal
import sys
from typing import Final

from app import __version__

_DIGEST: Final = 32


def seal(what: str, value: object) -> bytes:
    """Return tuples, lists, dicts, sets, texts, numbers as bytes for :func:`unseal`; ``what`` names their shape.

    Raises ``ValueError`` for anything else.
    """
    content = marshal.dumps(value)  # type: ignore[arg-type]  # it says itself what it cannot keep
    return _magic(what) + hashlib.sha256(content).digest() + content


def unseal(what: str, content: bytes) -> object | None:
    """Return the value, None when the bytes are something else, of another version, cut or changed."""
    magic = _magic(what)
    start = len(magic) + _DIGEST
    kept = memoryview(content)[start:]
    if not content.startswith(magic) or hashlib.sha256(kept).digest() != content[len(magic) : start]:
        return None
    found: object = marshal.loads(kept)  # noqa: S302 - our own, checked above
    return found


def _magic(what: str) -> bytes:
    return f"bingan {what} {__version__} {sys.version_info[0]}.{sys.version_info[1]}\n".encode()
