"""What floats below a code cell: made once for a grid, because making it takes as long as a search."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from app.ui.page import Shell
from app.ui.pages.codes.panel import SearchPanel
from app.ui.widgets import FloatFrame, column
from app.ui.widgets.grip import WidthGrip

_NARROWEST: Final = 520


class CodePopup(FloatFrame):
    """The search panel in a frame that hangs on whichever editor is open."""

    def __init__(self, shell: Shell, anchor: QWidget) -> None:
        super().__init__(anchor)
        self.setObjectName("code_popup")
        self.panel = SearchPanel(shell)
        self.setLayout(column(self.panel, margins=(1, 1, 1, 1)))
        self.grip = WidthGrip(self, _NARROWEST)
