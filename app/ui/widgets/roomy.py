"""Lines of a plain list with room enough for a finger or a shaking hand (ui.md 6.6)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from app.ui.theme import theme

_LEAST_PX: Final = 24


class RoomyRows(QStyledItemDelegate):
    """Draws lines as the style does, none lower than 24 px."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the size of the words, at least 24 px high."""
        size = super().sizeHint(option, index)
        return QSize(size.width(), max(size.height(), theme().px(_LEAST_PX)))
