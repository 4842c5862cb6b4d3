"""What quality control found over many cases: counted, listed and read in SQL, never case by case."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple, overload

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from app.domain.case import CaseState
from app.domain.findings import Finding, Severity, Standing
from app.storage.jsonify import from_json
from app.storage.tables import cases, finding, finding_line
from app.storage.worklist import WorklistQuery, conditions

_PER_QUERY: Final = 400
_DIALECT: Final = sqlite.dialect(paramstyle="qmark")
_PASSED: Final = (CaseState.PASSED, CaseState.SUBMITTED, CaseState.UNLOCK_REQUESTED, CaseState.ARCHIVED)


class Segment(StrEnum):
    """Where a finding stands in the round: waiting, with the physician, or dealt with (decided, or the case passed)."""

    OPEN = "open"
    RETURNED = "returned"
    DONE = "done"


_ORDER: Final = tuple(Segment)
_PLACES: Final = {segment.value: place for place, segment in enumerate(_ORDER)}


class HitCount(NamedTuple):
    """The ``number`` of findings of one rule and severity in one segment, department and coder's hands."""

    rule_id: str
    severity: Severity
    segment: Segment
    dept: str
    coder: str
    number: int


class HitKey(NamedTuple):
    """One line of a list: a case and the rule that found something; ``ready``: one key remedies all that is open."""

    case_id: int
    rule_id: str
    segment: Segment
    ready: bool


class HitKeys(Sequence[HitKey]):
    """The lines of a list packed: 11 bytes each, a tenth of what they take one by one."""

    def __init__(self, found: Iterable[tuple[int, str, str, int | None]]) -> None:
        """Pack rows of case, rule, segment, and whether one key remedies it."""
        self._cases, self._rules, self._marks = array("q"), array("H"), array("B")
        self._names: list[str] = []
        known: dict[str, int] = {}
        for case_id, rule_id, segment, fixes in found:
            at = known.setdefault(rule_id, len(known))
            if at == len(self._names):
                self._names.append(rule_id)
            self._cases.append(case_id)
            self._rules.append(at)
            self._marks.append(_PLACES[segment] * 2 + bool(fixes))

    def __len__(self) -> int:
        return len(self._cases)

    @overload
    def __getitem__(self, at: int) -> HitKey: ...

    @overload
    def __getitem__(self, at: slice) -> list[HitKey]: ...

    def __getitem__(self, at: int | slice) -> HitKey | list[HitKey]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        segment, ready = divmod(self._marks[at], 2)
        return HitKey(self._cases[at], self._names[self._rules[at]], _ORDER[segment], bool(ready))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list


@dataclass(frozen=True, slots=True)
class HitQuery:
    """Findings of the cases of ``scope``: of a segment, a rule, a department, a coder; None does not ask."""

    scope: WorklistQuery = field(default_factory=WorklistQuery)
    segment: Segment | None = None
    rule_id: str | None = None
    dept: str | None = None
    coder: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a round comes to: cases, those checked, those without an open error, sum of scores of the checked ones."""

    cases: int = 0
    checked: int = 0
    clean: int = 0
    good: int = 0
    score_sum: float = 0.0


_SEGMENT: Final = sa.case(
    (sa.or_(finding_line.c.standing != Standing.OPEN.value, cases.c.state.in_(_PASSED)), Segment.DONE.value),
    (cases.c.state == CaseState.RETURNED.value, Segment.RETURNED.value),
    else_=Segment.OPEN.value,
)
_SEGMENTS: Final = {segment.value: segment for segment in Segment}
_JOINED: Final = finding_line.join(cases, cases.c.id == finding_line.c.case_id)


def hit_counts(connection: sa.Connection, scope: WorklistQuery) -> list[HitCount]:
    """Return the findings of the cases of a query, counted by everything that lists are made of.

    The counting is done here and not by GROUP BY, whose sorting takes three times as long for half a million findings.
    """
    column, line = cases.c, finding_line.c
    known = sa.select(column.id, column.state, column.dept, column.claimed_by).where(*_of(scope))
    lines = sa.select(line.rule_id, line.severity, line.standing, line.case_id)
    if scope != WorklistQuery():
        lines = lines.select_from(_JOINED).where(*_of(scope))
    numbers: dict[tuple[str, str, str], int] = {("", "", ""): 0}
    last = connection.execute(sa.select(sa.func.max(column.id))).scalar_one() or 0
    place_of = array("i", bytes(4 * (last + 1)))  # by the id of the case; 0: none of the query's
    for case_id, state, dept, coder in _rows(connection, known):
        place_of[case_id] = numbers.setdefault((state, dept, coder), len(numbers))
    counted = Counter(
        (rule_id, severity, standing, place_of[case_id])
        for rule_id, severity, standing, case_id in _rows(connection, lines)
    )
    places = list(numbers)
    return [
        HitCount(rule_id, Severity(severity), _segment(standing, places[at][0]), places[at][1], places[at][2], number)
        for (rule_id, severity, standing, at), number in counted.items()
        if at
    ]


def hit_keys(connection: sa.Connection, wanted: HitQuery) -> HitKeys:
    """Return case and rule of every finding asked for, each pair once, in the order of entry."""
    line = finding_line.c
    where = [*_of(wanted.scope)]
    for column, value in (
        (_SEGMENT, wanted.segment),
        (line.rule_id, wanted.rule_id),
        (cases.c.dept, wanted.dept),
        (cases.c.claimed_by, wanted.coder),
    ):
        if value is not None:
            where.append(column == value)
    ready = sa.func.min(sa.case((line.standing == Standing.OPEN.value, line.fixes)))
    keys = (line.case_id, line.rule_id)
    query = sa.select(*keys, sa.func.max(_SEGMENT), ready).select_from(_JOINED).where(*where)
    return HitKeys(_rows(connection, query.group_by(*keys).order_by(*keys)))


def findings_of(connection: sa.Connection, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[Finding]]:
    """Return the stored findings of pairs of case and rule, in their order; pairs without any are left out."""
    wanted = frozenset(keys)
    ids = list(dict.fromkeys(case_id for case_id, _ in keys))
    rules = list(dict.fromkeys(rule_id for _, rule_id in keys))
    line = finding_line.c
    whole = sa.func.json_extract(finding.c.data, sa.func.printf("$.findings[%d]", line.seq))
    query = sa.select(line.case_id, line.rule_id, whole).join(finding, finding.c.case_id == line.case_id)
    found: dict[tuple[int, str], list[Finding]] = {}
    for start in range(0, len(ids), _PER_QUERY):
        part = query.where(line.case_id.in_(ids[start : start + _PER_QUERY]), line.rule_id.in_(rules))
        for case_id, rule_id, data in connection.execute(part.order_by(line.case_id, line.seq)):
            if (case_id, rule_id) in wanted:
                found.setdefault((case_id, rule_id), []).append(from_json(Finding, data))
    return found


def outdated(connection: sa.Connection, scope: WorklistQuery, stamp: str) -> int:
    """Return how many cases of a query have no findings, or some older than they are or with another stamp."""
    query = (
        sa.select(sa.func.count())
        .select_from(cases.outerjoin(finding, finding.c.case_id == cases.c.id))
        .where(*_of(scope))
        .where(sa.or_(finding.c.version.is_distinct_from(cases.c.version), finding.c.stamp != stamp))
    )
    return int(connection.execute(query).scalar_one())


def figures(connection: sa.Connection, scope: WorklistQuery, good_from: float) -> dict[str, Figures]:
    """Return the figures of a query's cases by department; ``good_from`` is the lowest score of grade 甲."""
    column = cases.c
    checked = column.checked_version >= 0
    sums = (
        sa.func.count(),
        sa.func.count(sa.case((checked, 1))),
        sa.func.count(sa.case((sa.and_(checked, column.errors == 0), 1))),
        sa.func.count(sa.case((sa.and_(checked, column.score >= good_from), 1))),
        sa.func.total(sa.case((checked, column.score))),
    )
    query = sa.select(column.dept, *sums).where(*_of(scope)).group_by(column.dept)
    return {dept: Figures(*numbers) for dept, *numbers in connection.execute(query)}


def hits_by_month(connection: sa.Connection, rule_id: str, first: str) -> Mapping[str, int]:
    """Return the cases in which a rule finds something by month of discharge (``2026-11``), from month ``first`` on."""
    month = sa.func.substr(cases.c.discharge_time, 1, 7).label("month")
    query = (
        sa.select(month, sa.func.count(sa.distinct(finding_line.c.case_id)))
        .select_from(_JOINED)
        .where(finding_line.c.rule_id == rule_id, cases.c.discharge_time >= first)
        .group_by(month)
    )
    return {found: number for found, number in connection.execute(query)}


def _of(scope: WorklistQuery) -> list[sa.ColumnElement[bool]]:
    return [cases.c.state != CaseState.CANCELLED.value, *conditions(scope)]


def _segment(standing: str, state: str) -> Segment:
    """Return what :data:`_SEGMENT` says."""
    if standing != Standing.OPEN or state in _PASSED:
        return Segment.DONE
    return Segment.RETURNED if state == CaseState.RETURNED else Segment.OPEN


def _rows(connection: sa.Connection, query: sa.Select[*tuple[object, ...]]) -> Iterator[tuple[Any, ...]]:
    """Return the driver's own rows: result objects of SQLAlchemy would take longer than the query."""
    compiled = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    cursor = connection.exec_driver_sql(str(compiled), values).cursor
    assert cursor is not None  # noqa: S101 - a SELECT has one
    return iter(cursor)  # type: ignore[call-overload, no-any-return]  # sqlite3's cursor is its own iterator
