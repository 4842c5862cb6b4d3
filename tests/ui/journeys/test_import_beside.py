"""A morning on which the file of the month is being imported while a coder codes: nothing waits, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.domain.case import CaseRecord
from app.domain.field import Group
from app.ui.page import Place
from app.ui.pages.import_batch.page import CHECK, MAP

FILED = 1_000
HEADINGS = "病案号,住院次数,姓名,性别,出生日期,入院时间,出院时间,出院科别,主要诊断"


def month_file(path: Path) -> Path:
    """Return a file with the invented stays of a month."""
    stay = "1,某人（测试）,1,1960-01-01,2026-11-01 08:00,2026-11-10 10:00,普通外科专业,胆囊结石"
    rows = (f"008{number:05d},{stay}" for number in range(FILED))
    path.write_text("\n".join((HEADINGS, *rows, "")), encoding="utf-8")
    return path


class Pulse(QObject):
    """Looks every few milliseconds whether the window answers, and keeps the longest time in which it did not."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_s = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._beat)
        self._timer.start(5)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest_s, self._last = max(self.longest_s, now - self._last), now

    def restart(self) -> None:
        """Forget what was before."""
        self.longest_s, self._last = 0.0, time.perf_counter()

    def stop(self) -> None:
        """Look no longer."""
        self._timer.stop()


@pytest.fixture
def pulse(qapp: QApplication) -> Iterator[Pulse]:
    """Return one that beats while the test runs."""
    beats = Pulse()
    yield beats
    beats.stop()


def uncoded(services: Any) -> tuple[int, int]:
    """Return a case and its row of diagnoses that has neither code nor proposal."""
    for case_id in services.worklist.ids("to_code"):
        view = services.cases.view(case_id)
        for index, row in enumerate(view.record.rows(Group.DX)):
            if index and not row.text("code") and (Group.DX, row.id) not in view.proposals:
                return case_id, index
    pytest.fail("the library has no row to code")


def stored(services: Any, case_id: int) -> CaseRecord:
    """Return what the library holds of a case."""
    with services.session.db.read() as reader:
        record: CaseRecord = reader.load_case(case_id).record
    return record


def steps(services: Any, case_id: int) -> list[int]:
    """Return the numbers of what the coder did to a case, the first first."""
    with services.session.db.read() as reader:
        return sorted(item.op_id for item in reader.undoable(services.session.actor.id, case_id, limit=9))


def test_a_coder_goes_on_while_the_month_is_imported(desk: Any, pulse: Pulse, tmp_path: Path, no_mouse: None) -> None:
    services, window = desk.services, desk.window
    count = len(services.worklist.ids("all"))
    case, row = uncoded(services)
    other = next(one for one in services.worklist.ids("to_code") if one != case)
    before = steps(services, case)

    # She looks at her first case; then the file is read and checked, and the import begins.
    desk.go("case", case=case)
    page = desk.go("import")
    desk.press("Ctrl+O")
    desk.answer_file(month_file(tmp_path / "十一月.csv"))
    desk.wait(lambda: page.step == MAP)
    desk.press("Ctrl+Return")
    assert page.step == CHECK
    desk.press("Ctrl+Return")
    desk.wait(lambda: not services.session.db.is_free())
    pulse.restart()

    # Meanwhile she opens a case, writes a telephone number, takes the first code that is offered, and goes to the next.
    window.go(Place("case", {"case": case, "field": "current_phone"}))
    desk.wait(lambda: window.page.key == "case" and QApplication.focusWidget().objectName() == "current_phone")
    desk.press("Ctrl+A", '"13900000001', "Return")
    assert not services.session.db.is_free(), "the import was over before anything had to wait"
    window.page.go_to_field(f"dx[{row}].code")
    grid = window.page.grids[Group.DX]
    desk.wait(lambda: grid.offered(0) is not None)
    code = grid.offered(0).code
    desk.press("Ctrl+1")
    window.go(Place("case", {"case": other, "field": "current_phone"}))
    desk.press("Ctrl+A", '"13900000002', "Return")

    # The import ends; everything she entered is stored, in her order, and the window has answered all the time.
    desk.wait(lambda: stored(services, other).value("current_phone") == "13900000002")
    record = stored(services, case)
    assert record.value("current_phone") == "13900000001"
    assert record.rows(Group.DX)[row].text("code") == code
    hers = [one for one in steps(services, case) if one not in before]
    assert len(hers) == 2
    assert max(hers) < max(steps(services, other))
    assert len(services.worklist.ids("all")) == count + FILED
    assert pulse.longest_s < 1
    window.shell.jobs.cancel_all()
