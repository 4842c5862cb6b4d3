"""The requests for a single review of a month as one workbook (domain.md 5.8). No names leave the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.value_numbers import format_money
from app.exchange.compose import Sheet
from app.exchange.export import write_tables
from app.exchange.raw import TEXT
from app.services.appeals import AppealRegister
from app.services.appeals_types import AppealKind, AppealLine
from app.services.export_note import note_export
from app.services.permits import needs
from app.services.session import Session
from app.storage.load import StoredCase

COLUMNS: Final = (
    *("record_no", "admission", "dept", "left", "principal", "operation", "drg", "cost", "class", "objection"),
    *("evidence", "received", "due", "state", "result", "amount"),
)
"""What a line of the workbook says, in order."""


class AppealExport:
    """Writes whole files, compared cell by cell; every export is in the audit."""

    def __init__(self, session: Session, register: AppealRegister) -> None:
        self._session = session
        self._register = register

    @needs("insurance")
    def write_month(self, month: str, path: Path, progress: Progress | None = None) -> int:
        """Write the requests that were entered in a month (``2026-11``) and return how many.

        Raises :class:`UserProblem` when there is none and when it cannot be written; an older file stays then.
        """
        lines = [one for one in self._register.lines() if _is_of(one, month)]
        if not lines:
            raise UserProblem("appeals.nothing", remedy="appeals.remedy.nothing")
        write_requests(tuple(self._rows(lines)), path, progress)
        note_export(self._session, path, len(lines))
        return len(lines)

    def _rows(self, lines: list[AppealLine]) -> Iterator[tuple[str, ...]]:
        with self._session.db.read() as reader:
            groups = {row.case_id: row.drg for row in reader.worklist_rows([one.stored.case_id for one in lines])}
            for one in lines:
                yield (*_case(reader.load_case(one.stored.case_id), groups, one), *_entry(one))


def write_requests(rows: Sequence[tuple[str, ...]], path: Path, progress: Progress | None = None) -> None:
    """Write lines of :data:`COLUMNS` as a workbook, whole or not at all. Raises :class:`UserProblem`."""
    header = tuple(text(f"appeals.column.{name}") for name in COLUMNS)
    sheet = Sheet(text("appeals.sheet.special"), header, tuple(rows), (TEXT * len(header),) * len(rows))
    write_tables([sheet], path, progress or NoProgress())


def _is_of(one: AppealLine, month: str) -> bool:
    return one.kind is AppealKind.SPECIAL and f"{one.stored.received:%Y-%m}" == month


def _case(stored: StoredCase, groups: dict[int, str], one: AppealLine) -> tuple[str, ...]:
    record = stored.record
    fee = record.value("fee_total")
    return (
        one.record_no,
        record.text("admission_count"),
        one.dept,
        record.text("discharge_time")[:10],
        f"{record.text('dx[0].code')} {record.text('dx[0].name')}".strip(),
        f"{record.text('op[0].code')} {record.text('op[0].name')}".strip(),
        groups.get(stored.case_id, ""),
        format_money(fee) if isinstance(fee, int) else "",
    )


def _entry(one: AppealLine) -> tuple[str, ...]:
    stored = one.stored
    return (
        one.reason,
        stored.objection,
        "；".join(stored.evidence),
        stored.received.isoformat(),
        stored.due.isoformat(),
        one.state.label,
        stored.result,
        format_money(stored.amount_fen) if stored.amount_fen is not None else "",
    )
