"""The 质控 tab by keyboard: confirm and bring back, questions by digit, score, the physician, false alarms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.domain.case import CaseState
from app.domain.field import Group
from app.domain.findings import BrokenRule, Severity
from app.services import exceptions, standing
from app.services.rule_types import ExceptionState
from app.storage.ops import Op
from app.ui.actions import clashes
from app.ui.pages.case import PAGE as CASE
from app.ui.pages.case.score import ScorePane


@pytest.fixture
def warned(case: Any) -> Any:
    """Return the open case with every row coded: warnings and hints, no error."""
    for group in (Group.DX, Group.OP):
        for index in range(len(case.stored().record.rows(group))):
            best = case.services.cases.candidates(case.case_id, group, index).best
            case.services.cases.accept(case.case_id, group, index, best.code if best else "J20.900")
    case.page.open_case(case.case_id)
    case.settle()
    return case


@pytest.fixture
def asking(warned: Any) -> Any:
    """Return the case with an acute appendicitis as its first diagnosis, the focus on the question about it."""
    warned.services.cases.accept(warned.case_id, Group.DX, 0, "K35.800")
    warned.page.open_case(warned.case_id)
    warned.settle()
    while not [one for one in warned.page.findings.questions if one.question.id == "ZW-001"]:
        pytest.fail("the question is not asked")
    warned.press("F7")
    while warned.page.findings.current_card().asked.question.id != "ZW-001":
        warned.press("F7")
    return warned


def of_severity(case: Any, severity: Severity) -> Any:
    """Return the first open finding of a severity."""
    return next(one for one in case.page.findings.findings if one.severity is severity)


def choose(case: Any, finding: Any) -> None:
    """Put the focus into the dock, on a finding."""
    case.page.findings.setFocus(Qt.FocusReason.OtherFocusReason)
    case.page.findings.choose_finding(finding)


def words_of(widget: QWidget) -> str:
    """Return the words of every visible label in a widget."""
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_findings_stand_in_groups_with_counts(warned: Any) -> None:
    report = warned.stored().report
    shown = words_of(warned.page.findings).split("\n")
    for severity, word in ((Severity.WARN, "警告"), (Severity.HINT, "提示")):
        if report.count(severity):
            assert shown[shown.index(word) + 1] == str(report.count(severity))


def test_a_warning_is_confirmed_with_a_common_reason_and_brought_back(warned: Any) -> None:
    finding = of_severity(warned, Severity.WARN)
    choose(warned, finding)
    warned.press("Alt+C")
    assert warned.visible("words_card") is not None
    warned.press("1")
    assert warned.visible("words_card") is None
    assert finding not in warned.page.findings.findings
    assert "已处理 1 项" in warned.page.findings.findChild(QWidget, "fold_decided").text()
    warned.page.findings.setFocus()
    warned.press("D")
    warned.page.findings.choose(len(warned.page.findings.cards) - 1)
    assert "已核对病历，内容属实" in words_of(warned.page.findings)
    warned.press("Alt+C")
    assert finding in warned.page.findings.findings


def test_a_confirmed_warning_comes_back_when_its_facts_change_and_says_why(warned: Any) -> None:
    warned.services.cases.set_text(warned.case_id, "fee_nursing", "0")
    warned.page.open_case(warned.case_id)
    finding = next(one for one in warned.page.findings.findings if one.rule_id == "FY-009")
    choose(warned, finding)
    warned.press("Alt+C", '"nothing', "Return")
    assert "FY-009" not in [one.rule_id for one in warned.page.findings.findings]
    warned.page.work.set_text("contact_name", "Wu")
    assert "FY-009" not in [one.rule_id for one in warned.page.findings.findings]
    days = int(warned.stored().record.text("los_days"))
    warned.page.work.set_text("los_days", str(days + 1))
    assert "FY-009" in [one.rule_id for one in warned.page.findings.findings]
    assert "依据已变，请重新确认" in words_of(warned.page.findings)
    assert "nothing" in words_of(warned.page.findings)


def test_confirming_is_undone_by_ctrl_z(warned: Any) -> None:
    finding = of_severity(warned, Severity.WARN)
    choose(warned, finding)
    warned.press("Alt+C", "2")
    assert finding not in warned.page.findings.findings
    warned.press("Ctrl+Z")
    assert finding in warned.page.findings.findings
    assert "依据已变" not in words_of(warned.page.findings)


def test_a_confirmed_finding_marks_nothing_and_its_field_says_nothing(warned: Any) -> None:
    finding = next(one for one in warned.page.findings.findings if one.paths == ("fee_total",) or "FY" in one.rule_id)
    path = finding.paths[0]
    warned.page.go_to_field(path)
    assert finding.message in warned.field(path).toolTip()
    assert finding.message in warned.field(path).accessibleDescription()
    choose(warned, finding)
    warned.press("Alt+C", "1")
    assert finding.message not in warned.field(path).toolTip()


def test_esc_leaves_the_reason_and_nothing_is_written(warned: Any) -> None:
    finding = of_severity(warned, Severity.WARN)
    choose(warned, finding)
    warned.press("Alt+C", "Return")
    assert warned.visible("words_card") is not None, "an empty reason is none"
    warned.press("Escape")
    assert warned.visible("words_card") is None
    assert finding in warned.page.findings.findings
    assert warned.services.suppressions.of_case(warned.case_id) == ()


def test_an_error_is_not_confirmed_but_excepted_or_mended(case: Any) -> None:
    finding = of_severity(case, Severity.ERROR)
    choose(case, finding)
    case.press("Alt+C")
    case.wait(lambda: case.says("强制错误不能确认"))
    assert case.visible("words_card") is None
    assert finding in case.page.findings.findings


def test_finishing_asks_for_each_warning_in_turn(warned: Any) -> None:
    warnings = warned.stored().report.count(Severity.WARN)
    assert warnings > 1
    warned.press("Ctrl+Return")
    assert [one.rule_id for one in warned.stored().report.findings if one.severity is Severity.ERROR] == []
    assert warned.says(f"第 1 / {warnings} 项")
    for _ in range(warnings):
        warned.press("1")
    assert warned.stored().state is CaseState.TO_QC
    assert warned.stored().report.count(Severity.WARN) == 0


def test_a_question_is_answered_by_digits_with_evidence_and_only_proposed(asking: Any) -> None:
    asking.press("1")
    assert asking.visible("answer_card") is not None
    asking.press("Return")
    assert asking.says("请写明病历中何处有记载。")
    asking.press("3", '"11-20', "Return")
    assert asking.visible("answer_card") is None
    view = asking.stored()
    assert view.record.text("dx[0].code").startswith("K35.2")
    proposal = view.proposal(Group.DX, 0)
    assert proposal is not None
    assert "手术或操作记录 11-20" in proposal.reason
    assert asking.cell(0, "状态").startswith("提议")
    assert "ZW-001" not in [one.question.id for one in asking.page.findings.questions]
    asking.press("Ctrl+Z")
    assert asking.value("dx[0].code") == "K35.800"


def test_a_question_is_settled_without_a_code_and_asked_again(asking: Any) -> None:
    before = asking.stored().record
    asking.press("4")
    assert asking.visible("answer_card") is None
    assert "ZW-001" not in [one.question.id for one in asking.page.findings.questions]
    assert asking.stored().record == before
    asking.page.findings.setFocus()
    asking.press("D")
    asking.page.findings.choose(len(asking.page.findings.cards) - 1)
    asking.press("Alt+C")
    assert "ZW-001" in [one.question.id for one in asking.page.findings.questions]


def test_enter_on_a_question_goes_to_its_row(asking: Any) -> None:
    asking.press("Return")
    assert asking.page.focused_path() == "dx[0].code"


def test_a_prompt_for_what_may_be_missing_writes_nothing_by_itself(warned: Any) -> None:
    rows = len(warned.stored().record.rows(Group.DX))
    warned.page.work.set_text("vent_hours", "30")
    found = [one.question.id for one in warned.page.findings.questions]
    assert "LB-001" in found
    assert "可能漏编" in [card.accessibleName()[:4] for card in warned.page.findings.cards]
    assert len(warned.stored().record.rows(Group.DX)) == rows


def test_the_score_lists_its_deductions_and_goes_to_the_field(case: Any) -> None:
    report = case.stored().report
    assert report.deductions
    case.press("Alt+S")
    score = case.visible("score_pane")
    assert isinstance(score, ScorePane)
    assert case.focus is score
    shown = words_of(score)
    assert f"{report.score:.1f}" in shown
    for title in ("患者基本信息", "住院过程信息", "诊疗信息", "费用信息"):
        assert title in shown
    for deduction in report.deductions:
        assert deduction.item in shown
        assert deduction.section
        assert f"\u2212{deduction.points:.1f}" in shown
    case.press("Return")
    assert case.page.focused_path()
    score.setFocus()
    case.press("Escape")
    assert case.visible("score_pane") is None


def test_the_score_follows_an_edit(case: Any) -> None:
    case.press("Alt+S")
    before = case.stored().report.score
    case.page.work.set_text("sex", "")
    after = case.stored().report.score
    assert after < before
    assert f"{after:.1f}" in words_of(case.visible("score_pane"))
    assert "性别" in words_of(case.visible("score_pane"))


def test_a_question_to_the_physician_goes_along_when_the_case_is_returned(warned: Any) -> None:
    finding = of_severity(warned, Severity.WARN)
    choose(warned, finding)
    warned.press("R", "Return")
    (note,) = warned.services.asking.of_case(warned.case_id)
    assert note.rule_id == finding.rule_id
    assert note.words
    assert note.path == finding.paths[0]
    assert "待问医师" in words_of(warned.page.findings).split("\n")
    warned.desk.window.shell.actions.trigger("case.return")
    warned.settle()
    assert warned.says(f"1. {note.words}")
    warned.press("Return")
    assert warned.stored().state is CaseState.RETURNED
    warned.press("Ctrl+Z")
    assert warned.stored().state is CaseState.CODING


def test_a_question_to_the_physician_is_taken_off_the_list(warned: Any) -> None:
    choose(warned, of_severity(warned, Severity.WARN))
    warned.press("R", "Return")
    warned.page.findings.choose(len(warned.page.findings.cards) - 1)
    warned.press("Return")
    assert warned.page.focused_path()
    warned.press("Alt+C")
    assert warned.services.asking.of_case(warned.case_id) == ()
    assert "待问医师" not in words_of(warned.page.findings).split("\n")


def test_an_exception_is_asked_for_with_class_and_evidence(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = of_severity(case, Severity.ERROR)
    choose(case, finding)
    case.press("X")
    case.wait(lambda: case.says(f"{finding.rule_id} 不能申请例外"))
    monkeypatch.setattr(exceptions, "may_except", lambda *_given: True)
    case.press("X", "1", "2", '"11-20', "Return")
    (line,) = case.services.exceptions.of_case(case.case_id)
    assert (line.rule_id, line.evidence) == (finding.rule_id, ("病程记录 11-20",))
    assert "已申请例外，0 / 2 人签批。" in words_of(case.page.findings)


def test_two_persons_sign_an_exception_and_it_is_taken_back(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exceptions, "may_except", lambda *_given: True)
    monkeypatch.setattr(standing, "may_except", lambda *_given: True)
    finding = of_severity(case, Severity.ERROR)
    choose(case, finding)
    case.press("X", "1", "2", "Return")
    case.press("X", "1", '"Gao', "Return")
    assert "已申请例外，1 / 2 人签批。" in words_of(case.page.findings)
    case.press("X", "2", '"Gao', "Return")
    case.wait(lambda: case.says("两个签字须是两个人"))
    assert finding in case.page.findings.findings
    case.press("X", "2", '"Lin', "Return")
    assert finding not in case.page.findings.findings
    case.page.findings.setFocus()
    case.press("D")
    case.page.findings.choose(len(case.page.findings.cards) - 1)
    assert "Gao、Lin 签批" in words_of(case.page.findings)
    case.press("X", '"not needed', "Return")
    assert finding in case.page.findings.findings


def test_an_exception_is_refused_with_a_reason(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exceptions, "may_except", lambda *_given: True)
    finding = of_severity(case, Severity.ERROR)
    choose(case, finding)
    case.press("X", "1", "2", "Return")
    case.press("X", "4", '"Lin', "Return", '"no', "Return")
    (line,) = case.services.exceptions.of_case(case.case_id)
    assert line.state is ExceptionState.REJECTED
    assert "人签批" not in words_of(case.page.findings)


def test_a_false_alarm_is_judged_and_the_finding_stays(warned: Any) -> None:
    finding = of_severity(warned, Severity.WARN)
    choose(warned, finding)
    warned.press("F")
    line = warned.services.rules.rule(finding.rule_id).line
    assert (line.judged, line.false_alarms) == (1, 1)
    assert finding in warned.page.findings.findings


def test_f1_tells_the_whole_rule(warned: Any) -> None:
    finding = of_severity(warned, Severity.WARN)
    choose(warned, finding)
    warned.press("F1")
    rule = warned.services.rules.rule(finding.rule_id).rule
    for words in ("条件：", f"依据：{rule.source}", "层级：国家与行业基础", "近一个月命中"):
        assert warned.says(words)


def test_a_broken_rule_is_told_calmly_and_is_no_finding(warned: Any) -> None:
    view = warned.stored()
    report = replace(view.report, broken=(BrokenRule("BM-001", "缺少编码库"),))
    count = len(warned.page.findings.findings)
    warned.page.show_view(replace(view, report=report))
    assert warned.visible("broken_rule") is not None
    assert "规则 BM-001 有问题，未参与检查：缺少编码库" in words_of(warned.page.findings)
    assert len(warned.page.findings.findings) == count


def test_nothing_can_be_decided_in_a_locked_case(warned: Any) -> None:
    finding = of_severity(warned, Severity.WARN)
    _, question = warned.services.asking.draft(warned.case_id, "sex")
    warned.services.asking.ask(warned.case_id, question)
    with warned.services.session.db.operation(Op.SET_STATE, by=warned.services.user) as tx:
        tx.set_state(warned.case_id, CaseState.SUBMITTED)
    warned.page.open_case(warned.case_id)
    choose(warned, finding)
    warned.press("Alt+C", "R", "X")
    assert warned.visible("words_card") is None
    assert not warned.desk.window.shell.actions.is_enabled("case.return")


def test_the_keys_of_the_dock_clash_with_no_other() -> None:
    assert clashes(CASE.actions) == []
