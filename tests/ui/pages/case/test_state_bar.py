"""The way of a case on its page: one key leads on, what is in the way is said with the key that goes there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.case import CaseState
from app.domain.findings import Severity
from app.services.composition import Services
from app.services.submission_types import Scope
from app.storage.ops import Op
from app.ui.page import PageSpec
from app.ui.pages.case import PAGE
from app.ui.widgets import Card


@pytest.fixture
def finished(services: Services) -> int:
    """Return a case that waits for quality control with nothing open."""
    services.coding.auto_code(services.worklist.ids("to_code"))
    for case_id in services.worklist.ids("to_code"):
        view = services.cases.accept_all(case_id)
        if not view.report.count(Severity.ERROR) and not view.grouping.problems:
            for finding in view.report.standing:
                if finding.severity is Severity.WARN:
                    services.suppressions.suppress(case_id, finding, "病程已说明")
            services.cases.set_state(case_id, CaseState.TO_QC)
            return int(case_id)
    raise AssertionError


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], finished: int) -> Any:
    """Return a window on the case."""
    opened = open_desk((stand_in("worklist"), stand_in("drg"), stand_in("submission"), stand_in("insurer"), PAGE))
    opened.go("case", case=finished)
    return opened


def state(services: Services, case_id: int) -> CaseState:
    return services.cases.view(case_id).state


def test_one_key_leads_from_review_to_submission(desk: Any, services: Services, finished: int) -> None:
    assert "下一步：质控员开始审核" in desk.window.page.bar.words()
    desk.press("Ctrl+Shift+Return")
    assert state(services, finished) is CaseState.QC
    assert "下一步：质控通过" in desk.window.page.bar.words()
    desk.press("Ctrl+Shift+Return")
    assert state(services, finished) is CaseState.PASSED
    desk.press("Ctrl+Shift+Return")
    assert desk.window.page.key == "submission"
    assert desk.window.page.sent.args["case"] == finished


def test_a_reviewer_sends_back_with_a_reason_that_the_bar_tells(desk: Any, services: Services, finished: int) -> None:
    desk.press("Ctrl+Shift+K", "Ctrl+Shift+J")
    assert desk.find(Card, "words_card").isVisible()
    desk.press("1")
    assert state(services, finished) is CaseState.CODING
    assert "主要诊断选择需核对" in desk.window.page.bar.words()


def test_what_is_in_the_way_is_said(desk: Any, services: Services, finished: int) -> None:
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(finished, CaseState.CODING)
    services.cases.set_text(finished, "dx[0].code", "")
    desk.window.page.open_case(finished)
    assert "项强制错误" in desk.window.page.bar.words()
    assert services.states.bar(services.cases.view(finished)).blocks[0].kind == "error"


def test_a_submitted_case_is_locked_until_the_insurance_office_agrees(
    desk: Any, services: Services, finished: int
) -> None:
    services.qc_writing.pass_cases([finished])
    services.submissions.submit(services.submissions.gate(Scope()), "申报")
    desk.window.page.open_case(finished)
    view = services.cases.view(finished)
    assert "第 1 版" in view.locked
    desk.press("Ctrl+Shift+U", "1")
    assert state(services, finished) is CaseState.UNLOCK_REQUESTED
    desk.press("Ctrl+Shift+Return", "2")
    desk.press('"no', "Return")
    assert state(services, finished) is CaseState.SUBMITTED
    desk.press("Ctrl+Shift+U", "1", "Ctrl+Shift+Return", "1")
    assert state(services, finished) is CaseState.CODING
    assert services.unlocking.counts() == {"refused": 1, "approved": 1}


def test_the_bar_knows_every_state(services: Services, finished: int) -> None:
    for one in CaseState:
        with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
            tx.set_state(finished, one)
        bar = services.states.bar(services.cases.view(finished))
        assert sum(station.is_now for station in bar.stations) == 1
        assert (bar.aside is None) == (one in {station.state for station in bar.stations})
        assert bool(bar.next_words) == (one is not CaseState.CANCELLED)
