"""批次质控 as a reviewer works with it: rule by rule, ticked, written at one stroke, taken back, run anew, exported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView, QMenu
from pytestqt.modeltest import ModelTester

from app.domain.case import CaseState
from app.domain.field import Group
from app.services.composition import Services
from app.services.qc_batch_types import GroupKind, QcGroup, QcScope, Segment
from app.services.rule_types import ExceptionReason
from app.storage.actor import Actor, local_actor
from app.storage.ops import Op
from app.ui.actions import clashes
from app.ui.leaving import LeavingWatch
from app.ui.page import PageSpec, Place
from app.ui.pages.qc_batch import PAGE
from app.ui.pages.qc_batch.approvals import ApprovalsCard
from app.ui.widgets import Button, DataTable, SegmentedControl

LOS = "LJ-004"
RULE = QcGroup(GroupKind.RULE, LOS)
Pages = Callable[[str], PageSpec]


@pytest.fixture
def wrong(services: Services) -> list[int]:
    """Return ten discharged cases whose days in hospital are wrong."""
    ids = list(services.worklist.ids("to_code"))[:10]
    with services.session.db.operation(Op.SET_FIELD, by=services.user) as tx:
        for case_id in ids:
            tx.set_field(case_id, Group.CASE, 0, "los_days", 77)
    services.checking.run(services.worklist.ids("all"))
    return ids


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Pages, wrong: list[int]) -> Any:
    """Return a window that shows the rule on days in hospital."""
    desk = open_desk((PAGE, stand_in("case"), stand_in("worklist")))
    desk.go("qc", scope="all", by="rule", key=LOS)
    return desk


def days(services: Services, ids: Sequence[int]) -> set[object]:
    return {services.cases.view(case_id).record.value("los_days") for case_id in ids}


def table(desk: Any) -> DataTable:
    return desk.window.findChild(DataTable, "qc_lines")


def rows(desk: Any) -> int:
    return table(desk).model().rowCount()


def test_no_two_actions_share_a_key() -> None:
    assert clashes(PAGE.actions) == []


def test_the_lists_are_sound_models(desk: Any, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(table(desk).model())
    qtmodeltester.check(desk.find(QListView, "qc_groups").model())


def test_ten_cases_are_fixed_by_the_keyboard_and_taken_back_at_once(
    desk: Any, services: Services, wrong: list[int]
) -> None:
    assert rows(desk) == 10
    assert desk.find(QLabel, "qc_group_note").text() == "10 份 · 10 份可直接改"
    assert QApplication.focusWidget() is table(desk)
    desk.press("Ctrl+A")
    assert desk.find(QLabel, "qc_ticked").text() == "已选 10 份"
    assert desk.find(Button, "qc.fix").text() == "按建议修改 10 份"
    desk.press("Alt+Return")
    desk.rest()
    assert 77 not in days(services, wrong)
    assert services.qc_batch.keys(QcScope(), RULE) == []
    desk.press("Ctrl+Z")
    desk.rest()
    assert days(services, wrong) == {77}
    desk.go("qc", scope="all", by="rule", key=LOS)
    assert rows(desk) == 10


def test_without_a_tick_the_line_under_the_cursor_is_written(desk: Any, services: Services, wrong: list[int]) -> None:
    desk.press("Down", "Alt+Return")
    desk.rest()
    assert 77 not in days(services, wrong[1:2])
    assert days(services, [wrong[0], *wrong[2:]]) == {77}
    assert rows(desk) == 9


def test_space_ticks_and_goes_on_and_escape_takes_the_ticks_off(desk: Any) -> None:
    desk.press("Space", "Space", "Space")
    assert desk.find(QLabel, "qc_ticked").text() == "已选 3 份"
    desk.press("Escape")
    assert desk.find(QLabel, "qc_ticked").text() == "未勾选"
    desk.press("Escape")
    assert desk.window.page.key != "qc" or not desk.window.page.middle.lines.model.ticks


def test_what_needs_a_person_is_not_ticked_and_says_why(desk: Any, services: Services) -> None:
    rule = next(
        line.group.key
        for line in services.qc_batch.overview(QcScope(), Segment.OPEN).lines
        if line.group.kind is GroupKind.RULE
        and not any(key.ready for key in services.qc_batch.keys(QcScope(), line.group, Segment.OPEN))
    )
    desk.go("qc", scope="all", by="rule", key=rule)
    desk.press("Space")
    assert desk.find(QLabel, "qc_ticked").text() == "未勾选"
    assert "需人工核对" in desk.window.shell.notices.bell[0].text


def test_the_detail_shows_before_and_after(desk: Any) -> None:
    desk.wait(lambda: "评分" in desk.window.findChildren(QLabel, "qc_effect")[0].text())
    assert "77" in desk.find(QLabel, "qc_history").text()


def test_f6_goes_through_the_rules_and_enter_opens_the_case_at_its_field(desk: Any, wrong: list[int]) -> None:
    title = desk.find(QLabel, "qc_group_title")
    first = title.full_text()
    desk.press("F6")
    desk.rest()
    assert title.full_text() != first
    desk.press("Shift+F6")
    desk.rest()
    assert title.full_text() == first
    desk.press("Return")
    assert desk.window.page.key == "case"
    assert desk.window.page.sent.args["case"] == wrong[0]
    assert desk.window.page.sent.args["field"] == "los_days"


def test_a_case_is_returned_and_stands_in_its_segment(desk: Any, services: Services, wrong: list[int]) -> None:
    desk.press("Space", "R")
    desk.rest()
    assert services.cases.view(wrong[0]).state is CaseState.RETURNED
    assert rows(desk) == 9
    desk.window.page.head.segments.set_current("returned")
    desk.rest()
    assert rows(desk) == 1
    desk.press("Ctrl+Z", on=table(desk))
    desk.rest()
    assert services.cases.view(wrong[0]).state is CaseState.TO_CODE


def test_ticks_of_an_unfinished_round_survive_a_restart(
    desk: Any, open_desk: Callable[..., Any], stand_in: Pages
) -> None:
    desk.press("Space", "Space")
    desk.window.go(Place("worklist"))
    desk.window.close()
    again = open_desk((PAGE, stand_in("case"), stand_in("worklist")))
    again.go("qc")
    assert again.find(QLabel, "qc_ticked").text() == "已选 2 份"
    assert again.window.page.place().args["key"] == LOS


def test_the_rules_are_run_anew_and_the_time_is_told(desk: Any, services: Services, wrong: list[int]) -> None:
    with services.session.db.operation(Op.SET_FIELD, by=services.user) as tx:
        tx.set_field(wrong[0], Group.CASE, 0, "los_days", None)
    assert rows(desk) == 10
    desk.press("F5")
    assert desk.find(QLabel, "qc_old").text().startswith("上次结果")
    desk.rest()
    assert rows(desk) == 9
    assert not desk.window.findChildren(QLabel, "qc_old")[0].isVisible()
    assert desk.window.page.place().args["key"] == LOS


def test_a_scope_is_chosen_from_the_list(desk: Any) -> None:
    desk.press("Ctrl+O")
    menu = desk.window.findChild(QMenu, "qc_scopes")
    batch = next(action for action in menu.actions() if ".csv" in action.text())
    batch.trigger()
    menu.close()
    desk.rest()
    assert desk.window.page.title_detail().endswith(".csv")
    assert desk.find(QLabel, "qc_cases").text() == "24 份"


def test_a_round_without_findings_says_so(desk: Any) -> None:
    desk.go("qc", scope="list", queue="passed", words="")
    assert rows(desk) == 0
    assert not desk.window.page.can_fix
    desk.press("Alt+Return", "R", "X", "Space", "Ctrl+Return")
    desk.rest()


def test_a_warning_gets_its_reason_and_most_errors_no_exception(desk: Any, services: Services) -> None:
    overview = services.qc_batch.overview(QcScope(), Segment.OPEN)
    soft = next(one for one in overview.lines if one.severity is not None and str(one.severity) != "error")
    desk.go("qc", scope="all", by="rule", key=soft.group.key)
    before = rows(desk)
    desk.press("X")
    desk.press("Return")
    assert desk.find(QLabel, "qc_card_problem").text()
    desk.find(QLineEdit, "qc_reason").setText("病程已记载")
    desk.press("Return", on=desk.find(QLineEdit, "qc_reason"))
    desk.rest()
    assert rows(desk) == before - 1
    done = services.qc_batch.keys(QcScope(), soft.group, Segment.DONE)
    assert len(done) == 1
    desk.go("qc", scope="all", by="rule", key=LOS)
    desk.press("X")
    assert "不能申请例外" in desk.window.shell.notices.bell[0].text


@pytest.fixture
def allows_exceptions(services: Services) -> Iterator[None]:
    """Let the rule on days in hospital be excepted, as a hospital may want of a rule of its own."""
    rule = services.session.engines.rule_sets.for_department("").rules.rule(LOS).rule
    object.__setattr__(rule, "allow_exception", True)
    yield
    object.__setattr__(rule, "allow_exception", False)


def test_an_exception_takes_two_persons(
    desk: Any, services: Services, wrong: list[int], allows_exceptions: None, tmp_path: Path
) -> None:
    desk.press("X")
    desk.find(QLineEdit, "qc_reason").setText("转院时间未到")
    desk.find(QLineEdit, "qc_evidence").setText("病程 11-20；出院小结")
    desk.press("Return", on=desk.find(QLineEdit, "qc_evidence"))
    desk.rest()
    (request,) = services.exceptions.waiting()
    assert (request.case_id, request.evidence) == (wrong[0], ("病程 11-20", "出院小结"))
    desk.press("Ctrl+E", on=table(desk))
    desk.click(desk.find(Button, "qc_paper"))
    desk.answer_file(tmp_path / "审批单.xlsx")
    desk.rest()
    assert (tmp_path / "审批单.xlsx").is_file()
    name = desk.find(QLineEdit, "qc_signer")
    name.setText("甲主任（测试）")
    desk.press("Return", on=name)
    name.setText("甲主任（测试）")
    desk.window.findChild(SegmentedControl, "qc_sign_role").set_current("insurance")
    desk.press("Return", on=name)
    assert "两个人" in desk.find(QLabel, "qc_sign_problem").text()
    name.setText("乙主任（测试）")
    desk.press("Return", on=name)
    desk.rest()
    assert desk.find(QLabel, "qc_sign_problem").text() == ""
    assert services.exceptions.waiting() == ()
    (key,) = services.qc_batch.keys(QcScope(), RULE, Segment.DONE)
    assert key.case_id == wrong[0]
    desk.press("Escape", on=name)


def test_heads_and_the_office_sign_as_who_they_are(
    desk: Any, services: Services, wrong: list[int], allows_exceptions: None
) -> None:
    report = services.cases.view(wrong[0]).report
    finding = next(one for one in report.findings if services.exceptions.may_except(one))
    services.exceptions.request(wrong[0], finding, ExceptionReason.CRITICAL, "危重", ["病程 11-20"])
    department = services.cases.view(wrong[0]).record.text("discharge_dept")
    for actor in (
        Actor("p7", "孙主任（测试）", frozenset({"head"}), frozenset({department})),
        Actor("p8", "赵医保（测试）", frozenset({"insurance"})),
    ):
        services.session.seat.take(actor)
        card = ApprovalsCard(desk.window, desk.window.shell)
        assert not card.findChild(QLineEdit, "qc_signer").isVisible()
        assert card.findChild(SegmentedControl, "qc_sign_role").current == min(actor.roles)
        card.findChild(Button, "qc_sign").click()
        assert card.findChild(QLabel, "qc_sign_problem").text() == ""
        card.close_card()
    services.session.seat.take(local_actor())
    signed = services.exceptions.of_case(wrong[0])[0].signatures
    assert [one.name for one in signed] == ["孙主任（测试）", "赵医保（测试）"]


def test_the_round_is_exported_without_names(desk: Any, services: Services, wrong: list[int], tmp_path: Path) -> None:
    with services.session.db.operation(Op.SET_FIELD, by=services.user) as tx:
        tx.set_field(wrong[0], Group.CASE, 0, "id_no", "330106194712195714")
    services.checking.run(wrong)
    path = tmp_path / "质控.xlsx"
    desk.press("E")
    desk.answer_file(path)
    desk.rest()
    book = load_workbook(path)
    assert book.sheetnames == ["汇总", "逐份", "科室"]
    lines = list(book["逐份"].iter_rows(min_row=2, values_only=True))
    assert sum(line[3] == LOS for line in lines) == 10
    names = {row.patient_name for row in services.worklist.rows(services.worklist.ids("all"))}
    cells = {cell for sheet in book for line in sheet.iter_rows(values_only=True) for cell in line}
    assert not names & cells
    assert any(line[6] == "（见病案）" for line in lines)
    assert not any("330106194712195714" in str(cell) for cell in cells)
    assert not any(cell.data_type == "f" for sheet in book for line in sheet.iter_rows() for cell in line)


def test_the_round_is_printed_as_pdf(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "质控.pdf"
    desk.press("Ctrl+P")
    desk.answer_file(path)
    desk.rest()
    assert path.read_bytes().startswith(b"%PDF")


def test_those_who_leave_soon_are_a_round_with_days_left(
    open_desk: Callable[..., Any], stand_in: Pages, services: Services
) -> None:
    leaving_case(services)
    desk = open_desk((PAGE, stand_in("case"), stand_in("worklist")))
    desk.go("qc", scope="leaving")
    model = table(desk).model()
    shown = [model.index(0, column).data() for column in range(model.columnCount())]
    assert "剩 2 天" in shown
    assert "11-25" in shown


def test_the_time_of_the_check_before_discharge_is_set(desk: Any, services: Services) -> None:
    desk.window.shell.actions.trigger("qc.plan")
    desk.find(QLineEdit, "qc_days").setText("x")
    desk.press("Return", on=desk.find(QLineEdit, "qc_days"))
    assert "天数" in desk.find(QLabel, "qc_card_problem").text()
    desk.find(QLineEdit, "qc_days").setText("5")
    desk.find(QLineEdit, "qc_at").setText("7:30")
    desk.press("Return", on=desk.find(QLineEdit, "qc_at"))
    assert (services.leaving.plan().days, services.leaving.plan().at) == (5, "07:30")


def test_a_false_alarm_counts_against_the_rule(desk: Any, services: Services, wrong: list[int]) -> None:
    desk.press("F", "Down", "T")
    desk.rest()
    with services.session.db.read() as reader:
        assert reader.judgements(LOS) == {wrong[0]: False, wrong[1]: True}
    detail = services.qc_batch.detail(services.qc_batch.keys(QcScope(), RULE)[0])
    assert detail.rule.alarms.startswith("50.0%")


def test_a_list_of_the_worklist_is_gone_through_by_one_key(
    open_desk: Callable[..., Any], services: Services, wrong: list[int]
) -> None:
    desk = open_desk()
    desk.go("worklist", queue="to_code")
    desk.press("Q", on=desk.find(DataTable, "cases"))
    desk.rest()
    assert desk.window.page.key == "qc"
    assert desk.window.page.title_detail() == "病例列表：待编码"
    assert desk.find(QLabel, "qc_cases").text() == f"{len(services.worklist.ids('to_code'))} 份"


def test_the_queue_before_discharge_shows_the_planned_day(open_desk: Callable[..., Any], services: Services) -> None:
    case_id = leaving_case(services)
    desk = open_desk()
    desk.go("worklist", queue="leaving")
    model = desk.find(DataTable, "cases").model()
    row = model.row_of(case_id)
    shown = [model.index(row, column).data() for column in range(model.columnCount())]
    assert any("11-25" in words and "剩 2 天" in words for words in shown)
    desk.go("worklist", queue="all")
    assert not desk.find(DataTable, "cases").isColumnHidden(0)


def test_new_errors_before_discharge_are_told_and_shown(
    open_desk: Callable[..., Any], stand_in: Pages, services: Services
) -> None:
    leaving_case(services)
    desk = open_desk((PAGE, stand_in("case"), stand_in("worklist")))
    watch = LeavingWatch(desk.window.shell, desk.window)
    watch.start()
    desk.rest()
    (told,) = [entry for entry in desk.window.shell.notices.bell if "出院前质控" in entry.text]
    assert "1 份" in told.text
    watch.look()
    desk.rest()
    assert len([entry for entry in desk.window.shell.notices.bell if "出院前质控" in entry.text]) == 1


def leaving_case(services: Services) -> int:
    """Put a case with an error into hospital that leaves in two days; nobody else leaves soon."""
    case_id: int = services.worklist.ids("to_code")[0]
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(case_id, CaseState.INPATIENT)
        tx.set_field(case_id, Group.CASE, 0, "discharge_time", datetime(2026, 11, 25, 10))
        tx.set_field(case_id, Group.CASE, 0, "sex", None)
    services.checking.run([case_id])
    return case_id
