"""Questions to physicians, read and written: each is one row of ``return_item``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.domain.case import CaseState
from app.domain.fields import field
from app.domain.returning import (
    AnswerKind,
    ReturnAnswer,
    ReturnOption,
    ReturnQuestion,
    ReturnStatus,
    Verdict,
    option_data,
    read_options,
)
from app.storage.cells import dump
from app.storage.return_table import return_item
from app.storage.tables import HEAD_TABLES, cases
from app.storage.transaction import Transaction

_ATTENDING: Final = HEAD_TABLES[field("attending").table]
_MOMENT: Final = "seconds"


@dataclass(frozen=True, slots=True, repr=False)
class StoredReturn:
    """A question as stored. ``who`` noted it at ``at``; moments None and words '' while missing.

    ``row_id`` is the row it is about (0 the case), ``old_value`` the field's text when it was asked, ``was`` the state
    that the case was returned from, ``answered_in`` the file that the answer came in.
    """

    id: int
    uid: str
    case_id: int
    row_id: int
    path: str
    rule_id: str
    severity: str
    old_value: str
    question: str
    options: tuple[ReturnOption, ...]
    seen: str
    suggestion: str
    due: datetime | None
    was: CaseState | None
    status: ReturnStatus
    who: str
    at: datetime
    sent_by: str
    sent_at: datetime | None
    escalated_at: datetime | None
    answer: ReturnAnswer | None
    answered_by: str
    answered_at: datetime | None
    answered_in: str
    verdict: Verdict | None
    verdict_words: str
    verdict_by: str
    verdict_at: datetime | None

    def __repr__(self) -> str:
        return f"StoredReturn({self.id}, case={self.case_id}, {self.status})"


@dataclass(frozen=True, slots=True, repr=False)
class ReturnRow:
    """A question with what a list shows of its case."""

    item: StoredReturn
    record_no: str
    admission_count: int
    patient_name: str
    sex: str
    age_years: int | None
    age_days: int | None
    dept: str
    attending: str
    admit_time: datetime | None
    discharge_time: datetime | None
    state: CaseState

    def __repr__(self) -> str:
        return f"ReturnRow({self.item!r})"


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    """Which questions are wanted. Empty sets do not restrict; ``since`` leaves out what was settled before it."""

    statuses: frozenset[ReturnStatus] = frozenset()
    departments: frozenset[str] = frozenset()
    case_ids: frozenset[int] = frozenset()
    item_ids: frozenset[int] = frozenset()
    since: datetime | None = None


def returns_of(connection: sa.Connection, case_id: int) -> list[StoredReturn]:
    """Return the questions about a case, in the order they were noted."""
    query = return_item.select().where(return_item.c.case_id == case_id).order_by(return_item.c.id)
    return [_stored(row) for row in connection.execute(query).mappings()]


def return_rows(connection: sa.Connection, wanted: ReturnFilter) -> list[ReturnRow]:
    """Return questions with their cases, by due moment, then in the order they were noted."""
    query = (
        sa.select(return_item, *_CASE, _ATTENDING.c.attending)
        .join(cases, cases.c.id == return_item.c.case_id)
        .join(_ATTENDING, _ATTENDING.c.case_id == return_item.c.case_id)
        .where(*_conditions(wanted))
        .order_by(return_item.c.due, return_item.c.id)
    )
    return [_row(row) for row in connection.execute(query).mappings()]


def return_uids(connection: sa.Connection, uids: Sequence[str]) -> dict[str, int]:
    """Return the ids of those questions that are here, by their unique keys."""
    found: dict[str, int] = {}
    for start in range(0, len(uids), _AT_ONCE):
        query = sa.select(return_item.c.uid, return_item.c.id).where(
            return_item.c.uid.in_(uids[start : start + _AT_ONCE])
        )
        found |= {row.uid: row.id for row in connection.execute(query)}
    return found


def answered_cases(connection: sa.Connection) -> list[int]:
    """Return the cases with an answer that the record room has not settled, longest waiting first."""
    query = (
        sa.select(return_item.c.case_id)
        .where(return_item.c.status == ReturnStatus.ANSWERED.value)
        .group_by(return_item.c.case_id)
        .order_by(sa.func.min(return_item.c.answered_at))
    )
    return list(connection.execute(query).scalars())


def note(tx: Transaction, case_id: int, row_id: int, uid: str, old_value: str, asked: ReturnQuestion) -> int:
    """Store a question that is not sent yet and return its id."""
    return tx.insert_signed(
        return_item.name,
        {
            "uid": uid,
            "case_id": case_id,
            "row_id": row_id,
            "path": asked.path,
            "rule_id": asked.rule_id,
            "severity": asked.severity,
            "old_value": old_value,
            "question": asked.words,
            "options": dump(option_data(asked.options)),
            "seen": asked.seen,
            "suggestion": asked.suggestion,
            "due": _text(asked.due),
            "status": ReturnStatus.NOTED.value,
            **dict.fromkeys(_LATER, ""),
        },
    )


def drop(tx: Transaction, item_id: int) -> None:
    """Delete a question that was not sent. Raises ``LookupError`` for an unknown id."""
    tx.delete_from(return_item.name, item_id)


def send(tx: Transaction, item_id: int, was: CaseState, due: datetime, by: str) -> None:
    """Write that a question went to the physician."""
    _change(
        tx,
        item_id,
        {
            "status": ReturnStatus.OUTSTANDING.value,
            "was": was.value,
            "due": _text(due),
            "sent_by": by,
            "sent_at": tx.at,
        },
    )


def answer(tx: Transaction, item_id: int, given: ReturnAnswer, by: str, source: str = "") -> None:
    """Write what a physician answered."""
    _change(
        tx,
        item_id,
        {
            "status": ReturnStatus.ANSWERED.value,
            "answer": given.kind.value,
            "answer_label": given.label,
            "answer_value": given.value,
            "answer_words": given.words,
            "answered_by": by,
            "answered_at": tx.at,
            "answered_in": source,
        },
    )


def settle(tx: Transaction, item_id: int, verdict: Verdict, words: str, by: str) -> None:
    """Write what the record room made of it and close the question."""
    _change(
        tx,
        item_id,
        {
            "status": ReturnStatus.CLOSED.value,
            "verdict": verdict.value,
            "verdict_words": words,
            "verdict_by": by,
            "verdict_at": tx.at,
        },
    )


def escalate(tx: Transaction, item_id: int) -> None:
    """Write that the head of the department was told that the answer is overdue."""
    _change(tx, item_id, {"escalated_at": tx.at})


_AT_ONCE: Final = 500
_CASE: Final = tuple(
    cases.c[name]
    for name in (
        "record_no",
        "admission_count",
        "patient_name",
        "sex",
        "age_years",
        "age_days",
        "dept",
        "admit_time",
        "discharge_time",
        "state",
    )
)
_LATER: Final = (
    "was",
    "sent_by",
    "sent_at",
    "escalated_at",
    "answer",
    "answer_label",
    "answer_value",
    "answer_words",
    "answered_by",
    "answered_at",
    "answered_in",
    "verdict",
    "verdict_words",
    "verdict_by",
    "verdict_at",
)


def _change(tx: Transaction, item_id: int, columns: Mapping[str, str]) -> None:
    for column, value in columns.items():
        tx.set_column(return_item.name, item_id, column, value)


def _conditions(wanted: ReturnFilter) -> Iterable[sa.ColumnElement[bool]]:
    if wanted.statuses:
        yield return_item.c.status.in_([one.value for one in wanted.statuses])
    if wanted.departments:
        yield cases.c.dept.in_(sorted(wanted.departments))
    if wanted.case_ids:
        yield return_item.c.case_id.in_(sorted(wanted.case_ids))
    if wanted.item_ids:
        yield return_item.c.id.in_(sorted(wanted.item_ids))
    if wanted.since is not None:
        yield sa.or_(return_item.c.verdict_at == "", return_item.c.verdict_at >= _text(wanted.since))


def _row(row: sa.RowMapping) -> ReturnRow:
    return ReturnRow(
        item=_stored(row),
        record_no=row["record_no"],
        admission_count=row["admission_count"],
        patient_name=row["patient_name"],
        sex=row["sex"],
        age_years=row["age_years"],
        age_days=row["age_days"],
        dept=row["dept"],
        attending=row["attending"] or "",
        admit_time=_moment(row["admit_time"]),
        discharge_time=_moment(row["discharge_time"]),
        state=CaseState(row["state"]),
    )


def _stored(row: sa.RowMapping) -> StoredReturn:
    given = None
    if row["answer"]:
        kind = AnswerKind(row["answer"])
        given = ReturnAnswer(kind, row["answer_label"], row["answer_value"], row["answer_words"])
    return StoredReturn(
        id=row["id"],
        uid=row["uid"],
        case_id=row["case_id"],
        row_id=row["row_id"],
        path=row["path"],
        rule_id=row["rule_id"],
        severity=row["severity"],
        old_value=row["old_value"],
        question=row["question"],
        options=read_options(json.loads(row["options"])),
        seen=row["seen"],
        suggestion=row["suggestion"],
        due=_moment(row["due"]),
        was=CaseState(row["was"]) if row["was"] else None,
        status=ReturnStatus(row["status"]),
        who=row["actor_name"] or row["actor"],
        at=datetime.fromisoformat(row["at"]),
        sent_by=row["sent_by"],
        sent_at=_moment(row["sent_at"]),
        escalated_at=_moment(row["escalated_at"]),
        answer=given,
        answered_by=row["answered_by"],
        answered_at=_moment(row["answered_at"]),
        answered_in=row["answered_in"],
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        verdict_words=row["verdict_words"],
        verdict_by=row["verdict_by"],
        verdict_at=_moment(row["verdict_at"]),
    )


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


def _text(moment: datetime | None) -> str:
    return moment.isoformat(" ", _MOMENT) if moment else ""
