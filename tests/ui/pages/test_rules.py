"""质控规则 as a quality controller works with it: written by keys, tried, judged, put in force, rolled back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QListView, QPlainTextEdit, QWidget

from app.common.progress import NoProgress
from app.domain.findings import Severity
from app.qc.layers import RuleStatus
from app.qc.rule import Rule
from app.services.composition import Services, open_services
from app.ui.actions import clashes
from app.ui.page import PageSpec
from app.ui.pages.rules import PAGE
from app.ui.pages.rules.palette import RuleProvider
from app.ui.widgets import DataTable

RULE = Rule(
    id="YN-001",
    category="逻辑",
    severity=Severity.WARN,
    when="los_days >= 1",
    message="住院至少一天（测试）",
    remedy="核对",
    source="本院",
    fires=({"los_days": "3"},),
    silent=({"los_days": "0"},),
)


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window on the page."""
    opened = open_desk((stand_in("worklist"), stand_in("case"), PAGE))
    opened.go("rules")
    return opened


def words_of(desk: Any) -> str:
    """Return the words of every visible label."""
    return "\n".join(label.accessibleName() for label in desk.window.findChildren(QLabel) if label.isVisible())


def settle(desk: Any) -> None:
    """Wait until what was typed has been taken over and judged."""
    page = desk.window.page
    page.editor.flush()
    desk.wait(lambda: not page._judge_timer.isActive())
    desk.rest()


def gate(desk: Any) -> str:
    """Return what is still to do."""
    return str(desk.find(QLabel, "gate").accessibleName())


def token(desk: Any, *keys: str) -> None:
    """Open the current token and do something in its box."""
    desk.press("Return", on=desk.window.page.editor.sentence)
    line = desk.find(QLineEdit, "token_line")
    for key in keys:
        desk.press(key, on=line)
    desk.press("Return", on=line)
    settle(desk)


def test_no_two_actions_share_a_key_and_each_has_help() -> None:
    assert clashes(PAGE.actions) == []
    assert all(action.help.endswith("。") for action in PAGE.actions)


def test_the_page_opens_on_the_base_with_counts_and_one_rule(desk: Any, services: Services) -> None:
    page = desk.window.page
    lines = services.rules.lines()
    assert page.title_detail() == "国家与行业基础"
    assert len(page.list.lines) == len(lines)
    assert page.list.current.id == lines[0].id
    assert "不能改写" in gate(desk)
    assert not page.is_own
    assert desk.find(QWidget, "sentence").accessibleDescription().startswith("当 ")


def test_a_rule_is_found_by_id_words_and_initials(desk: Any) -> None:
    page = desk.window.page
    for typed, wanted in (("lj-004", "LJ-004"), ("出院时间晚于当前", "LJ-003"), ("csrqwyrysj", "LJ-001")):
        page.list.query.setText(typed)
        desk.press("Return", on=page.list.query)
        desk.rest()
        assert wanted in [line.id for line in page.list.lines]


def write_rule(desk: Any) -> None:
    """Write a rule from nothing: the condition token by token, its words, an example of each kind."""
    page = desk.window.page
    desk.press("Ctrl+N")
    settle(desk)
    assert page.work.rule.id == "YN-001"
    assert "还没有条件" in words_of(desk)
    token(desk, '"los_days')
    assert page.work.rule.when == "present(los_days)"
    token(desk, '"不小于')
    assert page.work.rule.when == "los_days >= 0"
    page.editor.sentence.go_to(2)
    token(desk, '"1')
    assert page.work.rule.when == "los_days >= 1"
    for name, words in (("rule_message", "住院至少一天（测试）"), ("rule_remedy", "核对")):
        desk.press(f'"{words}', on=desk.find(QLineEdit, name))
    settle(desk)
    assert "至少要有一个应命中的例子" in gate(desk)
    page.tabs.set_current("examples")
    for kind, line in (("fires", "实际住院=3"), ("silent", "los_days=0")):
        page.examples.kind.set_current(kind)
        page.examples.line.setText(line)
        desk.press("Return", on=page.examples.line)
        settle(desk)
    assert [one.answer.holds for one in page._judged.tried] == [True, True]


def try_and_judge(desk: Any, services: Services) -> None:
    """Try the rule on all cases and judge ten samples, one as a false alarm."""
    page = desk.window.page
    assert gate(desk) == "启用前还需：改动后还没有试运行"
    desk.press("F5")
    desk.rest()
    trial = page.trial.trial
    assert trial.cases == len(services.worklist.ids("all"))
    assert len(trial.hits) > 10
    assert "再抽查 10 份" in gate(desk)
    samples = desk.find(DataTable, "samples")
    for key in "TTTTTTTTTF":
        desk.press(key, on=samples)
    assert page.trial.trial.judged == 10
    assert page.trial.trial.false_share == pytest.approx(0.1)


def give_reason(desk: Any, words: str) -> None:
    """Write the reason on the card and confirm by Enter."""
    line = desk.find(QLineEdit, "card_reason")
    desk.press(f'"{words}', on=line)
    desk.press("Return", on=line)
    desk.rest()


def test_a_rule_is_written_tried_judged_and_put_in_force_by_keys(desk: Any, services: Services) -> None:
    page = desk.window.page
    write_rule(desk)
    desk.press("Ctrl+S")
    desk.rest()
    assert services.rules.rule("YN-001").line.status is RuleStatus.DRAFT
    assert not page.can_enable
    try_and_judge(desk, services)
    assert gate(desk) == "可以送签启用。"
    desk.press("Ctrl+Return")
    give_reason(desk, " ")
    assert "没有写原因" in words_of(desk)
    give_reason(desk, "试点（测试）")
    assert services.rules.rule("YN-001").line.status is RuleStatus.ON
    case = int(page.trial.trial.hits[0])
    assert "YN-001" in [finding.rule_id for finding in services.cases.view(case).report.findings]


def test_an_earlier_version_is_put_in_force_again(desk: Any, services: Services) -> None:
    services.rules.save_draft(RULE)
    services.rules.enable("YN-001", "第一版（测试）")
    page = desk.go("rules", rule="YN-001")
    desk.press("F5")
    desk.rest()
    desk.press("F2")
    desk.find(QPlainTextEdit, "formula").setPlainText("los_days >= 2")
    settle(desk)
    assert page.work.trial is None
    assert "改动后还没有试运行" in gate(desk)
    services.rules.save_draft(page.work.rule)
    services.rules.enable("YN-001", "第二版（测试）")
    desk.go("rules", rule="YN-001")
    desk.press("Ctrl+H")
    versions = desk.find(DataTable, "versions")
    assert versions.model().rowCount() == 2
    versions.go_to(1)
    desk.press("R", on=versions)
    give_reason(desk, "太宽（测试）")
    assert services.rules.rule("YN-001").rule.when == "los_days >= 1"
    assert len(services.rules.versions("YN-001")) == 3


def test_what_is_written_is_there_again_after_a_restart(
    desk: Any, open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]
) -> None:
    desk.press("Ctrl+N")
    desk.press("F2")
    desk.find(QPlainTextEdit, "formula").setPlainText("los_days > 500 and sex ==")
    settle(desk)
    assert "公式还不完整" in desk.window.page.editor.sentence.accessibleDescription()
    assert "没有写完" in str(desk.find(QLabel, "formula_fault").accessibleName())
    desk.press("Escape")
    again = open_desk((stand_in("worklist"), stand_in("case"), PAGE))
    page = again.go("rules", rule="YN-001")
    assert page.work.rule.when == "los_days > 500 and sex =="
    assert page.work.is_changed
    desk_state = page.editor.formula.toPlainText()
    assert desk_state == "los_days > 500 and sex =="


def test_rules_that_change_elsewhere_leave_what_is_being_written(desk: Any, services: Services) -> None:
    services.rules.save_draft(RULE)
    page = desk.go("rules", rule="YN-001")
    desk.press('"，改了一半', on=desk.find(QLineEdit, "rule_message"))
    desk.window.shell.publish(services.rules.switch("LJ-038", False, "别处（测试）"))
    desk.rest()
    assert page.work.rule.message == "住院至少一天（测试），改了一半"
    assert page.work.is_changed
    desk.press("Ctrl+S")
    desk.rest()
    assert services.rules.rule("YN-001").draft.message == page.work.rule.message
    assert not page.work.is_changed
    assert page._desk.names() == ()


def test_a_rule_of_the_base_is_switched_for_a_department_with_a_reason(desk: Any, services: Services) -> None:
    page = desk.go("rules", rule="LJ-037")
    page.tabs.set_current("settings")
    panel = page.settings.overrides
    panel.save.click()
    assert "没有写原因" in words_of(desk)
    panel.reason.setText("试点科室（测试）")
    panel.dept.setText("03.01")
    panel.save.click()
    desk.rest()
    (line,) = services.rules.overrides("LJ-037")
    assert (line.kind, line.value, line.department, line.reason) == ("switch", False, "03.01", "试点科室（测试）")
    assert desk.find(DataTable, "overrides").model().rowCount() == 1
    page.tree.chosen.emit("layer:department")
    desk.rest()
    assert [one.id for one in page.list.lines] == ["LJ-037"]


def test_a_copy_begins_with_the_base_rule_and_an_example_of_a_case(desk: Any, services: Services) -> None:
    case = int(services.worklist.ids("all")[0])
    page = desk.go("rules", rule="LJ-038", case=case)
    desk.press("Ctrl+D")
    settle(desk)
    desk.press("Ctrl+G")
    assert desk.find(QLineEdit, "card_record_no").text() == services.worklist.rows([case])[0].record_no
    desk.press("Escape", on=desk.find(QLineEdit, "card_record_no"))
    like = services.rules.rule("LJ-038").rule
    assert (page.work.rule.id, page.work.rule.when) == ("YN-001", like.when)
    assert len(page.work.rule.fires) == len(like.fires) + 1
    assert "los_days" in page.work.rule.fires[-1]
    assert "patient_name" not in page.work.rule.fires[-1]
    assert "与 LJ-038 的条件相同" in words_of(desk)
    desk.press("Ctrl+Delete")
    desk.rest()
    assert services.rules.new_id() == "YN-001"
    assert page.list.lines == [] or all(line.id != "YN-001" for line in page.list.lines)


def test_a_sample_opens_the_case_at_its_field(desk: Any, services: Services) -> None:
    services.rules.save_draft(RULE)
    page = desk.go("rules", rule="YN-001")
    desk.press("F5")
    desk.rest()
    sample = page.trial.chosen
    desk.press("Return", on=desk.find(DataTable, "samples"))
    desk.rest()
    assert desk.window.page.key == "case"
    assert desk.window.page.sent.args["case"] == sample.case_id
    assert desk.window.page.sent.args["field"] == "los_days"


def test_a_trial_of_a_period_looks_at_its_cases_only(desk: Any, services: Services) -> None:
    services.rules.save_draft(RULE)
    page = desk.go("rules", rule="YN-001")
    first, last = desk.find(QLineEdit, "trial_first"), desk.find(QLineEdit, "trial_last")
    first.setText("gestern")
    desk.press("F5")
    desk.rest()
    assert page.trial.trial is None
    assert "日期请写成" in words_of(desk)
    first.setText("1990-01-01")
    last.setText("1990-12-31")
    desk.press("F5")
    desk.rest()
    assert page.trial.trial.cases == 0
    assert "这段时间没有出院的病例" in words_of(desk)
    assert not page.can_judge


def test_a_library_that_is_read_only_shows_the_rules_and_writes_nothing(
    desk: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.rules.save_draft(RULE)
    page = desk.go("rules", rule="YN-001")
    monkeypatch.setattr(type(services.session.db), "read_only", property(lambda _db: True))
    page.shell.actions.refresh()
    assert page.work.rule == RULE
    assert not any((page.is_own, page.can_save, page.can_enable))
    desk.press("F5")
    desk.rest()
    assert page.trial.trial is not None
    assert not page.can_judge


def test_a_token_is_changed_from_its_list_and_given_up_by_escape(desk: Any, services: Services) -> None:
    services.rules.save_draft(replace(RULE, when="sex == 1"))
    page = desk.go("rules", rule="YN-001")
    page.editor.sentence.go_to(2)
    desk.press("Return", on=page.editor.sentence)
    choices = desk.find(QListView, "token_choices")
    assert "女　2" in [choices.model().index(at, 0).data() for at in range(choices.model().rowCount())]
    desk.press("Escape", on=desk.find(QLineEdit, "token_line"))
    assert page.work.rule.when == "sex == 1"
    assert desk.window.page is page
    token(desk, '"女')
    assert page.work.rule.when == "sex == 2"
    desk.press("Delete", on=page.editor.sentence)
    settle(desk)
    assert page.work.rule.when == ""
    desk.press("Ctrl+Z")
    settle(desk)
    assert page.work.rule.when == "sex == 2"


def test_lists_and_parameters_are_changed_with_a_reason(desk: Any, services: Services) -> None:
    page = desk.window.page
    desk.press("Ctrl+L")
    desk.rest()
    page.data.query.setText("split_days")
    page.data.value.setText("20")
    page.data.save.click()
    assert "没有写原因" in words_of(desk)
    page.data.reason.setText("本地规定（测试）")
    page.data.save.click()
    desk.rest()
    assert next(one for one in services.rules.parameters() if one.name == "split_days").value == 20
    page.data.query.setText("MALE_ONLY")
    page.data.items.setPlainText("C60-C63、N40")
    page.data.reason.setText("本地规定（测试）")
    page.data.save.click()
    desk.rest()
    assert next(one for one in services.rules.lists() if one.name == "MALE_ONLY").items == ("C60-C63", "N40")


def test_a_pack_of_another_hospital_is_shown_before_it_is_taken(desk: Any, services: Services, tmp_path: Path) -> None:
    path = tmp_path / "外院.bgrules"
    other = open_services(tmp_path / "other", clock=services.session.clock)
    other.rules.save_draft(replace(RULE, id="YN-009"))
    other.rules.enable("YN-009", "外院（测试）")
    other.rule_packs.export(path, title="外院规则")
    other.close()
    desk.press("Ctrl+O")
    desk.answer_file(path)
    desk.rest()
    rules = desk.find(DataTable, "pack_rules")
    assert [rules.model().index(0, at).data() for at in range(3)] == ["YN-009", "新增", RULE.message]
    give_reason(desk, "试用（测试）")
    assert services.rules.new_id() == "YN-001"  # nothing is taken before the signer is trusted
    desk.find(QCheckBox, "pack_trust").setChecked(True)
    desk.press("Return", on=desk.find(QLineEdit, "card_reason"))
    desk.rest()
    assert services.rules.rule("YN-009").draft is not None


def test_own_rules_are_written_as_a_pack(desk: Any, services: Services, tmp_path: Path) -> None:
    services.rules.save_draft(RULE)
    services.rules.enable("YN-001", "第一版（测试）")
    path = tmp_path / "本院.bgrules"
    desk.press("Ctrl+E")
    desk.answer_file(path)
    desk.rest()
    assert [one.rule.id for one in services.rule_packs.preview(path).rules] == ["YN-001"]


def test_a_file_that_is_no_pack_is_refused_in_words(desk: Any, services: Services, tmp_path: Path) -> None:
    path = tmp_path / "不是规则包.bgrules"
    path.write_text("随便写的", "utf-8")
    page = desk.window.page
    page.read_pack(path)
    desk.rest()
    assert page.work is not None
    assert path.name in words_of(desk) or "规则包" in words_of(desk)


def test_the_palette_finds_rules(desk: Any, services: Services) -> None:
    services.warm_up(NoProgress())
    provider = RuleProvider(desk.window.shell)
    group = provider.search("LJ-004", 5)
    assert [item.code for item in group.items] == ["LJ-004"]
    group.items[0].run()
    desk.rest()
    assert desk.window.page.work.rule.id == "LJ-004"
    assert provider.search("", 5).total == 0


def say(desk: Any, what: str, value: str, reason: str = "本院规定（测试）") -> None:
    """Write a word of the hospital on the rule that is shown."""
    panel = desk.window.page.settings.overrides
    panel.what.set_current(what)
    panel.value.setText(value)
    panel.reason.setText(reason)
    panel.save.click()
    desk.rest()


def test_severity_parameters_and_exemptions_of_a_base_rule(desk: Any, services: Services) -> None:
    page = desk.go("rules", rule="FY-021", tab="settings")
    (name,) = services.rules.rule("FY-021").rule.params
    say(desk, "severity", "大概")
    assert "不是级别" in words_of(desk)
    say(desk, "severity", "强制")
    say(desk, "parameter", f"{name}=viel")
    assert "不是数字" in words_of(desk)
    say(desk, "parameter", f"{name}=777777")
    say(desk, "unless", 'discharge_dept == "03.01"')
    say(desk, "on", "")
    rule = services.rules.rule("FY-021")
    assert (rule.line.severity, dict(rule.rule.params)) == (Severity.ERROR, {name: 777777})
    overrides = desk.find(DataTable, "overrides")
    assert {overrides.model().index(row, 0).data() for row in range(4)} == {
        "启用", "级别 强制", f"{name} = 777777.0", '除外 discharge_dept == "03.01"',
    }  # fmt: skip
    overrides.go_to([overrides.model().index(row, 0).data() for row in range(4)].index("级别 强制"))
    overrides.setFocus()
    desk.press("Delete", on=overrides)
    give_reason(desk, "不再需要（测试）")
    assert services.rules.rule("FY-021").line.severity is not Severity.ERROR
    page.tabs.set_current("versions")
    log = desk.find(DataTable, "rule_log")
    before = len(services.rules.overrides("FY-021"))
    log.go_to(0)
    log.setFocus()
    desk.press("U", on=log)
    desk.rest()
    assert len(services.rules.overrides("FY-021")) == before + 1


def test_further_entries_of_an_own_rule(desk: Any, services: Services) -> None:
    services.rules.save_draft(RULE)
    page = desk.go("rules", rule="YN-001", tab="settings")
    own = page.settings.own
    own.severity.set_current("hint")
    for name, typed in (
        ("params", "limit=45 x"),
        ("params", "limit=45"),
        ("fix_path", "los_days"),
        ("category", "费用"),
    ):
        field = desk.find(QLineEdit, f"own_{name}")
        field.setText(typed)
        field.commit()
    for name, typed in (("fix_value", "limit"), ("fix_label", "改为 {value}"), ("fields", "los_days，sex")):
        field = desk.find(QLineEdit, f"own_{name}")
        field.setText(typed)
        field.commit()
    settle(desk)
    rule = page.work.rule
    assert (rule.severity, rule.category, dict(rule.params)) == (Severity.HINT, "费用", {"limit": 45})
    assert rule.fix is not None
    assert (rule.fix.path, rule.fix.value, rule.fields) == ("los_days", "limit", ("los_days", "sex"))


def test_examples_are_rewritten_dropped_and_taken_from_a_case(desk: Any, services: Services) -> None:
    services.rules.save_draft(RULE)
    page = desk.go("rules", rule="YN-001", tab="examples")
    table, line = desk.find(DataTable, "examples"), desk.find(QLineEdit, "example_line")
    line.setFocus()
    line.setText("没有的字段=1")
    desk.press("Return", on=line)
    assert "不是“字段=值”" in words_of(desk)
    desk.press("Escape", on=line)
    assert line.text() == ""
    desk.press("Return", on=table)
    assert line.text() == "实际住院=3"
    line.setText("实际住院=4")
    desk.press("Return", on=line)
    settle(desk)
    assert page.work.rule.fires == ({"los_days": "4"},)
    table.go_to(1)
    table.setFocus()
    desk.press("Delete", on=table)
    settle(desk)
    assert page.work.rule.silent == ()
    desk.press("Ctrl+G")
    number = desk.find(QLineEdit, "card_record_no")
    number.setText("没有这个号")
    desk.press("Return", on=number)
    assert "没有病案号为" in words_of(desk)
    case = services.worklist.rows(services.worklist.ids("all")[:1])[0]
    number.setText(case.record_no)
    desk.press("Return", on=number)
    assert line.text().startswith("实际住院=")


def test_the_sentence_is_walked_by_keys_and_by_mouse(desk: Any, services: Services) -> None:
    services.rules.save_draft(replace(RULE, when="any(dx, code in MALE_ONLY and blank(name)) and sex == 1"))
    page = desk.go("rules", rule="YN-001")
    view = page.editor.sentence
    desk.press("Home", on=view)
    names = []
    for _ in range(9):
        names.append(view.accessibleName())
        desk.press("Right", on=view)
    assert names[0] == "任一诊断"
    assert "（" not in names
    desk.press("End", "Left", on=view)
    assert view.accessibleName() == "男"
    desk.press("Home", "Right", on=view)
    desk.press("Plus", on=view)
    line = desk.find(QLineEdit, "token_line")
    desk.press('"present(id', on=line)
    desk.press("Return", on=line)
    assert "没有写完" in words_of(desk)
    desk.press("Escape", on=line)
    view.mousePressEvent(_press_at(view, 0))
    line = desk.find(QLineEdit, "token_line")
    desk.press('"每一诊断', on=line)
    desk.press("Down", "Up", "Return", on=line)
    settle(desk)
    assert page.work.rule.when.startswith("all(dx,")


def _press_at(view: Any, index: int) -> QMouseEvent:
    """Return a click in the middle of a token."""
    at = QPointF(view.box_of(index).center())
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    return QMouseEvent(QEvent.Type.MouseButtonPress, at, view.mapToGlobal(at), left, left, none)


def test_wrong_data_is_refused_and_the_shipped_comes_back(desk: Any, services: Services) -> None:
    page = desk.go("rules", branch="data:all")
    page.data.query.setText("split_days")
    page.data.value.setText("viel")
    page.data.save.click()
    assert "请填数字" in words_of(desk)
    page.data.value.setText("20")
    page.data.reason.setText("试（测试）")
    page.data.save.click()
    desk.rest()
    page.data.reason.setText("恢复（测试）")
    page.data.reset.click()
    desk.rest()
    line = next(one for one in services.rules.parameters() if one.name == "split_days")
    assert line.value == line.shipped
    page.data.query.setText("没有这样的")
    assert "没有这样的名单或参数" in words_of(desk)
    page.data.query.setText("MALE_ONLY")
    page.data.items.setPlainText("不是编码")
    page.data.reason.setText("试（测试）")
    page.data.save.click()
    desk.rest()
    assert not next(one for one in services.rules.lists() if one.name == "MALE_ONLY").changed


def test_escape_leaves_the_editor_then_the_page(desk: Any) -> None:
    page = desk.go("rules", rule="LJ-038")
    page.editor.sentence.setFocus()
    desk.press("Escape")
    assert page.list.table.hasFocus()
    page.list.query.setFocus()
    page.list.query.setText("LJ")
    desk.press("Escape")
    assert page.list.query.text() == ""
    page.tree.setFocus()
    desk.press("Return")
    assert page.list.table.hasFocus()
    desk.press("Slash")
    assert page.list.query.hasFocus()
