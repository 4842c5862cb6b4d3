"""Two schemes compared in the window, by keyboard: pick, run, filter, look at a case, both paths, export."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import openpyxl
import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView

from app.common.clock import FixedClock
from app.common.paths import data
from app.domain.changes import Changes
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.ui.page import PageSpec
from app.ui.pages.compare import PAGE as COMPARE
from app.ui.pages.compare.picking import SchemeChoices, Wish
from app.ui.widgets import Button, DataTable


@pytest.fixture(scope="module")
def compared_home(page_template: Path, page_engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with coded cases and a second scheme: the shipped one without MCC and CC."""
    home = tmp_path_factory.mktemp("compared") / "library"
    shutil.copytree(page_template, home)
    services = open_services(home, clock=FixedClock(page_engines._clock.now()), engines=page_engines)
    ids = services.worklist.ids("all")
    services.coding.auto_code(ids)
    services.checking.run(ids)
    services.close()
    folder = Path(shutil.copytree(data("codebooks") / "schemes" / "starter", home.parent / "改"))
    for name in ("mcc", "cc"):
        (folder / f"{name}.csv").write_text("code,exclusion\nZ99.900,\n", "utf-8")
    described = (folder / "scheme.toml").read_text("utf-8")
    described = described.replace('id = "starter"', 'id = "second"').replace("trial = true", "trial = false")
    (folder / "scheme.toml").write_text(described.replace("试用分组方案（自编，不用于结算）", "另一方案"), "utf-8")
    assets = Assets(home, FixedClock(page_engines._clock.now()))
    assets._books[""] = page_engines.assets.builtin_codebook()
    assets.import_scheme(folder, valid_from="2027-01-01")
    return home


@pytest.fixture
def services(
    compared_home: Path, tmp_path: Path, page_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Services]:
    """Return services over a copy, with assets of their own; only the shipped book is shared."""
    book = page_engines.assets.builtin_codebook()
    monkeypatch.setattr(Assets, "builtin_codebook", lambda _assets: book)
    home, clock = tmp_path / "library", FixedClock(page_engines._clock.now())
    shutil.copytree(compared_home, home)
    opened = open_services(home, clock=clock, engines=Engines(Assets(home, clock), clock))
    yield opened
    opened.close()


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window over the page."""
    pages = tuple(stand_in(key) for key in ("worklist", "case", "schemes", "browser"))
    opened = open_desk((*pages, COMPARE))
    opened.go("compare")
    return opened


@pytest.fixture
def compared(desk: Any) -> Any:
    """Return a window in which two schemes have been compared."""
    desk.press("F5", on=desk.window.page)
    desk.rest()
    settle(desk)
    return desk


def settle(desk: Any) -> None:
    """Wait until the chosen case is told."""
    desk.wait(lambda: desk.window.page.can_show_paths)


def says(desk: Any, words: str) -> bool:
    return any(words in label.text() for label in desk.window.findChildren(QLabel) if label.isVisible())


def column_of(table: DataTable, column: int) -> list[str]:
    model = table.model()
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def test_the_scheme_in_use_and_the_other_one_are_proposed_with_the_last_year(desk: Any) -> None:
    assert desk.find(QLineEdit, "old_scheme").text() == "试用方案"
    assert desk.find(QLineEdit, "new_scheme").text() == "另一方案"
    assert " 至 2026-11" in desk.find(QLineEdit, "period").text()
    assert says(desk, "按 F5 开始比较。")
    assert not desk.window.shell.actions.is_enabled("compare.export")


def test_figures_causes_and_cases_add_up(compared: Any) -> None:
    page = compared.window.page
    found = page.found
    words = page.figures.words()
    assert words[0] == f"{found.cases:,}"
    assert words[1] == f"{len(found.moved):,}" != "0"
    assert words[5] == "不显示"
    assert says(compared, "为何不显示金额")
    assert says(compared, "是试用方案，权重为虚构")
    table = compared.find(DataTable, "compare_cases")
    assert column_of(table, 0) == [one.record_no for one in found.moved]
    assert set(column_of(table, 6)) == {"MCC/CC 表变动"}
    assert says(compared, "为什么变")
    assert says(compared, page.lists.case.difference.detail)


def test_enter_shows_both_paths_side_by_side_and_esc_goes_back(compared: Any) -> None:
    page = compared.window.page
    table = compared.find(DataTable, "compare_cases")
    table.setFocus()
    compared.press("Return")
    assert page.shows_paths
    assert says(compared, page.lists.cases.values[0].old)
    assert page.old_path.steps.model().rowCount() > 2
    assert page.new_path.steps.model().rowCount() > 2
    steps = page.old_path.steps.path
    before = steps.rowCount()
    compared.press("Return")
    assert steps.rowCount() == before + 1, "the rule as written"
    compared.press("Right")
    assert steps.rowCount() > before + 1, "its lists"
    compared.press("Left")
    assert steps.rowCount() == before
    compared.press("A")
    assert steps.rowCount() > before
    compared.press("Escape")
    assert not page.shows_paths
    assert QApplication.focusWidget() is table


def test_digits_switch_the_lists_and_enter_filters(compared: Any) -> None:
    page = compared.window.page
    everything = len(page.found.moved)
    compared.find(DataTable, "compare_cases").setFocus()
    compared.press("2")
    groups = compared.find(DataTable, "compare_groups")
    assert QApplication.focusWidget() is groups
    wanted = int(column_of(groups, 4)[0])
    compared.press("Return")
    assert page.lists.tabs.current == "cases"
    assert len(page.lists.cases.values) == wanted
    compared.find(DataTable, "compare_cases").setFocus()
    compared.press("Escape")
    assert len(page.lists.cases.values) == everything
    compared.press("3")
    depts = compared.find(DataTable, "compare_depts")
    moved = column_of(depts, 2)
    at = next(at for at, count in enumerate(moved) if count != "0")
    depts.go_to(at)
    compared.press("Return")
    assert len(page.lists.cases.values) == int(moved[at])


def test_a_cause_filters_by_keyboard_and_again_shows_all(compared: Any) -> None:
    page = compared.window.page
    bars = compared.find(QListView, "causes")
    bars.setFocus()
    compared.press("Return")
    assert "筛选出" in page._counts.text()
    assert "cause" in {kind for kind, _ in page._filter}
    compared.press("Return")
    assert not page._filter
    compared.press("Down", "Down", "Space")
    assert {kind for kind, _ in page._filter} == {"dept"}


def test_a_difference_of_the_schemes_opens_the_browser(compared: Any) -> None:
    compared.find(DataTable, "compare_cases").setFocus()
    compared.press("4")
    table = compared.find(DataTable, "compare_schemes")
    table.go_to(0)
    code = column_of(table, 1)[0]
    compared.press("Return")
    compared.rest()
    assert compared.window.page.key == "browser"
    assert code in compared.window.page.sent.args.values()


def test_kinds_of_difference_are_counted_and_filter(compared: Any) -> None:
    page = compared.window.page
    compared.find(DataTable, "compare_cases").setFocus()
    compared.press("4")
    bars = compared.find(QListView, "causes")
    words = [str(bars.lines.index(row).data()) for row in range(bars.lines.rowCount())]
    assert words[0] == "方案差异"
    assert any(word.startswith("移出 CC 表 ") for word in words)
    page.toggle_filter("change", "cc_out")
    assert page.lists.tabs.current == "schemes"
    assert set(column_of(compared.find(DataTable, "compare_schemes"), 0)) == {"移出 CC 表"}
    assert "筛选出" in page._counts.text()
    assert len(page.lists.cases.values) == len(page.found.moved)
    compared.press("Escape")
    assert len(page.lists.changes.values) == len(page.found.changes)


def test_no_list_can_be_ordered_by_money(compared: Any) -> None:
    page = compared.window.page
    titles = [column.title for table in page.lists.tables.values() for column in table.columns]
    assert not any(word in title for title in titles for word in ("金额", "费", "权重", "支付"))
    page.sort_by("dept")
    depts = [one.dept for one in page.lists.cases.values]
    assert depts == sorted(depts)
    page.sort_by("amount")
    numbers = [one.record_no for one in page.lists.cases.values]
    assert numbers == sorted(numbers)


def test_the_outcome_is_written_as_a_workbook(compared: Any, tmp_path: Path) -> None:
    compared.find(DataTable, "compare_cases").setFocus()
    compared.press("Ctrl+E")
    out = tmp_path / "比较.xlsx"
    compared.answer_file(out)
    compared.rest()
    assert "逐例" in openpyxl.load_workbook(out).sheetnames
    compared.press("Ctrl+C")
    assert compared.window.page.lists.cases.values[0].record_no in QApplication.clipboard().text()


def test_schemes_period_list_filter_and_case_come_back(compared: Any) -> None:
    page = compared.window.page
    page.toggle_filter("cause", "severity")
    table = compared.find(DataTable, "compare_cases")
    table.go_to(2)
    settle(compared)
    chosen = page.lists.case.case_id
    place = page.place()
    compared.go("worklist")
    page._found = None
    page._filter = frozenset()
    compared.window.go(place)
    compared.rest()
    settle(compared)
    assert page.found is not None, "compared again, as it was"
    assert page.lists.case.case_id == chosen
    assert page._filter == {("cause", "severity")}
    assert compared.services.worklist.rows([chosen])


def test_a_cancelled_comparison_says_so(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page = desk.window.page
    run = desk.window.shell.jobs.run

    def and_cancel(work: Callable[..., Any], **words: Any) -> Any:
        cancelled = Event()

        def later(progress: Any) -> Any:
            cancelled.wait(20)  # else the work could be over before it hears of it
            return work(progress)

        job = run(later, **words)
        job.cancel()
        cancelled.set()
        return job

    monkeypatch.setattr(desk.window.shell.jobs, "run", and_cancel)
    page.run()
    desk.rest()
    assert says(desk, "已取消比较。")
    assert page.found is None


def test_esc_leaves_the_open_list_then_the_text_then_the_page(desk: Any) -> None:
    desk.go("worklist")
    page = desk.go("compare")
    field = desk.find(QLineEdit, "new_scheme")
    field.setFocus()
    desk.press("Down")
    assert field.is_open
    desk.press("Escape")
    assert not field.is_open
    assert desk.window.page is page
    period = desk.find(QLineEdit, "period")
    shown = period.text()
    period.setFocus()
    desk.press('"2026', "Escape")
    assert period.text() == shown
    assert desk.window.page is page
    desk.press("Escape")
    desk.rest()
    assert desk.window.page.key == "worklist"


def test_another_scheme_is_picked_by_keyboard(desk: Any) -> None:
    field = desk.find(QLineEdit, "old_scheme")
    field.setFocus()
    desk.press("Down", "Down", "Return")
    assert field.text() == "另一方案"
    assert desk.window.page.place().args["old"] == desk.window.page.place().args["new"]
    assert not desk.window.page.can_run


def test_a_bad_period_and_an_empty_one_are_told(desk: Any) -> None:
    field = desk.find(QLineEdit, "period")
    field.setText("去年")
    desk.press("F5", on=desk.window.page)
    assert says(desk, "“去年”不是出院月份。")
    field.setText("2001-01 至 2001-12")
    desk.press("F5", on=desk.window.page)
    desk.rest()
    assert says(desk, "没有可比较的病例")


def test_old_and_new_change_places(compared: Any) -> None:
    compared.window.shell.actions.trigger("compare.swap")
    compared.rest()
    settle(compared)
    assert compared.find(QLineEdit, "old_scheme").text() == "另一方案"
    assert compared.window.page.found.old_title == "另一方案"
    assert says(compared, "权重表尚未导入")


def test_one_scheme_alone_leads_to_the_import(desk: Any) -> None:
    page = desk.window.page
    page._take(Wish("", "", page._wish.period))
    page._invite()
    assert says(desk, "还没有另一个方案可以比较。")
    button = next(one for one in desk.window.findChildren(Button) if one.isVisible() and one.text() == "到方案页")
    desk.click(button)
    assert desk.window.page.key == "schemes"


def test_weights_and_the_case_are_one_step_away(compared: Any) -> None:
    page = compared.window.page
    compared.window.shell.actions.trigger("compare.weights")
    assert compared.window.page.key == "schemes"
    compared.window.go(page.place())
    compared.rest()
    settle(compared)
    compared.find(DataTable, "compare_cases").setFocus()
    compared.press("Ctrl+O")
    assert compared.window.page.key == "case"
    assert compared.window.page.sent.args["case"] == page.lists.cases.values[0].case_id


def test_an_outcome_older_than_the_cases_says_so(compared: Any) -> None:
    compared.window.publish(Changes(cases=frozenset({1})))
    assert "按 F5 重新比较" in compared.window.page._counts.text()
    compared.window.publish(Changes(assets=True))
    assert compared.window.page.found is None


def test_tab_goes_round_and_the_palette_knows_the_page(compared: Any) -> None:
    page = compared.window.page
    page.lists.table.setFocus()
    seen = set()
    for _ in range(20):
        seen.add(QApplication.focusWidget())
        assert QApplication.focusWidget().isVisible()
        compared.press("Tab")
    assert {page.picker.old, page.picker.new, page.picker.period, page.bars, page.lists.tabs, page.lists.table} <= seen
    compared.go("worklist")
    COMPARE.providers(compared.window.shell)[0].search("比较", 5).items[0].run()
    compared.rest()
    assert compared.window.page is page


def test_models_are_sound(compared: Any, qtmodeltester: Any) -> None:
    page = compared.window.page
    qtmodeltester.check(page.bars.lines)
    qtmodeltester.check(page.lists.cases)


def test_titles_stand_for_schemes(services: Services) -> None:
    choices = SchemeChoices()
    choices.show(services.browser.schemes())
    [second] = choices.others("")
    assert choices.id_of(choices.title_of(second)) == second
    assert choices.find("另一方案") == "另一方案"
    assert choices.search("方案")[0] == ("试用方案", "使用中")
    assert choices.title_of("gone") == ""
    assert Wish.of({"old": "starter", "new": second}, Wish(second, "")).new == second
