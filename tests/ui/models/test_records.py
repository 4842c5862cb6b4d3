"""Tables of values: cells are made when asked for, rows can be found and drawn anew."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.types import QueueCount
from app.ui.models.records import RecordModel
from app.ui.pages.worklist.queues import QueueList
from app.ui.pages.worklist.views import SavedView
from app.ui.widgets import CELL, Cell, Column

COLUMNS = (Column("word", "词", 80), Column("length", "字数", 40))


class Maker:
    """Counts the cells it makes."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, key: str, value: str) -> Cell:
        """Return a cell of a word."""
        self.made += 1
        return Cell(value if key == "word" else str(len(value)))


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def model(maker: Maker, qapp: object) -> RecordModel[str]:
    shown: RecordModel[str] = RecordModel(COLUMNS, maker)
    shown.show(["甲", "乙丙", "丁"])
    return shown


def test_it_is_a_proper_model(model: RecordModel[str], qtmodeltester: Any) -> None:
    qtmodeltester.check(model)


def test_cells_are_made_only_when_they_are_shown(model: RecordModel[str], maker: Maker) -> None:
    assert maker.made == 0
    assert model.index(1, 1).data() == "2"
    assert model.index(1, 0).data(CELL) == Cell("乙丙")
    assert maker.made == 2


@pytest.mark.parametrize(("row", "rows"), [(1, (1, 1)), (-1, (0, 2))])
def test_a_row_or_all_are_drawn_anew(model: RecordModel[str], qtbot: Any, row: int, rows: tuple[int, int]) -> None:
    with qtbot.waitSignal(model.dataChanged) as told:
        model.refresh(row)
    assert (told.args[0].row(), told.args[1].row()) == rows
    assert list(model.values) == ["甲", "乙丙", "丁"]


@pytest.mark.parametrize(("row", "value"), [(0, "甲"), (2, "丁"), (3, None), (-1, None)])
def test_a_row_that_does_not_exist_has_no_value(model: RecordModel[str], row: int, value: str | None) -> None:
    assert model.at(row) == value


def test_an_empty_table_has_nothing_to_refresh(maker: Maker, qtbot: Any) -> None:
    empty: RecordModel[str] = RecordModel(COLUMNS, maker)
    with qtbot.assertNotEmitted(empty.dataChanged):
        empty.refresh()


def test_queues_stand_under_their_sections_and_keep_their_lines(qtmodeltester: Any, qtbot: Any) -> None:
    queues = QueueList()
    qtbot.addWidget(queues)
    first = (QueueCount("a", "甲", 1, "", "队列"), QueueCount("b", "乙", 2, "", "质量"))
    view = SavedView("view:1", "丙", "a", (), "", "", descending=False)
    queues.show_queues(first, (view,), {"view:1": 3}, "b")
    side = queues.side
    shown = [str(side.index(row).data()) for row in range(side.rowCount())]
    assert shown == ["队列", "甲 1", "我的视图", "丙 3", "质量", "乙 2"]
    with qtbot.assertNotEmitted(side.modelReset):
        queues.show_queues(first, (view,), {"view:1": 3}, "view:1")
    assert (queues.current, queues.label("view:1"), queues.label("gone")) == ("view:1", "丙", "")
    qtmodeltester.check(side)
