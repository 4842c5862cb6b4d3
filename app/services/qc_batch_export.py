"""A round given away: as a workbook, or as a report to print. Record numbers stand for patients, no names leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress, Part, Progress
from app.common.texts import text
from app.domain.report import Report
from app.exchange.compose import Sheet
from app.exchange.export import write_tables
from app.exchange.raw import TEXT
from app.services.permits import DESK, needs
from app.services.qc_batch import QcBatchService
from app.services.qc_batch_report import department_cells, round_report, score, share
from app.services.qc_batch_types import GroupKind, Overview, QcLine, QcScope
from app.services.qc_batch_words import dept_name, is_personal
from app.services.session import Session
from app.storage.ops import Op
from app.storage.quality import HitQuery, Segment

MOST_LINES: Final = 200_000
MOST_PRINTED: Final = 5_000
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

    @needs(*DESK)
    def write(self, scope: QcScope, segment: Segment | None, path: Path, progress: Progress | None = None) -> int:
        """Write a round, or one segment of it, and return the lines.

        Raises :class:`UserProblem` when it cannot be written, or is too long for one workbook; an older file stays.
        """
        progress = progress or NoProgress()
        found = self._lines(scope, segment, MOST_LINES, Part(progress, 0, 50, 100))
        overview = self._batch.overview(scope, segment)
        titles = {one.group.key: one.title for one in overview.lines if one.group.kind is GroupKind.RULE}
        lines = [row for line in found for row in _rows(line, titles)]
        sheets = [
            _sheet("summary", ("item", "value"), self._about(overview)),
            _sheet("lines", _LINE, lines),
            _sheet("departments", _DEPT, map(department_cells, overview.departments)),
        ]
        write_tables(sheets, path, Part(progress, 50, 50, 100))
        self._note(path.name, len(lines))
        return len(lines)

    @needs(*DESK)
    def report(self, scope: QcScope, segment: Segment | None, progress: Progress | None = None) -> Report:
        """Return a round as a report to print. Raises :class:`UserProblem` when it is too long for paper."""
        lines = self._lines(scope, segment, MOST_PRINTED, progress or NoProgress())
        overview = self._batch.overview(scope, segment)
        cells = [
            (
                line.row.record_no,
                dept_name(line.row.dept),
                line.key.rule_id,
                _current(line),
                line.suggestion,
                text(f"qc_batch.status.{line.status}"),
            )
            for line in lines
        ]
        return round_report(overview, list(self._figures(overview)), cells, self._session.clock.now())

    @needs(*DESK)
    def save_printed(self, path: Path, data: bytes) -> None:
        """Write a report that was drawn as PDF. Raises :class:`UserProblem` when it cannot be written."""
        try:
            with write_atomic(path) as out:
                out.write(data)
        except OSError as fault:
            where = Where(path.name)
            raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
        self._note(path.name, 0)

    def _lines(self, scope: QcScope, segment: Segment | None, most: int, progress: Progress) -> list[QcLine]:
        with self._session.db.read() as reader:
            keys = reader.hit_keys(HitQuery(self._batch.query(scope), segment))
        if len(keys) > most:
            raise UserProblem("qc_batch.too_long", remedy="qc_batch.remedy.too_long", count=len(keys), most=most)
        found: list[QcLine] = []
        for start in range(0, len(keys), _AT_ONCE):
            progress.step(start, len(keys))
            found += self._batch.lines(keys[start : start + _AT_ONCE])
        return found

    def _about(self, overview: Overview) -> Iterable[tuple[str, str]]:
        yield from self._figures(overview)
        for line in overview.lines:
            yield text(f"qc_batch.by.{line.group.kind}", name=line.title, id=line.group.key), str(line.count)

    def _figures(self, overview: Overview) -> Iterable[tuple[str, str]]:
        quality, segments = overview.quality, overview.segments
        values = {
            "scope": overview.title,
            "at": self._session.clock.now().isoformat(sep=" ", timespec="minutes"),
            "cases": str(quality.cases),
            "checked": str(quality.checked),
            "clean": share(quality.clean),
            "good": share(quality.good),
            "score": score(quality),
            "total": str(overview.total),
            **{str(segment): str(segments.get(segment, 0)) for segment in Segment},
        }
        yield from ((text(f"qc_batch.about.{name}"), value) for name, value in values.items())

    def _note(self, name: str, lines: int) -> None:
        if not self._session.db.read_only:
            with self._session.db.operation(Op.EXPORT, by=self._session.actor) as tx:
                tx.record_event("export", {"file": name, "rows": lines})


def _rows(line: QcLine, titles: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    """Yield a row for each finding of a line; about what identifies somebody only the title of the rule."""
    for finding in line.findings:
        yield (
            line.row.record_no,
            dept_name(line.row.dept),
            line.row.claimed_by,
            finding.rule_id,
            text(f"bulk.severity.{finding.severity}"),
            titles.get(finding.rule_id, "") if is_personal([finding]) else finding.message,
            _current(line),
            finding.fix.label if finding.fix else finding.remedy,
            text(f"qc_batch.status.{line.status}"),
        )


def _current(line: QcLine) -> str:
    return text("qc_batch.hidden") if is_personal(line.findings) else line.current


def _sheet(name: str, columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Sheet:
    header = tuple(text(f"qc_batch.column.{column}") for column in columns)
    whole = tuple(rows)
    return Sheet(text(f"qc_batch.sheet.{name}"), header, whole, (TEXT * len(header),) * len(whole))
