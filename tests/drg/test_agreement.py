"""Invented schemes against an interpreter of the documents: alone, in a batch and explained, every answer is the same.

A condition is drawn as its text together with what reference/schemes/README.md says it means; the text goes through
the real loader. So the loader, the engine, the batch and the explanation are held against a second reading.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.grouping import GroupInput, GroupResult, GroupStatus
from app.domain.tables import RawRow, RawTable
from app.drg.batch import group_many
from app.drg.engine import group
from app.drg.explaining import explain
from app.drg.package import COLUMNS, OPTIONAL, load_package

DX = [f"D{number}" for number in range(8)]
PX = [f"{number}.0" for number in range(10, 16)]
LISTS = {"dx1": DX[:3], "dx2": DX[2:5], "mdc_dx": DX[1:6], "px1": PX[:2], "px2": PX[1:4], "valid_px": PX[:5]}
SITES = {"D1": "head", "D2": "arm", "D3": "head", "D4": "leg"}
MCC = {"D5": "1", "D6": "2"}
CC = {"D6": "", "D7": "2", "D4": "1"}
EXCLUSION = {"D1": "1", "D2": "2", "D5": "2"}
OPS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq}
Meaning = Callable[[GroupInput], bool]


@dataclass(frozen=True)
class Condition:
    """A text with what it means."""

    text: str
    means: Meaning


def severe(table: dict[str, str]) -> Meaning:
    def counts(case: GroupInput) -> bool:
        own = EXCLUSION.get(case.dx[0]) if case.dx else None
        return any(code in table and (own is None or table[code] != own) for code in case.dx[1:])

    return counts


def membership(field: str, name: str) -> Condition:
    codes = {
        "main_dx": lambda case: case.dx[:1],
        "any_dx": lambda case: case.dx,
        "other_dx": lambda case: case.dx[1:],
        "main_px": lambda case: case.px[:1],
        "any_px": lambda case: case.px,
        "other_px": lambda case: case.px[1:],
    }[field]
    return Condition(f"{field} in {name}", lambda case: any(code in LISTS[name] for code in codes(case)))


def comparison(name: str, op: str, number: int) -> Condition:
    def means(case: GroupInput) -> bool:
        value = getattr(case, name)
        return value is not None and OPS[op](value, number)

    return Condition(f"{name} {op} {number}", means)


def sites(op: str, number: int) -> Condition:
    return Condition(
        f"dx_sites {op} {number}",
        lambda case: OPS[op](len({SITES[code] for code in case.dx if code in SITES}), number),
    )


def atoms(level: str) -> st.SearchStrategy[Condition]:
    dx = [name for name in LISTS if "dx" in name and (level != "mdc" or name == "mdc_dx")]
    px = [name for name in LISTS if "px" in name]
    plain = [
        Condition("always", lambda case: True),
        Condition("has_px", lambda case: bool(case.px)),
        Condition("has_mcc", severe(MCC)),
        Condition("has_cc", severe(CC)),
        Condition("sex == male", lambda case: case.sex == "male"),
        Condition("sex == female", lambda case: case.sex == "female"),
        Condition("dept in [ICU, 0301]", lambda case: case.dept in ("ICU", "0301")),
    ]
    numbers = ("age_years", "age_days", "weight_g", "los_days", "icu_hours", "discharge")
    return st.one_of(
        st.builds(membership, st.sampled_from(["main_dx", "any_dx", "other_dx"]), st.sampled_from(dx)),
        st.builds(membership, st.sampled_from(["main_px", "any_px", "other_px"]), st.sampled_from(px)),
        st.sampled_from(plain),
        st.builds(comparison, st.sampled_from(numbers), st.sampled_from(sorted(OPS)), st.integers(0, 3)),
        st.builds(sites, st.sampled_from(sorted(OPS)), st.integers(0, 3)),
    )


def negated(part: Condition) -> Condition:
    return Condition(f"not ({part.text})", lambda case: not part.means(case))


def joined(word: str, parts: list[Condition]) -> Condition:
    fold = any if word == "or" else all
    text = f" {word} ".join(f"({part.text})" for part in parts)
    return Condition(text, lambda case: fold(part.means(case) for part in parts))


def conditions(level: str) -> st.SearchStrategy[Condition]:
    return st.recursive(
        atoms(level),
        lambda inner: st.one_of(
            st.builds(negated, inner),
            st.builds(joined, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
        ),
        max_leaves=5,
    )


@st.composite
def schemes(draw: st.DrawFn) -> dict[str, object]:
    """Draw MDCs with ADRGs with DRGs, each with its condition."""
    mdcs = []
    for letter in "ABC"[: draw(st.integers(1, 3))]:
        adrgs = []
        for number in range(draw(st.integers(0, 3))):
            key = draw(st.sampled_from([f"{letter}B{number}", f"{letter}B{number}_1", f"{letter}QY"]))
            drgs = [(f"{key[:3]}{digit}", draw(conditions("drg"))) for digit in range(draw(st.integers(0, 3)))]
            ambiguous = key.endswith("QY")
            if not any(key == other[0] for other in adrgs):
                no_drg = "adrg" if ambiguous else draw(st.sampled_from(["adrg", "next"]))
                adrgs.append((key, draw(conditions("adrg")), [] if ambiguous else drgs, no_drg))
        mdcs.append((f"MDC{letter}", draw(conditions("mdc")), adrgs))
    return {"mdcs": mdcs, "retry": draw(st.booleans())}


def tables_of(scheme: dict[str, object]) -> dict[str, RawTable]:
    rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in COLUMNS | OPTIONAL}
    rows["valid_px"] = [(code,) for code in LISTS["valid_px"]]
    rows["mcc"], rows["cc"] = list(MCC.items()), list(CC.items())
    rows["exclusion"] = [(table, code) for code, table in EXCLUSION.items()]
    for place, (mdc, condition, adrgs) in enumerate(scheme["mdcs"]):
        rows["mdc"].append((str(place), mdc, mdc, condition.text))
        rows["mdc_dx"] += [(mdc, SITES.get(code, ""), code) for code in {*LISTS["mdc_dx"], *SITES}]
        rows["mdc_px"] += [(mdc, name, code) for name in ("px1", "px2") for code in LISTS[name]]
        for order, (key, rule, drgs, no_drg) in enumerate(adrgs):
            rows["adrg"].append((mdc, str(order), key, key, rule.text, no_drg))
            rows["adrg_dx"] += [(key, name, code) for name in ("dx1", "dx2") for code in LISTS[name]]
            rows["adrg_px"] += [(key, name, code) for name in ("px1", "px2") for code in LISTS[name]]
            for number, (drg, test) in enumerate(drgs):
                rows["drg"].append((key, str(number), drg, drg, test.text))
                rows["drg_dx"] += [(drg, name, code) for name in ("dx1", "dx2") for code in LISTS[name]]
                rows["drg_px"] += [(drg, name, code) for name in ("px1", "px2") for code in LISTS[name]]
    return {
        name: RawTable(f"{name}.csv", "", columns, [RawRow(n, row) for n, row in enumerate(rows[name], 2)])
        for name, columns in (COLUMNS | OPTIONAL).items()
    }


def attempt(scheme: dict[str, object], case: GroupInput) -> GroupResult | None:
    """Group as "Grouping" 1 to 3 of the document says."""
    for mdc, condition, adrgs in scheme["mdcs"]:
        if not condition.means(case):
            continue
        for key, rule, drgs, no_drg in adrgs:
            if not rule.means(case):
                continue
            if key.endswith("QY"):
                return GroupResult(mdc, "QY", key, GroupStatus.AMBIGUOUS)
            for drg, test in drgs:
                if test.means(case):
                    return GroupResult(mdc, key[:3], drg, GroupStatus.GROUPED)
            if no_drg == "adrg":
                return GroupResult(mdc, key[:3], key[:3], GroupStatus.GROUPED)
    return None


def by_the_document(scheme: dict[str, object], case: GroupInput) -> GroupResult:
    found = attempt(scheme, case)
    if found is None and scheme["retry"] and len(case.px) > 1:
        alone = (GroupInput(**{**fields(case), "px": (code,)}) for code in case.px[1:])
        found = next((result for one in alone if (result := attempt(scheme, one))), None)
    return found or GroupResult("0000", "00", "0000X", GroupStatus.UNGROUPED)


def fields(case: GroupInput) -> dict[str, object]:
    return {name: getattr(case, name) for name in GroupInput.__dataclass_fields__}


def cases() -> st.SearchStrategy[GroupInput]:
    number = st.one_of(st.none(), st.integers(0, 4))
    return st.builds(
        GroupInput,
        dx=st.lists(st.sampled_from([*DX, "?"]), max_size=5).map(tuple),
        px=st.lists(st.sampled_from([*PX, "?"]), max_size=4).map(tuple),
        sex=st.sampled_from(["male", "female", ""]),
        age_years=number,
        age_days=number,
        weight_g=number,
        los_days=number,
        discharge=number,
        icu_hours=number,
        dept=st.sampled_from(["ICU", "0301", "05", ""]),
    )


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawn=schemes(), batch=st.lists(cases(), min_size=1, max_size=12))
def test_every_path_answers_as_the_document_says(drawn, batch):
    meta = {"id": "drawn", "no_group_code": "0000X", "retry_other_px": drawn["retry"]}
    scheme, _ = load_package(tables_of(drawn), meta)
    expected = [by_the_document(drawn, case) for case in batch]
    assert [group(scheme, case) for case in batch] == expected
    assert group_many(scheme, batch) == expected
    assert [explain(scheme, case).result for case in batch] == expected
