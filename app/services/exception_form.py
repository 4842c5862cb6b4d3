"""The approval form of an exception as a report of one page: what is asked for, why, and the two signatures."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of, write_atomic
from app.common.progress import Progress
from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.services.case_view import load_case
from app.services.permits import DESK, needs
from app.services.rule_types import ExceptionLine, SignRole
from app.services.session import Session
from app.storage.load import StoredCase
from app.storage.ops import Op


class ExceptionFormService:
    """Gives the form away on paper or as a workbook: written whole or not at all, and noted in the case's history."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK, "head")
    def report(self, line: ExceptionLine) -> Report:
        """Return the form of an exception. Raises :class:`UserProblem` when its case is gone."""
        with self._session.db.read() as reader:
            stored = load_case(reader, line.case_id)
        rules = self._session.engines.rule_sets.for_record(stored.record).rules
        source = next((one.rule.source for one in rules if one.rule.id == line.rule_id), "")
        parts = (_case(stored), _wish(line, source), _signatures(line))
        now = self._session.clock.now()
        footer = text("exception_form.footer", at=f"{now:%Y-%m-%d %H:%M}", number=line.id)
        return Report(text("exception_form.title"), stored.record.text("record_no"), footer, parts)

    @needs(*DESK, "head")
    def save(self, line: ExceptionLine, path: Path, content: bytes) -> Path:
        """Write a form that was laid out as PDF. Raises :class:`UserProblem`; an older file stays then."""
        try:
            with write_atomic(path) as out:
                out.write(content)
        except OSError as fault:
            where = Where(path.name)
            raise UserProblem("appeal.cannot_write", remedy="appeal.remedy.cannot_write", where=where) from fault
        return self._note(line, path, hashlib.sha256(content).hexdigest())

    @needs(*DESK, "head")
    def save_workbook(self, line: ExceptionLine, path: Path, progress: Progress | None = None) -> Path:
        """Write a form as .xlsx, compared cell by cell. Raises :class:`UserProblem`; an older file stays then."""
        from app.exchange.appeal import write_report  # noqa: PLC0415 - slow to load, seldom needed

        write_report(self.report(line), path, progress)
        return self._note(line, path, sha256_of(path))

    def _note(self, line: ExceptionLine, path: Path, digest: str) -> Path:
        with self._session.db.operation(Op.EXPORT, by=self._session.actor, note=path.name) as tx:
            tx.record_event("exception_form", {"file": path.name, "sha256": digest}, line.case_id)
        return path


def _case(stored: StoredCase) -> ReportSection:
    record, fee = stored.record, stored.record.value("fee_total")
    department = record.text("discharge_dept") or record.text("admit_dept")
    rows = (
        ("record_no", record.text("record_no")),
        ("name", record.text("patient_name")),
        ("dept", dictionary("D-DEPT").label(department) or department),
        ("principal", f"{record.text('dx[0].code')} {record.text('dx[0].name')}".strip()),
        ("cost", f"{fee / 100:,.2f}" if isinstance(fee, int) else ""),
    )
    return _section("case", rows)


def _wish(line: ExceptionLine, source: str) -> ReportSection:
    rows = (
        ("rule", f"{line.rule_id} {source}"),
        ("amount", f"{line.amount_fen / 100:,.2f}" if line.amount_fen is not None else ""),
        ("ratio", f"{line.ratio:.2%}" if line.ratio is not None else ""),
        ("class", text(f"exceptions.reason.{line.reason_class}")),
        ("reason", line.reason),
        ("evidence", "；".join(line.evidence)),
        ("requester", f"{line.requester} {line.requested_at:%Y-%m-%d %H:%M}"),
        ("valid_to", f"{line.valid_to:%Y-%m-%d}" if line.valid_to else ""),
        ("state", text(f"exceptions.state.{line.state}")),
    )
    return _section("wish", rows)


def _signatures(line: ExceptionLine) -> ReportSection:
    signed = {one.role: one for one in line.signatures}
    widths = (("role", 20), ("who", 30), ("at", 30))
    columns = tuple(ReportColumn(text(f"exception_form.{name}"), width) for name, width in widths)
    rows = tuple(
        (text(f"exceptions.role.{role}"), signed[role].name, f"{signed[role].at:%Y-%m-%d %H:%M}")
        if role in signed
        else (text(f"exceptions.role.{role}"), "", "")
        for role in SignRole
    )
    title = text("exception_form.signatures")
    lacks = "" if len(signed) == len(SignRole) else text("exception_form.unsigned")
    return ReportSection("signatures", title, "", (ReportTable(title, columns, rows),), lacks=lacks)


def _section(key: str, rows: tuple[tuple[str, str], ...]) -> ReportSection:
    title = text(f"exception_form.{key}")
    columns = (ReportColumn(text("exception_form.item"), 20), ReportColumn(text("exception_form.value"), 60))
    shown = tuple((text(f"exception_form.row.{name}"), value or "—") for name, value in rows)
    return ReportSection(key, title, "", (ReportTable(title, columns, shown),))
