"""What is tried on the case shown: from the chosen line to the copy, to its documentation, to one audited write."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.services.types import CaseView
from app.services.whatif_values import Trial, WhatIf
from app.ui.page import Shell
from app.ui.pages.drg.trial import TrialBar


class TrialWork(QObject):
    """Tries, adopts and takes back. ``changed``: another copy is shown now, or none. ``left``: the bar gave way."""

    changed = Signal()
    left = Signal()

    def __init__(self, shell: Shell, bar: TrialBar, parent: QObject) -> None:
        super().__init__(parent)
        self._shell, self._bar = shell, bar
        self._view: CaseView | None = None
        self.trial: Trial | None = None
        bar.documented.connect(self._adopt)
        bar.coded.connect(self._try_code)
        bar.given_up.connect(self.drop)

    def show_case(self, view: CaseView | None) -> None:
        """Belong to a case; what was tried on another one, or on another state of it, is dropped."""
        if self._view is None or view is None or _stands(self._view) != _stands(view):
            self.trial = None
            self._bar.end()
        self._view = view

    def try_out(self, what: WhatIf) -> None:
        """Show a copy of the case with a change."""
        if self._view is None:
            return
        try:
            self.trial = self._shell.services.whatif.try_out(self._view.case_id, what)
        except UserProblem as problem:
            self._shell.errors.show(problem)
            return
        self._bar.show_trial(self.trial, self._view.sealed)
        self.changed.emit()

    def ask_code(self) -> None:
        """Ask for a code to add on a copy."""
        self._bar.ask_code()

    def ask_documents(self) -> None:
        """Ask where the record documents what is tried, before it is adopted; say why where it cannot be."""
        if self.trial is None or self._view is None:
            return
        if self._view.sealed or not self.trial.what.can_be_adopted:
            self._shell.notices.toast(self._view.sealed or "这一项只能试算，请在首页录入。")
        else:
            self._bar.ask_documents()

    def leave(self) -> bool:
        """Leave the line that asks, else the trial. Return whether there was anything to leave."""
        if self._bar.is_asking and self.trial is not None:
            self._bar.stop_asking()
            self.left.emit()
        elif self._bar.is_asking or self.trial is not None:
            self.drop()
        else:
            return False
        return True

    def drop(self) -> None:
        """Show the case as it stands again."""
        self.trial = None
        self._bar.end()
        self.changed.emit()
        self.left.emit()

    def undo(self) -> None:
        """Take back the last operation on the case."""
        if self._view is not None:
            name = self._view.undo_name
            if self._write(self._shell.services.cases.undo, self._view.case_id):
                self._shell.notices.toast(f"已撤销 {name}")

    def _try_code(self, typed: str) -> None:
        what = self._shell.services.whatif.addition(typed)
        if what is None:
            self._bar.refuse(f"编码库中没有“{typed}”。请核对编码，或在“编码”页查找。")
        else:
            self.try_out(what)
            self.left.emit()

    def _adopt(self, reason: str) -> None:
        if self._view is None or self.trial is None:
            return
        if not reason:
            self._bar.refuse("请写明病历中的记载，写入后记入审计。")
            return
        trial = self.trial
        if self._write(self._shell.services.cases.adopt, self._view.case_id, trial.what, reason):
            physician = "，需医师确认" if trial.needs_physician else ""
            self._shell.notices.toast(f"已采用：{trial.words}{physician}", undo=self.undo)
            self.left.emit()

    def _write(self, work: Callable[..., CaseView], *args: object) -> bool:
        try:
            view = work(*args)
        except UserProblem as problem:
            self._shell.errors.show(problem)
            return False
        self._shell.publish(Changes(cases=frozenset((view.case_id,)), listing=True))
        return True


def _stands(view: CaseView) -> tuple[int, int, str]:
    """Return what a trial belongs to: case, version and scheme."""
    return view.case_id, view.version, view.grouping.scheme_id
