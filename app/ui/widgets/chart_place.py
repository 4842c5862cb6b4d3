"""Where a chart stands. What it shows can be said at once; the library that draws it is loaded when it is first seen.

Loading takes a quarter of a second of processor and some 35 MB: who never sees a chart pays neither.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import theme

if TYPE_CHECKING:
    from app.ui.widgets.chart_base import Chart

_DRAWN_BY: Final = "app.ui.widgets.charts"
_PARTS: Final = ("PySide6.QtSvg", "PySide6.QtOpenGLWidgets", "PySide6.QtTest", "pyqtgraph", _DRAWN_BY)
"""What is imported turn by turn; the parts of Qt take half of the time, and pyqtgraph does without them."""
_PAUSE_MS: Final = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """A point or bar: its words, its value for the place, the value in words. ``y`` is for quarters only."""

    label: str
    value: float | None
    words: str
    key: str = ""
    y: float | None = None


def _plain(value: float) -> str:
    return f"{value:,.0f}"


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands behind the marks.

    ``target`` is drawn dashed with its words. ``axes`` and ``middle`` are for quarters: names of both measures and
    where the cross stands. ``say`` writes a value of the upright axis, ``say_across`` one of the other.
    """

    target: float | None = None
    target_words: str = ""
    axes: tuple[str, str] = ("", "")
    middle: tuple[float, float] = (0.0, 0.0)
    say: Callable[[float], str] = _plain
    say_across: Callable[[float], str] = _plain


class ChartPlace(QWidget):
    """A chart of a ``kind`` of :data:`app.ui.widgets.charts.CHARTS`; ``opened(mark)`` on Enter or a double click."""

    opened = Signal(object)

    def __init__(self, kind: str, spoken: str, name: str) -> None:
        super().__init__()
        self.chart: Chart | None = None
        self._kind, self._name = kind, name
        self._marks: tuple[Mark, ...] = ()
        self._ground = Ground()
        self._asked = False
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(theme().px(10), theme().px(2), theme().px(10), theme().px(4))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(spoken)

    def sizeHint(self) -> QSize:
        """Return a size that shows ten bars."""
        return QSize(theme().px(320), theme().px(220))

    def show_marks(self, marks: Sequence[Mark], ground: Ground | None = None) -> None:
        """Show other marks; without a ``ground`` there is nothing behind them."""
        self._marks, self._ground = tuple(marks), ground or Ground()
        if self.chart is not None:
            self.chart.show_marks(self._marks, self._ground)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the chart when it is first seen."""
        super().showEvent(event)
        if not self._asked:
            self._asked = True
            QTimer.singleShot(0, self, self._load)

    def _load(self, parts: Sequence[str] = _PARTS) -> None:
        """Import one module a turn, here and in no other thread: see :meth:`app.ui.late.PageClass.load`."""
        if _DRAWN_BY in sys.modules or not parts:
            self._make()
            return
        with suppress(ImportError):  # what must be there is asked for again when the chart is made
            importlib.import_module(parts[0])
        QTimer.singleShot(_PAUSE_MS, self, partial(self._load, parts[1:]))

    def _make(self) -> None:
        kinds: dict[str, type[Chart]] = importlib.import_module(_DRAWN_BY).CHARTS
        chart = self.chart = kinds[self._kind](self.accessibleName(), self._name)
        chart.opened.connect(self.opened)
        self._box.addWidget(chart)
        had_focus = self.hasFocus()
        QWidget.setTabOrder(self, chart)  # what is made last would come last
        self.setFocusProxy(chart)
        chart.show_marks(self._marks, self._ground)
        if had_focus:
            chart.setFocus()
