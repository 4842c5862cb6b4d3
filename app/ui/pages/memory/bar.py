"""The bar above the list: search box, what to show, how much there is, import and export."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit

from app.domain.coding import CodeKind
from app.services.coding_memory import MemoryQuery, MemoryState, MemoryStats
from app.ui.actions import ActionTable
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Pane, SegmentedControl, Text, row

ALL: Final = "all"
_SEARCH_AFTER_MS: Final = 150
_KINDS: Final = ((ALL, "全部"), (str(CodeKind.DX), "诊断"), (str(CodeKind.PX), "手术"))
_STATES: Final = ((ALL, "全部"), (str(MemoryState.OFFERED), "未撤销"), (str(MemoryState.REVOKED), "已撤销"))


class SearchBar(Pane):
    """``changed`` when something else is wanted, for typing after a moment; ``entered`` on Enter in the box."""

    changed = Signal()
    entered = Signal()

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "b")
        self.query = QLineEdit()
        self.query.setObjectName("memory_query")
        self.query.setAccessibleName("检索本院记忆")
        self.query.setProperty("boxed", "true")
        self.query.setPlaceholderText("原文、编码或拼音首字母")
        self.query.setMinimumWidth(theme().px(120))
        self._kinds, self._states = SegmentedControl(_KINDS), SegmentedControl(_STATES)
        self._kinds.setAccessibleName("诊断或手术")
        self._states.setAccessibleName("是否撤销")
        self._counts = Text("", "caption", "muted", elide=True)
        self._counts.setObjectName("memory_counts")
        line = row(self.query, self._kinds, self._states, gap=8, margins=(12, 7, 12, 7))
        line.setStretch(0, 1)
        line.addWidget(self._counts, 1)
        for name in ("memory.import", "memory.export"):
            line.addWidget(ActionButton(actions, name))
        self.setLayout(line)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SEARCH_AFTER_MS)
        self._timer.timeout.connect(self.changed)
        self.query.textChanged.connect(self._on_typed)
        self.query.returnPressed.connect(self.entered)
        self._kinds.changed.connect(self._on_choice)
        self._states.changed.connect(self._on_choice)

    def applied_to(self, query: MemoryQuery) -> MemoryQuery:
        """Return the query with what the bar shows; its order stays."""
        kind, state = self._kinds.current, self._states.current
        return replace(
            query,
            text=self.query.text().strip(),
            kind=None if kind == ALL else CodeKind(kind),
            state=MemoryState.ALL if state == ALL else MemoryState(state),
        )

    def show_query(self, query: MemoryQuery) -> None:
        """Show what is searched, without a word."""
        parts = (self.query, self._kinds, self._states)
        for widget in parts:
            widget.blockSignals(True)
        if self.query.text().strip() != query.text:
            self.query.setText(query.text)
        self._kinds.set_current(str(query.kind or ALL))
        self._states.set_current(str(query.state) or ALL)
        for widget in parts:
            widget.blockSignals(False)

    def show_counts(self, shown: int, stats: MemoryStats) -> None:
        """Tell how much is shown and how much there is."""
        parts = (
            f"共记住 {stats.lines:,} 条",
            f"病案 {stats.on_cases:,} 次",
            f"导入 {stats.in_files:,} 次" if stats.in_files else "",
            f"已撤销 {stats.revoked:,} 条" if stats.revoked else "",
        )
        self._counts.setText(f"{shown:,} 条；{'，'.join(filter(None, parts))}")

    def _on_typed(self, _text: str) -> None:
        self._timer.start()

    def _on_choice(self, _key: str) -> None:
        self.changed.emit()
