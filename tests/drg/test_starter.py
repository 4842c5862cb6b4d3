"""The shipped trial scheme: clean against the built-in codebook, complete, every ADRG reachable, every DRG weighted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from app.codebook.book import Codebook
from app.codebook.builder import build
from app.common.paths import data
from app.domain.coding import CodeKind
from app.domain.grouping import GroupInput, GroupResult, GroupStatus
from app.drg.engine import group
from app.drg.package import load_package
from app.drg.scheme import Adrg, Mdc, Scheme
from app.drg.tariffs import WeightTable
from benchmarks import starter

STARTER = data("codebooks") / "schemes" / "starter"
EXTERNAL = "VWXY"  # causes of injury: never a principal diagnosis
# Manifestations (asterisk codes), resistance and circumstances: in no MDC, so a case that begins with one has no group.
NEVER_FIRST = (
    *("I32", "I39", "I41", "I43", "I52", "I68", "I98", "R95", "R96", "R98", "R99", "U82", "U83", "U84", "U85"),
    *("Z00", "Z11", "Z20", "Z8", "Z90", "Z91", "Z92", "Z95", "Z97", "Z98", "Z99"),
)
INFANTS = ((1200, 5), (1700, 5), (2200, 5), (2900, 5), (2900, 90))  # grams at birth, days of age
FLOORS = {"mdc": 91, "adrg": 76, "drg": 66}  # percent
LISTS = ("mdc_dx", "mdc_px", "adrg_dx", "adrg_px", "mcc", "cc", "exclusion", "valid_px")


@pytest.fixture(scope="module")
def book(read_table) -> Codebook:
    """Return the built-in codebook."""
    tables = [read_table(data("codebooks") / "builtin" / name) for name in ("icd10.csv", "icd9cm3.csv")]
    return build(tables, edition="builtin", title="内置")[0]


@pytest.fixture(scope="module")
def loaded(book, read_package_of):
    """Return the starter scheme expanded against the built-in codebook, and its report."""
    return load_package(*read_package_of(STARTER), known=book, expand=book.expand_prefixes)


def fitting(scheme: Scheme, code: str) -> GroupInput:
    """Return a case with a principal diagnosis only: an adult of fitting sex, a newborn for perinatal codes."""
    female = any(code in scheme.sets[f"mdc/{mdc}/mdc_dx"].rows for mdc in ("MDCN", "MDCO"))
    male = code in scheme.sets["mdc/MDCM/mdc_dx"].rows and not female
    newborn = code in scheme.sets["mdc/MDCP/mdc_dx"].rows
    return GroupInput(
        (code,),
        (),
        sex="male" if male else "female",
        age_years=0 if newborn else 40,
        age_days=5 if newborn else None,
        weight_g=1800 if newborn else None,
    )


def test_it_loads_without_any_remark_and_is_labelled(loaded):
    scheme, report = loaded
    assert (report.errors, report.warnings) == ((), ())
    assert scheme.trial
    assert "试用" in scheme.title
    assert report.counts["mdc"] == 26
    assert report.counts["adrg"] == 376
    assert report.counts["drg"] == 628


def test_drgs_are_split_as_in_chs_drg_11(loaded):
    scheme, _ = loaded
    splits = Counter("".join(drg.code[-1] for drg in adrg.drgs) for _, adrg in scheme.rows())
    assert set(splits) == {"9", "15", "35", "135"}
    assert sum(len(split) * count for split, count in splits.items()) == 628
    assert splits["9"] == 192


def test_every_prefix_hits_a_code_of_the_built_in_book(book, read_table):
    for name in LISTS:
        table = read_table(STARTER / f"{name}.csv")
        kind = CodeKind.PX if name.endswith("px") else CodeKind.DX
        column = table.header.index("code")
        missed = [row.cells[column] for row in table.rows if not book.by_prefix(row.cells[column], kind)]
        assert missed == [], name


@pytest.mark.parametrize("name", ["adrg_dx", "adrg_px"])
def test_lists_stand_in_the_order_of_the_groups_then_sorted(read_table, name):
    order = {row.cells[2]: number for number, row in enumerate(read_table(STARTER / "adrg.csv").rows)}
    rows = [(order[row.cells[0]], *row.cells[1:]) for row in read_table(STARTER / f"{name}.csv").rows]
    assert rows == sorted(set(rows))


def test_every_leaf_diagnosis_that_may_be_principal_finds_a_group(loaded, book):
    scheme, _ = loaded
    codes = [one.code for one in book if one.kind is CodeKind.DX and one.is_leaf and one.code[0] not in EXTERNAL]
    lost = [code for code in codes if group(scheme, fitting(scheme, code)).status is not GroupStatus.GROUPED]
    assert len(codes) > 9000
    assert [code for code in lost if not code.startswith(NEVER_FIRST)] == []
    assert len(lost) < 300


def test_each_diagnosis_belongs_to_one_mdc(loaded):
    """Those of one sex stand beside the others: an infection of the organs of both is in MDCM, MDCN and its own."""
    scheme, _ = loaded
    seen: dict[str, str] = {}
    for mdc in scheme.mdcs:
        if mdc.code in ("MDCA", "MDCZ", "MDCM", "MDCN"):
            continue
        for code in scheme.sets[f"mdc/{mdc.code}/mdc_dx"].rows:
            assert seen.setdefault(code, mdc.code) == mdc.code


def candidates(scheme: Scheme, book: Codebook, mdc: Mdc, adrg: Adrg) -> Iterator[GroupInput]:
    """Yield cases that might enter an ADRG: its own codes, or those of its MDC, in a few combinations."""

    def codes(*keys: str) -> list[str]:
        found = next((scheme.sets[key].rows for key in keys if key in scheme.sets), {})
        leaves = [code for code in found if (entry := book.get(code)) and entry.is_leaf]
        return leaves[:: max(1, len(leaves) // 40)]

    dx = codes(f"adrg/{adrg.key}/dx1", f"mdc/{mdc.code}/mdc_dx", "mdc/MDCK/mdc_dx")
    px = codes(f"adrg/{adrg.key}/px1", "valid_px") if "px" in adrg.rule.text and adrg.key != "ZZ1" else [""]
    second = codes(f"adrg/{adrg.key}/px2") or [""]
    injuries = tuple(dx[::4]) if mdc.code == "MDCZ" else ()
    for main, first, other, (weight, days) in product(dx, px, second, INFANTS):
        case = fitting(scheme, main)
        procedures = tuple(code for code in (first, other) if code)
        age_days = days if case.age_years == 0 else None
        yield GroupInput((main, *injuries), procedures, case.sex, case.age_years, age_days, weight)


def test_every_adrg_is_reached_by_some_case(loaded, book):
    scheme, _ = loaded
    for mdc, adrg in scheme.rows():
        reached = any(group(scheme, case).adrg == adrg.code for case in candidates(scheme, book, mdc, adrg))
        assert reached, adrg.code


def test_every_drg_has_an_invented_weight_and_severity_costs_more(loaded, read_table):
    scheme, _ = loaded
    table = WeightTable.build(read_table(STARTER / "weights.csv"))
    table.check(scheme)
    assert table.without_weight(scheme) == ()
    for _, adrg in scheme.rows():
        weights = [table.weights[drg.code] for drg in adrg.drgs]
        assert weights == sorted(weights, reverse=True), adrg.code
    assert "invented" in (STARTER / "README.md").read_text(encoding="utf-8")


def test_complications_of_the_same_block_do_not_count(loaded):
    scheme, _ = loaded
    assert group(scheme, GroupInput(("J18.900", "J15.900"), (), "male", 60)).drg == "ES35"
    assert group(scheme, GroupInput(("J18.900", "I50.900"), (), "male", 60)).drg == "ES33"
    assert group(scheme, GroupInput(("J18.900", "I21.900"), (), "male", 60)).drg == "ES31"


@pytest.mark.parametrize(
    ("dx", "px", "drg"),
    [
        (("K80.200",), ("51.2300",), "HC29"),
        (("I21.900",), ("36.0600",), "FM19"),
        (("I21.900",), (), "FR19"),
        (("O82.000",), ("74.1x00",), "OB19"),
        (("K35.200",), ("47.0100",), "GD15"),
        (("K35.800",), ("47.0100",), "GD25"),
        (("H25.100",), ("13.4100",), "CB39"),
        (("S72.000",), ("79.3500",), "IF35"),
        (("M17.000",), ("81.5400",), "IC29"),
        (("I63.900",), (), "BR25"),
        (("B20.600",), ("54.1100",), "YC15"),
        (("S06.500", "S27.000"), ("01.3100",), "ZB19"),
        (("E11.900",), (), "KS15"),
        (("C50.900",), ("85.4300",), "JA29"),
        (("C50.900",), ("85.4300", "85.7100"), "JA19"),
        (("C53.900",), ("68.6100",), "NA19"),
        (("Z51.100",), ("99.2500",), "RE15"),
        (("J96.000",), ("96.7200",), "AH15"),
    ],
)
def test_common_cases_go_where_a_coder_expects_them(loaded, dx, px, drg):
    scheme, _ = loaded
    assert group(scheme, GroupInput(dx, px, "female", 50)).drg == drg


def test_it_expands_to_the_codes_of_the_insurance_edition(reference: Path, read_table, read_package_of):
    codes = {
        kind: sorted(row.cells[0] for row in read_table(reference / "codebooks" / name).rows)
        for kind, name in ((CodeKind.DX, "icd10_medins.csv"), (CodeKind.PX, "icd9cm3_medins.csv"))
    }

    def expand(prefixes, kind):
        wanted = tuple(prefixes)
        return [code for code in codes[kind] if code.startswith(wanted)]

    scheme, report = load_package(*read_package_of(STARTER), expand=expand)
    assert report.errors == ()
    principal = [code for code in codes[CodeKind.DX] if code[0] not in EXTERNAL]
    found = [code for code in principal if group(scheme, fitting(scheme, code)).status is GroupStatus.GROUPED]
    assert len(found) >= 0.95 * len(principal)


def test_it_agrees_with_chs_drg_11_as_far_as_its_readme_says(reference: Path):
    """A slip in a list shows here. The floors stand just under the figures in the README of the scheme."""
    known = {kind: starter.edition(reference / "codebooks" / name) for kind, name in starter.BOOKS.items()}
    scheme = starter.starter(known)
    cases = starter.labelled(reference / "cases" / "chs_drg_11.csv", known)
    figures = starter.figures([starter.Pair(one, group(scheme, one.case)) for one in cases])
    assert figures["cases"] == 4000
    said = (STARTER / "README.md").read_text(encoding="utf-8")
    for level, floor in FLOORS.items():
        assert figures[f"{level}_percent"] >= floor
        assert f"{figures[f'{level}_percent']:.1f} %" in said


@pytest.mark.parametrize(
    ("cell", "cut"), [("", ()), ("K80.501", ("K80.5",)), ("K80.501|I10.x00|??", ("K80.5", "I10.x", "??"))]
)
def test_only_known_codes_are_cut(cell, cut):
    known = {code: code[:5] for code in ("K80.501", "I10.x00")}
    assert starter.cut(cell, known) == cut


def test_confusions_are_counted_within_the_level_above():
    def pair(expected: tuple[str, str, str], found: tuple[str, str, str]) -> starter.Pair:
        case = GroupInput(("A00.0",), ())
        return starter.Pair(starter.Labelled(case, *expected), GroupResult(*found, GroupStatus.GROUPED))

    figures = starter.figures(
        [
            pair(("MDCB", "BB1", "BB11"), ("MDCB", "BB1", "BB15")),
            pair(("MDCB", "BB1", "BB11"), ("MDCB", "BB2", "BB25")),
            pair(("MDCB", "BB1", "BB11"), ("MDCC", "CB1", "CB19")),
            pair(("MDCC", "CB1", "CB19"), ("MDCC", "CB1", "CB19")),
        ]
    )
    assert (figures["mdc_percent"], figures["adrg_percent"], figures["drg_percent"]) == (75.0, 50.0, 25.0)
    assert figures["by_mdc"] == {"MDCB": "cases 3, MDC 2, ADRG 1", "MDCC": "cases 1, MDC 1, ADRG 1"}
    assert figures["mdc_confused"] == {"MDCB>MDCC": 1}
    assert figures["adrg_confused"] == {"BB1>BB2": 1}
    assert figures["drg_confused"] == {"1>5": 1}
