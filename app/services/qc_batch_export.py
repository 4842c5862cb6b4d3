"""A round as a workbook: what it comes to, line by line, department by department.

Record numbers stand for the patients; no names leave the library this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress, Part, Progress
from app.common.texts import text
from app.exchange.compose import Sheet
from app.exchange.raw import TEXT
from app.exchange.xlsx_write import write_workbook
from app.services.qc_batch import QcBatchService
from app.services.qc_batch_types import Overview, QcLine, QcScope, Quality
from app.services.qc_batch_words import dept_name
from app.services.session import Session
from app.storage.ops import Op
from app.storage.quality import HitQuery, Segment

MOST_LINES: Final = 200_000
_AT_ONCE: Final = 400
_LINE: Final = (
    "record_no",
    "dept",
    "coder",
    "rule",
    "severity",
    "message",
    "current",
    "suggestion",
    "status",
)
_DEPT: Final = ("dept", "cases", "checked", "clean", "good", "score")


class QcExportService:
    """Writes whole files; every export is in the audit."""

    def __init__(self, session: Session, batch: QcBatchService) -> None:
        self._session = session
        self._batch = batch

    def write(self, scope: QcScope, segment: Segment | None, path: Path, progress: Progress | None = None) -> int:
        """Write a round, or one segment of it, and return the lines.

        Raises :class:`UserProblem` when it cannot be written, or is too long for one workbook; an older file stays.
        """
        progress = progress or NoProgress()
        lines = self._lines(scope, segment, Part(progress, 0, 50, 100))
        overview = self._batch.overview(scope, segment)
        sheets = [
            _sheet("summary", ("item", "value"), self._about(overview)),
            _sheet("lines", _LINE, lines),
            _sheet("departments", _DEPT, map(_department, overview.departments)),
        ]
        where = Where(path.name)
        try:
            with write_atomic(path) as out:
                write_workbook(out, sheets, where, Part(progress, 50, 50, 100))
        except OSError as fault:
            raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
        self._note(path, len(lines))
        return len(lines)

    def _lines(self, scope: QcScope, segment: Segment | None, progress: Progress) -> list[tuple[str, ...]]:
        with self._session.db.read() as reader:
            keys = reader.hit_keys(HitQuery(self._batch.query(scope), segment))
        if len(keys) > MOST_LINES:
            raise UserProblem("qc_batch.too_long", remedy="qc_batch.remedy.too_long", count=len(keys), most=MOST_LINES)
        found: list[tuple[str, ...]] = []
        for start in range(0, len(keys), _AT_ONCE):
            progress.step(start, len(keys))
            found += [row for line in self._batch.lines(keys[start : start + _AT_ONCE]) for row in _rows(line)]
        return found

    def _about(self, overview: Overview) -> Iterable[tuple[str, str]]:
        quality, segments = overview.quality, overview.segments
        values = {
            "scope": overview.title,
            "at": self._session.clock.now().isoformat(sep=" ", timespec="minutes"),
            "cases": str(quality.cases),
            "checked": str(quality.checked),
            "clean": _share(quality.clean),
            "good": _share(quality.good),
            "score": _score(quality),
            "total": str(overview.total),
            **{str(segment): str(segments.get(segment, 0)) for segment in Segment},
        }
        yield from ((text(f"qc_batch.about.{name}"), value) for name, value in values.items())
        for line in overview.lines:
            yield text(f"qc_batch.by.{line.group.kind}", name=line.title, id=line.group.key), str(line.count)

    def _note(self, path: Path, lines: int) -> None:
        if not self._session.db.read_only:
            with self._session.db.operation(Op.EXPORT, by=self._session.actor) as tx:
                tx.record_event("export", {"file": path.name, "rows": lines})


def _rows(line: QcLine) -> Iterable[tuple[str, ...]]:
    """Yield a row for each finding of a line."""
    for finding in line.findings:
        yield (
            line.row.record_no,
            dept_name(line.row.dept),
            line.row.claimed_by,
            finding.rule_id,
            text(f"bulk.severity.{finding.severity}"),
            finding.message,
            line.current,
            finding.fix.label if finding.fix else finding.remedy,
            text(f"qc_batch.status.{line.status}"),
        )


def _department(one: Quality) -> tuple[str, ...]:
    return one.title, str(one.cases), str(one.checked), _share(one.clean), _share(one.good), _score(one)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _score(one: Quality) -> str:
    return "" if one.mean_score is None else f"{one.mean_score:.1f}"


def _sheet(name: str, columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Sheet:
    header = tuple(text(f"qc_batch.column.{column}") for column in columns)
    whole = tuple(rows)
    return Sheet(text(f"qc_batch.sheet.{name}"), header, whole, (TEXT * len(header),) * len(whole))
