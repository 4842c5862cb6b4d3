"""An extract of the audit: workbook, CSV or report, with the head of the chain on it. It is itself in the audit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.exchange.compose import Sheet
from app.exchange.export import write_tables
from app.exchange.raw import TEXT
from app.exchange.streams import write_csv
from app.services.audit import AuditService
from app.services.audit_types import AuditDetail, AuditQuery, AuditRow
from app.services.export_note import note_export
from app.services.permits import needs
from app.services.session import Session
from app.storage.audit import AuditHead

MOST: Final = 50_000
"""Operations in one file; a spreadsheet takes a million rows, and an operation has several."""
MOST_PRINTED: Final = 2_000
_AT_ONCE: Final = 200
_COLUMNS: Final = ("id", "at", "who", "what", "record_no", "place", "old", "new", "rule", "hash")
_PRINTED: Final = (
    ("at", 15, False),
    ("who", 10, False),
    ("what", 14, False),
    ("record_no", 12, True),
    ("place", 18, False),
    ("old", 24, False),
    ("new", 24, False),
    ("rule", 14, False),
)
_Line = dict[str, str]


class AuditExportService:
    """Patients stand as record numbers; what identifies them in the changes is hidden as on the page."""

    def __init__(self, session: Session, audit: AuditService) -> None:
        self._session = session
        self._audit = audit

    @needs("admin", "qc", "insurance")
    def write(self, query: AuditQuery, path: Path, progress: Progress | None = None) -> int:
        """Write every change of what a query shows as .xlsx or .csv, by the name, and return the number of operations.

        Raises :class:`UserProblem` for too many and when it cannot be written; an older file stays then.
        """
        ids, head = self._ids(query, MOST), self._head()
        lines = [tuple(line[key] for key in _COLUMNS) for line in self._lines(ids, query, progress or NoProgress())]
        header = tuple(text(f"audit.export.{key}") for key in _COLUMNS)
        facts = self._about(head, len(ids))
        if path.suffix.lower() == ".csv":
            foot = [(label, value, *("",) * (len(header) - 2)) for label, value in facts]
            write_csv(path, header, [*lines, *foot], for_people=True)
        else:
            about = Sheet(text("audit.sheet.about"), ("", ""), facts, (TEXT * 2,) * len(facts))
            whole = Sheet(text("audit.title"), header, tuple(lines), (TEXT * len(header),) * len(lines))
            write_tables([whole, about], path, progress)
        note_export(self._session, path, len(ids))
        return len(ids)

    @needs("admin", "qc", "insurance")
    def report(self, query: AuditQuery, progress: Progress | None = None) -> Report:
        """Return what a query shows as a report to print. Raises :class:`UserProblem` for too many."""
        ids, head = self._ids(query, MOST_PRINTED), self._head()
        rows = [
            tuple(line[key] for key, _, _ in _PRINTED) for line in self._lines(ids, query, progress or NoProgress())
        ]
        columns = tuple(
            ReportColumn(text(f"audit.export.{key}"), width, code=is_code) for key, width, is_code in _PRINTED
        )
        facts = self._about(head, len(ids))
        table = ReportTable(text("audit.title"), columns, tuple(rows))
        told = tuple(text("audit.pair", name=name, value=value) for name, value in facts)
        section = ReportSection("audit", text("audit.title"), f"{len(ids):,}", (table,), paragraphs=told)
        subject = text("audit.about_head", op_id=f"{head.op_id:,}")
        return Report(text("audit.title"), subject, text("audit.footer"), (section,))

    @needs("admin", "qc", "insurance")
    def save_printed(self, path: Path, data: bytes, count: int) -> None:
        """Write an extract that was drawn as PDF. Raises :class:`UserProblem` when it cannot be written."""
        try:
            with write_atomic(path) as out:
                out.write(data)
        except OSError as fault:
            where = Where(path.name)
            raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
        note_export(self._session, path, count)

    def _ids(self, query: AuditQuery, most: int) -> Sequence[int]:
        ids = self._audit.ids(query)
        if len(ids) > most:
            raise UserProblem("audit.many", remedy="audit.remedy.many", count=f"{len(ids):,}", most=f"{most:,}")
        return ids

    def _head(self) -> AuditHead:
        with self._session.db.read() as reader:
            return reader.audit_head()

    def _about(self, head: AuditHead, count: int) -> tuple[tuple[str, str], ...]:
        now = self._session.clock.now()
        return (
            (text("audit.export.at"), f"{now:%Y-%m-%d %H:%M:%S}"),
            (text("audit.export.who"), self._session.actor.name),
            (text("audit.export.count"), text("audit.about_rows", rows=f"{count:,}")),
            (text("audit.about_head", op_id=f"{head.op_id:,}"), head.hash),
        )

    def _lines(self, ids: Sequence[int], query: AuditQuery, progress: Progress) -> Iterator[_Line]:
        for start in range(0, len(ids), _AT_ONCE):
            progress.step(start, len(ids))
            for row in self._audit.rows(ids[start : start + _AT_ONCE], query):
                detail = self._audit.detail(row.op_id)
                if detail is not None:
                    yield from _lines_of(row, detail)


def _lines_of(row: AuditRow, detail: AuditDetail) -> Iterator[_Line]:
    """Yield a line for each change; one without changes has one line."""
    facts = {
        "id": str(row.op_id),
        "at": f"{row.at:%Y-%m-%d %H:%M:%S}",
        "who": row.who,
        "what": row.what,
        "record_no": row.record_no,
        "rule": row.rule,
        "hash": detail.hash,
    }
    if not detail.changes:
        yield {**facts, "place": "", "old": "", "new": ""}
    for change in detail.changes:
        yield {**facts, "place": change.place, "old": change.old, "new": change.new, "rule": change.rule or row.rule}
    if detail.count > len(detail.changes):
        rest = text("audit.rest_of", count=f"{detail.count - len(detail.changes):,}")
        yield {**facts, "place": rest, "old": "", "new": ""}
