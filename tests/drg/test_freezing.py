"""A scheme written as bytes and read again is the same scheme."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.grouping import GroupInput
from app.domain.tables import RawRow
from app.drg.batch import group_many
from app.drg.explaining import explain
from app.drg.freezing import freeze, thaw
from app.drg.package import load_package
from tests.drg.test_reference import SCHEMES


@pytest.mark.parametrize("name", SCHEMES)
def test_a_thawed_scheme_groups_every_labelled_case_alike(name, scheme_of, cases_of):
    thawed = thaw(freeze(scheme_of(name)[0]))
    cases = cases_of(name.removesuffix(".xlsx"))
    assert group_many(thawed, [case for case, _ in cases]) == [expected for _, expected in cases]


def test_rules_of_every_kind_come_back_with_their_words_and_places(mini_tables):
    meta = {"id": "mini", "title": "小方案", "retry_other_px": True, "valid_from": date(2027, 1, 1), "region": "试验市"}
    rows = mini_tables["mdc"].rows
    condition = "main_dx in mdc_dx and not (dept in [ICU] or dx_sites >= 2) and (has_px or los_days < 3.5)"
    rows[1] = RawRow(rows[1].number, (*rows[1].cells[:3], condition))
    scheme, _ = load_package(mini_tables, meta)
    thawed = thaw(freeze(scheme))
    assert (thawed.id, thawed.title, thawed.valid_from, thawed.region) == ("mini", "小方案", date(2027, 1, 1), "试验市")
    assert thawed.retry_other_px
    assert [mdc.rule.text for mdc in thawed.mdcs] == [mdc.rule.text for mdc in scheme.mdcs]
    case = GroupInput(("B1", "M2"), ("01.2",), los_days=3, dept="05")
    assert explain(thawed, case) == explain(scheme, case)


def test_foreign_and_damaged_bytes_are_no_scheme(mini):
    good = freeze(mini)
    assert thaw(good[:-1]) is None
    assert thaw(good[:80] + bytes([good[80] ^ 1]) + good[81:]) is None
    assert thaw(b"something else") is None
