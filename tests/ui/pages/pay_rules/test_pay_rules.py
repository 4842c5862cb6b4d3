"""支付参数 as the insurance office works with it: typed, refused in place, listed, taken back, seen at once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from app.drg.pay_rules import Method, default_rules
from app.services.composition import Services
from app.ui.actions import clashes
from app.ui.page import PageSpec
from app.ui.pages.case import PAGE as CASE
from app.ui.pages.drg import PAGE as DRG
from app.ui.pages.pay_rules import PAGE
from app.ui.pages.pay_rules.form import RuleLine
from app.ui.widgets import Button, DataTable, SegmentedControl


def line(desk: Any, key: str) -> RuleLine:
    """Return the line of a rule."""
    found: RuleLine = desk.window.page.form.lines[key]
    return found


def type_into(desk: Any, key: str, words: str) -> None:
    """Type a text into the field of a rule and leave it by Enter."""
    field = line(desk, key).field
    field.setFocus(Qt.FocusReason.OtherFocusReason)
    field.selectAll()
    desk.press(f'"{words}', "Return", on=field)
    desk.rest()


def words_of(desk: Any) -> str:
    """Return the words of every visible label."""
    return "\n".join(label.accessibleName() for label in desk.window.page.findChildren(QLabel) if label.isVisible())


def column(table: DataTable, at: int) -> list[str]:
    """Return the cells of a column."""
    model = table.model()
    return [model.index(row, at).data() for row in range(model.rowCount())]


def test_a_typed_rule_is_kept_by_enter_and_the_focus_goes_on(desk: Any, services: Services) -> None:
    type_into(desk, "coefficient", "1.02")
    assert services.pay_rules.rules.coefficient == Decimal("1.02")
    assert not line(desk, "coefficient").field.hasFocus()
    assert column(desk.window.page.log.table, 2) == ["机构系数"]
    assert column(desk.window.page.log.table, 4) == ["1.02"]


def test_a_wrong_text_is_refused_in_place_and_can_be_mended(desk: Any, services: Services) -> None:
    type_into(desk, "coefficient", "0")
    assert "不是大于 0 的数" in words_of(desk)
    assert line(desk, "coefficient").field.text() == "0"
    assert services.pay_rules.rules == default_rules()
    type_into(desk, "coefficient", "1.1")
    assert "不是大于 0 的数" not in words_of(desk)
    assert services.pay_rules.rules.coefficient == Decimal("1.1")


def test_a_refused_text_stays_while_others_are_changed_and_esc_brings_the_old_one_back(
    desk: Any, services: Services
) -> None:
    type_into(desk, "coefficient", "0")
    type_into(desk, "city", "甲市")
    assert line(desk, "coefficient").field.text() == "0"
    assert "不是大于 0 的数" in words_of(desk)
    field = line(desk, "coefficient").field
    field.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.press("Escape", on=field)
    assert field.text() == "1"
    assert "不是大于 0 的数" not in words_of(desk)
    assert desk.window.page.key == "pay_rules", "the first Esc only restores the text"
    assert services.pay_rules.rules.city == "甲市"


def test_bands_are_told_back_as_a_sentence(desk: Any, services: Services) -> None:
    type_into(desk, "low_bands", "≤1：0.3；其余：0.5")
    assert line(desk, "low_bands").field.text() == "≤1：0.3；其余：0.5"
    assert "权重 ≤ 1：低于 0.3 倍；权重 > 1：低于 0.5 倍。" in words_of(desk)
    assert services.pay_rules.rules.low(Decimal(1)) == Decimal("0.3")


def test_the_method_is_chosen_by_the_arrow_keys(desk: Any, services: Services) -> None:
    control = desk.find(SegmentedControl, "method")
    control.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.press("Right", on=control)
    assert services.pay_rules.rules.method is Method.POINTS
    assert column(desk.window.page.log.table, 4) == ["点数法"]


def test_the_rates_of_today_are_told_and_a_level_without_rates_too(desk: Any) -> None:
    assert "职工 8,500.00 元" in words_of(desk)
    type_into(desk, "level", "二级")
    assert "只有：三级" in words_of(desk)


def test_ctrl_z_takes_the_latest_change_back(desk: Any, services: Services) -> None:
    type_into(desk, "coefficient", "1.02")
    type_into(desk, "coefficient", "1.03")
    log = desk.window.page.log
    log.table.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.press("Ctrl+Z", on=log.table)
    desk.rest()
    assert services.pay_rules.rules.coefficient == Decimal("1.02")
    desk.press("Ctrl+Z", on=log.table)
    desk.rest()
    assert services.pay_rules.rules == default_rules()
    assert not desk.window.shell.actions.is_enabled("pay_rules.undo")
    assert len(column(log.table, 0)) == 4, "taking back is a change of its own; nothing is deleted"


def test_a_rule_can_be_given_its_default(desk: Any, services: Services) -> None:
    type_into(desk, "high_excess_share", "70")
    field = line(desk, "high_excess_share").field
    field.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.press("Ctrl+Backspace", on=field)
    assert services.pay_rules.rules.high_excess_share == 1


def test_a_department_gets_levels_of_its_own_by_keyboard(desk: Any, services: Services) -> None:
    page = desk.window.page
    page.levels.table.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.press("Insert", on=page.levels.table)
    assert QApplication.focusWidget() is page.levels.dept
    desk.press('"骨科', on=page.levels.dept)
    desk.press("Return", on=page.levels.dept)
    for field, level in zip(page.levels.fields, ("90", "120", "150"), strict=True):
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.selectAll()
        desk.press(f'"{level}', "Return", on=field)
    desk.press("Return", on=page.levels.save_button)
    desk.rest()
    assert services.pay_rules.rules.warnings_of("04.03") == (Decimal("0.9"), Decimal("1.2"), Decimal("1.5"))
    assert column(page.levels.table, 0) == ["全院 没有单列的科别都用这一行", "骨科专业 04.03"]
    assert page.levels.chosen == "04.03"
    desk.press("Ctrl+Delete", on=page.levels.table)
    desk.rest()
    assert dict(services.pay_rules.rules.dept_warnings) == {}


def test_esc_gives_the_line_of_a_new_department_up(desk: Any, services: Services) -> None:
    page = desk.window.page
    desk.window.shell.actions.trigger("pay_rules.new_level")
    desk.press('"骨', on=page.levels.dept)
    desk.press("Escape", on=page.levels.dept)
    assert page.levels.table.hasFocus()
    assert page.levels.dept.text() == "全院"
    assert not page.levels.dept.is_open
    assert services.pay_rules.history() == ()


@pytest.mark.parametrize(("levels", "says"), [(("80", "80", "130"), "由低到高"), (("x", "110", "130"), "“x”不是")])
def test_levels_that_cannot_be_are_refused_in_place(
    desk: Any, services: Services, levels: tuple[str, ...], says: str
) -> None:
    page = desk.window.page
    for field, level in zip(page.levels.fields, levels, strict=True):
        field.setText(level)
    desk.click(page.levels.save_button)
    assert says in words_of(desk)
    assert services.pay_rules.rules.warnings == default_rules().warnings


def test_an_unknown_department_is_refused_in_place(desk: Any, services: Services) -> None:
    page = desk.window.page
    desk.window.shell.actions.trigger("pay_rules.new_level")
    page.levels.dept.setText("没有这一科")
    desk.click(page.levels.save_button)
    assert "没有科别" in words_of(desk)
    assert services.pay_rules.history() == ()


def test_a_version_of_the_weights_gets_its_first_day(desk: Any, services: Services) -> None:
    page = desk.window.page
    assert column(page.weights.table, 0) == ["权重"]
    day = desk.find(QLineEdit, "weights_from")
    day.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.press('"2026-13-01', "Return", on=day)
    assert "不是日期" in words_of(desk)
    day.setFocus(Qt.FocusReason.OtherFocusReason)
    day.selectAll()
    desk.press('"2026-12-01', "Return", on=day)
    desk.rest()
    assert column(page.weights.table, 2) == ["2026-12-01"]
    assert column(page.weights.table, 3) == [""], "it does not hold for a discharge today"


def test_a_change_shows_at_once_in_the_open_drg_page(
    open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], services: Services, case_id: int
) -> None:
    desk = open_desk((stand_in("worklist"), stand_in("case"), DRG, PAGE))
    desk.go("drg", case=case_id)
    desk.wait(lambda: desk.window.page.has_case)
    drg = desk.window.page
    link = next(one for one in drg.findChildren(Button) if one.text() == "支付参数…")
    assert "12,750.00" in words_of(desk)
    link.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.press("Return", on=link)
    desk.rest()
    assert desk.window.page.key == "pay_rules"
    type_into(desk, "coefficient", "2")
    desk.window.shell.back()
    desk.rest()
    assert "25,500.00" in words_of(desk)
    assert services.cases.view(case_id).grouping.price.standard_fen == 2_550_000


def test_a_change_shows_at_once_on_the_open_case(
    open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], services: Services, case_id: int
) -> None:
    desk = open_desk((stand_in("worklist"), stand_in("drg"), CASE, PAGE))
    desk.go("case", case=case_id)
    desk.wait(lambda: "支付标准 12,750.00 元" in words_of(desk))
    assert "结算额" not in words_of(desk), "a physician sees no surplus"
    desk.window.shell.publish(services.pay_rules.set_text("coefficient", "2"))
    desk.rest()
    assert "支付标准 25,500.00 元" in words_of(desk)


def test_the_palette_finds_the_page_and_each_rule(desk: Any) -> None:
    provider = PAGE.providers(desk.window.shell)[0]
    assert [item.title for item in provider.search("支付参数", 5).items] == ["支付参数"]
    found = provider.search("机构系数", 5)
    desk.go("worklist")
    found.items[0].run()
    desk.rest()
    assert line(desk, "coefficient").field.hasFocus()
    assert provider.search("", 5).items == []


def test_the_place_is_remembered_and_esc_leaves(desk: Any) -> None:
    field = line(desk, "high_bands").field
    field.setFocus(Qt.FocusReason.OtherFocusReason)
    assert dict(desk.window.page.place().args) == {"rule": "high_bands"}
    desk.go("worklist")
    desk.go("pay_rules", rule="high_bands")
    desk.press("Escape", on=line(desk, "high_bands").field)
    assert desk.window.page.key == "worklist"


def test_tab_goes_round_and_every_stop_is_visible(desk: Any) -> None:
    start = QApplication.focusWidget()
    seen: list[object] = []
    while QApplication.focusWidget() not in seen and len(seen) < 60:
        seen.append(QApplication.focusWidget())
        assert seen[-1].isVisible()
        desk.press("Tab", on=seen[-1])
    assert QApplication.focusWidget() is start
    assert len(seen) > 20


def test_actions_have_help_and_no_clash() -> None:
    assert clashes(PAGE.actions) == []
    assert [action.id for action in PAGE.actions if not action.help] == []


def test_import_goes_to_the_page_of_schemes(desk: Any) -> None:
    desk.window.shell.actions.trigger("pay_rules.import")
    assert desk.window.page.key == "schemes"
    assert dict(desk.window.page.sent.args) == {"section": "weights"}
