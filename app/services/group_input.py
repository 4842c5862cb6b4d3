"""From a case record to what a grouper reads (domain.md 4.1): coded rows, in the edition of the scheme.

A conversion gives for a code of the clinical edition that the insurance edition does not have its code there, '' when
there is none. Codes that both editions have are those of the insurance edition and stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.case import CaseRecord, Row
from app.domain.coding import Proposal
from app.domain.derived import age_days, age_years, los_days
from app.domain.field import Group
from app.domain.grouping import GroupInput
from app.services.types import RowKey

_SEX: Final = {"1": "male", "2": "female"}


def with_proposals(record: CaseRecord, proposals: Mapping[RowKey, Proposal]) -> tuple[CaseRecord, int]:
    """Return the record with open proposals written into uncoded rows, and how many took part.

    For previews only: nothing of it is stored.
    """
    used = 0
    for group in (Group.DX, Group.OP) if proposals else ():
        open_rows = {row.id: proposals[group, row.id] for row in record.rows(group) if _is_open(row, group, proposals)}
        rows = (_filled(row, open_rows.get(row.id)) for row in record.rows(group))
        record = record.with_rows(group, tuple(rows)) if open_rows else record
        used += len(open_rows)
    return record, used


def _is_open(row: Row, group: Group, proposals: Mapping[RowKey, Proposal]) -> bool:
    return not row.get("code") and (group, row.id) in proposals


def _filled(row: Row, proposal: Proposal | None) -> Row:
    return row.with_value("code", proposal.code).with_value("name", proposal.name) if proposal else row


def group_input(record: CaseRecord, conversion: Mapping[str, str]) -> GroupInput:
    """Return the grouper's view of a record: coded rows only, in page order, derived numbers recomputed."""
    return GroupInput(
        dx=_codes(record.rows(Group.DX), conversion),
        px=_codes(record.rows(Group.OP), conversion),
        sex=_SEX.get(record.text("sex"), ""),
        age_years=age_years(record),
        age_days=age_days(record),
        weight_g=_weight(record),
        los_days=los_days(record),
        discharge=_number(record.text("discharge_way")),
        dept=record.text("discharge_dept"),
    )


def conversions(record: CaseRecord, conversion: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the codes of a record that are grouped as others, with those, in page order."""
    rows = (*record.rows(Group.DX), *record.rows(Group.OP))
    codes = dict.fromkeys(row.text("code") for row in rows if row.get("code"))
    return tuple((code, conversion[code]) for code in codes if code in conversion)


def invalid(record: CaseRecord, conversion: Mapping[str, str]) -> tuple[str, ...]:
    """Return the text keys (area ``grouping``) of what stops grouping on the case page (domain.md 4.1)."""
    problems = []
    if record.text("sex") not in _SEX:
        problems.append("sex")
    years, days = age_years(record), age_days(record)
    if years is None:
        problems.append("age")
    elif years == 0 and days is None:
        problems.append("age_days")
    elif years == 0 and days is not None and days <= 28 and _weight(record) is None:
        problems.append("weight")
    if not record.text("dx[0].code"):
        problems.append("principal")
    problems += [f"{group}_unmapped" for group in (Group.DX, Group.OP) if _has_unmapped(record, group, conversion)]
    return tuple(problems)


def _has_unmapped(record: CaseRecord, group: Group, conversion: Mapping[str, str]) -> bool:
    return any(conversion.get(row.text("code")) == "" for row in record.rows(group))


def _codes(rows: tuple[Row, ...], conversion: Mapping[str, str]) -> tuple[str, ...]:
    codes = (row.text("code") for row in rows if row.get("code"))
    return tuple(conversion.get(code) or code for code in codes)


def _weight(record: CaseRecord) -> float | None:
    for path in ("nb_weight[0].weight", "nb_admit_weight"):
        value = record.value(path)
        if isinstance(value, int):
            return float(value)
    return None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
