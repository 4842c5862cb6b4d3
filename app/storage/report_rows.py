"""What reports are made of: every discharged stay of a span column by column, findings and steps of work as lists.

Whole columns are read as JSON arrays: 100,000 rows of the driver would take several times as long.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from app.domain.case import CaseState
from app.domain.field import Group
from app.storage.appeal_table import appeal
from app.storage.case_columns import NONE, Ints, TextColumn
from app.storage.cells import dump
from app.storage.desk_tables import insurer_return, unlock_request
from app.storage.narrow import NarrowColumns
from app.storage.ops import Op
from app.storage.return_table import return_item
from app.storage.rows import CASE, POSITION, ROW, STATE
from app.storage.tables import GROUP_TABLES, audit_change, audit_operation, qc_exception

Floats = npt.NDArray[np.float64]

_CODE: Final = "code"
_DX: Final = GROUP_TABLES[Group.DX]
_NAMED: Final = audit_change.c.field != sa.literal_column("''")
"""Lets the index of changed fields be used, which leaves whole rows out."""

_DRUGS: Final = ("fee_west", "fee_patent", "fee_herb")
_MATERIAL: Final = ("fee_mat_exam", "fee_mat_treat", "fee_mat_op")
_EXAMS: Final = ("fee_pathology", "fee_lab", "fee_imaging", "fee_clinical_dx")
_TREATMENT: Final = ("fee_nonop", "fee_optreat", "fee_rehab", "fee_tcm")
_SERVICE: Final = ("fee_service", "fee_treat_op", "fee_nursing", "fee_service_other")
_BLOOD: Final = ("fee_blood", "fee_albumin", "fee_globulin", "fee_clotting", "fee_cytokine")


def _sum(names: tuple[str, ...]) -> str:
    return " + ".join(f"coalesce(f.{name}, 0)" for name in names)


_DAY: Final = "unixepoch(date({column})) / 86400"
_LEFT: Final = _DAY.format(column="c.discharge_time")
_CAME: Final = _DAY.format(column="c.admit_time")
_NUMBERS: Final[Mapping[str, str]] = {
    "id": "c.id",
    "left": _LEFT,
    "came": f"iif(c.admit_time = '', {NONE}, {_CAME})",
    "amount": f"coalesce(c.amount_fen, {NONE})",
    "own": f"coalesce(t.psn_selfpay + t.psn_ownpay, f.fee_self, {NONE})",
    "drugs": _sum(_DRUGS),
    "material": _sum(_MATERIAL),
    "exams": _sum(_EXAMS),
    "antibiotic": "coalesce(f.fee_antibiotic, 0)",
    "treatment": _sum(_TREATMENT),
    "service": _sum(_SERVICE),
    "blood": _sum(_BLOOD),
    "early": "c.created < c.discharge_time",
    "errors": "c.errors",
    "checked": "c.checked_version >= 0",
    "coded": "c.coded",
    "total": "c.total",
    "complication": "EXISTS (SELECT 1 FROM diagnosis AS d WHERE d.case_id = c.id AND d.adm_cond = '4')",
}
_DECIMALS: Final[Mapping[str, str]] = {"score": "coalesce(c.score, -1.0)", "rw": "coalesce(c.rw, 0.0)"}
_TEXTS: Final[Mapping[str, str]] = {
    "state": "c.state",
    "dept": "c.dept",
    "drg": "c.drg",
    "status": "c.group_status",
    "main": "c.principal_code",
    "pay": "coalesce(nullif(s.pay_method, ''), iif(t.hi_type IN ('1', '2'), t.hi_type, NULL), '')",
    "way": "coalesce(s.discharge_way, '')",
    "doctor": "coalesce(nullif(t.chief_doctor, ''), nullif(a.attending, ''), a.chief_physician, '')",
    "op": "coalesce(o.code, '')",
    "surgeon": "coalesce(o.surgeon, '')",
    "level": "coalesce(t.setl_level, '')",
    "person": "coalesce(nullif(p.id_no, ''), c.org_code || char(31) || c.record_no)",
}
_PARTS: Final = (*_NUMBERS.values(), *_DECIMALS.values(), *_TEXTS.values())
_READ: Final = (
    f"SELECT {', '.join(f'json_group_array({part})' for part in _PARTS)} "  # noqa: S608 - made of constants
    "FROM cases AS c JOIN stay AS s ON s.case_id = c.id JOIN fee AS f ON f.case_id = c.id "
    "JOIN patient AS p ON p.case_id = c.id JOIN settlement AS t ON t.case_id = c.id "
    "JOIN staff AS a ON a.case_id = c.id LEFT JOIN operation AS o ON o.case_id = c.id AND o.position = 0 "
    "WHERE +c.discharge_time >= ? AND +c.discharge_time < ? AND c.state <> ? AND c.id BETWEEN ? AND ?"
)
"""The signs before the columns keep the order of cases: by the order of discharge every table is read criss-cross."""
_FINDINGS: Final = (
    "SELECT json_group_array(l.case_id), json_group_array(l.rule_id) FROM finding_line AS l "
    "JOIN cases AS c ON c.id = l.case_id WHERE +c.discharge_time >= ? AND +c.discharge_time < ? "
    "AND l.standing = 'open' AND (l.severity <> 'hint' OR l.rule_id LIKE 'DG-%') AND l.case_id BETWEEN ? AND ?"
)
_AT_ONCE: Final = 10_000
"""Cases whose columns are read at once: those of all, as JSON and as texts, would take 60 MB for a moment."""
_DEDUCTIONS: Final = (
    "SELECT c.id, json_extract(d.value, '$.section'), sum(json_extract(d.value, '$.points')) "
    "FROM cases AS c JOIN finding AS f ON f.case_id = c.id, json_each(f.data, '$.deductions') AS d "
    "WHERE c.discharge_time >= ? AND c.discharge_time < ? AND c.state <> ? GROUP BY 1, 2"
)
_DIAGNOSES: Final = (
    "SELECT c.id, c.principal_code, json_group_array(d.code) "
    "FROM cases AS c JOIN diagnosis AS d ON d.case_id = c.id AND d.position > 0 AND d.code <> '' "
    "WHERE c.discharge_time >= ? AND c.discharge_time < ? AND c.state <> ? GROUP BY c.id"
)
_ADMITTED: Final = (
    f"SELECT json_group_array(coalesce(nullif(p.id_no, ''), c.org_code || char(31) || c.record_no)), "  # noqa: S608 - made of constants
    f"json_group_array({_CAME}) FROM cases AS c JOIN patient AS p ON p.case_id = c.id "
    "WHERE c.admit_time >= ? AND c.admit_time < ? AND c.state <> ?"
)
READMITTED_DAYS: Final = 31
"""Days after a discharge in which a new admission counts (domain.md 7.2)."""


@dataclass(frozen=True, slots=True, repr=False)
class StayColumns:
    """Discharged stays, cancelled ones left out. Money in fen, days since 1970, ``NONE`` where something is missing.

    ``score`` is -1 where there is none, ``rw`` 0. ``again`` tells which were admitted again within 31 days.
    """

    numbers: NarrowColumns
    decimals: Mapping[str, Floats]
    texts: Mapping[str, TextColumn]
    again: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.again)

    def __repr__(self) -> str:
        return f"StayColumns({len(self)}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a physician: when it went, until when, when the answer came (None while it has not)."""

    case_id: int
    sent: datetime
    due: datetime | None
    answered: datetime | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """An objection of the insurer or a review asked for: when it came, when it was closed (None while it is not)."""

    case_id: int
    received: date
    closed: date | None


@dataclass(frozen=True, slots=True)
class Recoded:
    """A code or place of a diagnosis or operation that somebody changed; ``main`` when it is about the main diagnosis.

    ``codes`` are the codes before and after, none where only the order changed.
    """

    case_id: int
    is_diagnosis: bool
    main: bool
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class WorkStep:
    """A case came from ``was`` to ``state`` at a moment, by somebody."""

    case_id: int
    was: str
    state: str
    at: datetime
    actor: str
    name: str


class ReportReads:
    """Reads for reports inside the transaction of a reader; ``last`` is the last day that is asked for."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def stays(self, first: date, last: date) -> StayColumns:
        """Return the stays discharged in a span."""
        span = (first.isoformat(), (last + timedelta(days=1)).isoformat(), str(CaseState.CANCELLED))
        numbers: dict[str, list[Ints]] = {name: [] for name in _NUMBERS}
        decimals: dict[str, list[Floats]] = {name: [] for name in _DECIMALS}
        texts = {name: TextColumn() for name in _TEXTS}
        for ids in self._ranges():
            row = self._connection.exec_driver_sql(_READ, (*span, *ids)).one()
            read = dict(zip((*_NUMBERS, *_DECIMALS, *_TEXTS), row, strict=True))
            for name, some in numbers.items():
                some.append(_ints(read[name]))
            for name, few in decimals.items():
                few.append(_floats(read[name]))
            for name, column in texts.items():
                column.codes = np.concatenate((column.codes, column.encode(json.loads(read[name]))))
        whole = {name: np.concatenate(some) for name, some in numbers.items()}
        again = self._again(whole, texts.pop("person"), first, last)
        parts = {name: np.concatenate(few) for name, few in decimals.items()}
        return StayColumns(NarrowColumns(whole), parts, texts, again)

    def _ranges(self) -> list[tuple[int, int]]:
        """Return spans of case numbers that hold all cases, in their order; one at least."""
        ends = "SELECT coalesce(min(id), 1), coalesce(max(id), 1) FROM cases"
        low, high = self._connection.exec_driver_sql(ends).one()
        return [(start, start + _AT_ONCE - 1) for start in range(low, high + 1, _AT_ONCE)]

    def findings(self, first: date, last: date) -> tuple[Ints, Ints, tuple[str, ...]]:
        """Return case and rule (its place in the third part) of every open finding of a span; hints only of DG."""
        span = (first.isoformat(), (last + timedelta(days=1)).isoformat())
        cases: list[Ints] = []
        column = TextColumn()
        for ids in self._ranges():
            some, rules = self._connection.exec_driver_sql(_FINDINGS, (*span, *ids)).one()
            cases.append(_ints(some))
            column.codes = np.concatenate((column.codes, column.encode(json.loads(rules))))
        return np.concatenate(cases), column.codes.astype(np.int64), column.known

    def asked(self) -> list[Asked]:
        """Return every question that went to a physician."""
        item = return_item.c
        query = sa.select(item.case_id, item.sent_at, item.due, item.answered_at).where(item.sent_at != "")
        return [
            Asked(case_id, datetime.fromisoformat(sent), _moment(due), _moment(answered))
            for case_id, sent, due, answered in self._connection.execute(query)
        ]

    def unlocked(self) -> list[int]:
        """Return the case of every wish to unlock."""
        return list(self._connection.execute(sa.select(unlock_request.c.case_id)).scalars())

    def exceptions(self) -> list[int]:
        """Return the case of every exception that was asked for and not withdrawn."""
        query = sa.select(qc_exception.c.case_id).where(qc_exception.c.state != "withdrawn")
        return list(self._connection.execute(query).scalars())

    def answered_by_insurer(self) -> dict[int, bool]:
        """Return for every case that the insurer grouped whether its last answer differs from ours."""
        line = insurer_return.c
        query = sa.select(line.case_id, line.cause).order_by(line.id)
        return {case_id: cause != "" for case_id, cause in self._connection.execute(query)}

    def disputes(self) -> list[Dispute]:
        """Return every objection and review that was not withdrawn."""
        line = appeal.c
        query = sa.select(line.case_id, line.received, line.closed).where(line.state != "withdrawn")
        return [
            Dispute(case_id, date.fromisoformat(received), date.fromisoformat(closed) if closed else None)
            for case_id, received, closed in self._connection.execute(query)
        ]

    def deductions(self, first: date, last: date) -> list[tuple[int, str, float]]:
        """Return the points that checked cases of a span lost in each section of the score."""
        span = (first.isoformat(), (last + timedelta(days=1)).isoformat(), str(CaseState.CANCELLED))
        rows = self._connection.exec_driver_sql(_DEDUCTIONS, span)
        return [(case_id, section, points) for case_id, section, points in rows]

    def other_diagnoses(self, first: date, last: date) -> Iterator[tuple[int, str, list[str]]]:
        """Yield the cases of a span that have other diagnoses with codes: case, main code, those codes."""
        span = (first.isoformat(), (last + timedelta(days=1)).isoformat(), str(CaseState.CANCELLED))
        for case_id, main, codes in self._connection.exec_driver_sql(_DIAGNOSES, span):
            yield case_id, main, json.loads(codes)

    def recoded(self, first: date) -> list[Recoded]:
        """Return the changes of codes since a day, made after the case first went to quality control, oldest first."""
        operation, change = audit_operation.c, audit_change.c
        sent = (
            sa.select(change.case_id, sa.func.min(change.op_id).label("op"))
            .where(_NAMED, change.entity == CASE, change.field == STATE, change.after == dump(CaseState.TO_QC.value))
            .group_by(change.case_id)
            .cte()
        )
        later = sa.and_(change.case_id == sent.c.case_id, change.op_id > sent.c.op)
        now = sa.and_(change.entity == Group.DX.value, _DX.c.id == change.row_id)
        query = (
            sa.select(change.case_id, change.entity, change.field, change.before, change.after)
            .add_columns(_DX.c.position)
            .select_from(
                sent.join(audit_change, later).join(audit_operation, change.op_id == operation.id).outerjoin(_DX, now)
            )
            .where(operation.at >= first.isoformat(), operation.op.not_in((Op.IMPORT.value, Op.REIMPORT.value)))
            .where(change.entity.in_((Group.DX.value, Group.OP.value)), change.field.in_((ROW, _CODE, POSITION)))
            .order_by(change.op_id, change.seq)
        )
        return [one for row in self._connection.execute(query) if (one := _recoded(*row)) is not None]

    def steps(self, first: date) -> list[WorkStep]:
        """Return how cases went from state to state since a day, oldest first."""
        operation, change = audit_operation.c, audit_change.c
        query = (
            sa.select(change.case_id, change.before, change.after, operation.at, operation.actor, operation.actor_name)
            .select_from(audit_operation.join(audit_change, change.op_id == operation.id))
            .where(operation.at >= first.isoformat(), operation.op.not_in((Op.IMPORT.value, Op.REIMPORT.value)))
            .where(_NAMED, change.entity == CASE, change.field == STATE, change.after.is_not(None))
            .where(change.after != dump(CaseState.CANCELLED.value))
            .order_by(change.op_id, change.seq)
        )
        return [
            WorkStep(case_id, json.loads(was or '""'), json.loads(state), datetime.fromisoformat(at), actor, name)
            for case_id, was, state, at, actor, name in self._connection.execute(query)
        ]

    def _again(self, numbers: Mapping[str, Ints], people: TextColumn, first: date, last: date) -> npt.NDArray[np.bool_]:
        """Tell whose patient was admitted within 31 days after the discharge."""
        until = last + timedelta(days=READMITTED_DAYS + 1)
        span = (first.isoformat(), until.isoformat(), str(CaseState.CANCELLED))
        found, days = self._connection.exec_driver_sql(_ADMITTED, span).one()
        codes = people.places(json.loads(found)).astype(np.int64)
        scale = np.int64(1_000_000)
        admitted = np.sort(codes * scale + _ints(days))
        own = people.codes.astype(np.int64) * scale
        left, came = numbers["left"], numbers["came"]
        start = np.searchsorted(admitted, own + left)
        end = np.searchsorted(admitted, own + left + READMITTED_DAYS, side="right")
        itself = (came == left).astype(np.int64)  # a day case was admitted on the day that it left
        again: npt.NDArray[np.bool_] = end - start - itself > 0
        return again


def _recoded(
    case_id: int, entity: str, field: str, before: str | None, after: str | None, place: int | None
) -> Recoded | None:
    """Return a change of a code or of the order, None for a row without a code."""
    cells = [json.loads(cell) if cell else None for cell in (before, after)]
    is_diagnosis = entity == Group.DX.value
    if field == POSITION:
        return Recoded(case_id, is_diagnosis, is_diagnosis and 0 in cells, frozenset())
    rows = [cell for cell in cells if isinstance(cell, dict)] if field == ROW else []
    codes = [row.get(_CODE) for row in rows] if field == ROW else cells
    first = any(row.get(POSITION) == 0 for row in rows) or place == 0
    found = frozenset(code for code in codes if isinstance(code, str) and code)
    return Recoded(case_id, is_diagnosis, is_diagnosis and first, found) if found else None


def _ints(part: str) -> Ints:
    return np.fromstring(part[1:-1], np.int64, sep=",") if len(part) > len("[]") else np.zeros(0, np.int64)


def _floats(part: str) -> Floats:
    return np.fromstring(part[1:-1], np.float64, sep=",") if len(part) > len("[]") else np.zeros(0, np.float64)


def _moment(stored: str) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
