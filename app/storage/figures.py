"""Figures of the stays discharged in a period, for rules that compare a case with the hospital's own cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.domain.case import CaseKey, CaseState
from app.storage.tables import cases


@dataclass(frozen=True, slots=True)
class PastStay:
    """One discharged stay. ``days`` counts calendar days, at least 1; ``amount_fen`` None without a total fee."""

    key: CaseKey
    dept: str
    drg: str
    days: int
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The stays of one group: how many, their mean length in calendar days and mean total fee, None without any."""

    cases: int
    days: float | None
    amount_fen: float | None


def group_figures(connection: sa.Connection, drg: str, first: date, last: date) -> GroupFigures:
    """Return the figures of a group's stays discharged in a period, cancelled ones left out."""
    whole = sa.func.max(1, _days())
    query = sa.select(sa.func.count(), sa.func.avg(whole), sa.func.avg(cases.c.amount_fen)).where(
        cases.c.drg == drg, *_discharged(first, last)
    )
    return GroupFigures(*connection.execute(query).one())


def _days() -> sa.ColumnElement[int]:
    came, went = (sa.func.date(column) for column in (cases.c.admit_time, cases.c.discharge_time))
    return sa.cast(sa.func.julianday(went) - sa.func.julianday(came), sa.Integer)


def _discharged(first: date, last: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        cases.c.discharge_time != "",
        cases.c.admit_time != "",
        sa.func.date(cases.c.discharge_time).between(first.isoformat(), last.isoformat()),
        cases.c.state != CaseState.CANCELLED,
    )


def past_stays(connection: sa.Connection, first: date, last: date) -> Iterator[PastStay]:
    """Yield the stays discharged from the day ``first`` to the day ``last``, cancelled ones left out."""
    columns = (
        cases.c.org_code,
        cases.c.record_no,
        cases.c.admission_count,
        cases.c.dept,
        cases.c.drg,
        _days(),
        cases.c.amount_fen,
    )
    query = sa.select(*columns).where(*_discharged(first, last))
    for org, number, count, dept, drg, stay, amount in connection.execute(query):
        if stay is not None and stay >= 0:
            yield PastStay(CaseKey(org, number, count), dept, drg, max(1, stay), amount)
