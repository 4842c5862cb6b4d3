"""The search panel: results at the left, the tabular list around the chosen code at the right, keys below.

Shared by the popup of the grids and the full page. The panel never takes the focus in the popup: the cell keeps it and
hands keys on through :meth:`SearchPanel.handle_key`.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from app.domain.coding import Candidate, CodeKind
from app.ui.page import Shell
from app.ui.pages.codes.results import Hit, HitList
from app.ui.theme import theme
from app.ui.widgets import KeyCap, Pane, SegmentedControl, StateStack, Text, column, row

EffectOf = Callable[[str], str]
"""Given a code, what taking it does to the group: 分组不变, → HC15, '' when not known."""

_TOP = 20


def _no_effect(_code: str) -> str:
    return ""


class SearchPanel(Pane):
    """Searches one code set while the user types. ``taken(candidate)``: the user chose a code."""

    taken = Signal(object)
    kind_changed = Signal(object)

    def __init__(self, shell: Shell, *, focusable: bool = False) -> None:
        super().__init__("surface")
        self._shell = shell
        self._candidates: tuple[Candidate, ...] = ()
        self._kind = CodeKind.DX
        self._effect: EffectOf = _no_effect
        self._current_code = ""
        self.kinds = SegmentedControl(((str(CodeKind.DX), "诊断 ICD-10"), (str(CodeKind.PX), "手术 ICD-9")))
        self.kinds.changed.connect(self._on_kind)
        if not focusable:
            self.kinds.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._edition = Text("", "caption", "muted")
        self._found = Text("", "caption", "muted")
        self.results = HitList(focusable=focusable)
        self.results.selectionModel().currentChanged.connect(self._on_current)
        self.results.doubleClicked.connect(self._on_double_click)
        self._stack = StateStack(self.results)
        self.context = QListWidget()
        self.context.setFocusPolicy(Qt.FocusPolicy.StrongFocus if focusable else Qt.FocusPolicy.NoFocus)
        self.context.setAccessibleName("类目表")
        self.context.itemDoubleClicked.connect(self._on_context)
        self._lay_out()

    def _lay_out(self) -> None:
        px = theme().px
        head = Pane("alt", "b")
        head.setLayout(row(self.kinds, self._edition, None, self._found, gap=10, margins=(10, 4, 10, 4)))
        side = Pane("surface", "l")
        title = Text("类目表", "caption", "muted")
        title.setContentsMargins(px(10), px(5), 0, px(3))
        side.setLayout(column(title, self.context))
        self.context.setMinimumWidth(px(200))
        middle = row(gap=0)
        middle.addWidget(self._stack, 3)
        middle.addWidget(side, 2)
        foot = Pane("alt", "t")
        keys = row(gap=6, margins=(10, 4, 10, 4))
        for cap, word in (("↑↓", "选择"), ("Enter", "采用"), ("Ctrl+1–8", "直接采用"), ("Esc", "恢复原值")):
            keys.addWidget(KeyCap(cap))
            keys.addWidget(Text(word, "caption", "secondary"))
            keys.addSpacing(px(6))
        keys.addStretch(1)
        keys.addWidget(Text("顺序只按文本相符，不按权重或金额", "caption", "muted"))
        foot.setLayout(keys)
        whole = column(head)
        whole.addLayout(middle, 1)
        whole.addWidget(foot)
        self.setLayout(whole)

    @property
    def kind(self) -> CodeKind:
        """The code set that is searched."""
        return self._kind

    def begin(self, kind: CodeKind, *, current: str = "", effect: EffectOf = _no_effect) -> None:
        """Start for a cell: which code set, the code it has now, what another one would do to the group."""
        self._kind, self._current_code, self._effect = kind, current, effect
        self.kinds.set_current(str(kind))

    def search(self, query: str) -> None:
        """Show what matches. An empty query empties the list."""
        begin = perf_counter()
        coding = self._shell.services.coding
        self._candidates = coding.search(query, self._kind, _TOP) if query.strip() else ()
        took = (perf_counter() - begin) * 1000
        self.show_candidates(self._candidates, query, took)

    def show_candidates(self, candidates: tuple[Candidate, ...], query: str, took_ms: float) -> None:
        """Show given candidates (of a search or of a row's text), the first chosen."""
        coding = self._shell.services.coding
        self._candidates = candidates
        self._edition.setText(coding.edition_title())
        self._found.setText(
            f"{coding.size(self._kind):,} 条 · 找到 {len(candidates)} 条 · {took_ms:.0f} ms" if query.strip() else ""
        )
        self.results.hits.show([self._hit(candidate) for candidate in candidates])
        if candidates:
            self._stack.show_content()
            self.results.choose(0)
        elif query.strip():
            self._stack.show_empty("没有找到。", "可试：少输几个字 · 拼音首字母 · 编码前三位")
            self.context.clear()
        else:
            self._stack.show_empty("输入即检索", "中文任意字序 · 拼音首字母 · 编码前几位（有无小数点均可）")
            self.context.clear()

    def current(self) -> Candidate | None:
        """Return the chosen candidate."""
        at = self.results.currentIndex().row()
        return self._candidates[at] if 0 <= at < len(self._candidates) else None

    def handle_key(self, event: QKeyEvent) -> bool:
        """Take a key that the cell hands on; return whether it was used."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 5, Qt.Key.Key_PageUp: -5}
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.key() in step and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.results.choose(self.results.currentIndex().row() + step[Qt.Key(event.key())])
            return True
        if control and Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_8:
            self.take(event.key() - Qt.Key.Key_1)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current():
            self.take(self.results.currentIndex().row())
            return True
        return False

    def take(self, number: int) -> None:
        """Choose a candidate by its position."""
        if 0 <= number < len(self._candidates):
            self.taken.emit(self._candidates[number])

    def _hit(self, candidate: Candidate) -> Hit:
        coding = self._shell.services.coding
        effect = "当前" if candidate.code == self._current_code else self._effect(candidate.code)
        return Hit(
            candidate.code,
            candidate.name,
            coding.reason_line(candidate),
            coding.conflict_line(candidate),
            effect,
            candidate.spans,
        )

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.context.clear()
        row_number = current.row()
        if not 0 <= row_number < len(self._candidates):
            return
        for node in self._shell.services.coding.context(self._candidates[row_number].code):
            item = QListWidgetItem(f"{'　' * node.depth}{node.code} {node.name}")
            item.setData(Qt.ItemDataRole.UserRole, node.code if node.is_leaf else "")
            font = theme().font("caption", bold=node.is_current)
            item.setFont(font)
            self.context.addItem(item)
            if node.is_current:
                self.context.setCurrentItem(item)
                self.context.scrollToItem(item)

    def _on_context(self, item: QListWidgetItem) -> None:
        code = item.data(Qt.ItemDataRole.UserRole)
        if code:
            self.taken.emit(self._shell.services.coding.candidate(code))

    def _on_double_click(self, index: QModelIndex) -> None:
        self.take(index.row())

    def _on_kind(self, key: str) -> None:
        self._kind = CodeKind(key)
        self.kind_changed.emit(self._kind)
