"""How the scenes of :mod:`benchmarks.scenes` are set: each play opens, types or chooses on the page that is shown."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.common.files import write_atomic
from app.common.paths import data
from app.common.progress import NoProgress
from app.domain.changes import Changes
from app.domain.field import Group
from app.domain.findings import Severity
from app.services.demo import write_demo_batch
from app.services.types import AssetReport, Remark
from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.pages.autocode.page import AutoCodePage
from app.ui.pages.browser.page import BrowserPage
from app.ui.pages.case.page import CasePage
from app.ui.pages.codes.page import CodesPage
from app.ui.pages.compare.page import ComparePage
from app.ui.pages.drg.page import DrgPage
from app.ui.pages.help import HelpPage
from app.ui.pages.import_batch.page import CHECK, MAP, ImportPage
from app.ui.pages.reports.page import ReportsPage
from app.ui.pages.rules.page import RulesPage
from app.ui.pages.schemes.page import SchemesPage
from app.ui.pages.settings.page import SettingsPage
from app.ui.pages.worklist.page import WorklistPage
from app.ui.shell.tour import Tour
from app.ui.widgets import Card


def palette(window: MainWindow) -> None:
    """Ask the box for a disease by its initials."""
    window.shell.services.warm_up(NoProgress())
    window.open_palette("tnb")


def close_palette(window: MainWindow) -> None:
    """Close the box."""
    window.close_palette()


def peeked(window: MainWindow) -> bool:
    """True once the side of the list shows a case."""
    page = window.page
    return isinstance(page, WorklistPage) and page.peek.case_id > 0


def follow_up(window: MainWindow) -> None:
    """Open the card for a date to follow up."""
    page = window.page
    if isinstance(page, WorklistPage):
        page.doing.follow_up()


def load_desk(window: MainWindow) -> None:
    """Claim some cases and let two wait, so that every block has lines."""
    services = window.shell.services
    services.list_work.claim(services.worklist.ids("to_code", sort="priority")[3:8])
    services.list_work.follow_up(services.worklist.ids("to_code", sort="priority")[8:10], "", "等待病理结果")
    window.publish(Changes(listing=True))


def bulk(window: MainWindow) -> bool:
    """Open what can be done to many once the list is there."""
    page = window.page
    if not isinstance(page, WorklistPage) or not peeked(window):
        return False
    page.open_bulk()
    return True


def choose_columns(window: MainWindow) -> None:
    """Open the choice of columns."""
    page = window.page
    if isinstance(page, WorklistPage):
        page.choose_columns()


def escape(window: MainWindow) -> None:
    """Leave what is open over the list."""
    page = window.page
    if isinstance(page, WorklistPage):
        page.escape()


def complete(window: MainWindow) -> None:
    """Type half a department into the filter."""
    page = window.page
    if isinstance(page, WorklistPage):
        page.focus_filter()
        page.filter.box.line.insert("科室:内")
        page.filter.box.line.textEdited.emit("科室:内")


def leave_filter(window: MainWindow) -> None:
    """Empty the filter."""
    page = window.page
    if isinstance(page, WorklistPage):
        page.filter.close_list()
        page.clear_filter()


@cache
def _batch_file() -> Path:
    """Return a file with something of everything: new and stored stays, a bad row, cells to repair, odd columns."""
    path = Path(tempfile.mkdtemp(prefix="bingan-scene-")) / "11月出院_第3批.csv"
    write_demo_batch(path, 60)
    lines = [line.split(",") for line in path.read_text("utf-8-sig").splitlines()]
    number, age = lines[0].index("BAH"), lines[0].index("NL")
    for at, cells in enumerate(lines[1:], 1):
        cells[number] = cells[number] if at < 6 else f"0090{at:04}"
        cells[age] = f"{cells[age]}岁" if at % 9 == 0 else cells[age]
        cells.append("")
    lines[0].append("备注2")
    lines[20][number] = ""
    lines[30][lines[0].index("CYSJ")] = "2026-11-31 09:00"
    path.write_text("\n".join(",".join(cells) for cells in lines), "utf-8-sig")
    return path


def read_batch(window: MainWindow) -> None:
    """Read the file of a batch."""
    page = window.page
    if isinstance(page, ImportPage):
        page.read(_batch_file())


def columns_read(window: MainWindow) -> bool:
    """True once the columns of the file are shown."""
    return isinstance(window.page, ImportPage) and window.page.step == MAP


def lines_read(window: MainWindow) -> bool:
    """Go on to the lines; true once they are shown."""
    page = window.page
    if isinstance(page, ImportPage) and page.step == MAP:
        page.go_next()
    return isinstance(page, ImportPage) and page.step == CHECK


def leave_import(window: MainWindow) -> None:
    """Give the file up."""
    page = window.page
    if isinstance(page, ImportPage):
        page.start_over()


def review(window: MainWindow) -> None:
    """Choose a text of the list."""
    page = window.page
    if isinstance(page, AutoCodePage) and page.table.current_row <= 0:
        page.table.go_to(2)


def reviewed(window: MainWindow) -> bool:
    """True once the texts are there."""
    return isinstance(window.page, AutoCodePage) and bool(window.page.texts.lines)


def take_band(window: MainWindow) -> None:
    """Ask for the first band."""
    window.shell.actions.trigger("autocode.take_band")


def limits(window: MainWindow) -> None:
    """Open the limits of the bands."""
    window.shell.actions.trigger("autocode.limits")


def find(window: MainWindow) -> None:
    """Open the search for a text."""
    window.shell.actions.trigger("autocode.search")


def new_appeal(window: MainWindow) -> None:
    """Open the card of a new request."""
    window.page.default_focus().setFocus()
    window.shell.actions.trigger("appeals.special")


def explained(window: MainWindow) -> bool:
    """True once the chosen line of the batch is explained."""
    told = window.page.findChild(QWidget, "qc_history")
    return told is not None and told.isVisible()


def close_cards(window: MainWindow) -> None:
    """Close every card."""
    for card in window.findChildren(Card):
        card.close_card()


def found(window: MainWindow) -> bool:
    """True once the search has a hit."""
    return isinstance(window.page, CodesPage) and window.page.has_hit


def asked_case(window: MainWindow) -> None:
    """Open a case that has findings and raises questions."""
    services = window.shell.services
    views = (services.cases.view(case_id) for case_id in services.worklist.ids("all"))
    found = (view for view in views if view.report.count(Severity.WARN) and services.questions.of_case(view).asked)
    view = next(found, None)
    if view is not None:
        window.go(Place("case", {"case": view.case_id}))


def ask_questions(window: MainWindow) -> None:
    """Go to the next question of such a case."""
    asked_case(window)
    window.shell.actions.trigger("case.next_question")


def show_score(window: MainWindow) -> None:
    """Show the deductions of such a case."""
    asked_case(window)
    toggle_score(window)


def _read_case(window: MainWindow) -> None:
    """Open a case with notes, a document and some changes."""
    asked_case(window)
    page = window.page
    services = window.shell.services
    if not isinstance(page, CasePage) or page.view is None or page.view.noted:
        return
    case_id = page.view.case_id
    first = page.view.record.rows(Group.DX)[0]
    services.cases.set_text(case_id, "contact_phone", "13800000001")
    services.cases.set_text(case_id, "current_address", "浙江省云泽市东湖区虚构路 18 号")
    services.cases.set_text(case_id, "dx[0].code", "J18.900")
    services.notes.write(case_id, "contact_phone", "家属电话已核对，原号少一位", private=False)
    services.notes.write(case_id, "dx[0].code", "等病理结果再定主要诊断", private=True)
    services.notes.write(case_id, "", "缺出院小结，已电话催", private=False)
    services.notes.settle(services.notes.of_case(case_id)[0].id, done=True)
    words = " ".join(first.text("source_text").split())
    services.papers.paste(case_id, f"首次病程记录\n患者因不适 3 天入院，考虑{words}。\n今日查房：{words}较前好转。")
    page.open_case(case_id)
    page.go_to_field("dx[0].code")


def in_tab(key: str, window: MainWindow) -> None:
    """Open the case with notes at a tab of its dock."""
    _read_case(window)
    window.shell.actions.trigger(f"case.tab_{key}")


def see_evidence(window: MainWindow) -> None:
    """Go to the next place that speaks for the code."""
    _read_case(window)
    window.shell.actions.trigger("case.next_evidence")


def see_moment(window: MainWindow) -> None:
    """Show the case as it once was."""
    in_tab("history", window)
    page = window.page
    if isinstance(page, CasePage):
        page.tabs.history.choose(len(page.tabs.history.cards) - 1)
        page.tabs.history.show_moment()


def preview(window: MainWindow) -> None:
    """Open the print preview."""
    _read_case(window)
    window.shell.actions.trigger("case.print")


def toggle_revision(window: MainWindow) -> None:
    """Show or hide the marks of changes."""
    window.shell.actions.trigger("case.revision")


def revise(window: MainWindow) -> None:
    """Show the marks of changes."""
    in_tab("qc", window)
    toggle_revision(window)


def back_to_findings(window: MainWindow) -> None:
    """Close cards and go back to the findings."""
    close_cards(window)
    window.shell.actions.trigger("case.tab_qc")


def toggle_score(window: MainWindow) -> None:
    """Show the deductions, or the findings again."""
    window.shell.actions.trigger("case.score")


def give_reason(window: MainWindow) -> None:
    """Ask for the reason of a warning."""
    asked_case(window)
    page = window.page
    if isinstance(page, CasePage):
        for finding in [one for one in page.findings.findings if one.severity is Severity.WARN][:1]:
            page.findings.choose_finding(finding)
            window.shell.actions.trigger("case.confirm")


def shown(window: MainWindow) -> bool:
    """True once a case is shown."""
    return isinstance(window.page, CasePage) and window.page.view is not None


def first_grouped(window: MainWindow) -> None:
    """Open the first case whose group hangs on one diagnosis."""
    services = window.shell.services
    ids = services.worklist.ids("all")
    carried = (one for one in ids if any(line.without for line in services.whatif.secondaries(one)))
    window.go(Place("drg", {"case": next(carried, ids[0])}))


def try_removal(window: MainWindow) -> None:
    """Try the case without that diagnosis."""
    first_grouped(window)
    window.shell.actions.trigger("drg.try")


def leave_trial(window: MainWindow) -> None:
    """Drop the trial."""
    page = window.page
    if isinstance(page, DrgPage) and page.on_trial:
        page.trying.drop()


def grouped(window: MainWindow) -> bool:
    """True once the case is grouped."""
    return isinstance(window.page, DrgPage) and window.page.has_case


def checked(window: MainWindow) -> bool:
    """True once the report of a check is shown."""
    return isinstance(window.page, SchemesPage) and window.page.detail.is_settled


def refuse(window: MainWindow) -> None:
    """Show the report of a file that is refused."""
    page = window.page
    if isinstance(page, SchemesPage):
        page.show_refusal(_BROKEN)


def choose_book(window: MainWindow) -> None:
    """Choose a code book."""
    if isinstance(window.page, SchemesPage):
        window.page.list.setCurrentIndex(window.page.list.shelves.index(1))


def check_file(window: MainWindow) -> None:
    """Check the shipped scheme as a file."""
    page = window.page
    if isinstance(page, SchemesPage) and not page.has_check:
        page.check_scheme(data("codebooks") / "schemes" / "starter" / "scheme.toml")


def check_shown(window: MainWindow) -> bool:
    """True once that report is shown."""
    return isinstance(window.page, SchemesPage) and window.page.has_check and window.page.detail.is_settled


def drop_check(window: MainWindow) -> None:
    """Give that file up."""
    window.shell.actions.trigger("schemes.drop")


def browsed(window: MainWindow) -> bool:
    """True once the scheme is shown."""
    return isinstance(window.page, BrowserPage) and window.page.has_scheme


@cache
def _second_scheme(window: MainWindow) -> str:
    """Import the shipped scheme once more, without CC and with one group split by age, to have something to compare."""
    folder = Path(tempfile.mkdtemp(prefix="bingan-scheme-")) / "scheme"
    shutil.copytree(data("codebooks") / "schemes" / "starter", folder)
    described = (folder / "scheme.toml").read_text("utf-8").replace('id = "starter"', 'id = "second"')
    for name, words in (
        ("scheme.toml", described.replace("试用分组方案（自编，不用于结算）", "试用方案 2027（示意）")),
        ("cc.csv", "code,exclusion\nZ99.900,\n"),
        ("drg.csv", (folder / "drg.csv").read_text("utf-8").replace(",always", ",age_years < 70")),
    ):
        with write_atomic(folder / name) as out:
            out.write(words.encode())
    return str(window.shell.services.assets.import_scheme(folder, valid_from="2027-01-01").asset_id)


def check_handover(window: MainWindow) -> None:
    """Check what can be written."""
    window.page.check()


def compare(window: MainWindow) -> None:
    """Compare the shipped scheme with a changed one."""
    page = window.page
    if isinstance(page, ComparePage) and page.found is None:
        window.go(Place("compare", {"old": "starter", "new": _second_scheme(window), "ran": True}))


def reported(window: MainWindow) -> bool:
    """True once the report is shown."""
    page = window.page
    return isinstance(page, ReportsPage) and page.has_report


def compared(window: MainWindow) -> bool:
    """True once a case has two paths."""
    return isinstance(window.page, ComparePage) and window.page.can_show_paths


def paths(window: MainWindow) -> bool:
    """Open the paths as soon as they are there."""
    page = window.page
    if isinstance(page, ComparePage) and page.can_show_paths and not page.shows_paths:
        page.show_paths()
        return False
    return isinstance(page, ComparePage) and page.shows_paths


def leave_paths(window: MainWindow) -> None:
    """Close the paths."""
    window.shell.actions.trigger("compare.escape")


def tried(window: MainWindow) -> bool:
    """Try the rule as soon as it is there."""
    page = window.page
    if isinstance(page, RulesPage) and page.can_try and page.trial.trial is None:
        page.run_trial()
        return False
    return isinstance(page, RulesPage) and page.trial.trial is not None


def show_examples(window: MainWindow) -> None:
    """Show the examples and the formula of the rule."""
    page = window.page
    if isinstance(page, RulesPage):
        page.tabs.set_current("examples")
        page.editor.show_formula(shown=True)


def written(window: MainWindow) -> bool:
    """Copy the rule as soon as it is there."""
    page = window.page
    if isinstance(page, RulesPage) and page.work is not None and page.work.rule.id == "LJ-026":
        page.copy()
        return False
    return isinstance(page, RulesPage) and page.work is not None and page.work.own


def token_open(window: MainWindow) -> bool:
    """Open the first token as soon as the rule is there."""
    page = window.page
    if isinstance(page, RulesPage) and page.work is not None and page.work.own and not page.editor.box_is_open:
        page.editor.sentence.edit_asked.emit(0)
    return isinstance(page, RulesPage) and page.editor.box_is_open


def leave_token(window: MainWindow) -> None:
    """Close the token."""
    window.shell.actions.trigger("rules.back")


_RULE = "main_dx in mdc_dx and (age_years >= 70 or sex = 男"
_BROKEN = AssetReport(
    "scheme",
    "省级方案_2026.zip",
    (),
    (
        Remark(
            Severity.ERROR,
            "省级方案_2026.zip/adrg.csv，第 118 行，“condition”列",
            f"规则读不懂：第 48 个字符处，性别只能写 male 或 female。规则原文：{_RULE}",
            f"{_RULE}\n{' ' * 47}^",
        ),
        Remark(Severity.ERROR, "省级方案_2026.zip/drg.csv", "缺少列“adrg”"),
        Remark(Severity.WARN, "省级方案_2026.zip/cc.csv，第 20 行", "排除表 T041 没有内容，使用它的编码不会被排除"),
    ),
    refused=True,
)


def tour(window: MainWindow) -> None:
    """Go on to the list in the tour."""
    window.start_tour()
    tour = window.findChild(Tour)
    if tour is not None:
        for _ in range(4):
            tour.go_on()


def leave_tour(window: MainWindow) -> None:
    """End the tour."""
    tour = window.findChild(Tour)
    if tour is not None:
        tour.leave()


def find_help(window: MainWindow) -> None:
    """Search the help for a word."""
    if isinstance(window.page, HelpPage):
        window.page.search.line.setText("备份")


def search_settings(window: MainWindow) -> None:
    """Search the settings by initials."""
    page = window.page
    if isinstance(page, SettingsPage):
        page.focus_search()
        page.search.line.setText("bl")


def self_tested(window: MainWindow) -> bool:
    """True once the self-test has answered."""
    return isinstance(window.page, SettingsPage) and len(window.page.about.facts) > 0


def self_test(window: MainWindow) -> None:
    """Run the self-test."""
    if isinstance(window.page, SettingsPage):
        window.page.self_test()


def catch_key(window: MainWindow) -> None:
    """Wait for another key of the first command."""
    if isinstance(window.page, SettingsPage):
        window.page.enter_group()
        window.page.keys.catch()
