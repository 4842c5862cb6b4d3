"""The parts of a panel that tells about one thing: padded blocks below each other, made anew for the next one."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget

from app.ui.widgets import column


def section(*items: QWidget | QLayout, gap: int = 4, pad: int = 10) -> QWidget:
    """Return a block of widgets and lines; ``pad`` is the room above and below, in px at the usual size of letters."""
    part = QWidget()
    box = column(gap=gap, margins=(14, pad, 14, pad))
    for item in items:
        if isinstance(item, QWidget):
            box.addWidget(item)
        else:
            box.addLayout(item)
    part.setLayout(box)
    return part


def clear(box: QLayout) -> None:
    """Take everything out of a layout and let its widgets go."""
    while item := box.takeAt(0):
        widget = item.widget()
        if widget:
            widget.deleteLater()
