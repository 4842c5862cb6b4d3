"""Every atom of the package condition language, its priorities, and faults with their place."""

from __future__ import annotations

import pytest

from app.domain.coding import CodeKind
from app.domain.grouping import GroupInput
from app.drg.compiling import compiled
from app.drg.facts import Facts
from app.drg.package_language import PackageParser
from app.drg.parsing import RuleFault
from app.drg.rule import CodeSet, Severity
from app.drg.tracing import traced

SETS = {
    "mdc_dx": CodeSet("mdc_dx", CodeKind.DX, {"D1": 2, "D2": 3, "D3": 4}, "mdc_dx.csv"),
    "dx1": CodeSet("dx1", CodeKind.DX, {"D1": 2}, "adrg_dx.csv"),
    "px1": CodeSet("px1", CodeKind.PX, {"P1": 2}, "adrg_px.csv"),
    "px2": CodeSet("px2", CodeKind.PX, {"P2": 3}, "adrg_px.csv"),
    "valid_px": CodeSet("valid_px", CodeKind.PX, {"P1": 2, "P2": 3}, "valid_px.csv"),
    "dx2": CodeSet("dx2"),
    "MCC": Severity("MCC", {"M1": frozenset({"7"})}, {"D1": frozenset({"7"})}),
    "CC": Severity("CC", {"C1": frozenset()}, {"D1": frozenset({"7"})}),
}
SITES = {"D1": frozenset({"头"}), "D2": frozenset({"胸"}), "D3": frozenset({"胸"})}


def holds(condition: str, **case: object) -> bool:
    """Return whether a condition holds, by both ways of evaluating it."""
    facts = Facts(GroupInput(**{"dx": (), "px": (), **case}))
    node = PackageParser(condition, SETS.get, SITES).parse()
    fast, (slow, _) = compiled(node)(facts), traced(node, facts)
    assert fast == slow
    return fast


@pytest.mark.parametrize(
    ("condition", "case", "expected"),
    [
        ("always", {}, True),
        ("main_dx in dx1", {"dx": ("D1",)}, True),
        ("main_dx in dx1", {"dx": ("D2", "D1")}, False),
        ("main_dx in dx1", {}, False),
        ("main_dx in dx1", {"dx": ("d1",)}, False),
        ("main_dx in dx2", {"dx": ("D1",)}, False),
        ("any_dx in dx1", {"dx": ("D2", "D1")}, True),
        ("any_dx in dx1", {"dx": ("D1",)}, True),
        ("other_dx in dx1", {"dx": ("D1",)}, False),
        ("other_dx in dx1", {"dx": ("D1", "D1")}, True),
        ("main_px in px1", {"px": ("P1",)}, True),
        ("main_px in px1", {"px": ("P2", "P1")}, False),
        ("any_px in px1", {"px": ("P2", "P1")}, True),
        ("other_px in px1", {"px": ("P1", "P2")}, False),
        ("other_px in px1", {"px": ("P2", "P1")}, True),
        ("any_px in px1 and any_px in px2", {"px": ("P2", "P1")}, True),
        ("has_px", {"px": ("unknown",)}, True),
        ("has_px", {}, False),
        ("has_mcc", {"dx": ("D2", "M1")}, True),
        ("has_mcc", {"dx": ("D1", "M1")}, False),
        ("has_mcc", {"dx": ("M1",)}, False),
        ("has_mcc", {"dx": ("M1", "M1")}, True),
        ("has_cc", {"dx": ("D1", "C1")}, True),
        ("has_cc", {"dx": ("D2", "M1")}, False),
        ("sex == male", {"sex": "male"}, True),
        ("sex == female", {"sex": "male"}, False),
        ("sex == female", {}, False),
        ("age_years < 17", {"age_years": 16}, True),
        ("age_years < 17", {"age_years": 17}, False),
        ("age_years < 17", {}, False),
        ("age_years >= 17", {}, False),
        ("age_years == 0", {"age_years": 0}, True),
        ("age_days <= 28", {"age_days": 28}, True),
        ("age_days > 28", {"age_days": 28}, False),
        ("not age_days <= 28", {}, True),
        ("weight_g >= 1500 and weight_g < 2000", {"weight_g": 1500}, True),
        ("weight_g > 0 and weight_g < 1500", {"weight_g": 0}, False),
        ("weight_g < 2499.5", {"weight_g": 2499.4}, True),
        ("los_days >= 60", {"los_days": 60}, True),
        ("icu_hours >= 96", {"icu_hours": 96.0}, True),
        ("icu_hours >= 96", {}, False),
        ("discharge == 5", {"discharge": 5}, True),
        ("discharge == 5", {"discharge": 4}, False),
        ("dept in [ICU]", {"dept": "ICU"}, True),
        ("dept in [0401, 重症医学科]", {"dept": "重症医学科"}, True),
        ("dept in [0401, 重症医学科]", {"dept": "401"}, False),
        ("dept in [A, B]", {}, False),
        ("dx_sites >= 2", {"dx": ("D1", "D2")}, True),
        ("dx_sites >= 2", {"dx": ("D2", "D3", "X")}, False),
        ("dx_sites >= 2", {"dx": ("X", "D1", "D2")}, True),
        ("always or always and not always", {}, True),
        ("(always or always) and not always", {}, False),
        ("not always or always", {}, True),
        ("not not always", {}, True),
        ("not (has_px or has_px)", {}, True),
        ("not main_px in valid_px", {"px": ("P9",)}, True),
        ("(((always)))", {}, True),
        ("  main_dx  in\tdx1\n", {"dx": ("D1",)}, True),
        ("sex==male and(age_years>=1)", {"sex": "male", "age_years": 1}, True),
    ],
)
def test_conditions_of_the_document(condition, case, expected):
    assert holds(condition, **case) is expected


@pytest.mark.parametrize(
    ("condition", "key", "position"),
    [
        ("", "condition", 0),
        ("main_dx in", "list", 10),
        ("main_dx in nosuch", "list", 11),
        ("main_dx dx1", "expected", 8),
        ("always always", "after_end", 7),
        ("always and", "condition", 10),
        ("(always", "expected", 7),
        ("always)", "after_end", 6),
        ("sex == 1", "sex", 7),
        ("age_years = 3", "character", 10),
        ("age_years 3", "operator", 10),
        ("age_years >= ten", "number", 13),
        ("age_years >= 3x", "character", 13),
        ("dept in ICU", "dept", 8),
        ("fall_down", "condition", 0),
        ("always & always", "character", 7),
        ("__import__('os')", "character", 11),
        ("not " * 300 + "always", "depth", 404),
    ],
)
def test_faults_name_the_place(condition, key, position):
    with pytest.raises(RuleFault) as caught:
        PackageParser(condition, SETS.get, SITES).parse()
    assert (caught.value.key, caught.value.position) == (key, position)
    lines = caught.value.caret().splitlines()
    assert lines[-1].strip() == "^"
    assert len(lines[-1]) - 1 == min(position, 30)
