"""Heads of the audit kept outside the library: who cuts or replaces the file cannot reach them with it.

A head file is JSON: the library's path, the last operation and its hash, when it was written, and an HMAC-SHA256
(RFC 2104) over these with a key that lies in the same folder, for this user's eyes only. A copy of the file proves
the state of the library on any computer; that nobody wrote it by hand is proved only where the key is. Where the
operating system has a key store, the head is in it too: who rewrites both files, library and head, does not reach that.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.storage.audit import AuditHead
from app.storage.vault import Vault

_KEY_FILE: Final = "audit.key"
_KEY_LENGTH: Final = 32
_ID_LENGTH: Final = 16
_NAME_LENGTH: Final = 24
_HASH_LENGTH: Final = 64
_NO_HEAD: Final = (OSError, ValueError, TypeError, KeyError, AttributeError)
"""What reading something raises that is no head."""


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head as it was kept: of which library, when. ``signed`` is None where the key is another computer's.

    ``in_vault`` is True for one from the key store of the operating system.
    """

    library: str
    head: AuditHead
    at: datetime
    signed: bool | None = None
    in_vault: bool = False


class HeadStore:
    """Heads in a folder outside the library, one file for each library by its path."""

    def __init__(self, folder: Path, vault: Vault | None = None) -> None:
        self._folder = folder
        self._vault = vault

    def path_of(self, library: Path) -> Path:
        """Return the file for a library, whether or not it exists."""
        name = hashlib.sha256(str(library.resolve()).encode()).hexdigest()[:_NAME_LENGTH]
        return self._folder / "heads" / f"{name}.json"

    def keep(self, library: Path, head: AuditHead, at: datetime) -> None:
        """Keep the head of a library in place of an earlier one. Raises ``OSError``."""
        target = self.path_of(library)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.write(target, KeptHead(str(library.resolve()), head, at))

    def write(self, target: Path, kept: KeptHead) -> None:
        """Write a signed head file, whole or not at all. Raises ``OSError``."""
        with write_atomic(target) as out:
            out.write(self._words(kept).encode())

    def _words(self, kept: KeptHead) -> str:
        """Return a head with its signature as it is stored. Raises ``OSError`` where no key can be made."""
        key = self._key() or self._make_key()
        facts = {
            "library": kept.library,
            "sequence": kept.head.op_id,
            "hash": kept.head.hash,
            "at": kept.at.isoformat(sep=" ", timespec="seconds"),
            "key": _key_id(key),
        }
        return json.dumps({**facts, "mac": _mac(key, facts)}, ensure_ascii=False, indent=1)

    def kept(self, library: Path) -> KeptHead | None:
        """Return the head kept of a library, None when there is none. Raises :class:`UserProblem` as :meth:`read`."""
        path = self.path_of(library)
        return self.read(path) if path.exists() else None

    def keep_in_vault(self, library: Path, head: AuditHead, at: datetime) -> bool:
        """Keep the head of a library in the key store too; return False where there is none. Raises ``OSError``."""
        if self._vault is None:
            return False
        return self._vault.put(self.path_of(library).stem, self._words(KeptHead(str(library.resolve()), head, at)))

    def in_vault(self, library: Path) -> KeptHead | None:
        """Return the head that the key store has of a library, None for none and for words that are no head."""
        words = self._vault.get(self.path_of(library).stem) if self._vault is not None else None
        try:
            return replace(self._head_in(words.encode()), in_vault=True) if words else None
        except _NO_HEAD:
            return None

    def latest(self, library: Path) -> KeptHead | None:
        """Return the later of the heads in file and key store; a file that was forged first.

        Raises :class:`UserProblem` as :meth:`read`.
        """
        kept, other = self.kept(library), self.in_vault(library)
        if kept is None or other is None or kept.signed is False:
            return kept or other
        return other if other.head.op_id >= kept.head.op_id else kept

    def read(self, path: Path) -> KeptHead:
        """Return what a head file says. Raises :class:`UserProblem` for an unreadable one; a forged one is unsigned."""
        try:
            return self._head_in(path.read_bytes())
        except _NO_HEAD as error:
            raise _unreadable(path) from error

    def _head_in(self, data: bytes) -> KeptHead:
        """Return the head that some bytes hold. Raises one of :data:`_NO_HEAD` for what holds none."""
        facts = json.loads(data)
        mac = facts.pop("mac")
        head = AuditHead(facts["sequence"], facts["hash"])
        kept = KeptHead(facts["library"], head, datetime.fromisoformat(facts["at"]))
        if not (isinstance(head.op_id, int) and len(head.hash) == _HASH_LENGTH and isinstance(mac, str)):
            raise ValueError("head")
        key = self._key()
        if key is None or facts.get("key") != _key_id(key):
            return kept
        return replace(kept, signed=hmac.compare_digest(mac, _mac(key, facts)))

    def _key(self) -> bytes | None:
        try:
            key = (self._folder / _KEY_FILE).read_bytes()
        except OSError:
            return None
        return key if len(key) == _KEY_LENGTH else None

    def _make_key(self) -> bytes:
        key = secrets.token_bytes(_KEY_LENGTH)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with write_atomic(self._folder / _KEY_FILE, private=True) as out:
            out.write(key)
        return key


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"id" + key).hexdigest()[:_ID_LENGTH]


def _mac(key: bytes, facts: dict[str, object]) -> str:
    canonical = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


def _unreadable(path: Path) -> UserProblem:
    return UserProblem("audit.bad_head", remedy="audit.remedy.bad_head", where=Where(path.name))
