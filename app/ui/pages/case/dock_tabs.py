"""The right dock: findings, history, sticky notes, the three sides, documents. What is hidden is read when shown."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.services.types import CaseView
from app.ui.page import Shell
from app.ui.pages.case.dock_keys import HISTORY, NOTES, PAPERS, QC, TABS, THREE
from app.ui.pages.case.dock_pane import QcDock
from app.ui.pages.case.history_tab import HistoryTab
from app.ui.pages.case.notes_tab import NotesTab
from app.ui.pages.case.papers_tab import PapersTab
from app.ui.pages.case.three_tab import ThreeTab
from app.ui.widgets import Pane, Tabs, column, row


class DockTabs(QWidget):
    """``go_to(path)``: a tab asks for a field. The tab that was shown last is remembered."""

    go_to = Signal(str)

    def __init__(self, shell: Shell, qc: QcDock) -> None:
        super().__init__()
        self._shell = shell
        self._view: CaseView | None = None
        self._stale: dict[str, bool] = {}
        self.qc = qc
        self.history, self.notes = HistoryTab(shell), NotesTab(shell)
        self.three, self.papers = ThreeTab(shell), PapersTab(shell)
        self.tabs = Tabs(TABS)
        self.tabs.setObjectName("dock_tabs")
        head = Pane("surface", "b")
        head.setLayout(row(self.tabs, None, margins=(2, 0, 2, 0)))
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._panes: dict[str, QWidget] = {
            QC: qc, HISTORY: self.history, NOTES: self.notes, THREE: self.three, PAPERS: self.papers
        }  # fmt: skip
        for pane in self._panes.values():
            self._stack.addWidget(pane)
        body = column(head)
        body.addWidget(holder, 1)
        self.setLayout(body)
        for tab in (self.history, self.notes, self.three):
            tab.jump.connect(self.go_to)
        kept = shell.places.get("case.tab")
        if isinstance(kept, str):
            self.tabs.set_current(kept)
        self.tabs.changed.connect(self._on_tab)
        self._stack.setCurrentWidget(self._panes[self.tabs.current])

    @property
    def current(self) -> str:
        """The key of the tab that is shown."""
        return self.tabs.current

    def region(self, key: str) -> QWidget:
        """Return what a tab holds. Raises ``KeyError`` for an unknown one."""
        return self._panes[key]

    def stops(self) -> tuple[QWidget, ...]:
        """Return what takes the focus in the tabs, in the order of Tab."""
        return self.qc.findings, self.history, self.notes, self.three, self.papers.text

    def pane(self) -> QWidget:
        """Return what the shown tab holds."""
        return self._panes[self.current]

    def show_tab(self, key: str) -> None:
        """Show a tab."""
        self.tabs.set_current(key)

    def show_view(self, view: CaseView, *, same_case: bool) -> None:
        """Show a case; tabs that are hidden wait until they are shown."""
        self._view = view
        self.tabs.set_count(QC, len(view.report.standing) or None)
        self.tabs.set_count(NOTES, len(view.noted) or None)
        for key in (HISTORY, NOTES, THREE, PAPERS):
            self._stale[key] = same_case and self._stale.get(key, True)
        self._refresh()

    def follow(self, path: str) -> None:
        """Note the field under the cursor."""
        if path:
            self.history.follow(path)
            self.papers.follow(path)

    def _on_tab(self, key: str) -> None:
        self._stack.setCurrentWidget(self._panes[key])
        self._shell.places.put("case.tab", key)
        self._refresh()
        self._shell.actions.refresh()

    def _refresh(self) -> None:
        """Read what the shown tab holds, if the case changed since it was read."""
        key, view = self.current, self._view
        if view is None or key not in self._stale:
            return
        same_case = self._stale.pop(key)
        match key:
            case "history":
                self.history.show_view(view, same_case=same_case)
            case "notes":
                self.notes.show_view(view)
            case "three":
                self.three.show_view(view)
            case _:
                self.papers.show_view(view, same_case=same_case)
