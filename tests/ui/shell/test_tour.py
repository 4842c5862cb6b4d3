"""The tour: a card at each real widget, Enter on, Esc away, shown by itself once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.main_window import MainWindow
from app.ui.page import PageSpec
from app.ui.ports import MemoryPlaces
from app.ui.shell.tour import SEEN, Tour, steps


class FewServices:
    """Services of a demo library without cases."""

    is_demo = True

    class worklist:
        """A list without cases."""

        @staticmethod
        def first(_words: str, _most: int) -> list[int]:
            """Return none."""
            return []


@pytest.fixture
def window(make_window: Callable[..., MainWindow], list_page: type) -> MainWindow:
    """Return a window whose list has the name of the real one."""
    made = make_window([PageSpec("worklist", "病例列表", list_page)])
    made.page.table.setObjectName("cases")
    made.shell.services = FewServices
    return made


def tour_of(window: MainWindow) -> Tour | None:
    """Return the tour that is shown."""
    return next((one for one in window.findChildren(Tour) if one.isVisible()), None)


def test_enter_goes_through_the_cards_and_the_ring_is_round_the_real_widget(
    window: MainWindow, places: MemoryPlaces
) -> None:
    window.offer_tour()
    tour = tour_of(window)
    titles = []
    while tour_of(window) is not None:
        titles.append(tour.step.title)
        if tour._target is not None:
            assert tour._target.objectName() == tour.step.target
            assert tour._hole.width() > 0
        assert tour.rect().contains(tour._frame.geometry()) or tour._hole.isNull()
        QTest.keyClick(tour, Qt.Key.Key_Return)
    assert titles[0] == "一个搜索框"
    assert "病例列表" in titles
    assert "像纸质首页一样" not in titles  # there is no case to show
    assert places.get(SEEN) is True
    assert QApplication.focusWidget() is window.page.table
    window.offer_tour()
    assert tour_of(window) is None


def test_esc_leaves_and_the_help_page_can_bring_it_back(window: MainWindow, places: MemoryPlaces) -> None:
    window.offer_tour()
    QTest.keyClick(tour_of(window), Qt.Key.Key_Down)
    QTest.keyClick(tour_of(window), Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert tour_of(window).step.title == "一个搜索框"
    QTest.keyClick(tour_of(window), Qt.Key.Key_Escape)
    assert tour_of(window) is None
    window.shell.actions.trigger("tour.start")
    QTest.keyClick(tour_of(window), Qt.Key.Key_Return)
    QTest.keyClick(tour_of(window), Qt.Key.Key_Left)
    assert tour_of(window).step.title == "一个搜索框"
    tour_of(window).leave()


def test_every_step_has_words_and_pages_that_exist(qapp: Any) -> None:
    assert 8 <= len(steps()) <= 10
    assert all(step.words.endswith("。") and step.title and step.target for step in steps())
