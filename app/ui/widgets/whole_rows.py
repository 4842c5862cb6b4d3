"""A list that never shows part of a row: what is left over at its bottom stays empty."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListView


class WholeRowList(QListView):
    """Shows as many whole rows as there is room for; rows may differ in height."""

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show a model, and keep to whole rows whenever it is filled anew."""
        super().setModel(model)
        if model is not None:
            model.modelReset.connect(self._fit)
        self.verticalScrollBar().valueChanged.connect(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep to whole rows."""
        super().resizeEvent(event)
        self._fit()

    def ends_well(self, index: QModelIndex) -> bool:
        """Return whether a row may be the last one seen; a heading, for example, may not."""
        return index.isValid()

    def _fit(self) -> None:
        """Leave out at the bottom what is no whole row."""
        room, used, last = self.height() - 2 * self.frameWidth(), 0, 0
        top = max(0, self.indexAt(QPoint(1, 1)).row())
        for at in range(top, self.model().rowCount()):
            index = self.model().index(at, 0)
            used += self.sizeHintForIndex(index).height()
            if used > room:
                break
            last = used if self.ends_well(index) else last
        else:
            last = room
        self.setViewportMargins(0, 0, 0, room - last if last else 0)
