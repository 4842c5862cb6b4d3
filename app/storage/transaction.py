"""A named operation in progress: every write of facts, with its audit, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseRecord, CaseState, Row, Value
from app.domain.changes import Changes
from app.domain.coding import CodeKind, Proposal
from app.domain.field import Group
from app.domain.fields import fields_of
from app.domain.past import PastLine, text_key
from app.domain.states import FOLLOWS, LOCKED
from app.storage.actor import Actor
from app.storage.audit import Recorder
from app.storage.caches import CacheWriter
from app.storage.cells import Cell, Payload, cell_of, dump, payload_of, proposal_cell
from app.storage.confirmed import KINDS, Learned, update_evidence
from app.storage.derived import keep_checks, refresh
from app.storage.load import StoredCase, load_case, load_cases
from app.storage.past import packed
from app.storage.rows import CASE, CLAIMED_BY, CODE_STATUS, EVENT, POSITION, PROPOSAL, ROW, STATE, Change, RowWriter
from app.storage.tables import (
    CODED_GROUPS,
    GROUP_TABLES,
    WORKFLOW_COLUMNS,
    batch_source,
    cases,
    coding_import,
    coding_revoked,
    column_set,
    rule_override,
    rule_version,
    spec_of,
)

ACCEPTED: Final = "accepted"
_MEMORY: Final = (coding_import.name, coding_revoked.name)
_UNLOCKED: Final = frozenset({*WORKFLOW_COLUMNS, ROW})
"""Fields of a case that tell where it stands, not what its record says."""
_RULES: Final = (rule_version.name, rule_override.name)


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A file about to be imported. ``source`` is whatever export needs to write it back (bytes, kept once)."""

    file_name: str
    sha256: str
    layout: str
    source: bytes = b""
    report: Mapping[str, object] | None = None


class Transaction(CacheWriter):
    """Writes facts of cases. Given by :meth:`Database.operation`; it commits when the block ends well.

    ``LookupError`` is raised for a case or row that does not exist, ``KeyError`` for an unknown field.
    """

    def __init__(self, connection: sa.Connection, recorder: Recorder, actor: Actor, at: str) -> None:
        super().__init__(connection, at)
        self._rows = RowWriter(connection, at)
        self._recorder = recorder
        self._actor = actor
        self._cases: set[int] = set()
        self._edited: set[int] = set()
        self._paths: set[str] = set()
        self._listing = False
        self._assets = False
        self._coded: set[int] = set()
        self._new: set[int] = set()
        self._refilled: set[int] = set()
        self._moved: set[int] = set()
        self._states: dict[int, str] = {}
        self._memory = False
        self._rules = False
        self._changes = Changes()

    @property
    def changes(self) -> Changes:
        """What was written; complete once the block has ended, with ``op_id`` 0 when nothing changed."""
        return self._changes

    def finish(self) -> None:
        """Work out what is derived and close the audit of this operation. Called by the database before commit."""
        if self._recorder.count:
            self._fall_back()
            refresh(self.connection, self._cases, self.at)
            keep_checks(self.connection, self._cases - self._edited)
            self._recorder.finish()
            learned = update_evidence(self.connection, self._coded - self._new)
            self._changes = self._summed_up(learned)

    def _fall_back(self) -> None:
        """Let cases that had passed wait for quality control again once something of them was changed."""
        for case_id in sorted(self._refilled - self._moved):
            if self._states[case_id] == CaseState.PASSED:
                self.set_state(case_id, FOLLOWS[CaseState.PASSED])

    def _note_state(self, change: Change, case_id: int) -> None:
        """Follow the state of a case; what is written into it must not be locked."""
        if change.entity == CASE and change.field == STATE:
            self._states[case_id] = str(change.after)
            self._moved.add(case_id)
        elif change.entity == CASE and change.field == ROW and isinstance(change.before, Mapping):
            self._states[case_id] = str(change.before.get(STATE))
            self._refuse_locked(case_id)
        elif case_id not in self._new and not (change.entity == CASE and change.field in _UNLOCKED):
            self._refuse_locked(case_id)

    def _refuse_locked(self, case_id: int) -> None:
        """Raise :class:`UserProblem` for a change of the record of a case that was submitted, archived or cancelled."""
        if case_id not in self._states:
            query = "SELECT state FROM cases WHERE id = ?"
            self._states[case_id] = str(self.connection.exec_driver_sql(query, (case_id,)).scalar())
        if self._states[case_id] in LOCKED:
            state = text(f"cases.state.{self._states[case_id]}")
            raise UserProblem("cases.locked", remedy="cases.remedy.locked", state=state)
        self._refilled.add(case_id)

    def _summed_up(self, learned: Learned) -> Changes:
        forgot = self._memory or learned.lost
        return Changes(
            self._recorder.op_id,
            frozenset(self._cases),
            frozenset(self._paths),
            self._listing,
            self._assets,
            learned.won,
            memory=forgot or bool(learned.won),
            forgot=forgot,
            rules=self._rules,
        )

    def load_case(self, case_id: int) -> StoredCase:
        """Return a case as this transaction sees it."""
        return load_case(self.connection, case_id)

    def load_cases(self, case_ids: Iterable[int]) -> Iterator[StoredCase]:
        """Yield cases in order, some hundred read at a time: each as it was before the writes to its hundred."""
        yield from load_cases(self.connection, case_ids)

    def make(self, change: Change) -> None:
        """Apply a change in the audit's own form and record it. For undo; everything else has a method of its own."""
        self._rows.apply(change)
        self._record(change)

    def current(self, change: Change) -> object:
        """Return what stands where ``change`` was made."""
        return self._rows.current(change)

    def expect_version(self, case_id: int, version: int) -> None:
        """Raise :class:`UserProblem` when the case was changed since ``version`` was read."""
        found = self.connection.execute(sa.select(cases.c.version).where(cases.c.id == case_id)).scalar()
        if found != version:
            raise UserProblem("storage.stale", remedy="storage.remedy.stale")

    def insert_case(
        self, record: CaseRecord, *, state: CaseState, batch_id: int | None = None, source_row: int = 0
    ) -> int:
        """Insert a new case and return its id. ``source_row`` is its row in the batch's file, 0 without one.

        Raises :class:`UserProblem` when the key is taken.
        """
        workflow = {
            "state": state.value,
            "batch_id": batch_id,
            "source_row": source_row,
            "columns_id": self._column_set(record.columns),
        }
        payload: Payload = {name: value for name, value in workflow.items() if value}
        payload["head"] = payload_of(Group.CASE, record.head)
        case_id = self._rows.insert_case(payload)
        self._record(Change(CASE, 0, ROW, None, payload, case_id))
        for group in GROUP_TABLES:
            for position, row in enumerate(record.rows(group)):
                cells = {**payload_of(group, row), POSITION: position}
                row_id = self._rows.append_row(group, case_id, cells)
                self._record(Change(group.value, row_id, ROW, None, cells, case_id))
        return case_id

    def _column_set(self, paths: frozenset[str] | None) -> int | None:
        if paths is None:
            return None
        text = dump(sorted(paths))
        digest = hashlib.sha256(text.encode()).hexdigest()
        found = self.connection.execute(sa.select(column_set.c.id).where(column_set.c.sha256 == digest)).scalar()
        return int(found) if found else self._insert_flat("column_set", {"sha256": digest, "paths": text})

    def update_case_from_import(
        self, case_id: int, record: CaseRecord, *, batch_id: int | None = None, source_row: int = 0
    ) -> None:
        """Make the stored case equal to ``record``, writing only what differs.

        Rows of ``record`` that carry a stored id are that row; stored rows without a counterpart are deleted, rows
        with id 0 inserted. What of a coder's work stays is decided by the caller, who builds ``record``.
        A row whose physician's text differs is a new row, because that text never changes.
        """
        stored = self.load_case(case_id).record
        for spec in fields_of(Group.CASE):
            self._set_cell(case_id, Group.CASE, 0, spec.id, cell_of(spec, record.head))
        for group in GROUP_TABLES:
            self._replace_rows(case_id, group, stored.rows(group), record.rows(group))
        if record.columns is not None and stored.columns is not None:
            self._set_workflow(case_id, "columns_id", self._column_set(record.columns | stored.columns))
        if batch_id is not None:
            self._set_workflow(case_id, "batch_id", batch_id)
            self._set_workflow(case_id, "source_row", source_row)

    def _replace_rows(self, case_id: int, group: Group, old: tuple[Row, ...], new: tuple[Row, ...]) -> None:
        by_id = {row.id: row for row in old}
        kept = {row.id for row in new if row.id in by_id and _same_text(row, by_id[row.id])}
        for row in old:
            if row.id not in kept:
                self.delete_row(case_id, group, row.id)
        for position, row in enumerate(new):
            if row.id not in kept:
                self.insert_row(case_id, group, position, row)
                continue
            self.move_row(case_id, group, row.id, position)
            for spec in fields_of(group):
                self._set_cell(case_id, group, row.id, spec.id, cell_of(spec, row))

    def set_field(
        self,
        case_id: int,
        group: Group,
        row_id: int,
        field: str,
        value: Value,
        *,
        raw: str = "",
        dash: bool = False,
        expect_version: int | None = None,
    ) -> None:
        """Set a field of the case (``row_id`` 0) or of a row. With ``raw`` or ``dash`` the value is None.

        A code of a diagnosis or operation set in this way is a person's and counts as accepted; an open proposal of
        the row is dropped. Raises :class:`UserProblem` when ``expect_version`` no longer fits.
        """
        if expect_version is not None:
            self.expect_version(case_id, expect_version)
        spec = spec_of(group, field)
        row = Row({field: value}, {field: raw} if raw else {}, frozenset({field} if dash else ()))
        cell = cell_of(spec, row)
        self._set_cell(case_id, group, row_id, field, cell)
        if field == "code" and group in CODED_GROUPS:
            self._set_cell(case_id, group, row_id, CODE_STATUS, ACCEPTED if isinstance(cell, str) else "")
            self._set_cell(case_id, group, row_id, PROPOSAL, None)

    def set_code(self, case_id: int, group: Group, row_id: int, code: str, name: str) -> None:
        """Write an accepted code with its name; an empty code takes both back to uncoded."""
        self.set_field(case_id, group, row_id, "code", code)
        self.set_field(case_id, group, row_id, "name", name)

    def set_proposal(self, case_id: int, group: Group, row_id: int, proposal: Proposal) -> None:
        """Note a code for the coder to confirm. The row's own code and name stay as they are."""
        self._set_cell(case_id, group, row_id, PROPOSAL, proposal_cell(proposal))

    def clear_proposal(self, case_id: int, group: Group, row_id: int) -> None:
        """Drop the proposal of a row."""
        self._set_cell(case_id, group, row_id, PROPOSAL, None)

    def accept(self, case_id: int, group: Group, row_id: int) -> None:
        """Make the proposal of a row its accepted code. Raises ``LookupError`` when there is none."""
        match self._rows.cell(group, case_id, row_id, PROPOSAL):
            case {"code": str() as code, "name": str() as name}:
                self.set_code(case_id, group, row_id, code, name)
            case _:
                raise LookupError((group, row_id))

    def insert_row(self, case_id: int, group: Group, position: int, values: Mapping[str, Value] | Row) -> int:
        """Insert a row at ``position`` (later rows move down; at most the end) and return its id."""
        row = values if isinstance(values, Row) else Row(values)
        payload = {**payload_of(group, row), POSITION: position}
        self._must_exist(case_id)
        row_id, payload[POSITION] = self._rows.insert_row(group, case_id, payload)
        self._record(Change(group.value, row_id, ROW, None, payload, case_id))
        return row_id

    def delete_row(self, case_id: int, group: Group, row_id: int) -> None:
        """Delete a row; later rows move up. Its content stays in the audit."""
        payload = self._row(case_id, group, row_id)
        self._rows.delete_row(group, case_id, row_id)
        self._record(Change(group.value, row_id, ROW, payload, None, case_id))

    def move_row(self, case_id: int, group: Group, row_id: int, position: int) -> None:
        """Move a row to ``position``, clipped to the rows there are. Position 0 makes a diagnosis the main one."""
        before = self._row(case_id, group, row_id)[POSITION]
        after = max(0, min(position, self._rows.count(group, case_id) - 1))
        if after != before:
            self._rows.move_row(group, case_id, row_id, after)
            self._record(Change(group.value, row_id, POSITION, before, after, case_id))

    def set_state(self, case_id: int, state: CaseState) -> None:
        """Write the state; whether the step is legal is decided by the services."""
        self._set_workflow(case_id, "state", state.value)

    def claim(self, case_id: int) -> None:
        """Note that the actor works on the case."""
        self._set_workflow(case_id, "claimed_by", self._actor.id)

    def release(self, case_id: int) -> None:
        """Note that nobody works on the case."""
        self._set_workflow(case_id, "claimed_by", "")

    def assign(self, case_id: int, person: str) -> None:
        """Note that somebody else works on the case, by id."""
        self._set_workflow(case_id, "claimed_by", person)

    def save_batch(self, batch: NewBatch) -> int:
        """Store a batch and return its id. The source is kept once per content and never deleted."""
        facts = {
            "file_name": batch.file_name,
            "sha256": batch.sha256,
            "layout": batch.layout,
            "source_sha256": self.keep(batch.source),
            "report": dump(batch.report or {}),
            "actor": self._actor.id,
            "at": self.at,
        }
        return self._insert_flat("batch", facts)

    def keep(self, data: bytes) -> str:
        """Store bytes once and return their SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        known = sa.select(batch_source.c.sha256).where(batch_source.c.sha256 == digest)
        if self.connection.execute(known).first() is None:
            self.connection.execute(batch_source.insert().values(sha256=digest, data=data))
        return digest

    def import_past(self, file_name: str, sha256: str, lines: Sequence[PastLine]) -> int:
        """Remember the past codings of a file, at most ``past.MOST_LINES``, and return the id of the import."""
        facts = {
            "file_name": file_name,
            "sha256": sha256,
            "lines_sha256": self.keep(packed(lines)),
            "lines": len(lines),
        }
        return self.insert_signed(coding_import.name, facts)

    def revoke_coding(self, kind: CodeKind, text: str, codes: str, why: str) -> int:
        """Note that a text's codes (joined by ``##``) are no longer offered and return the id of the note."""
        facts = {"kind": kind.value, "key": text_key(text), "codes": codes, "text": text, "why": why}
        return self.insert_signed(coding_revoked.name, facts)

    def restore_coding(self, revoked_id: int) -> None:
        """Offer again what was revoked. Raises ``LookupError`` when there is no such note."""
        self.delete_from(coding_revoked.name, revoked_id)

    def save_profile(self, signature: str, mapping: Mapping[str, object]) -> None:
        """Remember how the columns of a kind of file are mapped; ``signature`` identifies its headings."""
        self._save_flat("import_profile", "signature", signature, "mapping", dump(mapping))

    def set_setting(self, key: str, value: object) -> None:
        """Store a setting (JSON value)."""
        self._save_flat("setting", "key", key, "value", dump(value))

    def record_event(self, name: str, details: Mapping[str, object], case_id: int | None = None) -> None:
        """Put something into the audit that changes no table: an export, a code book taken into use.

        With a case it stands in that case's history; the case keeps its version.
        """
        self._record(Change(EVENT, 0, name, None, dict(details), case_id))

    def insert_signed(self, table: str, payload: Mapping[str, object]) -> int:
        """Insert a whole row of an audited table that belongs to no case, with who and when, and return its id."""
        who = {"actor": self._actor.id, "actor_name": self._actor.name, "at": self.at}
        return self._insert_flat(table, {**payload, **who})

    def set_column(self, table: str, row_id: int, column: str, value: str | int) -> None:
        """Change a column of such a row. Raises ``LookupError`` when there is no such row."""
        before = self._flat(table, row_id)[column]
        if before != value:
            self.make(Change(table, row_id, column, before, value))

    def delete_from(self, table: str, row_id: int) -> None:
        """Delete such a row. Raises ``LookupError`` when there is no such row."""
        self.make(Change(table, row_id, ROW, self._flat(table, row_id), None))

    def _flat(self, table: str, row_id: int) -> Payload:
        row = self._rows.flat_payload(table, row_id)
        if row is None:
            raise LookupError(table, row_id)
        return row

    def assets_changed(self) -> None:
        """Tell pages that code books, schemes or prices changed."""
        self._assets = True

    def _insert_flat(self, table: str, payload: Mapping[str, object]) -> int:
        row_id = self._rows.insert_flat(table, payload)
        self._record(Change(table, row_id, ROW, None, dict(payload)))
        return row_id

    def _save_flat(self, table: str, key_column: str, key: str, column: str, value: str) -> None:
        found = self._rows.find_flat(table, key_column, key)
        if found is None:
            self._insert_flat(table, {key_column: key, column: value})
        elif found[column] != value:
            self.make(Change(table, int(str(found["id"])), column, found[column], value))

    def _row(self, case_id: int, group: Group, row_id: int) -> Payload:
        payload = self._rows.row_payload(group, row_id, case_id)
        if payload is None:
            raise LookupError((group, row_id))
        return payload

    def _must_exist(self, case_id: int) -> None:
        if self.connection.execute(sa.select(cases.c.id).where(cases.c.id == case_id)).first() is None:
            raise LookupError(case_id)

    def _set_workflow(self, case_id: int, column: str, value: int | str | None) -> None:
        self._set_cell(case_id, Group.CASE, 0, column, value)

    def _set_cell(self, case_id: int, group: Group, row_id: int, field: str, cell: Cell) -> None:
        if group is Group.CASE:
            self._must_exist(case_id)
        else:
            self._row(case_id, group, row_id)
        before = self._rows.cell(group, case_id, row_id, field)
        if before != cell:
            self.make(Change(group.value, row_id, field, before, cell, case_id))

    def _record(self, change: Change) -> None:
        self._recorder.add(change)
        self._memory = self._memory or change.entity in _MEMORY
        self._rules = self._rules or change.entity in _RULES
        if change.case_id is None or change.entity == EVENT:  # what only happened leaves the case as it was
            return
        self._cases.add(change.case_id)
        if (change.entity, change.field) != (CASE, CLAIMED_BY):
            self._edited.add(change.case_id)
        self._note_state(change, change.case_id)
        if change.entity == CASE and change.field == ROW:
            self._new.add(change.case_id)
        elif change.entity in KINDS or change.field == STATE:
            self._coded.add(change.case_id)
        if change.entity == CASE and (change.field == ROW or change.field in WORKFLOW_COLUMNS):
            self._listing = True
        elif change.entity == CASE:
            self._paths.add(change.field)
        elif change.field in (ROW, POSITION):
            self._paths.add(change.entity)
        else:
            self._paths.add(f"{change.entity}[].{change.field}")


def _same_text(new: Row, old: Row) -> bool:
    return new.get("source_text") == old.get("source_text")
