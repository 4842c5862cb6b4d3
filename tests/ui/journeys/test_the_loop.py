"""A case goes round: coder, physician, coder, quality control, insurance office, and once more as version 2."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from app.common.clock import FixedClock
from app.domain.case import CaseState
from app.domain.findings import Severity
from app.domain.returning import AnswerKind, AnswerNeed, ReturnOption, ReturnQuestion
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.passwords import Passwords
from app.services.people import Entry
from app.services.submission_types import Scope
from app.storage.ops import Op
from app.ui.app import open_window
from app.ui.login.parts import card_of
from app.ui.main_window import MainWindow
from app.ui.pages import registered
from tests.ui.pages.conftest import NOW, Desk

FIRST, OWN = "Hong-Ye 2026 Feng", "Lan-Tian 2026 Yun"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
WHY = "病理报告更正"


@pytest.fixture
def services(page_template: Path, tmp_path: Path, page_engines: Engines) -> Iterator[Services]:
    """Return services over a library without people."""
    home = Path(shutil.copytree(page_template, tmp_path / "library"))
    opened = open_services(home, clock=FixedClock(NOW), engines=page_engines, passwords=CHEAP)
    with opened.session.db.operation(Op.SET_SETTING, by=opened.user) as tx:
        tx.set_setting("demo", False)
    yield opened
    opened.close()


@pytest.fixture
def sit_down(services: Services, qtbot: Any) -> Callable[[str], Desk]:
    """Return a function that signs a person in by password and shows her window."""

    def sit(login: str) -> Desk:
        services.people.sign_in(login, OWN)
        user = services.user
        card = card_of(user.name, user.roles, is_person=True)
        window = open_window(services, places=services.places, user=card, pages=registered())
        qtbot.addWidget(
            window, before_close_func=lambda shown: (shown.shell.jobs.cancel_all(), shown.shell.jobs.close())
        )
        window.resize(1366, 768)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        desk = Desk(window, services, qtbot)
        desk.rest()
        return desk

    return sit


def stop(window: MainWindow) -> None:
    """End what runs beside a window before it goes."""
    window.shell.jobs.cancel_all()
    window.shell.jobs.close()


def staff(services: Services, department: str) -> None:
    """Enter an administrator, a coder, a checker, the insurance office and two physicians, each with a password."""
    services.people.set_up(Entry("chen", "陈管（测试）", frozenset({"admin"})), FIRST, "ABCD")
    for login, name, role, departments in (
        ("lin", "林编码（测试）", "coder", set[str]()),
        ("zhi", "支质控（测试）", "qc", set[str]()),
        ("bao", "包医保（测试）", "insurance", set[str]()),
        ("zhou", "周大夫（测试）", "physician", {department}),
        ("wei", "卫大夫（测试）", "physician", {"99.99"}),
    ):
        services.people.add(Entry(login, name, frozenset({role}), frozenset(departments)), FIRST)
        services.people.sign_in(login, FIRST)
        services.people.change_password(FIRST, OWN)
        services.people.sign_in("chen", FIRST)
    services.people.sign_out()


def a_clean_case(services: Services) -> int:
    """Return a case that the coder has coded and that has no error left."""
    services.coding.auto_code(services.worklist.ids("to_code"))
    for case_id in services.worklist.ids("to_code"):
        view = services.cases.accept_all(case_id)
        if not view.report.count(Severity.ERROR) and not view.grouping.problems:
            return int(case_id)
    pytest.fail("no clean case")


QUESTION = ReturnQuestion(
    "BM-062",
    "dx[0].adm_cond",
    "入院时的情况是？",
    (
        ReturnOption("入院前已确诊", AnswerKind.CHANGED, AnswerNeed.PLACE, "1"),
        ReturnOption("与首页相符", AnswerKind.UNCHANGED, AnswerNeed.NOTHING),
    ),
    severity="warn",
    seen="11-09 血培养",
)


@pytest.mark.slow
def test_a_case_goes_round_and_comes_back_as_a_second_version(
    services: Services, sit_down: Callable[[str], Desk], no_mouse: None
) -> None:
    case_id = a_clean_case(services)
    staff(services, services.cases.view(case_id).record.text("discharge_dept"))

    # The coder asks the physician of the ward.
    services.people.sign_in("lin", OWN)
    services.asking.send_all({case_id: (QUESTION,)})
    assert services.cases.view(case_id).state is CaseState.RETURNED

    # A physician of another department sees nothing of it; the one of the ward answers by keys.
    services.people.sign_in("wei", OWN)
    assert services.physician.waiting() == ()
    desk = sit_down("zhou")
    page = desk.go("physician")
    assert page.place().args["case"] == case_id
    assert "worklist" not in desk.window.pages
    desk.press("2", "Return", "Ctrl+Return")
    desk.rest()
    desk.window.hide()

    # The coder takes the answer and finishes.
    services.people.sign_in("lin", OWN)
    assert services.verdicts.answered_cases() == (case_id,)
    services.verdicts.accept_all(case_id)
    view = services.cases.view(case_id)
    for finding in view.report.standing:
        if finding.severity is Severity.WARN:
            services.suppressions.suppress(case_id, finding, WHY)
    assert services.cases.finish(case_id).state is CaseState.TO_QC

    # Quality control lets it pass, the insurance office submits it by key.
    services.people.sign_in("zhi", OWN)
    services.qc_writing.pass_cases([case_id])
    desk = sit_down("bao")
    desk.go("submission")
    desk.press("Ctrl+Return", "1", "Return")
    desk.rest()
    assert services.cases.view(case_id).state is CaseState.SUBMITTED

    # The coder asks to unlock, the office agrees by key, and the case goes out again as version 2.
    services.people.sign_in("lin", OWN)
    services.unlocking.request(case_id, WHY)
    services.people.sign_in("bao", OWN)
    desk.go("submission", tab="unlock")
    desk.press("A")
    assert services.cases.view(case_id).state is CaseState.CODING
    desk.window.hide()
    services.people.sign_in("lin", OWN)
    assert services.cases.finish(case_id).state is CaseState.TO_QC
    services.people.sign_in("zhi", OWN)
    services.qc_writing.pass_cases([case_id])
    services.people.sign_in("bao", OWN)
    services.submissions.submit(services.submissions.gate(Scope()), WHY)
    assert [one.note for one in services.submissions.register()].count(WHY) == 1
    assert len(services.submissions.register()) == 2

    # What the book says rebuilds every table.
    with services.session.db.read() as reader:
        assert reader.verify_audit().broken_op == 0
        assert reader.check(replay=True).is_sound
