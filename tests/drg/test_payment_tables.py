"""Weight tables and base rates as files: headings, versions, years, what is refused and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.common.errors import UserProblem
from app.domain.tables import RawRow, RawTable
from app.drg.rates import RateTable, RateWanted, find_rate, insurance_of, levels_there, years_there
from app.drg.tariffs import RateKey, WeightsRefused, WeightTable, weights_on


def table(header: str, *rows: str) -> RawTable:
    """Return a table from comma-separated lines."""
    cells = [RawRow(number, tuple(row.split(","))) for number, row in enumerate(rows, 2)]
    return RawTable("表.csv", "", tuple(header.split(",")), cells)


def rates(*rows: str, header: str = "year,hospital_level,insurance,base_rate_yuan") -> RateTable:
    """Return a rate table with the columns of reference/weights."""
    return RateTable.build(table(header, *rows))


def wanted(year: str = "2026", level: str = "三级", insurance: str = "职工", city: str = "甲市") -> RateWanted:
    """Return what a case of a scheme called mini needs."""
    return RateWanted("mini", city, year, level, insurance, date(int(year), 6, 1))


@pytest.mark.parametrize(
    ("header", "rows", "key"),
    [
        ("drg,name", ["BB11,"], "drg.payment.no_column"),
        ("drg,name,relative_weight", [], "drg.payment.no_rows"),
        ("drg,name,relative_weight", ["BB11,,一"], "drg.payment.number"),
        ("drg,name,relative_weight", ["BB11,,0"], "drg.payment.number"),
        ("drg,name,relative_weight", ["BB11,,NaN"], "drg.payment.number"),
        ("drg,name,relative_weight", ["BB11,,1", "BB11,,2"], "drg.payment.twice"),
        ("drg,权重,版本", ["BB11,1,一版", "BB19,2,二版"], "payment.two_versions"),
        ("drg,权重,生效日期", ["BB11,1,明年"], "payment.bad_day"),
    ],
)
def test_a_wrong_weight_table_is_refused_with_its_place(header, rows, key):
    with pytest.raises(UserProblem) as caught:
        WeightTable.build(table(header, *rows))
    assert caught.value.key == key
    assert str(caught.value).startswith("表.csv")


def test_version_and_first_day_may_stand_in_the_file():
    found = WeightTable.build(table("DRG编码,权重,版本,生效日期", "BB11,1.5,2026 版,2026-01-01"))
    assert (found.version, found.valid_from) == ("2026 版", date(2026, 1, 1))


def test_base_points_are_a_hundred_times_the_weight():
    assert WeightTable.build(table("DRG编码,基准点数", "BB11,150")).weights["BB11"] == Decimal("1.5")


def test_the_version_for_a_day_is_the_latest_that_has_begun_else_the_default():
    plain = WeightTable.build(table("drg,权重", "BB11,1"))
    late = replace(plain, valid_from=date(2026, 1, 1))
    assert weights_on((plain, late), date(2025, 12, 31)) is plain
    assert weights_on((plain, late), date(2026, 1, 1)) is late
    assert weights_on((late,), date(2025, 12, 31)) is None


def test_insurance_type_of_a_file_may_stand_for_all():
    both = rates("2026,三级,全部,8000")
    assert find_rate([both], wanted(insurance="居民")).yuan == find_rate([both], wanted()).yuan == 8000


def test_a_rate_of_a_named_city_is_not_taken_for_another():
    found = rates("甲市,2026,三级,职工,8000", header="city,year,hospital_level,insurance,base_rate_yuan")
    assert find_rate([found], wanted()).yuan == 8000
    assert find_rate([found], wanted(city="乙市")) is None
    assert found.places() == (RateKey("甲市", "2026", "三级"),)


def test_a_rate_of_a_named_scheme_goes_before_one_for_all_and_is_not_taken_for_another():
    header = "方案,年度,等级,险种,费率"
    found = rates("ALL,2026,三级,职工,8000", "mini,2026,三级,职工,9000", header=header)
    assert find_rate([found], wanted()).yuan == 9000
    assert find_rate([found], replace(wanted(), scheme="other")).yuan == 8000
    assert find_rate([rates("other,2026,三级,职工,8000", header=header)], wanted()) is None


def test_a_rate_counts_from_its_first_day_on():
    header = "年度,等级,险种,费率,生效日期"
    found = rates("2026,三级,职工,8000,", "2026,三级,职工,8200,2026-07-01", header=header)
    assert find_rate([found], wanted()).yuan == 8000
    assert find_rate([found], replace(wanted(), day=date(2026, 7, 1))).yuan == 8200


def test_a_second_file_fills_the_years_the_first_does_not_have():
    new, old = rates("2026,三级,职工,9000"), rates("2025,三级,职工,8000", "2026,三级,职工,1")
    assert find_rate([new, old], wanted()).yuan == 9000
    assert find_rate([new, old], wanted("2025")).yuan == 8000
    assert years_there([new, old], wanted("2020")) == ("2025", "2026")
    assert find_rate([new, old], wanted("2024")) is None


def test_levels_are_compared_without_width_and_case():
    found = rates("2026,Ⅲ,职工,9000")
    assert find_rate([found], wanted(level=" iii ")).yuan == 9000
    assert levels_there([found]) == ("Ⅲ",)


@pytest.mark.parametrize(
    ("cell", "year"), [("2026", "2026"), ("2026年度", "2026"), ("２０２６", "2026"), ("2026.0", "2026")]
)
def test_a_year_is_read_as_hospitals_write_it(cell, year):
    assert rates(f"{cell},三级,职工,8500").places()[0].year == year


def test_what_is_no_year_is_refused():
    with pytest.raises(UserProblem, match="去年"):
        rates("去年,三级,职工,8500")


def test_a_rate_given_twice_and_a_year_that_is_not_there_are_refused():
    with pytest.raises(UserProblem, match="2026 三级 职工"):
        rates("2026,三级,职工,8500", "2026,三级,职工,8600")
    with pytest.raises(UserProblem, match="2026 三级"):
        rates("2026,三级,职工,8500").require("2025", "三级")
    rates("2026,三级,职工,8500").require("", "三级")
    with pytest.raises(UserProblem, match="二级"):
        rates("2026,三级,职工,8500").require("", "二级")


def test_a_rate_table_without_rows_is_refused_and_rates_are_counted():
    with pytest.raises(UserProblem, match="没有内容"):
        rates()
    assert len(rates("2026,三级,职工,8500", ",,,", "2026,三级,居民,8000").rates) == 2


@pytest.mark.parametrize(
    ("pay_method", "insurance"),
    [("1.1", "职工"), ("1", "职工"), ("12", "职工"), ("01", "职工"), ("2.2", "居民"), ("3.1", "居民"), ("7", None)],
)
def test_insurance_type_follows_the_payment_method(pay_method, insurance):
    assert insurance_of(pay_method) == insurance


def test_reference_weights_belong_to_their_own_edition_only(reference, scheme_of, read_table):
    scheme, _ = scheme_of("haerbin_2022")
    own = WeightTable.build(read_table(reference / "weights" / "haerbin_2022.csv"))
    own.check(scheme)
    assert len(own) == 660
    assert len(own.without_weight(scheme)) == 28
    other = WeightTable.build(read_table(reference / "weights" / "haerbin_2024.csv"))
    with pytest.raises(WeightsRefused) as caught:
        other.check(scheme)
    assert len(caught.value.differences.unknown) == 282
    missing = len(scheme.names) - (703 - 282)
    assert len(caught.value.details) == 282 + missing
    assert any(line.startswith("BC11") for line in caught.value.details)


def test_reference_rates_differ_by_year_and_insurance(reference, read_table):
    found = RateTable.build(read_table(reference / "weights" / "haerbin_rates.csv"))
    local = replace(wanted("2024", "I", "居民"), city="哈尔滨")
    assert find_rate([found], local).yuan == Decimal("9649.24")
    assert find_rate([found], replace(local, level="II")) is None
    assert find_rate([found], replace(local, year="2026")) is None
    assert [(key.year, key.level) for key in found.places()] == [("2023", "I"), ("2024", "I")]
