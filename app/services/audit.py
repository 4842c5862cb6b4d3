"""The audit read, verified, given away; what people looked at, written into it. Nothing in it is ever changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.common.texts import text
from app.domain.field import Group
from app.domain.fields import fields_of
from app.services.audit_file import FileCheck, told
from app.services.audit_head import HeadState, HeadWatch, Standing
from app.services.audit_kinds import KINDS, ops_of
from app.services.audit_types import AuditChange, AuditDetail, AuditQuery, AuditRow, AuditVerdict
from app.services.audit_words import Reader, patient_name, worded
from app.services.export_note import note_export
from app.services.permits import DESK, free, needs
from app.services.read_log import Looked
from app.services.session import Session
from app.storage.audit import Operation
from app.storage.audit_columns import AuditColumns
from app.storage.audit_query import AuditFilter, AuditLine
from app.storage.ops import Op
from app.storage.tables import WORKFLOW_COLUMNS

DETAIL_MOST: Final = 500
"""Changes of an operation that are shown; an import has hundreds of thousands."""


class AuditService:
    """Reads are of one committed state; a list is ids first, lines when they are shown."""

    def __init__(self, session: Session, heads: HeadWatch) -> None:
        self._session = session
        self._heads = heads

    @cached_property
    def _columns(self) -> AuditColumns:
        return AuditColumns()

    # What was looked at.

    @property
    @free
    def has_reads(self) -> bool:
        """True when something that was looked at waits to be written."""
        return not self._session.seat.reads.is_empty and self._session.db.takes(Op.OPEN_CASE)

    @free
    def write_reads(self) -> None:
        """Write what was looked at: one operation for a person's cases, one for each search.

        Raises :class:`UserProblem` for a failing disk.
        """
        if not self._session.db.takes(Op.OPEN_CASE):
            return
        for _, looks in groupby(self._session.seat.reads.take(), key=lambda one: (one.actor.id, bool(one.words))):
            self._write(list(looks))

    def _write(self, looks: Sequence[Looked]) -> None:
        if looks[0].words:
            for one in looks:
                with self._session.db.operation(Op.SEARCH, by=one.actor) as tx:
                    tx.record_event("searched", {"words": one.words})
            return
        with self._session.db.operation(Op.OPEN_CASE, by=looks[0].actor) as tx:
            for one in looks:
                tx.record_event("opened", {"time": f"{one.at:%H:%M:%S}"}, one.case_id)

    @free
    def note_mask(self, *, on: bool) -> None:
        """Note that whoever works here hid names on the screen, or showed them again.

        Raises :class:`UserProblem` for a failing disk.
        """
        if not self._session.db.read_only:
            with self._session.db.operation(Op.SET_MASK, by=self._session.actor) as tx:
                tx.record_event("masked", {"on": on})

    @needs(*DESK)
    def note_file(self, path: Path, rows: int) -> None:
        """Note that a page wrote a file to be given away."""
        note_export(self._session, path, rows)

    # The chain.

    @free
    def head_state(self) -> HeadState:
        """Return how the library stood to the head outside when it was opened."""
        return self._heads.state

    @free
    def keep_outside(self) -> bool:
        """Compare with the head in the key store of the operating system, then keep the present one there.

        Returns True when the library does not fit it. For a job: the store may ask its user to unlock it.
        """
        wrong = self._heads.look_in_vault()
        self._heads.keep_in_vault()
        return wrong

    @free
    def head_words(self) -> str:
        """Return what is wrong with the head in a sentence, '' when nothing is."""
        state = self._heads.state
        if not state.standing.is_alarming:
            return ""
        if state.kept is None or state.standing is Standing.FORGED:
            return text(f"audit.standing.{state.standing}")
        return text(
            f"audit.standing.{state.standing}",
            kept=state.kept.head.op_id,
            at=f"{state.kept.at:%Y-%m-%d %H:%M}",
            found=state.found.op_id,
        )

    @needs("admin")
    def confirm_head(self, reason: str) -> None:
        """Take the library as it is from now on; the reason and both heads stand in its audit.

        Raises :class:`UserProblem` without a reason, and where nothing is to be confirmed.
        """
        state = self._heads.state
        if not state.standing.is_alarming:
            raise UserProblem("audit.nothing_wrong", remedy="audit.remedy.nothing_wrong")
        if not reason.strip():
            raise UserProblem("audit.no_reason", remedy="audit.remedy.no_reason")
        expected = {"op": state.kept.head.op_id, "hash": state.kept.head.hash} if state.kept else {}
        facts = {"standing": str(state.standing), "expected": expected, "found": state.found.op_id}
        with self._session.db.operation(Op.CONFIRM_HEAD, by=self._session.actor, note=reason.strip()) as tx:
            tx.record_event("head_confirmed", facts)
        self._heads.accept()

    @needs("admin", "qc", "insurance")
    def verify(self, progress: Progress) -> AuditVerdict:
        """Recompute the whole chain, against the head outside too. Raises :class:`Cancelled`."""
        kept = self._heads.state.kept
        with self._session.db.read() as reader:
            check = reader.verify_audit(kept.head if kept else None, progress)
            broken, early = (reader.operation(op_id) for op_id in (check.broken_op, check.early_op))
        found = FileCheck(check, kept, broken, early, self._heads.has_vault)
        return AuditVerdict(check, told(found), check.is_intact)

    # The list.

    @needs("admin", "qc", "insurance")
    def kinds(self) -> Mapping[str, str]:
        """Return the kinds of operations with their names, in order."""
        return {key: text(f"audit.kind.{key}") for key in KINDS}

    @needs("admin", "qc", "insurance")
    def prepare(self, progress: Progress) -> None:
        """Read what filters ask of every operation, so that the first filter need not."""
        progress.step(0, 0)
        with self._session.db.read() as reader:
            reader.audit_ids(AuditFilter(first=date.min), self._columns)

    @needs("admin", "qc", "insurance")
    def ids(self, query: AuditQuery) -> Sequence[int]:
        """Return the ids of the operations a query shows, newest first."""
        with self._session.db.read() as reader:
            return reader.audit_ids(self._filter(query, reader.audit_people()), self._columns)

    @needs("admin", "qc", "insurance")
    def rows(self, op_ids: Sequence[int], query: AuditQuery) -> list[AuditRow]:
        """Return the lines of some operations; of each the change that the query asks for, else its first."""
        with self._session.db.read() as reader:
            people = reader.audit_people() if query.who else {}
            found = reader.audit_lines(op_ids, self._filter(query, people))
        reads = self._reader()
        return [_row(line, reads) for line in found]

    @needs("admin", "qc", "insurance")
    def detail(self, op_id: int) -> AuditDetail | None:
        """Return an operation with every field it changed (the first 500), None for one that is gone."""
        with self._session.db.read() as reader:
            operation = reader.operation(op_id)
            if operation is None:
                return None
            changes = reader.changes_of(op_id, limit=DETAIL_MOST)
        reader_ = self._reader()
        words = tuple(worded(operation, change, reader_) for change in changes)
        return AuditDetail(op_id, tuple(_facts(operation)), words, operation.changes, operation.hash)

    def _filter(self, query: AuditQuery, people: Mapping[str, str]) -> AuditFilter:
        who, field = query.who.strip(), query.field.strip()
        actors = frozenset(key for key, name in people.items() if who in name or who == key)
        fields = _fields_named(field) if field else frozenset[str]()
        return AuditFilter(
            ops_of(query.kind),
            (actors or None) if who else frozenset(),
            query.record_no.strip(),
            (fields or None) if field else frozenset(),
            query.first,
            query.last,
        )

    def _reader(self) -> Reader:
        actor = self._session.actor
        with self._session.db.read() as reader:
            people = {one.actor.id: one.name for one in reader.people.everybody()}
        return Reader(actor.id, actor.may("coder", "qc", "insurance"), {actor.id: actor.name, **people})


def _row(line: AuditLine, reader: Reader) -> AuditRow:
    operation = line.operation
    change = worded(operation, line.change, reader) if line.change else AuditChange("", "", "")
    case_id = operation.case_id or (line.change.case_id if line.change and operation.cases == 1 else 0)
    return AuditRow(
        operation.id,
        operation.at,
        operation.actor_name or operation.actor,
        operation.op.label,
        case_id or 0,
        line.record_no,
        patient_name(line.patient_name, reader),
        change.place,
        change.old,
        change.new,
        max(0, operation.changes - 1),
        change.rule or operation.note,
    )


def _facts(operation: Operation) -> Iterable[tuple[str, str]]:
    values = {
        "id": f"{operation.id:,}",
        "at": f"{operation.at:%Y-%m-%d %H:%M:%S}",
        "who": text("audit.person", name=operation.actor_name, id=operation.actor),
        "machine": operation.machine,
        "what": operation.op.label,
        "note": operation.note,
        "undo_of": f"{operation.undo_of:,}" if operation.undo_of else "",
        "count": text("audit.counts", changes=f"{operation.changes:,}", cases=f"{operation.cases:,}"),
        "previous": operation.previous,
        "hash": operation.hash,
    }
    yield from ((text(f"audit.fact.{key}"), value) for key, value in values.items() if value)


def _fields_named(words: str) -> frozenset[str]:
    """Return the ids of the fields whose label holds some words, or whose id they are."""
    found = {spec.id for group in Group for spec in fields_of(group) if words in spec.label or words == spec.id}
    columns = {column for column in WORKFLOW_COLUMNS if words in text(f"audit.column.{column}")}
    return frozenset(found | columns)
