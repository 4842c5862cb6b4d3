"""The line at the bottom: keys of the focused region at the left, save state and versions at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.page import KeyHint, SaveState, VersionNote
from app.ui.theme import theme
from app.ui.widgets.buttons import Button
from app.ui.widgets.painting import draw_icon, draw_key_cap, key_cap_size, keys_text
from app.ui.widgets.panes import Pane, row
from app.ui.widgets.text import Text

MOST_HINTS = 6


class HintRow(QWidget):
    """Key caps with words, as many as there is room for, never a cut one."""

    def __init__(self) -> None:
        super().__init__()
        self._hints: tuple[KeyHint, ...] = ()
        self._shown = True
        self.setObjectName("key_hints")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_hints(self, hints: Sequence[KeyHint]) -> None:
        """Show these hints, at most six."""
        self._hints = tuple(hints)[:MOST_HINTS]
        self.setAccessibleName("；".join(f"{hint.keys} {hint.text}" for hint in self._hints))
        self.update()

    def set_shown(self, shown: bool) -> None:
        """Show the hints, or leave their room empty."""
        self._shown = shown
        self.update()

    @property
    def hints(self) -> tuple[KeyHint, ...]:
        """The hints shown, none while they are switched off."""
        return self._hints if self._shown else ()

    def sizeHint(self) -> QSize:
        """Return a small width: hints give way to what stands at the right."""
        return QSize(theme().px(120), theme().px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the hints from the left."""
        painter, px = QPainter(self), theme().px
        metrics = QFontMetrics(theme().font("caption"))
        left = 0
        for hint in self.hints:
            shown = keys_text(hint.keys)
            cap = key_cap_size(shown)
            width = metrics.horizontalAdvance(hint.text)
            if left + cap.width() + px(5) + width > self.width():
                return
            draw_key_cap(painter, QRect(left, (self.height() - cap.height()) // 2, cap.width(), cap.height()), shown)
            left += cap.width() + px(5)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().colour("fg_secondary"))
            box = QRect(left, 0, width + 2, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, hint.text)
            left += width + px(14)


_SAVE_WORDS: Final = {
    "saved": "已自动保存",
    "saving": "正在保存…",
    "waiting": "写入完成后自动保存…",
    "failed": "未能保存，内容仍在本机缓存",
}


class SaveLabel(QWidget):
    """✓ 已自动保存 10:32:08, 正在保存…, what waits for a long write, or what could not be saved."""

    def __init__(self) -> None:
        super().__init__()
        self._state = SaveState()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def kind(self) -> str:
        """What is shown: saved, saving, waiting, failed or none."""
        return self._state.kind

    def show_state(self, state: SaveState) -> None:
        """Show a state."""
        self._state = state
        self.setAccessibleName(self._words())
        self.setVisible(state.kind != "none")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of icon and words."""
        width = QFontMetrics(theme().font("caption")).horizontalAdvance(self._words())
        return QSize(width + theme().px(20), theme().px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw icon and words."""
        painter = QPainter(self)
        failed = self._state.kind == "failed"
        role = "warn" if failed else "fg_secondary"
        icon = theme().tokens.severity["warn"].icon if failed else "passed" if self._state.kind == "saved" else "job"
        left = draw_icon(painter, 0, self.rect(), icon, role, 14) + theme().px(4)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().colour(role))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), flags, self._words())

    def _words(self) -> str:
        words = _SAVE_WORDS.get(self._state.kind, "")
        return f"{words} {self._state.at:%H:%M:%S}" if self._state.at and self._state.kind == "saved" else words


class StatusBar(Pane):
    """The line. ``retry`` asks to save again; ``explain(VersionNote)`` when a version is clicked."""

    retry = Signal()
    explain = Signal(object)

    def __init__(self) -> None:
        super().__init__("chrome", "t")
        self.hints = HintRow()
        self.extra = Text("", "caption", "secondary")
        self.save = SaveLabel()
        self._retry = Button("重试", kind="link", small=True)
        self._retry.hide()
        self._retry.clicked.connect(self.retry)
        self._versions = row(gap=12)
        self._notes: dict[str, VersionNote] = {}
        layout = row(gap=14, margins=(12, 0, 12, 0))
        layout.addWidget(self.hints, 1)
        layout.addWidget(self.extra)
        layout.addWidget(self.save)
        layout.addWidget(self._retry)
        layout.addLayout(self._versions)
        self.setLayout(layout)
        self.save.show_state(SaveState())
        theme().changed.connect(self._fit)
        self._fit()

    def show_save_state(self, state: SaveState) -> None:
        """Show how saving stands; a failure offers to try again."""
        self.save.show_state(state)
        self._retry.setVisible(state.kind == "failed")

    def forget_saved(self) -> None:
        """Take away when something was saved: it belongs to the page that is left. A failure stays until solved."""
        if self.save.kind != "failed":
            self.show_save_state(SaveState("none"))

    def show_versions(self, notes: Sequence[VersionNote]) -> None:
        """Show the versions in use; those with a reason can be clicked."""
        while (item := self._versions.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()  # deleted only when the loop turns; until then it would stand under the new ones
                widget.deleteLater()
        self._notes = {note.text: note for note in notes}
        for note in notes:
            label = _Version(note.text)
            label.clicked.connect(self._on_version)
            self._versions.addWidget(label)

    def _on_version(self) -> None:
        label = self.sender()
        note = self._notes.get(label.text()) if isinstance(label, _Version) else None
        if note and note.why:
            self.explain.emit(note)

    def _fit(self) -> None:
        self.setFixedHeight(theme().size("status_bar"))


class _Version(Button):
    def __init__(self, text: str) -> None:
        super().__init__(text, kind="link", small=True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _ink_role(self) -> str:
        return "fg_secondary"

    def _pad(self) -> int:
        return 0
