"""The approval form says what is asked for and who signed, and is noted when it leaves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.common.errors import UserProblem
from app.domain.report import Report
from app.services.composition import Services
from app.services.rule_types import SignRole
from app.storage import decisions
from app.storage.decisions import Wish
from app.storage.ops import Op


@pytest.fixture
def case_id(desk: Services) -> int:
    """Return a case for which an exception was asked for."""
    found = int(desk.worklist.ids("coding")[0])
    wish = Wish(9_000_000, "1.4200", "critical", "抢救（测试）", ["病程 11-20"], date(2026, 12, 31))
    with desk.session.db.operation(Op.REQUEST_EXCEPTION, by=desk.user) as tx:
        decisions.request(tx, found, "DG-008", wish)
    return found


def words(report: Report) -> str:
    return "\n".join(cell for part in report.sections for table in part.tables for row in table.rows for cell in row)


def test_the_form_holds_wish_and_signatures(desk: Services, case_id: int) -> None:
    (line,) = desk.exceptions.of_case(case_id)
    report = desk.exception_form.report(line)
    assert "抢救（测试）" in words(report)
    assert "病程 11-20" in words(report)
    assert "90,000.00" in words(report)
    assert "142.00%" in words(report)
    assert report.sections[-1].lacks == "尚未签齐"
    desk.exceptions.sign(line.id, SignRole.HEAD, "孙主任（测试）")
    desk.exceptions.sign(line.id, SignRole.INSURANCE, "赵医保（测试）")
    (line,) = desk.exceptions.of_case(case_id)
    report = desk.exception_form.report(line)
    assert "孙主任（测试）" in words(report)
    assert report.sections[-1].lacks == ""


def test_a_form_that_leaves_is_noted_and_a_folder_that_is_none_is_told(
    desk: Services, case_id: int, tmp_path: Path
) -> None:
    (line,) = desk.exceptions.of_case(case_id)
    assert desk.exception_form.save(line, tmp_path / "审批单.pdf", b"%PDF").read_bytes() == b"%PDF"
    assert any("审批单.pdf" in told for step in desk.history.timeline(case_id) for told in step.changes)
    with pytest.raises(UserProblem):
        desk.exception_form.save(line, tmp_path / "无" / "审批单.pdf", b"x")


def test_the_form_as_a_workbook_is_compared_and_noted(desk: Services, case_id: int, tmp_path: Path) -> None:
    (line,) = desk.exceptions.of_case(case_id)
    desk.exception_form.save_workbook(line, tmp_path / "审批单.xlsx")
    book = openpyxl.load_workbook(tmp_path / "审批单.xlsx")
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert {"抢救（测试）", "142.00%"} <= set(cells)
    assert any("审批单.xlsx" in told for step in desk.history.timeline(case_id) for told in step.changes)
