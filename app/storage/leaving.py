"""Cases that are in hospital, and how long stays of a group take: what tells who leaves soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.case import CaseState
from app.storage.tables import cases

_NOT_OVER = (CaseState.INPATIENT, CaseState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Inpatient:
    """A case in hospital. ``planned`` is the discharge its front page names, None without one; ``drg`` its group."""

    case_id: int
    admitted: datetime | None
    planned: datetime | None
    drg: str
    errors: int


@dataclass(frozen=True, slots=True)
class GroupStay:
    """Stays of a group that are over: how many, and their mean length in days (domain.md 2.1: same day = 1)."""

    cases: int
    mean_days: float


def inpatients(connection: sa.Connection) -> list[Inpatient]:
    """Return the cases in state 在院, in the order of entry."""
    column = cases.c
    query = sa.select(column.id, column.admit_time, column.discharge_time, column.drg, column.errors)
    found = connection.execute(query.where(column.state == CaseState.INPATIENT.value).order_by(column.id))
    return [
        Inpatient(case_id, _time(came), _time(planned), drg, errors) for case_id, came, planned, drg, errors in found
    ]


def group_stays(connection: sa.Connection) -> dict[str, GroupStay]:
    """Return the mean stay of every group that discharged cases were grouped to."""
    column = cases.c
    days = sa.func.julianday(sa.func.date(column.discharge_time)) - sa.func.julianday(sa.func.date(column.admit_time))
    query = (
        sa.select(column.drg, sa.func.count(), sa.func.avg(sa.func.max(days, 1)))
        .where(column.drg != "", column.state.not_in(_NOT_OVER))
        .where(column.admit_time != "", column.discharge_time >= column.admit_time)
        .group_by(column.drg)
    )
    return {drg: GroupStay(number, mean) for drg, number, mean in connection.execute(query)}


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
