"""The settlement list of one case on paper or as a workbook of its own: every item with its interface name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of, write_atomic
from app.common.progress import Progress
from app.common.texts import text
from app.domain.field import Group
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.exchange.settlement import Document, SettlementPart, document, parts
from app.exchange.settlement_names import Names
from app.exchange.upload import code_count
from app.services.handover_check import Judge, numbered, settlement_names
from app.services.handover_types import HandoverKind, HandoverScope, StoredHandover, Wanted
from app.services.permits import DESK, needs
from app.services.session import Session
from app.storage.handover import HandoverFile, add_file
from app.storage.ops import Op

_FORM = HandoverKind.FORM


class SettlementFormService:
    """Lays a list out, writes it, and keeps it in the register of what was given away."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def report(self, case_id: int) -> Report:
        """Return the list of a case to print. Raises :class:`UserProblem` with the reasons where it may not go."""
        wanted = Wanted(_FORM, HandoverScope(case_ids=(case_id,)))
        with self._session.db.read() as reader:
            case = reader.load_case(case_id)
            looked, names = Judge(self._session, reader, wanted).look(case), settlement_names(reader)
        if looked.reasons:
            number, words = case.record.text("record_no"), "".join(words for words, _ in looked.reasons)
            raise UserProblem("handover.not_ready", remedy="handover.remedy.not_ready", number=number, words=words)
        found = numbered(document(looked.record))
        now, name = self._session.clock.now(), looked.record.text("patient_name")
        head = found["setlinfo"]
        number = head["SETL_LIST_NO"] if isinstance(head, dict) else ""
        return Report(
            text("handover.list.title"),
            text("handover.list.subject", number=number, record_no=looked.record.text("record_no"), name=name),
            text("handover.list.footer", at=f"{now:%Y-%m-%d %H:%M}"),
            tuple(_sections(found, names)),
        )

    @needs("coder", "insurance")
    def save_workbook(self, case_id: int, path: Path, progress: Progress | None = None) -> StoredHandover:
        """Write the list of a case as .xlsx, compared cell by cell, and return its entry in the register.

        Raises :class:`UserProblem` as :meth:`report`, and when it cannot be written; an older file stays then.
        """
        from app.exchange.appeal import write_report  # noqa: PLC0415 - slow to load, seldom needed

        report = self.report(case_id)
        write_report(report, path, progress)
        return self._note(case_id, path, _cells(report))

    @needs("coder", "insurance")
    def save_printed(self, case_id: int, path: Path, content: bytes) -> StoredHandover:
        """Write a list that was drawn as PDF. Raises :class:`UserProblem`; an older file stays then."""
        try:
            with write_atomic(path) as out:
                out.write(content)
        except OSError as fault:
            where = Where(path.name)
            raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
        return self._note(case_id, path, 0)

    def _note(self, case_id: int, path: Path, cells: int) -> StoredHandover:
        with self._session.db.operation(Op.EXPORT, by=self._session.actor, note=path.name) as tx:
            record = tx.load_case(case_id).record
            scope, digest = text("handover.scope.case", number=record.text("record_no")), sha256_of(path)
            number = add_file(tx, HandoverFile(_FORM.value, scope, path, digest, (case_id,), code_count(record), cells))
            tx.record_event("export", {"file": path.name, "sha256": digest, "rows": 1}, case_id)
        with self._session.db.read() as reader:
            return reader.handovers.one(number)


def _sections(found: Document, names: Names) -> Iterator[ReportSection]:
    for part in parts():
        node = found[part.node]
        table = _items(part, node, names) if isinstance(node, dict) else _rows(part, node)
        if table.rows:
            yield ReportSection(part.node, part.title, "", (table,))


def _items(part: SettlementPart, node: dict[str, str], names: Names) -> ReportTable:
    columns = (_column("label", 26), _column("value", 44), _column("name", 26, code=True))
    rows = tuple(
        (
            item.label,
            node[item.name] or text("handover.list.none"),
            names.get(f"{part.node}.{item.name}", item.name),
        )
        for item in part.items
    )
    return ReportTable(part.title, columns, rows)


def _rows(part: SettlementPart, node: list[dict[str, str]]) -> ReportTable:
    columns = tuple(ReportColumn(item.label, 22 if item.field == "name" else 14) for item in part.items)
    strong = frozenset({0}) if part.group is Group.DX else frozenset[int]()
    return ReportTable(part.title, columns, tuple(tuple(row[item.name] for item in part.items) for row in node), strong)


def _column(name: str, width: int, *, code: bool = False) -> ReportColumn:
    return ReportColumn(text(f"handover.list.{name}"), width, code=code)


def _cells(report: Report) -> int:
    return sum(len(row) for section in report.sections for table in section.tables for row in table.rows)
