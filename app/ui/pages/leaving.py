"""Esc in a field of a page that has Esc of its own: first the open list, then the typed text, then the page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from app.ui.widgets import DictionaryField, RuledField


def field_takes_escape() -> bool:
    """Close the list of the focused field, or put its text back; return whether there was anything to leave."""
    field = QApplication.focusWidget()
    if isinstance(field, DictionaryField) and field.is_open:
        # handed over, not sent: a sent key would be the page's shortcut again
        field.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier))
        return True
    return isinstance(field, RuledField) and field.revert()
