"""Values worked out from the record."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from app.domain import derived
from app.domain.case import CaseRecord, Row, Value
from app.domain.field import Group
from app.domain.fields import FEE_ITEMS


def _record(**head: Value) -> CaseRecord:
    return CaseRecord(Row(head))


@pytest.mark.parametrize(
    ("birth", "at", "years"),
    [
        (date(1956, 3, 8), date(2024, 3, 7), 67),
        (date(1956, 3, 8), date(2024, 3, 8), 68),
        (date(2000, 2, 29), date(2001, 2, 28), 0),
        (date(2000, 2, 29), date(2001, 3, 1), 1),
        (date(2024, 5, 6), date(2024, 5, 6), 0),
        (date(2024, 5, 6), date(2024, 5, 5), -1),
    ],
)
def test_completed_years(birth: date, at: date, years: int) -> None:
    assert derived.completed_years(birth, at) == years


def test_age_is_worked_out_not_taken_from_the_form() -> None:
    record = _record(birth_date=date(1956, 3, 8), admit_time=datetime(2024, 5, 6, 9, 30), age_years=12, age_days=3)
    assert derived.age_years(record) == 68
    assert derived.age_days(record) is None
    assert not derived.is_newborn(record)


def test_age_without_birth_date_is_what_was_entered() -> None:
    record = _record(age_years=0, age_days=12)
    assert (derived.age_years(record), derived.age_days(record)) == (0, 12)
    assert derived.is_newborn(record)
    assert derived.age_years(_record()) is None


@pytest.mark.parametrize(("birth", "days", "newborn"), [(6, 0, True), (5, 1, True)])
def test_day_of_birth_is_day_0(birth: int, days: int, newborn: bool) -> None:
    record = _record(birth_date=date(2024, 5, birth), admit_time=datetime(2024, 5, 6, 1))
    assert derived.age_days(record) == days
    assert derived.is_newborn(record) is newborn


def test_newborn_ends_after_28_days() -> None:
    assert derived.is_newborn(_record(birth_date=date(2024, 4, 1), admit_time=datetime(2024, 4, 29)))
    assert not derived.is_newborn(_record(birth_date=date(2024, 4, 1), admit_time=datetime(2024, 4, 30)))


def test_birth_after_admission_has_no_age() -> None:
    record = _record(birth_date=date(2024, 5, 7), admit_time=datetime(2024, 5, 6), age_years=0, age_days=1)
    assert derived.age_years(record) is None
    assert derived.age_days(record) is None


@pytest.mark.parametrize(
    ("admit", "discharge", "days"),
    [
        (datetime(2024, 5, 6, 9), datetime(2024, 5, 14, 8), 8),
        (datetime(2024, 5, 6, 9), datetime(2024, 5, 6, 17), 1),
        (datetime(2024, 5, 6, 23), datetime(2024, 5, 7, 1), 1),
        (datetime(2024, 2, 28), datetime(2024, 3, 1), 2),
        (datetime(2024, 5, 6), datetime(2024, 5, 5), None),
        (datetime(2024, 5, 6), None, None),
    ],
)
def test_los_days(admit: datetime, discharge: datetime | None, days: int | None) -> None:
    assert derived.los_days(_record(admit_time=admit, discharge_time=discharge)) == days


@pytest.mark.parametrize(
    ("kind", "surgical"), [("手术", True), ("介入治疗", True), ("诊断性操作", False), (None, False)]
)
def test_is_surgical(kind: str | None, surgical: bool) -> None:
    assert derived.is_surgical(_record().with_rows(Group.OP, (Row(), Row({"kind": kind})))) is surgical


def test_fee_sum_adds_the_24_and_nothing_else() -> None:
    fees: dict[str, Value] = {fee: 100 for fee in FEE_ITEMS}
    record = _record(**fees, fee_total=9999, fee_op=500, fee_antibiotic=700)
    assert derived.fee_sum(record) == 2400
    assert derived.fee_sum(_record(fee_total=100)) is None
    assert derived.fee_sum(_record(fee_west=5)) == 5


def test_contained_fees() -> None:
    record = _record(fee_anes=30, fee_op=12)
    assert derived.contained_sum(record, "fee_optreat") == 42
    assert derived.contained_sum(record, "fee_west") is None
    with pytest.raises(KeyError):
        derived.contained_sum(record, "fee_blood")


def test_shares() -> None:
    record = _record(
        fee_total=1000, fee_west=100, fee_patent=50, fee_herb=50, fee_mat_exam=10, fee_mat_treat=20, fee_mat_op=70,
        fee_pathology=1, fee_lab=2, fee_imaging=3, fee_clinical_dx=4,
    )  # fmt: skip
    assert derived.drug_fee(record) == 200
    assert derived.material_fee(record) == 100
    assert derived.drug_share(record) == pytest.approx(0.2)
    assert derived.material_share(record) == pytest.approx(0.1)
    assert derived.exam_share(record) == pytest.approx(0.01)


@pytest.mark.parametrize("total", [None, 0, -5])
def test_no_share_without_a_positive_total(total: int | None) -> None:
    assert derived.drug_share(_record(fee_total=total, fee_west=100)) is None
    assert derived.drug_share(_record(fee_total=100)) is None
