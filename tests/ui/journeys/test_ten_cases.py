"""Ten cases from the list to the quality check, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.common.clock import FixedClock
from app.domain.case import CaseState
from app.domain.field import Group, Section
from app.domain.findings import Severity
from app.services.composition import Services, open_services
from app.services.demo import fill
from app.services.demo_cases import DemoCase, invent
from app.services.engines import Engines
from app.ui.pages.case.page import CasePage
from tests.ui.pages.conftest import NOW

TYPED = {"discharge_way": "1", "readmit31_goal": "bachu T guan", "ext[0].code": "W19.x00"}
"""What the coder types where a field is empty, as the paper has it."""


def ten() -> list[DemoCase]:
    """Return ten invented stays; three of them came with a slip that a coder repairs."""
    drawn = [case for case in invent(90, today=NOW.date()) if case.record.value("discharge_time")]
    slips = [next(case for case in drawn if case.slip == slip) for slip in ("los", "way", "plan")]
    return [*[case for case in drawn if not case.slip][:7], *slips]


@pytest.fixture
def services(tmp_path: Path, page_engines: Engines) -> Iterator[Services]:
    """Return services over a library with these ten, imported this morning."""
    opened = open_services(tmp_path / "library", clock=FixedClock(NOW), engines=page_engines)
    fill(opened, ten())
    opened.checking.run(opened.worklist.ids("all"))
    yield opened
    opened.close()


class Coder:
    """Works at the case page by keys; reads what stands there as eyes do."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.searched = self.taken = self.remedied = self.confirmed = self.filled = 0

    @property
    def page(self) -> CasePage:
        """The page of the case."""
        page = self.desk.window.page
        assert isinstance(page, CasePage)
        return page

    @property
    def case_id(self) -> int:
        """The case on the page."""
        assert self.page.view is not None
        return self.page.view.case_id

    def uncoded(self, group: Group) -> list[int]:
        """Return the rows without a code."""
        assert self.page.view is not None
        return [index for index, row in enumerate(self.page.view.record.rows(group)) if not row.text("code")]

    def code_rows(self, group: Group) -> None:
        """Walk down the grid; take what is offered, or search by the first letters of a code."""
        grid = self.page.grids[group]
        for _ in range(200):
            if not self.uncoded(group):
                return
            if grid.current_index not in self.uncoded(group):
                self.desk.press("Down" if grid.current_index < max(self.uncoded(group)) else "Up")
                continue
            self.desk.wait(lambda: grid.offered(0) is not None)
            offered = grid.offered(0)
            assert offered is not None
            if self.searched * 4 <= self.taken:
                self.searched += 1
                self.desk.press("F4", f'"{offered.code}', "Return")
            else:
                self.taken += 1
                self.desk.press("Ctrl+1")
        pytest.fail(f"rows stay without code: {self.uncoded(group)}")

    def work_off(self) -> None:
        """Go from finding to finding: take the remedy, or type what is missing."""
        for _ in range(40):
            view = self.page.view
            assert view is not None
            errors = [one for one in view.report.standing if one.severity is Severity.ERROR]
            if not errors:
                return
            self.desk.press("F6")
            finding = self.page.findings.current()
            if finding is None or finding.severity is not Severity.ERROR:
                continue
            if finding.fix:
                self.remedied += 1
                self.desk.press("Alt+Return")
            else:
                self.filled += 1
                assert self.page.focused_path() in TYPED, (finding, self.page.view.record.rows(Group.DX))
                self.desk.press(f'"{TYPED[self.page.focused_path()]}', "Return")
        pytest.fail(f"errors stay: {errors}")

    def back_to_the_diagnoses(self) -> None:
        """Go section by section until the cursor stands among the diagnoses."""
        sections = list(Section)
        for _ in sections:
            if self.desk.window.focusWidget() is self.page.grids[Group.DX]:
                return
            here = sections.index(self.page.sheet.current_section())
            self.desk.press("Ctrl+PageUp" if here >= sections.index(Section.DIAGNOSIS) else "Ctrl+PageDown")
        pytest.fail("the diagnoses are not reached by keys")

    def finish(self) -> None:
        """Finish; each warning is confirmed by the digit of a reason."""
        self.desk.press("Ctrl+Return")
        for _ in range(20):
            if not any(card.isVisible() for card in self.desk.window.findChildren(QWidget, "words_card")):
                return
            self.confirmed += 1
            self.desk.press(str(1 + self.confirmed % 3))
        pytest.fail("the warnings do not end")


@pytest.mark.slow
def test_ten_cases_are_coded_without_a_mouse(desk: Any, services: Services, no_mouse: None) -> None:
    coder = Coder(desk)

    # She opens the list of what is to code and the first case of it.
    desk.go("worklist", queue="to_code")
    desk.press("Home", "Return")
    listed = list(coder.page.following.ids)
    assert len(listed) == 10
    done: list[int] = []

    for number in range(10):
        # The case opens at its diagnoses, the next one of the same list.
        assert coder.case_id == listed[number]
        assert coder.page.title_detail() == f"第 {number + 1} / 10 份"
        assert desk.window.focusWidget() is coder.page.grids[Group.DX]

        # Every row gets a code, diagnoses first, then operations.
        coder.code_rows(Group.DX)
        desk.press("Ctrl+PageDown")
        coder.code_rows(Group.OP)

        # What stands against finishing is repaired or typed; then the diagnoses are looked at once more.
        coder.work_off()
        coder.back_to_the_diagnoses()
        coder.finish()
        done.append(listed[number])

    # In the evening all ten wait for the quality check, and the book says who did what.
    assert {services.cases.view(case_id).state for case_id in done} == {CaseState.TO_QC}
    assert len(services.worklist.ids("to_qc")) == 10
    assert coder.taken
    assert coder.searched
    assert coder.remedied
    assert coder.confirmed
    assert coder.filled
    with services.session.db.read() as reader:
        assert reader.verify_audit().broken_op == 0
        assert reader.check(replay=True).is_sound
