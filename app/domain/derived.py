"""Values the program works out itself (domain.md 2.1.5, 2.8). What the file says about them is only compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from app.domain.case import CaseRecord
from app.domain.field import Group
from app.domain.fields import FEE_ITEMS, FIELDS

NEWBORN_DAYS: Final = 28
SURGICAL_KINDS: Final = frozenset({"手术", "介入治疗"})
DRUG_FEES: Final = ("fee_west", "fee_patent", "fee_herb")
MATERIAL_FEES: Final = ("fee_mat_exam", "fee_mat_treat", "fee_mat_op")
EXAM_FEES: Final = ("fee_pathology", "fee_lab", "fee_imaging", "fee_clinical_dx")

CONTAINED_FEES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        parent: tuple(spec.id for spec in FIELDS if spec.parent == parent)
        for parent in dict.fromkeys(spec.parent for spec in FIELDS if spec.parent)
    }
)
"""Fee → the fees contained in it (其中); their sum may not exceed it."""


def completed_years(birth: date, at: date) -> int:
    """Return completed years between two days; negative when ``birth`` is later. 29 February counts from 1 March."""
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


def age_in_days(birth: date, at: date) -> int:
    """Return the days between two dates; the day of birth is day 0."""
    return (at - birth).days


def day_of(value: object) -> date | None:
    """Return the calendar day of a date or datetime, None for anything else."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def age_years(record: CaseRecord) -> int | None:
    """Return completed years at admission; what was entered when a date is missing; None when neither tells.

    A birth after the admission gives None.
    """
    birth, admission = day_of(record.value("birth_date")), day_of(record.value("admit_time"))
    if birth is None or admission is None:
        return _int(record, "age_years")
    years = completed_years(birth, admission)
    return years if years >= 0 else None


def age_days(record: CaseRecord) -> int | None:
    """Return days from birth to admission (0-365) of a child under one year, None for older patients.

    What was entered counts when a date is missing.
    """
    if age_years(record) != 0:
        return None
    birth, admission = day_of(record.value("birth_date")), day_of(record.value("admit_time"))
    if birth is None or admission is None:
        return _int(record, "age_days")
    return age_in_days(birth, admission)


def is_newborn(record: CaseRecord) -> bool:
    """Tell whether the patient was at most 28 days old at admission."""
    days = age_days(record)
    return days is not None and days <= NEWBORN_DAYS


def los_days(record: CaseRecord) -> int | None:
    """Return calendar days between admission and discharge, same day = 1; None when a date is missing or they are
    the wrong way round."""
    admission, discharge = day_of(record.value("admit_time")), day_of(record.value("discharge_time"))
    if admission is None or discharge is None or discharge < admission:
        return None
    return max(1, (discharge - admission).days)


def is_surgical(record: CaseRecord) -> bool:
    """Tell whether any operation row is an operation or an interventional treatment."""
    return any(row.text("kind") in SURGICAL_KINDS for row in record.rows(Group.OP))


def fees_total(record: CaseRecord, fees: tuple[str, ...]) -> int | None:
    """Return the sum of fees in fen, blanks as 0; None when all of them are blank."""
    amounts = [amount for fee in fees if (amount := _int(record, fee)) is not None]
    return sum(amounts) if amounts else None


def fee_sum(record: CaseRecord) -> int | None:
    """Return the sum of the 24 numbered fees in fen, None when all are blank."""
    return fees_total(record, FEE_ITEMS)


def contained_sum(record: CaseRecord, parent: str) -> int | None:
    """Return the sum in fen of the fees contained in ``parent``. Raises ``KeyError`` when it contains none."""
    return fees_total(record, CONTAINED_FEES[parent])


def drug_fee(record: CaseRecord) -> int | None:
    """Return western, patent and herbal medicine in fen."""
    return fees_total(record, DRUG_FEES)


def material_fee(record: CaseRecord) -> int | None:
    """Return disposable materials for examination, treatment and operation in fen."""
    return fees_total(record, MATERIAL_FEES)


def drug_share(record: CaseRecord) -> float | None:
    """Return drugs ÷ total fee (0-1), None without a positive total or without any such fee."""
    return _share(record, drug_fee(record))


def material_share(record: CaseRecord) -> float | None:
    """Return materials ÷ total fee (0-1), None without a positive total or without any such fee."""
    return _share(record, material_fee(record))


def exam_share(record: CaseRecord) -> float | None:
    """Return pathology, laboratory, imaging and clinical diagnostics ÷ total fee (0-1), None as above."""
    return _share(record, fees_total(record, EXAM_FEES))


def _share(record: CaseRecord, part: int | None) -> float | None:
    total = _int(record, "fee_total")
    return part / total if part is not None and total is not None and total > 0 else None


def _int(record: CaseRecord, path: str) -> int | None:
    value = record.value(path)
    return value if isinstance(value, int) else None
