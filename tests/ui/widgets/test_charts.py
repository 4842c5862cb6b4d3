"""Charts: what is told and written, the keys, bars from zero, other themes, and that nobody loads them unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyqtgraph as pg
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.ui.app import create_app
from app.ui.theme import Mode, theme
from app.ui.widgets import ChartPlace, Ground, Mark
from app.ui.widgets.chart_base import Chart
from app.ui.widgets.charts import CHARTS, TrendChart

MARKS = [Mark("2026-09", 0.9, "90.0%"), Mark("2026-10", None, "—"), Mark("2026-11", 0.98, "98.0%", "last")]


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[..., Any]:
    """Return a function that shows a chart of a kind with some marks."""
    create_app(["bingan"])

    def make(kind: str, marks: list[Mark], ground: Ground | None = None) -> Chart:
        chart = CHARTS[kind]("趋势", "chart")
        qtbot.addWidget(chart)
        chart.resize(480, 240)
        chart.show_marks(marks, ground or Ground())
        chart.show()
        qtbot.waitExposed(chart)
        return chart

    return make


def bars_of(chart: Chart) -> list[Any]:
    return [one for one in chart.plotItem.items if isinstance(one, pg.BarGraphItem)]


def test_keys_choose_a_mark_that_is_told_and_written(shown: Callable[..., Any], qtbot: QtBot) -> None:
    chart = shown("trend", MARKS, Ground(0.95, "目标 ≥ 95.0%"))
    assert chart.mark is MARKS[2]
    assert {"2026-11　98.0%", "目标 ≥ 95.0%"} <= set(chart.texts)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.accessibleName() == "趋势：2026-10 —"
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.mark is MARKS[0]
    assert "2026-11 98.0%" in chart.accessibleDescription()
    with qtbot.waitSignal(chart.opened) as opened:
        qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert opened.args == [MARKS[0]]


def test_a_month_without_a_value_leaves_a_gap(shown: Callable[..., Any]) -> None:
    chart = shown("trend", MARKS)
    line = next(one for one in chart.plotItem.items if isinstance(one, pg.PlotDataItem))
    assert line.opts["connect"] == "finite"
    points = next(one for one in chart.plotItem.items if isinstance(one, pg.ScatterPlotItem))
    assert len(points.points()) == 2


@pytest.mark.parametrize("kind", ["causes", "months"])
def test_bars_begin_at_zero_and_say_their_number(shown: Callable[..., Any], kind: str) -> None:
    chart = shown(kind, [Mark("a", 4, "4 份"), Mark("b", 9, "9 份")])
    (across, upright), length = chart.plotItem.vb.viewRange(), 0 if kind == "causes" else 1
    assert (across, upright)[length][0] == 0
    assert any("9 份" in one for one in chart.texts)
    assert bars_of(chart)


def test_names_that_would_cover_each_other_wait_for_the_focus(shown: Callable[..., Any], qtbot: QtBot) -> None:
    near = [Mark(f"科室{at}", 1.0 + at / 1000, f"科室{at} CMI", str(at), 5.0) for at in range(6)]
    chart = shown("quarters", [*near, Mark("远科", 3.0, "远科 CMI", "far", 9.0)], Ground(axes=("CMI", "结余")))
    assert {"  科室0 CMI  ", "  远科  "} <= set(chart.texts)
    assert len(chart.texts) < 7
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert "  科室1 CMI  " in chart.texts


def test_a_click_chooses_the_nearest_mark(shown: Callable[..., Any], qtbot: QtBot) -> None:
    chart = shown("months", [Mark(str(at), at, f"{at} 份") for at in range(12)])
    place = chart._pixel(chart.marks[3], 3).toPoint()
    qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chart.mark is chart.marks[3]


@pytest.mark.parametrize("kind", sorted(CHARTS))
def test_without_marks_it_says_so_and_another_theme_is_followed(shown: Callable[..., Any], kind: str) -> None:
    chart = shown(kind, [])
    assert chart.accessibleName() == "趋势：没有数据"
    assert chart.texts == ["没有数据"]
    theme().set_mode(Mode.DARK)
    try:
        assert chart.backgroundBrush().color() == theme().colour("bg_surface")
    finally:
        theme().set_mode(Mode.LIGHT)


def test_a_place_loads_its_chart_when_it_is_seen_and_gives_it_the_focus(qtbot: QtBot) -> None:
    create_app(["bingan"])
    place = ChartPlace("trend", "趋势", "chart")
    qtbot.addWidget(place)
    place.show_marks(MARKS)
    assert place.chart is None
    with qtbot.waitExposed(place):
        place.show()
    place.activateWindow()
    place.setFocus()
    qtbot.waitUntil(lambda: place.chart is not None)
    assert isinstance(place.chart, TrendChart)
    assert place.chart.mark is MARKS[2]
    assert place.focusProxy() is place.chart


def test_nothing_but_a_place_that_is_seen_loads_the_library_of_charts() -> None:
    app = Path(__file__).parents[3] / "app"
    drawing = {"chart_base.py", "charts.py"}
    imported = re.compile(r"^\s*(?:import|from)\s+(?:pyqtgraph|app\.ui\.widgets\.chart(?:_base|s))\b", re.MULTILINE)
    free = re.compile(r"if TYPE_CHECKING:\n(?:    .*\n|\n)+")
    files = [path for path in app.rglob("*.py") if path.name not in drawing]
    assert [path for path in files if imported.search(free.sub("", path.read_text(encoding="utf-8")))] == []
