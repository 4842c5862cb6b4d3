"""方案比较: two schemes over the library's cases. Only read; never ordered by money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.common.texts import text
from app.domain.changes import Changes
from app.domain.grouping import Step
from app.services.audit import AuditService
from app.services.compare import CaseComparison, Comparison, MovedCase, SchemeChange
from app.services.compare_export import write_comparison
from app.services.compare_period import parse_period, period_text
from app.services.whatif_values import RuleList
from app.ui.jobs import Job
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell, VersionNote
from app.ui.pages.compare.bars import BarList
from app.ui.pages.compare.detail import Detail
from app.ui.pages.compare.figures import FigureBand
from app.ui.pages.compare.picker_bar import PickerBar
from app.ui.pages.compare.picking import Wish
from app.ui.pages.compare.summing import cause_bars, change_bars
from app.ui.pages.compare.tables import Lists
from app.ui.pages.drg.path import PathPanel
from app.ui.pages.files import ask_save
from app.ui.pages.leaving import field_takes_escape
from app.ui.ports import JsonValue
from app.ui.widgets import (
    Pane,
    Splitter,
    StateStack,
    Text,
    column,
    row,
)

_LOOK_AFTER_MS = 80
_KEPT = "compare"
_SORTS = {"record_no": "record_no", "dept": "dept", "old": "old", "new": "new"}


class ComparePage(Page):
    """Place: schemes, period, list, filter and case; schemes, period and list also survive without a place."""

    shows_people = True

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._wish = Wish()
        self._found: Comparison | None = None
        self._filter: frozenset[tuple[str, str]] = frozenset()
        self._sort = "record_no"
        self._job: Job | None = None
        self._awaited = 0
        self._told: CaseComparison | None = None
        self._names: tuple[dict[str, str], dict[str, str]] = ({}, {})

    def build(self) -> None:
        """Make pickers, figures, causes, lists, detail, and the two paths side by side."""
        self.picker = PickerBar(self.shell)
        self.figures = FigureBand()
        self.bars = BarList()
        self.lists = Lists()
        self.detail = Detail(self.shell)
        self.old_path, self.new_path = PathPanel(self._old_lists), PathPanel(self._new_lists)
        self._counts = Text("", "caption", "secondary")
        self._look_timer = QTimer(self)
        self._look_timer.setSingleShot(True)
        self._look_timer.setInterval(_LOOK_AFTER_MS)
        self._look_timer.timeout.connect(self._look)
        self._lay_out()
        self._connect()
        self._name_regions()

    def _lay_out(self) -> None:
        left = Pane("canvas", "r")
        left.setLayout(column(self.bars, margins=(0, 4, 0, 4)))
        middle = Pane("surface")
        box = column()
        box.addWidget(self.lists, 1)
        foot = Pane("surface", "t")
        line = row(self._counts, None, Text("次序不按金额", "caption", "muted"), margins=(12, 8, 12, 8))
        foot.setLayout(line)
        box.addWidget(foot)
        middle.setLayout(box)
        right = Pane("surface", "l")
        right.setLayout(column(self.detail))
        parts = Splitter("compare", self.shell.places, (left, middle, right), (232, 0, 330), wide=(290, 0, 420))
        self._body = QStackedWidget()
        self._body.addWidget(parts)
        self._paths = self._make_paths()
        self._body.addWidget(self._paths)
        content = QWidget()
        inner = column(self.figures)
        inner.addWidget(self._body, 1)
        content.setLayout(inner)
        self.stack = StateStack(content)
        whole = column(self.picker)
        whole.addWidget(self.stack, 1)
        self.setLayout(whole)

    def _make_paths(self) -> QWidget:
        both = QWidget()
        line = row(gap=10, margins=(12, 10, 12, 10))
        line.addWidget(self.old_path, 1)
        line.addWidget(self.new_path, 1)
        both.setLayout(line)
        return both

    def _connect(self) -> None:
        self.bars.toggled.connect(self.toggle_filter)
        self.lists.row_changed.connect(self._on_row)
        self.lists.opened.connect(self.open_row)
        self.lists.tab_changed.connect(self._on_tab)
        self.lists.sort_asked.connect(self.sort_by)
        self.picker.picked.connect(self._on_picked)

    def _name_regions(self) -> None:
        tabs, copying = KeyHint("1–4", "切换视图"), KeyHint("Ctrl+C", "复制")
        choose, export = KeyHint("↑↓", "选择"), KeyHint("Ctrl+E", "导出")
        self.add_region("lists", self.lists, (choose, KeyHint("Enter", "两条路径并排"), tabs, copying, export))
        self.add_region("causes", self.bars, (choose, KeyHint("Enter", "筛选"), tabs, KeyHint("Esc", "清除筛选")))
        self.add_region("old", self.picker.old, (KeyHint("↓", "选方案"), KeyHint("F5", "比较")))
        self.add_region("new", self.picker.new, (KeyHint("↓", "选方案"), KeyHint("F5", "比较")))
        self.add_region("period", self.picker.period, (KeyHint("F5", "比较"),))
        steps = (
            KeyHint("↑↓", "逐步"),
            KeyHint("Enter", "规则原文"),
            KeyHint("→", "集合成员"),
            KeyHint("A", "关键/全部"),
        )
        self.add_region("paths", self._paths, (*steps, KeyHint("Tab", "另一条路径"), KeyHint("Esc", "返回列表")))

    # Where the user is.

    @property
    def found(self) -> Comparison | None:
        """The outcome that is shown."""
        return self._found

    @property
    def has_case(self) -> bool:
        """True when a case is chosen."""
        return self._found is not None and self.lists.case is not None

    @property
    def can_show_paths(self) -> bool:
        """True when both paths of the chosen case are there."""
        return self.has_case and self._told is not None

    @property
    def shows_paths(self) -> bool:
        """True while both paths stand in the place of the lists."""
        return self._body.currentIndex() == 1

    def title_detail(self) -> str:
        """Return both schemes."""
        return f"{self._found.old_title} 与 {self._found.new_title}" if self._found else ""

    def place(self) -> Place:
        """Return what is compared, the filter and the chosen case."""
        case = self.lists.case
        filters: list[JsonValue] = [[kind, key] for kind, key in sorted(self._filter)]
        return Place(self.key, {**self._wish.to_json(), "filter": filters, "row": case.case_id if case else 0})

    def restore(self, place: Place) -> None:
        """Show what a place compares; what was compared before is compared again, because only the wish is kept."""
        known = self._wish if self._found else replace(self._last_wish(), ran=False)
        self._read_schemes()
        wish = self.picker.valid(Wish.of(place.args, known))
        filters = place.args.get("filter")
        if isinstance(filters, list):
            self._filter = frozenset((str(one[0]), str(one[1])) for one in filters if isinstance(one, list))
        row_id = place.args.get("row")
        self._awaited = row_id if isinstance(row_id, int) else 0
        same = self._found is not None and (wish.old, wish.new, wish.period) == (
            self._wish.old,
            self._wish.new,
            self._wish.period,
        )
        self._take(wish)
        if same:
            self._show_found()
        elif wish.ran and wish.old != wish.new:
            self.run()
        else:
            self._invite()

    def on_changes(self, changes: Changes) -> None:
        """Take new schemes up; say that an outcome is older than the cases."""
        if changes.assets:
            self._read_schemes()
            self._take(self.picker.valid(self._wish))
            self._invite()
        elif changes.cases and self._found is not None:
            self._counts.setText("病例已有变动，按 F5 重新比较。")

    def default_focus(self) -> QWidget:
        """Start in the list, before a comparison at the new scheme."""
        return self.lists.table if self._found else self.picker.new

    def _last_wish(self) -> Wish:
        """Return what was compared last; at first the scheme in use against the latest other one, over a year."""
        kept = self.shell.places.get(_KEPT)
        if isinstance(kept, dict):
            return Wish.of(kept, Wish())
        browser = self.shell.services.browser
        lines = browser.schemes()
        old = next((line.id for line in lines if line.active), "")
        new = next((line.id for line in reversed(lines) if line.id != old), old)
        return Wish(old, new, period_text(*self.shell.services.compare.period()))

    def _read_schemes(self) -> None:
        self.picker.choices.show(self.shell.services.browser.schemes())

    def _take(self, wish: Wish) -> None:
        self._wish = wish
        self.picker.show_wish(wish)
        self.lists.tabs.set_current(wish.tab)
        self.shell.actions.refresh()

    def _keep(self) -> None:
        self.shell.places.put(_KEPT, self._wish.to_json())
        self.place_changed.emit()

    def _on_picked(self) -> None:
        self._wish = self.picker.wish_from(self._wish)
        self._keep()
        if self._found is None:
            self._invite()

    def _on_tab(self, tab: str) -> None:
        self._wish = replace(self._wish, tab=tab)
        self._show_filter()
        self._keep()

    # Comparing.

    @property
    def can_run(self) -> bool:
        """True when there are two schemes and nothing is being compared."""
        return self._wish.old != self._wish.new and (self._job is None or self._job.is_over)

    def _invite(self) -> None:
        self._stop()
        self._found = None
        if self._wish.old == self._wish.new:
            hint = "请选两个不同的方案；可在“方案”页导入。"
            self.stack.show_empty("还没有另一个方案可以比较。", hint, "到方案页", self._to_schemes)
        else:
            hint = "逐例用两个方案分组，只读，不改动任何病例。"
            self.stack.show_empty("按 F5 开始比较。", hint, "比较", self.run)
        self.shell.actions.refresh()

    def _to_schemes(self) -> None:
        self.shell.go(Place("schemes", {"section": "scheme"}))

    def run(self) -> None:
        """Compare as picked, in the background."""
        self.picker.commit()
        try:
            first, last = parse_period(self._wish.period)
        except UserProblem as problem:
            self.stack.show_problem(problem)
            return
        self._stop()
        self._body.setCurrentIndex(0)
        wish, service = self._wish, self.shell.services.compare
        job = self._job = self.shell.jobs.run(
            lambda progress: _compared(service, wish, first, last, progress), label="比较方案", parent=self
        )
        self.stack.show_empty("正在比较…", "只读模拟；可在其他页继续工作。", "取消", job.cancel)
        job.progress.connect(partial(self._on_progress, job))
        job.done.connect(partial(self._on_done, job))
        job.cancelled.connect(partial(self._on_cancelled, job))
        job.failed.connect(partial(self._on_failed, job))
        self.shell.actions.refresh()

    def _stop(self) -> None:
        if self._job is not None and not self._job.is_over:
            self._job.cancel()
        self._job = None

    def _on_progress(self, job: Job, done: int, total: int, _note: str) -> None:
        if job is self._job and total:
            self.stack.show_empty(f"正在比较… {done / total:.0%}", f"{done:,} / {total:,} 份", "取消", job.cancel)

    def _on_done(self, job: Job, outcome: tuple[Comparison, tuple[dict[str, str], dict[str, str]]]) -> None:
        if job is not self._job:
            return
        self._found, self._names = outcome
        self._wish = replace(self._wish, ran=True)
        self._keep()
        self._show_found()
        if self.isVisible():
            self.lists.table.setFocus()

    def _on_cancelled(self, job: Job) -> None:
        if job is self._job:
            self._wish = replace(self._wish, ran=False)
            self._found = None
            self.stack.show_empty("已取消比较。", "没有改动任何病例。", "比较", self.run)
            self.shell.actions.refresh()

    def _on_failed(self, job: Job, problem: object) -> None:
        if job is self._job and isinstance(problem, UserProblem):
            self._found = None
            self.stack.show_problem(problem)
            self.shell.actions.refresh()

    # Showing.

    def _show_found(self) -> None:
        found = self._found
        if found is None:
            return
        self.stack.show_content()
        self.figures.show_comparison(found)
        self.detail.show_comparison(found)
        self.lists.show_comparison(found, self._left(), self._names)
        if self._awaited:
            self.lists.go_to_case(self._awaited)
            self._awaited = 0
        self._show_filter()
        self.shell.set_versions((VersionNote(f"比较：{self.title_detail()}", "只读模拟"),))
        self.shell.set_status(f"两方案各算 {found.cases:,} 份，用时 {found.seconds:.1f} s")
        self._on_row()
        self.place_changed.emit()

    def _left(self) -> list[MovedCase]:
        """Return the cases that the filter leaves, in the order asked for."""
        found = self._found.moved if self._found else ()
        wanted: dict[str, set[str]] = {}
        for kind, key in self._filter - {one for one in self._filter if one[0] == "change"}:
            wanted.setdefault(kind, set()).add(key)
        kept = [one for one in found if all(_key(one, kind) in keys for kind, keys in wanted.items())]
        return sorted(kept, key=lambda one: (getattr(one, self._sort), one.record_no, one.case_id))

    def _left_changes(self) -> list[SchemeChange]:
        """Return the differences of the kind that the filter leaves."""
        kinds = {key for kind, key in self._filter if kind == "change"}
        return [one for one in (self._found.changes if self._found else ()) if not kinds or str(one.change) in kinds]

    def _show_filter(self) -> None:
        found = self._found
        if found is None:
            return
        bars = change_bars(found) if self.lists.tabs.current == "schemes" else cause_bars(found)
        self.bars.show_bars(bars, self._filter)
        moved, shown = len(found.moved), len(self.lists.cases.values)
        words = f"换组 {moved:,} 份，未换组 {found.cases - moved:,} 份"
        if self._filter and self.lists.tabs.current == "schemes":
            words = f"筛选出 {len(self.lists.changes.values):,} 条（{self._filter_words()}），Esc 清除"
        elif self._filter:
            words = f"筛选出 {shown:,} 份（{self._filter_words()}），Esc 清除　{words}"
        self._counts.setText(words)
        self.shell.actions.refresh()

    def _filter_words(self) -> str:
        named = ("cause", "change")
        words = [text(f"compare.{kind}.{key}") if kind in named else key for kind, key in sorted(self._filter)]
        return "、".join(words)

    def _refilter(self) -> None:
        self.lists.show_cases(self._left())
        self.lists.show_changes(self._left_changes())
        self._show_filter()
        self._on_row()
        self.place_changed.emit()

    def toggle_filter(self, kind: str, key: str) -> None:
        """Show only the cases of a cause, department or pair of groups; again: all of them."""
        on = (kind, key) in self._filter
        others = frozenset(one for one in self._filter if one[0] != kind)
        self._filter = others if on else others | {(kind, key)}
        self._refilter()
        self.lists.tabs.set_current("schemes" if kind == "change" else "cases")

    def sort_by(self, key: str) -> None:
        """Order the cases by record number, department or group; there is no order by money."""
        self._sort = _SORTS.get(key, "record_no")
        self.lists.tables["cases"].head.show_sorted(self._sort, descending=False)
        self._refilter()

    def _on_row(self) -> None:
        self._told = None
        if self.lists.case is None:
            self._look_timer.stop()
            self.detail.show_nothing("选中一份换组的病例。", "在“逐例”中选择，这里说明为什么变。")
        else:
            self._look_timer.start()
        self.shell.actions.refresh()

    def _look(self) -> None:
        found, one = self._found, self.lists.case
        if found is not None and one is not None:
            services = self.shell.services
            job = self.shell.jobs.run(
                lambda _progress: (services.compare.case(found, one), services.worklist.rows([one.case_id])),
                parent=self,
            )
            job.done.connect(partial(self._on_looked, one))

    def _on_looked(self, one: MovedCase, answer: tuple[CaseComparison, Sequence[Any]]) -> None:
        told, rows = answer
        if self._found is not None and self.lists.case is one:
            self._told = told
            who = (rows[0].sex, rows[0].age_years) if rows else ("", None)
            self.detail.show_case(self._found, one, told, who)
            self.shell.actions.refresh()

    # What the user does.

    def show_tab(self, key: str) -> None:
        """Show one of the four lists."""
        self.lists.tabs.set_current(key)
        self.lists.table.setFocus()

    def open_row(self) -> None:
        """Show both paths of a case; the cases of a pair or a department; a difference in the browser."""
        at, lists = self.lists.table.current_row, self.lists
        pair, dept, change = lists.groups.at(at), lists.depts.at(at), lists.changes.at(at)
        match self.lists.tabs.current:
            case "cases":
                self.show_paths()
            case "groups" if pair is not None:
                self.toggle_filter("pair", f"{pair.old} → {pair.new}")
            case "depts" if dept is not None:
                self.toggle_filter("dept", dept.dept)
            case "schemes" if change is not None and self._found is not None:
                scheme = self._found.old_id if change.change == "only_old" else self._found.new_id
                key = "group" if str(change.change) in ("only_old", "only_new", "renamed") else "query"
                self.shell.go(Place("browser", {"scheme": scheme or "starter", key: change.code}))
            case _:
                pass

    def show_paths(self) -> None:
        """Show both paths of the chosen case side by side."""
        if self._told is None or self._found is None or not self.can_show_paths:
            return
        for panel, title, explanation in (
            (self.old_path, self._found.old_title, self._told.old),
            (self.new_path, self._found.new_title, self._told.new),
        ):
            panel.set_title(f"{title}　{explanation.result.drg}")
            panel.show_path(explanation)
        self._body.setCurrentIndex(1)
        self.old_path.steps.setFocus()

    @property
    def path(self) -> PathPanel:
        """The path that has the focus, else the old one."""
        return self.new_path if self.new_path.steps.hasFocus() else self.old_path

    def _old_lists(self, step: Step) -> Sequence[RuleList]:
        return self._lists_of(self._found.old_id if self._found else "", step)

    def _new_lists(self, step: Step) -> Sequence[RuleList]:
        return self._lists_of(self._found.new_id if self._found else "", step)

    def _lists_of(self, asset_id: str, step: Step) -> Sequence[RuleList]:
        one = self.lists.case
        lists: Sequence[RuleList] = self.shell.services.compare.lists(asset_id, one, step) if one else ()
        return lists

    def swap(self) -> None:
        """Make the old scheme the new one."""
        self._take(replace(self._wish, old=self._wish.new, new=self._wish.old, ran=False))
        self._keep()
        if self._found is not None:
            self.run()

    def export(self) -> None:
        """Ask for a file and write the workbook."""
        if self._found is not None:
            name = f"方案比较_{self._found.first:%Y%m}-{self._found.last:%Y%m}.xlsx"
            ask_save(self, self.shell.places, "导出方案比较", partial(self._write, self._found), name=name)

    def _write(self, found: Comparison, path: Path) -> None:
        work = partial(_written, self.shell.services.audit, found, path)
        job = self.shell.jobs.run(work, label=f"导出 {path.name}", parent=self)
        job.done.connect(partial(self._on_written, path))

    def _on_written(self, path: Path, _result: object) -> None:
        self.shell.notices.toast(f"方案比较已导出：{path.name}", severity="ok")

    def import_weights(self) -> None:
        """Go where weights and rates are imported."""
        self.shell.go(Place("schemes", {"section": "weights"}))

    def open_case(self) -> None:
        """Open the chosen case."""
        one = self.lists.case
        if one is not None:
            self.shell.go(Place("case", {"case": one.case_id}))

    def copy(self) -> None:
        """Copy the chosen row."""
        QGuiApplication.clipboard().setText(self.lists.words())

    def escape(self) -> None:
        """Leave one level: what is typed, the two paths, the filter, the page."""
        if field_takes_escape():
            return
        if self.shows_paths:
            self._body.setCurrentIndex(0)
            self.lists.table.setFocus()
        elif self._filter:
            self._filter = frozenset()
            self._refilter()
        else:
            self.shell.back()


def _key(one: MovedCase, kind: str) -> str:
    match kind:
        case "cause":
            return str(one.difference.cause)
        case "dept":
            return one.dept
        case _:
            return f"{one.old} → {one.new}"


def _compared(service: Any, wish: Wish, first: object, last: object, progress: object) -> tuple[Comparison, object]:
    """Compare, with the names of the groups of both schemes."""
    found = service.run(wish.old, wish.new, first, last, progress)
    return found, service.names(found)


def _written(audit: AuditService, found: Comparison, path: Path, progress: Progress) -> None:
    write_comparison(found, path, progress)
    audit.note_file(path, found.cases)
