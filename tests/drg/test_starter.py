"""The shipped trial scheme: clean against the built-in codebook, complete, every ADRG reachable, every DRG weighted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from app.codebook.book import Codebook
from app.codebook.builder import build
from app.common.paths import data
from app.domain.coding import CodeKind
from app.domain.grouping import GroupInput, GroupStatus
from app.drg.engine import group
from app.drg.package import load_package
from app.drg.scheme import Adrg, Mdc, Scheme
from app.drg.tariffs import WeightTable

STARTER = data("codebooks") / "schemes" / "starter"
EXTERNAL = "VWXY"  # causes of injury: never a principal diagnosis


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
    male = code in scheme.sets["mdc/MDCM/mdc_dx"].rows
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
    assert report.counts["adrg"] >= 120
    endings = {code[-1] for code in scheme.names}
    assert endings == {"1", "3", "5", "9"}


def test_every_leaf_diagnosis_that_may_be_principal_finds_a_group(loaded, book):
    scheme, _ = loaded
    codes = [one.code for one in book if one.kind is CodeKind.DX and one.is_leaf and one.code[0] not in EXTERNAL]
    lost = [code for code in codes if group(scheme, fitting(scheme, code)).status is not GroupStatus.GROUPED]
    assert len(codes) > 9000
    assert lost == []


def test_each_diagnosis_belongs_to_one_mdc(loaded):
    scheme, _ = loaded
    seen: dict[str, str] = {}
    for mdc in scheme.mdcs:
        if mdc.code in ("MDCA", "MDCZ"):
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
    for main, first, other, weight in product(dx, px, second, (1200, 1700, 2200)):
        case = fitting(scheme, main)
        procedures = tuple(code for code in (first, other) if code)
        yield GroupInput((main, *injuries), procedures, case.sex, case.age_years, case.age_days, weight)


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


def test_complications_of_the_same_system_do_not_count(loaded):
    scheme, _ = loaded
    lungs = GroupInput(("J18.900", "J96.000"), (), "male", 60)
    heart = GroupInput(("J18.900", "I50.900"), (), "male", 60)
    assert group(scheme, lungs).drg == "ES25"
    assert group(scheme, heart).drg == "ES23"
    assert group(scheme, GroupInput(("J18.900", "I21.900"), (), "male", 60)).drg == "ES21"


@pytest.mark.parametrize(
    ("dx", "px", "drg"),
    [
        (("K80.200",), ("51.2300",), "HC25"),
        (("I21.900",), ("36.0600",), "FM15"),
        (("O82.000",), ("74.1x00",), "OB15"),
        (("K35.900",), ("47.0100",), "GD15"),
        (("S72.000",), ("79.3500",), "IF45"),
        (("I63.900",), (), "BR25"),
        (("B20.600",), ("54.1100",), "YC15"),
        (("S06.500", "S27.000"), ("01.3100",), "ZB11"),
        (("E11.900",), (), "KS15"),
        (("C50.900",), ("85.4300",), "JA15"),
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
