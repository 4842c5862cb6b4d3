"""One case: read for the page, edited field by field, checked and grouped after every edit, taken back."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseState, FieldPath, Value
from app.domain.changes import Changes
from app.domain.coding import CodeKind, MatchResult
from app.domain.field import Group
from app.domain.fields import field
from app.domain.findings import Finding, Severity
from app.domain.reading import Parsed
from app.domain.states import FOLLOWS, LOCKED
from app.domain.values import parse
from app.matching.splitting import split_texts
from app.services.case_view import ViewBuilder, change_text, load_case
from app.services.moves import steps_by_hand, take_steps
from app.services.permits import DESK, free, needs
from app.services.session import Session
from app.services.types import CaseView, Finish, HistoryEntry, RowKey
from app.services.whatif_values import Change, WhatIf
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.transaction import Transaction

KINDS: Final = {Group.DX: CodeKind.DX, Group.OP: CodeKind.PX}


class CaseService:
    """Every write is one named operation; the answer is the case as it now stands."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._views = ViewBuilder(session)

    @free
    def warm(self) -> None:
        """Do once, unseen, what opening a case does, so that the first to be opened opens like the second."""
        found = self._session.db.listing.first("", 1)
        if found:
            self._views.view(found[0])

    @needs(*DESK)
    def view(self, case_id: int) -> CaseView:
        """Return everything the case page shows. Raises :class:`UserProblem` when the case does not exist."""
        view = self._views.view(case_id)
        self._session.note_opened(case_id)
        return view

    @needs(*DESK)
    def glance(self, case_id: int) -> CaseView:
        """Return what a case holds while the engines are still loading: no group, only findings that are stored.

        Raises :class:`UserProblem` when the case does not exist.
        """
        view = self._views.glance(case_id)
        self._session.note_opened(case_id)
        return view

    @needs(*DESK)
    def reread(self, case_id: int, touched: Iterable[str] | None) -> CaseView:
        """Return the case after a write of another service; ``touched`` paths (None: everything) are checked anew."""
        return self._views.after(case_id, touched)

    @needs("coder")
    def set_text(self, case_id: int, path: str, typed: str) -> CaseView:
        """Store a text as typed: parsed by the field's type, ``-`` as dash, unreadable text kept and flagged.

        Raises :class:`UserProblem` for a locked case.
        """
        at, spec = FieldPath.parse(path), field(path)
        stored = self.unlocked(case_id)
        parsed = parse(spec, typed)
        with self._write(Op.SET_FIELD, case_id, stored) as tx:
            self._put(tx, stored, at, parsed)
            tx.clear_drafts(case_id, [path], whose=self._session.actor.mark)
        return self._views.after(case_id, self._touched(tx.changes))

    @needs("coder")
    def add_row(self, case_id: int, group: Group, index: int) -> CaseView:
        """Insert an empty row at ``index``."""
        stored = self.unlocked(case_id)
        with self._write(Op.INSERT_ROW, case_id, stored) as tx:
            tx.insert_row(case_id, group, index, {})
        return self._views.after(case_id, {str(group)})

    @needs("coder")
    def remove_row(self, case_id: int, group: Group, index: int) -> CaseView:
        """Delete a row; undo brings it back whole."""
        stored = self.unlocked(case_id)
        with self._write(Op.DELETE_ROW, case_id, stored) as tx:
            tx.delete_row(case_id, group, stored.record.rows(group)[index].id)
        return self._views.after(case_id, {str(group)})

    @needs("coder")
    def move_row(self, case_id: int, group: Group, index: int, to: int) -> CaseView:
        """Move a row; position 0 makes it the principal diagnosis or the main operation."""
        stored = self.unlocked(case_id)
        with self._write(Op.MOVE_ROW, case_id, stored) as tx:
            tx.move_row(case_id, group, stored.record.rows(group)[index].id, to)
        return self._views.after(case_id, {str(group)})

    @needs("coder")
    def adopt(self, case_id: int, what: WhatIf, reason: str) -> CaseView:
        """Write what was tried as one operation; ``reason`` is the documentation in the record, kept in the audit.

        Raises :class:`UserProblem` without a reason, for a row that is gone, and for what cannot be adopted.
        """
        stored = self.unlocked(case_id)
        if not what.can_be_adopted:
            raise UserProblem("whatif.not_adoptable", remedy="whatif.remedy.not_adoptable")
        if not reason.strip():
            raise UserProblem("whatif.no_reason", remedy="whatif.remedy.no_reason")
        if all(row.id != what.row_id for row in stored.record.rows(what.group)):
            raise UserProblem("whatif.gone", remedy="whatif.remedy.gone")
        with self._write(Op.ADOPT_WHAT_IF, case_id, stored, note=reason.strip()) as tx:
            if what.change is Change.REMOVE:
                tx.delete_row(case_id, what.group, what.row_id)
            else:
                tx.move_row(case_id, what.group, what.row_id, 0)
        return self._views.after(case_id, {str(what.group)})

    @needs("coder")
    def split_row(self, case_id: int, group: Group, index: int) -> CaseView:
        """Split a text with several diagnoses into rows; the first stays in its row with the whole text."""
        stored = self.unlocked(case_id)
        row = stored.record.rows(group)[index]
        parts = split_texts(row.text("source_text"))
        if len(parts) < 2:
            raise UserProblem("cases.not_several", remedy="cases.remedy.not_several")
        with self._write(Op.SPLIT_ROW, case_id, stored) as tx:
            tx.set_field(case_id, group, row.id, "name", parts[0])
            for offset, part in enumerate(parts[1:], 1):
                values: dict[str, Value] = {"source_text": part, "name": part}
                if group is Group.DX:
                    values["adm_cond"] = row.get("adm_cond")
                tx.insert_row(case_id, group, index + offset, values)
        return self._views.after(case_id, {str(group)})

    @needs(*DESK)
    def candidates(self, case_id: int, group: Group, index: int, top: int = 10) -> MatchResult:
        """Return the best codes for the physician's text of a row."""
        with self._session.db.read() as reader:
            row = load_case(reader, case_id).record.rows(group)[index]
        own = "" if row.get("code") else row.text("name")  # once coded, the name is the book's
        return self._session.engines.matcher.match(own or row.text("source_text"), KINDS[group], top)

    @needs("coder")
    def accept(self, case_id: int, group: Group, index: int, code: str) -> CaseView:
        """Write a code of the active book with its name, as accepted by a person."""
        stored = self.unlocked(case_id)
        row = stored.record.rows(group)[index]
        with self._write(Op.SET_CODE, case_id, stored) as tx:
            self._set_code(tx, case_id, group, row.id, code)
        return self._views.after(case_id, {f"{group}[{index}].code", f"{group}[{index}].name"})

    @needs("coder")
    def accept_all(self, case_id: int, but: Container[RowKey] = ()) -> CaseView:
        """Accept every open proposal of a case in one operation, ``but`` those of some rows."""
        stored = self.unlocked(case_id)
        with self._write(Op.ACCEPT_PROPOSAL, case_id, stored) as tx:
            for group, row_id in stored.proposals:
                if (group, row_id) not in but:
                    tx.accept(case_id, group, row_id)
        return self._views.after(case_id, {str(Group.DX), str(Group.OP)})

    @needs("coder")
    def apply_fix(self, case_id: int, finding: Finding) -> CaseView:
        """Write the safe remedy of a finding."""
        if finding.fix is None:
            raise UserProblem("cases.no_fix", remedy="cases.remedy.no_fix")
        at, spec = FieldPath.parse(finding.fix.path), field(finding.fix.path)
        stored = self.unlocked(case_id)
        parsed = parse(spec, finding.fix.value)
        with self._write(Op.APPLY_FIX, case_id, stored, note=finding.rule_id) as tx:
            self._put(tx, stored, at, parsed)
        return self._views.after(case_id, self._touched(tx.changes))

    @needs(*DESK)
    def undo(self, case_id: int) -> CaseView:
        """Take back the last operation on the case. Raises :class:`UserProblem` when there is none or it is stale."""
        return self._step_back(case_id, self._session.db.undo, redo=False)

    @needs(*DESK)
    def redo(self, case_id: int) -> CaseView:
        """Do again what was taken back last."""
        return self._step_back(case_id, self._session.db.redo, redo=True)

    def _step_back(self, case_id: int, step: Callable[..., Changes], *, redo: bool) -> CaseView:
        with self._session.db.read() as reader:
            find = reader.redoable if redo else reader.undoable
            items = find(self._session.actor.id, case_id, limit=1)
        if not items:
            raise UserProblem("cases.nothing_to_undo", remedy="cases.remedy.nothing_to_undo")
        changes = step(items[0].op_id, by=self._session.actor)
        for other in changes.cases - {case_id}:
            self._views.after(other, None)
        return self._views.after(case_id, None)

    @needs("coder")
    def finish(self, case_id: int) -> Finish:
        """Check everything; the case goes to quality control (domain.md 5.2).

        It stays while errors are open, and while warnings are that nobody has confirmed with a reason (3.1).
        """
        view = self._views.after(case_id, None)
        standing = view.report.standing
        errors = [finding for finding in standing if finding.severity is Severity.ERROR]
        if errors:
            return Finish(errors[0], len(errors), view.state)
        warnings = tuple(finding for finding in standing if finding.severity is Severity.WARN)
        if warnings:
            return Finish(None, 0, view.state, warnings)
        self.set_state(case_id, CaseState.TO_QC)
        return Finish(None, 0, CaseState.TO_QC)

    @needs("coder", "qc", "insurance")
    def set_state(self, case_id: int, state: CaseState) -> CaseView:
        """Move a case by hand (domain.md 5.2): what has guards of its own, from passing on, is refused here."""
        with self._session.db.read() as reader:
            stored = load_case(reader, case_id)
        steps = steps_by_hand(self._session, stored.state, state)
        with self._session.db.operation(Op.SET_STATE, by=self._session.actor) as tx:
            take_steps(tx, case_id, steps)
            if state is CaseState.TO_QC:
                _confirm(tx, stored)
        return self._views.after(case_id, None)

    @needs(*DESK)
    def history(self, case_id: int, path: str) -> tuple[HistoryEntry, ...]:
        """Return the changes of a field, newest first."""
        at, spec = FieldPath.parse(path), field(path)
        with self._session.db.read() as reader:
            record = reader.load_case(case_id).record
            row_id = 0 if at.group is Group.CASE else record.rows(at.group)[at.index].id
            changes = reader.field_history(case_id, at.group, row_id, at.field)
        return tuple(
            HistoryEntry(
                change.operation.at,
                change.operation.actor_name,
                change.operation.op.label,
                change_text(spec, change.before),
                change_text(spec, change.after),
            )
            for change in changes
        )

    @needs(*DESK)
    def unlocked(self, case_id: int) -> StoredCase:
        """Return a stored case that may be changed. Raises :class:`UserProblem` for a locked one."""
        with self._session.db.read() as reader:
            stored = load_case(reader, case_id)
        if stored.state in LOCKED:
            raise UserProblem("cases.locked", remedy="cases.remedy.locked", state=text(f"cases.state.{stored.state}"))
        return stored

    @contextmanager
    def _write(self, op: Op, case_id: int, stored: StoredCase, *, note: str = "") -> Iterator[Transaction]:
        """Open an operation on a case. The first edit takes it from 待编码 to 编码中, one in 已通过 back to 质控中."""
        with self._session.db.operation(op, by=self._session.actor, note=note) as tx:
            yield tx
            if stored.state in FOLLOWS:
                tx.set_state(case_id, FOLLOWS[stored.state])

    def _put(self, tx: Transaction, stored: StoredCase, at: FieldPath, parsed: Parsed) -> None:
        """Write a value where it belongs; a code brings its name."""
        row_id = self._row_id(tx, stored, at)
        if at.field == "code" and at.group in KINDS and isinstance(parsed.value, str):
            self._set_code(tx, stored.case_id, at.group, row_id, parsed.value)
        else:
            tx.set_field(stored.case_id, at.group, row_id, at.field, parsed.value, raw=parsed.raw, dash=parsed.dash)

    def _set_code(self, tx: Transaction, case_id: int, group: Group, row_id: int, typed: str) -> None:
        """Write a code with the book's spelling and name; a code the book does not know is kept as typed."""
        book = self._session.engines.codebook
        code = book.find(typed) if typed else ""
        if code:
            tx.set_code(case_id, group, row_id, code, book.name_of(code))
        else:
            tx.set_field(case_id, group, row_id, "code", typed or None)

    @staticmethod
    def _row_id(tx: Transaction, stored: StoredCase, at: FieldPath) -> int:
        if at.group is Group.CASE:
            return 0
        rows = stored.record.rows(at.group)
        return rows[at.index].id if at.index < len(rows) else tx.insert_row(stored.case_id, at.group, len(rows), {})

    @staticmethod
    def _touched(changes: Changes) -> set[str]:
        return set(changes.paths)


def _confirm(tx: Transaction, stored: StoredCase) -> None:
    """Take the mark 提议 off the codes that were written unseen: whoever finishes the case stands for them."""
    coded = {(group, row.id) for group in KINDS for row in stored.record.rows(group) if row.get("code")}
    for group, row_id in coded & stored.proposals.keys():
        tx.clear_proposal(stored.case_id, group, row_id)
