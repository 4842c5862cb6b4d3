"""交付 as the insurance office works with it: checked, written, found in the register, verified."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit

from app.domain.case import CaseState
from app.services.composition import Services
from app.services.handover_types import Edition
from app.services.hospital import Hospital
from app.storage import Op
from app.ui.page import PageSpec, Place
from app.ui.pages.handover import PAGE
from app.ui.widgets import DataTable, SegmentedControl


@pytest.fixture
def passed(services: Services) -> tuple[int, ...]:
    """Return two cases that have passed, coded in the clinical edition."""
    ids = tuple(services.worklist.ids("to_code"))[:2]
    services.coding.auto_code(ids)
    for case_id in ids:
        services.cases.accept_all(case_id)
    with services.session.db.operation(Op.SET_STATE, by=services.session.actor) as tx:
        for case_id in ids:
            tx.set_state(case_id, CaseState.PASSED)
    services.handover.set_edition(Edition.CLINICAL)
    services.hospital.save(Hospital("测试医院", "H01"))
    return ids


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], passed: tuple[int, ...]) -> Any:
    """Return a window on the page."""
    assert passed
    opened = open_desk((stand_in("worklist"), stand_in("case"), PAGE))
    opened.go("handover")
    return opened


def words_of(desk: Any) -> str:
    return "\n".join(label.accessibleName() for label in desk.window.page.findChildren(QLabel) if label.isVisible())


def test_cases_are_checked_written_found_and_verified(desk: Any, services: Services, tmp_path: Path) -> None:
    desk.press("F5")
    desk.rest()
    count = desk.find(DataTable, "handover_ready").model().rowCount()
    assert count, words_of(desk)
    desk.press("Ctrl+Return")
    desk.answer_file(tmp_path / "P.csv")
    desk.rest()
    (entry,) = services.handover.register()
    assert entry.cases == count
    assert desk.window.page.place().args["tab"] == "register"
    assert entry.sha256[:32] in words_of(desk)
    (tmp_path / "P.csv").write_bytes(b"other")
    desk.find(DataTable, "handover_register").setFocus()
    desk.press("Y")
    desk.rest()
    desk.wait(lambda: "文件内容变过" in words_of(desk))


def test_a_case_that_cannot_go_opens_at_its_field(desk: Any, services: Services, passed: tuple[int, ...]) -> None:
    services.handover.set_edition(Edition.INSURANCE)
    desk.press("F5")
    desk.rest()
    table = desk.find(DataTable, "handover_refused")
    assert table.model().rowCount() == 2
    table.setFocus()
    desk.press("Return")
    assert desk.window.page.key == "case"
    assert desk.window.page.sent.args["case"] in passed
    assert str(desk.window.page.sent.args["field"]).endswith("code")


def test_each_kind_asks_for_what_it_needs(desk: Any) -> None:
    page = desk.window.page
    kinds = desk.find(SegmentedControl, "handover_kind")
    kinds.set_current("l3")
    assert not page.can_check
    assert "先按 T 选上报模板" in words_of(desk)
    kinds.set_current("batch")
    assert not page.can_check
    desk.window.go(Place("handover", {"kind": "batch", "batch": 1}))
    assert page.can_check
    assert page.takes_mask


def test_the_place_brings_kind_and_cases_back(desk: Any, passed: tuple[int, ...]) -> None:
    args = {"kind": "list_json", "cases": list(passed), "tab": "refused"}
    desk.window.go(Place("handover", args))
    found = desk.window.page.place().args
    assert {name: found[name] for name in args} == args
    assert "列表里选中的" in str(desk.window.page.scopes.line)


def test_an_interface_name_is_changed_in_its_card_and_written(desk: Any, services: Services) -> None:
    desk.go("handover", kind="list_json")
    desk.window.shell.actions.trigger("handover.names")
    table, name = desk.find(DataTable, "interface_names"), desk.find(QLineEdit, "interface_name")
    desk.press("Return", on=table)
    name.setText("1 A")
    desk.press("Return", on=name)
    assert "不能作接口名" in desk.find(QLabel, "names_problem").text()
    name.setText("LIST_NO")
    desk.press("Return", on=name)
    (changed,) = [one for one in services.handover.names() if one.is_own]
    assert (changed.key, changed.chosen) == ("setlinfo.SETL_LIST_NO", "LIST_NO")
    desk.press("Escape")
