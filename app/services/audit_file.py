"""Verifies the audit of a file without opening it as a library: also beside a window that writes it, also a backup."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.common.errors import UserProblem, Where
from app.common.progress import Progress
from app.common.texts import text
from app.storage.audit import AuditCheck, Operation, head_of, operation_with, verify
from app.storage.engine import read_engine
from app.storage.heads import HeadStore, KeptHead
from app.storage.schema import check_header


@dataclass(frozen=True, slots=True)
class FileCheck:
    """Outcome for a file: the check, the head it was compared with, the broken operation and the one dated too early.

    The operations are None where nothing was found, and where the file has no such operation any more. ``has_vault``
    says whether the key store of the operating system has a head, None where that was not asked.
    """

    check: AuditCheck
    kept: KeptHead | None
    broken: Operation | None
    early: Operation | None
    has_vault: bool | None = None


def verify_file(path: Path, head_file: Path | None, store: HeadStore, progress: Progress) -> FileCheck:
    """Verify a library against a head file, else against the head that this user's computer kept of it, if any.

    Raises :class:`UserProblem` for a file that is no library, and for a head file that is unreadable or forged.
    """
    check_header(path)
    kept = store.read(head_file) if head_file is not None else store.latest(path)
    has_vault = None if head_file is not None else store.in_vault(path) is not None
    if kept is not None and kept.signed is False:
        raise UserProblem("audit.forged_head", remedy="audit.remedy.forged_head", where=_where(head_file, path))
    engine = read_engine(path)
    try:
        with engine.connect() as connection:
            check = verify(connection, kept.head if kept else None, progress)
            broken, early = (operation_with(connection, op_id) for op_id in (check.broken_op, check.early_op))
    finally:
        engine.dispose()
    return FileCheck(check, kept, broken, early, has_vault)


def write_head(path: Path, target: Path, store: HeadStore, at: datetime) -> KeptHead:
    """Write a library's head to a file of its own and return it.

    Raises :class:`UserProblem` for a file that is no library or cannot be written.
    """
    check_header(path)
    engine = read_engine(path)
    try:
        with engine.connect() as connection:
            kept = KeptHead(str(path.resolve()), head_of(connection), at)
    finally:
        engine.dispose()
    try:
        store.write(target, kept)
    except OSError as fault:
        where = Where(target.name)
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
    return kept


def told(found: FileCheck) -> tuple[str, ...]:
    """Return the outcome as sentences, the verdict first."""
    check = found.check
    lines = [text("audit.read", operations=f"{check.operations:,}", changes=f"{check.changes:,}")]
    if check.broken_op:
        lines.insert(0, text("audit.broken", op_id=check.broken_op, what=_named(found.broken)))
    if check.early_op:
        lines.insert(0, text("audit.early", op_id=check.early_op, what=_named(found.early)))
    if check.is_intact:
        lines.insert(0, text("audit.intact", operations=f"{check.operations:,}"))
    lines.append(text("audit.head", op_id=check.head.op_id, hash=check.head.hash))
    lines.append(_compared(found.kept))
    if found.has_vault is not None:
        lines.append(text("audit.in_vault" if found.has_vault else "audit.no_vault"))
    return tuple(lines)


def _named(operation: Operation | None) -> str:
    if operation is None:
        return text("audit.missing_row")
    at = f"{operation.at:%Y-%m-%d %H:%M:%S}"
    return text("audit.row", at=at, who=operation.actor_name or operation.actor, what=operation.op.label)


def _compared(kept: KeptHead | None) -> str:
    if kept is None:
        return text("audit.no_head")
    key = "audit.with_head" if kept.signed else "audit.with_foreign_head"
    return text(key, op_id=kept.head.op_id, at=f"{kept.at:%Y-%m-%d %H:%M:%S}")


def _where(head_file: Path | None, library: Path) -> Where:
    return Where((head_file or library).name)
