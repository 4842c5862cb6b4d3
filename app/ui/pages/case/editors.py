"""The code cell while it is edited: a line over code and name, with the search below it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.coding import CodeKind
from app.ui.page import Shell
from app.ui.pages.codes.panel import EffectOf, SearchPanel
from app.ui.theme import theme
from app.ui.widgets import column
from app.ui.widgets.frames import FloatFrame

_HEIGHT = 358


class CodeEditor(QLineEdit):
    """Types a query; results show below and the keys of the list work from here. ``taken(candidate)``."""

    taken = Signal(object)

    def __init__(self, shell: Shell, parent: QWidget, kind: CodeKind, effect: EffectOf) -> None:
        super().__init__(parent)
        self._kind, self._effect = kind, effect
        self.setAccessibleName("编码检索")
        self.setProperty("role", "code_editor")
        self._frame = FloatFrame(self)
        self.panel = SearchPanel(shell)
        self._frame.setLayout(column(self.panel, margins=(1, 1, 1, 1)))
        self.panel.taken.connect(self._on_taken)
        self.panel.kind_changed.connect(self._on_kind)
        self.textEdited.connect(self._on_edited)
        self.destroyed.connect(self._frame.deleteLater)

    def begin(self, code: str) -> None:
        """Start with the code the row has; it is shown as placeholder and restored by Esc."""
        self.setPlaceholderText(f"原值 {code} · Esc 恢复" if code else "输入中文、拼音首字母或编码")
        self.panel.begin(self._kind, current=code, effect=self._effect)

    def take_key(self, event: QKeyEvent) -> bool:
        """Give a key to the list; return whether it was used."""
        return self.panel.handle_key(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Open the results."""
        super().focusInEvent(event)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Close the results with the editor."""
        self._frame.dismiss()
        super().hideEvent(event)

    def _on_edited(self, query: str) -> None:
        self._show()
        self.panel.search(query)

    def _on_kind(self, _kind: object) -> None:
        self.panel.search(self.text())

    def _show(self) -> None:
        if not self._frame.isVisible():
            width = min(self.window().width() - theme().px(80), theme().px(832))
            self._frame.place_below(width, theme().px(_HEIGHT))
            if not self.text():
                self.panel.search("")

    def _on_taken(self, candidate: object) -> None:
        self._frame.dismiss()
        self.taken.emit(candidate)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Swallow plain arrows that the list did not want, so that the grid does not move."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.accept()
        else:
            super().keyPressEvent(event)
