"""Chasing answers: what is outstanding, overdue, answered, closed; who takes how long; overdue goes up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import Progress
from app.common.texts import text
from app.domain.changes import Changes
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.domain.returning import ReturnStatus
from app.exchange.compose import Sheet
from app.exchange.export import write_tables
from app.exchange.raw import TEXT
from app.services.permits import DESK, needs
from app.services.qc_batch_words import dept_name
from app.services.return_answers import answer_words
from app.services.return_places import place_name
from app.services.return_types import ChaseFigures, ChaseLine, ChaseScope, ReturnRow, is_disagreement
from app.services.session import Session
from app.storage import returns
from app.storage.ops import Op
from app.storage.returns import ReturnFilter

_SINCE: Final = timedelta(days=90)
"""How far back closed questions are listed and counted."""
_SENT: Final = frozenset({ReturnStatus.OUTSTANDING, ReturnStatus.ANSWERED, ReturnStatus.CLOSED})
_COLUMNS: Final = (
    ("dept", 12),
    ("physician", 8),
    ("record_no", 10),
    ("field", 16),
    ("question", 30),
    ("due", 14),
    ("state", 10),
    ("answer", 24),
    ("verdict", 18),
)
_REMINDER: Final = (("record_no", 10), ("patient", 8), ("field", 16), ("question", 40), ("due", 14))
_HOUR: Final = timedelta(hours=1)


class ChaseService:
    """Lists questions by where they stand; overdue ones can be reported to the head of the department."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK, "head")
    def lines(self, scope: ChaseScope) -> tuple[ChaseLine, ...]:
        """Return the questions of a segment, those due first in front."""
        return tuple(self._line(row) for row in self._rows() if self._is_in(row, scope))

    @needs(*DESK, "head")
    def figures(self) -> ChaseFigures:
        """Return counts and median hours to an answer over the last 90 days."""
        rows = self._rows()
        counts = {scope: sum(self._is_in(row, scope) for row in rows) for scope in ChaseScope}
        by_dept = self._by(rows, lambda row: dept_name(row.dept))
        by_physician = self._by(rows, lambda row: row.attending or text("returns.no_physician"))
        return ChaseFigures(counts, _hours(rows), by_dept, by_physician)

    @needs("coder", "qc")
    def escalate(self, item_ids: Iterable[int]) -> Changes:
        """Note that overdue questions were reported to the heads of their departments.

        Raises :class:`UserProblem` when one of them is not overdue.
        """
        wanted = frozenset(item_ids)
        with self._session.db.read() as reader:
            rows = reader.return_rows(ReturnFilter(item_ids=wanted)) if wanted else []
        if not rows or any(not self._is_in(row, ChaseScope.OVERDUE) for row in rows):
            raise UserProblem("returns.not_overdue", remedy="returns.remedy.not_overdue")
        with self._session.db.operation(Op.ESCALATE_RETURN, by=self._session.actor) as tx:
            for row in rows:
                returns.escalate(tx, row.item.id)
                tx.record_event("return_escalated", {"words": row.item.question}, row.item.case_id)
        return tx.changes | Changes(cases=frozenset(row.item.case_id for row in rows))

    @needs(*DESK, "head")
    def export(self, scope: ChaseScope, path: Path, progress: Progress | None = None) -> int:
        """Write a segment as a workbook and return its rows. Raises :class:`UserProblem` when it cannot be written."""
        header = tuple(text(f"returns.chase.{name}") for name, _ in _COLUMNS)
        rows = tuple(self._cells(line) for line in self.lines(scope))
        sheet = Sheet(text(f"returns.scope.{scope}"), header, rows, (TEXT * len(header),) * len(rows))
        write_tables([sheet], path, progress)
        self._note(path.name, len(rows))
        return len(rows)

    @needs(*DESK, "head")
    def reminders(self) -> Report:
        """Return the reminders to print: what is outstanding, one section for each department and physician.

        Raises :class:`UserProblem` when nothing is.
        """
        rows = [row for row in self._rows() if row.item.status is ReturnStatus.OUTSTANDING]
        if not rows:
            raise UserProblem("returns.nothing_to_write", remedy="returns.remedy.nothing_to_write")
        groups: dict[tuple[str, str], list[ReturnRow]] = {}
        for row in rows:
            groups.setdefault((dept_name(row.dept), row.attending or text("returns.no_physician")), []).append(row)
        now = self._session.clock.now()
        sections = tuple(self._reminder(*names, of_both) for names, of_both in sorted(groups.items()))
        return Report(
            text("returns.reminder.title"),
            text("returns.reminder.subject", count=len(rows)),
            text("returns.reminder.footer", at=f"{now:%Y-%m-%d %H:%M}"),
            sections,
        )

    @needs(*DESK, "head")
    def save_printed(self, path: Path, data: bytes) -> None:
        """Write reminders that were drawn as PDF. Raises :class:`UserProblem` when they cannot be written."""
        try:
            with write_atomic(path) as out:
                out.write(data)
        except OSError as fault:
            where = Where(path.name)
            raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
        self._note(path.name, 0)

    def _reminder(self, dept: str, physician: str, rows: Sequence[ReturnRow]) -> ReportSection:
        columns = tuple(ReportColumn(text(f"returns.chase.{name}"), width) for name, width in _REMINDER)
        cells = tuple(
            (
                row.record_no,
                row.patient_name,
                place_name(row.item.path),
                row.item.question,
                text("returns.late", due=_moment(row.item.due)) if self._late(row) else _moment(row.item.due),
            )
            for row in rows
        )
        title = text("returns.reminder.section", dept=dept, physician=physician)
        size = text("returns.reminder.size", count=len(rows))
        return ReportSection(title, title, size, (ReportTable("", columns, cells),))

    def _rows(self) -> list[ReturnRow]:
        since = self._session.clock.now() - _SINCE
        with self._session.db.read() as reader:
            rows = reader.return_rows(ReturnFilter(_SENT, since=since))
        return [row for row in rows if self._session.actor.sees(row.dept)]

    def _is_in(self, row: ReturnRow, scope: ChaseScope) -> bool:
        item = row.item
        match scope:
            case ChaseScope.OUTSTANDING:
                return item.status is ReturnStatus.OUTSTANDING
            case ChaseScope.OVERDUE:
                return item.status is ReturnStatus.OUTSTANDING and self._late(row) > 0
            case ChaseScope.ANSWERED:
                return item.status is ReturnStatus.ANSWERED
            case ChaseScope.CLOSED:
                return item.status is ReturnStatus.CLOSED
            case ChaseScope.DISAGREED:
                return is_disagreement(item)

    def _line(self, row: ReturnRow) -> ChaseLine:
        return ChaseLine(row, place_name(row.item.path), self._late(row))

    def _late(self, row: ReturnRow) -> float:
        """Return the hours that an answer is overdue, 0 when it is not or was given."""
        due = row.item.due
        if row.item.status is not ReturnStatus.OUTSTANDING or due is None:
            return 0.0
        return max(0.0, (self._session.clock.now() - due) / _HOUR)

    def _by(
        self, rows: Iterable[ReturnRow], key: Callable[[ReturnRow], str]
    ) -> Mapping[str, tuple[int, int, float | None]]:
        groups: dict[str, list[ReturnRow]] = {}
        for row in rows:
            groups.setdefault(key(row), []).append(row)
        return {
            name: (len(of_name), sum(self._late(row) > 0 for row in of_name), _hours(of_name))
            for name, of_name in sorted(groups.items())
        }

    def _cells(self, line: ChaseLine) -> tuple[str, ...]:
        item = line.row.item
        verdict = text(f"returns.verdict.{item.verdict}") if item.verdict else ""
        return (
            dept_name(line.row.dept),
            line.row.attending,
            line.row.record_no,
            line.place,
            item.question,
            _moment(item.due),
            text(f"returns.status.{item.status}"),
            answer_words(item.answer) if item.answer else "",
            f"{verdict} {item.verdict_words}".strip(),
        )

    def _note(self, name: str, rows: int) -> None:
        if not self._session.db.read_only:
            with self._session.db.operation(Op.EXPORT, by=self._session.actor) as tx:
                tx.record_event("export", {"file": name, "rows": rows})


def _hours(rows: Iterable[ReturnRow]) -> float | None:
    """Return the median hours from sending to answering, None while nothing was answered."""
    taken = [
        (row.item.answered_at - row.item.sent_at) / _HOUR
        for row in rows
        if row.item.answered_at is not None and row.item.sent_at is not None
    ]
    return median(taken) if taken else None


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
