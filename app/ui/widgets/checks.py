"""A box to tick and a list to drop down, told by tick and arrow: colour alone says nothing to some."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QStyle, QStyleOptionButton

from app.ui.theme import theme
from app.ui.widgets.painting import draw_icon

_TICK, _ARROW = 12, 12


class CheckBox(QCheckBox):
    """A check box with a tick."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tick over the box."""
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        left = box.left() + (box.width() - theme().px(_TICK)) // 2
        draw_icon(QPainter(self), left, box, "passed", "accent_fg", _TICK)


class ComboBox(QComboBox):
    """A list that drops down, with an arrow."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the arrow at the right."""
        super().paintEvent(event)
        left = self.width() - theme().px(_ARROW + 7)
        draw_icon(QPainter(self), left, self.rect(), "expand", "fg_secondary", _ARROW)
