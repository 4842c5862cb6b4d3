"""A label of at most so many lines: what does not fit ends in an ellipsis and stands whole in the tooltip."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent

from app.ui.widgets import Text

_ENDLESS = 10_000


class ShortText(Text):
    """Wraps, and cuts after ``lines`` lines, so that what stands below is never pushed out of the window."""

    def __init__(self, kind: str, tone: str, *, lines: int) -> None:
        self._most = lines
        self._whole = ""
        super().__init__("", kind, tone, wrap=True)

    def setText(self, text: str) -> None:
        """Show a text."""
        self._whole = text
        self._cut()

    def full_text(self) -> str:
        """Return the text before it was cut."""
        return self._whole

    def minimumSizeHint(self) -> QSize:
        """Return no width: the label takes what there is."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text anew."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        shown = self._whole
        if self.width() > 0 and not self._fits(shown):
            kept = bisect_right(range(len(shown)), 0, key=lambda count: int(not self._fits(f"{shown[:count]}…"))) - 1
            shown = f"{shown[: max(0, kept)].rstrip('，；、 ')}…"
        if shown != self.text():
            super().setText(shown)
        self.setAccessibleName(self._whole)
        self.setToolTip(self._whole if shown != self._whole else "")

    def _fits(self, text: str) -> bool:
        metrics = self.fontMetrics()
        box = metrics.boundingRect(QRect(0, 0, self.width(), _ENDLESS), Qt.TextFlag.TextWordWrap, text)
        return box.height() <= self._most * metrics.lineSpacing() + 1
