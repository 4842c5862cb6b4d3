"""The field list is complete and consistent in itself."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from app.domain.case import FieldPath
from app.domain.dictionaries import DICTIONARIES
from app.domain.field import FieldSpec, FieldType, Group, Requirement, Section
from app.domain.fields import FEE_CATEGORIES, FEE_ITEMS, FIELDS, field, fields_in, fields_of

TABLES = {
    "patient", "stay", "staff", "fee", "settlement", "settlement_fee", "care", "diagnosis", "operation", "pathology",
    "external_cause", "newborn_weight", "icu", "transfusion",
}  # fmt: skip


def test_paths_are_unique() -> None:
    assert [path for path, count in Counter(spec.path for spec in FIELDS).items() if count > 1] == []


def test_column_names_are_unique_within_a_table() -> None:
    assert [name for name, count in Counter((s.table, s.id) for s in FIELDS).items() if count > 1] == []


@pytest.mark.parametrize("spec", FIELDS, ids=lambda spec: spec.path)
def test_entry_is_complete(spec: FieldSpec) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", spec.id)
    assert spec.label == spec.label.strip() != ""
    assert spec.table in TABLES
    assert 1 <= spec.span <= 12
    assert (spec.type is FieldType.DICT) <= (spec.dictionary in DICTIONARIES)
    assert not spec.dictionary or spec.dictionary in DICTIONARIES
    assert not spec.dictionary or spec.type in {FieldType.DICT, FieldType.LIST}
    if spec.length and spec.type is FieldType.DICT:
        assert max(len(entry.code) for entry in DICTIONARIES[spec.dictionary].entries) <= spec.length
    assert not spec.parent or field(spec.parent).type is FieldType.MONEY
    assert spec.group is not Group.CASE or not (spec.csv_main or spec.jx_main or spec.headings_main)


def test_every_dictionary_is_used_or_named() -> None:
    unused = set(DICTIONARIES) - {spec.dictionary for spec in FIELDS}
    assert unused == {"D-CASESTATE", "D-CUTHEAL"}


def test_look_up_by_path() -> None:
    assert field("sex").label == "性别"
    assert field("dx[].code") is field("dx[3].code")
    assert field("nb_weight[0]") is field("nb_weight[].weight")
    with pytest.raises(KeyError):
        field("dx[0].nothing")


@pytest.mark.parametrize("group", Group)
def test_groups_and_paths_of_the_record_agree(group: Group) -> None:
    assert fields_of(group)
    for spec in fields_of(group):
        at = FieldPath.parse(spec.path.replace("[]", "[2]"))
        assert (at.group, at.field) == (group, spec.id)


def test_sections_hold_every_field_once_and_in_paper_order() -> None:
    assert [spec for section in Section for spec in fields_in(section)] == list(FIELDS)


def test_the_24_fees_stand_in_the_order_of_the_form() -> None:
    assert len(FEE_ITEMS) == len(set(FEE_ITEMS)) == 24
    assert (FEE_ITEMS[0], FEE_ITEMS[8], FEE_ITEMS[23]) == ("fee_service", "fee_nonop", "fee_other")
    assert [len([fee for fee in fees if fee in FEE_ITEMS]) for _, fees in FEE_CATEGORIES] == [
        4, 4, 2, 1, 1, 1, 2, 5, 3, 1,
    ]  # fmt: skip


def test_contained_fees_are_not_among_the_24() -> None:
    contained = {spec.id: spec.parent for spec in FIELDS if spec.parent}
    assert contained == {
        "fee_tcm_argue": "fee_service",
        "fee_tcm_consult": "fee_service",
        "fee_physio": "fee_nonop",
        "fee_anes": "fee_optreat",
        "fee_op": "fee_optreat",
        "fee_antibiotic": "fee_west",
    }
    assert not set(contained) & set(FEE_ITEMS)


def test_fields_that_may_never_be_a_dash() -> None:
    must = {spec.path for spec in FIELDS if spec.required is Requirement.MUST}
    assert must == {
        "org_code", "org_name", "admission_count", "record_no", "sex", "admit_route", "admit_time", "discharge_time",
        "los_days", "dx[].code", "dx[].name", "discharge_way", "fee_total",
    }  # fmt: skip


def test_computed_fields() -> None:
    assert {spec.path for spec in FIELDS if spec.computed} == {"los_days", "age_years", "age_days", "op[].kind"}
