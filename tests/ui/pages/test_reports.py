"""报表 by keyboard: from a number to its cases and back, down the levels, drawings and tables, files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from app.common.clock import FixedClock
from app.exchange.word import texts_of
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.storage.actor import Actor
from app.ui.page import PageSpec
from app.ui.pages.reports import PAGE
from app.ui.pages.reports.wish import Wish
from app.ui.widgets import DataTable
from app.ui.widgets.charts import CauseBars, Quadrant, TrendChart
from tests.ui.pages.conftest import NOW

YEAR = "2026-01 至 2026-12"


@pytest.fixture(scope="module")
def checked_home(page_template: Path, page_engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose cases are coded and checked, made once."""
    home = tmp_path_factory.mktemp("reports") / "library"
    shutil.copytree(page_template, home)
    opened = open_services(home, clock=FixedClock(NOW), engines=page_engines)
    opened.coding.auto_code(opened.worklist.ids("to_code"))
    opened.checking.run(opened.worklist.ids("all"))
    opened.close()
    return home


@pytest.fixture
def services(checked_home: Path, tmp_path: Path, page_engines: Engines) -> Iterator[Services]:
    """Return services over a copy of it."""
    home = tmp_path / "library"
    shutil.copytree(checked_home, home)
    opened = open_services(home, clock=FixedClock(NOW), engines=page_engines)
    yield opened
    opened.close()


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window on the report of the year."""
    opened = open_desk((stand_in("worklist"), stand_in("case"), PAGE))
    opened.go("reports", period=YEAR)
    return opened


def words_of(desk: Any) -> str:
    return "\n".join(label.accessibleName() for label in desk.window.page.findChildren(QLabel) if label.isVisible())


def test_a_number_opens_its_cases_and_a_case_its_page(desk: Any) -> None:
    table = desk.find(DataTable, "reports_indicators")
    assert table.hasFocus()
    assert table.model().index(0, 0).data() == "入组率"
    desk.press("Return")
    desk.rest()
    cases = desk.find(DataTable, "reports_cases")
    assert cases.hasFocus()
    one = desk.window.page.report.dimension("grouping").indicators[0]
    assert cases.model().rowCount() == len(one.opens)
    desk.press("Escape")
    assert desk.find(DataTable, "reports_indicators").hasFocus()
    desk.press("Return")
    desk.rest()
    desk.press("Return")
    assert desk.window.page.key == "case"
    assert desk.window.page.sent.args["case"] in one.opens


def test_the_trend_follows_the_cursor_and_says_its_months(desk: Any) -> None:
    trend = desk.find(TrendChart, "reports_trend")
    assert len(trend.marks) == 12
    desk.press("Down")
    assert "CMI" in words_of(desk)
    desk.press("Left", on=trend)
    assert "2026-11" in trend.accessibleName()
    bars = desk.find(CauseBars, "reports_causes")
    assert all(mark.value for mark in bars.marks)


def test_the_definition_and_what_was_left_out_stand_below(desk: Any) -> None:
    definition = desk.find(QLabel, "reports_definition").accessibleName()
    assert "分组成功 ÷ 已分组病例" in definition


def test_t_swaps_drawings_and_tables(desk: Any) -> None:
    desk.press("T")
    assert desk.find(DataTable, "reports_months").model().rowCount() == 12
    desk.window.page.show_report("depts")
    assert desk.find(DataTable, "reports_depts").model().rowCount() > 0
    desk.press("T")
    desk.rest()
    quadrant = desk.find(Quadrant, "reports_depts_quadrant")
    assert quadrant.hasFocus()
    assert quadrant.texts == ["没有数据"]


def test_parts_have_numbers(desk: Any) -> None:
    desk.press("3")
    assert desk.window.page.place().args["part"] == "compliance"
    assert "疑似高编高套" in words_of(desk)
    desk.press("2")
    assert "没有支付标准" in words_of(desk)


def test_drilling_goes_down_to_the_cases_and_up_again(desk: Any) -> None:
    page = desk.window.page
    page.show_report("drill")
    table = desk.find(DataTable, "reports_drill")
    table.setFocus()
    for depth in (1, 2, 3):
        desk.press("Return")
        desk.rest()
        assert len(page.place().args["path"]) == depth
    assert page.title_detail().count("›") == 3
    desk.press("Return")
    desk.rest()
    assert desk.find(DataTable, "reports_cases").model().rowCount() > 0
    desk.press("Escape", "Escape")
    desk.rest()
    assert len(page.place().args["path"]) == 2


def test_other_lines_are_walked_sorted_and_opened_by_keys(desk: Any) -> None:
    page = desk.window.page
    page.show_report("work")
    desk.press("4")
    table = desk.find(DataTable, "reports_dept_quality")
    assert table.hasFocus()
    by_code = [table.model().index(at, 0).data() for at in range(table.model().rowCount())]
    desk.press("S")
    cases = [int(table.model().index(at, 2).data()) for at in range(table.model().rowCount())]
    assert cases == sorted(cases, reverse=True)
    desk.press(*["S"] * (len(table.columns) - 2))
    assert [table.model().index(at, 0).data() for at in range(table.model().rowCount())] == by_code
    desk.press("Return")
    desk.rest()
    assert desk.find(DataTable, "reports_cases").hasFocus()
    desk.press("Escape")
    assert page.place().args["work"] == "dept_quality"
    page.show_report("surgeons")
    assert "没有满 10 例的术式与术者" in words_of(desk)


def test_amounts_sort_for_the_insurance_office_and_not_for_quality_control(
    open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], services: Services
) -> None:
    def sorting(role: str) -> set[str]:
        services.session.seat.take(Actor("p7", "试（测试）", frozenset({role})))
        page = open_desk((stand_in("worklist"), PAGE)).go("reports", period=YEAR, report="depts", table=True)
        return {column.key for column in page.depts.table.columns if column.sort}

    assert {"surplus", "mean_cost", "cmi"} <= sorting("insurance")
    assert {"surplus", "mean_cost", "cmi"} & sorting("qc") == {"cmi"}


def test_the_level_of_the_hospital_is_asked_for_in_the_bar(desk: Any) -> None:
    field = desk.window.page.filters.level
    field.setFocus()
    field.selectAll()
    desk.press('"三级', "Return")
    desk.rest()
    assert desk.window.page.place().args["level"] == "3"


def test_what_was_asked_for_is_there_again(desk: Any) -> None:
    desk.press("3")
    kept = desk.window.shell.places.get("reports")
    assert isinstance(kept, dict)
    assert Wish.of(kept, Wish()).part == "compliance"
    assert Wish.of({"period": "nonsense"}, Wish(period=YEAR)).period == YEAR


def test_a_month_without_cases_says_so(desk: Any) -> None:
    desk.go("reports", period="2019-01")
    assert "没有出院病例" in words_of(desk)


def test_all_files_hold_the_definitions(desk: Any, tmp_path: Path) -> None:
    desk.press("Ctrl+E")
    desk.answer_file(tmp_path / "report.xlsx")
    desk.rest()
    desk.press("Ctrl+Shift+E")
    desk.answer_file(tmp_path / "report.docx")
    desk.rest()
    desk.press("Ctrl+P")
    desk.answer_file(tmp_path / "report.pdf")
    desk.rest()
    assert (tmp_path / "report.xlsx").stat().st_size > 5000
    with (tmp_path / "report.docx").open("rb") as source:
        found = texts_of(source)
    for one in desk.window.page.report.dimension("cost").indicators:
        assert {one.title, one.shown, one.definition, f"{one.excluded:,}"} <= set(found)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_who_only_codes_is_shown_no_amounts(
    open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], services: Services
) -> None:
    services.session.seat.take(Actor("p7", "试（测试）", frozenset({"coder"})))
    desk = open_desk((stand_in("worklist"), PAGE))
    page = desk.go("reports", period=YEAR, report="depts", table=True)
    table = page.depts.table
    across = table.horizontalHeader().orientation()
    heads = [table.model().headerData(at, across) for at in range(table.model().columnCount())]
    assert not any("元" in str(head) for head in heads)
    assert "元" not in "".join(one.title for part in page.report.dimensions for one in part.indicators)
