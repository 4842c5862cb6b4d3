"""The search panel: results at the left, the tabular list around the chosen code at the right, keys below.

Shared by the popup of the grids and the full page. The panel never takes the focus in the popup: the cell keeps it and
hands keys on through :meth:`SearchPanel.handle_key`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy

from app.domain.coding import Candidate, CodeKind
from app.ui.page import Shell
from app.ui.pages.codes.results import Hit, HitList
from app.ui.pages.codes.tabular import TabularList
from app.ui.theme import theme
from app.ui.widgets import KeyCap, Pane, SegmentedControl, StateStack, Text, column, row

EffectsOf = Callable[[Sequence[str]], Mapping[str, str]]
"""Given codes, what taking each does to the group: 分组不变, → HC15; codes it does not know are left out."""

_TOP: Final = 20
_DIRECT: Final = 8
_STEPS: Final = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 6, Qt.Key.Key_PageUp: -6}
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TAB: Final = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


def _no_effects(_codes: Sequence[str]) -> Mapping[str, str]:
    return {}


class SearchPanel(Pane):
    """Searches one code set while the user types. ``taken(candidate)``: the user chose a code."""

    taken = Signal(object)
    kind_changed = Signal(object)

    def __init__(self, shell: Shell, *, focusable: bool = False) -> None:
        super().__init__("surface")
        self._shell = shell
        self._focusable = focusable
        self._candidates: tuple[Candidate, ...] = ()
        self._kind = CodeKind.DX
        self._effects: EffectsOf = _no_effects
        self._current_code = ""
        self.kinds = SegmentedControl(((str(CodeKind.DX), "诊断 ICD-10"), (str(CodeKind.PX), "手术 ICD-9")))
        self.kinds.changed.connect(self._on_kind)
        if not focusable:
            self.kinds.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._edition = Text("", "caption", "muted", elide=True)
        self._found = Text("", "caption", "muted")
        self.results = HitList(focusable=focusable)
        self.results.selectionModel().currentChanged.connect(self._on_current)
        self.results.doubleClicked.connect(self._on_double_click)
        self._stack = StateStack(self.results)
        self.context = TabularList(focusable=focusable)
        self.context.chosen.connect(self._on_context)
        self.context.around.connect(self._on_around)
        self.context.inside.connect(self._on_inside)
        self._lay_out()

    def _lay_out(self) -> None:
        px = theme().px
        head = Pane("alt", "b")
        line = row(self.kinds, gap=10, margins=(10, 4, 10, 4))
        line.addWidget(self._edition, 1)
        line.addWidget(self._found)
        head.setLayout(line)
        side = Pane("surface", "l")
        title = Text("类目表", "caption", "muted")
        title.setContentsMargins(px(10), px(5), 0, px(3))
        side_box = column(title)
        side_box.addWidget(self.context, 1)
        side.setLayout(side_box)
        self.context.setMinimumWidth(px(200))
        for part in (self._stack, side):  # the shares below decide, not what the parts would like
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        middle = row(gap=0)
        middle.addWidget(self._stack, 8)
        middle.addWidget(side, 5)
        whole = column(head)
        whole.addLayout(middle, 1)
        whole.addWidget(self._foot())
        self.setLayout(whole)

    def _foot(self) -> Pane:
        foot = Pane("alt", "t")
        keys = row(gap=6, margins=(10, 4, 10, 4))
        words = [("↑↓", "选择"), ("Enter", "采用"), (f"Ctrl+1–{_DIRECT}", "直接采用")]
        if not self._focusable:
            words += [("Tab", "类目表"), ("Esc", "恢复原值")]
        for cap, word in words:
            keys.addWidget(KeyCap(cap))
            keys.addWidget(Text(word, "caption", "secondary"))
            keys.addSpacing(theme().px(6))
        keys.addStretch(1)
        keys.addWidget(Text("顺序只按文本相符，不按权重或金额", "caption", "muted"))
        foot.setLayout(keys)
        return foot

    @property
    def kind(self) -> CodeKind:
        """The code set that is searched."""
        return self._kind

    def begin(self, kind: CodeKind, *, current: str = "", effects: EffectsOf = _no_effects) -> None:
        """Start for a cell: which code set, the code it has now, what others would do to the group."""
        self._kind, self._current_code, self._effects = kind, current, effects
        self.kinds.set_current(str(kind))

    def search(self, query: str) -> None:
        """Show what matches. An empty query empties the list."""
        begin = perf_counter()
        coding = self._shell.services.coding
        found = coding.search(query, self._kind, _TOP) if query.strip() else ()
        took = (perf_counter() - begin) * 1000
        size = f"{coding.size(self._kind):,} 条 · 找到 {len(found)} 条 · {took:.0f} ms"
        self.show_candidates(found, size if query.strip() else "", bool(query.strip()))

    def suggest(self, text: str, found: Sequence[Candidate]) -> None:
        """Show the best codes for a physician's text, before anything has been typed."""
        self.show_candidates(found, f"按原文「{_short(text)}」的候选 {len(found)} 条" if found else "", False)

    def show_candidates(self, candidates: Sequence[Candidate], note: str, asked: bool) -> None:
        """Show given candidates, the first chosen; without any say that nothing was found if something was asked."""
        coding = self._shell.services.coding
        self._candidates = tuple(candidates)
        self._edition.setText(coding.edition_title())
        self._found.setText(note)
        effects = self._effects([candidate.code for candidate in self._candidates]) if self._candidates else {}
        self.results.hits.show([self._hit(candidate, effects) for candidate in self._candidates])
        self.context.leave()
        if self._candidates:
            self._stack.show_content()
            self.results.choose(0)
            return
        self.context.show_nodes(())
        if asked:
            self._stack.show_empty("没有找到。", "可试：少输几个字 · 拼音首字母 · 编码前三位")
        else:
            self._stack.show_empty("输入即检索", "中文任意字序 · 拼音首字母 · 编码前几位（有无小数点均可）")

    def current(self) -> Candidate | None:
        """Return the chosen candidate."""
        at = self.results.currentIndex().row()
        return self._candidates[at] if 0 <= at < len(self._candidates) else None

    def wants_key(self, event: QKeyEvent) -> bool:
        """True for a key that belongs to the list and to no shortcut while the panel is open."""
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        return control and Qt.Key.Key_1 <= event.key() < Qt.Key.Key_1 + _DIRECT

    def handle_key(self, event: QKeyEvent) -> bool:
        """Take a key that the cell hands on; return whether it was used."""
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            return False
        if self.wants_key(event):
            self.take(event.key() - Qt.Key.Key_1)
            return True
        if not self._focusable and event.key() in _TAB:
            self.context.leave() if self.context.active else self.context.enter()
            return True
        if self.context.active:
            return self._handle_in_context(event)
        return self._handle_in_results(event)

    def _handle_in_results(self, event: QKeyEvent) -> bool:
        at = self.results.currentIndex().row()
        if event.key() in _STEPS:
            self.results.choose(at + _STEPS[Qt.Key(event.key())])
        elif event.key() in _ENTER and not event.modifiers() and self.current():
            self.take(at)
        else:
            return False
        return True

    def _handle_in_context(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self.context.leave()
            return True
        return self.context.handle_key(event)

    def take(self, number: int) -> None:
        """Choose a candidate by its position."""
        if 0 <= number < len(self._candidates):
            self.taken.emit(self._candidates[number])

    def _hit(self, candidate: Candidate, effects: Mapping[str, str]) -> Hit:
        coding = self._shell.services.coding
        effect = "当前" if candidate.code == self._current_code else effects.get(candidate.code, "")
        return Hit(
            candidate.code,
            candidate.name,
            coding.reason_line(candidate),
            coding.conflict_line(candidate),
            effect,
            candidate.spans,
        )

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if 0 <= current.row() < len(self._candidates):
            self._on_around(self._candidates[current.row()].code)

    def _on_around(self, code: str) -> None:
        self.context.show_nodes(self._shell.services.coding.context(code))

    def _on_inside(self, code: str) -> None:
        self.context.show_nodes(self._shell.services.coding.inside(code))

    def _on_context(self, code: str) -> None:
        self.taken.emit(self._shell.services.coding.candidate(code))

    def _on_double_click(self, index: QModelIndex) -> None:
        self.take(index.row())

    def _on_kind(self, key: str) -> None:
        self._kind = CodeKind(key)
        self.kind_changed.emit(self._kind)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 16 else f"{flat[:15]}…"
