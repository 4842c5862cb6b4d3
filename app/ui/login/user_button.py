"""Who works, at the right of the top bar: name and roles; its menu switches, locks, changes the password."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy

from app.ui.actions import ActionTable
from app.ui.login.actions import ABOUT_ME
from app.ui.ports import UserCard
from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring, keys_text
from app.ui.widgets.panes import row
from app.ui.widgets.text import IconLabel, Text


class UserButton(QAbstractButton):
    """林若溪 · 编码员. A click or Enter opens the menu of what concerns whoever works here."""

    def __init__(self, user: UserCard) -> None:
        super().__init__()
        shown = " · ".join(part for part in (user.name, user.title) if part)
        self.setObjectName("user")
        self.setText(shown)
        self.setAccessibleName(f"当前用户 {shown}")
        self.setToolTip("切换用户、锁定、修改口令、退出登录")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        words = Text(shown, tone="secondary")
        words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayout(row(IconLabel("user"), words, gap=6, margins=(4, 2, 4, 2)))

    def open_menu(self, actions: ActionTable) -> None:
        """Show what can be done about the user, with the keys that do it."""
        menu = QMenu(self)
        for key in ABOUT_ME:
            if actions.is_enabled(key):
                action = actions.get(key)
                entry = menu.addAction(f"{action.label}\t{keys_text(action.keys[0]) if action.keys else ''}")
                entry.setData(key)
        menu.triggered.connect(lambda entry: actions.trigger(entry.data()))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + theme().px(2))))

    def sizeHint(self) -> QSize:
        """Return the size of the parts."""
        layout = self.layout()
        return layout.sizeHint() if layout else QSize()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the focus ring; the parts draw themselves."""
        if self.hasFocus():
            draw_focus_ring(QPainter(self), self.rect())
