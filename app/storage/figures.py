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


def past_stays(connection: sa.Connection, first: date, last: date) -> Iterator[PastStay]:
    """Yield the stays discharged from the day ``first`` to the day ``last``, cancelled ones left out."""
    discharged = sa.func.date(cases.c.discharge_time)
    days = sa.cast(sa.func.julianday(discharged) - sa.func.julianday(sa.func.date(cases.c.admit_time)), sa.Integer)
    columns = (
        cases.c.org_code,
        cases.c.record_no,
        cases.c.admission_count,
        cases.c.dept,
        cases.c.drg,
        days,
        cases.c.amount_fen,
    )
    query = sa.select(*columns).where(
        cases.c.discharge_time != "",
        cases.c.admit_time != "",
        discharged.between(first.isoformat(), last.isoformat()),
        cases.c.state != CaseState.CANCELLED,
    )
    for org, number, count, dept, drg, stay, amount in connection.execute(query):
        if stay is not None and stay >= 0:
            yield PastStay(CaseKey(org, number, count), dept, drg, max(1, stay), amount)
