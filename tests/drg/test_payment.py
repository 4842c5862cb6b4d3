"""Payment: the worked examples of domain.md 4.5, thresholds, points, and every reason for showing no amount."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.common.errors import UserProblem
from app.domain.grouping import GroupResult, GroupStatus
from app.domain.tables import RawRow, RawTable
from app.drg.payment import (
    Bill,
    PayRules,
    Quote,
    Reason,
    Refusal,
    Regime,
    Tariff,
    base_points,
    quote,
    quote_points,
)
from app.drg.tariffs import RateKey, RateTable, WeightsRefused, WeightTable, insurance_of

GROUPED = GroupResult("MDCB", "BB1", "BB11", GroupStatus.GROUPED)
AMBIGUOUS = GroupResult("MDCB", "QY", "BQY", GroupStatus.AMBIGUOUS)
PLACE = RateKey("试验市", "2026", "三级")


def table(header: str, *rows: str) -> RawTable:
    """Return a table from comma-separated lines."""
    cells = [RawRow(number, tuple(row.split(","))) for number, row in enumerate(rows, 2)]
    return RawTable("表.csv", "", tuple(header.split(",")), cells)


def rates(*rows: str) -> RateTable:
    """Return a rate table with the columns of reference/weights."""
    return RateTable.build(table("year,hospital_level,insurance,base_rate_yuan", *rows))


def tariff(weight: str = "1.5", rules: PayRules | None = None, coefficient: str = "1") -> Tariff:
    """Return the tariff of the worked examples: base rate 8500."""
    weights = WeightTable.build(table("drg,name,relative_weight", f"BB11,,{weight}"))
    return Tariff(weights, rates("2026,三级,职工,8500"), PLACE, Decimal(coefficient), rules or PayRules())


def bill(cost_yuan: int | None, own_yuan: int | None = 3000, pay_method: str = "1.1", los_days: int = 9) -> Bill:
    """Return a bill in whole yuan."""
    cost = None if cost_yuan is None else cost_yuan * 100
    return Bill(cost, pay_method, None if own_yuan is None else own_yuan * 100, los_days)


@pytest.mark.parametrize(
    ("cost", "multiple", "regime", "settled", "surplus", "fund", "level"),
    [
        (11_000, "0.8627", Regime.NORMAL, 12_750, 1_750, 9_750, 1),
        (14_100, "1.1059", Regime.NORMAL, 12_750, -1_350, 9_750, 2),
        (17_000, "1.3333", Regime.NORMAL, 12_750, -4_250, 9_750, 3),
        (30_000, "2.3529", Regime.HIGH, 17_250, -12_750, 14_250, 3),
        (4_000, "0.3137", Regime.LOW, 4_000, 0, 1_000, 0),
    ],
)
def test_worked_examples_of_the_specification(mini, cost, multiple, regime, settled, surplus, fund, level):
    found = quote(mini, GROUPED, tariff(), bill(cost))
    assert isinstance(found, Quote)
    assert found.standard_fen == 1_275_000
    assert found.multiple is not None
    assert found.multiple.quantize(Decimal("0.0001")) == Decimal(multiple)
    assert (found.regime, found.level) == (regime, level)
    assert (found.settled_fen, found.surplus_fen, found.fund_fen) == (settled * 100, surplus * 100, fund * 100)
    assert not found.is_estimate


@pytest.mark.parametrize(
    ("weight", "cost_fen", "regime"),
    [
        ("1", 340_000, Regime.NORMAL),  # exactly 0.4 is not below it
        ("1", 339_999, Regime.LOW),
        ("1", 2_549_999, Regime.NORMAL),
        ("1", 2_550_000, Regime.HIGH),  # weight up to 1: three times
        ("1.01", 1_717_000, Regime.HIGH),  # over 1 up to 3: twice
        ("3", 5_099_999, Regime.NORMAL),
        ("3", 5_100_000, Regime.HIGH),
        ("3.01", 3_837_750, Regime.HIGH),  # over 3: one and a half
        ("3.01", 3_837_749, Regime.NORMAL),
    ],
)
def test_multiples_by_weight_band_are_compared_exactly(mini, weight, cost_fen, regime):
    found = quote(mini, GROUPED, tariff(weight), Bill(cost_fen, "1.1"))
    assert isinstance(found, Quote)
    assert found.regime is regime


@pytest.mark.parametrize(("cost_fen", "level"), [(1_019_999, 0), (1_020_000, 1), (1_402_500, 2), (1_657_500, 3)])
def test_warning_levels_begin_at_80_110_and_130_percent(mini, cost_fen, level):
    found = quote(mini, GROUPED, tariff(), Bill(cost_fen, "1.1"))
    assert isinstance(found, Quote)
    assert found.level == level


def test_only_part_of_the_excess_is_paid_where_the_region_says_so(mini):
    found = quote(mini, GROUPED, tariff(rules=PayRules(high_excess_share=Decimal("0.7"))), bill(30_000))
    assert isinstance(found, Quote)
    assert found.settled_fen == 1_275_000 + 315_000


def test_amounts_are_rounded_half_up_once_at_the_end(mini):
    found = quote(mini, GROUPED, tariff("1.00001", coefficient="1.0001"), bill(9_000))
    assert isinstance(found, Quote)
    assert found.standard_fen == found.settled_fen == 850_094  # 850 093.50085 fen
    assert quote(mini, GROUPED, tariff("0.000001"), bill(None)).standard_fen == 1  # 0.85 fen


def test_without_a_cost_there_is_a_standard_and_nothing_settled(mini):
    found = quote(mini, GROUPED, tariff(), bill(None, None))
    assert isinstance(found, Quote)
    assert (found.standard_fen, found.settled_fen, found.surplus_fen, found.fund_fen) == (1_275_000, None, None, None)
    assert found.is_estimate
    assert found.level == 0


def test_a_case_without_a_normal_group_is_settled_by_item(mini):
    found = quote(mini, AMBIGUOUS, tariff(), bill(4_000))
    assert isinstance(found, Quote)
    assert (found.regime, found.standard_fen, found.settled_fen) == (Regime.BY_ITEM, None, 400_000)


@pytest.mark.parametrize(("los_days", "regime"), [(2, Regime.EXCLUDED), (3, Regime.NORMAL), (61, Regime.EXCLUDED)])
def test_stays_that_the_region_leaves_out_are_not_settled_by_group(mini, los_days, regime):
    rules = PayRules(los_excluded_upto=2, los_excluded_over=60)
    found = quote(mini, GROUPED, tariff(rules=rules), bill(11_000, los_days=los_days))
    assert isinstance(found, Quote)
    assert found.regime is regime


@pytest.mark.parametrize("pay_method", ["4", "5", "6", "7", "8", "9", "99", "", "08"])
def test_other_payment_methods_have_no_amount_and_a_reason(mini, pay_method):
    found = quote(mini, GROUPED, tariff(), bill(11_000, pay_method=pay_method))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NOT_PAID_BY_DRG


@pytest.mark.parametrize(
    ("pay_method", "insurance"),
    [("1.1", "职工"), ("1", "职工"), ("12", "职工"), ("01", "职工"), ("2.2", "居民"), ("3.1", "居民"), ("7", None)],
)
def test_insurance_type_follows_the_payment_method(pay_method, insurance):
    assert insurance_of(pay_method) == insurance


def test_no_rate_of_another_year_level_or_insurance_is_taken(mini):
    found = quote(mini, GROUPED, tariff(), bill(11_000, pay_method="2.1"))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NO_RATE
    assert dict(found.args)["insurance"] == "居民"


def test_one_rate_may_stand_for_every_insurance_type():
    both = rates("2026,三级,全部,8000")
    assert both.find("试验市", "2026", "三级", "居民") == both.find("试验市", "2026", "三级", "职工") == 8000


def test_a_rate_of_a_named_city_is_not_taken_for_another():
    table_ = table("city,year,hospital_level,insurance,base_rate_yuan", "甲市,2026,三级,职工,8000")
    found = RateTable.build(table_)
    assert found.find("甲市", "2026", "三级", "职工") == 8000
    assert found.find("乙市", "2026", "三级", "职工") is None
    assert found.places() == (RateKey("甲市", "2026", "三级"),)


def test_a_group_without_weight_has_no_amount(mini):
    other = WeightTable.build(table("DRG编码,权重", "BB19,0.5"))
    found = quote(mini, GROUPED, Tariff(other, rates("2026,三级,职工,8500"), PLACE), bill(11_000))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NO_WEIGHT_FOR_GROUP


def test_weights_of_another_scheme_have_no_amount(mini):
    other = WeightTable.build(table("drg,name,relative_weight", "BB11,,1.5", "XX99,,1"))
    found = quote(mini, GROUPED, Tariff(other, rates("2026,三级,职工,8500"), PLACE), bill(11_000))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.WEIGHTS_REFUSED
    assert "XX99" in dict(found.args)["codes"]


@pytest.mark.parametrize(
    ("header", "rows", "key"),
    [
        ("drg,name", ["BB11,"], "drg.payment.no_column"),
        ("drg,name,relative_weight", [], "drg.payment.no_rows"),
        ("drg,name,relative_weight", ["BB11,,一"], "drg.payment.number"),
        ("drg,name,relative_weight", ["BB11,,0"], "drg.payment.number"),
        ("drg,name,relative_weight", ["BB11,,NaN"], "drg.payment.number"),
        ("drg,name,relative_weight", ["BB11,,1", "BB11,,2"], "drg.payment.twice"),
    ],
)
def test_a_wrong_weight_table_is_refused_with_its_place(header, rows, key):
    with pytest.raises(UserProblem) as caught:
        WeightTable.build(table(header, *rows))
    assert caught.value.key == key
    assert str(caught.value).startswith("表.csv")


def test_a_rate_given_twice_and_a_year_that_is_not_there_are_refused():
    with pytest.raises(UserProblem, match="2026 三级 职工"):
        rates("2026,三级,职工,8500", "2026,三级,职工,8600")
    with pytest.raises(UserProblem, match="2026 三级"):
        rates("2026,三级,职工,8500").require("2025", "三级")
    rates("2026,三级,职工,8500").require("2026", "三级")


def test_a_rate_table_without_rows_is_refused_and_rates_are_counted():
    with pytest.raises(UserProblem, match="没有内容"):
        rates()
    assert len(rates("2026,三级,职工,8500", ",,,", "2026,三级,居民,8000")) == 2


def test_points_are_settled_by_the_multiple():
    rules = PayRules()
    value = Decimal(85)
    assert base_points(1_500_000, 1_000_000) == 150
    normal = quote_points(Decimal(150), value, 1_100_000, rules=rules)
    assert (normal.regime, normal.points, normal.amount_fen) == (Regime.NORMAL, 150, 1_275_000)
    low = quote_points(Decimal(150), value, 400_000, rules=rules)
    assert (low.regime, low.amount_fen) == (Regime.LOW, 400_000)
    high = quote_points(Decimal(150), value, 3_187_500, rules=rules)  # multiple 2.5, threshold 2
    assert (high.regime, high.points) == (Regime.HIGH, Decimal(225))


def test_reference_weights_belong_to_their_own_edition_only(reference, scheme_of, read_table):
    scheme, _ = scheme_of("haerbin_2022")
    own = WeightTable.build(read_table(reference / "weights" / "haerbin_2022.csv"))
    own.check(scheme)
    assert len(own) == 660
    assert len(own.without_weight(scheme)) == 28
    other = WeightTable.build(read_table(reference / "weights" / "haerbin_2024.csv"))
    with pytest.raises(WeightsRefused) as caught:
        other.check(scheme)
    assert len(caught.value.unknown) == 282
    assert "BC11" in caught.value.unknown


def test_reference_rates_differ_by_year_and_insurance(reference, read_table):
    found = RateTable.build(read_table(reference / "weights" / "haerbin_rates.csv"))
    assert found.find("哈尔滨", "2024", "I", "居民") == Decimal("9649.24")
    assert found.find("哈尔滨", "2024", "II", "居民") is None
    assert [(key.year, key.level) for key in found.places()] == [("2023", "I"), ("2024", "I")]
