"""The invented ward of 500 front pages in its two layouts (reference/batches/ward_500)."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.common.errors import Cancelled
from app.common.progress import CancelAt
from app.domain.case import Row
from app.exchange.batch import Batch, read_batch
from app.exchange.source import Source


@pytest.fixture(scope="module")
def ward(reference: Path) -> tuple[Batch, Batch]:
    folder = reference / "batches" / "ward_500"
    return read_batch(folder / "hqms_gbk.csv"), read_batch(folder / "front_pages.xlsx")


def test_layouts_are_recognised(ward: tuple[Batch, Batch]) -> None:
    assert [batch.source.layout for batch in ward] == ["L1a", "L4"]
    assert [batch.source.header_row for batch in ward] == [1, 2]
    assert ward[0].source.text_style.encoding == "gb18030"


def test_every_column_has_a_field(ward: tuple[Batch, Batch]) -> None:
    for batch in ward:
        assert [column.heading for column in batch.mapping if not column.path] == []


def test_both_files_give_the_same_500_records(ward: tuple[Batch, Batch]) -> None:
    csv, xlsx = ward
    assert len(csv.records) == len(xlsx.records) == 500
    assert csv.rejects == xlsx.rejects == ()
    for ours, theirs in zip(csv.records, xlsx.records, strict=True):
        assert content(ours.record.head) == content(theirs.record.head)
        assert ours.record.groups.keys() == theirs.record.groups.keys()
        for group, rows in ours.record.groups.items():
            assert list(map(content, rows)) == list(map(content, theirs.record.rows(group)))


def content(row: Row) -> object:
    """A workbook has blank cells where the text file has dashes, so dashes are left out."""
    return row.values, row.raw


def test_rows_are_spreadsheet_rows(ward: tuple[Batch, Batch]) -> None:
    assert ward[0].records[0].row == 2
    assert ward[1].records[0].row == 3


def test_control_characters_are_removed_with_a_record(ward: tuple[Batch, Batch]) -> None:
    repairs = [repair for entry in ward[0].records for repair in entry.repairs if repair.kind == "control"]
    assert len(repairs) == 3
    assert all(repair.before != repair.after and repair.where.row > 1 for repair in repairs)


def test_source_survives_storage(ward: tuple[Batch, Batch]) -> None:
    for batch in ward:
        assert Source.from_json(batch.source.to_json()) == batch.source


def test_cancel_raises(reference: Path) -> None:
    with pytest.raises(Cancelled):
        read_batch(reference / "batches" / "ward_500" / "front_pages.xlsx", progress=CancelAt(500))
