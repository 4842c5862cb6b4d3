"""Answers of physicians coming back: shown as a diff, each taken or not, conflicts decided by a person."""

from __future__ import annotations

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import FieldPath, Row
from app.domain.changes import Changes
from app.domain.field import Group
from app.domain.fields import field
from app.domain.returning import AnswerKind, ReturnStatus, Verdict
from app.domain.states import FOLLOWS
from app.domain.values import display, parse
from app.services.case_view import refuse_locked
from app.services.cases import CaseService
from app.services.permits import DESK, needs
from app.services.return_answers import answer_words
from app.services.return_places import is_text, path_now, place_name, value_text
from app.services.return_types import AnswerDiff, ReturnRow
from app.services.session import Session
from app.services.types import CaseView
from app.storage import returns
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.returns import ReturnFilter, StoredReturn
from app.storage.transaction import Transaction

_ANSWERED = frozenset({ReturnStatus.ANSWERED})


class VerdictService:
    """Every verdict is one operation that names the physician; nothing is overwritten that changed meanwhile."""

    def __init__(self, session: Session, cases: CaseService) -> None:
        self._session = session
        self._cases = cases

    @needs(*DESK)
    def answered_cases(self) -> tuple[int, ...]:
        """Return the cases with an answer that nobody has settled, longest waiting first: the queue 医师已答复."""
        with self._session.db.read() as reader:
            return tuple(reader.answered_cases())

    @needs(*DESK)
    def diffs(self, case_id: int) -> tuple[AnswerDiff, ...]:
        """Return the answers about a case that wait for a verdict, each beside the case as it stands."""
        with self._session.db.read() as reader:
            rows = reader.return_rows(ReturnFilter(statuses=_ANSWERED, case_ids=frozenset({case_id})))
            stored = reader.load_case(case_id) if rows else None
        return tuple(diff_of(row, stored) for row in rows if stored is not None)

    @needs("coder", "qc")
    def accept(self, item_id: int, *, over: bool = False) -> CaseView:
        """Take an answer: its value goes into the field, a text for a code becomes the row's text.

        ``over`` says that a person chose the physician's value although the field changed meanwhile. Raises
        :class:`UserProblem` for such a conflict without it, for a row that is gone, and in a locked case.
        """
        diff, stored = self._answered(item_id)
        item = diff.row.item
        if diff.conflicts and not over:
            raise UserProblem(
                "returns.conflict",
                remedy="returns.remedy.conflict",
                place=diff.place,
                now=diff.now or text("returns.not_filled"),
                new=diff.new,
            )
        note = f"{item.rule_id} {item.answered_by} {diff.new}".strip()
        with self._session.db.operation(Op.ACCEPT_ANSWER, by=self._session.actor, note=note) as tx:
            if diff.writes:
                _take(tx, stored, item)
            self._settle(tx, item, Verdict.ACCEPTED, "")
            tx.record_event("return_taken", _event(item), item.case_id)
        return self._cases.reread(item.case_id, None)

    @needs("coder", "qc")
    def keep(self, item_id: int, reason: str) -> CaseView:
        """Leave the field as it is, with a reason; what both sides said is kept. Raises :class:`UserProblem`."""
        if not reason.strip():
            raise UserProblem("returns.no_reason", remedy="returns.remedy.no_reason")
        diff, _ = self._answered(item_id)
        item, why = diff.row.item, reason.strip()
        with self._session.db.operation(Op.KEEP_VALUE, by=self._session.actor, note=f"{item.rule_id} {why}") as tx:
            self._settle(tx, item, Verdict.KEPT, why)
            tx.record_event("return_kept", {**_event(item), "reason": why}, item.case_id)
        return self._cases.reread(item.case_id, None)

    @needs("coder", "qc")
    def accept_all(self, case_id: int) -> tuple[CaseView, int]:
        """Take every answer about a case that conflicts with nothing, in one operation; return how many."""
        with self._session.db.read() as reader:
            rows = reader.return_rows(ReturnFilter(statuses=_ANSWERED, case_ids=frozenset({case_id})))
            stored = reader.load_case(case_id)
        refuse_locked(stored)
        usable = [diff for diff in (diff_of(row, stored) for row in rows) if _is_plain(diff)]
        if not usable:
            raise UserProblem("returns.not_answered", remedy="returns.remedy.not_answered")
        with self._session.db.operation(Op.ACCEPT_ANSWER, by=self._session.actor) as tx:
            for diff in usable:
                if diff.writes:
                    _take(tx, tx.load_case(case_id), diff.row.item)
                self._settle(tx, diff.row.item, Verdict.ACCEPTED, "")
                tx.record_event("return_taken", _event(diff.row.item), case_id)
        return self._cases.reread(case_id, None), len(usable)

    @needs("coder", "qc")
    def undo(self, op_id: int) -> Changes:
        """Take a file of answers back whole. Raises :class:`UserProblem` when one of them was settled since."""
        changes = self._session.db.undo(op_id, by=self._session.actor)
        for case_id in changes.cases:
            self._cases.reread(case_id, None)
        return changes | Changes(listing=True)

    def _settle(self, tx: Transaction, item: StoredReturn, verdict: Verdict, words: str) -> None:
        returns.settle(tx, item.id, verdict, words, self._session.actor.name)

    def _answered(self, item_id: int) -> tuple[AnswerDiff, StoredCase]:
        with self._session.db.read() as reader:
            found = reader.return_rows(ReturnFilter(statuses=_ANSWERED, item_ids=frozenset({item_id})))
            if not found:
                raise UserProblem("returns.not_answered", remedy="returns.remedy.not_answered")
            stored = reader.load_case(found[0].item.case_id)
        refuse_locked(stored)
        return diff_of(found[0], stored), stored


def diff_of(row: ReturnRow, stored: StoredCase) -> AnswerDiff:
    """Return an answer beside its case as it stands. An unknown place or a row that is gone conflicts."""
    item = row.item
    answer = item.answer
    now = value_text(stored.record, item.path, item.row_id)
    changes = answer is not None and answer.kind is AnswerKind.CHANGED
    new = _shown(item) if changes else ""
    return AnswerDiff(
        row=row,
        place=place_name(path_now(stored.record, item.path, item.row_id) or item.path),
        asked=item.old_value,
        now=now,
        new=new,
        conflicts=changes and now not in (item.old_value, new),
        writes=changes and bool(item.path) and now != new,
        as_text=is_text(item.path),
    )


def _shown(item: StoredReturn) -> str:
    """Return a new value as the sheet will show it."""
    assert item.answer is not None  # noqa: S101 - called for answers
    if is_text(item.path) or not item.path:
        return item.answer.value
    spec = field(item.path)
    parsed = parse(spec, item.answer.value)
    return "-" if parsed.dash else display(spec, parsed.value) or item.answer.value


def _take(tx: Transaction, stored: StoredCase, item: StoredReturn) -> None:
    """Write the physician's value; a text for a diagnosis or operation replaces its row, which loses its code."""
    now = path_now(stored.record, item.path, item.row_id)
    if now is None or item.answer is None:
        raise UserProblem("returns.row_gone", remedy="returns.remedy.row_gone")
    at = FieldPath.parse(now)
    if is_text(item.path):
        _replace_row(tx, stored, at, item.answer.value.strip())
    else:
        parsed = parse(field(item.path), item.answer.value)
        row_id = item.row_id
        tx.set_field(stored.case_id, at.group, row_id, at.field, parsed.value, raw=parsed.raw, dash=parsed.dash)
    if stored.state in FOLLOWS:
        tx.set_state(stored.case_id, FOLLOWS[stored.state])


def _replace_row(tx: Transaction, stored: StoredCase, at: FieldPath, words: str) -> None:
    """Put a row with another physician's text where the old one stood: that text never changes in place."""
    rows = stored.record.rows(at.group)
    if at.group not in (Group.DX, Group.OP):
        name = "name" if at.field in ("code", "name") else at.field
        row_id = 0 if at.group is Group.CASE else rows[at.index].id
        tx.set_field(stored.case_id, at.group, row_id, _name_field(at, name), words)
        return
    old = rows[at.index]
    dropped = {"source_text", "code", "name"}
    values = {key: value for key, value in old.values.items() if key not in dropped and value is not None}
    tx.delete_row(stored.case_id, at.group, old.id)
    tx.insert_row(stored.case_id, at.group, at.index, Row({**values, "source_text": words, "name": words}))


def _name_field(at: FieldPath, name: str) -> str:
    """Return the field for words beside a code: ``outp_dx_name`` for ``outp_dx_code``."""
    return at.field.replace("_code", "_name") if at.group is Group.CASE else name


def _is_plain(diff: AnswerDiff) -> bool:
    answer = diff.row.item.answer
    return not diff.conflicts and answer is not None and answer.kind is not AnswerKind.APPEAL


def _event(item: StoredReturn) -> dict[str, object]:
    return {"who": item.answered_by, "words": answer_words(item.answer) if item.answer else ""}
