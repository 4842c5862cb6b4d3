"""A list that shows whole rows only, at any height and from any row on."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QSize, QStringListModel
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.pages.codes.results import fitting
from app.ui.theme import theme
from app.ui.widgets.whole_rows import WholeRowList

ROW = 44


class Tall(QStyledItemDelegate):
    """Makes headings of 28 px and rows of 44."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return the size of a line."""
        return QSize(0, 28 if str(index.data()).startswith("#") else ROW)


class Headed(WholeRowList):
    """Ends with no heading."""

    def ends_well(self, index: QModelIndex) -> bool:
        """Return False for a heading."""
        return not str(index.data()).startswith("#")


@pytest.fixture
def rows(qtbot: Any) -> Headed:
    """Return a list with two headings, 200 px high."""
    view = Headed()
    qtbot.addWidget(view)
    view.setItemDelegate(Tall(view))
    view.setModel(QStringListModel(["#", "1", "2", "3", "#", "4", "5", "6", "7"], view))
    view.setFrameShape(view.Shape.NoFrame)
    view.resize(300, 200)
    view.show()
    QApplication.processEvents()
    return view


def test_only_whole_rows_are_seen_and_no_heading_is_the_last(rows: Headed) -> None:
    assert rows.viewport().height() == 28 + 3 * ROW


def test_it_holds_while_one_scrolls_and_the_last_row_can_be_reached(rows: Headed) -> None:
    rows.setCurrentIndex(rows.model().index(8, 0))
    QApplication.processEvents()
    shown = rows.visualRect(rows.model().index(8, 0))
    assert shown.bottom() <= rows.viewport().height()


def test_what_the_text_says_otherwise_is_cut_between_its_parts(qapp: QApplication) -> None:
    metrics = QFontMetrics(theme().font("caption"))
    whole = "部位：文本“胆总管”，编码“输尿管”；侧别：文本“左”，编码“右”；编码多出“急性”"
    room = metrics.horizontalAdvance(whole)
    assert fitting(whole, metrics, room) == whole
    assert fitting(whole, metrics, room - 1).endswith("编码“右” 等 3 处")
    assert fitting("编码多出“急性”", metrics, 40).endswith("…")
