"""Code books and schemes as their keeper sees them: imports, refusals with the whole report, switching, dates."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from openpyxl import Workbook
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit

from app.common.clock import FixedClock
from app.domain.changes import Changes
from app.domain.grouping import GroupInput
from app.drg.engine import group
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.ui.page import PageSpec
from app.ui.pages.schemes import PAGE as SCHEMES
from app.ui.pages.schemes import work as asset_work
from app.ui.widgets import Button, Chip
from tests.small_scheme import PACKAGE, write_package


def package(folder: Path, **changed: str) -> Path:
    """Write a small scheme package and return its ``scheme.toml``."""
    return write_package(folder, **changed) / "scheme.toml"


@pytest.fixture
def services(
    page_template: Path, tmp_path: Path, page_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Services]:
    """Return services with assets of their own; only the shipped book is shared, and engines stay cold."""
    book = page_engines.assets.builtin_codebook()
    monkeypatch.setattr(Assets, "builtin_codebook", lambda _assets: book)
    monkeypatch.setattr(Services, "warm_up", lambda _services, progress: progress.step(1, 1))
    home, clock = tmp_path / "library", FixedClock(page_engines._clock.now())
    shutil.copytree(page_template, home)
    opened = open_services(home, clock=clock, engines=Engines(Assets(home, clock), clock))
    yield opened
    opened.close()


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window over the page, on the schemes."""
    opened = open_desk((stand_in("worklist"), SCHEMES))
    opened.go("schemes", section="scheme")
    settle(opened)
    return opened


def settle(desk: Any) -> None:
    """Wait until a report is shown."""
    desk.rest()
    desk.wait(lambda: desk.window.page.detail.is_settled)


def says(desk: Any, words: str) -> bool:
    return any(words in label.text() for label in desk.window.findChildren(QLabel) if label.isVisible())


def remarks(desk: Any) -> list[tuple[str, ...]]:
    """Return the rows of the report."""
    model = desk.window.page.detail.table.model()
    return [tuple(str(model.index(row, at).data()) for at in range(3)) for row in range(model.rowCount())]


def press_button(desk: Any, words: str) -> None:
    button = next(one for one in desk.window.findChildren(Button) if one.isVisible() and one.text() == words)
    desk.click(button)


def check_scheme(desk: Any, path: Path) -> None:
    """Choose a scheme file as a user does, and wait for the report."""
    desk.window.shell.actions.trigger("schemes.import_scheme")
    desk.answer_file(path)
    settle(desk)


def import_scheme(desk: Any, path: Path, day: str = "") -> None:
    """Import a scheme as a user does: the action, the file, the report, the date, the button."""
    check_scheme(desk, path)
    desk.find(QLineEdit, "valid_from").setText(day)
    press_button(desk, "导入")
    settle(desk)


def active(desk: Any, kind: str) -> str:
    shelf = desk.window.page.list.shelves
    return next(
        (one.title for one in shelf.entries if getattr(one, "kind", "") == kind and getattr(one, "active", False)), ""
    )


def test_what_ships_is_there_and_the_trial_is_called_so(desk: Any) -> None:
    words = [
        str(desk.window.page.list.shelves.index(row).data()) for row in range(desk.window.page.list.shelves.rowCount())
    ]
    assert [word for word in words if word in ("编码库", "分组方案", "权重", "费率")] == [
        "编码库",
        "分组方案",
        "权重",
        "费率",
    ]
    assert active(desk, "scheme") == "试用方案"
    assert any(word.startswith("权重：示例权重，使用中") for word in words)
    assert "试用方案" in [chip.accessibleName() for chip in desk.window.page.detail.findChildren(Chip)]


def test_a_scheme_is_checked_imported_and_works(desk: Any, tmp_path: Path) -> None:
    import_scheme(desk, package(tmp_path / "小方案"))
    assert active(desk, "scheme") == "小方案"
    assert desk.services.assets.scheme().title == "小方案"
    assert says(desk, "MDC 1")
    assert any("已导入分组方案“小方案”" in entry.text for entry in desk.window.shell.notices.bell)


def stored(desk: Any) -> list[str]:
    """Return what is stored of schemes, and the files below the folder of assets."""
    lines = [line.id for line in desk.services.assets.lines("scheme")]
    folder = desk.services.session.db.path.parent / "assets"
    return [*lines, *sorted(str(path) for path in folder.rglob("*"))]


def test_nothing_is_stored_before_the_report_is_read_and_the_button_pressed(desk: Any, tmp_path: Path) -> None:
    before = stored(desk)
    counts = "[counts]\nmdc = 1\ndrg = 7\n"
    path = package(tmp_path / "小方案", mcc="code,exclusion\nJ96.000,7\n")
    path.write_text(f"{PACKAGE['scheme.toml']}valid_from = 2026-01-01\n{counts}", "utf-8")
    check_scheme(desk, path)
    assert stored(desk) == before
    assert says(desk, "检查通过，尚未写入任何内容。")
    assert says(desk, "公布")
    assert says(desk, "≠ 1"), "a size that is not the published one stands out"
    assert any("排除表 7" in row[2] for row in remarks(desk))
    assert desk.find(QLineEdit, "valid_from").text() == "2026-01-01", "prefilled from the file"
    desk.press("Ctrl+Return")
    settle(desk)
    assert active(desk, "scheme") == "小方案"
    [line] = [line for line in desk.services.assets.lines("scheme") if not line.builtin]
    assert dict(line.facts)["valid_from"] == "2026-01-01"


def test_giving_up_leaves_everything_as_it_was(desk: Any, tmp_path: Path) -> None:
    before = stored(desk)
    check_scheme(desk, package(tmp_path / "小方案"))
    desk.press("Escape")
    settle(desk)
    assert stored(desk) == before
    assert active(desk, "scheme") == "试用方案"
    assert "试用方案" in [chip.accessibleName() for chip in desk.window.page.detail.findChildren(Chip)]
    assert not desk.window.shell.actions.is_enabled("schemes.take")
    assert "checking" not in desk.window.page.place().args


def test_esc_takes_a_typed_day_back_before_it_gives_up(desk: Any, tmp_path: Path) -> None:
    check_scheme(desk, package(tmp_path / "小方案"))
    field = desk.find(QLineEdit, "valid_from")
    field.setFocus()
    desk.press('"2026-0', "Escape")
    assert field.text() == ""
    assert desk.window.page.has_check
    desk.press("Escape")
    assert not desk.window.page.has_check


def test_a_refused_scheme_shows_everything_wrong_and_cannot_be_imported(desk: Any, tmp_path: Path) -> None:
    head = "mdc,order,adrg,name,kind,condition,no_drg\n"
    broken = f"{head}MDCB,1,BR1,脑,内科,main_dx in dx1 and (sex = 男,adrg\nMDCB,2,BR2,脑,内科,main_dx in,adrg\n"
    path = package(tmp_path / "坏方案", adrg=broken)
    before = stored(desk)
    check_scheme(desk, path)
    shown = remarks(desk)
    assert len([row for row in shown if row[0] == "错误"]) == 2
    assert "adrg.csv，第 2 行" in shown[0][1]
    assert "未导入" in [chip.accessibleName() for chip in desk.window.findChildren(Chip) if chip.isVisible()]
    assert says(desk, "^")
    assert says(desk, "请按报告更正文件后重新导入")
    assert not desk.window.shell.actions.is_enabled("schemes.take")
    assert not any(one.isVisible() and one.text() == "导入" for one in desk.window.findChildren(Button))
    assert stored(desk) == before
    (path.parent / "adrg.csv").write_text(PACKAGE["adrg.csv"], "utf-8")
    desk.press("F5")
    settle(desk)
    assert desk.window.shell.actions.is_enabled("schemes.take"), "mended and checked again"
    desk.press("Escape")
    settle(desk)
    assert stored(desk) == before


def test_a_file_that_changed_after_the_check_is_not_imported(desk: Any, tmp_path: Path) -> None:
    path = package(tmp_path / "小方案")
    check_scheme(desk, path)
    (path.parent / "cc.csv").write_text("code,exclusion\nI10.x01,1\n", "utf-8")
    press_button(desk, "导入")
    settle(desk)
    assert "文件在检查之后已变动" in remarks(desk)[0][2]
    assert active(desk, "scheme") == "试用方案"


def test_a_bad_date_is_told_at_the_field(desk: Any, tmp_path: Path) -> None:
    before = stored(desk)
    import_scheme(desk, package(tmp_path / "小方案"), day="明年")
    assert says(desk, "“明年”不是日期")
    assert QApplication.focusWidget() is desk.find(QLineEdit, "valid_from")
    assert stored(desk) == before


def test_a_day_that_is_taken_out_of_the_field_is_not_put_back(desk: Any, tmp_path: Path) -> None:
    path = package(tmp_path / "小方案")
    path.write_text(f"{PACKAGE['scheme.toml']}valid_from = 2030-01-01\n", "utf-8")
    import_scheme(desk, path, day="")
    assert active(desk, "scheme") == "小方案"


def test_the_report_is_copied_and_written_whole(desk: Any, tmp_path: Path) -> None:
    check_scheme(desk, package(tmp_path / "小方案", mcc="code,exclusion\nJ96.000,7\nI10.x00,1\n"))
    desk.press("Ctrl+Shift+C")
    copied = QApplication.clipboard().text()
    assert copied.startswith("小方案\n")
    assert "MDC 数：1（公布 未注明）" in copied
    assert "排除表 7 没有内容" in copied
    assert "既是 MCC 又是 CC：I10.x00" in copied
    desk.press("Ctrl+E")
    out = tmp_path / "报告.txt"
    desk.answer_file(out)
    desk.rest()
    assert out.read_text("utf-8-sig").rstrip("\n") == copied


def test_a_file_that_waits_is_checked_again_after_a_restart(desk: Any, tmp_path: Path) -> None:
    check_scheme(desk, package(tmp_path / "小方案"))
    place = desk.window.page.place()
    desk.press("Escape")
    desk.go("worklist")
    desk.window.go(place)
    settle(desk)
    assert says(desk, "检查通过，尚未写入任何内容。")
    assert active(desk, "scheme") == "试用方案"


def test_a_scheme_for_later_does_not_work_today_and_its_date_can_be_changed(desk: Any, tmp_path: Path) -> None:
    import_scheme(desk, package(tmp_path / "小方案"), day="2027-01-01")
    assert active(desk, "scheme") == "试用方案"
    assert desk.window.page.line.title == "小方案"
    assert says(desk, "2027-01-01 起出院的病例")
    desk.window.shell.actions.trigger("schemes.valid_from")
    field = desk.find(QLineEdit, "valid_from")
    assert field.text() == "2027-01-01"
    field.setText("2026-01-01")
    press_button(desk, "保存")
    settle(desk)
    assert active(desk, "scheme") == "小方案"


def test_going_back_to_the_shipped_scheme_and_forward_again_by_keys(desk: Any, tmp_path: Path) -> None:
    import_scheme(desk, package(tmp_path / "小方案"))
    page = desk.window.page
    page.list.setFocus()
    desk.press("Up")
    settle(desk)
    desk.press("Return")
    settle(desk)
    assert active(desk, "scheme") == "试用方案"
    assert desk.services.assets.scheme().trial
    desk.press("Down", "Return")
    settle(desk)
    assert active(desk, "scheme") == "小方案"
    desk.window.shell.actions.trigger("schemes.retire")
    settle(desk)
    assert active(desk, "scheme") == "试用方案"


def test_a_dated_scheme_that_overrules_an_enabled_one_is_named(desk: Any, tmp_path: Path) -> None:
    import_scheme(desk, package(tmp_path / "小方案"), day="2026-01-01")
    page = desk.window.page
    page.list.setFocus()
    desk.press("Up", "Return")
    settle(desk)
    assert active(desk, "scheme") == "小方案", "a dated scheme wins over the enabled one"
    other = package(tmp_path / "另一方案")
    other.write_text(PACKAGE["scheme.toml"].replace("mini", "other").replace("小方案", "另一方案"), "utf-8")
    import_scheme(desk, other)
    assert says(desk, "今天出院的病例按启用日期仍用“小方案”")


def test_code_tables_are_imported_together(desk: Any, tmp_path: Path) -> None:
    book, more = tmp_path / "诊断.csv", tmp_path / "手术.csv"
    book.write_text("编码,名称\nI21.900,急性心肌梗死\nI10.x03,高血压1级\n", "utf-8")
    more.write_text("编码,名称\n36.0600,非药物洗脱冠状动脉支架置入术\n", "utf-8")
    desk.window.shell.actions.trigger("schemes.import_codebook")
    dialog = desk.window.findChild(QFileDialog, "file_dialog")
    dialog.filesSelected.emit([str(book), str(more)])
    dialog.reject()
    settle(desk)
    assert active(desk, "codebook") == "诊断"
    assert desk.services.assets.codebook().name_of("I10.x03") == "高血压1级"
    assert says(desk, "2 条")


def test_weights_of_another_scheme_are_refused(desk: Any, tmp_path: Path) -> None:
    table = tmp_path / "权重.csv"
    table.write_text("drg,name,relative_weight\nZZ99,没有的组,1.5\n", "utf-8")
    desk.window.shell.actions.trigger("schemes.import_weights")
    desk.answer_file(table)
    settle(desk)
    assert "ZZ99" in remarks(desk)[0][2]
    assert desk.services.assets.lines("weights") == ()


def test_weights_belong_to_the_scheme_in_use(desk: Any, tmp_path: Path) -> None:
    import_scheme(desk, package(tmp_path / "小方案"))
    table = tmp_path / "权重.csv"
    table.write_text("drg,name,relative_weight\nBR19,脑,1.5\n", "utf-8")
    desk.window.shell.actions.trigger("schemes.import_weights")
    desk.answer_file(table)
    settle(desk)
    assert active(desk, "weights") == "权重"
    assert says(desk, "小方案")


def test_rates_are_tied_to_place_and_level_by_the_user(desk: Any, tmp_path: Path) -> None:
    table = tmp_path / "费率.csv"
    table.write_text("year,hospital_level,insurance,base_rate_yuan\n2025,I,职工,12000\n2026,I,职工,12500\n", "utf-8")
    desk.window.shell.actions.trigger("schemes.import_rates")
    desk.answer_file(table)
    desk.rest()
    yes = next(one for one in desk.window.findChildren(Button) if one.isVisible() and one.text() == "导入")
    assert not yes.isEnabled(), "nothing is filled in silently"
    for name, value in (("city", "云泽"), ("level", "II")):
        desk.find(QLineEdit, name).setText(value)
    assert not yes.isEnabled()
    assert says(desk, "文件中没有这样的费率。")
    desk.find(QLineEdit, "level").setText("I")
    desk.click(yes)
    settle(desk)
    assert active(desk, "rates") == "费率"
    assert says(desk, "云泽")


def test_a_cancelled_import_leaves_everything(desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = package(tmp_path / "小方案")
    page = desk.window.page
    jobs = []
    check, bring = page.work.check_scheme, page.work.bring_in
    cancelled = Event()  # else the work could be over before it hears of it

    def later(work: Callable[..., Any], *args: Any) -> Any:
        cancelled.wait(20)
        return work(*args)

    def and_cancel(start: Callable[..., Any], *args: Any) -> Any:
        cancelled.clear()
        jobs.append(start(*args))
        jobs[-1].cancel()
        cancelled.set()
        return jobs[-1]

    for name in ("check_scheme", "bring_in"):
        monkeypatch.setattr(asset_work, name, partial(later, getattr(asset_work, name)))
    monkeypatch.setattr(page.work, "check_scheme", partial(and_cancel, check))
    check_scheme(desk, path)
    assert says(desk, "已取消，一切保持原样。")
    monkeypatch.setattr(page.work, "check_scheme", check)
    monkeypatch.setattr(page.work, "bring_in", partial(and_cancel, bring))
    import_scheme(desk, path)
    assert len(jobs) == 2
    assert says(desk, "已取消，一切保持原样。")
    assert [line.builtin for line in desk.services.assets.lines("scheme")] == [True]


def test_a_file_dropped_on_a_section_is_imported_there(desk: Any, tmp_path: Path) -> None:
    book = tmp_path / "本院.csv"
    book.write_text("编码,名称\nI21.900,急性心肌梗死\n", "utf-8")
    page = desk.window.page
    view = page.list
    point = view.viewport().mapTo(page, view.visualRect(view.shelves.index(0)).center())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(book))])
    none = Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(point), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))
    settle(desk)
    assert active(desk, "codebook") == "本院"
    assert view.kind_at(QPoint(-5, -5)) == ""


def test_a_dropped_scheme_folder_is_checked_and_waits(desk: Any, tmp_path: Path) -> None:
    before = stored(desk)
    folder = package(tmp_path / "小方案").parent
    page = desk.window.page
    page.list.setFocus()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    point = page.list.mapTo(page, page.list.rect().bottomLeft())
    none = Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(point), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))
    settle(desk)
    assert says(desk, "检查通过，尚未写入任何内容。")
    assert stored(desk) == before


def test_a_check_goes_on_while_the_list_is_read_anew(desk: Any, tmp_path: Path) -> None:
    desk.window.page.check_scheme(package(tmp_path / "小方案"))
    desk.window.publish(Changes(assets=True))
    settle(desk)
    assert desk.window.page.has_check
    assert says(desk, "检查通过，尚未写入任何内容。")


def test_another_file_takes_the_place_of_the_one_being_checked(desk: Any, tmp_path: Path) -> None:
    page = desk.window.page
    page.check_scheme(package(tmp_path / "小方案"))
    other = package(tmp_path / "另一方案")
    other.write_text(PACKAGE["scheme.toml"].replace("小方案", "另一方案"), "utf-8")
    page.check_scheme(other)
    settle(desk)
    assert says(desk, "另一方案")
    assert page.can_take


def test_the_browser_and_the_comparison_start_from_the_chosen_scheme(
    open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], tmp_path: Path
) -> None:
    desk = open_desk((stand_in("browser"), stand_in("compare"), SCHEMES))
    desk.go("schemes", section="scheme")
    settle(desk)
    desk.window.page.list.setFocus()
    desk.press("B")
    assert desk.window.page.key == "browser"
    assert desk.window.page.sent.args == {"scheme": "starter"}
    desk.go("schemes", section="scheme")
    settle(desk)
    desk.window.page.list.setFocus()
    desk.press("C")
    assert desk.window.page.key == "compare"


def test_the_palette_offers_the_imports_everywhere(desk: Any) -> None:
    desk.go("worklist")
    provider = SCHEMES.providers(desk.window.shell)[0]
    found = provider.search("导入费率", 5)
    assert [item.title for item in found.items] == ["导入费率…"]
    found.items[0].run()
    desk.rest()
    assert desk.window.page.key == "schemes"
    assert desk.window.page.section == "rates"
    assert not provider.search("导入费率", 5).items, "on the page its own action is found"
    desk.window.findChild(QFileDialog, "file_dialog").reject()


def test_tab_goes_round_and_the_place_is_remembered(desk: Any, tmp_path: Path) -> None:
    import_scheme(desk, package(tmp_path / "小方案", mcc="code,exclusion\nJ96.000,7\n"))
    page = desk.window.page
    page.list.setFocus()
    seen = []
    for _ in range(12):
        focus = QApplication.focusWidget()
        assert focus.isVisible()
        seen.append(focus)
        desk.press("Tab")
    assert page.detail.table in seen
    assert page.list in seen
    place = page.place()
    desk.go("worklist")
    desk.window.go(place)
    settle(desk)
    assert page.line.title == "小方案"
    assert any("排除表 7" in row[2] for row in remarks(desk))


def workbook(path: Path) -> Path:
    """Write a small official workbook and return it."""
    sheets = {
        "MDC": ["试验版配置信息", "MDC编码|MDC名称|MDC规则|排序", "MDCB|神经系统|ZYZD in DI_B00|1"],
        "ADRG": [
            "ADRG编码|ADRG名称|ADRG规则|所属MDC编码|排序",
            "BB1|开颅|ZYSS in OP_BB1|MDCB|1",
            "BR1|脑病|ZYZD in DI_B00|MDCB|2",
        ],
        "DRG": ["DRG|DRG名称|DRG规则|所属ADRG编码|所属MDC编码|排序", "BB19|开颅||BB1|MDCB|1", "BR19|脑病||BR1|MDCB|1"],
        "集合": [
            "集合编号|ICD编码|ICD名称|类型编号",
            "DI_B00|I63.900|脑梗死|诊断",
            "OP_BB1|01.2400|开颅|手术",
            "OP_ALL|01.2400|开颅|手术",
        ],
        "CC": ["疾病编码|疾病名称|排除表|类型", "J96.000|呼吸衰竭|T1|MCC"],
        "排除表": ["集合编号|ICD编码|ICD名称", "T1|I63.900|脑梗死"],
    }
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line.split("|"))
    book.save(path)
    return path


def test_options_of_a_workbook_are_set_told_and_taken_back(desk: Any, tmp_path: Path) -> None:
    import_scheme(desk, workbook(tmp_path / "试验版.xlsx"))
    case = GroupInput(("I63.900",), ("01.2400",))
    assert group(desk.services.assets.scheme(), case).drg == "BB19"
    desk.window.shell.actions.trigger("schemes.options")
    desk.find(QLineEdit, "grey_px").setText("99.9999")
    press_button(desk, "保存")
    desk.wait(lambda: says(desk, "不在本方案的手术编码中：99.9999"))
    desk.find(QLineEdit, "grey_px").setText("01.2400")
    press_button(desk, "保存")
    settle(desk)
    assert group(desk.services.assets.scheme(), case).drg == "BR19"
    assert says(desk, "灰名单手术 1 条不参与分组")
    desk.window.shell.actions.trigger("schemes.options")
    assert desk.find(QLineEdit, "grey_px").text() == "01.2400"
    desk.find(QLineEdit, "grey_px").setText("")
    press_button(desk, "保存")
    settle(desk)
    assert group(desk.services.assets.scheme(), case).drg == "BB19"


def test_a_package_has_no_options_and_says_so(desk: Any, tmp_path: Path) -> None:
    import_scheme(desk, package(tmp_path / "小方案"))
    desk.window.shell.actions.trigger("schemes.options")
    assert any("方案包自己写明全部规则" in entry.text for entry in desk.window.shell.notices.bell)


def test_a_file_of_cases_is_grouped_with_the_chosen_scheme(desk: Any, tmp_path: Path) -> None:
    import_scheme(desk, package(tmp_path / "小方案"))
    cases, out = tmp_path / "病例.csv", tmp_path / "结果.csv"
    cases.write_text("case_id,dx\nC1,I63.900|J96.000\nC2,K35.800\n", "utf-8")
    desk.window.page.list.setFocus()
    desk.press("G")
    desk.answer_file(cases)
    desk.answer_file(out)
    desk.rest()
    assert out.read_text("utf-8").splitlines()[1:] == ["C1,MDCB,BR1,BR19,分组成功", "C2,0000,00,0000,无法入组"]
    assert any("分组 2 例" in entry.text for entry in desk.window.shell.notices.bell)
