"""Giving a batch back: the user's own file with corrected values, result columns, changes and a receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.field import Group
from app.domain.fields import field
from app.exchange.export import ExportChange, Receipt, write_corrected
from app.exchange.source import Source
from app.exchange.upload import code_count
from app.qc.context import Sibling
from app.services.case_view import change_text
from app.services.export_mask import is_impersonal, without_names, without_unknown
from app.services.permits import needs
from app.services.qc_batch_words import is_personal
from app.services.results import CaseResult, added_columns, export_rows
from app.services.session import Session
from app.storage.cells import decode
from app.storage.handover import HandoverFile, add_file
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.reads import Reader
from app.storage.rows import POSITION

__all__ = ["ExportService", "Receipt"]

_STEP = 20


class ExportService:
    """Writes whole files, checked after writing; every export is in the audit."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs("coder", "insurance")
    def batch(self, batch_id: int, path: Path, progress: Progress | None = None, *, masked: bool = False) -> Receipt:
        """Write the corrected batch as .xlsx or .csv and put it into the register of what was given away.

        ``masked`` hides what names a person, and leaves columns empty that nobody knows. Raises
        :class:`UserProblem` when it cannot be written or does not compare equal; an older file stays then.
        """
        progress = progress or NoProgress()
        engines = self._session.engines
        with self._session.db.read() as reader:
            source = Source.from_json(reader.batch_source(batch_id).decode())
            cases = list(reader.load_cases(reader.case_ids(batch_id=batch_id)))
            changes = [line for case in cases for line in _changes(reader, case)]
            results = []
            for number, case in enumerate(cases):
                if number % _STEP == 0:
                    progress.step(number, len(cases))
                results.append(self._result(reader, case, masked=masked))
        rows, codes = export_rows(results), sum(code_count(case.record) for case in cases)
        if masked:
            source, changes = without_unknown(source), list(filter(is_impersonal, changes))
            rows = [replace(row, record=without_names(row.record)) for row in rows]
        scheme = engines.assets.scheme()
        receipt = write_corrected(
            source,
            rows,
            path,
            added=added_columns(results),
            changes=changes,
            meta={"program": "bingan", "codebook": engines.codebook.title, "scheme": scheme.title},
            progress=progress,
        )
        receipt = replace(receipt, codes=codes)
        self._note(batch_id, receipt, tuple(case.case_id for case in cases), masked=masked)
        return receipt

    def _result(self, reader: Reader, case: StoredCase, *, masked: bool) -> CaseResult:
        engines = self._session.engines
        siblings = tuple(Sibling.of(other, case.record) for other in reader.same_patient(case.case_id))
        report = engines.check(case.record, case.state, siblings, case.proposals)
        if masked:
            report = replace(report, findings=tuple(one for one in report.findings if not is_personal([one])))
        return CaseResult(
            case.record,
            case.source_row,
            case.proposals,
            case.accepted | _brought(case),
            report,
            engines.preview(case.record, case.proposals),
        )

    def _note(self, batch_id: int, receipt: Receipt, case_ids: tuple[int, ...], *, masked: bool) -> None:
        if self._session.db.read_only:
            return
        with self._session.db.read() as reader:
            scope = text("handover.scope.batch", name=reader.batch_title(batch_id))
        facts = HandoverFile(
            "batch", scope, receipt.path, receipt.sha256, case_ids, receipt.codes, receipt.cells_compared, masked
        )
        details = {"batch": batch_id, "file": receipt.path.name, "sha256": receipt.sha256, "rows": receipt.rows}
        with self._session.db.operation(Op.EXPORT, by=self._session.actor, note=receipt.path.name) as tx:
            add_file(tx, facts)
            tx.record_event("export", details)


def _brought(case: StoredCase) -> frozenset[tuple[Group, int]]:
    """Rows whose code came with the file: they are the hospital's own and count as accepted."""
    return frozenset(
        (group, row.id) for group in (Group.DX, Group.OP) for row in case.record.rows(group) if row.get("code")
    )


def _changes(reader: Reader, case: StoredCase) -> Iterator[ExportChange]:
    """Yield what people changed in a case since its import, field by field, oldest first."""
    places = _places(case)
    edited = reader.edited_cells(case.case_id)
    for operation, change in reader.case_history(case.case_id):
        group = _group_of(change.entity)
        if (
            group is None
            or not change.field
            or change.field == POSITION
            or (group, change.row_id, change.field) not in edited
        ):
            continue
        index = places.get((group, change.row_id))
        if index is None:
            continue
        path = change.field if group is Group.CASE else f"{group}[{index}].{change.field}"
        spec = field(path)
        yield ExportChange(
            case.key,
            path,
            change_text(spec, decode(spec, change.before)),
            change_text(spec, decode(spec, change.after)),
            user=operation.actor_name,
            at=operation.at.isoformat(sep=" "),
        )


def _places(case: StoredCase) -> dict[tuple[Group, int], int]:
    places = {(group, row.id): index for group, rows in case.record.groups.items() for index, row in enumerate(rows)}
    places[Group.CASE, 0] = 0
    return places


def _group_of(entity: str) -> Group | None:
    return next((group for group in Group if group == entity), None)
