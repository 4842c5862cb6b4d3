"""The case page over a library with one case whose content the tests know; handled by keys, read through services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QTableView, QWidget

from app.domain.case import CaseRecord, CaseState, Row
from app.domain.field import Group
from app.services.composition import Services
from app.services.demo_cases import invent
from app.services.types import CaseView
from app.storage.ops import Op
from app.ui.page import PageSpec
from app.ui.pages.case import PAGE as CASE

NOW = datetime(2026, 11, 23, 9, 0)
LONG = "慢性支气管炎急性发作，陈旧性肺结核，\n双肺上叶纤维条索影待查；既往吸烟 40 年，已戒 3 年，咳嗽咳痰反复发作"

_CARE = {"assist1": "许宁（测试）", "incision": "0", "healing": "9", "anes_method": "3", "anes_doctor": "高扬（测试）"}


def made_record(number: str = "00912345", person: int = 0) -> CaseRecord:
    """Return a discharged stay with three diagnoses and two operations, none of them coded, otherwise complete."""
    base = [
        case.record
        for case in invent(60, today=NOW.date(), seed=4711)
        if not case.slip and case.record.value("discharge_time") and case.record.text("sex") == "1"
    ][person]
    texts = ("十二指肠溃疡伴出血", "2型糖尿病", LONG)
    dx = tuple(Row({"source_text": text, "name": text[:90], "adm_cond": "1"}) for text in texts)
    begin = base.value("admit_time")
    op = tuple(
        Row({"source_text": text, "name": text, "date": begin, "level": "2", "surgeon": "顾东（测试）", **_CARE})
        for text in ("胃镜检查", "内镜下止血")
    )
    head = {"record_no": number, "outp_dx_code": "K26.400", "coder": "周远（测试）", "patient_name": "何平（测试）"}
    record = replace(base, head=replace(base.head, values={**base.head.values, **head}), columns=None)
    return record.with_rows(Group.DX, dx).with_rows(Group.OP, op)


@pytest.fixture
def add_case(services: Services) -> Callable[..., int]:
    """Return a function that stores a record and returns its id."""

    def add(record: CaseRecord, state: CaseState = CaseState.TO_CODE) -> int:
        with services.session.db.operation(Op.IMPORT, by=services.session.actor) as tx:
            return tx.insert_case(record, state=state)

    return add


@pytest.fixture
def record() -> CaseRecord:
    """Return the content of the case."""
    return made_record()


@pytest.fixture
def another() -> CaseRecord:
    """Return a stay of somebody else."""
    return made_record("00912399", person=1)


@pytest.fixture
def case_id(add_case: Callable[..., int], record: CaseRecord) -> int:
    """Return the case."""
    return add_case(record)


@pytest.fixture
def pages(stand_in: Callable[[str], PageSpec]) -> tuple[PageSpec, ...]:
    """Return the case page and what it leads to."""
    return (stand_in("worklist"), CASE, stand_in("drg"))


class CaseDesk:
    """The page of one case, as its user sees it."""

    def __init__(self, desk: Any, case_id: int) -> None:
        self.desk, self.case_id = desk, case_id
        self.wait, self.services = desk.wait, desk.services

    @property
    def page(self) -> Any:
        """The page."""
        return self.desk.window.pages["case"]

    @property
    def focus(self) -> QWidget | None:
        """The widget with the focus."""
        return QApplication.focusWidget()

    def open(self, case_id: int | None = None, **args: Any) -> CaseDesk:
        """Open the case, or another one."""
        self.case_id = case_id or self.case_id
        self.desk.go("case", case=self.case_id, **args)
        self.settle()
        return self

    def press(self, *keys: str, on: QWidget | None = None) -> None:
        """Press keys, or type text (with a leading quote) letter by letter where the focus then is."""
        for key in keys:
            parts = [f'"{letter}' for letter in key[1:]] if key.startswith('"') and key.isascii() else [key]
            for part in parts:
                self.desk.press(part, on=on)

    def settle(self) -> None:
        """Let the events run that were posted."""
        for _ in range(3):
            QApplication.processEvents()

    def stored(self) -> CaseView:
        """Return the case as the services read it."""
        return self.services.cases.view(self.case_id)

    def value(self, path: str) -> object:
        """Return the stored value at a path."""
        return self.stored().record.value(path)

    def field(self, path: str) -> QLineEdit:
        """Return the field of a path."""
        return next(one for one in self.page.findChildren(QLineEdit, path) if one.isVisible())

    def grid(self, group: str = "dx") -> QTableView:
        """Return a grid."""
        return self.page.findChild(QTableView, f"{group}_grid")

    def go_to(self, path: str) -> None:
        """Put the cursor into a field or cell."""
        self.page.go_to_field(path)
        self.settle()

    def spot(self, group: str = "dx") -> tuple[int, str]:
        """Return row and heading of the cell under the cursor of a grid."""
        at = self.grid(group).currentIndex()
        return at.row(), at.model().headerData(at.column(), Qt.Orientation.Horizontal) if at.isValid() else ""

    def cell(self, row: int, title: str, group: str = "dx") -> str:
        """Return the text of a cell."""
        return str(self._index(row, title, group).data() or "")

    def _index(self, row: int, title: str, group: str) -> QModelIndex:
        model = self.grid(group).model()
        titles = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]
        return model.index(row, titles.index(title))

    def says(self, words: str) -> bool:
        """True when some label in the window shows the words."""
        return any(words in label.text() for label in self.desk.window.findChildren(QLabel) if label.isVisible())

    def visible(self, name: str) -> QWidget | None:
        """Return the visible widget of an object name."""
        return next((one for one in self.desk.window.findChildren(QWidget, name) if one.isVisible()), None)


@pytest.fixture
def case(open_desk: Callable[..., Any], pages: tuple[PageSpec, ...], case_id: int) -> CaseDesk:
    """Return the open case."""
    return CaseDesk(open_desk(pages), case_id).open()
