"""申诉与单议: what the insurer objects to, until when it is answered, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.services.appeals_types import AppealDraft, AppealKind, AppealLine, AppealState
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.appeals.cards import AnswerCard, ChangeCard, DaysCard, NewCard, ResultCard
from app.ui.pages.appeals.detail import AppealDetail
from app.ui.pages.appeals.tables import AppealLists, list_of
from app.ui.pages.files import ask_save
from app.ui.pages.leaving import field_takes_escape
from app.ui.widgets import ActionButton, Pane, SideLine, SideList, Splitter, Text, column, row

if TYPE_CHECKING:
    from app.common.progress import Progress
    from app.services.appeals import AppealRegister
    from app.services.appeals_export import AppealExport

_EMPTY: Final = {
    "open": ("没有等待答复的申诉。", "收到医保的异议按 N 登记；费用异常的病案按 M 申请特病单议。"),
    "answered": ("没有等结果的条目。", "答复之后的申诉和单议列在这里。"),
    "over": ("还没有办结的条目。", "医保有了结果按 G 登记，或从医保返回的文件带出。"),
}
_ALL, _LATE = "all", "late"


class AppealsPage(Page):
    """Left kinds and months, in the middle the lists, at the right the chosen entry."""

    shows_people = True

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._scope = _ALL
        self._tab = "open"
        self._chosen = 0
        self._lines: tuple[AppealLine, ...] = ()

    @property
    def _register(self) -> AppealRegister:
        register: AppealRegister = self.shell.services.appeals
        return register

    def build(self) -> None:
        """Make scopes, lists, detail and the bar with what can be done."""
        actions = self.shell.actions
        self.scopes, self.lists = SideList("申诉与单议的范围", "appeals_scopes"), AppealLists()
        self.detail = AppealDetail(actions)
        self._told = Text("", "body", "secondary", elide=True)
        self._figures = Text("", "caption", "secondary", elide=True)
        bar = Pane("surface", "b")
        line = row(Text("申诉与单议", "title"), gap=12, margins=(14, 8, 12, 8))
        line.addWidget(self._told, 1)
        for name in ("appeals.results", "appeals.export", "appeals.special"):
            line.addWidget(ActionButton(actions, name, small=True))
        line.addWidget(ActionButton(actions, "appeals.new", kind="primary", small=True))
        bar.setLayout(line)
        left, middle, right = Pane("canvas", "r"), Pane("surface"), Pane("surface", "l")
        left.setLayout(column(self.scopes, margins=(0, 4, 0, 4)))
        box = column()
        box.addWidget(self.lists, 1)
        foot = Pane("surface", "t")
        days = ActionButton(actions, "appeals.days", kind="link", small=True)
        below = row(margins=(12, 6, 12, 6))
        below.addWidget(self._figures, 1)
        below.addWidget(days)
        foot.setLayout(below)
        box.addWidget(foot)
        middle.setLayout(box)
        right.setLayout(column(self.detail))
        whole = column(bar)
        whole.addWidget(Splitter("appeals", self.shell.places, (left, middle, right), (190, 0, 320)), 1)
        self.setLayout(whole)
        self.scopes.stepped.connect(self._on_scope)
        self.scopes.entered.connect(self._focus_list)
        self.lists.row_changed.connect(self._on_row)
        self.lists.opened.connect(self.open_case)
        self.lists.tab_changed.connect(self._on_tab)
        self._name_regions()

    def _name_regions(self) -> None:
        choose, leave = KeyHint("↑↓", "选择"), KeyHint("Esc", "返回")
        keys = (KeyHint("R", "写答复"), KeyHint("G", "登记结果"), KeyHint("P", "申诉材料"), KeyHint("1–3", "切换列表"))
        self.add_region("lists", self.lists, (choose, KeyHint("Enter", "打开病案"), *keys, KeyHint("N", "登记异议")))
        self.add_region("scopes", self.scopes, (choose, KeyHint("Enter", "到列表"), leave))
        self.add_region("detail", self.detail, (leave,))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the scope in words."""
        line = self.scopes.line
        return line.label if isinstance(line, SideLine) else ""

    def place(self) -> Place:
        """Return scope, list and the chosen entry."""
        return Place(self.key, {"scope": self._scope, "tab": self._tab, "entry": self._chosen})

    def restore(self, place: Place) -> None:
        """Take a scope up again; a case of a place is looked for, ``new`` begins an entry for it."""
        scope, tab, entry, case, new = (place.args.get(key) for key in ("scope", "tab", "entry", "case", "new"))
        self._scope = scope if isinstance(scope, str) else self._scope
        self._chosen = entry if isinstance(entry, int) else self._chosen
        if isinstance(tab, str) and tab in self.lists.tables:
            self._tab = tab
        self._read()
        if isinstance(case, int):
            self._go_to_case(case)
        self.lists.show_tab(self._tab)
        self._on_row()
        if isinstance(case, int) and isinstance(new, str) and new in tuple(AppealKind):
            rows = self.shell.services.worklist.rows([case])
            self._begin(AppealKind(new), rows[0].record_no if rows else "")

    def default_focus(self) -> QWidget:
        """Start in the list."""
        return self.lists.focus_place

    def on_changes(self, changes: Changes) -> None:
        """Read anew when cases moved."""
        if changes.listing and self.isVisible():
            self._read()

    @property
    def chosen(self) -> AppealLine | None:
        """The chosen entry."""
        found = self.lists.chosen if self.built else None
        return found if isinstance(found, AppealLine) else None

    @property
    def is_standing(self) -> bool:
        """True when the chosen entry is not over."""
        return self.chosen is not None and not self.chosen.state.is_over

    @property
    def waits_for_results(self) -> bool:
        """True when something was answered."""
        return any(one.state is AppealState.ANSWERED for one in self._lines)

    @property
    def month(self) -> str:
        """The month of which requests are written: the chosen one, else the latest with any, '' without one."""
        chosen = self._scope[1:] if self._scope.startswith("m") else ""
        found = sorted({_month(one) for one in self._lines if one.kind is AppealKind.SPECIAL})
        return chosen if chosen in found else found[-1] if found and not chosen else ""

    # Showing.

    def _read(self) -> None:
        self._lines = self._register.lines()
        standing = [one for one in self._lines if not one.state.is_over]
        late = sum(1 for one in standing if one.days_left is not None and one.days_left < 0)
        shown: list[object] = [SideLine(_ALL, "全部", "", len(standing))]
        shown += [
            SideLine(kind.value, kind.label, "", sum(one.kind is kind for one in standing)) for kind in AppealKind
        ]
        shown.append(SideLine(_LATE, "已逾期", "", late))
        months = sorted({_month(one) for one in self._lines}, reverse=True)
        if months:
            count = {month: sum(_month(one) == month for one in self._lines) for month in months}
            shown += ["按收到月份", *(SideLine(f"m{month}", month, "", count[month]) for month in months)]
        self.scopes.side.show(shown)
        keys = [one.key if isinstance(one, SideLine) else "" for one in shown]
        self._scope = self._scope if self._scope in keys else _ALL
        self.scopes.choose_silently(keys.index(self._scope))
        self._show()

    def _show(self) -> None:
        mine = [one for one in self._lines if _is_in(one, self._scope)]
        for key, empty in _EMPTY.items():
            values = [one for one in mine if list_of(one) == key]
            self.lists.show_values(key, values if key != "over" else values[::-1], empty)
            at = next((at for at, one in enumerate(self.lists.models[key].values) if one.stored.id == self._chosen), -1)
            if at >= 0:
                self.lists.tables[key].go_to(at)
        figures = self._register.figures()
        self._told.setText(f"待答复 {figures.waiting:,} 条，逾期 {figures.late:,} 条")
        days = ((figures.answered_days, "平均 {:.1f} 天答复"), (figures.closed_days, "平均 {:.1f} 天办结"))
        self._figures.setText("，".join(words.format(mean) for mean, words in days if mean is not None))
        self._on_row()

    def _go_to_case(self, case_id: int) -> None:
        """Choose the latest entry of a case."""
        found = max((one for one in self._lines if one.stored.case_id == case_id), key=_number, default=None)
        if found is not None:
            self._scope, self._tab, self._chosen = _ALL, list_of(found), found.stored.id
            self._read()

    def _on_scope(self, line: object) -> None:
        if isinstance(line, SideLine):
            self._scope = line.key
            self._show()
            self.place_changed.emit()

    def _on_tab(self, tab: str) -> None:
        self._tab = tab
        self.place_changed.emit()

    def show_tab(self, key: str) -> None:
        """Show a list by its digit."""
        self.lists.show_tab(key)
        self._on_tab(key)
        self._on_row()
        self.lists.focus_place.setFocus()

    def _on_row(self) -> None:
        one = self.chosen
        if one is None:
            self.detail.show_nothing()
        else:
            self._chosen = one.stored.id
            self.detail.show_line(one, self._register.packs(one.stored.case_id))
        self.shell.actions.refresh()

    # What is done.

    def new(self) -> None:
        """Enter an objection."""
        self._begin(AppealKind.APPEAL, "")

    def new_special(self) -> None:
        """Enter a request for a single review."""
        self._begin(AppealKind.SPECIAL, "")

    def _begin(self, kind: AppealKind, record_no: str) -> None:
        NewCard(self, kind, record_no, self._register.plan(), self._open)

    def _open(self, record_no: str, draft: AppealDraft) -> None:
        case_id = self.shell.services.appeal.find(record_no)
        self._done(self._register.open(case_id, draft), f"已登记{draft.kind.label}。")
        self._go_to_case(case_id)
        self.lists.show_tab(self._tab)

    def change(self) -> None:
        """Write another deadline or list of evidence."""
        one = self.chosen
        if one is not None:
            change = partial(self._register.change, one.stored.id)
            ChangeCard(self, one, lambda due, evidence: self._done(change(due, evidence), "已保存。"))

    def answer(self) -> None:
        """Write what the insurer is answered."""
        one = self.chosen
        if one is not None:
            number = one.stored.id
            AnswerCard(self, one, lambda words: self._done(self._register.answer(number, words), "已登记答复。"))

    def close_entry(self) -> None:
        """Write the result."""
        one = self.chosen
        if one is not None:
            close = partial(self._register.close, one.stored.id)
            ResultCard(self, one, lambda state, words, amount: self._done(close(state, words, amount), "已办结。"))

    def take_results(self) -> None:
        """Close what the insurer has returned since it was answered."""
        self._try(self._register.take_results, "已按医保返回办结。")

    def set_days(self) -> None:
        """Change the usual days."""
        save = self._register.save_plan
        DaysCard(self, self._register.plan(), lambda appeal, special: self._done(save(appeal, special), "已保存。"))

    def _try(self, write: Callable[[], Changes], told: str) -> None:
        try:
            self._done(write(), told)
        except UserProblem as problem:
            self.shell.errors.show(problem)

    def _done(self, changes: Changes, told: str) -> None:
        self.shell.publish(changes)
        self.shell.notices.toast(told, severity="ok")
        self._read()

    def export(self) -> None:
        """Ask for a file and write the requests of a month."""
        month = self.month
        if month:
            write = partial(self._write, month)
            ask_save(self, self.shell.places, f"导出 {month} 的特病单议", write, name=f"特病单议_{month}.xlsx")

    def _write(self, month: str, path: Path) -> None:
        work = partial(_written, self.shell.services.appeals_export, month, path)
        job = self.shell.jobs.run(work, label=f"导出 {path.name}", writes=True, parent=self)
        job.done.connect(partial(self._on_written, path))

    def _on_written(self, path: Path, count: int) -> None:
        self.shell.notices.toast(f"已导出 {count:,} 份：{path.name}", severity="ok")

    def open_case(self) -> None:
        """Open the case of the chosen entry."""
        self._leave("case")

    def open_pack(self) -> None:
        """Go to where the appeal pack of the case is made."""
        self._leave("drg")

    def _leave(self, page: str) -> None:
        if self.chosen is not None:
            self.shell.go(Place(page, {"case": self.chosen.stored.case_id}))

    def _focus_list(self) -> None:
        self.lists.focus_place.setFocus()

    def escape(self) -> None:
        """Leave one level: what is typed, the detail, the page."""
        if field_takes_escape():
            return
        if self.detail.isAncestorOf(self.focusWidget() or self):
            self.lists.focus_place.setFocus()
        else:
            self.shell.back()


def _month(one: AppealLine) -> str:
    return f"{one.stored.received:%Y-%m}"


def _number(one: AppealLine) -> int:
    return one.stored.id


def _is_in(one: AppealLine, scope: str) -> bool:
    if scope == _LATE:
        return one.days_left is not None and one.days_left < 0
    return scope in (_ALL, one.kind.value) or f"m{_month(one)}" == scope


def _written(service: AppealExport, month: str, path: Path, progress: Progress) -> int:
    return service.write_month(month, path, progress)
