"""Payment rules of the hospital: typed, checked, kept, in the audit, taken back, at once in the next preview."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.drg.pay_rules import Band, Method, default_rules
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.pay_rule_texts import PARAMETERS, bands_told, changed, typed

RULES = default_rules()


@pytest.mark.parametrize("key", list(PARAMETERS))
def test_every_rule_is_shown_as_it_may_be_typed(key: str) -> None:
    assert changed(RULES, key, typed(RULES, key), alone=False) == RULES


@pytest.mark.parametrize(
    ("key", "given", "shown"),
    [
        ("city", "  哈尔滨 ", "哈尔滨"),
        ("coefficient", "１．０５", "1.05"),
        ("high_excess_share", "70%", "70"),
        ("ungrouped_share", "0", "0"),
        ("high_bands", "<=1 3, ≤3=2, 1.5", "≤1：3；≤3：2；其余：1.5"),
        ("low_bands", "0.5", "其余：0.5"),
        ("low_bands", "≤ 1 : 0.3 ; 其余 0.4 倍", "≤1：0.3；其余：0.4"),
        ("los_excluded_over", "60", "60"),
        ("los_excluded_upto", "", ""),
        ("method", "points", "points"),
    ],
)
def test_rules_are_read_as_people_type_them(key: str, given: str, shown: str) -> None:
    assert typed(changed(RULES, key, given), key) == shown


@pytest.mark.parametrize(
    ("key", "given", "says"),
    [
        ("coefficient", "0", "大于 0"),
        ("coefficient", "一", "大于 0"),
        ("point_value_yuan", "-3", "大于 0"),
        ("high_excess_share", "120", "超过 100%"),
        ("los_excluded_upto", "2.5", "不是天数"),
        ("high_bands", "≤3：2；≤1：3；其余：1.5", "分段"),
        ("high_bands", "≤1：3；≤3：2", "分段"),
        ("high_bands", "≤1", "分段"),
        ("high_bands", "", "分段"),
        ("high_bands", "1.5；2", "分段"),
        ("low_bands", "2", "低倍率不小于高倍率"),
        ("high_bands", "0.4", "低倍率不小于高倍率"),
    ],
)
def test_what_cannot_be_is_refused_in_words(key: str, given: str, says: str) -> None:
    with pytest.raises(UserProblem, match=says):
        changed(RULES, key, given)


def test_limits_that_leave_no_stay_are_refused() -> None:
    rules = changed(RULES, "los_excluded_upto", "10")
    with pytest.raises(UserProblem, match="没有可纳入的病例"):
        changed(rules, "los_excluded_over", "10")


def test_bands_are_told_as_a_sentence() -> None:
    assert bands_told(RULES.low_bands, "low_bands") == "所有权重：低于 0.4 倍"
    told = bands_told(RULES.high_bands, "high_bands")
    assert told == "权重 ≤ 1：3 倍起；权重 ≤ 3：2 倍起；权重 > 3：1.5 倍起"


def test_rules_survive_a_restart_and_belong_to_the_library(services: Services, engines: Engines) -> None:
    changes = services.pay_rules.set_text("coefficient", "1.02")
    assert changes.op_id
    assert changes.assets
    services.pay_rules.set_text("method", "points")
    services.pay_rules.set_text("low_bands", "≤1：0.3；其余：0.5")
    services.pay_rules.set_levels("", ("75", "105", "125"))
    services.pay_rules.set_levels("04.03", ("90", "120", "150"))
    home = services.session.db.path.parent
    services.close()
    again = open_services(home, clock=FixedClock(datetime(2026, 11, 23, 9, 0)), engines=engines)
    rules = again.pay_rules.rules
    assert (rules.coefficient, rules.method) == (Decimal("1.02"), Method.POINTS)
    assert rules.low_bands == (Band(Decimal(1), Decimal("0.3")), Band(None, Decimal("0.5")))
    assert rules.warnings_of("03.01") == (Decimal("0.75"), Decimal("1.05"), Decimal("1.25"))
    assert rules.warnings_of("04.03") == (Decimal("0.9"), Decimal("1.2"), Decimal("1.5"))
    again.close()


def test_another_library_has_its_own_rules(services: Services, engines: Engines, tmp_path: Path) -> None:
    services.pay_rules.set_text("city", "甲市")
    other = open_services(tmp_path / "other", engines=engines)
    assert other.pay_rules.rules == RULES
    other.close()


def test_every_change_is_listed_with_who_when_and_from_what_to_what(services: Services) -> None:
    services.pay_rules.set_text("coefficient", "1.02")
    services.pay_rules.set_text("coefficient", "1.03")
    services.pay_rules.set_levels("04.03", ("90", "120", "150"))
    services.pay_rules.drop_levels("04.03")
    told = [(one.what, one.old, one.new) for one in services.pay_rules.history()]
    assert told == [
        ("预警级别 · 骨科专业", "90 120 150", "未设"),
        ("预警级别 · 骨科专业", "未设", "90 120 150"),
        ("机构系数", "1.02", "1.03"),
        ("机构系数", "未设", "1.02"),
    ]
    latest = services.pay_rules.history()[0]
    assert (latest.who, latest.at) == (services.user.name, datetime(2026, 11, 23, 9, 0))
    with services.session.db.read() as reader:
        assert reader.verify_audit().broken_op == 0


def test_a_change_can_be_taken_back_unless_changed_since(services: Services) -> None:
    first = services.pay_rules.set_text("coefficient", "1.02").op_id
    second = services.pay_rules.set_text("coefficient", "1.03").op_id
    with pytest.raises(UserProblem):
        services.pay_rules.take_back(first)
    assert services.pay_rules.take_back(second).assets
    assert services.pay_rules.rules.coefficient == Decimal("1.02")
    services.pay_rules.take_back(first)
    assert services.pay_rules.rules == RULES


def test_a_refused_text_stores_nothing(services: Services) -> None:
    with pytest.raises(UserProblem, match="大于 0"):
        services.pay_rules.set_text("coefficient", "零")
    with pytest.raises(UserProblem, match="由低到高"):
        services.pay_rules.set_levels("", ("80", "80", "130"))
    with pytest.raises(UserProblem, match="没有科别"):
        services.pay_rules.set_levels("没有这一科", ("80", "110", "130"))
    assert services.pay_rules.history() == ()
    assert services.pay_rules.rules == RULES


def test_the_same_text_again_is_no_change(services: Services) -> None:
    services.pay_rules.set_text("city", "甲市")
    assert services.pay_rules.set_text("city", "甲市").op_id == 0


def test_the_trial_scheme_says_that_there_are_no_amounts(services: Services) -> None:
    note = services.pay_rules.rates_today()
    assert not note.fits
    assert "试用" in note.told
    assert replace(note, fits=False) == note
