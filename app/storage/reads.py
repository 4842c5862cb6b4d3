"""Everything that can be read from a library."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

import sqlalchemy as sa

from app.common.progress import Progress
from app.domain.case import CaseKey, CaseRecord, CaseState
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.domain.findings import Finding, QcReport
from app.domain.past import PastLine
from app.storage import audit, audit_query, beside, coding_memory, decisions, history, light, quality, rules, worklist
from app.storage.appeals import AppealReads
from app.storage.audit import AuditCheck, AuditHead, Operation
from app.storage.audit_columns import AuditColumns
from app.storage.audit_query import AuditFilter, AuditLine
from app.storage.beside import StoredDocument, StoredNote
from app.storage.cells import FieldCell
from app.storage.check import CheckReport, check
from app.storage.code_marks import Mark, StoredMark, UsedCode, department_codes, marks, used_codes
from app.storage.coding_memory import MemoryLine, MemoryQuery, MemoryStats, MemoryStep, MemoryUse, PastImport
from app.storage.day import claimed_since, day_changes, undone_of
from app.storage.decisions import StoredException, StoredSuppression
from app.storage.figures import GroupFigures, PastStay, group_figures, past_stays
from app.storage.follow_ups import FollowUp, follow_ups
from app.storage.handover import HandoverReads
from app.storage.history import FieldChange, SettingChange
from app.storage.insurer import InsurerReads
from app.storage.jsonify import from_json
from app.storage.leaving import GroupStay, Inpatient, group_stays, inpatients
from app.storage.light import LightCase, Which
from app.storage.load import StoredCase, find_by_keys, load_case, load_cases, same_patient, with_other_stays
from app.storage.people import PeopleReads
from app.storage.quality import Figures, HitCount, HitKeys, HitQuery
from app.storage.recoded import recoded_cases
from app.storage.report_rows import ReportReads
from app.storage.returns import (
    ReturnFilter,
    ReturnRow,
    StoredReturn,
    answered_cases,
    return_rows,
    return_uids,
    returns_of,
)
from app.storage.rows import Change
from app.storage.rules import Judged, StoredOverride, StoredRule
from app.storage.state_steps import StateStep, before_return, passed_as, state_steps
from app.storage.submissions import SubmissionReads
from app.storage.tables import batch, batch_source, cases, draft, finding, grouping, import_profile, place, setting
from app.storage.undo import UndoItem, redoable, undoable
from app.storage.values_at import values_at
from app.storage.worklist import WorklistQuery, WorklistRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cached(Generic[T]):
    """A cached value, the case's version it was made from, and the stamp of the tables that took part."""

    version: int
    stamp: str
    value: T


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """An imported file. ``report`` is what the import wrote; ``sha256`` is the file's."""

    id: int
    file_name: str
    sha256: str
    layout: str
    report: Mapping[str, object]
    actor: str
    at: datetime


class Reader:
    """Reads of a library inside one transaction: all of them see the same committed state."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def load_case(self, case_id: int) -> StoredCase:
        """Return one case. Raises ``LookupError`` when it does not exist."""
        return load_case(self._connection, case_id)

    def load_cases(self, case_ids: Iterable[int]) -> Iterator[StoredCase]:
        """Yield cases in the order of their ids as given. Raises ``LookupError`` for a missing one."""
        yield from load_cases(self._connection, case_ids)

    def find_by_key(self, key: CaseKey) -> int | None:
        """Return the id of a stay, None when it is not stored."""
        return self.find_by_keys([key]).get(key)

    def find_by_keys(self, keys: Iterable[CaseKey]) -> dict[CaseKey, int]:
        """Return the ids of those stays that are stored."""
        return find_by_keys(self._connection, keys)

    def same_patient(self, case_id: int) -> tuple[CaseRecord, ...]:
        """Return the other stays with the record number or the document number of a case."""
        return same_patient(self._connection, case_id)

    def with_other_stays(self, case_ids: Sequence[int]) -> set[int]:
        """Return those of some hundred cases whose patient has another stay here."""
        return with_other_stays(self._connection, case_ids)

    def case_ids(self, *, batch_id: int | None = None) -> array[int]:
        """Return the ids of all cases, or of those of a batch in the order of its rows."""
        query = sa.select(cases.c.id).order_by(cases.c.source_row, cases.c.id)
        if batch_id is None:
            query = sa.select(cases.c.id).order_by(cases.c.id)
        else:
            query = query.where(cases.c.batch_id == batch_id)
        return array("q", self._connection.execute(query).scalars())

    def worklist_ids(self, query: WorklistQuery) -> array[int]:
        """Return the ids a query shows, in its order. Raises ``KeyError`` for an unknown column."""
        return worklist.worklist_ids(self._connection, query)

    def worklist_rows(self, ids: Sequence[int]) -> list[WorklistRow]:
        """Return the lines of ``ids`` in their order; ids that no longer exist are left out."""
        return worklist.worklist_rows(self._connection, ids)

    def follow_ups(self, case_ids: Sequence[int]) -> dict[int, FollowUp]:
        """Return what those of some cases wait for that do, by case."""
        return follow_ups(self._connection, case_ids)

    def finished_on(self, actor: str, day: date) -> int:
        """Return how many cases somebody sent on to quality control on a day."""
        return history.finished_on(self._connection, actor, day)

    def stale_ids(self, stamp: str) -> array[int]:
        """Return the cases that changed since their report was saved, or whose report has another stamp."""
        return worklist.stale_ids(self._connection, stamp)

    def value_counts(self, column: str) -> dict[str, int]:
        """Return the values a column of the worklist has and how often, most frequent first."""
        return worklist.value_counts(self._connection, column)

    def undoable(self, actor: str, case_id: int | None = None, limit: int = 20) -> list[UndoItem]:
        """Return what an actor can take back on a case (None: anywhere), latest first."""
        return undoable(self._connection, actor, case_id, limit)

    def redoable(self, actor: str, case_id: int | None = None, limit: int = 20) -> list[UndoItem]:
        """Return what an actor has undone and can do again, next first."""
        return redoable(self._connection, actor, case_id, limit)

    def field_history(self, case_id: int, group: Group, row_id: int, field: str) -> list[FieldChange]:
        """Return every step of a field, latest first; ``row_id`` 0 for a field of the case itself."""
        return history.field_history(self._connection, case_id, group, row_id, field)

    def case_history(self, case_id: int) -> list[tuple[Operation, Change]]:
        """Return all changes of a case with their operations, oldest first."""
        return list(history.case_changes(self._connection, case_id))

    def recoded_cases(self, case_ids: Sequence[int]) -> frozenset[int]:
        """Return those of some hundred cases whose diagnoses were recoded after they first had a code."""
        return recoded_cases(self._connection, case_ids)

    def past_stays(self, first: date, last: date) -> Iterator[PastStay]:
        """Yield the stays discharged from the day ``first`` to the day ``last``, cancelled ones left out."""
        return past_stays(self._connection, first, last)

    def group_figures(self, drg: str, first: date, last: date) -> GroupFigures:
        """Return the figures of a group's stays discharged in a period, cancelled ones left out."""
        return group_figures(self._connection, drg, first, last)

    def changes_of(self, op_id: int, *, limit: int | None = None) -> list[Change]:
        """Return the changes of an operation, the first ``limit`` of them."""
        return audit.changes_of(self._connection, op_id, limit=limit)

    def edited_cells(self, case_id: int) -> frozenset[tuple[Group, int, str]]:
        """Return the cells that people changed after the import: (group, row id, field), '' for a whole row."""
        return history.edited_cells(self._connection, case_id)

    def day_of(self, actor: str, day: date) -> list[Operation]:
        """Return what an actor did on a day, latest first."""
        return history.day_of(self._connection, actor, day)

    def marks(self, what: Mark, actor: str, *, code: str = "") -> list[StoredMark]:
        """Return the marks about codes that a person may see, latest first; those of one code if given."""
        return marks(self._connection, what, actor, code=code)

    def used_codes(self, actor: str, kind: CodeKind, within: int) -> list[UsedCode]:
        """Return the codes among the last ``within`` that a person wrote one by one, the last used first."""
        return used_codes(self._connection, actor, kind, within)

    def department_codes(self, kind: CodeKind, dept: str, since: str, most: int) -> list[UsedCode]:
        """Return the codes that stays of a department discharged since a day carry most often."""
        return department_codes(self._connection, kind, dept, since, most)

    def day_changes(self, actor: str, day: date) -> dict[int, tuple[Change, ...]]:
        """Return the changes of what a person did on a day by operation; those of batches are left out."""
        return day_changes(self._connection, actor, day)

    def claimed_since(self, case_id: int) -> tuple[datetime, str] | None:
        """Return when a case was claimed last and by whom (a name), None when nobody ever claimed it."""
        return claimed_since(self._connection, case_id)

    def undone_of(self, op_ids: Sequence[int]) -> set[int]:
        """Return those of some operations that are taken back now."""
        return undone_of(self._connection, op_ids)

    def audit_head(self) -> AuditHead:
        """Return the last operation's id and hash, to be kept outside the file."""
        return audit.head_of(self._connection)

    def verify_audit(self, expected: AuditHead | None = None, progress: Progress | None = None) -> AuditCheck:
        """Recompute the audit's chain; ``expected`` is a head that was kept elsewhere."""
        return audit.verify(self._connection, expected, progress)

    def audit_contains(self, head: AuditHead) -> bool:
        """Tell whether the audit has the operation of a head that was kept elsewhere."""
        return audit.contains(self._connection, head)

    def audit_people(self) -> dict[str, str]:
        """Return everybody who ever wrote, by id, with the name last used."""
        return audit_query.people(self._connection)

    def audit_ids(self, wanted: AuditFilter, columns: AuditColumns) -> Sequence[int]:
        """Return the ids of the operations that a filter shows, newest first; ``columns`` are kept between calls."""
        return audit_query.operation_ids(self._connection, wanted, columns)

    def audit_lines(self, op_ids: Sequence[int], wanted: AuditFilter) -> list[AuditLine]:
        """Return the lines of some operations, in their order."""
        return audit_query.lines(self._connection, op_ids, wanted)

    def operation(self, op_id: int) -> Operation | None:
        """Return an operation, None for one that is not there."""
        return audit.operation_with(self._connection, op_id)

    def check(self, *, replay: bool = False) -> CheckReport:
        """Examine the file; ``replay`` also rebuilds every table from the audit, which takes a while."""
        return check(self._connection, with_replay=replay)

    def batches(self) -> list[StoredBatch]:
        """Return the imported files, latest first."""
        return [_batch(row) for row in self._connection.execute(batch.select().order_by(batch.c.id.desc())).mappings()]

    def batch_titles(self) -> dict[int, str]:
        """Return the file names of the imported files by number, latest first."""
        found = self._connection.execute(sa.select(batch.c.id, batch.c.file_name).order_by(batch.c.id.desc()))
        return {row[0]: row[1] for row in found}

    def batch(self, batch_id: int) -> StoredBatch:
        """Return one imported file. Raises ``LookupError`` when it does not exist."""
        row = self._connection.execute(batch.select().where(batch.c.id == batch_id)).mappings().first()
        if row is None:
            raise LookupError(batch_id)
        return _batch(row)

    def batch_title(self, batch_id: int) -> str:
        """Return the file name of a batch. Raises ``LookupError`` when it does not exist."""
        return self.batch(batch_id).file_name

    def batch_source(self, batch_id: int) -> bytes:
        """Return what was stored to write a batch's file back. Raises ``LookupError`` for an unknown batch."""
        query = sa.select(batch_source.c.data).join(batch, batch.c.source_sha256 == batch_source.c.sha256)
        data = self._connection.execute(query.where(batch.c.id == batch_id)).scalar()
        if data is None:
            raise LookupError(batch_id)
        return bytes(data)

    def profile(self, signature: str) -> object:
        """Return the remembered column mapping of a kind of file (JSON object), None when there is none."""
        return self._json(sa.select(import_profile.c.mapping).where(import_profile.c.signature == signature))

    def setting(self, key: str) -> object:
        """Return a stored setting, None when it was never set."""
        return self._json(sa.select(setting.c.value).where(setting.c.key == key))

    def settings(self, prefix: str) -> dict[str, object]:
        """Return the stored settings whose key begins with ``prefix``."""
        query = sa.select(setting.c.key, setting.c.value).where(setting.c.key.startswith(prefix, autoescape=True))
        return {key: json.loads(value) for key, value in self._connection.execute(query)}

    def setting_changes(self, prefix: str) -> list[SettingChange]:
        """Return every change of the settings whose key begins with ``prefix``, latest first."""
        return history.setting_changes(self._connection, prefix)

    def past_codings(self, kind: CodeKind) -> list[PastLine]:
        """Return what the memory offers of a code set, equal texts summed up."""
        return coding_memory.history(self._connection, kind)

    def memory_refs(self, query: MemoryQuery) -> array[int]:
        """Return the references of the codings that a query shows, in its order."""
        return coding_memory.memory_refs(self._connection, query)

    def memory_texts(self, query: MemoryQuery) -> list[tuple[int, str]]:
        """Return reference and text of the codings that a query shows but for its words."""
        return coding_memory.memory_texts(self._connection, query)

    def memory_lines(self, refs: Sequence[int]) -> list[MemoryLine]:
        """Return remembered codings by reference, in that order; those that are gone are left out."""
        return coding_memory.memory_lines(self._connection, refs)

    def memory_uses(self, line: MemoryLine) -> list[MemoryUse]:
        """Return where a remembered coding was used, latest first."""
        return coding_memory.memory_uses(self._connection, line)

    def memory_stats(self) -> MemoryStats:
        """Return how much is remembered."""
        return coding_memory.memory_stats(self._connection)

    def past_imports(self) -> list[PastImport]:
        """Return the imported files of past codings, latest first."""
        return coding_memory.past_imports(self._connection)

    def memory_step(self, actor: str) -> MemoryStep | None:
        """Return the latest operation of a person on the memory itself that can be taken back, None without one."""
        return coding_memory.memory_step(self._connection, actor)

    def light_cases(self, paths: Iterable[str], which: Which) -> Iterator[list[LightCase]]:
        """Yield cases in chunks with only the fields of some path patterns."""
        yield from light.light_cases(self._connection, paths, which)

    def other_stays(self, first: int, last: int) -> dict[int, list[int]]:
        """Return for the cases with ids from ``first`` to ``last`` the other stays of the same patient."""
        return light.other_stays(self._connection, first, last)

    def ids_of(self, which: Which) -> list[int]:
        """Return the ids of the cases, ascending."""
        return light.ids_of(self._connection, which)

    def stored_rules(self) -> list[StoredRule]:
        """Return every version of the hospital's rules, by id and version."""
        return rules.stored_rules(self._connection)

    def stored_overrides(self) -> list[StoredOverride]:
        """Return what the hospital says of rules, parameters and lists, oldest first."""
        return rules.stored_overrides(self._connection)

    def rule_changes(self) -> list[tuple[Operation, Change]]:
        """Return every change of rules and overrides with its operation, latest first."""
        return rules.rule_changes(self._connection)

    def rule_hits(self, first: date, rule_id: str = "") -> dict[str, int]:
        """Return how many cases discharged since a day have an open finding of each rule, or of one."""
        return rules.hits_since(self._connection, first, rule_id)

    def rules_judged(self) -> dict[str, Judged]:
        """Return the judgements of each rule, counted."""
        return rules.judged(self._connection)

    def judgements(self, rule_id: str) -> dict[int, bool]:
        """Return for each judged case of a rule whether the alarm was true."""
        return rules.judgements(self._connection, rule_id)

    def suppressions(self, case_id: int) -> list[StoredSuppression]:
        """Return the suppressions of a case, latest first."""
        return decisions.suppressions_of(self._connection, case_id)

    def exceptions(self, case_id: int) -> list[StoredException]:
        """Return the exceptions of a case, latest first."""
        return decisions.exceptions_of(self._connection, case_id)

    def exception(self, exception_id: int) -> StoredException:
        """Return one exception. Raises ``LookupError`` for an unknown id."""
        return decisions.exception(self._connection, exception_id)

    def signer_of(self, exception_id: int, role: str) -> str:
        """Return the id of whoever signed an exception in a role, '' while nobody did."""
        return decisions.signer_of(self._connection, exception_id, role)

    def waiting_exceptions(self) -> list[StoredException]:
        """Return the exceptions that lack a signature, oldest first."""
        return decisions.waiting_exceptions(self._connection)

    @property
    def people(self) -> PeopleReads:
        """Who may sign in, and what proves it."""
        return PeopleReads(self._connection)

    def notes(self, case_id: int, actor: str) -> list[StoredNote]:
        """Return the notes of a case that a person may read, oldest first."""
        return beside.notes_of(self._connection, case_id, actor)

    def note(self, note_id: int) -> StoredNote | None:
        """Return one note whoever wrote it, None when it is gone."""
        return beside.note(self._connection, note_id)

    def documents(self, case_id: int) -> list[StoredDocument]:
        """Return the documents of a case in the order they came."""
        return beside.documents_of(self._connection, case_id)

    def decided_cases(self, case_ids: Iterable[int]) -> set[int]:
        """Return those of some cases that have a suppression or an exception."""
        return decisions.decided_cases(self._connection, case_ids)

    def excepted_cases(self, case_ids: Iterable[int]) -> set[int]:
        """Return those of some cases for which an exception was ever asked."""
        return decisions.excepted_cases(self._connection, case_ids)

    def returns_of(self, case_id: int) -> list[StoredReturn]:
        """Return the questions to physicians about a case, in the order they were noted."""
        return returns_of(self._connection, case_id)

    def return_rows(self, wanted: ReturnFilter) -> list[ReturnRow]:
        """Return questions to physicians with their cases, by due moment."""
        return return_rows(self._connection, wanted)

    def return_uids(self, uids: Sequence[str]) -> dict[str, int]:
        """Return the ids of those questions to physicians that are here, by their unique keys."""
        return return_uids(self._connection, uids)

    def answered_cases(self) -> list[int]:
        """Return the cases with a physician's answer that nobody has settled, longest waiting first."""
        return answered_cases(self._connection)

    @property
    def handovers(self) -> HandoverReads:
        """Files that were given away."""
        return HandoverReads(self._connection)

    @property
    def submissions(self) -> SubmissionReads:
        """What was submitted, and wishes to change it."""
        return SubmissionReads(self._connection)

    @property
    def insurer(self) -> InsurerReads:
        """What the insurer returned."""
        return InsurerReads(self._connection)

    @property
    def appeals(self) -> AppealReads:
        """Objections of the insurer and requests for a single review."""
        return AppealReads(self._connection)

    @property
    def reports(self) -> ReportReads:
        """What reports are made of, in columns."""
        return ReportReads(self._connection)

    def state_steps(self, case_id: int) -> list[StateStep]:
        """Return the way of a case through its states, oldest first."""
        return state_steps(self._connection, case_id)

    def before_return(self, case_id: int) -> CaseState | None:
        """Return the state in which a case was last returned to its physician, None when it never was."""
        return before_return(self._connection, case_id)

    def passed_as(self, case_ids: Sequence[int]) -> dict[int, Mapping[str, object]]:
        """Return with which group and scheme those of some cases last passed that did."""
        return passed_as(self._connection, case_ids)

    def place(self, key: str) -> object:
        """Return what the window remembered under a key, None when nothing."""
        return self._json(sa.select(place.c.value).where(place.c.key == key))

    def _json(self, query: sa.Select[str]) -> object:
        data = self._connection.execute(query).scalar()
        return None if data is None else json.loads(data)

    def drafts(self, case_id: int, whose: str = "") -> dict[str, str]:
        """Return what a person left half typed in a case, by field path."""
        return {path: text for path, (text, _) in self.draft_times(case_id, whose).items()}

    def draft_times(self, case_id: int, whose: str = "") -> dict[str, tuple[str, datetime]]:
        """Return what a person left half typed in a case with when it was stored, by field path in their order."""
        query = sa.select(draft.c.path, draft.c.text, draft.c.at).where(draft.c.case_id == case_id)
        found = {}
        for name, text, at in self._connection.execute(query.order_by(draft.c.path)):
            owner, _, path = name.rpartition(":")
            if owner == whose:
                found[path] = (text, datetime.fromisoformat(at))
        return found

    def findings(self, case_id: int) -> Cached[QcReport] | None:
        """Return the cached report of a case, None when there is none."""
        return self._cached(finding, case_id, QcReport)

    def grouping(self, case_id: int, kind: type[T]) -> Cached[T] | None:
        """Return the cached grouping of a case as the dataclass it was saved from, None when there is none."""
        return self._cached(grouping, case_id, kind)

    def hit_counts(self, scope: WorklistQuery) -> list[HitCount]:
        """Return the findings of the cases of a query, counted by rule, severity, segment, department and coder."""
        return quality.hit_counts(self._connection, scope)

    def hit_keys(self, wanted: HitQuery) -> HitKeys:
        """Return case and rule of every finding asked for, each pair once, in the order of entry."""
        return quality.hit_keys(self._connection, wanted)

    def findings_of(self, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[Finding]]:
        """Return the stored findings of pairs of case and rule."""
        return quality.findings_of(self._connection, keys)

    def outdated(self, scope: WorklistQuery, stamp: str) -> int:
        """Return how many cases of a query have no findings, or some older than they are or with another stamp."""
        return quality.outdated(self._connection, scope, stamp)

    def figures(self, scope: WorklistQuery, good_from: float) -> dict[str, Figures]:
        """Return checked cases, those without error and of grade 甲, and scores, of a query's cases by department."""
        return quality.figures(self._connection, scope, good_from)

    def hits_by_month(self, rule_id: str, first: str) -> Mapping[str, int]:
        """Return the cases in which a rule finds something by month of discharge, from month ``first`` on."""
        return quality.hits_by_month(self._connection, rule_id, first)

    def values_at(self, wanted: Mapping[int, Iterable[str]]) -> dict[tuple[int, str], FieldCell]:
        """Return the cells at some paths of some cases, by case and path."""
        return values_at(self._connection, wanted)

    def inpatients(self) -> list[Inpatient]:
        """Return the cases in state 在院."""
        return inpatients(self._connection)

    def group_stays(self) -> dict[str, GroupStay]:
        """Return the mean stay of every group."""
        return group_stays(self._connection)

    def _cached(self, table: sa.Table, case_id: int, kind: type[T]) -> Cached[T] | None:
        row = self._connection.execute(table.select().where(table.c.case_id == case_id)).first()
        return None if row is None else Cached(row.version, row.stamp, from_json(kind, row.data))


def _batch(row: sa.RowMapping) -> StoredBatch:
    return StoredBatch(
        row["id"],
        row["file_name"],
        row["sha256"],
        row["layout"],
        json.loads(row["report"]),
        row["actor"],
        datetime.fromisoformat(row["at"]),
    )
