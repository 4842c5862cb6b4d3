"""The DRG page: head card, path, what the group hangs on, payment. Trials are on a copy until they are adopted."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any, Final

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.domain.grouping import GroupStatus, Step
from app.services.types import CaseView
from app.services.whatif_values import RuleList
from app.ui.masking import masking
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell, VersionNote
from app.ui.pages.drg.appeal import AppealPanel
from app.ui.pages.drg.head import HeadCard, Strip
from app.ui.pages.drg.looking import WhatIfPanel
from app.ui.pages.drg.path import PathPanel
from app.ui.pages.drg.payment import PaymentCard
from app.ui.pages.drg.trial import DashedFrame, TrialBar
from app.ui.pages.drg.trying import TrialWork
from app.ui.pages.drg.year import YearPanel
from app.ui.ports import JsonValue
from app.ui.widgets import StateStack, column, row

_LEAVE: Final = KeyHint("Esc", "返回首页")
_PATH_HINTS: Final = (
    KeyHint("Enter", "展开规则"),
    KeyHint("→", "集合成员"),
    KeyHint("A", "关键/全部"),
    KeyHint("C", "与医保对比"),
    _LEAVE,
)
_TABLE_HINTS: Final = (
    KeyHint("W", "试算"),
    KeyHint("1–5", "换页签"),
    KeyHint("Enter", "到这一行"),
    KeyHint("Ctrl+C", "复制"),
    _LEAVE,
)
_PACK_HINTS: Final = (KeyHint("Ctrl+P", "申诉材料 PDF"), KeyHint("Ctrl+Shift+E", "申诉材料 Excel"), _LEAVE)
_TRIAL_HINTS: Final = (KeyHint("Ctrl+Enter", "采用"), KeyHint("Esc", "放弃试算"))


class DrgPage(Page):
    """One case and its group. Opened by F9 from the case; Esc goes back to the very cell."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._view: CaseView | None = None
        self._awaited: Place | None = None
        self._from = ""

    @property
    def has_case(self) -> bool:
        """True when a case is shown."""
        return self._view is not None

    @property
    def on_trial(self) -> bool:
        """True while a change is tried."""
        return self.built and self.trying.trial is not None

    @property
    def can_undo(self) -> bool:
        """True when there is something on the case to take back."""
        return self._view is not None and not self._view.locked and bool(self._view.undo_name)

    # Making.

    def build_steps(self) -> Iterator[None]:
        """Make strip, head card, path, what-if lists and payment."""
        self.strip = Strip(self.shell)
        self.strip.back.clicked.connect(self.to_case)
        self.head = HeadCard()
        self.trial = TrialBar(self.shell.actions)
        self.trying = TrialWork(self.shell, self.trial, self)
        self.trying.changed.connect(self._show_grouping)
        self.trying.left.connect(self._on_left)
        yield
        self.path = PathPanel(self._lists_of)
        self.path.mode_changed.connect(self.place_changed)
        self.lists = WhatIfPanel(self.shell)
        self.lists.tab_changed.connect(self._on_tab)
        self.lists.chosen.connect(self.shell.actions.refresh)
        yield
        self.payment = PaymentCard()
        self.appeal = AppealPanel(self.shell)
        self.year = YearPanel(self.shell)
        yield
        self._frames = [DashedFrame(part) for part in (self.head, self.path, self.payment)]
        whole = QWidget()
        whole.setLayout(self._lay_out())
        self.stack = StateStack(whole)
        self.setLayout(column(self.stack))
        self.add_region("path", self.path, _PATH_HINTS)
        self.add_region("lists", self.lists, _TABLE_HINTS)
        self.add_region("appeal", self.appeal, _PACK_HINTS)
        self.add_region("trial", self.trial, _TRIAL_HINTS)
        self._show_nothing()

    def _lay_out(self) -> Any:
        columns = row(gap=10)
        columns.addWidget(self.path, 33)
        columns.addWidget(self.lists, 62)
        right = column(gap=10)
        right.addWidget(self.payment, 7)
        right.addWidget(self.appeal, 5)
        right.addWidget(self.year)
        columns.addLayout(right, 29)
        inner = column(self.head, self.trial, gap=10, margins=(12, 10, 12, 10))
        inner.addLayout(columns, 1)
        box = column(self.strip)
        box.addLayout(inner, 1)
        return box

    # Where the user is.

    def title_detail(self) -> str:
        """Return whose group it is."""
        return masking().name(self._view.record.text("patient_name")) if self._view else ""

    def place(self) -> Place:
        """Return the case shown, mode, tab and row, and the field of the case page that it was opened from."""
        if self._view is None or not self.built:
            return Place(self.key)
        mode, tab, chosen = self.path.mode.current, self.lists.tabs.current, self.lists.table.current_key
        args: dict[str, JsonValue] = {
            "case": self._view.case_id,
            "mode": mode,
            "tab": tab,
            "row": chosen,
            "field": self._from,
        }
        return Place(self.key, args)

    def restore(self, place: Place) -> None:
        """Show the case of a place; without one the case that was open last."""
        case_id = place.args.get("case")
        if not isinstance(case_id, int):
            case_id = self.shell.places.get("drg.case")
            place = Place(self.key, {**place.args, "case": case_id})
        if isinstance(case_id, int):
            self.shell.places.put("drg.case", case_id)
            self._open(place)

    def default_focus(self) -> QWidget | None:
        """Start in the table, or in the path when a case has no group to hang on anything."""
        if self._view is None:
            return None
        return self.lists.table if self.lists.table.keys else self.path.steps

    def show_masked(self) -> None:
        """Show whose group it is once more; a trial goes on."""
        if self._view is not None:
            self.strip.show_view(self._view)
            self.place_changed.emit()
        super().show_masked()

    def on_changes(self, changes: Changes) -> None:
        """Read the case anew when it or the scheme changed; a hidden page does so when it is shown again."""
        if self._view and self.isVisible() and (changes.assets or self._view.case_id in changes.cases):
            self._open(self.place())

    # Opening.

    def _open(self, place: Place) -> None:
        services = self.shell.services
        if not services.is_ready:
            self._awaited = place
            self.stack.show_loading()
            job = self.shell.jobs.run(services.warm_up, label="载入编码库与分组方案", parent=self)
            job.done.connect(self._on_ready)
            return
        begin = perf_counter()
        try:
            view = services.cases.view(place.args["case"])
            self._show(view, place)
        except UserProblem as problem:
            self._view = None
            self.trying.show_case(None)
            self.appeal.show_case(None)
            self.stack.show_problem(problem)
            return
        self.shell.set_status(f"重算 {max(1, round((perf_counter() - begin) * 1000))} ms")
        self.place_changed.emit()
        self.shell.actions.refresh()

    def _on_ready(self) -> None:
        if self._awaited is not None and self.shell.services.is_ready:
            place, self._awaited = self._awaited, None
            self._open(place)
            if self.isVisible() and (focus := self.default_focus()):
                focus.setFocus()

    def _show_nothing(self) -> None:
        self.stack.show_empty("没有要看的病案。", "在病案首页按 F9，看这一份的分组路径。", "到病例列表", self._to_list)

    def _to_list(self) -> None:
        self.shell.go(Place("worklist"))

    def _show(self, view: CaseView, place: Place) -> None:
        self._view = view
        self.trying.show_case(view)
        self._from = str(place.args.get("field", ""))
        self.stack.show_content()
        self.strip.show_view(view)
        for key, part in (("mode", self.path.mode), ("tab", self.lists.tabs)):
            if isinstance(place.args.get(key), str):
                part.set_current(str(place.args[key]))
        self.lists.show_case(view)
        self.lists.table.go_to_key(str(place.args.get("row", "")))
        self._show_grouping()
        self.appeal.show_case(view.case_id)
        self.shell.set_versions((VersionNote(f"分组：{view.grouping.scheme_title}", "按出院日期选用"),))

    def _show_grouping(self) -> None:
        """Show the group of the case, or of the copy while something is tried."""
        if self._view is None:
            return
        trial = self.trying.trial
        grouping = trial.grouping if trial else self._view.grouping
        self.head.show_grouping(grouping)
        self.path.show_path(grouping.explanation)
        self.payment.show_price(grouping.price, trial=grouping.trial)
        grouped = grouping.explanation is not None and grouping.explanation.result.status is GroupStatus.GROUPED
        self.year.show_group(self._view, grouping.explanation.result.drg if grouped and grouping.explanation else "")
        for frame in self._frames:
            frame.set_on(trial is not None)
        self.shell.actions.refresh()

    def _lists_of(self, step: Step) -> tuple[RuleList, ...]:
        if self._view is None:
            return ()
        what = self.trying.trial.what if self.trying.trial else None
        found: tuple[RuleList, ...] = self.shell.services.whatif.lists_of(self._view.case_id, step, what)
        return found

    def _on_left(self) -> None:
        self.lists.table.setFocus()

    def _on_tab(self) -> None:
        self.place_changed.emit()
        self.shell.actions.refresh()

    # What can be done.

    def escape(self) -> None:
        """Leave one level: the line that asks, the trial, the page."""
        if not self.trying.leave():
            self.to_case()

    def to_case(self) -> None:
        """Go back to the case, to the cell the page was opened from."""
        if self._view:
            field = {"field": self._from} if self._from else {}
            self.shell.go(Place("case", {"case": self._view.case_id, **field}))
        else:
            self.shell.back()

    def open_row(self) -> None:
        """Go to the case with the cursor on the row of the chosen line."""
        if self._view and self.lists.path:
            self.shell.go(Place("case", {"case": self._view.case_id, "field": self.lists.path}))

    def try_chosen(self) -> None:
        """Try the change of the chosen line on a copy."""
        if self.lists.what is not None:
            self.trying.try_out(self.lists.what)

    def copy(self) -> None:
        """Copy the chosen line with what belongs to it; outside lists the whole explanation."""
        focus = QApplication.focusWidget()
        if focus is self.path.steps:
            words = self.path.current_text()
        else:
            words = self.lists.current_text() if focus is self.lists.table else self.head.text()
        self._to_clipboard(words)

    def copy_all(self) -> None:
        """Copy the whole explanation: group, why, and every step shown."""
        rows = (found.text() for found in self.path.steps.path.rows)
        self._to_clipboard("\n".join((self.head.text(), *rows)))

    def _to_clipboard(self, words: str) -> None:
        QGuiApplication.clipboard().setText(words)
        self.shell.notices.toast("已复制。")
