"""Columns: found, proposed, remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.exchange.batch import read_batch
from app.exchange.mapping import Origin, changed, profile_of, signature

Make = Callable[..., Path]


def test_unknown_columns_are_listed(make_csv: Make, front_page: dict[str, str]) -> None:
    page = front_page | {"院内流水": "A1", "自定义X": ""}
    batch = read_batch(make_csv([list(page), list(page.values())]))
    unknown = [(column.heading, column.first_value) for column in batch.mapping if column.origin is Origin.UNKNOWN]
    assert unknown == [("院内流水", "A1"), ("自定义X", "")]
    assert any("院内流水、自定义X" in str(note) for note in batch.notes)


def test_a_likely_field_is_proposed_but_not_imported(make_csv: Make, front_page: dict[str, str]) -> None:
    page = front_page | {"联系人姓明": "李测（测试）"}
    batch = read_batch(make_csv([list(page), list(page.values())]))
    column = batch.mapping[-1]
    assert (column.origin, column.path, column.proposal) == (Origin.CONFIRM, "", "contact_name")
    assert batch.records[0].record.value("contact_name") is None
    assert "contact_name" not in batch.columns


def test_a_decision_is_remembered(make_csv: Make, front_page: dict[str, str]) -> None:
    page = front_page | {"院内流水": "A1", "邮编": "650000", "医生": "赵"}
    path = make_csv([[*page, "邮编"], [*page.values(), "650001"]])
    first = read_batch(path)
    again = list(page).index("院内流水"), len(page)
    mapping = changed(changed(first.mapping, again[0], "health_card_no"), again[1], "registered_zip")
    second = read_batch(path, profile=profile_of(mapping, {}))
    assert second.mapping[again[0]].origin is Origin.REMEMBERED
    record = second.records[0].record
    assert (record.text("health_card_no"), record.text("current_zip"), record.text("registered_zip")) == (
        "A1",
        "650000",
        "650001",
    )


def test_a_column_can_be_left_out(make_csv: Make, front_page: dict[str, str]) -> None:
    path = make_csv([list(front_page), list(front_page.values())])
    first = read_batch(path)
    mapping = changed(first.mapping, list(front_page).index("总费用"), "")
    second = read_batch(path, profile=profile_of(mapping, {}))
    assert second.records[0].record.value("fee_total") is None
    assert second.source.mapping[-1].path == ""


def test_a_source_is_known_by_its_folded_headings() -> None:
    assert signature(["病案号 ", "总费用（元）"]) == signature(["病案号", "总费用(元)"])
    assert signature(["病案号"]) != signature(["姓名"])


def test_one_column_for_two_fields(make_csv: Make, front_page: dict[str, str]) -> None:
    page = front_page | {"切口愈合等级1": "Ⅱ/甲"}
    batch = read_batch(make_csv([list(page), list(page.values())]))
    column = batch.mapping[-1]
    assert (column.origin, column.paths) == (Origin.SPLIT, ("op[0].incision", "op[0].healing"))
    record = batch.records[0].record
    assert (record.text("op[0].incision"), record.text("op[0].healing")) != ("", "")
