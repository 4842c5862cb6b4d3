"""What the pictures of :mod:`benchmarks.screens` show. A page adds its scenes to ``SCENES``."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

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
from app.ui.ports import JsonValue
from app.ui.shell.tour import Tour
from app.ui.widgets import Card
from benchmarks import desk_plays, login_scenes
from benchmarks.return_plays import (
    answer_one,
    ask_phrase,
    end_review,
    has_begun,
    open_card,
    open_templates,
    review,
)


def _true(_window: MainWindow) -> bool:
    return True


def _nothing(_window: MainWindow) -> None:
    """Leave the window as it is."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture. ``page`` must be registered, else the scene is left out.

    The window goes to the page with ``args``, then ``play`` sets the scene (opens a popup, types). The picture is taken
    when no job runs and ``ready`` holds; ``leave`` clears up.
    """

    name: str
    page: str
    args: dict[str, JsonValue] = field(default_factory=dict)
    play: Callable[[MainWindow], None] = _nothing
    ready: Callable[[MainWindow], bool] = _true
    leave: Callable[[MainWindow], None] = _nothing

    def show(self, window: MainWindow) -> None:
        """Go to the page and set the scene."""
        window.go(Place(self.page, self.args))
        self.play(window)


def _palette(window: MainWindow) -> None:
    window.shell.services.warm_up(NoProgress())
    window.open_palette("tnb")


def _close_palette(window: MainWindow) -> None:
    window.close_palette()


def _peeked(window: MainWindow) -> bool:
    page = window.page
    return isinstance(page, WorklistPage) and page.peek.case_id > 0


def _follow_up(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, WorklistPage):
        page.doing.follow_up()


def _load_desk(window: MainWindow) -> None:
    services = window.shell.services
    services.list_work.claim(services.worklist.ids("to_code", sort="priority")[3:8])
    services.list_work.follow_up(services.worklist.ids("to_code", sort="priority")[8:10], "", "等待病理结果")
    window.publish(Changes(listing=True))


def _bulk(window: MainWindow) -> bool:
    """Open what can be done to many once the list is there."""
    page = window.page
    if not isinstance(page, WorklistPage) or not _peeked(window):
        return False
    page.open_bulk()
    return True


def _choose_columns(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, WorklistPage):
        page.choose_columns()


def _escape(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, WorklistPage):
        page.escape()


def _complete(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, WorklistPage):
        page.focus_filter()
        page.filter.box.line.insert("科室:内")
        page.filter.box.line.textEdited.emit("科室:内")


def _leave_filter(window: MainWindow) -> None:
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


def _read_batch(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, ImportPage):
        page.read(_batch_file())


def _columns_read(window: MainWindow) -> bool:
    return isinstance(window.page, ImportPage) and window.page.step == MAP


def _lines_read(window: MainWindow) -> bool:
    page = window.page
    if isinstance(page, ImportPage) and page.step == MAP:
        page.go_next()
    return isinstance(page, ImportPage) and page.step == CHECK


def _leave_import(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, ImportPage):
        page.start_over()


def _review(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, AutoCodePage) and page.table.current_row <= 0:
        page.table.go_to(2)


def _reviewed(window: MainWindow) -> bool:
    return isinstance(window.page, AutoCodePage) and bool(window.page.texts.lines)


def _take_band(window: MainWindow) -> None:
    window.shell.actions.trigger("autocode.take_band")


def _limits(window: MainWindow) -> None:
    window.shell.actions.trigger("autocode.limits")


def _find(window: MainWindow) -> None:
    window.shell.actions.trigger("autocode.search")


def _new_appeal(window: MainWindow) -> None:
    window.page.default_focus().setFocus()
    window.shell.actions.trigger("appeals.special")


def _close_cards(window: MainWindow) -> None:
    for card in window.findChildren(Card):
        card.close_card()


def _found(window: MainWindow) -> bool:
    return isinstance(window.page, CodesPage) and window.page.has_hit


def _asked_case(window: MainWindow) -> None:
    """Open a case that has findings and raises questions."""
    services = window.shell.services
    views = (services.cases.view(case_id) for case_id in services.worklist.ids("all"))
    found = (view for view in views if view.report.count(Severity.WARN) and services.questions.of_case(view).asked)
    view = next(found, None)
    if view is not None:
        window.go(Place("case", {"case": view.case_id}))


def _ask_questions(window: MainWindow) -> None:
    _asked_case(window)
    window.shell.actions.trigger("case.next_question")


def _show_score(window: MainWindow) -> None:
    _asked_case(window)
    _toggle_score(window)


def _read_case(window: MainWindow) -> None:
    """Open a case with notes, a document and some changes."""
    _asked_case(window)
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


def _in_tab(key: str, window: MainWindow) -> None:
    _read_case(window)
    window.shell.actions.trigger(f"case.tab_{key}")


def _see_evidence(window: MainWindow) -> None:
    _read_case(window)
    window.shell.actions.trigger("case.next_evidence")


def _see_moment(window: MainWindow) -> None:
    _in_tab("history", window)
    page = window.page
    if isinstance(page, CasePage):
        page.tabs.history.choose(len(page.tabs.history.cards) - 1)
        page.tabs.history.show_moment()


def _preview(window: MainWindow) -> None:
    _read_case(window)
    window.shell.actions.trigger("case.print")


def _toggle_revision(window: MainWindow) -> None:
    window.shell.actions.trigger("case.revision")


def _revise(window: MainWindow) -> None:
    _in_tab("qc", window)
    _toggle_revision(window)


def _back_to_findings(window: MainWindow) -> None:
    _close_cards(window)
    window.shell.actions.trigger("case.tab_qc")


def _toggle_score(window: MainWindow) -> None:
    window.shell.actions.trigger("case.score")


def _give_reason(window: MainWindow) -> None:
    _asked_case(window)
    page = window.page
    if isinstance(page, CasePage):
        for finding in [one for one in page.findings.findings if one.severity is Severity.WARN][:1]:
            page.findings.choose_finding(finding)
            window.shell.actions.trigger("case.confirm")


def _shown(window: MainWindow) -> bool:
    return isinstance(window.page, CasePage) and window.page.view is not None


def _first_grouped(window: MainWindow) -> None:
    services = window.shell.services
    ids = services.worklist.ids("all")
    carried = (one for one in ids if any(line.without for line in services.whatif.secondaries(one)))
    window.go(Place("drg", {"case": next(carried, ids[0])}))


def _try_removal(window: MainWindow) -> None:
    _first_grouped(window)
    window.shell.actions.trigger("drg.try")


def _leave_trial(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, DrgPage) and page.on_trial:
        page.trying.drop()


def _grouped(window: MainWindow) -> bool:
    return isinstance(window.page, DrgPage) and window.page.has_case


def _checked(window: MainWindow) -> bool:
    return isinstance(window.page, SchemesPage) and window.page.detail.is_settled


def _refuse(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, SchemesPage):
        page.show_refusal(_BROKEN)


def _choose_book(window: MainWindow) -> None:
    if isinstance(window.page, SchemesPage):
        window.page.list.setCurrentIndex(window.page.list.shelves.index(1))


def _check_file(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, SchemesPage) and not page.has_check:
        page.check_scheme(data("codebooks") / "schemes" / "starter" / "scheme.toml")


def _check_shown(window: MainWindow) -> bool:
    return isinstance(window.page, SchemesPage) and window.page.has_check and window.page.detail.is_settled


def _drop_check(window: MainWindow) -> None:
    window.shell.actions.trigger("schemes.drop")


def _browsed(window: MainWindow) -> bool:
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


def _check_handover(window: MainWindow) -> None:
    window.page.check()


def _compare(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, ComparePage) and page.found is None:
        window.go(Place("compare", {"old": "starter", "new": _second_scheme(window), "ran": True}))


def _reported(window: MainWindow) -> bool:
    page = window.page
    return isinstance(page, ReportsPage) and page.has_report


def _compared(window: MainWindow) -> bool:
    return isinstance(window.page, ComparePage) and window.page.can_show_paths


def _paths(window: MainWindow) -> bool:
    """Open the paths as soon as they are there."""
    page = window.page
    if isinstance(page, ComparePage) and page.can_show_paths and not page.shows_paths:
        page.show_paths()
        return False
    return isinstance(page, ComparePage) and page.shows_paths


def _leave_paths(window: MainWindow) -> None:
    window.shell.actions.trigger("compare.escape")


def _tried(window: MainWindow) -> bool:
    """Try the rule as soon as it is there."""
    page = window.page
    if isinstance(page, RulesPage) and page.can_try and page.trial.trial is None:
        page.run_trial()
        return False
    return isinstance(page, RulesPage) and page.trial.trial is not None


def _show_examples(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, RulesPage):
        page.tabs.set_current("examples")
        page.editor.show_formula(shown=True)


def _written(window: MainWindow) -> bool:
    """Copy the rule as soon as it is there."""
    page = window.page
    if isinstance(page, RulesPage) and page.work is not None and page.work.rule.id == "LJ-026":
        page.copy()
        return False
    return isinstance(page, RulesPage) and page.work is not None and page.work.own


def _token_open(window: MainWindow) -> bool:
    """Open the first token as soon as the rule is there."""
    page = window.page
    if isinstance(page, RulesPage) and page.work is not None and page.work.own and not page.editor.box_is_open:
        page.editor.sentence.edit_asked.emit(0)
    return isinstance(page, RulesPage) and page.editor.box_is_open


def _leave_token(window: MainWindow) -> None:
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


def _tour(window: MainWindow) -> None:
    window.start_tour()
    tour = window.findChild(Tour)
    if tour is not None:
        for _ in range(4):
            tour.go_on()


def _leave_tour(window: MainWindow) -> None:
    tour = window.findChild(Tour)
    if tour is not None:
        tour.leave()


def _find_help(window: MainWindow) -> None:
    if isinstance(window.page, HelpPage):
        window.page.search.line.setText("备份")


def _search_settings(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, SettingsPage):
        page.focus_search()
        page.search.line.setText("bl")


def _self_tested(window: MainWindow) -> bool:
    return isinstance(window.page, SettingsPage) and len(window.page.about.facts) > 0


def _self_test(window: MainWindow) -> None:
    if isinstance(window.page, SettingsPage):
        window.page.self_test()


def _catch_key(window: MainWindow) -> None:
    if isinstance(window.page, SettingsPage):
        window.page.enter_group()
        window.page.keys.catch()


SCENES: tuple[Scene, ...] = (
    Scene("worklist", "worklist", {"queue": "coding"}, ready=_peeked),
    Scene("desk", "desk", play=_load_desk),
    Scene("worklist-bulk", "worklist", {"queue": "all"}, ready=_bulk, leave=_escape),
    Scene("worklist-follow-up", "worklist", {"queue": "all"}, play=_follow_up, ready=_peeked, leave=_close_cards),
    Scene("worklist-columns", "worklist", {"queue": "all"}, play=_choose_columns, ready=_peeked, leave=_escape),
    Scene("worklist-filter", "worklist", {"queue": "all"}, play=_complete, leave=_leave_filter),
    Scene("worklist-none", "worklist", {"queue": "all", "text": "没有这样的病例"}, leave=_leave_filter),
    Scene("import", "import"),
    Scene("import-columns", "import", play=_read_batch, ready=_columns_read, leave=_leave_import),
    Scene("import-check", "import", play=_read_batch, ready=_lines_read, leave=_leave_import),
    Scene("palette", "worklist", play=_palette, leave=_close_palette),
    Scene("help", "help"),
    Scene("autocode", "autocode", {"queue": "all"}, play=_review, ready=_reviewed),
    Scene("autocode-band", "autocode", {"queue": "all"}, play=_take_band, ready=_reviewed, leave=_close_cards),
    Scene("autocode-limits", "autocode", {"queue": "all"}, play=_limits, ready=_reviewed, leave=_close_cards),
    Scene("autocode-search", "autocode", {"queue": "all", "band": "search"}, play=_find, leave=_close_cards),
    Scene("codes", "codes", {"query": "胆总管结石", "kind": "dx"}, ready=_found),
    Scene("codes-shelf", "codes", play=desk_plays.show_shelf),
    Scene("codes-wishes", "codes", {"query": "K80.3"}, play=desk_plays.show_wish_list, leave=_close_cards),
    Scene("today", "today", play=desk_plays.show_day),
    Scene("case-held", "case", play=desk_plays.show_held, ready=_shown),
    Scene("case-clash", "case", {"case": 1}, play=desk_plays.show_clash, ready=_shown, leave=_close_cards),
    Scene("memory", "memory"),
    Scene("audit", "audit"),
    Scene("audit-edits", "audit", {"kind": "edit"}),
    Scene("qc-batch", "qc", {"scope": "all", "segment": "open", "by": "rule", "key": "WZ-034"}),
    Scene("qc-batch-dept", "qc", {"scope": "all", "segment": "all", "by": "dept", "key": "03.04"}),
    Scene("rules", "rules", {"rule": "WZ-034", "branch": "layer:base", "tab": "trial"}, ready=_tried),
    Scene("rules-new", "rules", {"rule": "LJ-026"}, play=_show_examples, ready=_written),
    Scene("rules-token", "rules", {"branch": "layer:hospital"}, ready=_token_open, leave=_leave_token),
    Scene("rules-settings", "rules", {"rule": "LJ-037", "branch": "class:逻辑", "tab": "settings"}),
    Scene("rules-versions", "rules", {"branch": "layer:hospital", "tab": "versions"}),
    Scene("rules-data", "rules", {"branch": "data:all"}),
    Scene("case", "case", {"case": 1}, play=_asked_case, ready=_shown),
    Scene("case-search", "case", {"case": 1}, play=desk_plays.search_code, ready=_shown, leave=desk_plays.leave_search),
    Scene("case-questions", "case", {"case": 1}, play=_ask_questions, ready=_shown),
    Scene("case-score", "case", {"case": 1}, play=_show_score, ready=_shown, leave=_toggle_score),
    Scene("case-reason", "case", {"case": 1}, play=_give_reason, ready=_shown, leave=_close_cards),
    Scene("questions", "questions"),
    Scene("physician", "physician", ready=has_begun),
    Scene("physician-list", "physician", {"list": "department", "case": 0}),
    Scene("returns", "returns", {"scope": "outstanding"}),
    Scene("returns-answers", "returns", {"scope": "answered"}, play=answer_one),
    Scene("returns-package", "returns", play=ask_phrase, leave=_close_cards),
    Scene("case-review", "case", play=review, ready=_shown, leave=end_review),
    Scene("returns-templates", "returns", play=open_templates, leave=_close_cards),
    Scene("case-ask", "case", {"case": 1}, play=open_card, ready=_shown, leave=_close_cards),
    Scene("case-history", "case", play=partial(_in_tab, "history"), ready=_shown, leave=_back_to_findings),
    Scene("case-notes", "case", play=partial(_in_tab, "notes"), ready=_shown, leave=_back_to_findings),
    Scene("case-three", "case", play=partial(_in_tab, "three"), ready=_shown, leave=_back_to_findings),
    Scene("case-papers", "case", play=_see_evidence, ready=_shown, leave=_back_to_findings),
    Scene("case-moment", "case", play=_see_moment, ready=_shown, leave=_back_to_findings),
    Scene("case-print", "case", play=_preview, ready=_shown, leave=_back_to_findings),
    Scene("case-revision", "case", play=_revise, ready=_shown, leave=_toggle_revision),
    Scene("drg", "drg", {"case": 1}, play=_first_grouped, ready=_grouped),
    Scene("drg-trial", "drg", {"case": 1}, play=_try_removal, ready=_grouped, leave=_leave_trial),
    Scene("pay-rules", "pay_rules", {"rule": "coefficient"}),
    Scene("schemes", "schemes", {"section": "scheme"}, ready=_checked),
    Scene("schemes-refused", "schemes", {"section": "scheme"}, play=_refuse, ready=_checked, leave=_choose_book),
    Scene("schemes-check", "schemes", {"section": "scheme"}, play=_check_file, ready=_check_shown, leave=_drop_check),
    Scene("submission", "submission"),
    Scene("submission-register", "submission", {"tab": "register"}),
    Scene("submission-unlock", "submission", {"tab": "unlock"}),
    Scene("handover", "handover", {"kind": "l2"}, play=_check_handover),
    Scene("handover-register", "handover", {"tab": "register"}),
    Scene("insurer", "insurer"),
    Scene("appeals", "appeals", {"tab": "open"}),
    Scene("appeals-new", "appeals", {"tab": "open"}, play=_new_appeal, leave=_close_cards),
    Scene("reports", "reports", {"report": "month", "part": "grouping", "table": False}, ready=_reported),
    Scene("reports-cost", "reports", {"report": "month", "part": "cost"}, ready=_reported),
    Scene("reports-work", "reports", {"report": "work", "work": "quality", "table": False}, ready=_reported),
    Scene("reports-depts", "reports", {"report": "depts", "table": False}, ready=_reported),
    Scene("reports-depts-table", "reports", {"report": "depts", "table": True}, ready=_reported),
    Scene("reports-diseases", "reports", {"report": "diseases", "table": True}, ready=_reported),
    Scene("reports-tiers", "reports", {"report": "tiers"}, ready=_reported),
    Scene("reports-surgeons", "reports", {"report": "surgeons"}, ready=_reported),
    Scene("reports-watch", "reports", {"report": "watch"}, ready=_reported),
    Scene("reports-rules", "reports", {"report": "rules"}, ready=_reported),
    Scene("reports-coders", "reports", {"report": "work", "work": "coders"}, ready=_reported),
    Scene("reports-sections", "reports", {"report": "work", "work": "sections"}, ready=_reported),
    Scene("reports-errors", "reports", {"report": "work", "work": "dept_quality"}, ready=_reported),
    Scene("reports-states", "reports", {"report": "work", "work": "states"}, ready=_reported),
    Scene("reports-drill", "reports", {"report": "drill", "path": []}, ready=_reported),
    Scene("compare", "compare", play=_compare, ready=_compared),
    Scene("compare-paths", "compare", ready=_paths, leave=_leave_paths),
    Scene("browser", "browser", {"scheme": "starter", "group": "HC1"}, ready=_browsed),
    Scene("browser-code", "browser", {"scheme": "starter", "query": "K80"}, ready=_browsed),
    Scene("settings-look", "settings", {"option": "mode"}),
    Scene("settings-keys", "settings", {"group": "keys"}, play=_catch_key),
    Scene("settings-qc", "settings", {"group": "qc"}),
    Scene("settings-pay", "settings", {"group": "pay"}),
    Scene("settings-bands", "settings", {"group": "bands"}),
    Scene("settings-backup", "settings", {"group": "backup"}),
    Scene("settings-dictionaries", "settings", {"group": "dictionaries"}),
    Scene("settings-about", "settings", {"group": "about"}, play=_self_test, ready=_self_tested),
    Scene("login", "help", play=login_scenes.show_door, leave=login_scenes.leave),
    Scene("first-run", "help", play=login_scenes.show_first_run, leave=login_scenes.leave),
    Scene("first-run-assets", "help", play=login_scenes.show_first_run_assets, leave=login_scenes.leave),
    Scene("settings-users", "settings", {"group": "people"}, play=login_scenes.show_users),
    Scene("settings-person", "settings", {"group": "people"}, play=login_scenes.show_person, leave=login_scenes.leave),
    Scene("settings-search", "settings", {"group": "look"}, play=_search_settings),
    Scene("tour", "worklist", play=_tour, leave=_leave_tour),
    Scene("help-search", "help", play=_find_help),
)
