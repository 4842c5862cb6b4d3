"""Tables: what they ask of a model, how they lay out, what keys do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHeaderView

from app.domain.findings import Severity
from app.ui.theme import theme
from app.ui.widgets import CELL, Cell, CellModel, Column, DataTable, plain

COLUMNS = (
    Column("no", "病案号", 80, sort=True),
    Column("name", "姓名", 60),
    Column("dx", "主要诊断", 120, stretch=True),
    Column("drg", "DRG", 60, wide_only=True),
    Column("qc", "质控", 108),
)


class Endless(QAbstractTableModel):
    """A hundred thousand rows that count how often they are asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of rows."""
        return 100_000

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of columns."""
        return len(COLUMNS)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell."""
        self.asked += 1
        return Cell(str(index.row())) if role == CELL else None


@pytest.fixture
def table(qtbot) -> DataTable:
    """Return a shown table of three rows."""
    table = DataTable(COLUMNS)
    model = CellModel(COLUMNS)
    model.setParent(table)
    counts = {Severity.ERROR: 1, Severity.HINT: 2}
    model.set_rows(
        [
            [Cell(f"0041287{n}", code=True), Cell("周慧兰（测试）"), Cell("胆总管结石"), Cell(), Cell(counts=counts)]
            for n in range(3)
        ]
    )
    table.setModel(model)
    table.resize(700, 300)
    qtbot.addWidget(table)
    with qtbot.waitActive(table):
        table.show()
        table.activateWindow()
    table.setFocus()
    return table


def test_first_paint_asks_for_the_window_not_for_every_row(qtbot) -> None:
    table, model = DataTable(COLUMNS), Endless()
    table.setModel(model)
    table.resize(1000, 700)
    qtbot.addWidget(table)
    with qtbot.waitExposed(table):
        table.show()
    table.grab()
    assert 0 < model.asked < 5_000


def test_nothing_resizes_to_contents(table: DataTable) -> None:
    modes = {table.horizontalHeader().sectionResizeMode(index) for index in range(len(COLUMNS))}
    assert modes == {QHeaderView.ResizeMode.Fixed}
    assert table.verticalHeader().sectionResizeMode(0) is QHeaderView.ResizeMode.Fixed


def test_stretch_column_takes_the_rest_but_not_less_than_its_width(table: DataTable) -> None:
    fixed = sum(table.columnWidth(at) for at in (0, 1, 4))
    assert table.columnWidth(2) == table.viewport().width() - fixed
    table.resize(200, 300)
    assert table.columnWidth(2) == 120


def test_columns_give_way_down_to_their_least_width_before_the_table_scrolls(qtbot) -> None:
    columns = (
        Column("no", "号", 80),
        Column("who", "人", 100, least=60),
        Column("dx", "诊断", 120, stretch=True, least=80),
    )
    table, model = DataTable(columns), CellModel(columns)
    model.setParent(table)
    table.setModel(model)
    qtbot.addWidget(table)
    for width, widths in ((300, [80, 100, 120]), (260, [80, 80, 100]), (220, [80, 60, 80]), (100, [80, 60, 80])):
        table.resize(width, 200)
        table.show()
        assert [table.columnWidth(at) for at in range(3)] == widths


def test_spare_columns_are_left_out_one_by_one_where_the_least_widths_are_too_wide(qtbot) -> None:
    columns = (
        Column("no", "号", 80),
        Column("by", "经手人", 80, least=60, spare=2),
        Column("dx", "诊断", 120, stretch=True, least=80),
        Column("last", "最近", 70, spare=1),
    )
    table, model = DataTable(columns), CellModel(columns)
    model.setParent(table)
    table.setModel(model)
    qtbot.addWidget(table)
    for width, shown in ((350, "1111"), (290, "1111"), (280, "1110"), (220, "1110"), (210, "1010"), (100, "1010")):
        table.resize(width, 200)
        table.show()
        assert "".join(str(int(not table.isColumnHidden(at))) for at in range(4)) == shown
    table.resize(350, 200)
    assert [table.columnWidth(at) for at in range(4)] == [80, 80, 120, 70]


def test_stretch_columns_of_different_widths_share_what_is_left_and_stay_inside(qtbot) -> None:
    columns = (Column("a", "甲", 100), Column("b", "乙", 150, stretch=True), Column("c", "丙", 100, stretch=True))
    table, model = DataTable(columns), CellModel(columns)
    model.setParent(table)
    table.setModel(model)
    qtbot.addWidget(table)
    table.resize(370, 200)
    table.show()
    assert [table.columnWidth(at) for at in range(3)] == [100, 160, 110]
    table.resize(420, 200)
    assert table.columnWidth(1) == table.columnWidth(2)


def test_fixed_columns_take_of_the_room_that_words_do_not_need(table: DataTable) -> None:
    widths = [80, 60, 108]
    assert [table.columnWidth(at) for at in (0, 1, 4)] == [round(width * 1.4) for width in widths]
    table.resize(520, 300)
    assert all(own <= table.columnWidth(at) < own * 1.4 for at, own in zip((0, 1, 4), widths, strict=True))
    assert table.columnWidth(2) >= 2 * 120
    table.resize(400, 300)
    assert [table.columnWidth(at) for at in (0, 1, 4)] == widths


def test_wide_columns_show_in_the_wide_layout(table: DataTable) -> None:
    assert table.isColumnHidden(3)
    theme().set_window(1920, 1000)
    assert not table.isColumnHidden(3)
    assert table.rowHeight(0) == 34
    theme().set_window(1366, 768)
    assert table.rowHeight(0) == 28


def test_focus_gives_a_current_row_and_enter_opens_it(table: DataTable, qtbot) -> None:
    assert table.current_row == 0
    QTest.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.opened) as told:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert told.args == [1]


def test_row_changed_tells_the_row(table: DataTable, qtbot) -> None:
    with qtbot.waitSignal(table.row_changed) as told:
        table.go_to(2)
    assert told.args == [2]
    table.go_to(99)
    assert table.current_row == 2


def test_letters_do_not_search(table: DataTable) -> None:
    QTest.keyClicks(table, "00412872")
    assert table.current_row == 0


def test_heading_asks_to_sort_only_where_it_can(table: DataTable) -> None:
    asked: list[str] = []
    table.head.asked.connect(asked.append)
    for section in (0, 1):
        place = QPoint(table.head.sectionViewportPosition(section) + 10, 8)
        QTest.mouseClick(table.head.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked == ["no"]


def test_model_keeps_the_rules_of_qt(qtmodeltester) -> None:
    model = CellModel(COLUMNS)
    model.set_rows([[Cell("a"), Cell("b")], [Cell("c")]])
    qtmodeltester.check(model)
    assert model.data(model.index(1, 4)) == ""
    model.set_row(1, [Cell("d")])
    assert model.data(model.index(1, 0)) == "d"
    assert model.headerData(0, Qt.Orientation.Horizontal) == "病案号"


def test_plain_text_reads_severities_as_words(qapp: object) -> None:
    assert plain(Cell(counts={Severity.ERROR: 2, Severity.WARN: 0, Severity.HINT: 1})) == "强制2 提示1"
    assert plain(Cell("胸腔积液", note="名称一致")) == "胸腔积液 名称一致"


def test_selection_bar_ring_and_inactive_ground(table: DataTable, qtbot) -> None:
    grid = DataTable(COLUMNS, ring=True)
    grid.setModel(table.model())
    grid.resize(700, 300)
    qtbot.addWidget(grid)
    with qtbot.waitActive(grid):
        grid.show()
        grid.activateWindow()
    grid.setFocus()
    grid.go_to(1, 1)
    image = grid.viewport().grab().toImage()
    middle = grid.rowViewportPosition(1) + 14
    assert image.pixelColor(1, middle) == theme().colour("accent")
    assert image.pixelColor(70, middle) == theme().colour("sel_bg")
    assert image.pixelColor(grid.columnViewportPosition(1) + 1, middle) == theme().colour("focus")
    grid.clearFocus()
    image = grid.viewport().grab().toImage()
    assert image.pixelColor(70, middle) == theme().colour("sel_inactive")


@pytest.mark.parametrize(
    "cell",
    [
        Cell("甲", bold=True),
        Cell("甲", tone="fg_muted"),
        Cell("甲", icon="proposed", proposed=True),
        Cell("K80.501", code=True, proposed=True),
        Cell("甲", severity=Severity.WARN),
        Cell("甲", changed=True),
        Cell("甲乙", spans=((0, 1),)),
        Cell("86%", fill=0.86),
        Cell(checked=True),
        Cell(checked=False),
        Cell(checked=False, enabled=False),
        Cell("1", cap=True),
        Cell("甲", note="乙"),
        Cell("甲", drop=True),
        Cell("甲", right=True),
        Cell("甲", centre=True),
        Cell("甲", ground="proposed_bg"),
        Cell(counts={Severity.ERROR: 1}),
        Cell("甲", small=True),
    ],
    ids=repr,
)
def test_each_feature_of_a_cell_is_drawn(cell: Cell, table: DataTable) -> None:
    table.clearFocus()
    table.selectionModel().clear()
    model = table.model()
    model.set_rows([[Cell("甲")], [cell], [Cell("甲乙")]])
    image = table.viewport().grab().toImage()
    pictures = [image.copy(0, table.rowViewportPosition(row), 80, 28) for row in (0, 1, 2)]
    assert pictures[1] not in (pictures[0], pictures[2])
