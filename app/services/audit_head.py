"""The head of the audit outside the library: compared at the start, kept while people work."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from app.common.clock import Clock
from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.storage.audit import AuditHead, head_of
from app.storage.backup import backup_folder, backups, manifest_of
from app.storage.database import Database
from app.storage.engine import read_engine
from app.storage.heads import HeadStore, KeptHead
from app.storage.vault import SystemVault

KEEP_EVERY_S: Final = 30.0
"""Seconds between two writings of the head; it is written at the end in any case. An older head is one that fits."""


def head_store(folder: Path) -> HeadStore:
    """Return where heads are kept: in a folder, and in the key store of the operating system where there is one."""
    return HeadStore(folder, SystemVault())


class Standing(StrEnum):
    """How the library stands to the head that was kept outside."""

    UNKNOWN = "unknown"
    FITS = "fits"
    CUT = "cut"
    OTHER = "other"
    FORGED = "forged"
    UNREADABLE = "unreadable"

    @property
    def is_alarming(self) -> bool:
        """True when somebody has to look at it."""
        return self not in (Standing.UNKNOWN, Standing.FITS)


@dataclass(frozen=True, slots=True)
class HeadState:
    """What was found at the start: the head outside (None without one) and the head of the library then."""

    standing: Standing
    kept: KeptHead | None
    found: AuditHead


class HeadWatch:
    """Compares once and then keeps; a library that does not fit keeps its old head until somebody confirmed."""

    def __init__(self, db: Database, clock: Clock, store: HeadStore | None) -> None:
        self._db, self._clock, self._store = db, clock, store
        self._last = float("-inf")
        self.has_vault = False
        """True once the head was kept in the key store of the operating system."""
        self.state = self._compared()
        if store is not None and not db.read_only:
            db.tell(self._on_changes)

    @property
    def store(self) -> HeadStore | None:
        """Where heads are kept, None where they are not."""
        return self._store

    def accept(self) -> None:
        """Take the library as it is from now on."""
        self.state = HeadState(Standing.FITS, None, self.state.found)  # the old head is no measure any more
        self.keep()
        self.keep_in_vault()

    def keep(self) -> None:
        """Write the head now. A folder that cannot be written costs the proof, not the work."""
        if self._store is None or self._db.read_only or self.state.standing.is_alarming:
            return
        with self._db.read() as reader:
            head = reader.audit_head()
        self._last = time.monotonic()
        with suppress(OSError):
            self._store.keep(self._db.path, head, self._clock.now())

    def keep_in_vault(self) -> None:
        """Write the head into the key store of the operating system. May take a while: not for the window's thread."""
        if self._store is None or self._db.read_only or self._is_demo() or self.state.standing.is_alarming:
            return
        with self._db.read() as reader:
            head = reader.audit_head()
        with suppress(OSError):
            self.has_vault = self._store.keep_in_vault(self._db.path, head, self._clock.now())

    def look_in_vault(self) -> bool:
        """Compare with the head in the key store too; return True when it does not fit the library, and keep that."""
        kept = self._store.in_vault(self._db.path) if self._store is not None and not self._is_demo() else None
        if kept is None or self.state.standing.is_alarming:
            return False
        with self._db.read() as reader:
            if kept.signed is not False and reader.audit_contains(kept.head):
                return False
            last = reader.audit_head().op_id
        found = self.state.found
        wrong = Standing.CUT if kept.head.op_id > last else Standing.OTHER
        self.state = HeadState(Standing.FORGED if kept.signed is False else wrong, kept, found)
        return True

    def _is_demo(self) -> bool:
        with self._db.read() as reader:
            return reader.setting("demo") is True

    def keep_beside(self, copy: Path, library: Path) -> None:
        """Write the manifest of a backup: the head that the copy has."""
        if self._store is None:
            return
        engine = read_engine(copy)  # not as a library: a copy made before an upgrade is of an older version
        try:
            with engine.connect() as connection:
                head = head_of(connection)
        finally:
            engine.dispose()
        with suppress(OSError):
            self._store.write(manifest_of(copy), KeptHead(str(library.resolve()), head, self._clock.now()))

    def keep_beside_since(self, began: datetime) -> None:
        """Write the manifests of the backups that opening made: before an upgrade, before a restore."""
        library = self._db.path
        for one in backups(backup_folder(library)):
            if one.at >= began.replace(microsecond=0) and not manifest_of(one.path).exists():
                self.keep_beside(one.path, library)

    def _compared(self) -> HeadState:
        with self._db.read() as reader:
            found = reader.audit_head()
            if self._store is None or reader.setting("demo") is True:
                return HeadState(Standing.UNKNOWN, None, found)
            try:
                kept = self._store.kept(self._db.path)
            except UserProblem:
                return HeadState(Standing.UNREADABLE, None, found)
            if kept is None:
                return HeadState(Standing.UNKNOWN, None, found)
            if kept.signed is not True:
                return HeadState(Standing.FORGED, kept, found)
            if reader.audit_contains(kept.head):
                return HeadState(Standing.FITS, kept, found)
        return HeadState(Standing.CUT if kept.head.op_id > found.op_id else Standing.OTHER, kept, found)

    def _on_changes(self, _changes: Changes) -> None:
        if time.monotonic() - self._last >= KEEP_EVERY_S:
            self.keep()
