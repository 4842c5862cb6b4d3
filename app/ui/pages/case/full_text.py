"""F2: the whole text of the physician for a row, with the code it got."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget

from app.domain.case import Row
from app.ui.masking import masking
from app.ui.theme import theme
from app.ui.widgets import FloatFrame, KeyCap, ScrollPane, Text, column, row

_WIDTH = 480
_TALLEST = 320


class FullText(FloatFrame):
    """A card under a row; Esc, F2 or another row closes it."""

    def __init__(self, anchor: QWidget, title: str, stored: Row) -> None:
        super().__init__(anchor)
        self.setObjectName("full_text")
        pane = ScrollPane(margins=(14, 2, 14, 8), gap=6)
        said = masking().words(stored.text("source_text"))
        text = Text(said or "原始数据没有医师书写的文本。", wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        pane.box.addWidget(text)
        coded = f"{stored.text('code')} {stored.text('name')}".strip()
        if coded:
            pane.box.addWidget(Text(f"编码：{coded}", "caption", "secondary", wrap=True))
        pane.box.addStretch(1)
        head = row(Text(title, "bold"), None, KeyCap("Esc"), margins=(14, 8, 14, 4))
        box = column(head, margins=(1, 1, 1, 1))
        box.addWidget(pane, 1)
        self.setLayout(box)
        self._pane = pane
        self.setAccessibleName(f"{title} {said}")
        self.dismissed.connect(self.deleteLater)

    def open(self, cell: QRect) -> None:
        """Show under a cell of the anchor."""
        width = theme().px(_WIDTH)
        needed = self._pane.box.heightForWidth(width - theme().px(20)) + theme().px(52)
        self.place_below(width, min(needed, theme().px(_TALLEST)), cell)
