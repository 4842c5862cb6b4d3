"""Payment: the worked examples of domain.md 4.5, thresholds, points, and every reason for showing no amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.grouping import GroupResult, GroupStatus
from app.domain.tables import RawRow, RawTable
from app.drg.pay_rules import Band, Method, PayRules, Reference, default_rules
from app.drg.payment import quote
from app.drg.quotes import Bill, Quote, Reason, Refusal, Regime, Tariff
from app.drg.rates import RateTable
from app.drg.tariffs import WeightTable

GROUPED = GroupResult("MDCB", "BB1", "BB11", GroupStatus.GROUPED)
AMBIGUOUS = GroupResult("MDCB", "QY", "BQY", GroupStatus.AMBIGUOUS)
NOTHING = GroupResult("0000", "00", "0000", GroupStatus.UNGROUPED)
RULES = replace(default_rules(), city="试验市", level="三级")
DAY = date(2026, 11, 20)


def table(header: str, *rows: str) -> RawTable:
    """Return a table from comma-separated lines."""
    cells = [RawRow(number, tuple(row.split(","))) for number, row in enumerate(rows, 2)]
    return RawTable("表.csv", "", tuple(header.split(",")), cells)


def rates(*rows: str) -> RateTable:
    """Return a rate table with the columns of reference/weights."""
    return RateTable.build(table("year,hospital_level,insurance,base_rate_yuan", *rows))


def weights(weight: str, start: date | None = None) -> WeightTable:
    """Return a weight table of one group."""
    return replace(WeightTable.build(table("drg,name,relative_weight", f"BB11,,{weight}")), valid_from=start)


def tariff(weight: str = "1.5", rules: PayRules = RULES, **more: Any) -> Tariff:
    """Return the tariff of the worked examples: base rate 8500."""
    return Tariff((weights(weight),), (rates("2026,三级,职工,8500"),), replace(rules, **more))


def bill(cost_yuan: int | None, own_yuan: int | None = 3000, **more: Any) -> Bill:
    """Return a bill in whole yuan."""
    cost = None if cost_yuan is None else cost_yuan * 100
    own = None if own_yuan is None else own_yuan * 100
    told: Mapping[str, Any] = {"pay_method": "1.1", "day": DAY, "los_days": 9, **more}
    return Bill(cost, own_fen=own, **told)


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
    assert (found.settled_fen, found.fund_fen) == (settled * 100, fund * 100)
    assert found.settled_fen - found.cost_fen == surplus * 100


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
    found = quote(mini, GROUPED, tariff(weight), Bill(cost_fen, "1.1", DAY))
    assert isinstance(found, Quote)
    assert found.regime is regime


@pytest.mark.parametrize(("cost_fen", "level"), [(1_019_999, 0), (1_020_000, 1), (1_402_500, 2), (1_657_500, 3)])
def test_warning_levels_begin_at_80_110_and_130_percent(mini, cost_fen, level):
    found = quote(mini, GROUPED, tariff(), Bill(cost_fen, "1.1", DAY))
    assert isinstance(found, Quote)
    assert found.level == level


def test_only_part_of_the_excess_is_paid_where_the_region_says_so(mini):
    found = quote(mini, GROUPED, tariff(high_excess_share=Decimal("0.7")), bill(30_000))
    assert isinstance(found, Quote)
    assert found.settled_fen == 1_275_000 + 315_000


def test_amounts_are_rounded_half_up_once_at_the_end(mini):
    found = quote(mini, GROUPED, tariff("1.00001", coefficient=Decimal("1.0001")), bill(9_000))
    assert isinstance(found, Quote)
    assert found.standard_fen == found.settled_fen == 850_094  # 850 093.50085 fen
    assert quote(mini, GROUPED, tariff("0.000001"), bill(None)).standard_fen == 1  # 0.85 fen


def test_without_a_cost_there_is_a_standard_and_nothing_settled(mini):
    found = quote(mini, GROUPED, tariff(), bill(None, None))
    assert isinstance(found, Quote)
    assert (found.standard_fen, found.settled_fen, found.fund_fen) == (1_275_000, None, None)
    assert found.level == 0


@pytest.mark.parametrize("result", [AMBIGUOUS, NOTHING])
def test_a_case_without_a_normal_group_is_settled_by_item(mini, result):
    found = quote(mini, result, tariff(ungrouped_share=Decimal("0.9")), bill(4_000))
    assert isinstance(found, Quote)
    assert (found.regime, found.standard_fen, found.settled_fen) == (Regime.BY_ITEM, None, 360_000)
    assert (found.fund_fen, found.level, found.multiple) == (60_000, 0, None)


def test_without_any_rate_not_even_an_amount_by_item_is_told(mini):
    found = quote(mini, AMBIGUOUS, replace(tariff(), rates=()), bill(4_000))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.UNGROUPED


@pytest.mark.parametrize(("los_days", "regime"), [(2, Regime.EXCLUDED), (3, Regime.NORMAL), (61, Regime.EXCLUDED)])
def test_stays_that_the_region_leaves_out_are_not_settled_by_group(mini, los_days, regime):
    found = quote(mini, GROUPED, tariff(los_excluded_upto=2, los_excluded_over=60), bill(11_000, los_days=los_days))
    assert isinstance(found, Quote)
    assert found.regime is regime
    assert found.settled_fen == (1_275_000 if regime is Regime.NORMAL else 1_100_000)


@pytest.mark.parametrize(
    ("los_days", "is_transfer", "settled"), [(2, True, 160_000), (3, True, 1_275_000), (2, False, 1_275_000)]
)
def test_a_short_stay_that_ends_in_another_hospital_is_paid_by_the_day(mini, los_days, is_transfer, settled):
    priced = tariff(short_transfer_days=2, short_transfer_day_yuan=Decimal(800))
    found = quote(mini, GROUPED, priced, bill(11_000, los_days=los_days, is_transfer=is_transfer))
    assert isinstance(found, Quote)
    assert found.settled_fen == settled
    dear = tariff(short_transfer_days=2, short_transfer_day_yuan=Decimal(80_000))
    assert quote(mini, GROUPED, dear, bill(11_000, los_days=2, is_transfer=True)).settled_fen == 1_275_000


def test_the_rule_for_short_transfers_is_off_until_set(mini):
    found = quote(mini, GROUPED, tariff(), bill(11_000, los_days=1, is_transfer=True))
    assert isinstance(found, Quote)
    assert found.regime is Regime.NORMAL


@pytest.mark.parametrize("pay_method", ["4", "5", "6", "7", "8", "9", "99", "08"])
def test_other_payment_methods_have_no_amount_and_a_reason(mini, pay_method):
    found = quote(mini, GROUPED, tariff(), bill(11_000, pay_method=pay_method))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NOT_PAID_BY_DRG


def test_without_a_payment_method_no_insurance_is_guessed(mini):
    found = quote(mini, GROUPED, tariff(), bill(11_000, pay_method=" "))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NO_PAY_METHOD


def test_a_group_without_weight_has_no_amount(mini):
    other = WeightTable.build(table("DRG编码,权重", "BB19,0.5"))
    found = quote(mini, GROUPED, replace(tariff(), weights=(other,)), bill(11_000))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NO_WEIGHT_FOR_GROUP


def test_weights_of_another_scheme_have_no_amount_and_every_difference(mini):
    rows = [f"XX{number},没有的组{number},1" for number in range(30)]
    other = WeightTable.build(table("drg,name,relative_weight", "BB11,,1.5", *rows))
    found = quote(mini, GROUPED, replace(tariff(), weights=(other,)), bill(11_000))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.WEIGHTS_REFUSED
    assert found.weight is None
    lines = found.differences.lines()
    assert len([line for line in lines if line.startswith("XX")]) == 30
    assert all(any(line.startswith(code) for line in lines) for code in mini.names if code != "BB11")


def test_without_a_weight_table_there_is_nothing(mini):
    found = quote(mini, GROUPED, replace(tariff(), weights=()), bill(11_000))
    assert isinstance(found, Refusal)
    assert (found.reason, found.weight) == (Reason.NO_WEIGHTS, None)


@pytest.mark.parametrize(
    ("day", "weight"),
    [(date(2024, 12, 31), "1.5"), (date(2025, 1, 1), "1.6"), (date(2026, 1, 1), "1.7"), (date(2026, 12, 31), "1.7")],
)
def test_the_discharge_date_picks_the_version_of_the_weights(mini, day, weight):
    versions = (weights("1.5"), weights("1.7", date(2026, 1, 1)), weights("1.6", date(2025, 1, 1)))
    years = rates("2024,三级,全部,8500", "2025,三级,全部,8500", "2026,三级,全部,8500")
    found = quote(mini, GROUPED, Tariff(versions, (years,), RULES), bill(11_000, day=day))
    assert isinstance(found, Quote)
    assert found.basis.weight == Decimal(weight)


def test_before_the_first_version_there_is_no_weight(mini):
    priced = replace(tariff(), weights=(weights("1.5", date(2026, 12, 1)),))
    found = quote(mini, GROUPED, priced, bill(11_000))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.WEIGHTS_LATER
    assert dict(found.args)["first"] == "2026-12-01"


@pytest.mark.parametrize(
    ("day", "method", "rate"),
    [
        (date(2023, 12, 31), "1.1", "12165.26"),
        (date(2024, 1, 1), "1.1", "12252.70"),
        (date(2024, 1, 1), "2.1", "9649.24"),
    ],
)
def test_year_of_discharge_and_insurance_pick_the_rate(mini, day, method, rate):
    both = rates("2023,三级,职工,12165.26", "2024,三级,职工,12252.70", "2024,三级,居民,9649.24")
    found = quote(mini, GROUPED, replace(tariff(), rates=(both,)), bill(11_000, day=day, pay_method=method))
    assert isinstance(found, Quote)
    assert found.basis.unit_yuan == Decimal(rate)


def test_no_rate_of_a_neighbouring_year_is_taken(mini):
    both = rates("2023,三级,职工,12165.26", "2024,三级,职工,12252.70")
    found = quote(mini, GROUPED, replace(tariff(), rates=(both,)), bill(11_000))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NO_RATE_FOR_YEAR
    assert (dict(found.args)["year"], dict(found.args)["there"]) == ("2026", "2023、2024")
    fixed = quote(mini, GROUPED, replace(tariff(), rates=(both,), year="2024"), bill(11_000))
    assert isinstance(fixed, Quote)


def test_a_level_or_insurance_type_without_rate_is_told(mini):
    found = quote(mini, GROUPED, tariff(), bill(11_000, pay_method="2.1"))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NO_RATE
    assert dict(found.args)["insurance"] == "居民"
    nowhere = quote(mini, GROUPED, tariff(level=""), bill(11_000))
    assert isinstance(nowhere, Refusal)
    assert (nowhere.reason, dict(nowhere.args)["there"]) == (Reason.NO_PLACE, "三级")
    none = quote(mini, GROUPED, replace(tariff(), rates=()), bill(11_000))
    assert isinstance(none, Refusal)
    assert (none.reason, none.weight) == (Reason.NO_RATES, Decimal("1.5"))


def test_a_department_may_have_warning_levels_of_its_own(mini):
    own = {"04.03": (Decimal("0.9"), Decimal("1.2"), Decimal("1.5"))}
    priced = tariff(dept_warnings=own)
    assert quote(mini, GROUPED, priced, bill(11_000, dept="04.03")).level == 0
    assert quote(mini, GROUPED, priced, bill(11_000, dept="03.01")).level == 1
    assert quote(mini, GROUPED, priced, bill(17_000, dept="04.03")).level == 2


def test_low_multiples_may_depend_on_the_weight_too(mini):
    bands = (Band(Decimal(1), Decimal("0.3")), Band(None, Decimal("0.5")))
    assert quote(mini, GROUPED, tariff("1", low_bands=bands), bill(3_400)).regime is Regime.NORMAL
    assert quote(mini, GROUPED, tariff("2", low_bands=bands), bill(8_000)).regime is Regime.LOW


@pytest.mark.parametrize(
    ("cost", "regime", "settled"),
    [(11_000, Regime.NORMAL, 1_275_000), (4_000, Regime.LOW, 400_000), (31_875, Regime.HIGH, 1_912_500)],
)
def test_points_are_settled_as_the_specification_says(mini, cost, regime, settled):
    """Weight 1.5 is 150 points; 85 yuan a point. High: 150 x (1 + 2.5 - 2) points x 85."""
    priced = replace(tariff(method=Method.POINTS, point_value_yuan=Decimal(85)), rates=())
    found = quote(mini, GROUPED, priced, bill(cost))
    assert isinstance(found, Quote)
    assert (found.basis.units, found.standard_fen) == (150, 1_275_000)
    assert (found.regime, found.settled_fen) == (regime, settled)


def test_multiples_may_be_of_the_mean_cost_of_the_region(mini):
    means = WeightTable.build(table("drg,权重,均次费用", "BB11,1.5,10000"))
    priced = replace(tariff(reference=Reference.MEAN), weights=(means,))
    high = quote(mini, GROUPED, priced, bill(21_000))
    assert isinstance(high, Quote)
    assert (high.multiple, high.regime) == (Decimal("2.1"), Regime.HIGH)
    assert high.settled_fen == 1_275_000 + 100_000, "the standard and what lies above twice the mean"
    assert high.level == 3, "warnings are of the standard"
    assert quote(mini, GROUPED, priced, bill(3_999)).regime is Regime.LOW
    points = replace(priced, rules=replace(priced.rules, method=Method.POINTS, point_value_yuan=Decimal(85)))
    assert quote(mini, GROUPED, points, bill(3_000)).settled_fen == 382_500, "150 points x 0.3 x 85"
    assert quote(mini, GROUPED, points, bill(25_000)).settled_fen == 1_912_500, "150 x (1 + 2.5 - 2) x 85"


def test_without_a_mean_cost_no_multiple_is_made_up(mini):
    found = quote(mini, GROUPED, tariff(reference=Reference.MEAN), bill(11_000))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NO_MEAN


def test_points_need_their_value(mini):
    found = quote(mini, GROUPED, tariff(method=Method.POINTS), bill(11_000))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NO_POINT_VALUE


_MONEY = st.integers(1, 50_000_000)
_SAME_SCHEME = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
"""The scheme is only read."""
_WEIGHT = st.decimals("0.01", "40", places=4)


@_SAME_SCHEME
@given(cost=_MONEY, light=_WEIGHT, heavy=_WEIGHT)
def test_standard_grows_with_the_weight_and_is_paid_whole_between_the_thresholds(mini, cost, light, heavy):
    light, heavy = sorted((light, heavy))
    first, second = (quote(mini, GROUPED, tariff(str(one)), Bill(cost, "1.1", DAY)) for one in (light, heavy))
    assert isinstance(first, Quote)
    assert isinstance(second, Quote)
    assert first.standard_fen <= second.standard_fen
    for found in (first, second):
        exact = found.basis.standard
        assert abs(found.standard_fen - exact) <= Decimal("0.5")
        if found.regime is Regime.NORMAL:
            assert found.settled_fen == found.standard_fen
        elif found.regime is Regime.LOW:
            assert found.settled_fen == cost < found.standard_fen
        else:
            assert found.settled_fen - found.standard_fen >= 0
            assert abs(found.settled_fen - (exact + cost - found.high * exact)) <= Decimal("0.5")


@_SAME_SCHEME
@given(weight=_WEIGHT, cost=_MONEY, more=_MONEY)
def test_a_dearer_case_never_brings_less_and_never_a_lower_level(mini, weight, cost, more):
    priced = tariff(str(weight))
    cheap, dear = (quote(mini, GROUPED, priced, Bill(one, "1.1", DAY)) for one in (cost, cost + more))
    assert cheap.settled_fen <= dear.settled_fen
    assert cheap.level <= dear.level
