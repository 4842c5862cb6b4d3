"""What did I do today: the operations of the person who works, by case, with counts; read from the audit alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.texts import text
from app.domain.case import CaseRecord, CaseState
from app.domain.field import Group
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.exchange.streams import write_csv
from app.services.case_view import undo_name
from app.services.permits import EVERYONE, needs
from app.services.qc_batch_words import dept_name
from app.services.session import Session
from app.storage.audit import Operation
from app.storage.ops import Op
from app.storage.rows import Change
from app.storage.undo import UndoItem
from app.storage.worklist import WorklistRow

_CODED: Final = (Group.DX.value, Group.OP.value)
_QUIET: Final = frozenset({Op.CLAIM, Op.RELEASE, Op.OPEN_CASE, Op.SEARCH, Op.SET_MASK})
"""They say who works and what was looked at, not what was done."""
_BACK: Final = frozenset({Op.UNDO, Op.REDO})
_COLUMNS: Final = ("time", "record_no", "name", "dept", "what", "state")


@dataclass(frozen=True, slots=True)
class DayStep:
    """One operation: when, its name, the field it changed ('' for none), whether it is taken back now."""

    op_id: int
    at: datetime
    what: str
    path: str
    undone: bool


@dataclass(frozen=True, slots=True)
class DayCase:
    """A case of the day with its steps, latest first. ``case_id`` 0 stands for what belongs to no single case."""

    case_id: int
    record_no: str
    name: str
    dept: str
    steps: tuple[DayStep, ...]


@dataclass(frozen=True, slots=True)
class DayLog:
    """A person's day: ``coded`` cases got a code, ``codes`` rows did, ``finished`` cases went on to quality control.

    What was taken back counts in ``undone`` only.
    """

    day: date
    who: str
    cases: tuple[DayCase, ...]
    coded: int
    codes: int
    finished: int
    steps: int
    undone: int


@dataclass(frozen=True, slots=True)
class LastStep:
    """The latest operation on one case that its person can take back: whose case, its name, the field it changed."""

    op_id: int
    case_id: int
    name: str
    what: str
    path: str


class TodayService:
    """Everybody reads his own days, nobody those of others."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*EVERYONE)
    def today(self) -> date:
        """Return the day it is."""
        return self._session.clock.now().date()

    @needs(*EVERYONE)
    def log(self, day: date) -> DayLog:
        """Return a day."""
        actor = self._session.actor
        with self._session.db.read() as reader:
            changed = reader.day_changes(actor.id, day)
            found = [(one, changed.get(one.id, ())) for one in reader.day_of(actor.id, day) if one.op not in _QUIET]
            undone = reader.undone_of([operation.id for operation, _ in found])
            own = {one.id for one, _ in found}
            shown = [(one, changes) for one, changes in found if one.op not in _BACK or one.undo_of not in own]
            ids = list(dict.fromkeys(_case_of(one, changes) for one, changes in shown))
            rows = {row.case_id: row for row in reader.worklist_rows([case_id for case_id in ids if case_id])}
            stored = {case.case_id: case.record for case in reader.load_cases([one for one in ids if one in rows])}
            places = _places(stored.values())
        names = {one.id: _name(one, changes, stored.get(_case_of(one, changes))) for one, changes in shown}
        cases = [self._case(case_id, rows.get(case_id), shown, undone, (names, places)) for case_id in ids]
        cases.sort(key=lambda case: case.case_id == 0)
        standing = [(one, changes) for one, changes in shown if one.id not in undone and one.op not in _BACK]
        coded = {key for _, changes in standing for key in _codes(changes)}
        return DayLog(
            day,
            actor.name,
            tuple(cases),
            coded=len({case_id for case_id, *_ in coded}),
            codes=len(coded),
            finished=len({change.case_id for _, changes in standing for change in changes if _finishes(change)}),
            steps=len(shown),
            undone=sum(1 for one, _ in shown if one.id in undone),
        )

    @needs(*EVERYONE)
    def last_step(self) -> LastStep | None:
        """Return the latest operation on a single case that can be taken back, whenever it was; None without one."""
        with self._session.db.read() as reader:
            item = next((one for one in reader.undoable(self._session.actor.id, None, 1) if one.cases == 1), None)
            case_id = next((change.case_id for change in item.changes if change.case_id), 0) if item else 0
            rows = reader.worklist_rows([case_id]) if case_id else []
            if item is None or not rows:
                return None
            record = reader.load_case(case_id).record
        path = _path(item.changes, _places([record]))
        return LastStep(item.op_id, case_id, rows[0].patient_name, undo_name((item,), record), path)

    def _case(
        self,
        case_id: int,
        row: WorklistRow | None,
        shown: Sequence[tuple[Operation, tuple[Change, ...]]],
        undone: set[int],
        known: tuple[dict[int, str], dict[tuple[str, int], int]],
    ) -> DayCase:
        names, places = known
        steps = tuple(
            DayStep(one.id, one.at, names[one.id], _path(changes, places), one.id in undone)
            for one, changes in shown
            if _case_of(one, changes) == case_id
        )
        if row is None:
            return DayCase(0, "", text("today.gone" if case_id else "today.many"), "", steps)
        return DayCase(case_id, row.record_no, row.patient_name, dept_name(row.dept), steps)

    @needs(*EVERYONE)
    def write(self, log: DayLog, path: Path) -> int:
        """Write a day as a table that a spreadsheet opens, without names of patients; return its lines.

        Raises :class:`UserProblem` when it cannot be written.
        """
        header = [text(f"today.column.{key}") for key in _COLUMNS if key != "name"]
        lines = [(line[0], line[1], *line[3:]) for line in _lines(log)]
        count = write_csv(path, header, lines, for_people=True)
        self._note(path)
        return count

    @needs(*EVERYONE)
    def report(self, log: DayLog) -> Report:
        """Return a day as a report to print, without names of patients."""
        widths = (14, 20, 20, 60, 14)
        columns = tuple(
            ReportColumn(text(f"today.column.{key}"), width, once=key == "record_no")
            for key, width in zip((key for key in _COLUMNS if key != "name"), widths, strict=True)
        )
        rows = tuple((line[0], line[1], *line[3:]) for line in _lines(log))
        counts = text("today.counts", coded=log.coded, codes=log.codes, finished=log.finished, steps=log.steps,
                      undone=log.undone)  # fmt: skip
        table = ReportTable(text("today.title"), columns, rows)
        section = ReportSection("steps", text("today.title"), counts, (table,), paragraphs=(counts,))
        subject = text("today.subject", who=log.who, day=f"{log.day:%Y-%m-%d}")
        return Report(text("today.title"), subject, text("today.footer"), (section,))

    @needs(*EVERYONE)
    def save_printed(self, path: Path, data: bytes) -> None:
        """Write a day that was drawn as PDF. Raises :class:`UserProblem` when it cannot be written."""
        try:
            with write_atomic(path) as out:
                out.write(data)
        except OSError as fault:
            where = Where(path.name)
            raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
        self._note(path)

    def _note(self, path: Path) -> None:
        if self._session.db.read_only:
            return
        with self._session.db.operation(Op.EXPORT, by=self._session.actor) as tx:
            tx.record_event("export", {"file": path.name})


def _case_of(operation: Operation, changes: Sequence[Change]) -> int:
    """Return the case an operation belongs to, 0 for none or several."""
    if operation.case_id:
        return operation.case_id
    ids = {change.case_id for change in changes if change.case_id}
    return ids.pop() if len(ids) == 1 else 0


def _name(operation: Operation, changes: Sequence[Change], record: CaseRecord | None) -> str:
    item = UndoItem(operation.id, operation.op, operation.at, operation.cases, tuple(changes[:20]))
    name = operation.op.label if operation.op in _BACK else undo_name((item,), record)
    return text("today.batch", what=name, cases=operation.cases) if operation.cases > 1 else name


def _codes(changes: Sequence[Change]) -> list[tuple[int, str, int]]:
    return [
        (change.case_id or 0, change.entity, change.row_id)
        for change in changes
        if change.field == "code" and change.entity in _CODED and change.after
    ]


def _finishes(change: Change) -> bool:
    return change.field == "state" and change.after == CaseState.TO_QC.value


def _places(records: Iterable[CaseRecord]) -> dict[tuple[str, int], int]:
    """Return where the rows of some cases stand now, by group and row id."""
    return {
        (str(group), row.id): index
        for record in records
        for group, rows in record.groups.items()
        for index, row in enumerate(rows)
    }


def _path(changes: Sequence[Change], places: dict[tuple[str, int], int]) -> str:
    """Return the first field an operation changed that is still there, the code where it is among them."""
    ordered = sorted(changes, key=lambda change: change.field != "code")
    for change in ordered:
        if change.entity == Group.CASE.value and change.row_id == 0 and change.field.isidentifier():
            if not _finishes(change) and change.field != "state":
                return change.field
        elif (change.entity, change.row_id) in places:
            name = change.field if change.field.isidentifier() else "code"
            return f"{change.entity}[{places[change.entity, change.row_id]}].{name}"
    return ""


def _lines(log: DayLog) -> list[tuple[str, ...]]:
    return [
        (
            f"{step.at:%H:%M}",
            case.record_no or case.name,
            case.name,
            case.dept,
            step.what,
            text("today.undone") if step.undone else "",
        )
        for case in log.cases
        for step in case.steps
    ]
