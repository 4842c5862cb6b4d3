"""The fields of the sheet: ruled lines that know their path, keep out of the way of the input method, and tell F1."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Signal, SignalInstance
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent

from app.ui.theme import theme
from app.ui.widgets import DictionaryField, FieldLook, RuledField

Teller = Callable[[str], str]
"""Given a path, what was changed there, by whom and when; '' for nothing."""

_LOCK_ROOM = 20

# Qt's classes cannot be inherited by two ways at once, so what both kinds of field share is no widget itself.
if TYPE_CHECKING:
    _Field = RuledField
else:
    _Field = object


class SheetField(_Field):
    """What a field of the sheet can do; its object name is its path.

    ``changed_to(path, text)``: a new text was committed. ``typing(path, text)``: half-typed text, '' once it was
    put back. ``refused()``: the user typed into a locked field.
    """

    changed_to: SignalInstance
    typing: SignalInstance
    refused: SignalInstance

    composing = False

    def __init__(self, path: str, tell: Teller, *args: Any) -> None:
        super().__init__(*args)
        self.setObjectName(path)
        self._tell = tell
        self.committed.connect(self._on_committed)
        self.textEdited.connect(self._on_typed)

    def show_value(self, text: str, look: FieldLook | None = None) -> None:
        """Show a value and its state; text never runs under the lock."""
        super().show_value(text, look)
        self.setToolTip(self.look.why)
        edge, has_lock = theme().px(2), self.look.locked and not self.look.not_applicable
        self.setTextMargins(edge, 0, theme().px(_LOCK_ROOM) if has_lock else edge, 0)

    def restore_typed(self, text: str) -> None:
        """Put half-typed text back after a crash; it is not committed yet."""
        self.setText(text)
        self.setModified(True)

    def revert(self) -> bool:
        """Put the stored text back, and let the draft be forgotten."""
        had = super().revert()
        if had:
            self.typing.emit(self.objectName(), "")
        return had

    def help_text(self) -> str:
        """Return the state and what was changed here."""
        return "\n".join(part for part in (super().help_text(), self._tell(self.objectName())) if part)

    def event(self, event: QEvent) -> bool:
        """While the input method composes, every key is its own: no shortcut acts."""
        if self.composing and event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Note whether a composition is open."""
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the text, but not what the input method has just begun with."""
        super().focusInEvent(event)
        if self.isModified():
            self.end(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Say why a locked field takes nothing."""
        if self.composing:
            event.accept()
            return
        if self.look.locked and event.text().isprintable() and event.text():
            self.refused.emit()
        super().keyPressEvent(event)

    def _on_committed(self, text: str) -> None:
        self.changed_to.emit(self.objectName(), text)

    def _on_typed(self, text: str) -> None:
        self.typing.emit(self.objectName(), text)


class SheetLine(SheetField, RuledField):
    """A field of the sheet for text, numbers and dates."""

    changed_to = Signal(str, str)
    typing = Signal(str, str)
    refused = Signal()


class SheetChoice(SheetField, DictionaryField):
    """A field of the sheet over a dictionary."""

    changed_to = Signal(str, str)
    typing = Signal(str, str)
    refused = Signal()
