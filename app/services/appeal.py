"""The appeal pack of a case (申诉材料, domain.md 4.8 and 5.8), from what stands in the library.

Giving a pack away is a disclosure: whatever is written or printed is in the audit of the case.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of, write_atomic
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.report import Report, ReportSection
from app.services import appeal_evidence, appeal_facts, appeal_grouping, appeal_versions
from app.services.appeal_parts import PackSource
from app.services.case_history import HistoryService
from app.services.case_view import load_case
from app.services.group_input import with_proposals
from app.services.permits import DESK, needs
from app.services.session import Session
from app.storage.ops import Op
from app.storage.worklist import Filter, Test, WorklistQuery

_STEPS = 7


@dataclass(frozen=True, slots=True, repr=False)
class AppealPack:
    """A pack as it can be written or printed. ``file_name`` is a name without suffix that fits it.

    ``version`` is that of the case it was made from.
    """

    case_id: int
    version: int
    file_name: str
    report: Report

    @property
    def lacking(self) -> int:
        """How many sections lack something."""
        return sum(bool(section.lacks) for section in self.report.sections)

    def __repr__(self) -> str:
        return f"AppealPack({self.case_id}, ‹redacted›)"


class AppealService:
    """Makes packs from what stands in the library, and gives them away."""

    def __init__(self, session: Session, history: HistoryService) -> None:
        self._session = session
        self._history = history

    @needs(*DESK)
    def find(self, record_no: str, stay: int = 0) -> int:
        """Return the case of a record number; ``stay`` is the number of the admission, 0 when there is only one.

        Raises :class:`UserProblem` when there is none or more than one.
        """
        filters = [Filter("record_no", Test.IS, (record_no,))]
        if stay:
            filters.append(Filter("admission_count", Test.IS, (stay,)))
        with self._session.db.read() as reader:
            found = reader.worklist_ids(WorklistQuery(filters=tuple(filters)))
        if len(found) != 1:
            key = "several" if found else "none"
            raise UserProblem(
                f"appeal.find.{key}", remedy=f"appeal.remedy.find_{key}", record_no=record_no, count=len(found)
            )
        return found[0]

    @needs(*DESK)
    def pack(self, case_id: int, progress: Progress | None = None) -> AppealPack:
        """Return the pack of a case as it stands. Raises :class:`UserProblem` when the case does not exist."""
        progress = progress or NoProgress()
        source = self._source(case_id)
        progress.step(1, _STEPS)
        assets = self._session.engines.assets
        sections = []
        for number, make in enumerate(
            (
                appeal_facts.facts,
                appeal_grouping.path,
                appeal_grouping.severity,
                appeal_grouping.payment,
                appeal_grouping.history,
                appeal_evidence.evidence,
            ),
            2,
        ):
            sections.append(make(source))
            progress.step(number, _STEPS)
        sections.insert(3, appeal_versions.versions(source, assets))
        return AppealPack(case_id, source.stored.version, _file_name(source.record), _report(source, tuple(sections)))

    @needs("coder", "insurance")
    def save_workbook(self, pack: AppealPack, path: Path, progress: Progress | None = None) -> Path:
        """Write a pack as .xlsx, checked after writing, and note it in the audit.

        Raises :class:`UserProblem` for another kind of file and when it cannot be written; an older file stays then.
        """
        if path.suffix.lower() != ".xlsx":
            raise UserProblem("appeal.not_xlsx", remedy="appeal.remedy.not_xlsx", where=Where(path.name))
        from app.exchange.appeal import write_report  # noqa: PLC0415 - slow to load, seldom needed

        write_report(pack.report, path, progress or NoProgress())
        self._note(pack.case_id, path.name, sha256_of(path))
        return path

    @needs("coder", "insurance")
    def save_printed(self, pack: AppealPack, path: Path, content: bytes) -> Path:
        """Write a pack that was laid out as PDF, whole or not at all, and note it in the audit.

        Raises :class:`UserProblem` when it cannot be written; an older file stays then.
        """
        try:
            with write_atomic(path) as out:
                out.write(content)
        except OSError as fault:
            where = Where(path.name)
            raise UserProblem("appeal.cannot_write", remedy="appeal.remedy.cannot_write", where=where) from fault
        self._note(pack.case_id, path.name, hashlib.sha256(content).hexdigest())
        return path

    @needs("coder", "insurance")
    def note_printed(self, pack: AppealPack) -> None:
        """Note in the audit that a pack went to a printer."""
        self._note(pack.case_id, text("appeal.printed"), "")

    def _source(self, case_id: int) -> PackSource:
        engines = self._session.engines
        with self._session.db.read() as reader:
            stored = load_case(reader, case_id)
        record, _ = with_proposals(stored.record, stored.proposals)
        return PackSource(
            stored,
            record,
            engines.scheme_for(stored.record),
            engines.preview(stored.record, stored.proposals),
            self._history.timeline(case_id),
            self._session.clock.now(),
        )

    def _note(self, case_id: int, file: str, sha256: str) -> None:
        if not self._session.db.takes(Op.EXPORT):
            return
        with self._session.db.operation(Op.EXPORT, by=self._session.actor) as tx:
            tx.record_event("appeal", {"file": file, "sha256": sha256}, case_id)


def _report(source: PackSource, sections: tuple[ReportSection, ...]) -> Report:
    record, scheme = source.record, source.scheme
    number = record.text("record_no") or text("appeal.no_record_no")
    footer = text("appeal.footer", scheme=scheme.title, id=scheme.id, at=source.made_at.isoformat(" ", "minutes"))
    subject = text("appeal.subject", record_no=number, count=record.text("admission_count") or text("appeal.dash"))
    return Report(text("appeal.title"), subject, footer, sections)


def _file_name(record: CaseRecord) -> str:
    """Return the suggested name; signs that a file system refuses are left out of the record number."""
    number = "".join(sign for sign in record.text("record_no") if sign.isalnum() or sign in "-_")
    return text("appeal.file_name", record_no=number or text("appeal.no_record_no"))
