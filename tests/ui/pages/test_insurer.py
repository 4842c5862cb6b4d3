"""医保返回对比 as the insurance office works with it: a file read, taken over, looked into, filtered, archived."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtWidgets import QApplication, QLabel

from app.domain.case import CaseState
from app.services.composition import Services
from app.storage.ops import Op
from app.ui.page import PageSpec
from app.ui.pages.compare.bars import BarList
from app.ui.pages.insurer import PAGE
from app.ui.widgets import Card, DataTable

HEADER = ("病案号", "DRG编码", "金额")


@pytest.fixture
def rows(services: Services) -> list[Any]:
    """Return the discharged cases that have a group."""
    services.coding.auto_code(services.worklist.ids("all"))
    services.checking.run(services.worklist.ids("all"))
    return [row for row in services.worklist.rows(services.worklist.ids("all")) if row.drg and row.discharge_time]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a file of the insurer."""

    def make_it(lines: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
        path = tmp_path / "返回.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([header, *lines])
        return path

    return make_it


@pytest.fixture
def file(make: Callable[..., Path], rows: list[Any]) -> Path:
    """Return a file with two equal groups, an unknown one and a stay that is not ours."""
    lines = [(row.record_no, row.drg, "1000") for row in rows[:2]]
    return make([*lines, (rows[2].record_no, "XX99", "1,000.50"), ("99999999", "A", "")])


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], file: Path) -> Any:
    """Return a window on the page."""
    assert file
    opened = open_desk((stand_in("worklist"), stand_in("case"), stand_in("drg"), PAGE))
    opened.go("insurer")
    return opened


def words_of(desk: Any) -> str:
    return "\n".join(label.accessibleName() for label in desk.window.page.findChildren(QLabel) if label.isVisible())


def take(desk: Any, file: Path) -> None:
    """Import a file by keys."""
    desk.press("Ctrl+O")
    desk.answer_file(file)
    desk.rest()
    desk.press("Ctrl+Return")
    desk.rest()


def test_a_file_is_read_confirmed_and_listed(desk: Any, services: Services, file: Path) -> None:
    assert "还没有导入过医保返回的分组" in words_of(desk)
    desk.press("Ctrl+O")
    desk.answer_file(file)
    desk.rest()
    assert "读到 4 行，3 行对上了本院的病案；1 行没有用上" in words_of(desk)
    assert services.insurer.files() == ()
    desk.press("Ctrl+Return")
    desk.rest()
    assert services.insurer.files()[0].lines == 3
    table = desk.find(DataTable, "insurer_cases")
    assert table.model().rowCount() == 3
    assert "3 份，不同 1 份（33.3%）" in words_of(desk)


def test_bars_filter_and_the_detail_says_why(desk: Any, services: Services, file: Path, rows: list[Any]) -> None:
    take(desk, file)
    bars = desk.find(BarList, "insurer_causes")
    bars.setFocus()
    desk.press("Return")
    desk.rest()
    table = desk.find(DataTable, "insurer_cases")
    assert table.model().rowCount() == 1
    assert "原因不明" in words_of(desk)
    assert "1,000.50" in words_of(desk)
    assert "逐项替换都得不到" in words_of(desk)
    table.setFocus()
    desk.press("Return")
    assert desk.window.page.key == "case"
    assert desk.window.page.sent.args["case"] == rows[2].case_id
    page = desk.go("insurer", case=rows[2].case_id)
    assert page.chosen is not None
    desk.press("Escape")
    assert table.model().rowCount() == 3
    assert services.insurer.files()


def test_a_heading_that_is_not_known_is_asked_for(
    desk: Any, services: Services, make: Callable[..., Path], rows: list[Any]
) -> None:
    path = make([(rows[0].record_no, rows[0].drg)], ("病案号", "某列"))
    desk.window.page.read_file(path)
    card = desk.find(Card, "words_card")
    assert card.isVisible()
    desk.press("2")
    desk.rest()
    assert "1 行对上了本院的病案" in words_of(desk)
    desk.press("Ctrl+Return")
    desk.rest()
    assert services.insurer.files()[0].mapping["drg"] == "某列"


def test_settled_cases_are_archived_and_a_file_taken_back(
    desk: Any, services: Services, file: Path, rows: list[Any]
) -> None:
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(rows[0].case_id, CaseState.SUBMITTED)
    take(desk, file)
    desk.find(DataTable, "insurer_cases").setFocus()
    desk.press("G")
    desk.press("Return")
    desk.rest()
    assert services.cases.view(rows[0].case_id).state is CaseState.ARCHIVED
    desk.window.page.files.setFocus()
    desk.press("Delete")
    desk.rest()
    assert services.insurer.files() == ()


def test_the_list_is_exported_without_names(desk: Any, file: Path, rows: list[Any], tmp_path: Path) -> None:
    take(desk, file)
    desk.press("Ctrl+E")
    desk.answer_file(tmp_path / "对比.xlsx")
    desk.rest()
    cells = [str(cell) for line in openpyxl.load_workbook(tmp_path / "对比.xlsx")["逐例"].values for cell in line]
    assert rows[0].record_no in cells
    assert not {row.patient_name for row in rows} & set(cells)


def test_a_file_that_is_none_is_told(desk: Any, tmp_path: Path) -> None:
    bad = tmp_path / "坏.csv"
    bad.write_bytes(b"")
    desk.window.page.read_file(bad)
    assert QApplication.activeWindow() is not None
    assert not desk.window.page.waits
