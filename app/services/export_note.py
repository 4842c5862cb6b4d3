"""One line in the audit for every file that is given away."""

from __future__ import annotations

from pathlib import Path

from app.common.files import sha256_of
from app.services.session import Session
from app.storage.ops import Op


def note_export(session: Session, path: Path, rows: int) -> None:
    """Note that a file was written; a library that is open read-only cannot take it."""
    if not session.db.takes(Op.EXPORT):
        return
    with session.db.operation(Op.EXPORT, by=session.actor, note=path.name) as tx:
        tx.record_event("export", {"file": path.name, "rows": rows, "sha256": sha256_of(path)})
