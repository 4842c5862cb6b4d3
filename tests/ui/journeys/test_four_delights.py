"""Why somebody would change to this program, driven as somebody at a desk does: four of the fifteen reasons.

The paper typed as it reads; a rule of the hospital's own; two schemes at one key; the insurer's file dropped in.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QTableView, QWidget

from app.common.clock import FixedClock
from app.common.paths import data
from app.domain.field import Group
from app.qc.layers import RuleStatus
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.ui.page import Place
from app.ui.pages.case.page import CasePage
from app.ui.pages.compare.bars import BarList
from app.ui.pages.insurer.page import InsurerPage
from app.ui.widgets import CELL, DataTable, RuledField


def words_of(desk: Any) -> str:
    """Return the words of every visible label."""
    return "\n".join(label.accessibleName() for label in desk.window.findChildren(QLabel) if label.isVisible())


def cell(table: QTableView, row: int, title: str) -> Any:
    """Return a cell of a grid by the heading of its column."""
    model = table.model()
    titles = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]
    return model.index(row, titles.index(title)).data(CELL)


# The paper that is typed as it reads.


def fields_in_order(page: CasePage) -> list[QWidget]:
    """Return the fields of the sheet that can be typed in, as they stand on the paper: from above, from the left."""
    fields = [
        one
        for one in page.sheet.findChildren(RuledField)
        if one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisibleTo(page.sheet)
    ]
    inner = page.sheet.widget()
    return sorted(
        fields, key=lambda one: (one.mapTo(inner, QPoint(0, one.height())).y(), one.mapTo(inner, QPoint()).x())
    )


def test_the_front_page_is_typed_as_the_paper_reads_and_shows_in_the_margin_what_changed(
    desk: Any, services: Services, no_mouse: None
) -> None:
    case_id = int(services.worklist.ids("to_code")[0])
    page = desk.go("case", case=case_id)
    assert isinstance(page, CasePage)
    before = services.cases.view(case_id).record

    # Enter goes from field to field as the eye does: line by line, from the left.
    page.go_to_field("patient_name")
    desk.rest()
    paper = [one.objectName() for one in fields_in_order(page)]
    walked = [QApplication.focusWidget().objectName()]
    for _ in range(20):
        desk.press("Return")
        walked.append(QApplication.focusWidget().objectName())
    begin = paper.index("patient_name")
    assert walked == paper[begin : begin + len(walked)]

    # What the physician wrote stands beside the code, and stays when the code is there.
    grid = page.grids[Group.DX]
    desk.window.go(Place("case", {"case": case_id, "field": "dx[0].code"}))
    desk.rest()
    text = cell(grid, 0, "医师诊断（原文）").text
    assert text
    desk.wait(lambda: grid.offered(0) is not None)
    offered = grid.offered(0)
    desk.press("Ctrl+1")
    desk.rest()
    assert cell(grid, 0, "医师诊断（原文）").text == text
    assert cell(grid, 0, "编码").text == offered.code

    # The margin shows what is another now than it was, field and row, and still does another day.
    page.go_to_field("current_phone")
    desk.press('"13911112222', "Tab")
    desk.rest()
    desk.go("worklist")
    page = desk.go("case", case=case_id)
    phone = page.sheet.findChild(RuledField, "current_phone")
    assert phone.look.changed
    assert cell(page.grids[Group.DX], 0, "序").changed
    after = services.cases.view(case_id).record
    assert after.text("current_phone") == "13911112222"
    assert after.rows(Group.DX)[0].text("source_text") == before.rows(Group.DX)[0].text("source_text")

    # Taken back, the margin is clean again.
    desk.press("Ctrl+Z")
    desk.rest()
    assert not page.sheet.findChild(RuledField, "current_phone").look.changed


# A rule of the hospital's own.


def settle(desk: Any) -> None:
    """Wait until what was typed has been taken over and judged."""
    desk.window.page.editor.flush()
    desk.wait(lambda: not desk.window.page._judge_timer.isActive())
    desk.rest()


def gate(desk: Any) -> str:
    """Return what is still to do before a rule works."""
    return str(desk.find(QLabel, "gate").accessibleName())


def test_a_rule_of_the_hospital_is_tried_on_all_cases_before_anybody_sees_it(
    desk: Any, services: Services, no_mouse: None
) -> None:
    ids = services.worklist.ids("all")
    coded = next(one for one in ids if services.cases.view(one).record.value("discharge_time"))
    page = desk.go("rules")

    # She writes it as a text.
    desk.press("Ctrl+N")
    settle(desk)
    desk.press("F2")
    formula = desk.find(QPlainTextEdit, "formula")
    formula.setPlainText("los_days >= 1")
    settle(desk)
    for name, words in (("rule_message", "住院至少一天（测试）"), ("rule_remedy", "请核对住院天数")):
        desk.press(f'"{words}', on=desk.find(QLineEdit, name))
    settle(desk)
    page.tabs.set_current("examples")
    for kind, line in (("fires", "实际住院=3"), ("silent", "los_days=0")):
        page.examples.kind.set_current(kind)
        page.examples.line.setText(line)
        desk.press("Return", on=page.examples.line)
        settle(desk)
    assert "当 实际住院" in desk.find(QWidget, "sentence").accessibleDescription()

    # Tried on every stored case, beside the window; nobody else sees anything of it yet.
    desk.press("Ctrl+S")
    desk.rest()
    desk.press("F5")
    desk.rest()
    trial = page.trial.trial
    assert trial.cases == len(ids)
    assert coded in trial.hits
    assert services.rules.rule(page.work.rule.id).line.status is not RuleStatus.ON
    mine = page.work.rule.id
    assert mine not in {one.rule_id for one in services.cases.view(coded).report.findings}
    assert not page.can_enable
    assert "再抽查" in gate(desk)

    # After the samples it may work; then the coder has it at the case, with what to do.
    samples = desk.find(DataTable, "samples")
    for _ in range(10):
        desk.press("T", on=samples)
    assert gate(desk) == "可以送签启用。"
    desk.press("Ctrl+Return")
    reason = desk.find(QLineEdit, "card_reason")
    reason.setFocus()
    desk.press('"试点（测试）', "Return")
    desk.rest()
    desk.wait(lambda: mine in {one.rule_id for one in services.cases.view(coded).report.findings})
    desk.go("case", case=coded)
    desk.wait(lambda: "住院至少一天（测试）" in words_of(desk))


# Two schemes at one key.


@pytest.fixture(scope="module")
def two_schemes(page_template: Path, page_engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with coded cases and a second scheme from 1 January on: the shipped one without MCC and CC."""
    home = tmp_path_factory.mktemp("january") / "library"
    shutil.copytree(page_template, home)
    services = open_services(home, clock=FixedClock(page_engines._clock.now()), engines=page_engines)
    ids = services.worklist.ids("all")
    services.coding.auto_code(ids)
    services.checking.run(ids)
    services.close()
    folder = Path(shutil.copytree(data("codebooks") / "schemes" / "starter", home.parent / "改"))
    for name in ("mcc", "cc"):
        (folder / f"{name}.csv").write_text("code,exclusion\nZ99.900,\n", "utf-8")
    described = (folder / "scheme.toml").read_text("utf-8").replace('id = "starter"', 'id = "second"')
    (folder / "scheme.toml").write_text(described.replace("试用分组方案（自编，不用于结算）", "一月方案"), "utf-8")
    assets = Assets(home, FixedClock(page_engines._clock.now()))
    assets._books[""] = page_engines.assets.builtin_codebook()
    assets.import_scheme(folder, valid_from="2027-01-01")
    return home


class TestTwoSchemes:
    """A library with a scheme that begins on 1 January."""

    @pytest.fixture
    def services(
        self, two_schemes: Path, tmp_path: Path, page_engines: Engines, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Services]:
        """Return services over a copy, with assets of their own."""
        book = page_engines.assets.builtin_codebook()
        monkeypatch.setattr(Assets, "builtin_codebook", lambda _assets: book)
        home, clock = tmp_path / "library", FixedClock(page_engines._clock.now())
        shutil.copytree(two_schemes, home)
        opened = open_services(home, clock=clock, engines=Engines(Assets(home, clock), clock))
        yield opened
        opened.close()

    def test_which_cases_move_on_the_first_of_january_is_one_key_away(
        self, desk: Any, services: Services, no_mouse: None
    ) -> None:
        with services.session.db.read() as reader:
            head = reader.audit_head().op_id
        page = desk.go("schemes", section="scheme")
        desk.wait(lambda: page.line is not None)
        page.list.setFocus()
        desk.press("Down", "C")
        desk.rest()

        # No further question: the cases that move stand there, each with the reason and both groups.
        page = desk.window.page
        assert page.key == "compare"
        desk.wait(lambda: page.found is not None)
        moved = page.found.moved
        assert moved
        table = desk.find(DataTable, "compare_cases")
        assert table.model().rowCount() == len(moved)
        assert all(one.old != one.new and one.difference.detail for one in moved)
        assert "换组" in words_of(desk)
        assert f"{len(moved):,}" in page.figures.words()

        # By how much: a sum where the tables bear it, else why there is none.
        assert page.figures.words()[5] == "不显示"
        assert "为何不显示金额" in words_of(desk)

        # Looking changes nothing.
        with services.session.db.read() as reader:
            assert reader.audit_head().op_id == head
        desk.press("Escape")
        assert desk.window.page.key == "schemes"


# The insurer's file dropped in.


def drop(page: QWidget, path: Path) -> bool:
    """Drag a file over a page and let it go; return whether the page wanted it."""
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(path))])
    copy, button, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(200, 200), copy, files, button, keys)
    QApplication.sendEvent(page, enter)
    if enter.isAccepted():
        QApplication.sendEvent(page, QDropEvent(QPointF(200, 200), copy, files, button, keys))
    return enter.isAccepted()


def test_the_file_of_the_insurer_is_dropped_in_and_its_causes_are_counted(
    desk: Any, services: Services, tmp_path: Path
) -> None:
    services.coding.auto_code(services.worklist.ids("all"))
    services.checking.run(services.worklist.ids("all"))
    rows = [row for row in services.worklist.rows(services.worklist.ids("all")) if row.drg and row.discharge_time]
    path = tmp_path / "十一月返回.csv"
    lines = [(row.record_no, row.drg) for row in rows[:4]]
    lines += [(row.record_no, "XX99") for row in rows[4:7]]
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([("病案号", "DRG编码"), *lines])

    page = desk.go("insurer")
    assert isinstance(page, InsurerPage)
    assert "拖到这里" in words_of(desk)
    assert drop(page, path)
    desk.rest()
    assert "读到 7 行，7 行对上了本院的病案" in words_of(desk)
    assert services.insurer.files() == ()
    desk.press("Ctrl+Return")
    desk.rest()

    # How many differ and why, the most frequent first; a cause leads to its cases.
    assert "7 份，不同 3 份（42.9%）" in words_of(desk)
    bars = desk.find(BarList, "insurer_causes")
    told = [str(bars.model().index(row, 0).data()) for row in range(bars.model().rowCount())]
    counts = [int(one.rsplit(" ", 1)[1]) for one in told[1 : told.index("科室")]]
    assert sum(counts) == 7
    assert counts == sorted(counts[:-1], reverse=True) + counts[-1:]  # those that are alike stand last
    bars.setFocus()
    desk.press("Return")
    desk.rest()
    assert desk.find(DataTable, "insurer_cases").model().rowCount() == counts[0]


@pytest.mark.parametrize(
    ("page", "name"), [("import", "十一月出院.csv"), ("memory", "过去.csv"), ("returns", "答复.xlsx")]
)
def test_a_file_is_dropped_on_every_page_that_reads_one(desk: Any, page: str, name: str, tmp_path: Path) -> None:
    shown, file = desk.go(page), tmp_path / name
    file.write_bytes(b"%PDF-1.7\n%%EOF\n")
    assert drop(shown, file)
    desk.rest()
    assert name in "".join(entry.text for entry in desk.window.shell.notices.bell)
