"""The middle of the page: what the group hangs on, in five tabs. A tab is worked out when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget

from app.services.types import CaseView
from app.services.whatif_values import WhatIf
from app.ui.page import Shell
from app.ui.pages.drg import fillers, tables
from app.ui.pages.drg.fillers import Filled
from app.ui.pages.drg.lines import ExtraTable, LineView
from app.ui.pages.drg.notes import Notes
from app.ui.pages.drg.tab_keys import HISTORY, NEIGHBOURS, OPERATIONS, PRINCIPALS, SECONDARIES, TAB_KEYS
from app.ui.widgets import ActionButton, IconLabel, Panel, Tabs, Text, row

NOTE: Final = "仅供核对，不得作为高套依据。列表按诊断顺序，不按金额排列；采用任何改动都会记入审计。"
_TABS: Final = (
    (SECONDARIES, "其他诊断：去掉后会怎样", tables.SECONDARIES, fillers.secondaries),
    (PRINCIPALS, "逐一作主要诊断", tables.PRINCIPALS, fillers.principals),
    (NEIGHBOURS, "进相邻组缺什么", tables.NEIGHBOURS, fillers.neighbours),
    (OPERATIONS, "手术操作", tables.OPERATIONS, fillers.operations),
    (HISTORY, "历史", tables.HISTORY, fillers.history),
)
_FIRST: Final = TAB_KEYS[0]


class WhatIfPanel(Panel):
    """Shows the lists of one case. ``chosen``: another row is current. ``tab_changed``: another tab is shown."""

    chosen = Signal()
    tab_changed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__(footer=True)
        self._shell = shell
        self._view: CaseView | None = None
        self._filled: dict[str, Filled] = {}
        self._shown: dict[str, Filled] = {}
        self._below: dict[str, Filled] = {}
        self._fill: dict[str, Callable[[Any, CaseView], Filled]] = {key: fill for key, _, _, fill in _TABS}
        self.tabs = Tabs([(key, title) for key, title, *_ in _TABS], narrow=True)
        self.tabs.changed.connect(self._on_tab)
        self.views = {key: LineView(columns, title) for key, title, columns, _ in _TABS}
        self._stack = QStackedWidget()
        for view in self.views.values():
            view.chosen.connect(self._on_chosen)
            self._stack.addWidget(view)
        self._near = ExtraTable(tables.NEIGHBOURS, "进相邻组缺什么", "有记载才可补")
        self._near.asked.connect(self._on_near)
        self._first = ExtraTable(tables.PRINCIPALS, "逐一作主要诊断", "按诊断顺序，连同反对它的规则")
        self._first.asked.connect(self._on_first)
        for extra in (self._near, self._first):
            self.views[_FIRST].add_extra(extra)
        self._try = ActionButton(shell.actions, "drg.try", small=True)
        self.body.addLayout(row(self.tabs, None, self._try, gap=6, margins=(0, 0, 8, 0)))
        self.body.addWidget(self._stack, 1)
        self.footer.addWidget(IconLabel("ph.info", "fg_muted", 14))
        self.footer.addWidget(Text(NOTE, "caption", "muted", elide=True), 1)
        self.footer.addWidget(ActionButton(shell.actions, "drg.add", kind="link", small=True, text="试加…", keys=False))

    def show_case(self, view: CaseView) -> None:
        """Show the lists of a case anew; only what is in sight is worked out now."""
        self._view = view
        self._filled.clear()
        self._load(self.tabs.current)

    @property
    def table(self) -> tables.LineTable:
        """The table in sight."""
        return self.views[self.tabs.current].table

    @property
    def notes(self) -> Notes:
        """The words under the table in sight."""
        return self.views[self.tabs.current].notes

    @property
    def what(self) -> WhatIf | None:
        """The change that the current row stands for, None where it stands for none."""
        found = self._filled.get(self.tabs.current)
        at = self.table.current_row
        return found.whats[at] if found and 0 <= at < len(found.whats) else None

    @property
    def path(self) -> str:
        """The field of the case that the current row is about, '' where it is about none."""
        found = self._filled.get(self.tabs.current)
        at = self.table.current_row
        return found.paths[at] if found and 0 <= at < len(found.paths) else ""

    def current_text(self) -> str:
        """Return the current row and the words about it."""
        return f"{self.table.line_text()}\n{self.notes.text()}".strip()

    def go_to_tab(self, key: str) -> None:
        """Show a tab and give its table the focus."""
        self.tabs.set_current(key)
        self.table.setFocus()

    def next_tab(self) -> None:
        """Show the tab behind, after the last one the first."""
        self.go_to_tab(TAB_KEYS[(TAB_KEYS.index(self.tabs.current) + 1) % len(TAB_KEYS)])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the button out where the tabs need the room; its key and the menu stay."""
        super().resizeEvent(event)
        needed = self.tabs.sizeHint().width() + self._try.sizeHint().width() + self._shell.theme.px(16)
        self._try.setVisible(needed <= self.width())

    def _on_tab(self, key: str) -> None:
        self._stack.setCurrentWidget(self.views[key])
        self._load(key)
        self.tab_changed.emit()

    def _get(self, key: str) -> Filled | None:
        """Return what a tab shows, worked out once for the case as it stands."""
        if self._view is not None and key not in self._filled:
            self._filled[key] = self._fill[key](self._shell.services, self._view)
        return self._filled.get(key)

    def _load(self, key: str) -> None:
        found, view = self._get(key), self.views[key]
        if found is None or found is self._shown.get(key):
            return
        self._shown[key] = found
        if found.rows:
            view.show_lines(found.keys, found.rows, found.start)
        else:
            view.show_empty(*found.empty)

    def _on_near(self) -> None:
        self._show_below(self._near, "neighbours")

    def _on_first(self) -> None:
        self._show_below(self._first, "principals")

    def _show_below(self, extra: ExtraTable, key: str) -> None:
        found = self._get(key)
        if found is not None and found is not self._below.get(key):
            self._below[key] = found
            extra.show_lines(found.keys, found.rows)

    def _on_chosen(self) -> None:
        self._tell()
        self.chosen.emit()

    def _tell(self) -> None:
        found, at = self._filled.get(self.tabs.current), self.table.current_row
        if found is not None and 0 <= at < len(found.keys):
            self.views[self.tabs.current].tell(*found.note(at))
