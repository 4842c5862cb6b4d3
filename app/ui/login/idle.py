"""Locks the window when nobody has touched it for a while, and says so a minute before."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QInputEvent, QInputMethodEvent

WARNED_S: Final = 60
"""Seconds between the warning and the lock."""
_TOUCHES: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.InputMethod,
    }
)
_BY_HAND: Final = (QInputEvent, QInputMethodEvent)


class IdleWatch(QObject):
    """Watches keys and mouse of the whole program. ``warned`` a minute before, ``idle`` at the end.

    It sleeps until :meth:`start`, and with 0 minutes for ever.
    """

    warned = Signal()
    idle = Signal()

    def __init__(self, app: QCoreApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._app = app
        self._first, self._last = QTimer(self), QTimer(self)
        for timer in (self._first, self._last):
            timer.setSingleShot(True)
        self._first.timeout.connect(self._on_first)
        self._last.timeout.connect(self.idle)

    @property
    def runs(self) -> bool:
        """True while it watches."""
        return self._first.isActive() or self._last.isActive()

    def start(self, minutes: int) -> None:
        """Watch from now on for so many idle minutes."""
        self.stop()
        if minutes > 0:
            self._first.setInterval(max(0, minutes * 60 - WARNED_S) * 1000)
            self._last.setInterval(WARNED_S * 1000)
            self._first.start()
            self._app.installEventFilter(self)

    def stop(self) -> None:
        """Watch no more."""
        self._first.stop()
        self._last.stop()
        self._app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Begin to count anew at every touch."""
        if not isinstance(event, _BY_HAND):  # nearly all: the kind of an event takes longer to ask for
            return False
        if event.type() in _TOUCHES and self.runs:
            self._last.stop()
            self._first.start()
        return False

    def _on_first(self) -> None:
        self._last.start()
        self.warned.emit()
