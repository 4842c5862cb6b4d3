"""The monthly report as a file: a workbook, a Word document, or what was drawn for paper."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of, write_atomic
from app.common.progress import Progress
from app.exchange.appeal import write_report
from app.exchange.word import write_word
from app.services.permits import needs
from app.services.report_paper import on_paper
from app.services.report_types import MonthReport
from app.services.session import Session
from app.storage.ops import Op


class ReportPaperService:
    """Writes whole files; every export is in the audit."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs("coder", "qc", "insurance", "admin")
    def save_workbook(self, report: MonthReport, path: Path, progress: Progress | None = None) -> Path:
        """Write a report as .xlsx. Raises :class:`UserProblem` when it cannot be written; an older file stays then."""
        write_report(on_paper(report), path, progress)
        self._note(path.name, sha256_of(path))
        return path

    @needs("coder", "qc", "insurance", "admin")
    def save_document(self, report: MonthReport, path: Path, progress: Progress | None = None) -> Path:
        """Write a report as .docx. Raises :class:`UserProblem` when it cannot be written; an older file stays then."""
        write_word(on_paper(report), path, self._session.clock.now(), progress)
        self._note(path.name, sha256_of(path))
        return path

    @needs("coder", "qc", "insurance", "admin")
    def save_printed(self, path: Path, content: bytes) -> Path:
        """Write a report that was drawn as PDF. Raises :class:`UserProblem` when it cannot be written."""
        try:
            with write_atomic(path) as out:
                out.write(content)
        except OSError as fault:
            where = Where(path.name)
            raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
        self._note(path.name, hashlib.sha256(content).hexdigest())
        return path

    def _note(self, name: str, sha256: str) -> None:
        if not self._session.db.read_only:
            with self._session.db.operation(Op.EXPORT, by=self._session.actor) as tx:
                tx.record_event("export", {"file": name, "sha256": sha256, "report": "month"})
