"""The worklist model: a window of rows over ids, few queries, nothing that jumps."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel

from app.domain.case import CaseState
from app.services.worklist import ListLine, WorklistRow
from app.ui.models.worklist import BLOCK, KEPT_BLOCKS, WorklistModel
from app.ui.widgets import CELL, Cell, Column

COLUMNS = (Column("record_no", "病案号", 80), Column("name", "姓名", 80))


def a_row(case_id: int) -> ListLine:
    """Return an invented row."""
    at = datetime(2026, 11, 23)
    known: dict[str, Any] = dict.fromkeys(WorklistRow.__dataclass_fields__)
    known |= {"case_id": case_id, "state": CaseState.TO_CODE, "record_no": f"{case_id:08}", "created": at}
    return ListLine(WorklistRow(**known), 0, None, 0, None)


class Library:
    """Counts the queries; lacks the cases that were deleted."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.deleted: set[int] = set()

    def read(self, ids: Sequence[int]) -> list[ListLine]:
        """Return the rows of ids."""
        self.asked.append(len(ids))
        return [a_row(case_id) for case_id in ids if case_id not in self.deleted]


def make_cell(key: str, line: ListLine) -> Cell:
    """Return what a column says of a row."""
    return Cell(line.row.record_no if key == "record_no" else f"病人{line.case_id}（测试）")


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def model(library: Library, qapp: object) -> WorklistModel:
    shown = WorklistModel(COLUMNS, library.read, make_cell)
    shown.set_ids(array("q", range(1, 1001)))
    return shown


def text(model: QAbstractItemModel, row: int, column: int = 0) -> str:
    return str(model.index(row, column).data())


def test_it_is_a_proper_model(model: WorklistModel, qtmodeltester: Any) -> None:
    qtmodeltester.check(model)


def test_a_screen_of_rows_costs_one_query(model: WorklistModel, library: Library) -> None:
    assert [text(model, row) for row in (0, 1, 99)] == ["00000001", "00000002", "00000100"]
    assert library.asked == [BLOCK]


def test_only_some_blocks_are_kept(library: Library, qapp: object) -> None:
    model = WorklistModel(COLUMNS, library.read, make_cell)
    model.set_ids(array("q", range(1, BLOCK * (KEPT_BLOCKS + 2))))
    for block in range(KEPT_BLOCKS + 1):
        text(model, block * BLOCK)
    library.asked.clear()
    text(model, KEPT_BLOCKS * BLOCK)
    assert library.asked == []
    text(model, 0)
    assert library.asked == [BLOCK]


def test_a_touched_case_is_read_anew_and_stays_in_its_row(model: WorklistModel, library: Library, qtbot: Any) -> None:
    text(model, 150)
    with qtbot.waitSignal(model.dataChanged) as told:
        model.forget({151})
    assert told.args[0].row() == BLOCK
    assert text(model, 250) == "00000251"
    assert library.asked == [BLOCK, BLOCK]


def test_an_untouched_block_is_not_read_again(model: WorklistModel, library: Library) -> None:
    text(model, 0)
    model.forget({999})
    text(model, 0)
    assert library.asked == [BLOCK]


def test_a_case_that_left_is_greyed_until_it_is_dropped(model: WorklistModel, qtmodeltester: Any) -> None:
    model.set_gone({2, 900})
    assert model.index(1, 0).data(CELL).enabled is False
    assert model.index(2, 0).data(CELL).enabled is True
    model.drop_gone(keep=900)
    assert [text(model, row) for row in range(2)] == ["00000001", "00000003"]
    assert model.rowCount() == 999
    assert model.gone == {900}
    qtmodeltester.check(model)


def test_a_deleted_case_shows_an_empty_row(model: WorklistModel, library: Library) -> None:
    library.deleted.add(3)
    assert text(model, 2) == ""
    assert model.case_at(2) is None
    assert text(model, 3) == "00000004"


@pytest.mark.parametrize(("case_id", "row"), [(1, 0), (1000, 999), (5000, -1)])
def test_a_case_is_found_by_its_id(model: WorklistModel, case_id: int, row: int) -> None:
    assert model.row_of(case_id) == row


def test_many_that_left_go_at_once_and_one_may_stay(model: WorklistModel) -> None:
    model.set_gone(range(1, 901))
    model.drop_gone(keep=5)
    assert model.rowCount() == 101
    assert model.row_of(5) == 0
    assert model.gone == {5}
