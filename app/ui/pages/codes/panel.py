"""The search panel: results at the left, the tabular list around the chosen code at the right, keys below.

Shared by the popup of the grids and the full page. The panel never takes the focus in the popup: the cell keeps it and
hands keys on through :meth:`SearchPanel.handle_key`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QSizePolicy

from app.domain.coding import Candidate, CodeKind
from app.services.types import ContextNode
from app.ui.page import KeyHint, Shell
from app.ui.pages.codes.facts import FactsBox
from app.ui.pages.codes.folding import Folding
from app.ui.pages.codes.results import Hit, HitList
from app.ui.pages.codes.steps import ContextSteps
from app.ui.pages.codes.tabular import TabularList
from app.ui.shell.status_bar import HintRow
from app.ui.theme import theme
from app.ui.widgets import KeyCap, Pane, SegmentedControl, StateStack, Text, column, row

EffectsOf = Callable[[Sequence[str]], Mapping[str, str]]
"""Given codes, what taking each does to the group: 分组不变, → HC15; codes it does not know are left out."""

ALL: Final = "all"
"""Both code sets at once; only where the panel is not about a row of one of them."""

_TOP: Final = 20
_DIRECT: Final = 8
_STEPS: Final = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 6, Qt.Key.Key_PageUp: -6}
_BACK: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_SIDEWAYS: Final = (Qt.Key.Key_Right, Qt.Key.Key_Left)
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TAB: Final = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


def hints(take: str) -> tuple[KeyHint, ...]:
    """Return the keys of the search; ``take`` says what is done with the chosen code."""
    direct = KeyHint(f"Ctrl+1–{_DIRECT}", f"直接{take}")
    return KeyHint("Enter", take), direct, KeyHint("→", "展开相近"), KeyHint("Alt+P", "收藏")


def _no_effects(_codes: Sequence[str]) -> Mapping[str, str]:
    return {}


class SearchPanel(Pane):
    """Searches while the user types. ``taken(candidate)``: the user chose a code. ``wished(query)``: one found nothing.

    ``general`` offers both code sets at once besides each of them; then :attr:`kind` may be None.
    """

    taken = Signal(object)
    kind_changed = Signal(object)
    wished = Signal(str)

    def __init__(self, shell: Shell, *, focusable: bool = False, general: bool = False) -> None:
        super().__init__("surface")
        self._shell = shell
        self._focusable = focusable
        self._general = general
        self._folding = Folding(())
        self._kind: CodeKind | None = CodeKind.DX
        self._text = ""
        self._effects: EffectsOf = _no_effects
        self._current_code = ""
        self._told: Mapping[str, str] = {}
        self._query, self._scope = "", ""
        self._steps = ContextSteps()
        both = ((ALL, "全部"),) if general else ()
        self.kinds = SegmentedControl((*both, (str(CodeKind.DX), "诊断 ICD-10"), (str(CodeKind.PX), "手术 ICD-9")))
        self.kinds.changed.connect(self._on_kind)
        if not focusable:
            self.kinds.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._edition = Text("", "caption", "muted", elide=True)
        self._found = Text("", "caption", "muted")
        self.results = HitList(focusable=focusable)
        self.results.selectionModel().currentChanged.connect(self._on_current)
        self.results.doubleClicked.connect(self._on_double_click)
        self.results.clicked.connect(self._on_click)
        self.results.turned.connect(self.turn)
        self._stack = StateStack(self.results)
        self.context = TabularList(focusable=focusable)
        self.context.chosen.connect(self._on_context)
        self.context.around.connect(self._on_around)
        self.context.inside.connect(self._on_inside)
        self.facts = FactsBox()
        for part in (self.results, self.context):
            part.installEventFilter(self)
        self._lay_out()

    def _lay_out(self) -> None:
        px = theme().px
        head = Pane("alt", "b")
        line = row(self.kinds, gap=10, margins=(10, 4, 10, 4))
        line.addWidget(self._edition, 1)
        line.addWidget(self._found)
        head.setLayout(line)
        side = Pane("surface", "l")
        title = row(Text("类目表", "caption", "muted"), None, gap=6, margins=(10, 3, 10, 1))
        if not self._focusable:
            for cap, word in (("Alt ← →", "后退、前进"), ("Tab", "进入")):
                title.addWidget(KeyCap(cap))
                title.addWidget(Text(word, "caption", "muted"))
        side_box = column()
        side_box.addLayout(title)
        side_box.addWidget(self.context, 1)
        side_box.addWidget(self.facts)
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
        keys = HintRow()
        if not self._general:  # the full page says its keys in the status bar
            back = () if self._focusable else (KeyHint("Esc", "恢复原值"),)
            keys.show_hints((KeyHint("↑↓", "选择"), *hints("采用"), *back))
        line = row(keys, gap=6, margins=(10, 4, 10, 4))
        line.addWidget(Text("顺序只按文本相符，不按权重或金额", "caption", "muted"))
        foot.setLayout(line)
        return foot

    @property
    def kind(self) -> CodeKind | None:
        """The code set that is searched, None for both."""
        return self._kind

    def begin(
        self, kind: CodeKind | None, *, current: str = "", text: str = "", effects: EffectsOf = _no_effects
    ) -> None:
        """Start for a cell: which code set, its code and text now, what other codes would do to the group."""
        self._kind, self._current_code, self._text, self._effects = kind, current, text, effects
        self._query, self._folding = "", Folding(())
        self.results.hits.show(())
        self.kinds.set_current(str(kind or ALL))

    def wait(self) -> None:
        """Say that the codes are still being loaded."""
        self._stack.show_empty("正在载入编码库。", "载入后自动检索；已输入的内容不会丢失。")

    def search(self, query: str) -> None:
        """Show what matches. An empty query empties the list."""
        begin = perf_counter()
        services = self._shell.services
        self._query = query.strip()
        found = self._find(query) if self._query else ()
        took = (perf_counter() - begin) * 1000
        kinds = CodeKind if self._kind is None else (self._kind,)
        count = sum(services.coding.size(kind) for kind in kinds)
        size = f"{count:,} 条 · 找到 {len(found)} 条 · {took:.0f} ms"
        self.show_candidates(found, size if query.strip() else "", bool(query.strip()))

    def _find(self, query: str) -> Sequence[Candidate]:
        lookup = self._shell.services.lookup
        if self._scope:
            inside: Sequence[Candidate] = lookup.within(query, self._scope, _TOP)
            return inside
        found: Sequence[Candidate] = lookup.search(query, self._kind, _TOP, against=self._text)
        return found

    def narrow(self, scope: str) -> None:
        """Search only within a scope from now on, '' for everything."""
        self._scope = scope

    def offer(self, found: Sequence[Candidate], note: str) -> None:
        """Show codes that are at hand before anything has been typed: favourites, recents, a department's."""
        self._query = ""
        self.show_candidates(found, note if found else "", False)

    def suggest(self, text: str, found: Sequence[Candidate]) -> None:
        """Show the best codes for a physician's text, before anything has been typed."""
        self.show_candidates(found, f"按原文「{_short(text)}」的候选 {len(found)} 条" if found else "", False)

    def show_candidates(self, candidates: Sequence[Candidate], note: str, asked: bool) -> None:
        """Show given candidates, the first chosen; without any say that nothing was found if something was asked."""
        services = self._shell.services
        self._folding = Folding(services.lookup.near_names(candidates, self._kind))
        self._edition.setText(services.coding.edition_title())
        self._found.setText(note)
        self._told = self._effects([candidate.code for candidate in candidates]) if candidates else {}
        self.results.hits.show(self._hits())
        self.context.leave()
        if candidates:
            self._stack.show_content()
            self.results.choose(0)
            return
        self.context.show_nodes(())
        self.facts.hide()
        if asked:
            hint = "可试：少输几个字 · 拼音首字母 · 编码前三位"
            self._stack.show_empty("没有找到。", hint, "记入待维护 Alt+M", self._on_wish)
        else:
            self._stack.show_empty("输入即检索", "中文任意字序 · 拼音首字母 · 编码前几位（有无小数点均可）")

    def current(self) -> Candidate | None:
        """Return the chosen candidate."""
        line = self._folding.line(self.results.currentIndex().row())
        return line.candidate if line else None

    def turn(self, unfold: bool) -> bool:
        """Unfold or fold the nearly identical names of the chosen result; return whether there was anything to do."""
        at = self._folding.turn(self.results.currentIndex().row(), unfold=unfold)
        if at is None:
            return False
        self.results.hits.show(self._hits())
        self.results.choose(at)
        return True

    def wants_key(self, event: QKeyEvent) -> bool:
        """True for a key that belongs to the list and to no shortcut while the panel is open."""
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if event.key() in _BACK:
                return self._steps.can_step(_BACK[Qt.Key(event.key())])
            return event.key() == Qt.Key.Key_M and self._found_nothing
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        return control and Qt.Key.Key_1 <= event.key() < Qt.Key.Key_1 + _DIRECT

    @property
    def _found_nothing(self) -> bool:
        return bool(self._query) and not self.results.hits.hits

    def handle_key(self, event: QKeyEvent) -> bool:
        """Take a key that the cell hands on; return whether it was used."""
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            return self._handle_alt(event)
        if self.wants_key(event):
            self.take(event.key() - Qt.Key.Key_1)
            return True
        if not self._focusable and event.key() in _TAB:
            self.context.leave() if self.context.active else self.context.enter()
            return True
        if self.context.active:
            return self._handle_in_context(event)
        return self._handle_in_results(event)

    def _handle_alt(self, event: QKeyEvent) -> bool:
        """Go back or forward through the parts of the tabular list that were looked at, or note what is missing."""
        if not self.wants_key(event):
            return False
        if event.key() == Qt.Key.Key_M:
            self._on_wish()
        else:
            self.context.show_nodes(self._steps.step(_BACK[Qt.Key(event.key())]))
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Where the lists have the focus, their keys are no shortcuts of the window."""
        if isinstance(event, QKeyEvent) and self.wants_key(event):
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                return self.handle_key(event)
        return super().eventFilter(watched, event)

    def _on_wish(self) -> None:
        if self._found_nothing:
            self.wished.emit(self._query)

    def _handle_in_results(self, event: QKeyEvent) -> bool:
        at = self.results.currentIndex().row()
        if event.key() in _STEPS:
            self.results.choose(at + _STEPS[Qt.Key(event.key())])
        elif event.key() in _ENTER and not event.modifiers() and self.current():
            self.take(at)
        elif event.key() in _SIDEWAYS and not event.modifiers() and _at_end():
            return self.turn(event.key() == Qt.Key.Key_Right)
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
        line = self._folding.line(number)
        if line:
            self.taken.emit(line.candidate)

    def _hits(self) -> list[Hit]:
        services = self._shell.services
        found = []
        for line in self._folding.lines():
            candidate = line.candidate
            effect = "当前" if candidate.code == self._current_code else self._told.get(candidate.code, "")
            reason = " · ".join(filter(None, (" ".join(line.folded), services.lookup.because(candidate))))
            badge = services.coding.conflict_line(candidate)
            found.append(
                Hit(candidate.code, candidate.name, reason, badge, effect, candidate.spans, line.words, line.is_inside)
            )
        return found

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        line = self._folding.line(current.row())
        if line:
            code, services = line.candidate.code, self._shell.services
            nodes = services.coding.context(code)
            self._steps.begin(nodes)
            self.context.show_nodes(nodes)
            self.facts.show_facts(services.lookup.facts(code), [note.line for note in services.shelf.notes(code)])

    def read_notes(self) -> None:
        """Show the annotations of the chosen code anew."""
        self._on_current(self.results.currentIndex(), QModelIndex())

    def _on_click(self, index: QModelIndex) -> None:
        line = self._folding.line(index.row())
        if line and line.folded:
            self.turn(True)

    def _on_around(self, code: str) -> None:
        self._go_to(self._shell.services.coding.context(code))

    def _on_inside(self, code: str) -> None:
        self._go_to(self._shell.services.coding.inside(code))

    def _go_to(self, nodes: Sequence[ContextNode]) -> None:
        self._steps.go_to(nodes)
        self.context.show_nodes(nodes)

    def _on_context(self, code: str) -> None:
        self.taken.emit(self._shell.services.coding.candidate(code))

    def _on_double_click(self, index: QModelIndex) -> None:
        self.take(index.row())

    def _on_kind(self, key: str) -> None:
        self._kind = None if key == ALL else CodeKind(key)
        self.kind_changed.emit(self._kind)


def _at_end() -> bool:
    """True when no text is typed in or the cursor stands behind it, so that the arrows sideways are free."""
    typed = QApplication.focusWidget()
    return not isinstance(typed, QLineEdit) or typed.cursorPosition() == len(typed.text())


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 16 else f"{flat[:15]}…"
