"""The fields of the paper by keys: order, dictionaries, dashes, today, what is restored; states told to everyone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.case import CaseRecord, CaseState, Row
from app.domain.field import Group, Section
from app.domain.fields import FIELDS, field
from app.domain.findings import Severity
from app.storage.actor import Actor
from app.ui.pages.case.paper import COLUMNS, ORDER, Repeat, parts
from app.ui.widgets import RuledField


def paper_paths() -> list[str]:
    """Return the path of every field that stands on the paper."""
    found: list[str] = []
    for _, part in parts():
        if isinstance(part, Repeat):
            found += [slot.path for slot in part.line(0)]
        elif not isinstance(part, Group):
            found += [slot.path for slot in part]
    return found


def test_every_field_of_the_form_stands_on_the_paper_once() -> None:
    on_paper = paper_paths()
    wanted = {spec.id for spec in FIELDS if spec.group is Group.CASE and spec.section is not Section.FEE}
    single = [path for path in on_paper if "[" not in path]
    assert sorted(single) == sorted(wanted)
    groups = {spec.group for spec in FIELDS} - {Group.CASE}
    shown = {part.group for _, part in parts() if isinstance(part, Repeat)} | {
        part for _, part in parts() if isinstance(part, Group)
    }
    assert groups - shown <= {Group.SETL_FEE}


def test_no_line_of_the_paper_is_too_long() -> None:
    lines = [part.line(0) if isinstance(part, Repeat) else part for _, part in parts() if not isinstance(part, Group)]
    assert [line for line in lines if sum(slot.span for slot in line) > COLUMNS] == []


def test_enter_goes_through_the_fields_in_paper_order(case: Any) -> None:
    case.go_to("patient_name")
    walked = ["patient_name"]
    for _ in range(6):
        case.press("Return")
        walked.append(case.focus.objectName())
    # the age is computed and what depends on the first year does not apply: no stop of Tab
    assert walked[:5] == ["patient_name", "sex", "birth_date", "nationality", "nb_admit_weight"]
    case.press("Shift+Tab")
    assert case.focus.objectName() == walked[-2]


def test_a_text_is_stored_when_the_field_is_left_and_carries_the_bar(case: Any) -> None:
    case.go_to("current_phone")
    case.press('"13911112222', "Tab")
    assert case.value("current_phone") == "13911112222"
    field_widget: RuledField = case.field("current_phone")
    assert field_widget.look.changed
    assert "已改" in field_widget.accessibleDescription()
    assert case.focus.objectName() == "current_zip"
    case.press("Shift+Tab", "F1")
    assert case.says("改为“13911112222”")


@pytest.mark.parametrize("typed", ["2", "门诊", "mz"])
def test_a_dictionary_takes_code_label_or_initials(case: Any, typed: str) -> None:
    case.go_to("admit_route")
    case.press("1", "Return")
    case.go_to("admit_route")
    case.press(f'"{typed}', "Return")
    assert case.value("admit_route") == "2"
    assert case.field("admit_route").text() == "2 门诊"
    assert case.focus.objectName() == "admit_time"


def test_a_dash_and_an_unreadable_text_are_kept_as_typed(case: Any) -> None:
    case.go_to("employer_phone")
    case.press("Minus", "Return")
    assert "employer_phone" in case.stored().record.head.dashes
    case.go_to("admit_time")
    case.press('"soon', "Return")
    assert case.stored().record.head.raw["admit_time"] == "soon"
    look = case.field("admit_time").look
    assert look.severity is Severity.ERROR
    assert "未能识别" in look.why


def test_today_is_one_key_in_date_fields_only(case: Any) -> None:
    case.go_to("qc_date")
    case.press("Ctrl+Semicolon")
    assert str(case.value("qc_date")) == "2026-11-23"
    assert case.field("qc_date").text() == "2026-11-23"
    case.go_to("op[0].date")
    case.press("Ctrl+Semicolon")
    assert case.cell(0, "日期", "op").startswith("2026-11-23")
    case.go_to("patient_name")
    case.press("Ctrl+Semicolon")
    assert case.value("patient_name") == "何平（测试）"


def test_escape_puts_the_stored_text_back_and_then_goes_back(case: Any) -> None:
    case.desk.go("worklist")
    case.open()
    case.go_to("contact_name")
    before = case.field("contact_name").text()
    case.press('"Wu', "Escape")
    assert case.field("contact_name").text() == before
    assert case.desk.window.page is case.page
    case.press("Escape")
    case.settle()
    assert case.desk.window.page.key == "worklist"
    assert case.value("contact_name") == before


def test_computed_locked_and_not_applicable_fields_look_and_speak_so(
    case: Any, add_case: Callable[..., int], record: CaseRecord
) -> None:
    assert case.field("los_days").look.computed
    assert case.field("los_days").isReadOnly()
    assert case.field("los_days").text().endswith(" 天")
    autopsy = case.field("autopsy")
    assert autopsy.text() == "不适用"
    assert "仅在离院方式为" in autopsy.help_text()
    case.go_to("discharge_way")
    case.press('"5', "Return")
    assert not autopsy.look.not_applicable
    case.open(add_case(record.with_value("record_no", "00912351"), CaseState.SUBMITTED))
    name = case.field("patient_name")
    assert name.isReadOnly()
    assert "已锁定" in name.accessibleDescription()
    assert case.says("修改需先申请解锁")
    name.setFocus()
    case.press("X")
    assert case.page.strip.is_flashing
    assert case.value("patient_name") == "何平（测试）"
    case.page.grids[Group.DX].setFocus()
    case.press("1", "Ctrl+1", "Insert", "Delete", "Ctrl+Z", "F4", "Ctrl+Return")
    assert case.stored().state is CaseState.SUBMITTED
    assert [row.text("code") for row in case.stored().record.rows(Group.DX)] == ["", "", ""]


def test_rows_of_a_group_get_their_lines_and_insert_adds_one(
    case: Any, add_case: Callable[..., int], record: CaseRecord
) -> None:
    rows = (Row({"weight": 2890}), Row({"weight": 2650}))
    case.open(add_case(record.with_rows(Group.NB_WEIGHT, rows).with_value("record_no", "00912352")))
    assert case.field("nb_weight[1].weight").text() == "2650 克"
    case.go_to("nb_weight[0].weight")
    case.press("Return")
    assert case.focus.objectName() == "nb_weight[1].weight"
    case.go_to("icu[0].type")
    case.press('"1', "Return")
    assert len(case.stored().record.rows(Group.ICU)) == 1
    case.go_to("icu[0].type")
    case.press("Insert")
    assert case.focus.objectName() == "icu[1].type"


def test_tab_goes_once_through_everything_visibly_and_comes_back(case: Any) -> None:
    case.go_to("org_code")
    start = case.focus
    seen: list[QWidget] = []
    while case.focus not in seen and len(seen) < 400:
        seen.append(case.focus)
        assert seen[-1].isVisible(), seen[-1].objectName()
        shown = seen[-1].visibleRegion().boundingRect()
        assert not shown.isEmpty(), f"{seen[-1].objectName()} has the focus out of sight"
        case.press("Tab")
    assert case.focus is start
    names = [widget.objectName() for widget in seen]
    fields = [name for name in names if name in paper_paths()]
    open_fields = [path for path in paper_paths() if case.field(path).look.editable]
    assert fields == open_fields
    at = {name: names.index(name) for name in ("admit_dx_code", "dx_grid", "op_grid", "hbsag", "case.fees", "findings")}
    assert list(at.values()) == sorted(at.values())
    assert names.index("findings") < names.index("case.finish")


def test_no_shortcut_acts_while_a_field_composes(case: Any, ime: Callable[..., None]) -> None:
    case.go_to("contact_name")
    name = case.focus
    QApplication.sendEvent(name, QInputMethodEvent("li", []))
    case.press("Return", "Escape", "F6", "Ctrl+Return", "Alt+Return")
    assert case.focus is name
    assert case.stored().state is CaseState.TO_CODE
    ime(name, "李四（测试）")
    case.press("Return")
    assert case.value("contact_name") == "李四（测试）"


def test_labels_names_and_states_are_there_for_screen_readers(case: Any) -> None:
    for path in paper_paths():
        widget = case.field(path)
        assert widget.accessibleName() == field(path).label
    flagged = next(one for one in case.stored().report.findings if one.paths and "[" not in one.paths[0])
    assert flagged.message in case.field(flagged.paths[0]).accessibleDescription()


def test_sections_are_walked_and_the_index_follows(case: Any) -> None:
    order = list(ORDER)
    assert case.page.index.current is Section.DIAGNOSIS
    case.press("Ctrl+PageDown")
    assert case.page.index.current is Section.OPERATION
    assert case.focus is case.grid("op")
    for section in order[order.index(Section.OPERATION) + 1 :]:
        case.press("Ctrl+PageDown")
        assert case.page.index.current is section
        if section is Section.FEE:
            assert case.focus.objectName() == "fee_total"
    assert case.focus.objectName() == "setl_list_no"
    case.press(*["Ctrl+PageUp"] * len(order))
    assert case.page.index.current is Section.PATIENT
    assert case.focus.objectName() == "org_code"


def test_raw_values_are_shown_and_told(case: Any, add_case: Callable[..., int], record: CaseRecord) -> None:
    head = replace(
        record.head.with_value("birth_date", None).with_value("record_no", "00912353"), raw={"birth_date": "冬月"}
    )
    case.open(add_case(replace(record, head=head)))
    born = case.field("birth_date")
    assert born.text() == "冬月"
    assert born.look.severity is not None
    assert "按原文保留" in born.help_text()


def test_a_field_is_found_by_name_initials_or_content_and_gone_to(case: Any) -> None:
    case.press("Ctrl+F", '"lxrxm')
    finder = case.visible("field_finder")
    assert finder is not None
    assert finder.table.model().index(0, 1).data() == "联系人姓名"
    case.press("Return")
    assert case.visible("field_finder") is None
    assert case.focus.objectName() == "contact_name"
    case.press("Ctrl+F", '"胃镜检查', "Return")
    assert case.focus is case.grid("op")
    case.press("Ctrl+F", '"qqqq', "Return")
    assert case.visible("field_finder") is not None
    case.press("Escape")
    assert case.visible("field_finder") is None
    assert case.focus is case.grid("op")


def test_codes_and_fields_are_locked_for_a_reviewer_but_findings_are_hers(
    case: Any, add_case: Callable[..., int], another: CaseRecord
) -> None:
    second = add_case(another)
    reviewer = Actor("p2", "李质控（测试）", frozenset({"qc"}))
    case.services.session.seat.take(reviewer)
    case.open(second)
    why = "编码与各项由编码员修改；您可以确认问题、问医师、退回编码。"
    with case.services.session.db.read() as reader:
        before = reader.audit_head()
    case.go_to("abo")
    assert case.field("abo").look.locked
    assert why in case.field("abo").toolTip()
    case.press("1")
    case.go_to("dx[0].code")
    case.press('"K26')
    assert case.grid().editor is None
    assert case.grid().currentIndex().data(Qt.ItemDataRole.ToolTipRole).endswith(why)
    assert case.page.strip.is_flashing
    assert case.says(why)
    assert not case.page.strip.finish_button.isVisible()
    actions = case.desk.window.shell.actions
    writes = ("finish", "fix", "add_row", "take_1", "accept_all", "today", "search")
    assert [one for one in writes if actions.is_enabled(f"case.{one}")] == []
    assert actions.is_enabled("case.ask_field")
    assert case.page.strip.return_button.isVisible()
    with case.services.session.db.read() as reader:
        assert reader.audit_head() == before
